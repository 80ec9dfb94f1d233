//! Traps of one kind of token taken for another, in other claims, in what is around a token; controls.

use oidcheck::jwt::algorithm::Algorithm;
use oidcheck::jwt::validator::{Expected, Rule, SeenTokens, Validator, Warning, Warnings};
use serde_json::{Value, json};

use crate::case::*;
use crate::fetch;

pub(crate) fn kind(row: u32) -> Vec<Case> {
    let t = for_id();
    let lo = for_logout();
    match row {
        1 => vec![
            t.rejects(Rule::Type, "with its typ", at()),
            t.rejects(Rule::Audience, "without", at().without_h("typ")),
            for_at().rejects(Rule::Type, "and the other way round", id()),
        ],
        2 => vec![
            t.rejects(Rule::Type, "with its typ", logout()),
            t.rejects(Rule::Kind, "without", logout().without_h("typ")),
        ],
        3 => vec![
            lo.rejects(Rule::Session, "an ID Token of no user", id().without("sub")),
            lo.rejects(Rule::Events, "an ID Token", id()),
            lo.rejects(Rule::Events, "with a jti", id().c("jti", "1")),
        ],
        4 => vec![lo.rejects(Rule::Nonce, "nonce", logout().c("nonce", NONCE))],
        5 => vec![
            lo.rejects(
                Rule::Session,
                "neither",
                logout().without("sub").without("sid"),
            ),
            lo.accepts("control: sub alone", logout().without("sid")),
            lo.accepts("control: sid alone", logout().without("sub")),
        ],
        6 => [
            ("array", json!([LOGOUT_EVENT])),
            ("string", json!(LOGOUT_EVENT)),
            ("null", Value::Null),
            ("another event", json!({"http://example.com/event": {}})),
            ("a member that is no object", json!({LOGOUT_EVENT: true})),
            ("empty", json!({})),
        ]
        .map(|(label, events)| lo.rejects(Rule::Events, label, logout().c("events", events)))
        .into(),
        7 => {
            let mut seen = SeenTokens::new(16);
            let token = lo.validate(&logout().sign()).unwrap();
            let again = lo.validate(&logout().c("iat", NOW - 1).sign()).unwrap();
            let other = lo.validate(&logout().c("jti", "other").sign()).unwrap();
            let first = plain(seen.take_in(&token, NOW));
            vec![
                Case::around(
                    "the same jti",
                    Want::Reject(Rule::Replay),
                    plain(seen.take_in(&again, NOW)),
                )
                .controlled(first),
                Case::around(
                    "control: another jti",
                    Want::Accept,
                    plain(seen.take_in(&other, NOW)),
                ),
            ]
        }
        8 => vec![
            t.rejects(
                Rule::Issuer,
                "client assertion",
                id().c("iss", CLIENT)
                    .c("sub", CLIENT)
                    .c("aud", ISSUER)
                    .c("jti", "1"),
            ),
            t.rejects(
                Rule::Issuer,
                "request object",
                id().c("iss", CLIENT)
                    .c("aud", ISSUER)
                    .c("response_type", "code"),
            ),
            t.rejects(
                Rule::Type,
                "request object with its typ",
                id().h("typ", "oauth-authz-req+jwt"),
            ),
        ],
        9 => vec![
            t.rejects(
                Rule::Subject,
                "JARM",
                id().without("sub")
                    .without("iat")
                    .c("code", "x")
                    .c("state", "y"),
            ),
        ],
        10 => {
            let introspected = || {
                id().without("sub").without("exp").c(
                    "token_introspection",
                    json!({"active": true, "sub": "alice"}),
                )
            };
            vec![
                t.rejects(
                    Rule::Type,
                    "as an ID Token",
                    introspected().h("typ", "token-introspection+jwt"),
                ),
                t.rejects(Rule::Subject, "without its typ", introspected()),
                for_at().rejects(
                    Rule::Type,
                    "as an access token",
                    introspected()
                        .c("aud", API)
                        .h("typ", "token-introspection+jwt"),
                ),
            ]
        }
        11 => vec![
            t.rejects(
                Rule::Issuer,
                "self-issued",
                id().c("iss", "https://self-issued.me")
                    .c("sub_jwk", crate::keys::ATTACKER.jwk()),
            ),
        ],
        _ => Vec::new(),
    }
}

pub(crate) fn claims(row: u32) -> Vec<Case> {
    let t = for_id();
    let odd = |name: &str, value: Value| {
        for_id()
            .collecting_differ("the provider is told; the RP does not rely on the claim")
            .warns(Warning::ClaimType, name, id().c(name, value))
    };
    match row {
        1 => {
            for (value, verified) in [
                (json!("true"), false),
                (json!(1), false),
                (json!(true), true),
            ] {
                let token = t.validate(&id().c("email_verified", value).sign()).unwrap();
                assert_eq!(token.is_email_verified(), verified);
            }
            vec![
                odd("email_verified", json!("true")),
                t.accepts("control", id().c("email_verified", true)),
            ]
        }
        2 => ["department", "name", "email_verified", "address"]
            .map(|name| t.warns(Warning::Null, name, id().c(name, Value::Null)))
            .into(),
        3 => vec![
            odd("locale", json!(["de"])),
            odd("updated_at", json!("2020-01-01")),
            odd("address", json!("NO")),
            odd("address", json!({"country": 47})),
            odd("phone_number", json!(4_712_345_678_i64)),
        ],
        4 => vec![
            t.accepts(
                "de",
                id().c("name#de", "A")
                    .c("name", "B")
                    .c("family_name#ja-Kana-JP", "C"),
            ),
        ],
        5 => {
            let jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
            let bound = || at().c("cnf", json!({"jkt": jkt}));
            let by_certificate = || at().c("cnf", json!({"x5t#S256": jkt}));
            let with = |key, certificate| {
                for_at().expecting(Expected {
                    jkt: key,
                    x5t_s256: certificate,
                    ..Expected::default()
                })
            };
            vec![
                for_at().rejects(Rule::Confirmation, "jkt, no proof", bound()),
                for_at().rejects(Rule::Confirmation, "x5t#S256, no proof", by_certificate()),
                with(Some("another"), None)
                    .control(at().c("cnf", json!({"jkt": "another"})))
                    .rejects(Rule::Confirmation, "jkt, another key", bound()),
                with(Some(jkt), None).control(bound()).rejects(
                    Rule::Confirmation,
                    "a proof for a token without",
                    at(),
                ),
                for_at().rejects(
                    Rule::Confirmation,
                    "a method that is not known",
                    at().c("cnf", json!({"kid": "x"})),
                ),
                for_at().rejects(Rule::Confirmation, "no object", at().c("cnf", "x")),
                with(Some(jkt), None)
                    .control(bound())
                    .accepts("jkt, proven", bound()),
                with(None, Some(jkt))
                    .control(by_certificate())
                    .accepts("x5t#S256, proven", by_certificate()),
            ]
        }
        _ => Vec::new(),
    }
}

pub(crate) fn flow(row: u32) -> Vec<Case> {
    let t = for_id();
    let judge = |body: Value, scope: &str| {
        let result = t.validator.validate_response(
            body.to_string().as_bytes(),
            scope,
            &Expected::default(),
            &t.key_set(),
            NOW,
        );
        result.map(|valid| valid.map_or_else(Warnings::default, |valid| valid.warnings()))
    };
    let response = |id_token: Value| json!({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": id_token});
    let good = || judge(response(id().sign().into()), "openid");
    match row {
        1 => vec![
            Case::around(
                "missing",
                Want::Reject(Rule::TokenResponse),
                judge(
                    json!({"access_token": "a", "token_type": "Bearer"}),
                    "openid email",
                ),
            )
            .controlled(good()),
            Case::around(
                "control: no openid",
                Want::Accept,
                judge(
                    json!({"access_token": "a", "token_type": "Bearer"}),
                    "email",
                ),
            ),
        ],
        2 => vec![
            Case::around(
                "not asked for",
                Want::Warn(Warning::Scope),
                judge(response(id().sign().into()), "email"),
            )
            .controlled(good()),
        ],
        3 => [
            ("null", Value::Null),
            ("object", json!({"a": 1})),
            ("array", json!([id().sign()])),
            ("number", json!(1)),
        ]
        .map(|(label, id_token)| {
            Case::around(
                label,
                Want::Reject(Rule::TokenResponse),
                judge(response(id_token), "openid"),
            )
            .controlled(good())
        })
        .into(),
        4 => fetch::untrusted_server(),
        _ => Vec::new(),
    }
}

pub(crate) fn ctrl(row: u32) -> Vec<Case> {
    match row {
        1 => {
            let mut cases: Vec<_> = Algorithm::ALL
                .into_iter()
                .map(|alg| for_id_by(alg).accepts(alg.as_str(), id_by(alg)))
                .collect();
            cases.push(for_at().accepts("access token", at()));
            cases.push(for_logout().accepts("logout token", logout()));
            cases.push(
                for_at()
                    .told(Validator::fapi2)
                    .control(by_es256())
                    .accepts("access token, FAPI 2.0", by_es256()),
            );
            cases
        }
        2 => {
            let mut token = id();
            for n in 0..50 {
                token = token.c(
                    &format!("claim {n} é 漢字"),
                    json!({"n": n, "list": [n, {"deep": ["ü", null, true, 1.5e3]}]}),
                );
            }
            vec![for_id().accepts("fifty", token)]
        }
        3 => fetch::rotated(),
        _ => Vec::new(),
    }
}

fn by_es256() -> Token {
    let mut token = at().h("alg", "ES256").h("kid", "p256");
    token.alg = Algorithm::ES256;
    token
}
