//! `Referer`, `Origin` and `Sec-Fetch-Site` as a browser sends them: some providers take a form only with
//! the right ones ([Referrer Policy](https://w3c.github.io/webappsec-referrer-policy/),
//! [Fetch](https://fetch.spec.whatwg.org/#append-a-request-origin-header)).

use url::{Position, Url};

/// How much of its URL a page lets the next one know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Policy {
    /// Nothing.
    NoReferrer,
    /// All, unless TLS is left.
    NoReferrerWhenDowngrade,
    /// The origin.
    Origin,
    /// All on the same origin, else the origin.
    OriginWhenCrossOrigin,
    /// All on the same origin, else nothing.
    SameOrigin,
    /// The origin, unless TLS is left.
    StrictOrigin,
    /// All on the same origin, else the origin, unless TLS is left.
    #[default]
    StrictOriginWhenCrossOrigin,
    /// All.
    UnsafeUrl,
}

impl Policy {
    /// The last policy of a list that is known; words that are not known don't count.
    pub(crate) fn parse(list: &str) -> Option<Self> {
        list.rsplit(',').find_map(|word| {
            Some(match word.trim().to_ascii_lowercase().as_str() {
                "no-referrer" | "never" => Self::NoReferrer,
                "no-referrer-when-downgrade" => Self::NoReferrerWhenDowngrade,
                "origin" => Self::Origin,
                "origin-when-cross-origin" => Self::OriginWhenCrossOrigin,
                "same-origin" => Self::SameOrigin,
                "strict-origin" => Self::StrictOrigin,
                "strict-origin-when-cross-origin" | "default" => Self::StrictOriginWhenCrossOrigin,
                "unsafe-url" | "always" => Self::UnsafeUrl,
                _ => return None,
            })
        })
    }

    /// The `Referer` of a request to `to` from `page`, if any.
    pub(crate) fn referer(self, page: &Url, to: &Url) -> Option<String> {
        if !matches!(page.scheme(), "http" | "https") {
            return None;
        }
        let same = page.origin() == to.origin();
        let downgrade = page.scheme() == "https" && to.scheme() != "https";
        let whole = || Some(bare(page));
        let origin = || Some(format!("{}/", page.origin().ascii_serialization()));
        match self {
            Self::NoReferrer => None,
            Self::UnsafeUrl => whole(),
            Self::Origin => origin(),
            Self::NoReferrerWhenDowngrade | Self::StrictOrigin if downgrade => None,
            Self::NoReferrerWhenDowngrade => whole(),
            Self::StrictOrigin => origin(),
            Self::SameOrigin | Self::OriginWhenCrossOrigin | Self::StrictOriginWhenCrossOrigin
                if same =>
            {
                whole()
            }
            Self::SameOrigin => None,
            Self::OriginWhenCrossOrigin => origin(),
            Self::StrictOriginWhenCrossOrigin if downgrade => None,
            Self::StrictOriginWhenCrossOrigin => origin(),
        }
    }

    /// The `Origin` of a form that `page` posts to `to`.
    pub(crate) fn origin(self, page: &Url, to: &Url) -> String {
        let downgrade = page.scheme() == "https" && to.scheme() != "https";
        let hidden = match self {
            Self::NoReferrer => true,
            Self::SameOrigin => page.origin() != to.origin(),
            Self::NoReferrerWhenDowngrade
            | Self::StrictOrigin
            | Self::StrictOriginWhenCrossOrigin => downgrade,
            Self::Origin | Self::OriginWhenCrossOrigin | Self::UnsafeUrl => false,
        };
        if hidden {
            "null".to_owned()
        } else {
            page.origin().ascii_serialization()
        }
    }
}

/// How `page` and `to` are related, in the words of
/// [`Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header). Two hosts are
/// taken for two sites, because without the list of public suffixes nobody can tell.
pub(crate) fn site(page: &Url, to: &Url) -> &'static str {
    if page.origin() == to.origin() {
        "same-origin"
    } else if page.scheme() == to.scheme() && page.host() == to.host() {
        "same-site"
    } else {
        "cross-site"
    }
}

/// The URL without user, password and fragment.
fn bare(url: &Url) -> String {
    let mut url = url.clone();
    // Neither fails for http and https.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url[..Position::AfterQuery].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_a_browser_does() {
        let page = Url::parse("https://u:p@op.example/login?x=1#f").unwrap();
        for (policy, to, referer, origin) in [
            (
                "",
                "https://op.example/a",
                Some("https://op.example/login?x=1"),
                "https://op.example",
            ),
            (
                "",
                "https://rp.example/a",
                Some("https://op.example/"),
                "https://op.example",
            ),
            ("", "http://rp.example/a", None, "null"),
            ("no-referrer", "https://op.example/a", None, "null"),
            ("unknown, no-referrer", "https://op.example/a", None, "null"),
            ("no-referrer, unknown", "https://op.example/a", None, "null"),
            (
                "same-origin",
                "https://op.example/a",
                Some("https://op.example/login?x=1"),
                "https://op.example",
            ),
            ("same-origin", "https://rp.example/a", None, "null"),
            (
                "origin",
                "https://op.example/a",
                Some("https://op.example/"),
                "https://op.example",
            ),
            (
                "unsafe-url",
                "http://rp.example/a",
                Some("https://op.example/login?x=1"),
                "https://op.example",
            ),
            ("strict-origin", "http://rp.example/a", None, "null"),
        ] {
            let to = Url::parse(to).unwrap();
            let chosen = Policy::parse(policy).unwrap_or_default();
            assert_eq!(
                chosen.referer(&page, &to).as_deref(),
                referer,
                "{policy} {to}"
            );
            assert_eq!(chosen.origin(&page, &to), origin, "{policy} {to}");
        }
    }
}
