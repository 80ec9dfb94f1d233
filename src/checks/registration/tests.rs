use serde_json::Map;

use super::*;
use crate::checks::test_answer;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> JsonAnswer {
    JsonAnswer::of(test_answer::answer("register", status, headers, body))
}

const JSON: (&str, &str) = ("content-type", "application/json;charset=UTF-8");

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A right answer, with some members replaced; `null` takes one away.
fn registration(asked: Value, changes: &Value) -> Registration {
    let mut body = object(json!({
        "client_id": "c",
        "client_secret": "s",
        "client_secret_expires_at": 0,
        "registration_client_uri": "https://op.example/register/c",
        "registration_access_token": "t",
        "redirect_uris": ["https://rp.example/cb"],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "application_type": "web",
        "id_token_signed_response_alg": "RS256",
    }));
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => body.shift_remove(name),
            value => body.insert(name.clone(), value.clone()),
        };
    }
    let no_store = ("cache-control", "private, no-store");
    Registration {
        asked: object(asked),
        answer: answer(201, &[JSON, no_store], &Value::Object(body).to_string()),
    }
}

fn met(finding: &Finding) -> Option<bool> {
    match finding {
        Finding::Met | Finding::MetWith { .. } => Some(true),
        Finding::Violated { .. } => Some(false),
        _ => None,
    }
}

fn judge(id: &str, registration: &Registration) -> Option<bool> {
    met(&Rule::find(RULES, id).unwrap().judge(registration))
}

#[test]
fn a_right_answer_violates_nothing() {
    let asked = json!({"redirect_uris": ["https://rp.example/cb"]});
    for rule in RULES {
        let verdict = judge(rule.id, &registration(asked.clone(), &json!({})));
        let expected = (rule.id != "RFC7591-2-4").then_some(true);
        assert_eq!(verdict, expected, "{}", rule.id);
    }
}

#[test]
fn each_rule_sees_what_it_is_about() {
    let asked = json!({"redirect_uris": ["https://rp.example/cb"]});
    for (id, changes, expected) in [
        ("OIDCR-2-11", json!({"application_type": null}), Some(true)),
        (
            "OIDCR-2-11",
            json!({"application_type": "native"}),
            Some(true),
        ),
        (
            "OIDCR-2-11",
            json!({"id_token_signed_response_alg": "ES256"}),
            Some(true),
        ),
        (
            "OIDCR-2-11",
            json!({"id_token_signed_response_alg": "none"}),
            Some(false),
        ),
        ("OIDCR-2-11", json!({"response_types": null}), Some(false)),
        (
            "OIDCR-3.2-3",
            json!({"client_secret_expires_at": null}),
            Some(false),
        ),
        (
            "OIDCR-3.2-3",
            json!({"client_secret_expires_at": "0"}),
            Some(false),
        ),
        (
            "OIDCR-3.2-3",
            json!({"client_secret": null, "client_secret_expires_at": null}),
            None,
        ),
        (
            "OIDCR-3.2-4",
            json!({"registration_client_uri": null}),
            Some(false),
        ),
        (
            "OIDCR-3.2-4",
            json!({"registration_client_uri": null, "registration_access_token": null}),
            Some(true),
        ),
        (
            "RFC7592-3-1",
            json!({"registration_client_uri": null, "registration_access_token": null}),
            None,
        ),
        (
            "RFC7592-3-1",
            json!({"registration_access_token": null}),
            Some(false),
        ),
        (
            "RFC7591-3.2.1-3",
            json!({"redirect_uris": null}),
            Some(false),
        ),
        (
            "OIDCR-3.2-7",
            json!({"redirect_uris": ["https://rp.example/cb/"]}),
            Some(false),
        ),
        (
            "RFC7591-2-3",
            json!({"grant_types": ["implicit"]}),
            Some(true),
        ),
        ("RFC7591-2-3", json!({"grant_types": []}), Some(false)),
        ("RFC7591-2-3", json!({"grant_types": null}), Some(false)),
        (
            "RFC7591-2-3",
            json!({"token_endpoint_auth_method": "client_secret_post"}),
            Some(true),
        ),
        (
            "RFC7591-2-3",
            json!({"token_endpoint_auth_method": ["client_secret_post"]}),
            Some(false),
        ),
        (
            "RFC7591-2-4",
            json!({"token_endpoint_auth_method": "none"}),
            Some(false),
        ),
        (
            "RFC7591-2-4",
            json!({"token_endpoint_auth_method": "none", "client_secret": null}),
            Some(true),
        ),
        ("RFC7591-3.2.1-5", json!({"client_id": null}), Some(false)),
        ("RFC7591-3.2.1-5", json!({"client_id": 7}), Some(false)),
    ] {
        let registration = registration(asked.clone(), &changes);
        assert_eq!(judge(id, &registration), expected, "{id} {changes}");
    }
}

#[test]
fn errors_have_their_form() {
    for (status, headers, body, expected) in [
        (
            400,
            &[JSON][..],
            r#"{"error":"invalid_redirect_uri"}"#,
            true,
        ),
        (400, &[JSON][..], r#"{"error":"invalid_request"}"#, true),
        (400, &[JSON][..], "{}", false),
        (400, &[][..], r#"{"error":"invalid_redirect_uri"}"#, false),
        (
            422,
            &[JSON][..],
            r#"{"error":"invalid_redirect_uri"}"#,
            false,
        ),
        (500, &[JSON][..], r#"{"error":"server_error"}"#, false),
        (201, &[JSON][..], r#"{"client_id":"c"}"#, false),
    ] {
        let registration = Registration {
            asked: Map::new(),
            answer: answer(status, headers, body),
        };
        for rule in ERROR_RULES {
            assert_eq!(
                met(&rule.judge(&registration)),
                Some(expected),
                "{status} {body}"
            );
        }
    }
}

#[test]
fn what_is_refused_or_replaced_is_not_registered() {
    let asked = json!({"grant_types": ["authorization_code"], "response_types": ["id_token"]});
    let members = ["grant_types", "response_types"];
    for (status, body, expected) in [
        (400, json!({"error": "invalid_client_metadata"}), Some(true)),
        (500, json!({}), None),
        (201, asked.clone(), Some(false)),
        (
            201,
            json!({"grant_types": ["implicit"], "response_types": ["id_token"]}),
            Some(true),
        ),
        (201, json!({}), Some(true)),
    ] {
        let registration = Registration {
            asked: object(asked.clone()),
            answer: answer(status, &[JSON], &body.to_string()),
        };
        let finding = is_not_registered(&registration, &members);
        assert_eq!(met(&finding), expected, "{status} {body}");
    }
}

#[test]
fn bearer_tokens_are_refused_with_a_challenge() {
    let plain = ("www-authenticate", "Bearer realm=\"x\"");
    let wrong = (
        "www-authenticate",
        "Bearer realm=\"x\", error=\"invalid_token\"",
    );
    for (status, header, error, expected) in [
        (401, Some(plain), None, true),
        (401, Some(wrong), Some("invalid_token"), true),
        (401, Some(plain), Some("invalid_token"), false),
        (401, Some(("www-authenticate", "Basic")), None, false),
        (401, None, None, false),
        (403, Some(wrong), None, false),
        (200, None, None, false),
    ] {
        let headers: Vec<_> = header.into_iter().collect();
        let finding = token_is_refused(&answer(status, &headers, "{}"), error);
        assert_eq!(met(&finding), Some(expected), "{status} {header:?}");
    }
}

#[test]
fn two_clients_share_nothing() {
    let one = registration(json!({}), &json!({}));
    let other = registration(json!({}), &json!({"client_id": "d", "client_secret": "t"}));
    assert_eq!(met(&are_distinct(&one, &other)), Some(true));
    let same_secret = registration(json!({}), &json!({"client_id": "d"}));
    assert_eq!(met(&are_distinct(&one, &same_secret)), Some(false));
}

#[test]
fn which_metadata_are_taken_is_policy_and_how_a_refusal_looks_is_not() {
    for (status, body, policy) in [
        (400, r#"{"error":"invalid_redirect_uri"}"#, true),
        (400, r#"{"error":"invalid_client_metadata"}"#, true),
        (400, r#"{"error":"unapproved_software_statement"}"#, true),
        (400, r#"{"error":"invalid_request"}"#, false),
        (400, "no", false),
        (500, r#"{"error":"invalid_client_metadata"}"#, false),
        (201, r#"{"client_id":"c"}"#, false),
    ] {
        let registration = Registration {
            asked: Map::new(),
            answer: answer(status, &[JSON], body),
        };
        let refused = registration.refused_by_policy().is_some();
        assert_eq!(refused, policy, "{status} {body}");
    }
}

#[test]
fn a_grant_type_may_come_unasked() {
    let asked = json!({"grant_types": ["authorization_code"]});
    let registration = registration(asked, &json!({}));
    assert!(registration.has_grant_type("refresh_token"));
    assert!(!registration.has_grant_type("client_credentials"));
}
