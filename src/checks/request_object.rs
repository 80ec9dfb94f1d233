//! Checks on what comes of a request object
//! ([Core 6](https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests)).

use super::Rule;
use crate::finding::Finding;
use crate::flow::AuthorizationAttempt;
use crate::login::{End, PageKind};

/// A request with `request` or `request_uri`, and what came of it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The request.
    pub attempt: AuthorizationAttempt,
    /// `request_parameter_supported` of the metadata.
    pub takes_request: bool,
    /// `request_uri_parameter_supported` of the metadata.
    pub takes_request_uri: bool,
}

/// The rules on the answer.
pub const RULES: &[Rule<Answered>] = &[
    rule("OIDCC-3.1.2.1-6", outer_redirect_uri_is_not_used),
    rule("OIDCC-6.1-1", request_is_used_or_refused),
    rule("OIDCC-6.2-1", request_uri_is_used_or_refused),
];

const fn rule(id: &'static str, check: fn(&Answered) -> Finding) -> Rule<Answered> {
    Rule { id, check }
}

impl Answered {
    fn error(&self) -> Option<&str> {
        self.attempt.answer.as_ref()?.error()
    }

    /// Whether it is a success that used what stood in the object alone: the state.
    fn used_the_object(&self) -> bool {
        let state = self.attempt.answer.as_ref().and_then(|a| a.get("state"));
        self.attempt.code().is_some() && state.is_some()
    }
}

/// The object has the state, the query has not.
fn request_is_used_or_refused(answered: &Answered) -> Finding {
    let refused = answered.error() == Some("request_not_supported");
    if refused {
        return Finding::Met;
    }
    if answered.takes_request {
        // A provider may demand a signature (https://www.rfc-editor.org/rfc/rfc9101#section-10.5).
        if answered.attempt.answer.is_none() {
            return page(answered, "a redirect with an error");
        }
        let wants_another = matches!(
            answered.error(),
            Some("invalid_request_object" | "invalid_request")
        );
        return Finding::met_if(
            answered.used_the_object() || wants_another,
            "a success with the state of the request object, or an error about it",
            || answered.attempt.summary(),
        );
    }
    Finding::violated(
        "a redirect with error=request_not_supported, as the metadata have no request_parameter_supported",
        answered.attempt.summary(),
    )
}

/// What a request ends on that can't be read: an error page will do, a failure of the server proves nothing.
fn page(answered: &Answered, expected: &str) -> Finding {
    let End::Page { answer, kind } = &answered.attempt.arrival.end else {
        return Finding::violated(expected, answered.attempt.summary());
    };
    if answer.response.status().is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about this rule",
            answered.attempt.summary()
        ));
    }
    if *kind == PageKind::Final {
        return Finding::met_with("an error page: the request can't be read");
    }
    Finding::needs_review(format!(
        "not refused yet: the journey was left on {}",
        answered.attempt.summary()
    ))
}

/// Nobody answers at the `request_uri`.
fn request_uri_is_used_or_refused(answered: &Answered) -> Finding {
    let expected = if answered.takes_request_uri {
        vec![
            "request_uri_not_supported",
            "invalid_request_uri",
            "invalid_request_object",
            "invalid_request",
        ]
    } else {
        vec!["request_uri_not_supported"]
    };
    match answered.error() {
        Some(error) if expected.contains(&error) => Finding::Met,
        None if answered.takes_request_uri && answered.attempt.answer.is_none() => {
            page(answered, "a redirect with an error")
        }
        _ => Finding::violated_any(
            expected
                .iter()
                .map(|error| format!("a redirect with error={error}")),
            answered.attempt.summary(),
        ),
    }
}

/// The object has a registered `redirect_uri`, the query another one: nothing goes there, and without support
/// for request objects the good one is not known.
fn outer_redirect_uri_is_not_used(answered: &Answered) -> Finding {
    let outer = answered.attempt.plan.parameters.get("redirect_uri");
    match &answered.attempt.answer {
        None => Finding::Met,
        Some(answer) => {
            let inner = outer != Some(answer.base.as_str())
                && (answered.used_the_object()
                    || matches!(
                        answered.error(),
                        Some("invalid_request_object" | "invalid_request")
                    ));
            Finding::met_if(
                answered.takes_request && inner,
                if answered.takes_request {
                    "an answer at the redirect_uri of the request object, or an error page"
                } else {
                    "an error page and no redirect"
                },
                || answered.attempt.summary(),
            )
        }
    }
}
