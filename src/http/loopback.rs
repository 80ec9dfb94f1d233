//! What never leaves this machine.

use url::{Host, Url};

/// Whether `url` is https, or http on a loopback host, where TLS protects nothing.
pub fn is_https_or_loopback(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether the host of `url` is a loopback address or a name for one
/// ([RFC 6761 section 6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for (url, fine) in [
            ("https://op.example", true),
            ("http://localhost:8080/a", true),
            ("http://LOCALHOST/", true),
            ("http://op.localhost", true),
            ("http://127.3.2.1", true),
            ("http://[::1]:80", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://op.example", false),
            ("http://localhost.example", false),
            ("http://notlocalhost", false),
            ("http://127.0.0.1.example", false),
            ("http://10.0.0.1", false),
            ("ftp://localhost", false),
            ("urn:a:b", false),
        ] {
            assert_eq!(
                is_https_or_loopback(&Url::parse(url).unwrap()),
                fine,
                "{url}"
            );
        }
    }
}
