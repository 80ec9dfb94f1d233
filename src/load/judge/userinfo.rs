//! UserInfo ([Core 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)).

use bytes::Bytes;
use http::Response;
use serde_json::{Map, Value};

use super::id_token::Broken;
use super::known::is_known;
use super::{Failure, is_of, object, success};
use crate::finding::Finding;
use crate::jwt::compact::{Jws, is_jwe};
use crate::jwt::id_token::{IdToken, signed};
use crate::provider::Known;

/// There is a `sub`.
const SUB: &str = "OIDCC-5.3.2-1";
/// What is signed has the issuer and the client.
const ISS_AND_AUD: &str = "OIDCC-5.3.2-2";
/// What is not signed is JSON.
const JSON: &str = "OIDCC-5.3.2-3";
/// The `sub` is that of the ID Token.
const SAME_SUB: &str = "OIDCC-5.3.2-6";

/// The requirements that it is judged by.
pub(super) const IDS: [&str; 4] = [SUB, ISS_AND_AUD, JSON, SAME_SUB];

/// Whom a UserInfo response is about, and for whom it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    /// `sub` of the ID Token, where it has one.
    pub(crate) sub: Option<&'a str>,
    /// The issuer.
    pub(crate) issuer: &'a str,
    /// Who asks.
    pub(crate) client_id: &'a str,
    /// What the provider file declares.
    pub(crate) known: &'a [Known],
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
    if !is_of(answer, "application/jwt") {
        let members = match object(answer) {
            Err(failure) if failure.wrong && is_known(about.known, &[JSON]) => return Ok(None),
            members => members?,
        };
        return is_about(&members, about).map(|()| None);
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
    is_about(claims, about)?;
    if is_known(about.known, &[ISS_AND_AUD]) {
        return Ok(Some(text));
    }
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
pub(crate) fn userinfo_signature(token: &IdToken, _: &[Known]) -> Result<(), Broken> {
    for rule in [signed::is_signed, signed::key_is_published] {
        if let Finding::Violated { expected, actual } = rule(token) {
            return Err(Broken {
                failure: Failure::wrong("userinfo", &expected.join(" or "), &actual),
                by_keys: true,
            });
        }
    }
    Ok(())
}

fn is_about(claims: &Map<String, Value>, about: &About<'_>) -> Result<(), Failure> {
    match (claims.get("sub").and_then(Value::as_str), about.sub) {
        (None | Some(""), _) if !is_known(about.known, &[SUB]) => {
            Err(Failure::wrong("shape", "sub, a string", "none"))
        }
        (Some(told), Some(sub)) if told != sub && !is_known(about.known, &[SAME_SUB]) => Err(
            Failure::wrong("sub_mismatch", "the sub of the ID Token", "another sub"),
        ),
        _ => Ok(()),
    }
}
