//! Every rule both ways: a good token meets it, a spoiled one violates it and nothing else.

mod pairs;
mod right;
mod spoiled;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::jwt::algorithm::{Algorithm, Hash};
use crate::jwt::base64url;
use crate::jwt::hash::half_hash;
use crate::jwt::id_token::{IdTokenContext, Source};
use crate::jwt::key::JwkSet;
use crate::jwt::test_token::{self, ED, K1, OTHER_P256, P256, P384, P521, RSA, TestKey, compact};

const NOW: i64 = 1_800_000_000;
const SECRET: &str = "a secret of the client, long enough for every MAC: 0123456789abcdef";

/// A token to be made, and what it is judged against.
struct Case {
    header: Value,
    claims: Value,
    /// The header's text where `header` can't say it.
    header_text: Option<String>,
    claims_text: Option<String>,
    signer: Signer,
    keys: Vec<Value>,
    context: IdTokenContext,
    /// The last change of the finished token.
    finish: Finish,
}

enum Signer {
    Key(&'static TestKey, Algorithm),
    Mac(Algorithm, Vec<u8>),
    Octets(Vec<u8>),
}

impl Case {
    /// A code flow with everything in it.
    fn good() -> Self {
        let mut context = IdTokenContext::new("https://op.example", "rp", Arc::default(), NOW);
        context.client_secret = Some(SECRET.to_owned());
        context.registered_alg = Some("ES256".to_owned());
        context.supported_algs = Some(Algorithm::ALL.map(|alg| alg.to_string()).to_vec());
        context.nonce = Some("n-0S6_WzA2Mj".to_owned());
        context.access_token = Some("access".to_owned());
        context.code = Some("code".to_owned());
        context.max_age = Some(3600);
        context.auth_time_essential = true;
        context.auth_time_registered = true;
        context.acr_essential = vec!["urn:x:silver".to_owned()];
        Self {
            header: json!({"alg": "ES256", "kid": "p256", "typ": "JWT"}),
            claims: json!({
                "iss": "https://op.example", "sub": "24400320", "aud": "rp", "azp": "rp",
                "exp": NOW + 600, "iat": NOW, "nbf": NOW, "auth_time": NOW - 60,
                "nonce": "n-0S6_WzA2Mj", "acr": "urn:x:silver", "amr": ["pwd", "otp"],
                "at_hash": half_hash(Hash::Sha256, "access"),
                "c_hash": half_hash(Hash::Sha256, "code"),
                "email_verified": true,
            }),
            header_text: None,
            claims_text: None,
            signer: Signer::Key(&P256, Algorithm::ES256),
            keys: vec![
                P256.jwk(),
                RSA.jwk(),
                ED.jwk(),
                P384.jwk(),
                P521.jwk(),
                K1.jwk(),
            ],
            context,
            finish: |token| token,
        }
    }

    /// The authorization response of another flow.
    fn front_channel(response_type: &str) -> Self {
        let mut case = Self::good();
        case.context.response_type = response_type.to_owned();
        case.context.source = Source::AuthorizationEndpoint;
        case.context.iss_parameter = Some("https://op.example".to_owned());
        case
    }

    fn signed_by(alg: Algorithm, key: &'static TestKey) -> Self {
        let mut case = Self::good();
        case.header["alg"] = json!(alg.as_str());
        case.header["kid"] = key.jwk()["kid"].clone();
        case.signer = Signer::Key(key, alg);
        case.context.registered_alg = Some(alg.to_string());
        case.claims["at_hash"] = json!(half_hash(alg.hash(), "access"));
        case.claims["c_hash"] = json!(half_hash(alg.hash(), "code"));
        case
    }

    fn with_mac(alg: Algorithm, secret: &[u8]) -> Self {
        let mut case = Self::signed_by(alg, &P256);
        case.header.as_object_mut().unwrap().remove("kid");
        case.signer = Signer::Mac(alg, secret.to_vec());
        case
    }

    fn unsecured() -> Self {
        let mut case = Self::good();
        case.header = json!({"alg": "none"});
        case.signer = Signer::Octets(Vec::new());
        case
    }

    fn without(&mut self, claim: &str) {
        self.claims.as_object_mut().unwrap().remove(claim);
    }

    fn token(mut self) -> IdToken {
        let keys = JwkSet::from_value(&json!({"keys": self.keys})).unwrap();
        self.context.keys = Arc::new(keys);
        let header = self.header_text.unwrap_or_else(|| self.header.to_string());
        let claims = self.claims_text.unwrap_or_else(|| self.claims.to_string());
        let text = compact(&header, &claims, |input| match self.signer {
            Signer::Key(key, alg) => key.sign(alg, input),
            Signer::Mac(alg, secret) => test_token::mac(alg, &secret, input),
            Signer::Octets(octets) => octets,
        });
        IdToken::new(&(self.finish)(text), self.context)
    }
}

/// The ids of the rules that `token` violates; every violation says what was expected and what came.
fn violated(token: &IdToken) -> Vec<&'static str> {
    RULES
        .iter()
        .filter(|rule| match rule.judge(token) {
            Finding::Violated { expected, actual } => {
                assert!(!actual.is_empty() && expected.iter().all(|e| !e.is_empty()));
                assert!(actual.len() < 600, "{}: {actual}", rule.id);
                assert!(!actual.contains("eyJ"), "{}: {actual}", rule.id);
                assert!(!actual.contains(SECRET), "{}: {actual}", rule.id);
                true
            }
            _ => false,
        })
        .map(|rule| rule.id)
        .collect()
}

fn check(name: &str, case: Case, expected: &[&str]) {
    let token = case.token();
    assert_eq!(violated(&token), expected, "{name}");
}

/// Makes one thing wrong.
type Spoil = fn(&mut Case);

/// Changes the finished token.
type Finish = fn(String) -> String;

/// What `alg` must not be: the signature is what ES256 would be.
const ALGS: &[&str] = &[
    r#""None""#,
    r#""NONE""#,
    r#""nOnE""#,
    r#""none ""#,
    r#""none\u0000""#,
    r#""es256""#,
    r#""XX256""#,
    r#""RS1""#,
    r#""HS1""#,
    "1",
    "null",
    "[]",
    "{}",
    r#""""#,
];

fn all_spoiled() -> impl Iterator<Item = (&'static str, Case, &'static [&'static str])> {
    [
        spoiled::CLAIMS,
        spoiled::TIME,
        spoiled::HEADER,
        spoiled::SIGNATURE,
        spoiled::HASHES,
    ]
    .into_iter()
    .flatten()
    .map(|(name, spoil, ids)| {
        let mut case = Case::good();
        spoil(&mut case);
        (*name, case, *ids)
    })
}

#[test]
fn a_spoiled_token_violates_what_it_breaks_and_nothing_else() {
    for (name, case, ids) in all_spoiled() {
        check(name, case, ids);
    }
}

#[test]
fn an_alg_that_is_none_of_the_registered_is_refused() {
    for alg in ALGS {
        let mut case = Case::good();
        case.header_text = Some(format!(r#"{{"alg":{alg},"kid":"p256"}}"#));
        let found = violated(&case.token());
        for id in ["OIDCC-2-7", "OIDCC-10.1-2"] {
            assert!(found.contains(&id), "{alg}: {found:?}");
        }
        // Whether a name was registered lately is not known here; what is no name is wrong for certain.
        let is_name = alg.starts_with('"') && alg.len() > 2;
        assert_eq!(!found.contains(&"RFC7515-4.1.1-1"), is_name, "{alg}");
    }
    for (alg, met) in [("urn:example:alg", true), ("XX-NEW-1", false)] {
        let mut case = Case::good();
        case.header_text = Some(format!(r#"{{"alg":"{alg}","kid":"p256"}}"#));
        let rule = Rule::find(RULES, "RFC7515-4.1.1-1").unwrap();
        let finding = rule.judge(&case.token());
        let expected = if met {
            matches!(finding, Finding::MetWith { .. })
        } else {
            matches!(finding, Finding::NeedsReview { .. })
        };
        assert!(expected, "{alg}: {finding:?}");
    }
    let mut case = Case::good();
    case.header.as_object_mut().unwrap().remove("alg");
    assert!(violated(&case.token()).contains(&"RFC7515-4.1.1-1"));
}

#[test]
fn a_token_that_cannot_be_read_meets_no_rule_on_what_it_hides() {
    let unreadable: &[(&str, Finish)] = &[
        ("empty", |_| String::new()),
        ("one segment", |t| t.split('.').next().unwrap().to_owned()),
        ("two segments", |t| t.rsplit_once('.').unwrap().0.to_owned()),
        ("four segments", |t| t + ".AA"),
        ("five segments, not encrypted", |t| t + ".AA.AA"),
        ("six segments", |t| t + ".AA.AA.AA"),
        ("encoded dots", |t| t.replace('.', "%2E")),
        ("more than a MB", |t| t + &"A".repeat(1 << 20)),
    ];
    for (name, finish) in unreadable {
        let mut case = Case::good();
        case.finish = *finish;
        let token = case.token();
        for rule in RULES {
            let finding = rule.judge(&token);
            assert!(
                !matches!(finding, Finding::Met | Finding::MetWith { .. }),
                "{name}: {} {finding:?}",
                rule.id
            );
        }
        let found = violated(&token);
        for id in ["OIDCC-2-5", "OIDCC-2-7", "OIDCC-2-15", "RFC7515-7.1-1"] {
            assert!(found.contains(&id), "{name}: {id}");
        }
    }
}

#[test]
fn the_serialization_is_judged_apart() {
    let changes: &[(&str, Finish, &[&str])] = &[
        ("space before", |t| format!(" {t}"), &["RFC7515-7.1-1"]),
        ("newline after", |t| format!("{t}\n"), &["RFC7515-7.1-1"]),
        (
            "signature changed",
            |t| {
                let (input, signature) = t.rsplit_once('.').unwrap();
                let first = if signature.starts_with('A') { "B" } else { "A" };
                format!("{input}.{first}{}", &signature[1..])
            },
            &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"],
        ),
        // 64 octets leave four unused bits in the last character.
        (
            "unused bits",
            |t| {
                let last = t.chars().last().unwrap();
                let index = ALPHABET.find(last).unwrap();
                format!("{}{}", &t[..t.len() - 1], &ALPHABET[index + 1..=index + 1])
            },
            &["RFC4648-3.5-1"],
        ),
        ("signature padded", |t| format!("{t}=="), &["RFC7515-7.1-1"]),
    ];
    for (name, finish, ids) in changes {
        let mut case = Case::good();
        case.finish = *finish;
        check(name, case, ids);
    }
    // The change is outside of what was signed, so the signature breaks too.
    let mut case = Case::good();
    case.finish = |t| t.replacen('.', "==.", 1);
    assert!(violated(&case.token()).starts_with(&["OIDCC-2-7"]));
    for (name, finish) in [
        (
            "Bearer",
            (|t| format!("Bearer {t}")) as fn(String) -> String,
        ),
        ("empty header", |t| t[t.find('.').unwrap()..].to_owned()),
        ("empty payload", |t| {
            let parts: Vec<_> = t.split('.').collect();
            format!("{}..{}", parts[0], parts[2])
        }),
        ("JSON serialization", |t| json!({"payload": t}).to_string()),
        ("white space within", |t| t.replacen('.', " .", 1)),
    ] {
        let mut case = Case::good();
        case.finish = finish;
        let found = violated(&case.token());
        assert!(found.contains(&"RFC7515-7.1-1"), "{name}");
        assert!(found.contains(&"OIDCC-2-7"), "{name}");
    }
}

#[test]
fn claims_that_are_no_json_object_violate_every_rule_on_claims() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for claims in [
        "[]",
        "\"text\"",
        "1",
        "null",
        "",
        "{} {}",
        "{\"a\":1,}",
        "{/**/}",
        "{\"exp\":NaN}",
        "{\"exp\":1e400}",
        "{'iss':1}",
        "\u{feff}{}",
        &deep,
    ] {
        let mut case = Case::good();
        case.claims_text = Some(claims.to_owned());
        let found = violated(&case.token());
        for id in [
            "OIDCC-2-2",
            "OIDCC-2-5",
            "OIDCC-2-6",
            "OIDCC-2-14",
            "OIDCC-2-15",
            "RFC7519-7.2-1",
        ] {
            assert!(found.contains(&id), "{claims:.20}: {id}");
        }
        if !claims.is_empty() {
            assert!(!found.contains(&"OIDCC-2-7"), "{claims:.20}: it is signed");
        }
    }
    for header in ["[]", "\"text\"", "null", "1"] {
        let mut case = Case::good();
        case.header_text = Some(header.to_owned());
        let found = violated(&case.token());
        for id in ["OIDCC-2-7", "OIDCC-2-8", "RFC7515-4-2", "RFC7515-4.1.1-1"] {
            assert!(found.contains(&id), "{header}: {id}");
        }
    }
}

#[test]
fn claims_that_come_twice_are_found_whichever_is_good() {
    for name in ["iss", "sub", "aud", "exp"] {
        for bad_first in [true, false] {
            let mut case = Case::good();
            let good = case.claims[name].clone();
            let bad = if name == "exp" { "1" } else { "\"evil\"" };
            let escaped = format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
            let mut rest = case.claims.clone();
            rest.as_object_mut().unwrap().remove(name);
            let rest = &rest.to_string()[1..];
            case.claims_text = Some(if bad_first {
                format!("{{\"{name}\":{bad},\"{escaped}\":{good},{rest}")
            } else {
                format!("{{\"{escaped}\":{good},\"{name}\":{bad},{rest}")
            });
            let found = violated(&case.token());
            assert!(found.contains(&"RFC7519-4-1"), "{name}: {found:?}");
        }
    }
}

#[test]
fn what_cannot_be_verified_here_is_left_to_a_person() {
    let mut case = Case::good();
    case.header["alg"] = json!("Ed448");
    let token = case.token();
    for id in ["OIDCC-2-7", "OIDCC-10.1-2"] {
        let finding = Rule::find(RULES, id).unwrap().judge(&token);
        assert!(
            matches!(finding, Finding::NeedsReview { .. }),
            "{id} {finding:?}"
        );
    }
    // A key that can't be verified here leaves nothing open where another algorithm was used.
    let mut case = Case::good();
    case.keys = vec![json!({"kty": "OKP", "crv": "Ed448", "kid": "p256", "x": "AA"})];
    let finding = Rule::find(RULES, "OIDCC-10.1-2")
        .unwrap()
        .judge(&case.token());
    assert!(matches!(finding, Finding::Violated { .. }), "{finding:?}");
    let mut case = Case::signed_by(Algorithm::EdDSA, &ED);
    case.claims["at_hash"] = json!(half_hash(Hash::Sha256, "access"));
    let finding = Rule::find(RULES, "OIDCC-3.1.3.6-2")
        .unwrap()
        .judge(&case.token());
    assert!(
        matches!(finding, Finding::NeedsReview { .. }),
        "{finding:?}"
    );
    let mut case = Case::good();
    case.claims["acr"] = json!("level 2");
    let finding = Rule::find(RULES, "OIDCC-2-10")
        .unwrap()
        .judge(&case.token());
    assert!(
        matches!(finding, Finding::NeedsReview { .. }),
        "{finding:?}"
    );
}

#[test]
fn the_texts_name_what_came() {
    for (spoil, id, says) in [
        (
            (|c| c.claims["aud"] = json!("other")) as Spoil,
            "OIDCC-2-6",
            "aud is \"other\"",
        ),
        (
            |c| c.header["kid"] = json!("k9"),
            "OIDCC-2-7",
            "no such key with kid \"k9\" among 6",
        ),
        (
            |c| c.claims["exp"] = json!(NOW - 5),
            "OIDCC-2-15",
            "exp is 1799999995, received at 1800000000",
        ),
        (
            |c| c.signer = Signer::Key(&OTHER_P256, Algorithm::ES256),
            "OIDCC-2-7",
            "keys[0] (kid \"p256\"): the signature does not verify",
        ),
        (
            |c| c.keys[0]["use"] = json!("enc"),
            "OIDCC-10.1-2",
            "keys[0] (kid \"p256\") signed, but its use is \"enc\"",
        ),
        (
            |c| {
                *c = Case::signed_by(Algorithm::RS256, &RSA);
                c.keys = vec![
                    json!({"kty": "RSA", "kid": "rsa", "n": "_".repeat(170) + "8", "e": "AQAB"}),
                ];
            },
            "OIDCC-2-7",
            "keys[0] (kid \"rsa\"): an RSA key of 1024 bits (at least 2048 are needed)",
        ),
        (
            |c| c.claims_text = Some("[]".to_owned()),
            "OIDCC-2-5",
            "payload: an array, no JSON object",
        ),
    ] {
        let mut case = Case::good();
        spoil(&mut case);
        match Rule::find(RULES, id).unwrap().judge(&case.token()) {
            Finding::Violated { actual, .. } => assert_eq!(actual, says),
            finding => panic!("{id}: {finding:?}"),
        }
    }
}

#[test]
fn no_text_makes_a_rule_panic() {
    use proptest::prelude::*;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let segment = || {
        prop_oneof![
            "[A-Za-z0-9_=+/-]{0,40}",
            any::<Vec<u8>>().prop_map(|octets| base64url::encode(&octets)),
            r#"\{"(alg|kid|crit|iss|exp)":("(ES256|HS256|none)"|1e3[0-9]{0,2}|\[\]|\{\}|null)\}"#
                .prop_map(|text| base64url::encode(text.as_bytes())),
        ]
    };
    let text = prop_oneof![
        ".{0,60}",
        (segment(), segment(), segment()).prop_map(|(a, b, c)| format!("{a}.{b}.{c}")),
    ];
    runner
        .run(&text, |text| {
            let token = IdToken::new(&text, Case::good().context);
            for rule in RULES {
                rule.judge(&token);
            }
            prop_assert!(violated(&token).len() > 5);
            Ok(())
        })
        .unwrap();
}

#[test]
fn debug_shows_neither_token_nor_secret() {
    let token = Case::good().token();
    let shown = format!("{token:?}");
    for hidden in [SECRET, "access", "24400320", "eyJ"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[test]
fn each_rule_is_met_by_some_token_and_violated_by_another() {
    let mut met = BTreeSet::new();
    let mut broken = BTreeSet::new();
    let mut judge = |case: Case| {
        let token = case.token();
        for rule in RULES {
            match rule.judge(&token) {
                Finding::Met | Finding::MetWith { .. } => met.insert(rule.id),
                Finding::Violated { .. } => broken.insert(rule.id),
                _ => false,
            };
        }
    };
    for (_, case, _) in all_spoiled() {
        judge(case);
    }
    for response_type in ["id_token token", "code id_token", "code id_token token"] {
        judge(Case::front_channel(response_type));
    }
    for spoil in [
        (|c| {
            *c = Case::front_channel("id_token");
            c.context.access_token = None;
            c.without("at_hash");
        }) as Spoil,
        |c| *c = Case::with_mac(Algorithm::HS256, SECRET.as_bytes()),
        |c| {
            c.context.nonce = None;
            c.without("nonce");
        },
        |c| {
            c.header["crit"] = json!(["b64"]);
            c.header["b64"] = json!(true);
            c.header["iss"] = json!("https://op.example");
        },
        |c| c.claims_text = Some(r#"{"sub":1,"sub":2}"#.to_owned()),
        |c| c.finish = |t| t.replacen('.', "==.", 1),
        |c| c.claims_text = Some("[]".to_owned()),
        |c| c.header_text = Some("[]".to_owned()),
        |c| c.header = json!({"alg": "es256"}),
        |c| {
            c.finish = |t| {
                let last = t.chars().last().unwrap();
                let index = ALPHABET.find(last).unwrap();
                format!("{}{}", &t[..t.len() - 1], &ALPHABET[index + 1..=index + 1])
            };
        },
    ] {
        let mut case = Case::good();
        spoil(&mut case);
        judge(case);
    }
    let all: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(all.len(), RULES.len(), "an id stands twice");
    assert_eq!(
        all.difference(&met).collect::<Vec<_>>(),
        [] as [&&str; 0],
        "never met"
    );
    assert_eq!(
        all.difference(&broken).collect::<Vec<_>>(),
        [] as [&&str; 0],
        "never violated"
    );
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
