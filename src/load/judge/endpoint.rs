//! Answers of the other endpoints that clients call.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::known::{ISSUER, METADATA, is_known};
use super::{Failure, beginning, object, success};
use crate::jwt::json::kind;
use crate::jwt::key::JwkSet;
use crate::provider::Known;

/// A token that was issued a moment ago is active
/// ([RFC 7662 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).
///
/// # Errors
/// It is a refusal, or does not say that the token is active.
pub(crate) fn introspection(answer: &Response<Bytes>) -> Result<(), Failure> {
    match object(answer)?.get("active") {
        Some(Value::Bool(true)) => Ok(()),
        Some(Value::Bool(false)) => Err(Failure::wrong(
            "inactive",
            "active true for a token in use",
            "active false: perhaps this client may not look at the token",
        )),
        other => Err(Failure::wrong(
            "shape",
            "active, a boolean",
            other.map_or("none", kind),
        )),
    }
}

/// The token was revoked ([RFC 7009 2.2](https://www.rfc-editor.org/rfc/rfc7009#section-2.2)).
///
/// # Errors
/// It is a refusal.
pub(crate) fn revocation(answer: &Response<Bytes>) -> Result<(), Failure> {
    success(answer)
}

/// Metadata of this issuer
/// ([Discovery 4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation)), apart
/// from what is `known`.
///
/// # Errors
/// It is a refusal, or the metadata of another issuer.
pub(crate) fn discovery(
    answer: &Response<Bytes>,
    issuer: &str,
    known: &[Known],
) -> Result<(), Failure> {
    let members = match object(answer) {
        Ok(members) => members,
        Err(failure) if failure.wrong && is_known(known, &[METADATA]) => return Ok(()),
        Err(failure) => return Err(failure),
    };
    match members.get("issuer").and_then(Value::as_str) {
        Some(told) if told == issuer => Ok(()),
        _ if is_known(known, &[ISSUER]) => Ok(()),
        told => Err(Failure::wrong(
            "issuer",
            &format!("issuer {issuer:?}"),
            &told.map_or("none".to_owned(), beginning),
        )),
    }
}

/// A JWK Set with a key in it ([RFC 7517 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)). Its media type may
/// be that of JSON or its own.
///
/// # Errors
/// It is a refusal, or no such set.
pub(crate) fn jwks(answer: &Response<Bytes>) -> Result<(), Failure> {
    success(answer)?;
    let document: Value = serde_json::from_slice(answer.body())
        .map_err(|_| Failure::wrong("not_json", "a JWK Set", "no JSON"))?;
    let set = JwkSet::from_value(&document)
        .map_err(|why| Failure::wrong("shape", "a JWK Set", &why.to_string()))?;
    if set.keys.iter().any(|key| key.public_key().is_ok()) {
        return Ok(());
    }
    let actual = format!("{} keys, none that can be read", set.keys.len());
    Err(Failure::wrong("shape", "a JWK Set with a key", &actual))
}
