//! What comes with a token: the token response that it stands in, and the metadata that say where the keys are.

use serde_json::Value;
use url::Url;

use super::error::{Error, Rule, quoted};
use super::expected::Expected;
use super::keys::KeySet;
use super::token::ValidToken;
use super::validator::Validator;
use super::warning::Warning;
use crate::jwt::json;

impl Validator {
    /// Validates the ID Token of a token response (JSON), its `at_hash` against the access token beside it.
    /// `scope` is what was asked for.
    ///
    /// # Errors
    /// No JSON object with distinct names, no `id_token` although the scope has `openid`, one that is no string
    /// ([`Rule::TokenResponse`]), or the first rule that the token breaks.
    pub fn validate_response(
        &self,
        body: &[u8],
        scope: &str,
        expected: &Expected<'_>,
        keys: &KeySet,
        now: i64,
    ) -> Result<Option<ValidToken>, Error> {
        let wrong = |actual: &str| {
            let expected = "a JSON object with an ID Token";
            Err(Error::new(Rule::TokenResponse, expected, actual))
        };
        let Ok(document) = json::parse(body) else {
            return wrong("no JSON");
        };
        if !document.duplicates.is_empty() {
            return wrong("a member that comes more than once");
        }
        let response = document.value;
        let is_openid = scope.split(' ').any(|word| word == "openid");
        let token = match response.get("id_token") {
            None if is_openid => return wrong("no id_token"),
            None => return Ok(None),
            Some(Value::String(token)) => token,
            Some(other) => return wrong(&format!("id_token, {}", json::kind(other))),
        };
        let expected = Expected {
            access_token: response.get("access_token").and_then(Value::as_str),
            ..expected.clone()
        };
        let mut token = self.validate_at(token, &expected, keys, now)?;
        if !is_openid {
            token.warn(Warning::Scope);
        }
        Ok(Some(token))
    }
}

/// Where OpenID Connect Discovery puts the document of an issuer
/// ([OpenID Connect Discovery 1.0 section 4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig)): appended to
/// the whole issuer, whose trailing slash, if any, is taken away first.
pub fn openid_configuration_url(issuer: &str) -> String {
    format!(
        "{}/.well-known/openid-configuration",
        issuer.strip_suffix('/').unwrap_or(issuer)
    )
}

/// `jwks_uri` of metadata (JSON) whose `issuer` is exactly `issuer`
/// ([OpenID Connect Discovery 1.0 section 4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation)).
///
/// # Errors
/// No JSON object, another issuer, or no `jwks_uri` that is a URL ([`Rule::Metadata`]).
pub fn jwks_uri(metadata: &[u8], issuer: &str) -> Result<Url, Error> {
    let wrong = |expected: String, actual: String| Error::new(Rule::Metadata, expected, actual);
    let document =
        json::parse(metadata).map_err(|e| wrong("metadata".to_owned(), e.to_string()))?;
    let found = document.value.get("issuer").and_then(Value::as_str);
    if found != Some(issuer) || !document.duplicates.is_empty() {
        return Err(wrong(
            format!("the metadata of issuer {issuer:?}"),
            found.map_or_else(|| "no issuer".to_owned(), quoted),
        ));
    }
    let uri = document.value.get("jwks_uri").and_then(Value::as_str);
    uri.and_then(|uri| Url::parse(uri).ok()).ok_or_else(|| {
        wrong(
            "jwks_uri, a URL".to_owned(),
            uri.map_or_else(|| "none".to_owned(), quoted),
        )
    })
}
