//! Token responses ([RFC 6749 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).

use std::fmt;

use bytes::Bytes;
use http::Response;
use serde_json::{Map, Value};

use super::{Failure, object};
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
    let mut members = object(answer)?;
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
