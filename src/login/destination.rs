//! Where the browser is stopped.

use url::{Position, Url};

/// The redirect URIs of a journey.
#[derive(Debug)]
pub(crate) struct Destination<'a> {
    redirect_uris: &'a [String],
    /// Host and port of the provider.
    provider: Option<(String, u16)>,
}

impl<'a> Destination<'a> {
    /// `start` is the URL of the request that begins the journey.
    pub(crate) fn new(redirect_uris: &'a [String], start: &Url) -> Self {
        Self {
            redirect_uris,
            provider: host_and_port(start),
        }
    }

    /// Whether going to `url` would be going to a redirect URI: to one itself (the query and the fragment
    /// apart), or to any path where one lives and the provider does not.
    pub(crate) fn is_at(&self, url: &Url) -> bool {
        self.redirect_uris.iter().any(|uri| {
            let Ok(uri) = Url::parse(uri) else {
                return false;
            };
            if uri[..Position::AfterPath] == url[..Position::AfterPath] {
                return true;
            }
            match (host_and_port(&uri), host_and_port(url)) {
                (Some(theirs), Some(here)) => {
                    theirs == here && self.provider.as_ref() != Some(&here)
                }
                _ => false,
            }
        })
    }

    /// Whether `url` is on the provider's own host and port.
    pub(crate) fn is_providers(&self, url: &Url) -> bool {
        host_and_port(url).is_some_and(|here| self.provider.as_ref() == Some(&here))
    }
}

fn host_and_port(url: &Url) -> Option<(String, u16)> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_stops_at_redirect_uris_and_where_they_live() {
        let uris = [
            "http://127.0.0.1:8765/callback".to_owned(),
            "https://op.example/evil".to_owned(),
            "com.example.app:/cb".to_owned(),
            "no url".to_owned(),
        ];
        let start = Url::parse("https://op.example/authorize?x=1").unwrap();
        let destination = Destination::new(&uris, &start);
        for (url, expected) in [
            ("http://127.0.0.1:8765/callback", true),
            ("http://127.0.0.1:8765/callback?code=x#y", true),
            ("http://127.0.0.1:8765/other", true),
            ("https://127.0.0.1:8765/callback", true),
            ("http://127.0.0.1:8766/callback", false),
            ("http://localhost:8765/callback", false),
            ("https://op.example/evil?error=x", true),
            ("https://op.example/login", false),
            ("com.example.app:/cb?code=1", true),
            ("com.example.app:/other", false),
            ("https://elsewhere.example/", false),
        ] {
            assert_eq!(
                destination.is_at(&Url::parse(url).unwrap()),
                expected,
                "{url}"
            );
        }
    }
}
