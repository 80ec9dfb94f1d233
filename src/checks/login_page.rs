//! Checks on the pages that a person sees on the way: login, consent, errors.

use scraper::{ElementRef, Selector};
use url::Url;

use super::Rule;
use super::url::is_loopback;
use crate::finding::Finding;
use crate::html::Document;
use crate::http::Answer;

/// The pages of a journey.
#[derive(Debug, Clone)]
pub struct Pages {
    /// In the order in which they came.
    pub pages: Vec<Answer>,
    /// Where the user is sent back to; a link there is no link to strangers.
    pub redirect_uris: Vec<String>,
}

/// The rules on pages.
pub const RULES: &[Rule<Pages>] = &[
    rule("PRACTICE-robustness-3", has_security_headers),
    rule("RFC9700-2.6-2", has_no_cors),
    rule("RFC9700-4.2.4-1", has_no_third_parties),
    rule("RFC9700-4.16-1", cannot_be_framed),
    rule("RFC9700-4.16-2", has_frame_ancestors),
];

const fn rule(id: &'static str, check: fn(&Pages) -> Finding) -> Rule<Pages> {
    Rule { id, check }
}

/// Judges each page by what is wrong with it.
fn each(pages: &Pages, expected: &str, wrong: impl Fn(&Answer) -> Option<String>) -> Finding {
    if pages.pages.is_empty() {
        return Finding::not_applicable("no page was shown");
    }
    let found: Vec<String> = pages
        .pages
        .iter()
        .filter_map(|page| Some(format!("{}: {}", page.url.path(), wrong(page)?)))
        .collect();
    Finding::met_if(found.is_empty(), expected, || found.join("; "))
}

/// The values of `frame-ancestors` in the policies of a page.
fn frame_ancestors(page: &Answer) -> Option<Vec<String>> {
    let policies = page
        .response
        .headers()
        .get_all("content-security-policy")
        .iter();
    policies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([';', ',']))
        .find_map(|directive| {
            let mut words = directive.split_ascii_whitespace();
            words
                .next()
                .filter(|name| name.eq_ignore_ascii_case("frame-ancestors"))?;
            Some(words.map(str::to_ascii_lowercase).collect())
        })
}

/// Whether a policy keeps strangers out.
fn is_closed(ancestors: &[String]) -> bool {
    !ancestors
        .iter()
        .any(|source| matches!(source.as_str(), "*" | "http:" | "https:"))
}

fn cannot_be_framed(pages: &Pages) -> Finding {
    each(
        pages,
        "Content-Security-Policy with frame-ancestors, or X-Frame-Options DENY or SAMEORIGIN",
        |page| {
            let by_options = page.header("x-frame-options").is_some_and(|value| {
                let value = value.trim().to_ascii_lowercase();
                value == "deny" || value == "sameorigin"
            });
            // Where there is frame-ancestors, browsers look at nothing else.
            let closed = frame_ancestors(page).map_or(by_options, |list| is_closed(&list));
            (!closed).then(|| "may be framed by anybody".to_owned())
        },
    )
}

fn has_frame_ancestors(pages: &Pages) -> Finding {
    each(
        pages,
        "Content-Security-Policy with frame-ancestors",
        |page| match frame_ancestors(page) {
            Some(list) if is_closed(&list) => None,
            Some(list) => Some(format!("frame-ancestors {}", list.join(" "))),
            None => Some("no frame-ancestors".to_owned()),
        },
    )
}

fn has_no_cors(pages: &Pages) -> Finding {
    each(pages, "no Access-Control-Allow-Origin", |page| {
        let value = page.header("access-control-allow-origin")?;
        Some(format!("Access-Control-Allow-Origin: {value}"))
    })
}

fn has_security_headers(pages: &Pages) -> Finding {
    each(
        pages,
        "Content-Security-Policy, Referrer-Policy, X-Content-Type-Options, and Strict-Transport-Security on https",
        |page| {
            let mut wanted = vec![
                "content-security-policy",
                "referrer-policy",
                "x-content-type-options",
            ];
            if page.url.scheme() == "https" && !is_loopback(&page.url) {
                wanted.push("strict-transport-security");
            }
            wanted.retain(|name| page.header(name).is_none());
            (!wanted.is_empty()).then(|| format!("no {}", wanted.join(", ")))
        },
    )
}

fn has_no_third_parties(pages: &Pages) -> Finding {
    each(pages, "no resources and links of other hosts", |page| {
        let strangers = strangers(page, &pages.redirect_uris);
        (!strangers.is_empty()).then(|| strangers.join(", "))
    })
}

/// What a page loads from other hosts, or links to there.
fn strangers(page: &Answer, redirect_uris: &[String]) -> Vec<String> {
    let Ok(selector) = Selector::parse("[src], link[href], a[href], area[href], object[data]")
    else {
        return Vec::new();
    };
    let document = Document::parse(&page.text());
    let own = redirect_uris.iter().filter_map(|uri| Url::parse(uri).ok());
    let mut hosts: Vec<String> = own
        .filter_map(|url| url.host_str().map(str::to_owned))
        .collect();
    hosts.extend(page.url.host_str().map(str::to_owned));
    let mut found: Vec<String> = document
        .html
        .select(&selector)
        .filter_map(|element| target(element, &page.url))
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .filter_map(|url| url.host_str().map(str::to_owned))
        .filter(|host| !hosts.contains(host))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn target(element: ElementRef<'_>, base: &Url) -> Option<Url> {
    let element = element.value();
    let written = ["src", "href", "data"]
        .into_iter()
        .find_map(|name| element.attr(name))?;
    base.join(written.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(id: &str, headers: &[(&str, &str)], body: &str) -> Finding {
        let mut response = http::Response::builder();
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let page = Answer {
            response: response
                .body(bytes::Bytes::copy_from_slice(body.as_bytes()))
                .unwrap(),
            exchange: 1,
            url: Url::parse("https://op.example/login").unwrap(),
            received_at: 0.0,
        };
        let pages = Pages {
            pages: vec![page],
            redirect_uris: vec!["https://rp.example/cb".to_owned()],
        };
        Rule::find(RULES, id).unwrap().judge(&pages)
    }

    /// A requirement, the header fields of the page, and whether it is met.
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

    #[test]
    fn headers() {
        let csp = "content-security-policy";
        let options = "x-frame-options";
        let rows: &[Row<'_>] = &[
            ("RFC9700-4.16-1", &[], false),
            ("RFC9700-4.16-1", &[(options, "DENY")], true),
            ("RFC9700-4.16-1", &[(options, "sameorigin")], true),
            (
                "RFC9700-4.16-1",
                &[(options, "ALLOW-FROM https://a")],
                false,
            ),
            (
                "RFC9700-4.16-1",
                &[(csp, "default-src 'self'; frame-ancestors 'none'")],
                true,
            ),
            (
                "RFC9700-4.16-1",
                &[(csp, "Frame-Ancestors *"), (options, "DENY")],
                false,
            ),
            ("RFC9700-4.16-1", &[(csp, "default-src 'none'")], false),
            ("RFC9700-4.16-2", &[(options, "DENY")], false),
            ("RFC9700-4.16-2", &[(csp, "frame-ancestors 'self'")], true),
            ("RFC9700-2.6-2", &[], true),
            (
                "RFC9700-2.6-2",
                &[("access-control-allow-origin", "*")],
                false,
            ),
            ("PRACTICE-robustness-3", &[(csp, "default-src *")], false),
        ];
        for (id, headers, met) in rows {
            let finding = judge(id, headers, "");
            assert_eq!(
                finding == Finding::Met,
                *met,
                "{id} {headers:?}: {finding:?}"
            );
        }
    }

    #[test]
    fn third_parties() {
        for (body, met) in [
            ("<form action=https://op.example/login></form>", true),
            ("<img src=/logo.png><a href='#top'>up</a>", true),
            ("<a href=https://rp.example/>back</a>", true),
            ("<img src=https://cdn.example/logo.png>", false),
            ("<script src=//cdn.example/a.js></script>", false),
            (
                "<link rel=stylesheet href=https://cdn.example/a.css>",
                false,
            ),
            ("<a href=https://elsewhere.example/>terms</a>", false),
            ("<a href=mailto:help@elsewhere.example>help</a>", true),
        ] {
            let finding = judge("RFC9700-4.2.4-1", &[], body);
            assert_eq!(finding == Finding::Met, met, "{body}: {finding:?}");
        }
    }
}
