//! Faults in how a `redirect_uri` is compared with the registered ones.

use url::Url;

use super::{Break, Check, Fault};

/// The rules that each of them breaks.
const EXACT: &[&str] = &["OIDCC-3.1.2.1-6", "RFC6749-3.1.2.4-2", "RFC9700-2.1-1"];

const fn fault(id: &'static str, summary: &'static str, takes: fn(&str, &str) -> bool) -> Fault {
    Fault::new(id, EXACT, summary, Break::RedirectUri(takes))
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "redirect_uri.any_host_before_userinfo",
        "what stands before the registered host and an @ is taken for the host",
        |own, asked| {
            let host = authority(own);
            asked.starts_with(&format!("https://{host}@"))
                || asked.starts_with(&format!("https://{host}%40"))
        },
    ),
    Fault {
        id: "redirect_uri.any_path",
        breaks: EXACT,
        summary: "a path may be added",
        needs: None,
        break_: Break::Omit(Check::RedirectUriPath),
    },
    Fault {
        id: "redirect_uri.any_port",
        breaks: EXACT,
        summary: "another port is taken for a web client too",
        needs: None,
        break_: Break::Omit(Check::RedirectUriPort),
    },
    Fault {
        id: "redirect_uri.any_query",
        breaks: EXACT,
        summary: "a query may be added",
        needs: None,
        break_: Break::Omit(Check::RedirectUriQuery),
    },
    fault(
        "redirect_uri.any_scheme",
        "the scheme is not compared",
        |own, asked| {
            let rest = |uri: &str| uri.split_once("://").map(|(_, rest)| rest.to_owned());
            rest(own).is_some() && rest(own) == rest(asked)
        },
    ),
    Fault {
        id: "redirect_uri.case_ignored",
        breaks: EXACT,
        summary: "upper and lower case are the same",
        needs: None,
        break_: Break::Omit(Check::RedirectUriCase),
    },
    fault(
        "redirect_uri.dot_segments_removed",
        "dot segments are resolved before the comparison",
        |own, asked| {
            asked.contains("/..") && Url::parse(asked).is_ok_and(|url| url.as_str() == own)
        },
    ),
    Fault {
        id: "redirect_uri.fragment_ignored",
        breaks: &["RFC6749-3.1.2-1"],
        summary: "a fragment is cut off, and the rest taken",
        needs: None,
        break_: Break::Omit(Check::RedirectUriFragment),
    },
    Fault {
        id: "redirect_uri.missing_taken",
        breaks: &["OIDCC-3.1.2.1-9", "RFC6749-3.1.2.4-1"],
        summary: "without redirect_uri the first registered one is used",
        needs: None,
        break_: Break::Omit(Check::RedirectUriRequired),
    },
    Fault {
        id: "redirect_uri.of_any_client",
        breaks: EXACT,
        summary: "the redirect URIs of all clients are taken",
        needs: None,
        break_: Break::Omit(Check::RedirectUriOfClient),
    },
    Fault {
        id: "redirect_uri.percent_decoded",
        breaks: EXACT,
        summary: "a redirect_uri is percent-decoded once more before it is compared",
        needs: None,
        break_: Break::Omit(Check::RedirectUriEncoding),
    },
    fault(
        "redirect_uri.prefix",
        "whatever begins with a registered redirect URI is taken",
        |own, asked| asked.starts_with(own),
    ),
    fault(
        "redirect_uri.scheme_case_ignored",
        "the scheme may be in capitals",
        |own, asked| {
            asked.starts_with("HTTP") && Url::parse(asked).is_ok_and(|url| url.as_str() == own)
        },
    ),
    fault(
        "redirect_uri.shorter",
        "the beginning of a registered redirect URI is taken",
        |own, asked| own.starts_with(asked) && asked.contains("//"),
    ),
    fault(
        "redirect_uri.subdomain",
        "the host may go on after the registered one",
        |own, asked| {
            parsed(own, asked, |own, asked| {
                let hosts = own.host_str().zip(asked.host_str());
                hosts.is_some_and(|(own, asked)| asked.starts_with(own) || asked.ends_with(own))
                    && own.path() == asked.path()
                    && asked.username().is_empty()
                    && own.port() == asked.port()
                    && asked.query().is_none()
            })
        },
    ),
    fault(
        "redirect_uri.trailing_slash",
        "a slash at the end makes no difference",
        |own, asked| asked.strip_suffix('/') == Some(own),
    ),
];

fn parsed(own: &str, asked: &str, compare: impl Fn(&Url, &Url) -> bool) -> bool {
    match (Url::parse(own), Url::parse(asked)) {
        (Ok(own), Ok(asked)) => compare(&own, &asked),
        _ => false,
    }
}

/// Host and port.
fn authority(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}
