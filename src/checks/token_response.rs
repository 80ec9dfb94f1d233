//! Checks on successful token responses.

use super::Rule;
use crate::finding::Finding;
use crate::protocol::JsonAnswer;

/// The rules on a successful token response.
pub const RULES: &[Rule<JsonAnswer>] = &[
    rule("OIDCC-3.1.3.3-1", id_token_is_there),
    rule("OIDCC-3.1.3.3-2", token_type_is_bearer),
    rule("RFC6749-5.1-1", required_members_are_there),
];

const fn rule(id: &'static str, check: fn(&JsonAnswer) -> Finding) -> Rule<JsonAnswer> {
    Rule { id, check }
}

fn id_token_is_there(answer: &JsonAnswer) -> Finding {
    Finding::met_if(
        answer.text("id_token").is_some(),
        "id_token, a string",
        || answer.summary(),
    )
}

fn token_type_is_bearer(answer: &JsonAnswer) -> Finding {
    let token_type = answer.get("token_type");
    Finding::met_if(
        token_type
            .and_then(|value| value.as_str())
            .is_some_and(|text| text.eq_ignore_ascii_case("Bearer")),
        "token_type Bearer",
        || match token_type {
            Some(value) => format!("token_type {value}"),
            None => "no token_type".to_owned(),
        },
    )
}

fn required_members_are_there(answer: &JsonAnswer) -> Finding {
    let there = answer.text("access_token").is_some() && answer.text("token_type").is_some();
    Finding::met_if(there, "access_token and token_type, both strings", || {
        answer.summary()
    })
}
