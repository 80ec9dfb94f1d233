//! Error answers that a client reads, as opposed to a person.

use std::borrow::Cow;

use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::{Map, Value, json};

use crate::reply::Reply;

/// An error answer of the token endpoint and its kin (<https://www.rfc-editor.org/rfc/rfc6749#section-5.2>) or of a
/// protected resource (<https://www.rfc-editor.org/rfc/rfc6750#section-3>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OauthError {
    pub(crate) status: StatusCode,
    /// The value of `error`; without one the answer has no body.
    pub(crate) error: Option<Cow<'static, str>>,
    pub(crate) description: Cow<'static, str>,
    /// The value of `WWW-Authenticate`.
    pub(crate) challenge: Option<String>,
    /// The value of `Retry-After`, in seconds.
    pub(crate) retry_after: Option<u64>,
}

impl OauthError {
    /// Status 400.
    pub(crate) fn new(error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error: Some(error.into()),
            description: description.into(),
            challenge: None,
            retry_after: None,
        }
    }

    pub(crate) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_request", description)
    }

    pub(crate) fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_grant", description)
    }

    /// The client is not who it says: always 401 with a challenge, which is due when the client used the
    /// `Authorization` header and allowed else.
    pub(crate) fn invalid_client(issuer: &str) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            challenge: Some(format!("Basic realm=\"{issuer}\", charset=\"UTF-8\"")),
            ..Self::new("invalid_client", "client authentication failed")
        }
    }

    /// No access token came: the challenge says nothing of an error.
    pub(crate) fn no_token(issuer: &str) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: None,
            description: "".into(),
            challenge: Some(format!("Bearer realm=\"{issuer}\"")),
            retry_after: None,
        }
    }

    /// An error of a bearer token request, in the body and in the challenge.
    pub(crate) fn bearer(
        status: StatusCode,
        issuer: &str,
        error: &'static str,
        description: &'static str,
    ) -> Self {
        Self {
            status,
            challenge: Some(format!(
                "Bearer realm=\"{issuer}\", error=\"{error}\", error_description=\"{description}\""
            )),
            ..Self::new(error, description)
        }
    }

    pub(crate) fn into_reply(self) -> Reply {
        let mut reply = match &self.error {
            Some(error) => {
                let mut document = Map::new();
                document.insert("error".to_owned(), json!(error));
                if !self.description.is_empty() {
                    document.insert(
                        "error_description".to_owned(),
                        Value::from(self.description.as_ref()),
                    );
                }
                Reply::json(self.status, &document)
            }
            None => Reply::empty(self.status),
        };
        if let Some(challenge) = &self.challenge {
            reply.set(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            reply.set(http::header::RETRY_AFTER, &seconds.to_string());
        }
        reply.uncached()
    }
}
