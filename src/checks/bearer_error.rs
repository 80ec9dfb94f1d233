//! Checks on how a protected resource refuses a request
//! ([RFC 6750 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).

use super::Rule;
use crate::finding::Finding;
use crate::protocol::{Challenge, JsonAnswer};

/// The rules on a refused request to a protected resource.
pub const RULES: &[Rule<JsonAnswer>] = &[
    rule("RFC6749-7-1", is_refused),
    rule("RFC6749-10.3-1", is_refused),
    rule("RFC6750-2.2-2", is_refused),
    rule("RFC6750-3-1", has_bearer_challenge),
    rule("RFC6750-3-2", has_bearer_challenge),
    rule("RFC6750-3-3", challenge_is_well_formed),
    rule("RFC6750-3.1-1", is_invalid_request),
    rule("RFC6750-3.1-2", challenge_has_no_error),
    rule("RFC6750-3.1-3", is_invalid_token),
    rule("RFC6750-3.1-4", is_invalid_token),
    rule("RFC6750-3.1-5", is_insufficient_scope),
    rule("RFC6750-3.1-6", is_invalid_request_or_401),
    rule("RFC6750-3.1-7", is_invalid_token),
    rule("RFC8725-3.12-1", is_refused),
];

/// The rule on a request with the access token in its query.
pub const QUERY_RULES: &[Rule<JsonAnswer>] =
    &[rule("RFC6750-2.3-1", is_refused_or_answered_private)];

const fn rule(id: &'static str, check: fn(&JsonAnswer) -> Finding) -> Rule<JsonAnswer> {
    Rule { id, check }
}

/// Judges a refusal. Success violates; a failure of the server proves nothing.
fn on_refusal(
    answer: &JsonAnswer,
    expected: &str,
    check: impl FnOnce(Option<Challenge>) -> Finding,
) -> Finding {
    let status = answer.answer.response.status();
    if status.is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about this rule",
            answer.summary()
        ));
    }
    if !status.is_client_error() {
        return Finding::violated(expected, answer.summary());
    }
    check(Challenge::find(answer.answer.response.headers(), "Bearer"))
}

fn is_refused(answer: &JsonAnswer) -> Finding {
    on_refusal(answer, "a refusal (4xx)", |_| Finding::Met)
}

/// A challenge of the scheme Bearer is followed by at least one parameter.
fn has_bearer_challenge(answer: &JsonAnswer) -> Finding {
    let expected = "WWW-Authenticate: Bearer with at least one parameter";
    on_refusal(answer, expected, |challenge| {
        Finding::met_if(
            challenge
                .as_ref()
                .is_some_and(|challenge| !challenge.parameters.is_empty()),
            expected,
            || format!("{} with {}", answer.status(), words(challenge.as_ref())),
        )
    })
}

fn challenge_is_well_formed(answer: &JsonAnswer) -> Finding {
    let expected = "each parameter once, of the characters that it may have";
    on_refusal(answer, expected, |challenge| {
        let Some(challenge) = challenge else {
            return Finding::not_applicable("the refusal has no Bearer challenge");
        };
        let wrong: Vec<String> = ["realm", "scope", "error", "error_description", "error_uri"]
            .into_iter()
            .filter_map(|name| {
                let values: Vec<&str> = challenge
                    .parameters
                    .iter()
                    .filter(|(own, _)| own == name)
                    .map(|(_, value)| value.as_str())
                    .collect();
                match values.as_slice() {
                    [] => None,
                    [value] => (!may_hold(name, value))
                        .then(|| format!("{name} holds a character that it may not have")),
                    several => Some(format!("{name} {} times", several.len())),
                }
            })
            .collect();
        Finding::met_if(wrong.is_empty(), expected, || wrong.join("; "))
    })
}

/// [RFC 6750 3](https://www.rfc-editor.org/rfc/rfc6750#section-3), the last two paragraphs before its examples.
fn may_hold(name: &str, value: &str) -> bool {
    let text = |b: u8| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    match name {
        "scope" => value.bytes().all(text),
        "error" | "error_description" => value.bytes().all(text),
        "error_uri" => value
            .bytes()
            .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
        _ => true,
    }
}

fn challenge_has_no_error(answer: &JsonAnswer) -> Finding {
    let expected = "a challenge without error";
    on_refusal(answer, expected, |challenge| {
        let error = challenge
            .as_ref()
            .and_then(|challenge| challenge.get("error"));
        Finding::met_if(error.is_none(), expected, || {
            format!("{} with {}", answer.status(), words(challenge.as_ref()))
        })
    })
}

fn is_invalid_token(answer: &JsonAnswer) -> Finding {
    is(answer, 401, "invalid_token")
}

fn is_invalid_request(answer: &JsonAnswer) -> Finding {
    is(answer, 400, "invalid_request")
}

fn is_insufficient_scope(answer: &JsonAnswer) -> Finding {
    is(answer, 403, "insufficient_scope")
}

/// A request whose token is empty may be taken for one without a token.
fn is_invalid_request_or_401(answer: &JsonAnswer) -> Finding {
    match is(answer, 400, "invalid_request") {
        Finding::Violated { actual, .. } if answer.status() != 401 => Finding::violated_any(
            ["400 with error=invalid_request", "401, as without a token"],
            actual,
        ),
        Finding::Violated { .. } => Finding::Met,
        other => other,
    }
}

/// The status, and the error in the challenge. A challenge is due with 401 alone; where there is none the
/// body may say the error.
fn is(answer: &JsonAnswer, status: u16, error: &str) -> Finding {
    let expected = format!("{status} with error={error}");
    on_refusal(answer, &expected, |challenge| {
        let found = challenge
            .as_ref()
            .and_then(|challenge| challenge.get("error"))
            .or(answer.error().filter(|_| status != 401));
        Finding::met_if(
            answer.status() == status && found == Some(error),
            &expected,
            || format!("{} with {}", answer.status(), words(challenge.as_ref())),
        )
    })
}

fn is_refused_or_answered_private(answer: &JsonAnswer) -> Finding {
    if answer.answer.response.status().is_server_error() {
        return on_refusal(answer, "", |_| Finding::Met);
    }
    if !answer.is_success() {
        return Finding::Met;
    }
    let cache_control = answer.answer.header("cache-control").unwrap_or_default();
    let is_private = cache_control.split(',').any(|directive| {
        let name = directive.split('=').next().unwrap_or(directive);
        name.trim().eq_ignore_ascii_case("private")
    });
    Finding::met_if(
        is_private,
        "a refusal, or Cache-Control: private",
        || match cache_control {
            "" => format!("{} without Cache-Control", answer.status()),
            other => format!("{} with Cache-Control: {other}", answer.status()),
        },
    )
}

fn words(challenge: Option<&Challenge>) -> String {
    let Some(challenge) = challenge else {
        return "no Bearer challenge".to_owned();
    };
    if challenge.parameters.is_empty() {
        return "Bearer without parameters".to_owned();
    }
    let parameters: Vec<String> = challenge
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    format!("Bearer {}", parameters.join(", "))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::checks::test_answer;

    fn answer(status: u16, header: (&str, &str), body: &str) -> JsonAnswer {
        JsonAnswer::of(test_answer::answer("userinfo", status, &[header], body))
    }

    fn finding(id: &str, answer: &JsonAnswer) -> Option<bool> {
        let rule = Rule::find(RULES, id)
            .or(Rule::find(QUERY_RULES, id))
            .unwrap();
        match rule.judge(answer) {
            Finding::Met => Some(true),
            Finding::Violated { .. } => Some(false),
            _ => None,
        }
    }

    #[test]
    fn refusals_are_judged_by_status_and_challenge() {
        for (id, status, challenge, met) in [
            ("RFC6750-3-1", 401, "Bearer realm=\"a\"", Some(true)),
            ("RFC6750-3-1", 401, "bearer error=\"x\"", Some(true)),
            (
                "RFC6750-3-1",
                401,
                "Basic realm=\"a\", Bearer realm=\"b\"",
                Some(true),
            ),
            ("RFC6750-3-1", 401, "Bearer", Some(false)),
            ("RFC6750-3-1", 403, "Basic realm=\"a\"", Some(false)),
            ("RFC6750-3-1", 200, "Bearer realm=\"a\"", Some(false)),
            ("RFC6750-3-1", 302, "Bearer realm=\"a\"", Some(false)),
            ("RFC6750-3-1", 500, "Bearer realm=\"a\"", None),
            (
                "RFC6750-3-3",
                401,
                "Bearer realm=\"a\", error=\"b c\"",
                Some(true),
            ),
            (
                "RFC6750-3-3",
                401,
                "Bearer realm=\"a\", realm=\"b\"",
                Some(false),
            ),
            ("RFC6750-3-3", 401, "Bearer error=\"a\\\"b\"", Some(false)),
            (
                "RFC6750-3-3",
                401,
                "Bearer error_description=\"bj\u{f8}rn\"",
                Some(false),
            ),
            ("RFC6750-3-3", 401, "Basic realm=\"a\"", None),
            ("RFC6750-3.1-2", 401, "Bearer realm=\"a\"", Some(true)),
            (
                "RFC6750-3.1-2",
                401,
                "Bearer error=\"invalid_token\"",
                Some(false),
            ),
            (
                "RFC6750-3.1-7",
                401,
                "Bearer error=\"invalid_token\"",
                Some(true),
            ),
            (
                "RFC6750-3.1-7",
                400,
                "Bearer error=\"invalid_token\"",
                Some(false),
            ),
            (
                "RFC6750-3.1-7",
                401,
                "Bearer error=\"access_denied\"",
                Some(false),
            ),
            ("RFC6750-3.1-7", 401, "Bearer realm=\"a\"", Some(false)),
            (
                "RFC6750-3.1-1",
                400,
                "Bearer error=\"invalid_request\"",
                Some(true),
            ),
            (
                "RFC6750-3.1-1",
                401,
                "Bearer error=\"invalid_request\"",
                Some(false),
            ),
            (
                "RFC6750-3.1-5",
                403,
                "Bearer error=\"insufficient_scope\"",
                Some(true),
            ),
            (
                "RFC6750-3.1-5",
                401,
                "Bearer error=\"invalid_token\"",
                Some(false),
            ),
            ("RFC6750-3.1-6", 401, "Bearer realm=\"a\"", Some(true)),
            (
                "RFC6750-3.1-6",
                400,
                "Bearer error=\"invalid_request\"",
                Some(true),
            ),
            (
                "RFC6750-3.1-6",
                400,
                "Bearer error=\"invalid_token\"",
                Some(false),
            ),
            ("RFC6750-3.1-6", 200, "Bearer realm=\"a\"", Some(false)),
            ("RFC6749-7-1", 401, "Basic realm=\"a\"", Some(true)),
            ("RFC6749-7-1", 200, "Basic realm=\"a\"", Some(false)),
        ] {
            let answer = answer(status, ("www-authenticate", challenge), "");
            assert_eq!(finding(id, &answer), met, "{id} {status} {challenge}");
        }
        // With 400 and 403 the body may name the error.
        let answer = answer(400, ("x", "y"), r#"{"error":"invalid_request"}"#);
        assert_eq!(finding("RFC6750-3.1-1", &answer), Some(true));
        assert_eq!(finding("RFC6750-3-2", &answer), Some(false));
    }

    #[test]
    fn a_token_in_the_query_is_refused_or_answered_private() {
        for (status, cache_control, met) in [
            (401, "x", Some(true)),
            (200, "private", Some(true)),
            (200, "no-cache, Private=\"a\"", Some(true)),
            (200, "no-store", Some(false)),
            (200, "", Some(false)),
            (500, "x", None),
        ] {
            let answer = answer(status, ("cache-control", cache_control), "{}");
            assert_eq!(
                finding("RFC6750-2.3-1", &answer),
                met,
                "{status} {cache_control}"
            );
        }
    }
}
