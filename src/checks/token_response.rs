//! Checks on successful token responses.

use serde_json::Value;

use super::Rule;
use crate::finding::Finding;
use crate::protocol::JsonAnswer;

/// The rules on a successful token response.
pub const RULES: &[Rule<JsonAnswer>] = &[
    rule("OIDCC-3.1.3.2-2", no_id_token),
    rule("OIDCC-3.1.3.3-1", id_token_is_there),
    rule("OIDCC-3.1.3.3-2", token_type_is_bearer),
    rule("RFC6749-3.3-1", scope_is_told),
    rule("RFC6749-4.4.3-1", no_refresh_token),
    rule("RFC6749-5.1-1", access_token_is_there),
    rule("RFC6749-5.1-4", expires_in_is_positive),
    rule("RFC6749-5.1-5", token_type_is_there),
    rule("RFC6750-5.3-1", bearer_token_is_short_lived),
];

const fn rule(id: &'static str, check: fn(&JsonAnswer) -> Finding) -> Rule<JsonAnswer> {
    Rule { id, check }
}

/// Of requests that were made at once with one code or one refresh token, at most one is a success.
pub fn at_most_one_success(answers: &[JsonAnswer]) -> Finding {
    let successes = answers.iter().filter(|answer| answer.is_success()).count();
    if let Some(failed) = answers
        .iter()
        .find(|answer| answer.answer.response.status().is_server_error())
        && successes <= 1
    {
        return Finding::needs_review(format!(
            "{successes} success, but the server failed beside it ({})",
            failed.summary()
        ));
    }
    Finding::met_if(
        successes <= 1,
        format!("one success of {} requests", answers.len()),
        || format!("{successes} successes of {} requests", answers.len()),
    )
}

/// A scope that `asked` goes too far for is refused, or named in the response without what was not granted
/// ([RFC 6749 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1): no scope member means all of it).
pub fn scope_is_not_exceeded(answer: &JsonAnswer, asked: &str, allowed: &str) -> Finding {
    let allowed: Vec<&str> = allowed.split_whitespace().collect();
    let expected = || {
        [
            "400 invalid_scope".to_owned(),
            format!("200 with scope within {:?}", allowed.join(" ")),
        ]
    };
    if answer.answer.response.status().is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about this rule",
            answer.summary()
        ));
    }
    if !answer.is_success() {
        return match answer.error() {
            Some("invalid_scope") => Finding::Met,
            _ if answer.is_refusal() => Finding::met_with(format!(
                "nothing was granted, though not with invalid_scope: {}",
                answer.summary()
            )),
            _ => Finding::violated_any(expected(), answer.summary()),
        };
    }
    let granted = answer.text("scope").unwrap_or(asked);
    let beyond = granted
        .split_whitespace()
        .find(|word| !allowed.contains(word));
    match beyond {
        None => Finding::Met,
        Some(_) if answer.get("scope").is_none() => {
            Finding::violated_any(expected(), "200 without scope, which grants all of it")
        }
        Some(_) => Finding::violated_any(expected(), format!("200 with scope {granted:?}")),
    }
}

/// Of a request for a scope that does not exist.
fn scope_is_told(answer: &JsonAnswer) -> Finding {
    if !answer.is_success() {
        return Finding::not_applicable(format!("no token: {}", answer.summary()));
    }
    Finding::met_if(
        answer.text("scope").is_some(),
        "scope, as not all that was asked for can have been granted",
        || answer.summary(),
    )
}

/// A provider may grant `openid` unasked: what comes of a request without it is left open
/// ([Core 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
fn no_id_token(answer: &JsonAnswer) -> Finding {
    let granted = answer.text("scope").unwrap_or_default();
    if granted.split(' ').any(|word| word == "openid") {
        return Finding::not_applicable("the provider granted openid unasked");
    }
    Finding::met_if(answer.get("id_token").is_none(), "no id_token", || {
        answer.summary()
    })
}

fn id_token_is_there(answer: &JsonAnswer) -> Finding {
    Finding::met_if(
        answer.text("id_token").is_some(),
        "id_token, a string",
        || answer.summary(),
    )
}

fn token_type_is_bearer(answer: &JsonAnswer) -> Finding {
    Finding::met_if(
        answer
            .text("token_type")
            .is_some_and(|text| text.eq_ignore_ascii_case("Bearer")),
        "token_type Bearer",
        || shown(answer, "token_type"),
    )
}

/// [RFC 6750 5.3](https://www.rfc-editor.org/rfc/rfc6750#section-5.3): one hour or less.
fn bearer_token_is_short_lived(answer: &JsonAnswer) -> Finding {
    let Some(expires_in) = answer.get("expires_in").and_then(serde_json::Value::as_f64) else {
        return Finding::not_applicable("the token response has no expires_in that is a number");
    };
    Finding::met_if(expires_in <= 3600.0, "expires_in of 3600 s at most", || {
        format!("expires_in {expires_in}")
    })
}

fn no_refresh_token(answer: &JsonAnswer) -> Finding {
    Finding::met_if(
        answer.get("refresh_token").is_none(),
        "no refresh_token",
        || answer.summary(),
    )
}

fn access_token_is_there(answer: &JsonAnswer) -> Finding {
    Finding::met_if(
        answer
            .text("access_token")
            .is_some_and(|token| !token.is_empty()),
        "access_token, a string that is not empty",
        || answer.summary(),
    )
}

fn expires_in_is_positive(answer: &JsonAnswer) -> Finding {
    let positive = answer
        .get("expires_in")
        .is_some_and(|value| value.is_number() && value.as_f64().is_some_and(|n| n > 0.0));
    Finding::met_if(positive, "expires_in, a number above 0", || {
        shown(answer, "expires_in")
    })
}

fn token_type_is_there(answer: &JsonAnswer) -> Finding {
    Finding::met_if(
        answer
            .text("token_type")
            .is_some_and(|text| !text.is_empty()),
        "token_type, a string that is not empty",
        || shown(answer, "token_type"),
    )
}

/// A member that is no secret.
fn shown(answer: &JsonAnswer, name: &str) -> String {
    match (answer.get(name), &answer.body) {
        (Some(Value::String(text)), _) => {
            let text: String = text.chars().take(100).collect();
            format!("{name} {text:?}")
        }
        (Some(value), _) => format!("{name} {value}"),
        (None, Ok(_)) => format!("no {name}"),
        (None, Err(_)) => answer.summary(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::refusal::answer_for_tests as answer;

    const RIGHT: &str =
        r#"{"access_token":"a","token_type":"bearer","expires_in":60,"id_token":"e.y.J"}"#;

    #[test]
    fn each_rule_is_met_and_violated() {
        for (id, right, wrong) in [
            ("OIDCC-3.1.3.2-2", r#"{"access_token":"a"}"#, RIGHT),
            ("OIDCC-3.1.3.3-1", RIGHT, r#"{"id_token":1}"#),
            ("OIDCC-3.1.3.3-2", RIGHT, r#"{"token_type":"mac"}"#),
            ("OIDCC-3.1.3.3-2", RIGHT, "{}"),
            ("RFC6749-4.4.3-1", RIGHT, r#"{"refresh_token":"r"}"#),
            ("RFC6749-5.1-1", RIGHT, r#"{"access_token":["a"]}"#),
            ("RFC6749-5.1-1", RIGHT, "<html>"),
            ("RFC6749-5.1-4", RIGHT, r#"{"expires_in":"60"}"#),
            ("RFC6749-5.1-4", RIGHT, r#"{"expires_in":0}"#),
            ("RFC6749-5.1-4", RIGHT, "{}"),
            ("RFC6749-5.1-5", RIGHT, r#"{"token_type":null}"#),
        ] {
            let rule = Rule::find(RULES, id).expect(id);
            assert_eq!(rule.judge(&answer(200, right)), Finding::Met, "{id}");
            let finding = rule.judge(&answer(200, wrong));
            assert!(
                matches!(finding, Finding::Violated { .. }),
                "{id} {wrong}: {finding:?}"
            );
        }
    }

    #[test]
    fn openid_that_was_granted_unasked_brings_an_id_token() {
        let rule = Rule::find(RULES, "OIDCC-3.1.3.2-2").unwrap();
        for (scope, applies) in [("profile openid", false), ("profile", true)] {
            let body = format!(r#"{{"access_token":"a","id_token":"e.y.J","scope":"{scope}"}}"#);
            let finding = rule.judge(&answer(200, &body));
            let violated = matches!(finding, Finding::Violated { .. });
            assert_eq!(violated, applies, "{scope}: {finding:?}");
        }
    }

    #[test]
    fn of_requests_at_once_one_succeeds() {
        let (yes, no) = (
            answer(200, RIGHT),
            answer(400, r#"{"error":"invalid_grant"}"#),
        );
        let met = |answers: &[JsonAnswer]| at_most_one_success(answers) == Finding::Met;
        assert!(met(&[yes.clone(), no.clone()]));
        assert!(met(&[no.clone(), no.clone()]));
        assert!(!met(&[yes.clone(), no.clone(), yes.clone()]));
        let failed = at_most_one_success(&[yes, answer(500, "")]);
        assert!(matches!(failed, Finding::NeedsReview { .. }));
    }

    #[test]
    fn a_scope_may_be_refused_or_cut_down() {
        for (status, body, met) in [
            (400, r#"{"error":"invalid_scope"}"#, true),
            (400, r#"{"error":"invalid_request"}"#, true),
            (302, "", false),
            (200, r#"{"access_token":"a","scope":"openid"}"#, true),
            (200, r#"{"access_token":"a","scope":"openid more"}"#, false),
            (200, r#"{"access_token":"a"}"#, false),
        ] {
            let finding = scope_is_not_exceeded(&answer(status, body), "openid more", "openid");
            let is_met = matches!(finding, Finding::Met | Finding::MetWith { .. });
            assert_eq!(is_met, met, "{status} {body}: {finding:?}");
        }
    }
}
