//! Redirect URIs that are nearly the registered one.

use url::Url;

use crate::checks::url::is_loopback;
use crate::flow::Halt;
use crate::provider::ClientConfig;

/// A host that nobody has ([RFC 2606](https://www.rfc-editor.org/rfc/rfc2606#section-2)).
const STRANGER: &str = "attacker.example";

/// How a redirect URI is spoiled: the word in braces, what it stands for, and how it is made.
type Spoiler = fn(&Url, &str) -> Option<String>;

const SPOILERS: [(&str, Spoiler); 12] = [
    ("redirect_uri cut short", |_, uri| {
        let cut = uri.char_indices().next_back()?.0;
        Some(uri[..cut].to_owned())
    }),
    ("redirect_uri at another port", |url, _| {
        // A native client may choose the port on its own host
        // (https://www.rfc-editor.org/rfc/rfc8252#section-7.3).
        if url.scheme() == "http" && is_loopback(url) {
            return None;
        }
        let port = url.port_or_known_default()?;
        let other = if port == 65_535 { port - 1 } else { port + 1 };
        let mut url = url.clone();
        url.set_port(Some(other)).ok()?;
        Some(url.into())
    }),
    ("redirect_uri at a subdomain", |url, uri| {
        Some(uri.replacen("://", "://login.", 1)).filter(|_| url.domain().is_some())
    }),
    ("redirect_uri at a longer host", |url, uri| {
        let host = url.host_str()?;
        Some(uri.replacen(host, &format!("{host}.{STRANGER}"), 1))
    }),
    ("redirect_uri as userinfo", |url, uri| {
        let authority = authority(uri);
        Some(uri.replacen(authority, &format!("{authority}@{STRANGER}"), 1))
            .filter(|_| url.has_host())
    }),
    ("redirect_uri as encoded userinfo", |url, uri| {
        let authority = authority(uri);
        Some(uri.replacen(authority, &format!("{STRANGER}%23@{authority}"), 1))
            .filter(|_| url.has_host())
    }),
    ("redirect_uri with an escaped letter", |url, uri| {
        let path = url.path();
        let (at, letter) = path.char_indices().find(|(_, c)| c.is_ascii_alphabetic())?;
        let escaped = format!("{}%{:x}{}", &path[..at], letter as u32, &path[at + 1..]);
        Some(replace_path(uri, path, &escaped))
    }),
    ("redirect_uri with dot segments", |url, uri| {
        let path = url.path();
        Some(replace_path(uri, path, &format!("/other/..{path}")))
    }),
    ("redirect_uri with an escaped slash", |url, uri| {
        let path = url.path();
        Some(replace_path(uri, path, &format!("{path}%2f..%2fother")))
    }),
    ("redirect_uri with its path in capitals", |url, uri| {
        let path = url.path();
        Some(replace_path(uri, path, &path.to_uppercase()))
    }),
    ("redirect_uri with its scheme in capitals", |_, uri| {
        let (scheme, rest) = uri.split_once(':')?;
        Some(format!("{}:{rest}", scheme.to_uppercase()))
    }),
    ("redirect_uri with another scheme", |url, uri| {
        let other = match url.scheme() {
            "https" => "http",
            _ => "https",
        };
        let (_, rest) = uri.split_once(':')?;
        Some(format!("{other}:{rest}"))
    }),
];

/// The client's redirect URI, spoiled as `word` says.
pub(super) fn spoiled(client: &ClientConfig, word: &str) -> Result<String, Halt> {
    let (_, spoiler) = SPOILERS
        .iter()
        .find(|(name, _)| *name == word)
        .ok_or_else(|| Halt::unjudged(format!("nothing is known by the name {{{word}}}")))?;
    let registered = &client.redirect_uris;
    // What comes out may be another registered one: then the next one may serve.
    registered
        .iter()
        .filter_map(|uri| spoiler(&Url::parse(uri).ok()?, uri))
        .find(|spoiled| !registered.contains(spoiled))
        .ok_or_else(|| {
            Halt::missing(format!(
                "no redirect_uri of client `{}` can be changed to a {word}",
                client.id
            ))
        })
}

/// User, host and port.
fn authority(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

fn replace_path(uri: &str, path: &str, other: &str) -> String {
    match uri.find(authority(uri)) {
        Some(at) => {
            let (before, after) = uri.split_at(at + authority(uri).len());
            format!("{before}{}", after.replacen(path, other, 1))
        }
        None => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::AuthMethod;

    fn client(uris: &[&str]) -> ClientConfig {
        ClientConfig {
            id: "c".to_owned(),
            auth: AuthMethod::None,
            secret: None,
            key: None,
            redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
            id_token_signed_response_alg: None,
            post_logout_redirect_uris: Vec::new(),
        }
    }

    #[test]
    fn one_thing_is_spoiled() {
        let own = client(&["https://rp.example:8765/callback"]);
        for (word, expected) in [
            ("cut short", "https://rp.example:8765/callbac"),
            ("at another port", "https://rp.example:8766/callback"),
            ("at a subdomain", "https://login.rp.example:8765/callback"),
            (
                "at a longer host",
                "https://rp.example.attacker.example:8765/callback",
            ),
            (
                "as userinfo",
                "https://rp.example:8765@attacker.example/callback",
            ),
            (
                "as encoded userinfo",
                "https://attacker.example%23@rp.example:8765/callback",
            ),
            (
                "with an escaped letter",
                "https://rp.example:8765/%63allback",
            ),
            (
                "with dot segments",
                "https://rp.example:8765/other/../callback",
            ),
            (
                "with an escaped slash",
                "https://rp.example:8765/callback%2f..%2fother",
            ),
            (
                "with its path in capitals",
                "https://rp.example:8765/CALLBACK",
            ),
            (
                "with its scheme in capitals",
                "HTTPS://rp.example:8765/callback",
            ),
            ("with another scheme", "http://rp.example:8765/callback"),
        ] {
            let spoiled = spoiled(&own, &format!("redirect_uri {word}"));
            assert_eq!(spoiled.as_deref(), Ok(expected), "{word}");
        }
    }

    #[test]
    fn the_port_of_a_native_client_is_its_own_choice() {
        for (uris, expected) in [
            (&["http://127.0.0.1:8765/cb"][..], None),
            (&["http://[::1]:8765/cb", "http://localhost/cb"], None),
            (
                &["http://localhost:8765/cb", "https://rp.example/cb"],
                Some("https://rp.example:444/cb"),
            ),
            (
                &["https://127.0.0.1:8765/cb"],
                Some("https://127.0.0.1:8766/cb"),
            ),
        ] {
            let spoiled = spoiled(&client(uris), "redirect_uri at another port").ok();
            assert_eq!(spoiled.as_deref(), expected, "{uris:?}");
        }
    }

    #[test]
    fn a_registered_one_is_not_taken_for_spoiled() {
        let both = client(&["https://rp.example/cb", "http://rp.example/cb"]);
        assert!(spoiled(&both, "redirect_uri with another scheme").is_err());
        assert!(spoiled(&both, "redirect_uri with pepper").is_err());
    }
}
