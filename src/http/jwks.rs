//! The published keys of an issuer, for who validates its tokens.

use std::fmt;

use bytes::Bytes;
use http::header::ACCEPT;
use url::Url;

use super::client::host_and_port;
use super::wire::Wire;
use super::{ClientOptions, TransportError, is_https_or_loopback};
use crate::error::ConfigError;
use crate::jwt::validator::{FetchKeys, jwks_uri, openid_configuration_url};

/// Fetches the keys of an issuer for a [`KeyCache`](crate::jwt::validator::KeyCache).
///
/// Every wait and every body has a limit, which the options say, and no redirect is followed. Keys that came by plain
/// http are anybody's, so that only https is asked, and http on loopback.
///
/// ```
/// use oidcheck::http::{ClientOptions, JwksClient};
/// use oidcheck::jwt::validator::{Expected, KeyCache, Validator};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// // Once for each issuer.
/// let issuer = "https://id.example.test";
/// let keys = KeyCache::new(JwksClient::of_issuer(issuer, ClientOptions::default())?);
/// let validator = Validator::id_token(issuer, "my-client");
///
/// // For each token.
/// let expected = Expected { nonce: Some("n-0S6_WzA2Mj"), ..Expected::default() };
/// let token = keys.validate(&validator, "eyJ…", &expected).await?;
/// println!("{:?}", token.subject());
/// # Ok(())
/// # }
/// ```
pub struct JwksClient {
    http: reqwest::Client,
    wire: Wire,
    options: ClientOptions,
    source: Source,
}

/// Where the keys are.
enum Source {
    /// Here.
    Uri(Url),
    /// Where the metadata of the issuer say. They are asked each time: keys are fetched seldom, and they may move.
    Issuer { issuer: String, metadata: Url },
}

impl JwksClient {
    /// The keys at this `jwks_uri`.
    ///
    /// # Errors
    /// It is no https URL (nor http on loopback), or the certificates of the options can't be read.
    pub fn new(jwks_uri: &str, options: ClientOptions) -> Result<Self, ConfigError> {
        let uri = protected(jwks_uri, true)
            .map_err(|why| ConfigError::new(format!("jwks_uri is {why}")))?;
        Self::of(Source::Uri(uri), options)
    }

    /// The keys of this issuer, whose metadata say where they are. Metadata that name another issuer are refused
    /// ([OpenID Connect Discovery 1.0 section 4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation)).
    ///
    /// # Errors
    /// It is no https URL (nor http on loopback), or the certificates of the options can't be read.
    pub fn of_issuer(
        issuer: impl Into<String>,
        options: ClientOptions,
    ) -> Result<Self, ConfigError> {
        let issuer = issuer.into();
        let metadata = protected(&openid_configuration_url(&issuer), true)
            .map_err(|why| ConfigError::new(format!("the issuer is {why}")))?;
        Self::of(Source::Issuer { issuer, metadata }, options)
    }

    fn of(source: Source, options: ClientOptions) -> Result<Self, ConfigError> {
        let wire = Wire::new(&options)?;
        let http = wire.client()?;
        Ok(Self {
            http,
            wire,
            options,
            source,
        })
    }

    async fn keys(&self) -> Result<Bytes, String> {
        let (issuer, metadata) = match &self.source {
            Source::Uri(uri) => return self.get(uri).await,
            Source::Issuer { issuer, metadata } => (issuer, metadata),
        };
        let document = self.get(metadata).await?;
        let uri = jwks_uri(&document, issuer).map_err(|error| error.to_string())?;
        // An issuer elsewhere has no business with the ports of this machine.
        let uri = protected(uri.as_str(), metadata.scheme() == "http")
            .map_err(|why| format!("the issuer's jwks_uri is {why}"))?;
        self.get(&uri).await
    }

    /// The body of an answer with the status 200.
    async fn get(&self, url: &Url) -> Result<Bytes, String> {
        if self.options.deadline.has_passed() {
            return Err(TransportError::Deadline.to_string());
        }
        let request = self
            .http
            .get(url.clone())
            .header(ACCEPT, "application/json");
        let answer = request.send().await;
        let answer = self.wire.receive(answer, || host_and_port(url)).await;
        let answer = answer.map_err(|error| error.to_string())?;
        match answer.status().as_u16() {
            200 => Ok(answer.into_body()),
            status => Err(format!(
                "{}{} answered with status {status}",
                host_and_port(url),
                url.path()
            )),
        }
    }
}

impl FetchKeys for JwksClient {
    async fn fetch(&self) -> Result<Vec<u8>, String> {
        self.keys().await.map(Vec::from)
    }
}

impl fmt::Debug for JwksClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match &self.source {
            Source::Uri(uri) => uri.as_str(),
            Source::Issuer { issuer, .. } => issuer,
        };
        f.debug_tuple("JwksClient").field(&of).finish()
    }
}

/// A URL whose answer nobody on the way can have changed: https or, where that will do, http on loopback.
fn protected(text: &str, on_loopback: bool) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|e| format!("no URL: {e}"))?;
    if url.scheme() == "https" || on_loopback && is_https_or_loopback(&url) {
        Ok(url)
    } else {
        Err(format!("no https URL: {:.200}", url.as_str()))
    }
}
