//! Which hosts may be loaded: those on this machine, and those that the user names.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;
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

/// No name of this machine takes longer to be found.
const LOOKUP_LIMIT: Duration = Duration::from_secs(5);
/// More than any provider has.
const HOSTS_LIMIT: usize = 1000;

/// The hosts that a load may send requests to. What was found of a host holds for the run.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    /// Those that the user names.
    allowed: Vec<String>,
    found: RwLock<HashMap<String, bool>>,
}

impl Hosts {
    /// This machine, and what the user names.
    pub(crate) fn new(allowed: &[String]) -> Self {
        let allowed = allowed.iter().map(|name| bare(name).to_owned());
        Self {
            allowed: allowed.collect(),
            found: RwLock::default(),
        }
    }

    /// Refuses an issuer that may not be loaded.
    ///
    /// # Errors
    /// It may not be loaded, or is no URL.
    pub(crate) async fn check_issuer(&self, issuer: &str) -> Result<(), ConfigError> {
        let url = Url::parse(issuer)
            .map_err(|e| ConfigError::new(format!("the issuer `{issuer}` is no URL: {e}")))?;
        let checked = self.check("the issuer is", &url).await;
        checked.map_err(ConfigError::new)
    }

    /// Refuses a Locust master that is not on a loopback address and was not named: whoever answers there says how much
    /// load is made, and nothing proves who that is.
    ///
    /// # Errors
    /// It may not be asked.
    #[cfg(feature = "distributed")]
    pub(crate) async fn check_master(&self, host: &str, port: u16) -> Result<(), ConfigError> {
        if self.is_named(host) || resolves_to_loopback(bare(host), port).await {
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
    pub(crate) async fn check_endpoints(&self, metadata: &Metadata) -> Result<(), ConfigError> {
        for name in ENDPOINTS {
            if let Some(url) = metadata.endpoint(name) {
                let what = format!("{name} of the metadata is");
                let checked = self.check(&what, &url).await;
                checked.map_err(ConfigError::new)?;
            }
        }
        Ok(())
    }

    /// Refuses a URL that may not be loaded; `what` goes on with "on `host`".
    ///
    /// # Errors
    /// It may not be loaded, and what the user can do.
    pub(crate) async fn check(&self, what: &str, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default();
        if self.may_load(url, host).await {
            return Ok(());
        }
        Err(format!(
            "{what} on `{host}`, which is not this machine; if you may load it, say so with --allow-host {host}"
        ))
    }

    async fn may_load(&self, url: &Url, host: &str) -> bool {
        if let Some(may) = self.found(host) {
            return may;
        }
        let may = self.is_named(host) || is_loopback(url).await;
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        // A provider that makes up names must not fill our memory.
        if found.len() < HOSTS_LIMIT {
            found.insert(host.to_owned(), may);
        }
        may
    }

    fn is_named(&self, host: &str) -> bool {
        let mut names = self.allowed.iter();
        names.any(|name| name.eq_ignore_ascii_case(bare(host)))
    }

    fn found(&self, host: &str) -> Option<bool> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        found.get(host).copied()
    }
}

/// An IPv6 address may be named with and without its brackets.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
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
    let addresses = timeout(LOOKUP_LIMIT, lookup_host((name, port))).await;
    let Ok(Ok(addresses)) = addresses else {
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
        let allowed = ["id.example.test", "2001:db8::2", "[2001:db8::3]"].map(str::to_owned);
        let hosts = Hosts::new(&allowed);
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
            ("https://[2001:db8::2]/", true),
            ("https://[2001:DB8:0::3]/", true),
            ("https://other.invalid/", false),
            ("https://127.0.0.1.invalid/", false),
            ("nonsense", false),
        ] {
            // The second answer is a remembered one.
            for _ in 0..2 {
                let verdict = hosts.check_issuer(issuer).await;
                assert_eq!(verdict.is_ok(), may, "{issuer}: {verdict:?}");
            }
        }
        let checked = hosts.check_issuer("https://other.invalid/").await;
        let error = checked.unwrap_err();
        assert!(
            error.message.contains("--allow-host other.invalid"),
            "{error}"
        );
    }
}
