//! Provider and clients without a file, for tests written in Rust.

use std::collections::BTreeMap;

use super::file::{AuthMethod, ClientConfig, ClientKey, ProviderConfig, Secret};
use crate::login::LoginConfig;

impl ProviderConfig {
    /// A provider of which nothing but the issuer is known.
    pub fn of_issuer(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        Self {
            name: issuer.clone(),
            issuer,
            cacert: None,
            rp_url: None,
            initial_access_token: None,
            scopes: None,
            clients: Vec::new(),
            users: Vec::new(),
            login: LoginConfig::default(),
            capabilities: BTreeMap::new(),
            known: Vec::new(),
        }
    }
}

impl ClientConfig {
    /// A client without authentication.
    pub fn public(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            auth: AuthMethod::None,
            secret: None,
            key: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            id_token_signed_response_alg: None,
        }
    }

    /// A client that authenticates with a secret in the `Authorization` header.
    pub fn basic(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::with_secret(id, AuthMethod::ClientSecretBasic, secret)
    }

    /// A client that authenticates with a secret in the body.
    pub fn post(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::with_secret(id, AuthMethod::ClientSecretPost, secret)
    }

    /// A client that authenticates with a JWT made with its private key (PKCS#8 PEM).
    pub fn private_key_jwt(
        id: impl Into<String>,
        pem: impl Into<String>,
        key_id: Option<String>,
    ) -> Self {
        Self {
            auth: AuthMethod::PrivateKeyJwt,
            key: Some(ClientKey {
                pem: Secret::new(pem),
                key_id,
            }),
            ..Self::public(id)
        }
    }

    /// A client that authenticates by `auth` with a secret.
    pub fn with_secret(id: impl Into<String>, auth: AuthMethod, secret: impl Into<String>) -> Self {
        Self {
            auth,
            secret: Some(Secret::new(secret)),
            ..Self::public(id)
        }
    }

    /// Adds a registered redirect URI.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// Adds a registered post-logout redirect URI.
    #[must_use]
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.post_logout_redirect_uris.push(uri.into());
        self
    }
}
