//! Checks on successful token responses.

use super::Rule;
use crate::finding::Finding;
use crate::protocol::JsonAnswer;

/// The rules on a successful token response.
pub const RULES: &[Rule<JsonAnswer>] = &[
    rule("OIDCC-3.1.3.3-1", id_token_is_there),
    rule("OIDCC-3.1.3.3-2", token_type_is_bearer),
    rule("RFC6749-5.1-1", required_members_are_there),
    rule("RFC6750-5.3-1", bearer_token_is_short_lived),
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

/// [RFC 6750 5.3](https://www.rfc-editor.org/rfc/rfc6750#section-5.3): one hour or less.
fn bearer_token_is_short_lived(answer: &JsonAnswer) -> Finding {
    let Some(expires_in) = answer.get("expires_in").and_then(serde_json::Value::as_f64) else {
        return Finding::not_applicable("the token response has no expires_in that is a number");
    };
    Finding::met_if(expires_in <= 3600.0, "expires_in of 3600 s at most", || {
        format!("expires_in {expires_in}")
    })
}

fn required_members_are_there(answer: &JsonAnswer) -> Finding {
    let there = answer.text("access_token").is_some() && answer.text("token_type").is_some();
    Finding::met_if(there, "access_token and token_type, both strings", || {
        answer.summary()
    })
}
