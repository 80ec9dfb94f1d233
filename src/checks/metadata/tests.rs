use serde_json::{Value, json};

use super::*;
use crate::checks::test_answer;

const ISSUER: &str = "https://op.example/a";

/// A document that every rule likes, with some members replaced; `null` takes one away.
fn document(changes: &Value) -> Value {
    let mut document = json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://op.example/a/authorize",
        "token_endpoint": "https://op.example/a/token",
        "userinfo_endpoint": "https://op.example/a/userinfo",
        "jwks_uri": "https://op.example/a/jwks",
        "scopes_supported": ["openid"],
        "claims_supported": ["sub"],
        "response_types_supported": ["code", "id_token", "token id_token"],
        "grant_types_supported": ["authorization_code", "implicit"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
    });
    let members = document.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => members.shift_remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    document
}

fn discovery(body: &str, headers: &[(&str, &str)]) -> Discovery {
    let path = "a/.well-known/openid-configuration";
    let answer = test_answer::answer(path, 200, headers, body);
    Discovery {
        metadata: Metadata::of(answer),
        issuer: ISSUER.to_owned(),
    }
}

const HEADERS: [(&str, &str); 2] = [
    ("content-type", "application/json; charset=utf-8"),
    ("cache-control", "max-age=60"),
];

#[derive(Debug, PartialEq)]
enum Verdict {
    Met,
    Violated,
    NotApplicable,
}

fn verdict(id: &str, discovery: &Discovery) -> Verdict {
    match Rule::find(RULES, id).unwrap().judge(discovery) {
        Finding::Met | Finding::MetWith { .. } => Verdict::Met,
        Finding::Violated { .. } => Verdict::Violated,
        Finding::NotApplicable { .. } => Verdict::NotApplicable,
        Finding::NeedsReview { look_at } => panic!("{id}: {look_at}"),
    }
}

#[test]
fn a_right_document_violates_nothing() {
    let right = discovery(&document(&json!({})).to_string(), &HEADERS);
    for rule in RULES {
        let expected = if rule.id == "OIDCD-3-20" {
            Verdict::NotApplicable
        } else {
            Verdict::Met
        };
        assert_eq!(verdict(rule.id, &right), expected, "{}", rule.id);
    }
}

#[test]
fn each_rule_sees_what_it_is_about() {
    use Verdict::{Met, NotApplicable, Violated};
    for (id, changes, expected) in [
        ("OIDCD-3-2", json!({"jwks_uri": null}), Violated),
        ("OIDCD-3-2", json!({"token_endpoint": null}), Violated),
        (
            "OIDCD-3-2",
            json!({"token_endpoint": null, "response_types_supported": ["id_token"]}),
            Met,
        ),
        (
            "OIDCD-3-3",
            json!({"id_token_signing_alg_values_supported": ["ES256"]}),
            Violated,
        ),
        (
            "OIDCD-3-3",
            json!({"id_token_signing_alg_values_supported": null}),
            Violated,
        ),
        (
            "OIDCD-3-4",
            json!({"scopes_supported": ["profile"]}),
            Violated,
        ),
        (
            "OIDCD-3-4",
            json!({"scopes_supported": null}),
            NotApplicable,
        ),
        ("OIDCD-3-5", json!({"claims_supported": null}), Violated),
        (
            "OIDCD-3-6",
            json!({"revocation_endpoint": "http://op.example/r"}),
            Violated,
        ),
        (
            "OIDCD-3-6",
            json!({"jwks_uri": "http://127.0.0.1:1/jwks"}),
            NotApplicable,
        ),
        (
            "OIDCD-3-6",
            json!({"jwks_uri": "http://127.0.0.1:1/jwks", "token_endpoint": "http://op.example/t"}),
            Violated,
        ),
        (
            "OIDCD-3-6",
            json!({"jwks_uri": format!("https://op.example/{}", "x".repeat(70_000))}),
            Violated,
        ),
        (
            "OIDCD-3-10",
            json!({"token_endpoint_auth_signing_alg_values_supported": ["none"]}),
            Violated,
        ),
        (
            "OIDCD-3-10",
            json!({"token_endpoint_auth_signing_alg_values_supported": null}),
            NotApplicable,
        ),
        (
            "OIDCD-3-12",
            json!({"response_types_supported": ["code"]}),
            Violated,
        ),
        (
            "OIDCD-3-12",
            json!({"grant_types_supported": ["authorization_code"]}),
            Violated,
        ),
        ("OIDCD-3-12", json!({"grant_types_supported": null}), Met),
        ("OIDCD-3-20", json!({"grant_types_supported": null}), Met),
        (
            "OIDCD-3-20",
            json!({"grant_types_supported": null, "response_types_supported": ["code"]}),
            Violated,
        ),
        (
            "OIDCD-3-17",
            json!({"issuer": "http://op.example/a"}),
            Violated,
        ),
        (
            "OIDCD-3-17",
            json!({"issuer": "https://op.example/a?b"}),
            Violated,
        ),
        (
            "OIDCD-3-17",
            json!({"issuer": "https://op.example/a#"}),
            Violated,
        ),
        ("OIDCD-3-17", json!({"issuer": "http://127.0.0.1:9/a"}), Met),
        (
            "OIDCD-3-18",
            json!({"scopes_supported": "openid"}),
            Violated,
        ),
        (
            "OIDCD-4.2-2",
            json!({"display_values_supported": []}),
            Violated,
        ),
        (
            "OIDCD-4.3-1",
            json!({"issuer": "https://op.example/a/"}),
            Violated,
        ),
        ("OIDCD-4.3-1", json!({"issuer": null}), Violated),
    ] {
        let discovery = discovery(&document(&changes).to_string(), &HEADERS);
        assert_eq!(verdict(id, &discovery), expected, "{id} {changes}");
    }
}

#[test]
fn a_document_that_is_missing_is_one_violation() {
    for body in ["<h1>Not found</h1>", r#"{"error": "not_found"}"#] {
        let mut discovery = discovery(body, &HEADERS);
        *discovery.metadata.answer.response.status_mut() = http::StatusCode::NOT_FOUND;
        for rule in RULES {
            let expected = if rule.id == "OIDCD-4-1" {
                Verdict::Violated
            } else {
                Verdict::NotApplicable
            };
            assert_eq!(verdict(rule.id, &discovery), expected, "{} {body}", rule.id);
        }
    }
}

#[test]
fn the_answer_itself_is_judged() {
    let body = document(&json!({})).to_string();
    for (id, body, headers) in [
        ("OIDCD-4-1", "[]", &HEADERS[..]),
        ("OIDCD-4.2-1", "oops", &HEADERS[..]),
        (
            "OIDCD-4.2-1",
            body.as_str(),
            &[("content-type", "text/plain")][..],
        ),
        ("PRACTICE-metadata-3", body.as_str(), &HEADERS[..1]),
    ] {
        assert_eq!(
            verdict(id, &discovery(body, headers)),
            Verdict::Violated,
            "{id} {body}"
        );
    }
}
