//! Traps in what binds a token to its request: `nonce`, the hashes, `acr` and `amr`.

use oidcheck::jwt::algorithm::{Algorithm, Hash};
use oidcheck::jwt::hash::half_hash;
use oidcheck::jwt::validator::{
    Expected, Rule, SeenTokens, Source, ValidToken, Validator, Warning, Warnings,
};
use serde_json::{Value, json};

use crate::case::*;
use crate::keys::*;

fn expecting_nonce() -> Trial {
    for_id()
        .control(id().c("nonce", NONCE))
        .expecting(Expected {
            nonce: Some(NONCE),
            ..Expected::default()
        })
}

pub(crate) fn nonce(row: u32) -> Vec<Case> {
    let t = expecting_nonce();
    match row {
        1 => vec![
            t.rejects(Rule::Nonce, "missing", id()),
            t.rejects(Rule::Nonce, "null", id().c("nonce", Value::Null)),
        ],
        2 => [
            ("wrong", json!("other")),
            ("constant", json!("nonce")),
            ("case", json!("N-0s6_wZa2mJ")),
            ("trailing space", json!(format!("{NONCE} "))),
            ("array", json!([NONCE])),
            ("empty", json!("")),
        ]
        .map(|(label, nonce)| t.rejects(Rule::Nonce, label, id().c("nonce", nonce)))
        .into(),
        3 => vec![t.rejects(
            Rule::Nonce,
            "another session",
            id().c("nonce", "of-another-tab"),
        )],
        4 => vec![
            for_id()
                .collecting_differ("a provider must not add one")
                .warns(Warning::Nonce, "not asked for", id().c("nonce", NONCE)),
        ],
        5 => {
            let mut seen = SeenTokens::new(16);
            let token = t.validate(&id().c("nonce", NONCE).sign()).unwrap();
            let other = id().c("nonce", NONCE).c("iat", NOW - 4).sign();
            let other = t.validate(&other).unwrap();
            let first = plain(seen.take_in(&token, NOW));
            vec![
                Case::around(
                    "the same token",
                    Want::Reject(Rule::Replay),
                    plain(seen.take_in(&token, NOW + 1)),
                )
                .controlled(first),
                Case::around(
                    "control: another token",
                    Want::Accept,
                    plain(seen.take_in(&other, NOW + 1)),
                ),
            ]
        }
        6 => {
            let front = |response_type, nonce| {
                for_id().expecting(Expected {
                    source: Source::AuthorizationEndpoint,
                    response_type,
                    nonce,
                    ..Expected::default()
                })
            };
            let c_hash = half_hash(Hash::Sha256, CODE);
            let hybrid = id().c("c_hash", c_hash.as_str());
            vec![
                front("id_token", Some(NONCE))
                    .control(id().c("nonce", NONCE))
                    .rejects(Rule::Nonce, "implicit", id()),
                front("id_token", None)
                    .no_control()
                    .collecting_differ("the request is wrong, not the token")
                    .rejects(Rule::Nonce, "implicit, none sent", id()),
                front("code id_token", Some(NONCE))
                    .control(hybrid.clone().c("nonce", NONCE))
                    .rejects(Rule::Nonce, "hybrid", hybrid.clone()),
                front("code id_token", None)
                    .no_control()
                    .accepts("hybrid, none sent", hybrid),
            ]
        }
        _ => Vec::new(),
    }
}

fn with_access_token(alg: Algorithm) -> Trial {
    for_id_by(alg)
        .expecting(Expected {
            access_token: Some(ACCESS_TOKEN),
            ..Expected::default()
        })
        .control(id_by(alg).c("at_hash", half_hash(alg.hash(), ACCESS_TOKEN)))
}

fn front(response_type: &'static str) -> Trial {
    let at_hash = half_hash(Hash::Sha256, ACCESS_TOKEN);
    let c_hash = half_hash(Hash::Sha256, CODE);
    let whole = id()
        .c("nonce", NONCE)
        .c("at_hash", at_hash)
        .c("c_hash", c_hash);
    for_id()
        .expecting(Expected {
            source: Source::AuthorizationEndpoint,
            response_type,
            nonce: Some(NONCE),
            access_token: response_type.ends_with(" token").then_some(ACCESS_TOKEN),
            code: response_type.starts_with("code").then_some(CODE),
            ..Expected::default()
        })
        .control(whole)
}

/// A token from the authorization endpoint with the hashes that are given.
fn with_hashes(at_hash: Option<&str>, c_hash: Option<&str>) -> Token {
    let mut token = id().c("nonce", NONCE);
    if let Some(at_hash) = at_hash {
        token = token.c("at_hash", at_hash);
    }
    if let Some(c_hash) = c_hash {
        token = token.c("c_hash", c_hash);
    }
    token
}

pub(crate) fn hash(row: u32) -> Vec<Case> {
    let t = with_access_token(Algorithm::RS256);
    let at_hash = half_hash(Hash::Sha256, ACCESS_TOKEN);
    let c_hash = half_hash(Hash::Sha256, CODE);
    let wrong = |label: &str, hash: &str| t.rejects(Rule::AtHash, label, id().c("at_hash", hash));
    match row {
        1 => vec![
            wrong("of another token", &half_hash(Hash::Sha256, "other")),
            front("id_token token").rejects(
                Rule::AtHash,
                "front channel",
                with_hashes(Some(&half_hash(Hash::Sha256, "other")), None),
            ),
            t.rejects(Rule::AtHash, "null", id().c("at_hash", Value::Null)),
        ],
        2 => vec![
            front("id_token token").rejects(
                Rule::AtHash,
                "id_token token",
                with_hashes(None, None),
            ),
            front("code id_token token").rejects(
                Rule::AtHash,
                "code id_token token",
                with_hashes(None, Some(&c_hash)),
            ),
        ],
        3 => vec![t.accepts("code", id())],
        4 => [Algorithm::RS384, Algorithm::RS512]
            .map(|alg| {
                with_access_token(alg).rejects(
                    Rule::AtHash,
                    alg.as_str(),
                    id_by(alg).c("at_hash", at_hash.as_str()),
                )
            })
            .into(),
        5 => {
            let full = sha256(ACCESS_TOKEN.as_bytes());
            let hex: String = full[..16]
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect();
            // A token whose half hash has a character of the other alphabet.
            let standard = base64_standard(&full[..16]);
            vec![
                wrong("full", &b64(&full)),
                wrong("right half", &b64(&full[16..])),
                wrong("hex", &hex),
                wrong("padded", &format!("{at_hash}==")),
                wrong("standard base64 with padding", &standard),
                other_alphabet(),
            ]
        }
        6 => vec![
            wrong(
                "space",
                &half_hash(Hash::Sha256, &format!("{ACCESS_TOKEN} ")),
            ),
            wrong(
                "line feed",
                &half_hash(Hash::Sha256, &format!("{ACCESS_TOKEN}\n")),
            ),
            wrong("decoded", &b64(&sha256(&unb64(ACCESS_TOKEN))[..16])),
        ],
        7 => {
            let ed = with_access_token(Algorithm::EdDSA);
            let with = |hash: &str| id_by(Algorithm::EdDSA).c("at_hash", hash);
            vec![
                ed.accepts("SHA-512", with(&half_hash(Hash::Sha512, ACCESS_TOKEN))),
                ed.warns(Warning::HashFunction, "SHA-256", with(&at_hash)),
                ed.rejects(
                    Rule::AtHash,
                    "of another token",
                    with(&half_hash(Hash::Sha512, "other")),
                ),
            ]
        }
        8 => vec![wrong("empty", "")],
        9 => vec![front("code id_token").rejects(
            Rule::CHash,
            "of another code",
            with_hashes(None, Some(&half_hash(Hash::Sha256, "other"))),
        )],
        10 => vec![
            front("code id_token").rejects(Rule::CHash, "code id_token", with_hashes(None, None)),
            front("code id_token token").rejects(
                Rule::CHash,
                "code id_token token",
                with_hashes(Some(&at_hash), None),
            ),
        ],
        11 => vec![
            for_id()
                .expecting(Expected {
                    response_type: "code id_token",
                    code: Some(CODE),
                    ..Expected::default()
                })
                .control(id().c("c_hash", c_hash))
                .rejects(
                    Rule::CHash,
                    "of another code",
                    id().c("c_hash", half_hash(Hash::Sha256, "other")),
                ),
        ],
        12 => {
            let of = |state| half_hash(Hash::Sha256, state);
            let t = for_id()
                .expecting(Expected {
                    state: Some("af0ifjsldkj"),
                    ..Expected::default()
                })
                .control(id().c("s_hash", of("af0ifjsldkj")))
                .collecting_differ("FAPI 1.0 is not judged");
            vec![
                t.rejects(Rule::SHash, "missing", id()),
                t.rejects(
                    Rule::SHash,
                    "of another state",
                    id().c("s_hash", of("other")),
                ),
            ]
        }
        13 | 14 => hybrid(row),
        _ => Vec::new(),
    }
}

fn base64_standard(octets: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(octets)
}

/// An access token whose half hash has `-` or `_`, and the hash with `+` and `/` instead.
fn other_alphabet() -> Case {
    let (access_token, hash) = (0..)
        .map(|n| format!("access token {n}"))
        .map(|token| {
            let hash = half_hash(Hash::Sha256, &token);
            (token, hash)
        })
        .find(|(_, hash)| hash.contains(['-', '_']))
        .unwrap();
    let standard = hash.replace('-', "+").replace('_', "/");
    let access_token: &'static str = Box::leak(access_token.into_boxed_str());
    for_id()
        .expecting(Expected {
            access_token: Some(access_token),
            ..Expected::default()
        })
        .control(id().c("at_hash", hash))
        .rejects(Rule::AtHash, "standard base64", id().c("at_hash", standard))
}

/// Two tokens that are good by themselves.
fn hybrid(row: u32) -> Vec<Case> {
    let t = for_id();
    let valid = |token: Token| t.validate(&token.sign()).unwrap();
    let front = valid(id().c("email", "a@example.com").c("nonce", NONCE));
    let judge = |token: &ValidToken| -> Result<Warnings, _> { token.check_hybrid(&front) };
    let good = || judge(&valid(id().c("email", "a@example.com")));
    if row == 14 {
        return vec![
            Case::around(
                "email",
                Want::Warn(Warning::Hybrid),
                judge(&valid(id().c("email", "b@example.com"))),
            ),
            Case::around("control: alike", Want::Accept, good()),
        ];
    }
    let other = Validator::id_token("https://other.example.com", CLIENT).clock(|| NOW);
    let of_other = other
        .validate(
            &id().c("iss", "https://other.example.com").sign(),
            &Expected::default(),
            &t.key_set(),
        )
        .unwrap();
    vec![
        Case::around(
            "sub",
            Want::Reject(Rule::Hybrid),
            judge(&valid(id().c("sub", "bob"))),
        )
        .controlled(good()),
        Case::around("iss", Want::Reject(Rule::Hybrid), judge(&of_other)),
    ]
}

pub(crate) fn acr(row: u32) -> Vec<Case> {
    match row {
        1 => {
            let t = for_id()
                .expecting(Expected {
                    acr: &["urn:mace:incommon:iap:silver", "urn:mace:incommon:iap:gold"],
                    ..Expected::default()
                })
                .control(id().c("acr", "urn:mace:incommon:iap:gold"));
            vec![
                t.rejects(
                    Rule::Acr,
                    "a lower one",
                    id().c("acr", "urn:mace:incommon:iap:bronze"),
                ),
                t.rejects(Rule::Acr, "missing", id()),
                t.rejects(
                    Rule::Acr,
                    "an array",
                    id().c("acr", json!(["urn:mace:incommon:iap:silver"])),
                ),
            ]
        }
        2 => {
            let t = for_id();
            vec![
                t.rejects(Rule::Amr, "a string", id().c("amr", "pwd")),
                t.rejects(Rule::Amr, "numbers", id().c("amr", json!([1]))),
                t.rejects(Rule::Amr, "an object", id().c("amr", json!({"pwd": true}))),
                t.accepts("control: an array", id().c("amr", json!(["pwd"]))),
            ]
        }
        _ => Vec::new(),
    }
}
