//! Where a browser arrived.

use std::borrow::Cow;

use url::Url;

use super::{Failure, is_code};
use crate::http::Answer;
use crate::login::PageKind;
use crate::protocol::{AuthorizationAnswer, ResponseMode};

/// What an authorization response must fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// `redirect_uri` of the request.
    pub(crate) redirect_uri: &'a str,
    /// `state` of the request.
    pub(crate) state: &'a str,
    /// The issuer.
    pub(crate) issuer: &'a str,
    /// Whether the metadata promise `iss` ([RFC 9207 3](https://www.rfc-editor.org/rfc/rfc9207#section-3)).
    pub(crate) promises_iss: bool,
}

/// The code of an authorization response
/// ([RFC 6749 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)).
///
/// # Errors
/// It is an error response, or not the answer to this request.
pub(crate) fn authorization<'a>(
    answer: &'a AuthorizationAnswer,
    expected: &Expected<'_>,
) -> Result<&'a str, Failure> {
    let wrong = |what: &str, actual: &str| Failure::wrong("redirect", what, actual);
    at(
        answer,
        expected.redirect_uri,
        "the redirect_uri of the request",
    )?;
    if answer.mode() != ResponseMode::Query {
        return Err(wrong("parameters in the query", answer.mode().as_str()));
    }
    // https://www.rfc-editor.org/rfc/rfc6749#section-3.1
    for name in ["state", "code", "iss", "error"] {
        if answer.query.all(name).len() > 1 {
            return Err(wrong(&format!("{name} once"), "several"));
        }
    }
    match answer.query.get("state") {
        Some(state) if state == expected.state => {}
        None => return Err(wrong("the state of the request", "no state")),
        Some(_) => return Err(wrong("the state of the request", "another state")),
    }
    match answer.get("iss") {
        Some(iss) if iss != expected.issuer => {
            return Err(wrong("iss, the issuer", "another iss"));
        }
        None if expected.promises_iss => {
            return Err(wrong("iss, as the metadata promise", "no iss"));
        }
        _ => {}
    }
    if let Some(error) = answer.error() {
        return Err(match is_code(error) {
            true => Failure::absent(error.to_owned(), answer.summary()),
            false => wrong("code or an error code", "an error that is no code"),
        });
    }
    answer
        .get("code")
        .filter(|code| !code.is_empty())
        .ok_or_else(|| wrong("code", &answer.summary()))
}

/// The browser came back from the logout
/// ([RP-Initiated Logout 3](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RedirectionAfterLogout)).
///
/// # Errors
/// It came back to another place, or with another state.
pub(crate) fn logged_out(
    answer: &AuthorizationAnswer,
    uri: &str,
    state: &str,
) -> Result<(), Failure> {
    at(answer, uri, "the post_logout_redirect_uri of the request")?;
    match answer.query.get("state") {
        Some(told) if told == state => Ok(()),
        told => Err(Failure::wrong(
            "redirect",
            "the state of the request",
            told.map_or("no state", |_| "another state"),
        )),
    }
}

fn at(answer: &AuthorizationAnswer, uri: &str, what: &str) -> Result<(), Failure> {
    let base = uri.split(['?', '#']).next().unwrap_or(uri);
    // A browser asks `https://rp.example/` where `https://rp.example` is written.
    let same = |read: Url| Url::parse(&answer.base).is_ok_and(|there| there == read);
    if answer.base == base || Url::parse(base).is_ok_and(same) {
        return Ok(());
    }
    Err(Failure::wrong("redirect", what, &answer.base))
}

/// The way ended on a page instead of a redirect.
pub(crate) fn page(answer: &Answer, kind: PageKind) -> Failure {
    let status = answer.status();
    if answer.response.status().is_success() {
        let what = match kind {
            PageKind::Login => "a login page",
            PageKind::Consent => "a consent page",
            PageKind::Confirmation => "a page that asks for confirmation",
            PageKind::Final => "a page that leads nowhere",
        };
        return Failure::wrong("redirect", "a redirect to the client", what);
    }
    Failure {
        kind: Cow::Owned(format!("http_{status}")),
        wrong: false,
        example: format!("a page with status {status}"),
    }
}
