//! Token responses ([RFC 6749 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).

use std::fmt;

use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Failure, json, members};
use crate::jwt::json::kind;

/// What a token response must bring beside the access token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// An ID Token: `openid` was asked for.
    pub(crate) id_token: bool,
    /// A refresh token: the flow goes on with it.
    pub(crate) refresh_token: bool,
}

/// The tokens of a right token response.
#[derive(Default, Clone, PartialEq, Eq)]
pub(crate) struct TokenAnswer {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) id_token: Option<String>,
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .finish_non_exhaustive()
    }
}

/// The tokens of `answer`.
///
/// # Errors
/// It is a refusal, or no right token response.
pub(crate) fn token(answer: &Response<Bytes>, wanted: Wanted) -> Result<TokenAnswer, Failure> {
    json(answer)?;
    let answer = match plain(answer.body()) {
        Some(tokens) => tokens,
        None => looked_at(answer.body())?,
    };
    if wanted.id_token && answer.id_token.is_none() {
        return Err(Failure::wrong("shape", "id_token", "none"));
    }
    if wanted.refresh_token && answer.refresh_token.is_none() {
        // It may be withheld, but the flow ends here
        // (https://www.rfc-editor.org/rfc/rfc6749#section-5.1).
        return Err(Failure::absent(
            "no_refresh_token",
            "the flow needs a refresh_token and there is none",
        ));
    }
    Ok(answer)
}

/// The tokens of a body in which everything is as almost everywhere, read without a copy of the rest: most bodies are so,
/// and time that is spent on them is time in which no load is made. None says nothing against the others.
fn plain(body: &[u8]) -> Option<TokenAnswer> {
    #[derive(Deserialize)]
    struct Members<'a> {
        access_token: &'a str,
        token_type: &'a str,
        #[serde(default, deserialize_with = "there")]
        expires_in: Option<f64>,
        #[serde(default, borrow, deserialize_with = "there")]
        refresh_token: Option<&'a str>,
        #[serde(default, borrow, deserialize_with = "there")]
        id_token: Option<&'a str>,
        #[serde(default, borrow, deserialize_with = "there")]
        scope: Option<&'a str>,
    }
    if memchr::memchr(b'\\', body).is_some() {
        return None;
    }
    let members: Members<'_> = serde_json::from_str(std::str::from_utf8(body).ok()?).ok()?;
    let is_visible = |text: &str| text.bytes().all(|c| matches!(c, b' '..=b'~'));
    let is_token = |text: &str| !text.is_empty() && is_visible(text);
    let is_right = members.token_type.eq_ignore_ascii_case("Bearer")
        && members.expires_in.is_none_or(|seconds| seconds >= 0.0)
        && is_token(members.access_token)
        && members.refresh_token.is_none_or(is_token)
        && members.id_token.is_none_or(is_token)
        && members.scope.is_none_or(is_visible);
    is_right.then(|| TokenAnswer {
        access_token: members.access_token.to_owned(),
        refresh_token: members.refresh_token.map(str::to_owned),
        id_token: members.id_token.map(str::to_owned),
    })
}

/// A member that is there; `null` is not taken for one that is not.
fn there<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(value).map(Some)
}

/// The tokens of any body, or what is wrong with it.
fn looked_at(body: &[u8]) -> Result<TokenAnswer, Failure> {
    let mut members = members(body)?;
    let token_type = members.get("token_type").and_then(Value::as_str);
    if !token_type.is_some_and(|word| word.eq_ignore_ascii_case("Bearer")) {
        let actual = shown("token_type", members.get("token_type"));
        return Err(Failure::wrong("token_type", "token_type Bearer", &actual));
    }
    match members.get("expires_in") {
        None => {}
        Some(Value::Number(seconds)) if seconds.as_f64().is_some_and(|n| n >= 0.0) => {}
        other => {
            let actual = shown("expires_in", other);
            return Err(Failure::wrong("shape", "expires_in, a number", &actual));
        }
    }
    let access_token = text(&mut members, "access_token")?
        .ok_or_else(|| Failure::wrong("shape", "access_token", "none"))?;
    let answer = TokenAnswer {
        access_token,
        refresh_token: text(&mut members, "refresh_token")?,
        id_token: text(&mut members, "id_token")?,
    };
    text(&mut members, "scope")?;
    Ok(answer)
}

/// A member that is a string where it is there at all; an empty one only where it is `scope`.
fn text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Failure> {
    match members.get_mut(name).map(Value::take) {
        None => Ok(None),
        // All that a token may consist of (https://www.rfc-editor.org/rfc/rfc6749#appendix-A).
        Some(Value::String(text)) if text.chars().any(|c| !matches!(c, ' '..='~')) => {
            let expected = format!("{name}, visible ASCII characters");
            Err(Failure::wrong("shape", &expected, "others among them"))
        }
        Some(Value::String(text)) if !text.is_empty() || name == "scope" => Ok(Some(text)),
        other => {
            let expected = format!("{name}, a string");
            Err(Failure::wrong(
                "shape",
                &expected,
                &shown(name, other.as_ref()),
            ))
        }
    }
}

/// The kind of a member alone: what it holds may be a secret.
fn shown(name: &str, value: Option<&Value>) -> String {
    match value {
        None => format!("no {name}"),
        Some(Value::String(text)) if text.is_empty() => format!("an empty {name}"),
        Some(value) => format!("{name} that is {}", kind(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_look_takes_what_the_long_one_takes() {
        let full = r#"{"access_token":"a","token_type":"bearer","expires_in":60,"refresh_token":"r","id_token":"i","scope":"openid","x":[null,{"y":1}]}"#;
        let short = r#"{"access_token":"a","token_type":"Bearer"}"#;
        // Whether the short look is enough, and whether the answer is right.
        for (body, is_plain, is_right) in [
            (full.to_owned(), true, true),
            (short.to_owned(), true, true),
            (short.replace("\"a\"", r#""\u0061""#), false, true),
            (full.replace("\"i\"", "null"), false, false),
            (full.replace("60", "null"), false, false),
            (full.replace("60", "-1"), false, false),
            (full.replace("60", "\"60\""), false, false),
            (full.replace("60", "0.5"), true, true),
            (full.replace("\"r\"", "\"\""), false, false),
            (full.replace("\"openid\"", "\"\""), true, true),
            (full.replace("\"openid\"", "7"), false, false),
            (full.replace("\"a\"", "\"\u{e9}\""), false, false),
            (full.replace("bearer", "mac"), false, false),
            (full.replace("\"x\"", "\"scope\":\"z\",\"x\""), false, true),
            (format!("{short} "), true, true),
            (format!("{short}x"), false, false),
            ("[]".to_owned(), false, false),
        ] {
            let plain = plain(body.as_bytes());
            let looked_at = looked_at(body.as_bytes());
            assert_eq!(plain.is_some(), is_plain, "{body}");
            assert_eq!(looked_at.is_ok(), is_right, "{body}");
            if let Some(plain) = plain {
                assert_eq!(looked_at, Ok(plain), "{body}");
            }
        }
        assert_eq!(
            plain(b"{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"x\":\"\xff\"}"),
            None
        );
    }
}
