//! The built-in mock IdP as a provider under test.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mock_idp::MockIdp;

use crate::error::ConfigError;
use crate::provider::{AuthMethod, ClientConfig, ClientKey, Control, ProviderConfig, Secret};

/// The provider file of the mock IdP in strict mode.
const PRESET: &str = include_str!("provider/presets/mock.toml");

/// The provider file for a running mock IdP in strict mode; `issuer` is one of its issuers.
///
/// # Errors
/// Never in a binary whose tests pass: the preset is wrong.
pub fn provider(idp: &MockIdp, issuer: &str) -> Result<ProviderConfig, ConfigError> {
    let mut config = ProviderConfig::parse("mock.toml", PRESET, Path::new("."))?;
    issuer.clone_into(&mut config.issuer);
    config.cacert = idp.ca_pem().map(String::into_bytes);
    let Some(main) = config.main_client() else {
        return Err(ConfigError::file("mock.toml", "it has no client"));
    };
    let by_key = ClientConfig {
        id: "conformance-private-key-jwt".to_owned(),
        auth: AuthMethod::PrivateKeyJwt,
        secret: None,
        key: Some(ClientKey {
            pem: Secret::new(idp.client_key_pem()),
            key_id: Some("client-1".to_owned()),
        }),
        redirect_uris: main.redirect_uris.clone(),
        post_logout_redirect_uris: main.post_logout_redirect_uris.clone(),
        id_token_signed_response_alg: None,
    };
    config.clients.push(by_key);
    Ok(config)
}

/// Power over the clock and the keys of a running mock IdP.
pub fn control(idp: &MockIdp) -> Arc<dyn Control> {
    Arc::new(MockControl(idp.control()))
}

#[derive(Debug)]
struct MockControl(mock_idp::Control);

impl Control for MockControl {
    fn isolated(&self, issuer: &str, name: &str) -> String {
        match issuer.split_once("/f/") {
            Some((base, faults)) => format!("{base}/i/{name}/f/{faults}"),
            None => format!("{issuer}/i/{name}"),
        }
    }

    fn advance(&self, issuer: &str, by: Duration) {
        if let Err(unknown) = self.0.advance(issuer, by) {
            tracing::error!("{unknown}");
        }
    }

    fn rotate_keys(&self, issuer: &str) {
        if let Err(unknown) = self.0.rotate_keys(issuer) {
            tracing::error!("{unknown}");
        }
    }
}
