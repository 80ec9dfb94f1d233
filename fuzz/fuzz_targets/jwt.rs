//! Tokens: as they are, or any header and claims with a right MAC, so that the rules on claims are reached.

#![no_main]

use std::sync::{Arc, LazyLock};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::{Corpus, fuzz_target};
use oidcheck::checks::id_token::RULES;
use oidcheck::finding::Finding;
use oidcheck::jwt::algorithm::Algorithm;
use oidcheck::jwt::id_token::{IdToken, IdTokenContext};
use oidcheck::jwt::json;
use oidcheck::jwt::key::JwkSet;
use oidcheck::jwt::validator::{Expected, KeySet, Rule, ValidToken, Validator, Warning};

const ISSUER: &str = "https://id.example.test";
const CLIENT: &str = "client";
const SECRET: &str = "a client secret of at least 32 octets";
const NONCE: &str = "nonce";
const NOW: i64 = 1_700_000_000;

static KEY: LazyLock<hmac::Key> =
    LazyLock::new(|| hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()));
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    KeySet::parse(br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#)
        .expect("a JWK Set")
});
static VALIDATORS: LazyLock<[Validator; 3]> = LazyLock::new(|| {
    [
        Validator::id_token(ISSUER, CLIENT),
        Validator::access_token(ISSUER, CLIENT),
        Validator::logout_token(ISSUER, CLIENT),
    ]
    .map(|validator| validator.client_secret(Algorithm::HS256, SECRET))
});
static UNSECURED: LazyLock<Validator> = LazyLock::new(|| {
    Validator::id_token(ISSUER, CLIENT)
        .algorithm(Algorithm::EdDSA)
        .accept_unsigned()
});

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((mode, data)) = data.split_first() else {
        return Corpus::Reject;
    };
    match mode % 3 {
        0 => raw(&String::from_utf8_lossy(data)),
        1 => signed(
            &[
                br#"{"alg":"HS256"}"#.as_slice(),
                br#"{"alg":"HS256","typ":"at+jwt"}"#,
                br#"{"alg":"HS256","typ":"logout+jwt"}"#,
            ][usize::from(mode / 3 % 3)],
            data,
        ),
        _ => {
            let at = data.iter().position(|byte| *byte == b'\n');
            let (header, claims) = data.split_at(at.unwrap_or(data.len()));
            signed(header, claims.get(1..).unwrap_or_default());
        }
    }
    Corpus::Keep
});

fn raw(token: &str) {
    for validator in VALIDATORS.iter().chain([&*UNSECURED]) {
        let _ = validator.validate_at(token, &Expected::default(), &KEYS, NOW);
    }
    judge(token);
}

fn signed(header: &[u8], claims: &[u8]) {
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let mac = hmac::sign(&KEY, input.as_bytes());
    let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()));
    let expected = Expected {
        nonce: Some(NONCE),
        ..Expected::default()
    };
    for (index, validator) in VALIDATORS.iter().enumerate() {
        let result = validator.validate_at(&token, &expected, &KEYS, NOW);
        if let Err(error) = &result {
            let _ = error.to_string();
        }
        let (rule, accepted) = match &result {
            Ok(_) => (None, true),
            Err(error) => (Some(error.rule()), false),
        };
        let is_object = |octets: &[u8]| {
            json::parse(octets)
                .is_ok_and(|document| document.value.is_object() && document.duplicates.is_empty())
        };
        let malformed = matches!(rule, Some(Rule::Json | Rule::UniqueNames));
        if accepted {
            assert!(is_object(header) && is_object(claims));
        }
        if malformed {
            assert!(!is_object(header) || !is_object(claims));
        }
        if let (0, Ok(valid)) = (index, &result) {
            read(valid);
            agrees(&token, valid);
        }
    }
}

/// Every accessor works.
fn read(token: &ValidToken) {
    assert_eq!(token.issuer(), ISSUER);
    assert!(token.subject().is_some_and(|sub| !sub.is_empty()));
    assert!(token.audiences().iter().any(|audience| audience == CLIENT));
    assert!(token.expires_at() > token.issued_at());
    let _ = (token.acr(), token.amr(), token.auth_time(), token.session());
    let _ = token.claims::<serde_json::Value>().expect("an object");
    assert!(token.check_refreshed_from(token).is_ok());
    assert!(token.check_hybrid(token).is_ok_and(|odd| odd.is_empty()));
}

fn context() -> IdTokenContext {
    let keys = Arc::new(JwkSet::default());
    let mut context = IdTokenContext::new(ISSUER, CLIENT, keys, NOW);
    context.client_secret = Some(SECRET.to_owned());
    context.registered_alg = Some("HS256".to_owned());
    context
}

fn judge(token: &str) -> Vec<(&'static str, String)> {
    let mut context = context();
    context.nonce = Some(NONCE.to_owned());
    let token = IdToken::new(token, context);
    RULES
        .iter()
        .filter_map(|rule| match (rule.check)(&token) {
            Finding::Violated { actual, .. } => Some((rule.id, actual)),
            _ => None,
        })
        .collect()
}

/// What the validator accepts breaks no collecting rule, save those that leave the recipient a choice.
fn agrees(token: &str, valid: &ValidToken) {
    for (id, actual) in judge(token) {
        let is_choice = match id {
            // An RP may ignore these.
            "OIDCC-2-3" => valid.warnings().contains(Warning::KeyInHeader),
            "OIDCC-5.1-1" => valid.warnings().contains(Warning::ClaimType),
            // Only absurdly far ahead.
            "OIDCC-2-23" => valid.warnings().contains(Warning::Lifetime),
            // How old a token may be is the RP's policy; which methods are registered is not its business.
            "OIDCC-2-16" | "OIDCC-2-11" | "OIDCC-2-10" => true,
            _ => false,
        };
        assert!(is_choice, "accepted, but {id}: {actual}");
    }
}
