//! Which hosts may be loaded: those on this machine, and those that the user names.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::ConfigError;
use crate::provider::Metadata;

/// Members of the metadata that a load run sends requests to.
const ENDPOINTS: [&str; 7] = [
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "introspection_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
];

/// Refuses an issuer that is not on a loopback address, unless its host is in `allowed`.
///
/// # Errors
/// It may not be loaded, or is no URL.
pub(crate) async fn check_issuer(issuer: &str, allowed: &[String]) -> Result<(), ConfigError> {
    let url = Url::parse(issuer)
        .map_err(|e| ConfigError::new(format!("the issuer `{issuer}` is no URL: {e}")))?;
    check("the issuer", &url, allowed).await
}

/// Refuses a Locust master that is not on a loopback address, unless its host is in `allowed`: whoever answers there
/// says how much load is made, and nothing proves who that is.
///
/// # Errors
/// It may not be asked.
#[cfg(feature = "distributed")]
pub(crate) async fn check_master(
    host: &str,
    port: u16,
    allowed: &[String],
) -> Result<(), ConfigError> {
    let named = allowed.iter().any(|name| name.eq_ignore_ascii_case(host));
    if named || resolves_to_loopback(host, port).await {
        return Ok(());
    }
    Err(ConfigError::new(format!(
        "the Locust master is on `{host}`, which is not this machine; nothing on the way to it is encrypted or proves who it is. If that network can be trusted, say so with --allow-host {host}"
    )))
}

/// Refuses metadata that would lead the load to another host.
///
/// # Errors
/// An endpoint is on a host that may not be loaded.
pub(crate) async fn check_endpoints(
    metadata: &Metadata,
    allowed: &[String],
) -> Result<(), ConfigError> {
    for name in ENDPOINTS {
        if let Some(url) = metadata.endpoint(name) {
            check(&format!("{name} of the metadata"), &url, allowed).await?;
        }
    }
    Ok(())
}

async fn check(what: &str, url: &Url, allowed: &[String]) -> Result<(), ConfigError> {
    let host = url.host_str().unwrap_or_default();
    if allowed.iter().any(|name| name.eq_ignore_ascii_case(host)) || is_loopback(url).await {
        return Ok(());
    }
    Err(ConfigError::new(format!(
        "{what} is on `{host}`, which is not this machine; if you may load it, say so with --allow-host {host}"
    )))
}

async fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => {
            let port = url.port_or_known_default().unwrap_or(0);
            resolves_to_loopback(name, port).await
        }
        None => false,
    }
}

async fn resolves_to_loopback(name: &str, port: u16) -> bool {
    let Ok(addresses) = tokio::net::lookup_host((name, port)).await else {
        return false;
    };
    let addresses: Vec<IpAddr> = addresses.map(|a| a.ip().to_canonical()).collect();
    !addresses.is_empty() && addresses.iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_this_machine_unless_named() {
        let allowed = ["id.example.test".to_owned()];
        for (issuer, may) in [
            ("http://127.0.0.1:8080", true),
            ("https://127.3.2.1/x", true),
            ("https://[::1]:1/", true),
            ("https://[::ffff:127.0.0.1]/", true),
            ("https://localhost:1/realms/x", true),
            ("https://ID.example.test/", true),
            ("https://10.0.0.1/", false),
            ("https://0.0.0.0/", false),
            ("https://[2001:db8::1]/", false),
            ("https://other.invalid/", false),
            ("https://127.0.0.1.invalid/", false),
            ("nonsense", false),
        ] {
            let verdict = check_issuer(issuer, &allowed).await;
            assert_eq!(verdict.is_ok(), may, "{issuer}: {verdict:?}");
        }
        let error = check_issuer("https://other.invalid/", &[])
            .await
            .unwrap_err();
        assert!(
            error.message.contains("--allow-host other.invalid"),
            "{error}"
        );
    }
}
