//! Values of `id_token_hint` and `request`, right and wrong ones.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::flow::{Halt, id_token_of_another_issuer};
use crate::jwt::compact::Jws;
use crate::protocol::Parameters;

/// A token with one character of the signature changed, in the middle: the last one may hold bits that no
/// reader looks at.
pub(super) fn with_another_signature(token: &str) -> String {
    let signature = token.rfind('.').map_or(0, |dot| dot + 1);
    let middle = signature + (token.len() - signature) / 2;
    token
        .char_indices()
        .map(|(at, c)| match c {
            'A' if at == middle => 'B',
            _ if at == middle => 'A',
            other => other,
        })
        .collect()
}

/// The claims of a token under a header that says `none`.
pub(super) fn without_signature(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap_or_default();
    format!("{}.{claims}.", encode(&json!({"alg": "none"})))
}

/// The claims of a token but for `iss`, signed with a key of ours.
pub(super) fn of_another_issuer(token: &str) -> Result<String, Halt> {
    id_token_of_another_issuer(token).ok_or_else(|| {
        Halt::unjudged("the ID Token can't be read, so that none like it can be made")
    })
}

/// The subject of a token.
pub(super) fn sub_of(token: &str) -> Result<String, Halt> {
    let claims = Jws::parse(token).and_then(|jws| jws.claims().cloned().map_err(Clone::clone));
    claims
        .ok()
        .and_then(|claims| claims.get("sub")?.as_str().map(str::to_owned))
        .ok_or_else(|| Halt::unjudged("the ID Token has no sub that can be read"))
}

/// When a token expires, in seconds since 1970.
pub(super) fn exp_of(token: &str) -> Result<i64, Halt> {
    let claims = Jws::parse(token).and_then(|jws| jws.claims().cloned().map_err(Clone::clone));
    claims
        .ok()
        .and_then(|claims| claims.get("exp")?.as_i64())
        .ok_or_else(|| Halt::unjudged("the ID Token has no exp that can be read"))
}

/// An unsigned request object
/// ([Core 6.1](https://openid.net/specs/openid-connect-core-1_0.html#RequestObject)) with these parameters.
pub(super) fn request_object(issuer: &str, parameters: &Parameters) -> String {
    let mut claims = Map::new();
    for (name, value) in parameters.iter() {
        claims.insert(name.to_owned(), json!(value));
    }
    if let Some(id) = parameters.get("client_id") {
        claims.insert("iss".to_owned(), json!(id));
    }
    claims.insert("aud".to_owned(), json!(issuer));
    format!(
        "{}.{}.",
        encode(&json!({"alg": "none"})),
        encode(&Value::Object(claims))
    )
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_spoiled_in_one_thing() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.QUJDREVG";
        let other = with_another_signature(token);
        assert_eq!(other.len(), token.len());
        assert_eq!(
            other.rsplit_once('.').map(|(rest, _)| rest),
            token.rsplit_once('.').map(|(rest, _)| rest)
        );
        assert_ne!(other, token);
        assert_eq!(
            without_signature(token),
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."
        );
        assert_eq!(sub_of(token).as_deref(), Ok("alice"));
        assert!(sub_of("x").is_err());
    }
}
