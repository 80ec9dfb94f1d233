//! Checks on the pages that a person sees on the way: login, consent, errors.

use std::collections::BTreeSet;

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
    /// The authorization endpoint, as the metadata name it.
    pub authorization_endpoint: Option<Url>,
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

/// A script may keep strangers out as well
/// ([RFC 9700 4.16](https://www.rfc-editor.org/rfc/rfc9700#section-4.16)); whether it does, a person has to see.
fn cannot_be_framed(pages: &Pages) -> Finding {
    let is_open = |page: &Answer| {
        // Where there is frame-ancestors, browsers look at nothing else.
        !frame_ancestors(page).map_or_else(|| is_closed_by_options(page), |list| is_closed(&list))
    };
    let open: Vec<&Answer> = pages.pages.iter().filter(|page| is_open(page)).collect();
    if !open.is_empty() && open.iter().all(|page| may_bust_frames(page)) {
        return Finding::needs_review(
            "no header keeps the pages out of frames; see whether their scripts do",
        );
    }
    each(
        pages,
        "Content-Security-Policy with frame-ancestors, or X-Frame-Options DENY or SAMEORIGIN",
        |page| is_open(page).then(|| "may be framed by anybody".to_owned()),
    )
}

/// As browsers read [`X-Frame-Options`](https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-x-frame-options-header):
/// several values that differ close the page, one that nobody knows does nothing.
fn is_closed_by_options(page: &Answer) -> bool {
    let values = page.response.headers().get_all("x-frame-options").iter();
    let values: BTreeSet<String> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|value| value.trim().to_ascii_lowercase())
        .collect();
    let known = |value: &String| matches!(value.as_str(), "deny" | "sameorigin");
    values.iter().any(known)
}

/// Whether the page has a script that looks at the window it stands in, or one that we don't see.
fn may_bust_frames(page: &Answer) -> bool {
    let document = Document::parse(&page.text());
    let Ok(scripts) = Selector::parse("script") else {
        return false;
    };
    document.html.select(&scripts).any(|script| {
        if script.value().attr("src").is_some() {
            return true;
        }
        let text: String = script.text().collect();
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.any(|word| matches!(word, "top" | "parent" | "frameElement"))
    })
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

/// Only what comes from the authorization endpoint itself: a login page elsewhere is another resource
/// ([RFC 9700 2.6](https://www.rfc-editor.org/rfc/rfc9700#section-2.6)).
fn has_no_cors(pages: &Pages) -> Finding {
    let is_endpoint = |page: &Answer| {
        let endpoint = pages.authorization_endpoint.as_ref();
        endpoint
            .is_none_or(|url| url.path() == page.url.path() && url.origin() == page.url.origin())
    };
    let own = Pages {
        pages: pages
            .pages
            .iter()
            .filter(|page| is_endpoint(page))
            .cloned()
            .collect(),
        ..pages.clone()
    };
    if own.pages.is_empty() {
        return Finding::not_applicable("the authorization endpoint shows no page itself");
    }
    each(&own, "no Access-Control-Allow-Origin", |page| {
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
    use crate::checks::test_answer;

    fn judge(id: &str, headers: &[(&str, &str)], body: &str) -> Finding {
        let pages = pages(headers, body);
        Rule::find(RULES, id).unwrap().judge(&pages)
    }

    fn pages(headers: &[(&str, &str)], body: &str) -> Pages {
        let page = test_answer::answer("login", 200, headers, body);
        Pages {
            pages: vec![page],
            authorization_endpoint: None,
            redirect_uris: vec!["https://rp.example/cb".to_owned()],
        }
    }

    #[test]
    fn a_script_may_keep_frames_away() {
        for (body, review) in [
            (
                "<script>if (top !== self) top.location = self.location</script>",
                true,
            ),
            ("<script src=/app.js></script>", true),
            ("<script>const stop = 1</script><form></form>", false),
            ("<p>top</p>", false),
        ] {
            let finding = judge("RFC9700-4.16-1", &[], body);
            let is_review = matches!(finding, Finding::NeedsReview { .. });
            assert_eq!(is_review, review, "{body}: {finding:?}");
            assert_ne!(finding, Finding::Met);
        }
    }

    #[test]
    fn a_login_page_elsewhere_may_be_read_by_scripts() {
        let mut pages = pages(&[("access-control-allow-origin", "*")], "");
        let rule = Rule::find(RULES, "RFC9700-2.6-2").unwrap();
        for (endpoint, violated) in [
            ("https://op.example/authorize", false),
            ("https://login.example/login", false),
            ("https://op.example/login?tenant=1", true),
        ] {
            pages.authorization_endpoint = Url::parse(endpoint).ok();
            let finding = rule.judge(&pages);
            let is_violated = matches!(finding, Finding::Violated { .. });
            assert_eq!(is_violated, violated, "{endpoint}: {finding:?}");
        }
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
                &[(options, "SAMEORIGIN, sameorigin")],
                true,
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
