//! Checks on introspection responses ([RFC 7662 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).

use serde_json::Value;

use super::Rule;
use crate::finding::Finding;
use crate::jwt::json::show;
use crate::protocol::JsonAnswer;

/// An introspection response and what is known of the token.
#[derive(Debug, Clone)]
pub struct Introspection {
    /// The answer.
    pub answer: JsonAnswer,
    /// The issuer of the token.
    pub issuer: String,
    /// The client that it was issued to.
    pub client_id: String,
    /// The subject of the ID Token that came with it, where one user has one subject; a provider with pairwise
    /// subjects may tell a resource server another one than the client.
    pub sub: Option<String>,
    /// When it expires by the token response, in seconds since 1970; not known of a refresh token.
    pub expires: Option<f64>,
}

/// The rules on the answer about an active token.
pub const ACTIVE_RULES: &[Rule<Introspection>] = &[
    rule("RFC7662-2.1-3", is_active),
    rule("RFC7662-2.2-1", is_reported_active),
    rule("RFC7662-2.2-6", active_is_boolean),
    rule("RFC7662-2.2-10", members_fit_the_token),
    rule("PRACTICE-introspection-1", is_not_to_be_stored),
];

/// The rules on the answer about a token that is not active.
pub const INACTIVE_RULES: &[Rule<Introspection>] = &[
    rule("RFC7662-2.2-2", is_inactive),
    rule("RFC7662-2.2-3", active_stands_alone),
    rule("RFC7662-2.2-4", is_inactive),
    rule("RFC7662-2.2-5", is_inactive),
    rule("RFC7662-2.2-6", active_is_boolean),
    rule("RFC7662-4-3", is_inactive),
];

const fn rule(id: &'static str, check: fn(&Introspection) -> Finding) -> Rule<Introspection> {
    Rule { id, check }
}

fn is_active(introspection: &Introspection) -> Finding {
    judge_state(introspection, true)
}

/// Nothing stands against another answer about a client's own token, so it is judged without a control: a
/// provider need not let clients introspect, and `active` is false for who may not know
/// ([RFC 7662 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).
fn is_reported_active(introspection: &Introspection) -> Finding {
    let answer = &introspection.answer;
    if answer.answer.response.status().is_client_error() {
        return Finding::not_applicable(format!(
            "the provider lets this client introspect nothing ({})",
            answer.summary()
        ));
    }
    if answer.is_success() && answer.get("active") == Some(&Value::Bool(false)) {
        return Finding::needs_review(
            "active false for a token that was just issued: right only where this client is not to know about it",
        );
    }
    is_active(introspection)
}

fn is_inactive(introspection: &Introspection) -> Finding {
    judge_state(introspection, false)
}

fn judge_state(introspection: &Introspection, active: bool) -> Finding {
    let answer = &introspection.answer;
    if answer.answer.response.status().is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about this rule",
            answer.summary()
        ));
    }
    let fits = answer.status() == 200
        && answer.media_type().as_deref() == Some("application/json")
        && answer.get("active") == Some(&Value::Bool(active));
    Finding::met_if(
        fits,
        format!("200, application/json, active {active}"),
        || match answer.get("active") {
            Some(value) if answer.is_success() => format!(
                "{}, {}, active {}",
                answer.status(),
                answer
                    .media_type()
                    .unwrap_or_else(|| "no Content-Type".to_owned()),
                show(value)
            ),
            _ => answer.summary(),
        },
    )
}

fn active_is_boolean(introspection: &Introspection) -> Finding {
    let answer = &introspection.answer;
    if !answer.is_success() {
        return Finding::not_applicable(format!("the answer is {}", answer.summary()));
    }
    let active = answer.get("active");
    Finding::met_if(
        active.is_some_and(Value::is_boolean),
        "active, true or false",
        || {
            active.map_or_else(
                || "no active".to_owned(),
                |value| format!("active {}", show(value)),
            )
        },
    )
}

fn active_stands_alone(introspection: &Introspection) -> Finding {
    let answer = &introspection.answer;
    let Ok(members) = &answer.body else {
        return Finding::not_applicable(format!("the answer is {}", answer.summary()));
    };
    if answer.get("active") != Some(&Value::Bool(false)) {
        return Finding::not_applicable("the token is not reported inactive");
    }
    let others: Vec<&str> = members
        .keys()
        .map(String::as_str)
        .filter(|name| *name != "active")
        .collect();
    Finding::met_if(others.is_empty(), "active alone", || {
        format!("also {}", others.join(", "))
    })
}

fn members_fit_the_token(introspection: &Introspection) -> Finding {
    let answer = &introspection.answer;
    if answer.get("active") != Some(&Value::Bool(true)) {
        return Finding::not_applicable("the token is not reported active");
    }
    let mut wrong = Vec::new();
    for name in [
        "scope",
        "client_id",
        "username",
        "token_type",
        "sub",
        "iss",
        "jti",
    ] {
        if let Some(value) = answer.get(name)
            && !value.is_string()
        {
            wrong.push(format!("{name} is {}", show(value)));
        }
    }
    for name in ["exp", "iat", "nbf"] {
        if let Some(value) = answer.get(name)
            && value.as_i64().is_none()
        {
            wrong.push(format!("{name} is {}", show(value)));
        }
    }
    if let Some(aud) = answer.get("aud")
        && !is_audience(aud)
    {
        wrong.push(format!("aud is {}", show(aud)));
    }
    let known = [
        ("client_id", Some(introspection.client_id.as_str())),
        ("iss", Some(introspection.issuer.as_str())),
        ("sub", introspection.sub.as_deref()),
    ];
    for (name, expected) in known {
        if let (Some(value), Some(expected)) = (answer.text(name), expected)
            && value != expected
        {
            wrong.push(format!("{name} is {value:?}, the token's is {expected:?}"));
        }
    }
    wrong.extend(wrong_times(introspection));
    Finding::met_if(
        wrong.is_empty(),
        "members of their types, with the values of the token",
        || wrong.join("; "),
    )
}

fn wrong_times(introspection: &Introspection) -> Vec<String> {
    /// The token is older than its response, and clocks count whole seconds.
    const LEEWAY: f64 = 60.0;
    let answer = &introspection.answer;
    let seconds = |name: &str| answer.get(name).and_then(Value::as_f64);
    let mut wrong = Vec::new();
    if let (Some(exp), Some(iat)) = (seconds("exp"), seconds("iat"))
        && exp <= iat
    {
        wrong.push(format!("exp is {exp}, no later than iat {iat}"));
    }
    if let (Some(exp), Some(expires)) = (seconds("exp"), introspection.expires)
        && (exp - expires).abs() > LEEWAY
    {
        wrong.push(format!("exp is {exp}, by expires_in it would be {expires}"));
    }
    if let Some(iat) = seconds("iat")
        && iat > answer.answer.received_at + LEEWAY
    {
        wrong.push(format!("iat is {iat}, in the future"));
    }
    wrong
}

fn is_audience(aud: &Value) -> bool {
    match aud {
        Value::String(_) => true,
        Value::Array(items) => items.iter().all(Value::is_string),
        _ => false,
    }
}

fn is_not_to_be_stored(introspection: &Introspection) -> Finding {
    let cache_control = introspection.answer.answer.header("cache-control");
    let is_set = cache_control
        .unwrap_or_default()
        .split(',')
        .any(|directive| directive.trim().eq_ignore_ascii_case("no-store"));
    Finding::met_if(is_set, "Cache-Control: no-store", || match cache_control {
        Some(value) => format!("Cache-Control: {value}"),
        None => "no Cache-Control".to_owned(),
    })
}

/// Whether a request that nobody may make tells nothing about the token
/// ([RFC 7662 2.1](https://www.rfc-editor.org/rfc/rfc7662#section-2.1)); the token is active.
pub fn tells_nothing(answer: &JsonAnswer) -> Finding {
    let expected = "a refusal (4xx)";
    if answer.answer.response.status().is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about this rule",
            answer.summary()
        ));
    }
    if answer.answer.response.status().is_client_error() {
        return Finding::Met;
    }
    let inactive = answer.is_success()
        && answer.body.as_ref().is_ok_and(|members| members.len() == 1)
        && answer.get("active") == Some(&Value::Bool(false));
    if inactive {
        return Finding::met_with("answered with active false, which tells nothing");
    }
    Finding::violated(expected, answer.summary())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::test_answer::{self, JSON};

    fn answer(status: u16, body: &Value) -> JsonAnswer {
        let headers = [JSON, ("cache-control", "no-store")];
        let mut answer = test_answer::answer("introspect", status, &headers, &body.to_string());
        answer.received_at = 1000.0;
        JsonAnswer::of(answer)
    }

    fn introspection(status: u16, body: &Value) -> Introspection {
        Introspection {
            answer: answer(status, body),
            issuer: "https://op.example".to_owned(),
            client_id: "rp".to_owned(),
            sub: Some("alice".to_owned()),
            expires: Some(1300.0),
        }
    }

    fn violated(rules: &[Rule<Introspection>], status: u16, body: &Value) -> Vec<&'static str> {
        let introspection = introspection(status, body);
        rules
            .iter()
            .filter(|rule| matches!(rule.judge(&introspection), Finding::Violated { .. }))
            .map(|rule| rule.id)
            .collect()
    }

    #[test]
    fn an_active_token_is_reported_as_it_is() {
        let check = |status: u16, body: Value, expected: &[&str]| {
            assert_eq!(violated(ACTIVE_RULES, status, &body), expected, "{body}");
        };
        let active = |name: &str, value: Value| {
            let mut body = json!({
                "active": true, "scope": "a b", "client_id": "rp", "sub": "alice", "exp": 1300, "iat": 1000,
                "iss": "https://op.example", "aud": ["a"],
            });
            body[name] = value;
            body
        };
        check(200, json!({"active": true}), &[]);
        check(200, active("x", json!(null)), &[]);
        check(200, active("nbf", json!(1000)), &[]);
        for (name, value) in [
            ("scope", json!(["a"])),
            ("exp", json!("1300")),
            ("exp", json!(1000)),
            ("exp", json!(1300.5)),
            ("exp", json!(1500)),
            ("iat", json!(1200)),
            ("client_id", json!("other")),
            ("sub", json!("bob")),
            ("iss", json!("https://op.example/")),
            ("aud", json!(7)),
        ] {
            check(200, active(name, value), &["RFC7662-2.2-10"]);
        }
        check(
            200,
            json!({"active": "true"}),
            &["RFC7662-2.1-3", "RFC7662-2.2-1", "RFC7662-2.2-6"],
        );
        check(200, json!({"active": false}), &["RFC7662-2.1-3"]);
        check(403, json!({"error": "x"}), &["RFC7662-2.1-3"]);
        check(
            201,
            json!({"active": true}),
            &["RFC7662-2.1-3", "RFC7662-2.2-1"],
        );
    }

    #[test]
    fn who_may_not_know_about_a_token_is_told_that_it_is_inactive() {
        let rule = Rule::find(ACTIVE_RULES, "RFC7662-2.2-1").unwrap();
        let finding = rule.judge(&introspection(200, &json!({"active": false})));
        assert!(
            matches!(finding, Finding::NeedsReview { .. }),
            "{finding:?}"
        );
        let finding = rule.judge(&introspection(403, &json!({"error": "access_denied"})));
        assert!(
            matches!(finding, Finding::NotApplicable { .. }),
            "{finding:?}"
        );
    }

    #[test]
    fn the_subject_is_compared_where_it_is_known() {
        let rule = Rule::find(ACTIVE_RULES, "RFC7662-2.2-10").unwrap();
        let mut pairwise = introspection(200, &json!({"active": true, "sub": "local-7"}));
        pairwise.sub = None;
        assert_eq!(rule.judge(&pairwise), Finding::Met);
    }

    #[test]
    fn an_inactive_token_is_reported_as_inactive_and_nothing_else() {
        let check = |status: u16, body: Value, expected: &[&str]| {
            assert_eq!(violated(INACTIVE_RULES, status, &body), expected, "{body}");
        };
        let states = [
            "RFC7662-2.2-2",
            "RFC7662-2.2-4",
            "RFC7662-2.2-5",
            "RFC7662-4-3",
        ];
        check(200, json!({"active": false}), &[]);
        check(
            200,
            json!({"active": false, "scope": "a"}),
            &["RFC7662-2.2-3"],
        );
        check(200, json!({"active": true}), &states);
        check(400, json!({"error": "invalid_token"}), &states);
    }

    #[test]
    fn nobody_learns_anything() {
        for (status, body, met) in [
            (401, json!({}), Some(true)),
            (200, json!({"active": true}), Some(false)),
            (200, json!({"active": false, "sub": "a"}), Some(false)),
            (302, json!({}), Some(false)),
            (200, json!({"active": false}), Some(true)),
            (500, json!({}), None),
        ] {
            let found = match tells_nothing(&answer(status, &body)) {
                Finding::Met | Finding::MetWith { .. } => Some(true),
                Finding::Violated { .. } => Some(false),
                _ => None,
            };
            assert_eq!(found, met, "{status} {body}");
        }
    }
}
