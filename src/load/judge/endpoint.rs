//! Answers of the other endpoints that clients call.

use bytes::Bytes;
use http::Response;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::{Failure, beginning, object, success};
use crate::finding::Finding;
use crate::jwt::compact::{Jws, is_jwe};
use crate::jwt::id_token::{IdToken, signed};
use crate::jwt::json::kind;
use crate::jwt::key::JwkSet;

/// Whom a UserInfo response is about, and for whom it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    /// `sub` of the ID Token, where it has one.
    pub(crate) sub: Option<&'a str>,
    /// The issuer.
    pub(crate) issuer: &'a str,
    /// Who asks.
    pub(crate) client_id: &'a str,
}

/// UserInfo tells of the user of the ID Token; where it is a JWT, it is from this issuer and for this client
/// ([Core 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)). Gives the JWT, whose
/// signature nobody has looked at yet. What is encrypted is the client's secret and is not judged.
///
/// # Errors
/// It is a refusal, has no `sub`, or another one, or is a JWT for somebody else.
pub(crate) fn userinfo<'a>(
    answer: &'a Response<Bytes>,
    about: &About<'_>,
) -> Result<Option<&'a str>, Failure> {
    success(answer)?;
    if !is_jwt(answer) {
        return is_about(&object(answer)?, about.sub).map(|()| None);
    }
    let text = std::str::from_utf8(answer.body())
        .unwrap_or_default()
        .trim();
    if is_jwe(text) {
        return Ok(None);
    }
    let jws = Jws::parse(text).ok();
    let claims = jws.as_ref().and_then(|jws| jws.claims().ok());
    let claims =
        claims.ok_or_else(|| Failure::wrong("shape", "a signed JWT with claims", "none"))?;
    is_about(claims, about.sub)?;
    if claims.get("iss").and_then(Value::as_str) != Some(about.issuer) {
        return Err(Failure::wrong(
            "userinfo",
            "iss, the issuer",
            "another iss, or none",
        ));
    }
    let is_client = |audience: &Value| audience.as_str() == Some(about.client_id);
    let is_for_client = match claims.get("aud") {
        Some(Value::Array(all)) => all.iter().any(is_client),
        one => one.is_some_and(is_client),
    };
    match is_for_client {
        true => Ok(Some(text)),
        false => Err(Failure::wrong(
            "userinfo",
            "aud with the client_id",
            "another aud, or none",
        )),
    }
}

/// The signature of a UserInfo response is the provider's.
///
/// # Errors
/// It is not.
pub(crate) fn userinfo_signature(token: &IdToken) -> Result<(), Failure> {
    for rule in [signed::is_signed, signed::key_is_published] {
        if let Finding::Violated { expected, actual } = rule(token) {
            return Err(Failure::wrong("userinfo", &expected.join(" or "), &actual));
        }
    }
    Ok(())
}

fn is_about(claims: &Map<String, Value>, sub: Option<&str>) -> Result<(), Failure> {
    match (claims.get("sub").and_then(Value::as_str), sub) {
        (None | Some(""), _) => Err(Failure::wrong("shape", "sub, a string", "none")),
        (Some(told), Some(sub)) if told != sub => Err(Failure::wrong(
            "sub_mismatch",
            "the sub of the ID Token",
            "another sub",
        )),
        _ => Ok(()),
    }
}

fn is_jwt(answer: &Response<Bytes>) -> bool {
    answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/jwt"))
}

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
/// ([Discovery 4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation)).
///
/// # Errors
/// It is a refusal, or the metadata of another issuer.
pub(crate) fn discovery(answer: &Response<Bytes>, issuer: &str) -> Result<(), Failure> {
    match object(answer)?.get("issuer").and_then(Value::as_str) {
        Some(told) if told == issuer => Ok(()),
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
