//! Checks on the answers to a registered client that reads, updates or deletes itself
//! ([RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)).

use serde_json::{Map, Value};

use super::Rule;
use super::registration::{json_with_status, not_to_be_stored};
use crate::finding::Finding;
use crate::flow::{is_client_refused, is_same};
use crate::protocol::JsonAnswer;

/// An answer, and what was registered before.
#[derive(Debug, Clone)]
pub struct ManagementAnswer {
    /// The metadata as the answer before told them.
    pub before: Map<String, Value>,
    /// What an update sent.
    pub asked: Map<String, Value>,
    /// What the registration asked for.
    pub registered: Map<String, Value>,
    /// The answer.
    pub answer: JsonAnswer,
}

/// The rules on the answer to a read.
pub const READ_RULES: &[Rule<ManagementAnswer>] = &[
    rule("OIDCR-3.2-5", replaced_values_were_told),
    rule("OIDCR-4.3-1", has_all_metadata),
    rule("OIDCR-4.3-2", nothing_has_changed),
    rule("RFC7592-2.1-1", is_json),
    rule("PRACTICE-dcr-2", is_not_to_be_stored),
];

/// The rules on the answer to an update.
pub const UPDATE_RULES: &[Rule<ManagementAnswer>] = &[
    rule("RFC7592-2.2-1", has_the_new_values),
    rule("RFC7592-2.2-2", values_are_replaced),
    rule("PRACTICE-dcr-2", is_not_to_be_stored),
];

/// The rules on the answer to a delete.
pub const DELETE_RULES: &[Rule<ManagementAnswer>] = &[
    rule("RFC7592-2.3-1", answered_204),
    rule("RFC7592-2.3-4", unsupported_is_405),
];

const fn rule(id: &'static str, check: fn(&ManagementAnswer) -> Finding) -> Rule<ManagementAnswer> {
    Rule { id, check }
}

/// What an answer need not repeat, and what may be another one each time.
const MAY_CHANGE: [&str; 5] = [
    "client_secret",
    "client_secret_expires_at",
    "client_id_issued_at",
    "registration_access_token",
    "registration_client_uri",
];

fn is_json(management: &ManagementAnswer) -> Finding {
    json_with_status(&management.answer, 200)
}

fn has_all_metadata(management: &ManagementAnswer) -> Finding {
    let missing: Vec<&str> = stable(&management.before)
        .filter(|(name, _)| management.answer.get(name).is_none())
        .map(|(name, _)| name)
        .collect();
    Finding::met_if(missing.is_empty(), "all registered metadata", || {
        format!("no {}", missing.join(", "))
    })
}

/// A value that is another one than the registration asked for stood in the answer to it.
fn replaced_values_were_told(management: &ManagementAnswer) -> Finding {
    if !management.answer.is_success() {
        return Finding::not_applicable(format!(
            "the registration can't be read ({})",
            management.answer.summary()
        ));
    }
    let replaced = |name: &str, asked: &Value| {
        let got = management.answer.get(name)?;
        // Keys may come back in another form.
        (name != "jwks" && !is_same(asked, got)).then(|| got.clone())
    };
    let replaced: Vec<(&String, Value)> = management
        .registered
        .iter()
        .filter_map(|(name, asked)| Some((name, replaced(name, asked)?)))
        .collect();
    let silent: Vec<String> = replaced
        .iter()
        .filter(|(name, got)| {
            let told = management.before.get(*name);
            told.is_none_or(|told| !is_same(told, got))
        })
        .map(|(name, got)| format!("{name} is {got}, and the registration did not say so"))
        .collect();
    if !silent.is_empty() {
        return Finding::violated(
            "every replaced value in the registration response",
            silent.join("; "),
        );
    }
    let names: Vec<&str> = replaced.iter().map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        Finding::Met
    } else {
        Finding::met_with(format!("replaced: {}", names.join(", ")))
    }
}

fn nothing_has_changed(management: &ManagementAnswer) -> Finding {
    let changed: Vec<String> = stable(&management.before)
        .filter_map(|(name, value)| Some((name, value, management.answer.get(name)?)))
        .filter(|(_, value, got)| !is_same(value, got))
        .map(|(name, value, got)| format!("{name} was {value} and is {got}"))
        .collect();
    Finding::met_if(changed.is_empty(), "the metadata as they were", || {
        changed.join("; ")
    })
}

fn stable(metadata: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    metadata
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, _)| !MAY_CHANGE.contains(name))
}

/// `client_name` is judged where the provider tells it at all.
fn has_the_new_values(management: &ManagementAnswer) -> Finding {
    let shape = is_json(management);
    if shape != Finding::Met {
        return shape;
    }
    let told = |name: &&str| management.before.contains_key(*name);
    let wrong: Vec<String> = ["client_id", "client_name"]
        .into_iter()
        .filter(told)
        .filter_map(|name| Some((name, management.asked.get(name)?)))
        .filter(|(name, asked)| management.answer.get(name) != Some(*asked))
        .map(|(name, _)| match management.answer.get(name) {
            Some(got) => format!("{name} {got}"),
            None => format!("no {name}"),
        })
        .collect();
    Finding::met_if(wrong.is_empty(), "the values of the update", || {
        wrong.join("; ")
    })
}

/// A list that an update shortens is not added to the old one
/// ([RFC 7592 2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)). That a member which was left out is
/// still there is noted only: the server may ignore empty values.
fn values_are_replaced(management: &ManagementAnswer) -> Finding {
    let answer = &management.answer;
    if !answer.is_success() {
        return Finding::violated("200 with the values of the update", answer.summary());
    }
    let asked = management.asked.get("redirect_uris");
    let got = answer.get("redirect_uris");
    if let (Some(asked), Some(got)) = (asked, got)
        && !is_same(asked, got)
    {
        return Finding::violated(
            format!("redirect_uris {asked}"),
            format!("redirect_uris {got}"),
        );
    }
    let kept: Vec<&str> = stable(&management.before)
        .filter(|(name, value)| {
            !management.asked.contains_key(*name) && answer.get(name) == Some(*value)
        })
        .map(|(name, _)| name)
        .collect();
    if kept.is_empty() {
        Finding::Met
    } else {
        Finding::met_with(format!("left out, and still there: {}", kept.join(", ")))
    }
}

fn answered_204(management: &ManagementAnswer) -> Finding {
    let answer = &management.answer;
    if matches!(answer.status(), 403 | 405) {
        return Finding::not_applicable(format!(
            "the provider deletes no clients ({})",
            answer.status()
        ));
    }
    if !answer.is_success() {
        return Finding::not_applicable(format!(
            "the client was not deleted ({})",
            answer.summary()
        ));
    }
    Finding::met_if(answer.status() == 204, "204", || answer.summary())
}

fn unsupported_is_405(management: &ManagementAnswer) -> Finding {
    let answer = &management.answer;
    match answer.status() {
        200..=299 => Finding::not_applicable("the provider deletes clients"),
        403 => Finding::not_applicable("this client may not delete itself"),
        405 => Finding::Met,
        _ => Finding::violated_any(["204", "405"], answer.summary()),
    }
}

fn is_not_to_be_stored(management: &ManagementAnswer) -> Finding {
    not_to_be_stored(&management.answer)
}

/// Whether UserInfo refuses a token.
pub fn access_token_is_dead(answer: &JsonAnswer) -> Finding {
    if answer.answer.response.status().is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about this rule",
            answer.summary()
        ));
    }
    Finding::met_if(answer.is_refusal(), "401", || answer.summary())
}

/// Whether the token endpoint refuses a secret that the client chose for itself as it refuses `wrong`, one that nobody
/// chose ([RFC 7592 2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)).
pub fn chosen_secret_is_unknown(wrong: &JsonAnswer, chosen: &JsonAnswer) -> Finding {
    if !is_client_refused(wrong) {
        return Finding::not_applicable(format!(
            "the token endpoint does not tell that a secret is wrong ({})",
            wrong.summary()
        ));
    }
    if chosen.answer.response.status().is_server_error() {
        return Finding::needs_review(format!("the server failed ({})", chosen.summary()));
    }
    Finding::met_if(
        is_client_refused(chosen),
        "the client refused, as with any wrong secret",
        || format!("the chosen secret is taken: {}", chosen.summary()),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::test_answer::{self, JSON};

    fn answer(status: u16, body: &Value) -> JsonAnswer {
        let body = body.to_string();
        JsonAnswer::of(test_answer::answer("register/c", status, &[JSON], &body))
    }

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_replaced_value_was_told() {
        let rule = Rule::find(READ_RULES, "OIDCR-3.2-5").unwrap();
        let (asked, other) = (json!({"alg": "ES256"}), json!({"alg": "RS256"}));
        // What was asked, what the registration told, what a read tells.
        for (told, read, expected) in [
            (&asked, &asked, Some(true)),
            (&json!({}), &asked, Some(true)),
            (&json!({}), &json!({}), Some(true)),
            (&other, &other, Some(true)),
            (&json!({}), &other, Some(false)),
            (&asked, &other, Some(false)),
        ] {
            let management = ManagementAnswer {
                before: object(told),
                asked: Map::new(),
                registered: object(&asked),
                answer: answer(200, read),
            };
            let met = match rule.judge(&management) {
                Finding::Met | Finding::MetWith { .. } => Some(true),
                Finding::Violated { .. } => Some(false),
                _ => None,
            };
            assert_eq!(met, expected, "{told} {read}");
        }
    }

    #[test]
    fn answers_are_compared_with_what_was_registered() {
        let before = json!({
            "client_id": "c", "client_name": "a", "redirect_uris": ["u", "v"],
            "registration_access_token": "t", "contacts": ["x"],
        });
        let asked = json!({"client_id": "c", "client_name": "b", "redirect_uris": ["v"]});
        let updated = json!({"client_id": "c", "client_name": "b", "redirect_uris": ["v"]});
        let read = json!({
            "client_id": "c", "client_name": "a", "redirect_uris": ["v", "u"], "contacts": ["x"],
        });
        let with = |value: &Value, name: &str, new: Value| {
            let mut changed = value.clone();
            changed[name] = new;
            changed
        };
        let augmented = with(&updated, "redirect_uris", json!(["u", "v"]));
        for (id, status, body, expected) in [
            ("RFC7592-2.1-1", 200, read.clone(), Some(true)),
            ("RFC7592-2.1-1", 201, read.clone(), Some(false)),
            ("OIDCR-4.3-1", 200, read.clone(), Some(true)),
            ("OIDCR-4.3-1", 200, json!({"client_id": "c"}), Some(false)),
            ("OIDCR-4.3-2", 200, read.clone(), Some(true)),
            (
                "OIDCR-4.3-2",
                200,
                with(&read, "client_name", json!("z")),
                Some(false),
            ),
            ("PRACTICE-dcr-2", 200, read.clone(), Some(false)),
            ("RFC7592-2.2-1", 200, updated.clone(), Some(true)),
            ("RFC7592-2.2-1", 200, read, Some(false)),
            ("RFC7592-2.2-1", 201, updated.clone(), Some(false)),
            ("RFC7592-2.2-2", 200, updated.clone(), Some(true)),
            (
                "RFC7592-2.2-2",
                200,
                with(&updated, "contacts", json!(["x"])),
                Some(true),
            ),
            ("RFC7592-2.2-2", 200, augmented, Some(false)),
            ("RFC7592-2.3-1", 204, json!(null), Some(true)),
            ("RFC7592-2.3-1", 200, json!({}), Some(false)),
            ("RFC7592-2.3-1", 405, json!({}), None),
            ("RFC7592-2.3-4", 204, json!(null), None),
            ("RFC7592-2.3-4", 405, json!({}), Some(true)),
            ("RFC7592-2.3-4", 501, json!({}), Some(false)),
        ] {
            let rule = [READ_RULES, UPDATE_RULES, DELETE_RULES]
                .into_iter()
                .find_map(|rules| Rule::find(rules, id))
                .unwrap();
            let management = ManagementAnswer {
                before: object(&before),
                asked: object(&asked),
                registered: object(&json!({"client_name": "a"})),
                answer: answer(status, &body),
            };
            let met = match rule.judge(&management) {
                Finding::Met | Finding::MetWith { .. } => Some(true),
                Finding::Violated { .. } => Some(false),
                _ => None,
            };
            assert_eq!(met, expected, "{id} {status} {body}");
        }
    }

    #[test]
    fn a_secret_that_was_taken_silently_shows_at_the_token_endpoint() {
        use crate::checks::refusal::answer_for_tests as answer;
        let refused = || answer(401, r#"{"error":"invalid_client"}"#);
        let taken = || answer(400, r#"{"error":"invalid_grant"}"#);
        for (wrong, chosen, expected) in [
            (refused(), refused(), Some(true)),
            (refused(), taken(), Some(false)),
            (refused(), answer(200, "{}"), Some(false)),
            (refused(), answer(500, "{}"), None),
            (taken(), taken(), None),
        ] {
            let found = match chosen_secret_is_unknown(&wrong, &chosen) {
                Finding::Met => Some(true),
                Finding::Violated { .. } => Some(false),
                _ => None,
            };
            assert_eq!(found, expected, "{} {}", wrong.summary(), chosen.summary());
        }
    }
}
