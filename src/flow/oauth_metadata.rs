//! The metadata of [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414), asked for once.

use url::Url;

use super::{Halt, RelyingParty};
use crate::http::Answer;
use crate::protocol::get_request;
use crate::provider::{Metadata, authorization_server_url};

/// The document of RFC 8414, at one of the two places where it is found.
#[derive(Debug, Clone)]
pub struct OauthMetadata {
    /// The document and the answer that it came in.
    pub metadata: Metadata,
    /// Whether it stands where [section 3](https://www.rfc-editor.org/rfc/rfc8414#section-3) puts it; else
    /// it stands behind the issuer's path.
    pub is_in_place: bool,
    /// The answer of its `jwks_uri`, where it has one that answers.
    pub jwks: Option<Answer>,
}

impl RelyingParty {
    /// The document of RFC 8414, which a provider need not have.
    ///
    /// # Errors
    /// There is none ([`Halt::Missing`]), or the network failed.
    pub async fn oauth_metadata(&self) -> Result<&OauthMetadata, Halt> {
        self.oauth_metadata
            .get_or_try_init(|| self.fetch_oauth_metadata())
            .await
    }

    async fn fetch_oauth_metadata(&self) -> Result<OauthMetadata, Halt> {
        let issuer = Url::parse(&self.config().issuer)
            .map_err(|e| Halt::unjudged(format!("the issuer is no URL: {e}")))?;
        let place = authorization_server_url(&issuer);
        let path = issuer.path().trim_end_matches('/');
        let behind = format!(
            "{}{path}/.well-known/oauth-authorization-server",
            issuer.origin().ascii_serialization()
        );
        let first = self.ask_metadata(&place).await?;
        if is_document(&first) {
            return self.with_jwks(first, true).await;
        }
        if !path.is_empty() {
            let second = self.ask_metadata(&behind).await?;
            if is_document(&second) {
                return self.with_jwks(second, false).await;
            }
        }
        Err(Halt::missing(format!(
            "there is no RFC 8414 document at {place} (status {})",
            first.answer.status()
        )))
    }

    async fn ask_metadata(&self, url: &str) -> Result<Metadata, Halt> {
        let url = Url::parse(url).map_err(|e| Halt::unjudged(format!("no URL: {e}")))?;
        let answer = self
            .client()
            .send(get_request(&url)?, "OAuth metadata")
            .await?;
        Ok(Metadata::of(answer))
    }

    async fn with_jwks(
        &self,
        metadata: Metadata,
        is_in_place: bool,
    ) -> Result<OauthMetadata, Halt> {
        let jwks = match metadata.endpoint("jwks_uri") {
            None => None,
            Some(url) if self.provider.metadata.endpoint("jwks_uri").as_ref() == Some(&url) => {
                Some(self.jwks().await?.clone())
            }
            Some(url) => Some(self.client().send(get_request(&url)?, "JWK Set").await?),
        };
        Ok(OauthMetadata {
            metadata,
            is_in_place,
            jwks,
        })
    }
}

/// Whether an answer is meant to be the document: a site that answers every path with a page has none.
fn is_document(metadata: &Metadata) -> bool {
    let says_json = metadata
        .answer
        .header("content-type")
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"));
    metadata.is_there() && metadata.answer.status() < 400
        || metadata.answer.status() == 200 && says_json
}
