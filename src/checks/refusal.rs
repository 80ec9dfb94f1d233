//! Whether a request was accepted or refused, and refused for the right reason.
//!
//! A negative never passes on silence, or for another reason: what is expected is always named.

use crate::finding::Finding;
use crate::flow::AuthorizationAttempt;
use crate::login::{End, PageKind};
use crate::protocol::JsonAnswer;

/// A refusal that would be right: a status, an error code, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status code; any 4xx where `None`.
    pub status: Option<u16>,
    /// The error code; any where `None`.
    pub error: Option<String>,
}

/// Reads what stands in the third column of a table: `400 invalid_grant or 401 invalid_client`,
/// `invalid_grant`, `401`, `any error`. Nothing means any error.
///
/// # Errors
/// A word that is neither a status nor an error code.
pub fn parse_refusals(text: &str) -> Result<Vec<Refusal>, String> {
    let text = text.trim();
    if text.is_empty() || text == "any error" {
        return Ok(vec![Refusal {
            status: None,
            error: None,
        }]);
    }
    text.split(" or ")
        .map(|alternative| {
            let mut refusal = Refusal {
                status: None,
                error: None,
            };
            for word in alternative.split_whitespace() {
                if let Ok(status) = word.parse() {
                    refusal.status = Some(status);
                } else if is_error_code(word) {
                    refusal.error = Some(word.to_owned());
                } else {
                    return Err(format!("`{word}` is neither a status nor an error code"));
                }
            }
            if refusal.status.is_none() && refusal.error.is_none() {
                return Err(format!("`{text}` names no refusal"));
            }
            Ok(refusal)
        })
        .collect()
}

/// The characters of the error codes in the registry.
fn is_error_code(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.status, &self.error) {
            (Some(status), Some(error)) => write!(f, "{status} {error}"),
            (Some(status), None) => write!(f, "{status}"),
            (None, Some(error)) => f.write_str(error),
            (None, None) => f.write_str("an error (4xx)"),
        }
    }
}

/// Refused for what the client may not do, whatever it sent.
const UNAUTHORIZED_CLIENT: &str = "unauthorized_client";

/// Whether an endpoint refused as it must. Success violates; so does another error. A failure of the server
/// violates a rule that names the error answer; that the request was refused, whatever the answer, it does not
/// prove, and that is left to a person.
pub fn refusal(answer: &JsonAnswer, expected: &str) -> Finding {
    let refusals = match parse_refusals(expected) {
        Ok(refusals) => refusals,
        Err(why) => return Finding::needs_review(format!("the feature is wrong: {why}")),
    };
    let any = refusals
        .iter()
        .any(|r| r.status.is_none() && r.error.is_none());
    if any && answer.answer.response.status().is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about this rule",
            answer.summary()
        ));
    }
    let refused = answer.answer.response.status().is_client_error();
    let right = refused
        && refusals.iter().any(|refusal| {
            refusal
                .status
                .is_none_or(|status| status == answer.status())
                && refusal
                    .error
                    .as_deref()
                    .is_none_or(|error| answer.error() == Some(error))
        });
    let others = |refusal: &Refusal| refusal.error.as_deref() != Some(UNAUTHORIZED_CLIENT);
    if right && answer.error() == Some(UNAUTHORIZED_CLIENT) && refusals.iter().any(others) {
        Finding::met_with(
            "unauthorized_client: the client may not use this grant at all, which shows less",
        )
    } else if right {
        Finding::Met
    } else {
        Finding::violated_any(refusals.iter().map(ToString::to_string), answer.summary())
    }
}

/// Whether an endpoint answered with success and a JSON object that has these members.
pub fn success(answer: &JsonAnswer, members: &[&str]) -> Finding {
    let there = answer.is_success() && members.iter().all(|name| answer.get(name).is_some());
    if there {
        Finding::Met
    } else if members.is_empty() {
        Finding::violated("2xx", answer.summary())
    } else {
        Finding::violated(format!("2xx with {}", members.join(", ")), answer.summary())
    }
}

/// How an authorization request must be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationRefusal {
    /// No redirect at all: what is wrong is the client_id or the redirect_uri
    /// ([RFC 6749 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
    NoRedirect,
    /// A redirect with one of these codes, or a page from which nothing leads on.
    RedirectOrPage(Vec<String>),
    /// A redirect with one of these codes; a page does not do.
    Redirect(Vec<String>),
}

/// Reads `no redirect`, `invalid_request or access_denied`, `redirect with invalid_request`, `any error`,
/// `redirect with any error`.
///
/// # Errors
/// A word that is no error code.
pub fn parse_authorization_refusal(text: &str) -> Result<AuthorizationRefusal, String> {
    let text = text.trim();
    if text == "no redirect" {
        return Ok(AuthorizationRefusal::NoRedirect);
    }
    let (codes, redirect) = match text.strip_prefix("redirect with ") {
        Some(codes) => (codes, true),
        None => (text, false),
    };
    let mut errors = Vec::new();
    if !codes.is_empty() && codes != "any error" {
        for code in codes.split(" or ") {
            let code = code.trim();
            if !is_error_code(code) {
                return Err(format!("`{code}` is no error code"));
            }
            errors.push(code.to_owned());
        }
    }
    Ok(if redirect {
        AuthorizationRefusal::Redirect(errors)
    } else {
        AuthorizationRefusal::RedirectOrPage(errors)
    })
}

/// Whether the authorization endpoint refused as it must.
pub fn authorization_refusal(attempt: &AuthorizationAttempt, expected: &str) -> Finding {
    let expected = match parse_authorization_refusal(expected) {
        Ok(expected) => expected,
        Err(why) => return Finding::needs_review(format!("the feature is wrong: {why}")),
    };
    match (&attempt.answer, &attempt.arrival.end) {
        (None, End::Page { answer, .. })
            if answer.response.status().is_server_error()
                && !matches!(expected, AuthorizationRefusal::Redirect(_)) =>
        {
            Finding::needs_review(format!(
                "the server failed ({}), which proves nothing about this rule",
                attempt.summary()
            ))
        }
        // A page that asks the user for something is no refusal: the journey could go on from there.
        (
            None,
            End::Page {
                kind: PageKind::Login | PageKind::Consent,
                ..
            },
        ) if !matches!(expected, AuthorizationRefusal::Redirect(_)) => {
            Finding::needs_review(format!(
                "not refused yet: the journey was left on {}",
                attempt.summary()
            ))
        }
        (None, _) => match expected {
            AuthorizationRefusal::Redirect(_) => {
                Finding::violated(expected.to_string(), attempt.summary())
            }
            AuthorizationRefusal::NoRedirect | AuthorizationRefusal::RedirectOrPage(_) => {
                Finding::Met
            }
        },
        (Some(answer), _) => {
            let right = match &expected {
                AuthorizationRefusal::NoRedirect => false,
                AuthorizationRefusal::RedirectOrPage(codes)
                | AuthorizationRefusal::Redirect(codes) => {
                    is_registered(attempt, &answer.base)
                        && answer.error().is_some_and(|error| {
                            codes.is_empty() || codes.iter().any(|c| c == error)
                        })
                }
            };
            Finding::met_if(right, expected.to_string(), || attempt.summary())
        }
    }
}

/// Whether this is where the client may get its answers: an error must not go anywhere else.
fn is_registered(attempt: &AuthorizationAttempt, base: &str) -> bool {
    let without_query = |uri: &str| uri.split(['?', '#']).next().map(str::to_owned);
    attempt
        .plan
        .client
        .redirect_uris
        .iter()
        .any(|own| without_query(own).as_deref() == Some(base))
}

impl std::fmt::Display for AuthorizationRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let codes = |codes: &[String]| {
            if codes.is_empty() {
                "any error".to_owned()
            } else {
                format!("error={}", codes.join(" or "))
            }
        };
        match self {
            Self::NoRedirect => f.write_str("an error page and no redirect"),
            Self::RedirectOrPage(list) => {
                write!(f, "a redirect with {}, or an error page", codes(list))
            }
            Self::Redirect(list) => write!(f, "a redirect with {}", codes(list)),
        }
    }
}

/// An answer with this status and body.
#[cfg(test)]
pub(super) fn answer_for_tests(status: u16, body: &str) -> JsonAnswer {
    JsonAnswer::of(super::test_answer::answer("token", status, &[], body))
}

#[cfg(test)]
mod tests {
    use super::answer_for_tests as answer;
    use super::*;

    #[test]
    fn only_the_right_refusal_is_right() {
        let grant = r#"{"error":"invalid_grant"}"#;
        for (status, body, expected, met) in [
            (400, grant, "400 invalid_grant", true),
            (400, grant, "invalid_grant", true),
            (400, grant, "401 invalid_client or 400 invalid_grant", true),
            (400, grant, "", true),
            (400, grant, "any error", true),
            (401, grant, "400 invalid_grant", false),
            (400, grant, "invalid_client", false),
            (400, "oops", "invalid_grant", false),
            (405, "", "400 or 405", true),
            (200, r#"{"access_token":"a"}"#, "", false),
            (200, grant, "invalid_grant", false),
            (302, "", "any error", false),
        ] {
            let finding = refusal(&answer(status, body), expected);
            assert_eq!(
                finding == Finding::Met,
                met,
                "{status} {body} {expected}: {finding:?}"
            );
        }
    }

    #[test]
    fn a_client_that_may_not_use_the_grant_is_rightly_told_so() {
        let body = r#"{"error":"unauthorized_client"}"#;
        for (expected, noted) in [
            ("400 invalid_grant or 400 unauthorized_client", true),
            ("400 unauthorized_client", false),
        ] {
            let finding = refusal(&answer(400, body), expected);
            let is_noted = matches!(finding, Finding::MetWith { .. });
            assert_eq!(is_noted, noted, "{expected}: {finding:?}");
            assert!(!matches!(finding, Finding::Violated { .. }));
        }
    }

    #[test]
    fn a_failure_of_the_server_is_no_refusal_and_no_right_answer() {
        for expected in ["", "any error"] {
            let finding = refusal(&answer(500, "{}"), expected);
            assert!(
                matches!(finding, Finding::NeedsReview { .. }),
                "{finding:?}"
            );
        }
        for expected in ["invalid_grant", "400", "400 or 401 invalid_client"] {
            let finding = refusal(&answer(500, r#"{"error":"invalid_grant"}"#), expected);
            assert!(matches!(finding, Finding::Violated { .. }), "{finding:?}");
        }
    }

    #[test]
    fn what_is_expected_must_be_readable() {
        assert!(parse_refusals("400 Invalid-Grant").is_err());
        assert!(parse_refusals("400 invalid_grant or 401").is_ok());
        assert!(parse_authorization_refusal("no redirect").is_ok());
        assert!(
            parse_authorization_refusal("redirect with login_required or invalid_request").is_ok()
        );
        assert!(parse_authorization_refusal("redirected").is_ok());
        assert!(parse_authorization_refusal("no redirects").is_err());
    }
}
