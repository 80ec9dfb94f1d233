//! Whether an answer is right. Pure: what a conformance run finds out in detail is looked at here as far as a load
//! run can afford it, so that a provider that is fast because it is wrong fails.

mod authorization;
mod endpoint;
mod id_token;
mod known;
mod remembered;
mod token;
mod userinfo;

pub(crate) use authorization::{Expected, authorization, logged_out, page};
pub(crate) use endpoint::{discovery, introspection, jwks, revocation};
pub(crate) use id_token::{Broken, id_token, refreshed, sub_of};
pub(crate) use known::judged_by;
pub(crate) use remembered::Remembered;
pub(crate) use token::{TokenAnswer, Wanted, token};
pub(crate) use userinfo::{About, userinfo, userinfo_signature};

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use super::tally::Failure;
use crate::http::TransportError;
use crate::jwt::json::kind;
use crate::login::LoginError;
use crate::protocol::{Challenge, beginning};

/// An error code that is longer is no code that anybody registered.
const LONGEST_CODE: usize = 64;

impl Failure {
    /// An answer came and it is not what the specification says.
    pub(super) fn wrong(kind: &'static str, expected: &str, actual: &str) -> Self {
        Self {
            kind: Cow::Borrowed(kind),
            wrong: true,
            example: format!("expected {expected}, got {actual}"),
        }
    }

    /// There is no answer, or a refusal.
    pub(super) fn absent(kind: impl Into<Cow<'static, str>>, example: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            wrong: false,
            example: example.into(),
        }
    }
}

/// There is no whole answer.
pub(crate) fn unanswered(error: &TransportError) -> Failure {
    let kind = match error {
        TransportError::Connect { .. } => "connect",
        TransportError::Tls { .. } => "tls",
        TransportError::TimedOut { .. } => "timed_out",
        TransportError::Broken { .. } => "broken",
        TransportError::TooLong { .. } => "too_long",
        TransportError::GivenUp { .. }
        | TransportError::Deadline
        | TransportError::Unsendable(_) => "unsendable",
    };
    Failure::absent(kind, error.to_string())
}

/// Whether a request that has no whole answer may have reached the provider all the same.
pub(crate) fn may_have_arrived(failure: &Failure) -> bool {
    matches!(&*failure.kind, "timed_out" | "broken" | "too_long")
}

/// The way through the pages did not end.
pub(crate) fn lost(error: &LoginError) -> Failure {
    match error {
        LoginError::Transport(error) => unanswered(error),
        LoginError::TooSlow { .. } => Failure::absent("timed_out", error.to_string()),
        LoginError::BadRedirect { .. } => Failure {
            kind: Cow::Borrowed("redirect"),
            wrong: true,
            example: error.to_string(),
        },
        LoginError::Rejected { .. } => Failure::absent("login_rejected", error.to_string()),
        LoginError::HeldBack(answer) => {
            let kind = format!("http_{}", answer.status);
            Failure::absent(kind, format!("a page that asks for patience: {answer}"))
        }
        LoginError::NotUnderstood { .. }
        | LoginError::TooManySteps { .. }
        | LoginError::External { .. } => Failure::absent("page", error.to_string()),
    }
}

/// The JSON object of an answer with the status 200.
///
/// # Errors
/// It is a refusal, or something else.
fn object(answer: &Response<Bytes>) -> Result<Map<String, Value>, Failure> {
    json(answer)?;
    members(answer.body())
}

/// The members of a body that is a JSON object.
///
/// # Errors
/// It is something else.
fn members(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(other) => Err(Failure::wrong("not_json", "a JSON object", kind(&other))),
        Err(_) => Err(Failure::wrong(
            "not_json",
            "a JSON object",
            &format!("{} bytes that are no JSON", body.len()),
        )),
    }
}

/// An answer with the status 200 that says of itself that it is JSON.
///
/// # Errors
/// It is a refusal, or something else.
fn json(answer: &Response<Bytes>) -> Result<(), Failure> {
    success(answer)?;
    if !is_of(answer, "application/json") {
        return Err(Failure::wrong(
            "not_json",
            "Content-Type application/json",
            &beginning(content_type(answer).unwrap_or("none")),
        ));
    }
    Ok(())
}

/// Whether the answer says that it is of this media type, whatever its parameters.
fn is_of(answer: &Response<Bytes>, media_type: &str) -> bool {
    content_type(answer)
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
}

fn content_type(answer: &Response<Bytes>) -> Option<&str> {
    answer.headers().get(CONTENT_TYPE)?.to_str().ok()
}

/// The answer has the status 200.
///
/// # Errors
/// The error code in it, or its status. A refusal is wrong only where it says nothing that a client could
/// understand: no error code, and no status that a server or proxy under load answers.
fn success(answer: &Response<Bytes>) -> Result<(), Failure> {
    let status = answer.status();
    if status == StatusCode::OK {
        return Ok(());
    }
    if !status.is_success()
        && let Some(code) = error_code(answer)
    {
        let example = format!("{} {code}", status.as_u16());
        return Err(Failure::absent(code, example));
    }
    let wrong = !(status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        ));
    let number = status.as_u16();
    Err(Failure {
        kind: Cow::Owned(format!("http_{number}")),
        wrong,
        example: match wrong {
            true => format!("expected 200 or an error code, got {number} without one"),
            false => format!("status {number}"),
        },
    })
}

/// The `error` of a JSON body, or of a challenge
/// ([RFC 6749 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2),
/// [RFC 6750 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)), where it looks like one.
fn error_code(answer: &Response<Bytes>) -> Option<String> {
    let body: Option<Value> = serde_json::from_slice(answer.body()).ok();
    let in_body = body.as_ref().and_then(|body| body.get("error")?.as_str());
    if let Some(code) = in_body.filter(|code| is_code(code)) {
        return Some(code.to_owned());
    }
    let challenges = Challenge::all(answer.headers());
    let mut codes = challenges
        .iter()
        .filter_map(|challenge| challenge.get("error"));
    codes.find(|code| is_code(code)).map(str::to_owned)
}

/// Letters, digits and the like; nothing that could be a token or a sentence.
fn is_code(code: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !code.is_empty() && code.len() <= LONGEST_CODE && code.chars().all(fits)
}

#[cfg(test)]
mod tests;
