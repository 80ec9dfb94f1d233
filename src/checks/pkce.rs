//! Checks on Proof Key for Code Exchange ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::Rule;
use crate::finding::Finding;
use crate::flow::AuthorizationAttempt;
use crate::protocol::JsonAnswer;

/// A request with a challenge that names no method, or names `plain`; the verifier is the challenge.
#[derive(Debug, Clone)]
pub struct PlainChallenge {
    /// The authorization request and what came of it.
    pub attempt: AuthorizationAttempt,
    /// The answer to the verifier, where a code came.
    pub token: Option<JsonAnswer>,
    /// Whether the metadata list `plain`; `None` where they list nothing.
    pub listed: Option<bool>,
}

/// The rules on requests without any challenge.
pub const ABSENCE_RULES: &[Rule<AuthorizationAttempt>] = &[
    Rule {
        id: "RFC7636-4.4.1-1",
        check: absence_is_invalid_request,
    },
    // The text binds where public clients are concerned.
    Rule {
        id: "RFC7636-4.4.1-3",
        check: absence_is_invalid_request,
    },
];

/// The rules on authorization responses beside a challenge.
pub const RESPONSE_RULES: &[Rule<AuthorizationAttempt>] = &[Rule {
    id: "RFC7636-4.4-2",
    check: challenge_is_not_shown,
}];

/// The rules on plain challenges.
pub const PLAIN_RULES: &[Rule<PlainChallenge>] = &[
    Rule {
        id: "RFC7636-4.3-1",
        check: no_method_means_plain,
    },
    Rule {
        id: "RFC8414-2-7",
        check: methods_that_work_are_listed,
    },
];

/// [RFC 7636 4.4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1).
fn absence_is_invalid_request(attempt: &AuthorizationAttempt) -> Finding {
    if attempt.code().is_some() {
        return Finding::not_applicable("this client need not use PKCE");
    }
    let error = attempt.answer.as_ref().and_then(|answer| answer.error());
    Finding::met_if(
        error == Some("invalid_request"),
        "a redirect with error=invalid_request",
        || attempt.summary(),
    )
}

/// Neither the challenge nor the verifier stands in what goes through the browser
/// ([RFC 7636 4.4](https://www.rfc-editor.org/rfc/rfc7636#section-4.4)), plain or as a part of a code that
/// anybody can read.
fn challenge_is_not_shown(attempt: &AuthorizationAttempt) -> Finding {
    let Some(answer) = &attempt.answer else {
        return Finding::not_applicable("no authorization response came");
    };
    let challenge = attempt.plan.parameters.get("code_challenge");
    let Some(challenge) = challenge else {
        return Finding::not_applicable("the request had no code_challenge");
    };
    let state = attempt.plan.parameters.get("state");
    let shown = answer
        .parameters()
        .iter()
        .filter(|(name, value)| *name != "state" || Some(*value) != state)
        .find(|(_, value)| {
            readings(value)
                .iter()
                .any(|text| text.contains(challenge) || text.contains(&attempt.plan.pkce.verifier))
        });
    Finding::met_if(shown.is_none(), "no code_challenge in the response", || {
        format!(
            "it stands in {}",
            shown.map(|(name, _)| name).unwrap_or_default()
        )
    })
}

/// A value, and what its base64 parts say.
fn readings(value: &str) -> Vec<String> {
    let mut all = vec![value.to_owned()];
    for part in value.split('.') {
        let plain = part.trim_end_matches('=');
        let bytes = URL_SAFE_NO_PAD
            .decode(plain)
            .or_else(|_| STANDARD.decode(part));
        if let Ok(bytes) = bytes {
            all.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    all
}

/// Where plain works, the verifier that equals the challenge is taken; where it does not, the request is
/// refused ([RFC 7636 4.3](https://www.rfc-editor.org/rfc/rfc7636#section-4.3),
/// [4.4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1)).
fn no_method_means_plain(plain: &PlainChallenge) -> Finding {
    let taken = "a code that is redeemed with the challenge for a verifier";
    let refused = "a redirect with error=invalid_request";
    if let Some(token) = &plain.token {
        if token.answer.response.status().is_server_error() {
            return Finding::needs_review(format!("the server failed ({})", token.summary()));
        }
        return Finding::met_if(token.is_success(), taken, || {
            format!("a code, and then {}", token.summary())
        });
    }
    let error = plain
        .attempt
        .answer
        .as_ref()
        .and_then(|answer| answer.error());
    // What the metadata list is for the server as a whole: a client may have to use S256 all the same.
    let note = match plain.listed {
        Some(true) => "the metadata list plain, but it is refused for this client",
        _ => "plain is not supported",
    };
    if error == Some("invalid_request") {
        Finding::met_with(note)
    } else {
        Finding::violated_any([taken, refused], plain.attempt.summary())
    }
}

/// [RFC 8414 2](https://www.rfc-editor.org/rfc/rfc8414#section-2): `code_challenge_methods_supported`.
fn methods_that_work_are_listed(plain: &PlainChallenge) -> Finding {
    let works = plain.token.as_ref().is_some_and(JsonAnswer::is_success);
    match (works, plain.listed) {
        (false, _) => Finding::not_applicable("plain does not work"),
        (true, None) => Finding::not_applicable(
            "the metadata have no code_challenge_methods_supported: judged with S256",
        ),
        (true, Some(listed)) => Finding::met_if(
            listed,
            "plain refused, or listed in code_challenge_methods_supported",
            || "plain works and is not listed".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_a_code_is_read() {
        let inside = URL_SAFE_NO_PAD
            .encode(r#"{"challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}"#);
        let code = format!("abc.{inside}.sig");
        let found = |value: &str| {
            readings(value)
                .iter()
                .any(|text| text.contains("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"))
        };
        assert!(found(&code));
        assert!(found("x.E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(!found("abc.def.ghi"));
    }
}
