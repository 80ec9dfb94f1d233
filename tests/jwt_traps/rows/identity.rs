//! Traps in `iss`, `aud`, `azp` and `sub`.

use oidcheck::jwt::validator::{Rule, Validator, Warning, jwks_uri};
use serde_json::{Value, json};

use crate::case::*;

pub(crate) fn iss(row: u32) -> Vec<Case> {
    let t = for_id();
    let wrong = |values: &[&str]| -> Vec<Case> {
        values
            .iter()
            .map(|iss| t.rejects(Rule::Issuer, iss, id().c("iss", *iss)))
            .collect()
    };
    match row {
        1 => vec![
            t.rejects(Rule::Issuer, "missing", id().without("iss")),
            t.rejects(Rule::Issuer, "null", id().c("iss", Value::Null)),
            t.rejects(Rule::Issuer, "empty", id().c("iss", "")),
        ],
        2 => wrong(&["https://other.example.com"]),
        3 => {
            let mut cases = wrong(&["https://op.example.com/"]);
            let slash = Validator::id_token("https://op.example.com/", CLIENT);
            cases.push(
                for_id()
                    .told(|_| slash.clock(|| NOW))
                    .control(id().c("iss", "https://op.example.com/"))
                    .collecting_differ("their issuer is the one without the slash")
                    .rejects(Rule::Issuer, "missing", id()),
            );
            cases
        }
        4 => wrong(&[
            "HTTPS://op.example.com",
            "https://OP.example.com",
            "https://op.example.com/Realm",
        ]),
        5 => wrong(&[
            "https://op.example.com:443",
            "https://op.ex%61mple.com",
            "https://\u{f6}p.example.com",
            "https://xn--p-dha.example.com",
            "https://op.example.com/./",
        ]),
        6 => wrong(&["http://op.example.com"]),
        7 => wrong(&[
            "https://op.example.com?a=b",
            "https://op.example.com#a",
            "https://op.example.com?",
        ]),
        8 => vec![
            t.rejects(Rule::Issuer, "array", id().c("iss", json!([ISSUER]))),
            t.rejects(
                Rule::Issuer,
                "two",
                id().c("iss", json!([ISSUER, "https://evil.example.com"])),
            ),
            t.rejects(Rule::Issuer, "object", id().c("iss", json!({"a": ISSUER}))),
            t.rejects(Rule::Issuer, "number", id().c("iss", 1)),
        ],
        9 => wrong(&[
            "https://op.example.com.evil.com",
            "https://op.example.co",
            "https://evil.com/https://op.example.com",
            " https://op.example.com",
        ]),
        10 => {
            let mut cases = wrong(&["op.example.com"]);
            let legacy = Validator::id_token("op.example.com", CLIENT);
            cases.push(
                for_id()
                    .told(|_| legacy.clock(|| NOW))
                    .no_control()
                    .collecting_differ("their issuer has a scheme")
                    .accepts("told so", id().c("iss", "op.example.com")),
            );
            cases
        }
        11 => wrong(&[
            "https://op.example.com/{tenantid}/v2.0",
            "https://op.example.com/9188040d/v2.0",
        ]),
        12 => {
            let metadata = |issuer: &str| {
                json!({"issuer": issuer, "jwks_uri": "https://op.example.com/jwks"}).to_string()
            };
            let judge =
                |issuer: &str| plain(jwks_uri(metadata(issuer).as_bytes(), ISSUER).map(|_| ()));
            vec![
                Case::around(
                    "another issuer in the metadata",
                    Want::Reject(Rule::Metadata),
                    judge("https://evil.example.com"),
                )
                .controlled(judge(ISSUER)),
                Case::around(
                    "a slash more",
                    Want::Reject(Rule::Metadata),
                    judge("https://op.example.com/"),
                ),
            ]
        }
        _ => Vec::new(),
    }
}

pub(crate) fn aud(row: u32) -> Vec<Case> {
    let t = for_id();
    let multi = || json!([CLIENT, API]);
    let trusting = || for_id().trusting(API);
    match row {
        1 => vec![
            t.rejects(Rule::Audience, "missing", id().without("aud")),
            t.rejects(Rule::Audience, "null", id().c("aud", Value::Null)),
            t.rejects(Rule::Audience, "empty", id().c("aud", "")),
            t.rejects(Rule::Audience, "[]", id().c("aud", json!([]))),
        ],
        2 => vec![
            t.rejects(Rule::Audience, "string", id().c("aud", "other")),
            t.rejects(Rule::Audience, "array", id().c("aud", json!(["other"]))),
        ],
        3 => vec![t.accepts("array", id().c("aud", json!([CLIENT])))],
        4 => vec![
            t.rejects(Rule::Audience, "two", id().c("aud", multi())),
            t.rejects(
                Rule::Audience,
                "two, with azp",
                id().c("aud", multi()).c("azp", CLIENT),
            ),
        ],
        5 => vec![trusting().accepts("trusted", id().c("aud", multi()).c("azp", CLIENT))],
        6 => vec![
            trusting().warns(Warning::AuthorizedParty, "trusted", id().c("aud", multi())),
            trusting()
                .told(Validator::demand_azp)
                .collecting_differ("errata set 2 demands no azp")
                .rejects(
                    Rule::AuthorizedParty,
                    "azp demanded",
                    id().c("aud", multi()),
                ),
            t.rejects(Rule::Audience, "not trusted", id().c("aud", multi())),
        ],
        7 => vec![
            t.rejects(
                Rule::AuthorizedParty,
                "one audience",
                id().c("azp", "other"),
            ),
            trusting().rejects(
                Rule::AuthorizedParty,
                "two",
                id().c("aud", multi()).c("azp", API),
            ),
        ],
        8 => vec![t.accepts("azp", id().c("azp", CLIENT))],
        9 => vec![t.rejects(
            Rule::Audience,
            "azp is the client",
            id().c("aud", "other").c("azp", CLIENT),
        )],
        10 => [
            ("array", json!([CLIENT])),
            ("number", json!(1)),
            ("empty", json!("")),
            ("null", Value::Null),
        ]
        .map(|(label, azp)| t.rejects(Rule::AuthorizedParty, label, id().c("azp", azp)))
        .into(),
        11 => [
            ("number", json!([CLIENT, 1])),
            ("null", json!([CLIENT, null])),
            ("array", json!([[CLIENT]])),
            ("both", json!([CLIENT, [API]])),
            ("object", json!({"client": true})),
            ("a number alone", json!(7)),
        ]
        .map(|(label, aud)| t.rejects(Rule::Audience, label, id().c("aud", aud)))
        .into(),
        12 => ["client other", "client,other", "other client", "clients"]
            .map(|aud| t.rejects(Rule::Audience, aud, id().c("aud", aud)))
            .into(),
        13 => ["Client", "client/", "client ", " client", "client\u{0}"]
            .map(|aud| t.rejects(Rule::Audience, aud, id().c("aud", aud)))
            .into(),
        14 => vec![t.warns(
            Warning::RepeatedAudience,
            "twice",
            id().c("aud", json!([CLIENT, CLIENT])),
        )],
        _ => Vec::new(),
    }
}

pub(crate) fn sub(row: u32) -> Vec<Case> {
    let t = for_id();
    match row {
        1 => vec![
            t.rejects(Rule::Subject, "missing", id().without("sub")),
            t.rejects(Rule::Subject, "null", id().c("sub", Value::Null)),
            t.rejects(Rule::Subject, "number", id().c("sub", 1)),
            t.rejects(Rule::Subject, "array", id().c("sub", json!(["alice"]))),
        ],
        2 => vec![t.rejects(Rule::Subject, "empty", id().c("sub", ""))],
        3 => vec![t.accepts("255", id().c("sub", "a".repeat(255)))],
        4 => vec![t.rejects(Rule::Subject, "256", id().c("sub", "a".repeat(256)))],
        5 => vec![
            t.rejects(Rule::Subject, "é", id().c("sub", "aliceé")),
            t.rejects(Rule::Subject, "Cyrillic а", id().c("sub", "\u{430}lice")),
        ],
        6 => ["alice\u{0}", "alice\n", "alice ", " alice", "a\u{1b}[2J"]
            .map(|sub| t.warns(Warning::Subject, &format!("{sub:?}"), id().c("sub", sub)))
            .into(),
        7 => vec![t.warns(
            Warning::SubjectIsClient,
            "the client",
            id().c("sub", CLIENT),
        )],
        8 => {
            let token = t.validate(&id().sign()).unwrap();
            let judge = |body: &str| plain(token.check_userinfo(body.as_bytes()));
            let control = || judge(r#"{"sub":"alice","name":"A"}"#);
            [
                ("another", r#"{"sub":"bob"}"#),
                ("an array", r#"{"sub":["alice"]}"#),
                ("case", r#"{"sub":"Alice"}"#),
                ("good, bad", r#"{"sub":"alice","sub":"bob"}"#),
                ("bad, good", r#"{"sub":"bob","sub":"alice"}"#),
                ("null", r#"{"sub":null}"#),
            ]
            .map(|(label, body)| {
                Case::around(label, Want::Reject(Rule::UserInfo), judge(body)).controlled(control())
            })
            .into()
        }
        9 => {
            let token = t.validate(&id().sign()).unwrap();
            vec![
                Case::around(
                    "no sub",
                    Want::Reject(Rule::UserInfo),
                    plain(token.check_userinfo(br#"{"name":"Alice"}"#)),
                )
                .controlled(plain(token.check_userinfo(br#"{"sub":"alice"}"#))),
                Case::around(
                    "no object",
                    Want::Reject(Rule::UserInfo),
                    plain(token.check_userinfo(b"[]")),
                ),
            ]
        }
        10 => refreshed(),
        _ => Vec::new(),
    }
}

/// Refreshed tokens that are good by themselves, beside the first one.
fn refreshed() -> Vec<Case> {
    let other_issuer = Validator::id_token("https://other.example.com", CLIENT).clock(|| NOW);
    let t = for_id().trusting(API);
    let first = id().c("auth_time", NOW - 100).c("nonce", NONCE);
    let first = t.validate(&first.sign()).unwrap();
    let judge = |token: Token| {
        let refreshed = t.validate(&token.sign()).unwrap();
        plain(refreshed.check_refreshed_from(&first))
    };
    let good = || id().c("auth_time", NOW - 100);
    let of_other = other_issuer
        .validate(
            &id().c("iss", "https://other.example.com").sign(),
            &oidcheck::jwt::validator::Expected::default(),
            &t.key_set(),
        )
        .unwrap();
    let without = t.validate(&id().sign()).unwrap();
    let beside = |token: Token| {
        let refreshed = t.validate(&token.sign()).unwrap();
        plain(refreshed.check_refreshed_from(&without))
    };
    let mut cases = vec![
        Case::around("control: the same", Want::Accept, judge(good())),
        Case::around(
            "control: an auth_time that the first had not",
            Want::Accept,
            beside(good()),
        ),
        Case::around(
            "it is later than the first token",
            Want::Reject(Rule::Refresh),
            beside(id().c("auth_time", NOW - 4)),
        ),
        Case::around(
            "control: the same nonce",
            Want::Accept,
            judge(good().c("nonce", NONCE)),
        ),
        Case::around(
            "control: no auth_time",
            Want::Accept,
            judge(good().without("auth_time")),
        ),
        Case::around(
            "iss",
            Want::Reject(Rule::Refresh),
            plain(of_other.check_refreshed_from(&first)),
        ),
    ];
    for (label, token) in [
        ("sub", good().c("sub", "bob")),
        (
            "another aud",
            good().c("aud", json!([CLIENT, API])).c("azp", CLIENT),
        ),
        ("azp appears", good().c("azp", CLIENT)),
        ("auth_time", good().c("auth_time", NOW - 50)),
        ("nonce", good().c("nonce", "other")),
    ] {
        cases.push(Case::around(
            label,
            Want::Reject(Rule::Refresh),
            judge(token),
        ));
    }
    cases
}
