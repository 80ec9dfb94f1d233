//! Redirect URIs: compared to the letter (<https://www.rfc-editor.org/rfc/rfc9700#section-2.1>), but for the port of a
//! native client's loopback address (<https://www.rfc-editor.org/rfc/rfc8252#section-7.3>).

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::context::Context;
use crate::fault::Check;
use crate::store::{ApplicationType, Client};

/// Whether this is a redirect URI of the client.
pub(crate) fn is_registered(client: &Client, uri: &str) -> bool {
    client
        .redirect_uris
        .iter()
        .any(|own| own == uri || is_same_loopback(client, own, uri))
        || client.open && is_absolute(uri)
}

/// Whether a fault takes this for a redirect URI of the client although it is none.
pub(crate) fn is_taken_by_mistake(ctx: &Context<'_>, client: &Client, uri: &str) -> bool {
    let without_query = uri.split('?').next().unwrap_or_default();
    let without_fragment = uri.split('#').next().unwrap_or_default();
    let decoded = percent_decode_str(uri).decode_utf8_lossy();
    let of_any_client = || {
        let store = ctx.issuer.store();
        store
            .clients()
            .any(|other| other.redirect_uris.iter().any(|own| own == uri))
    };
    is_absolute(uri)
        && (ctx.omits(Check::RedirectUri)
            || ctx.omits(Check::RedirectUriOfClient) && of_any_client()
            || client.redirect_uris.iter().any(|own| {
                ctx.confuses(own, uri)
                    || ctx.omits(Check::RedirectUriPath)
                        && uri
                            .strip_prefix(own.as_str())
                            .is_some_and(|rest| rest.starts_with('/'))
                    || ctx.omits(Check::RedirectUriQuery) && own == without_query
                    || ctx.omits(Check::RedirectUriFragment) && own == without_fragment
                    || ctx.omits(Check::RedirectUriPort) && without_port(own) == without_port(uri)
                    || ctx.omits(Check::RedirectUriCase) && own.eq_ignore_ascii_case(uri)
                    || ctx.omits(Check::RedirectUriEncoding) && *own == decoded
            }))
}

/// Whether this is a post-logout redirect URI of the client.
pub(crate) fn is_registered_post_logout(client: &Client, uri: &str) -> bool {
    client
        .post_logout_redirect_uris
        .iter()
        .any(|own| own == uri)
        || client.open && is_absolute(uri)
}

/// Whether a browser could be sent there at all: an absolute URI of plain characters that runs no script.
pub(crate) fn is_absolute(uri: &str) -> bool {
    const SCRIPTS: [&str; 3] = ["javascript", "data", "vbscript"];
    uri.bytes().all(|byte| byte.is_ascii_graphic())
        && Url::parse(uri).is_ok_and(|parsed| !SCRIPTS.contains(&parsed.scheme()))
}

/// Whether the host is a loopback address; `localhost` is a name.
pub(crate) fn is_loopback_address(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    }
}

fn is_same_loopback(client: &Client, own: &str, uri: &str) -> bool {
    if client.application_type != ApplicationType::Native {
        return false;
    }
    let (Ok(own_url), Ok(url)) = (Url::parse(own), Url::parse(uri)) else {
        return false;
    };
    // The rest is compared to the letter: what is left of both when the port is cut out.
    own_url.scheme() == "http"
        && is_loopback_address(&own_url)
        && without_port(own) == without_port(uri)
        && own_url.host() == url.host()
}

fn without_port(uri: &str) -> (String, String) {
    let (scheme, rest) = uri.split_once("://").unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let digits = authority
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let host = digits.map_or(authority, |(host, _)| host);
    (format!("{scheme}://{host}"), path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_native_client_may_choose_the_loopback_port() {
        let mut client = Client::open("c");
        client.open = false;
        client.redirect_uris = vec![
            "http://127.0.0.1/cb".to_owned(),
            "http://[::1]:1/cb".to_owned(),
        ];
        let cases = [
            ("http://127.0.0.1/cb", true, true),
            ("http://127.0.0.1:4711/cb", false, true),
            ("http://[::1]:4711/cb", false, true),
            ("http://[::1]/cb", false, true),
            ("http://127.0.0.1:4711/cb2", false, false),
            ("http://127.0.0.1:4711/cb?x", false, false),
            ("http://u@127.0.0.1:4711/cb", false, false),
            ("https://127.0.0.1:4711/cb", false, false),
            ("HTTP://127.0.0.1:4711/cb", false, false),
            ("http://127.0.0.2:4711/cb", false, false),
            ("http://localhost:4711/cb", false, false),
        ];
        for (uri, web, native) in cases {
            client.application_type = ApplicationType::Web;
            assert_eq!(is_registered(&client, uri), web, "web {uri}");
            client.application_type = ApplicationType::Native;
            assert_eq!(is_registered(&client, uri), native, "native {uri}");
        }
    }

    #[test]
    fn an_open_client_takes_any_uri_that_is_one() {
        let client = Client::open("c");
        for (uri, expected) in [
            ("https://rp.example/cb", true),
            ("com.example.app:/cb", true),
            ("/cb", false),
            ("javascript:alert(1)", false),
            ("https://rp.example/\r\nx", false),
            ("", false),
        ] {
            assert_eq!(is_registered(&client, uri), expected, "{uri:?}");
        }
    }
}
