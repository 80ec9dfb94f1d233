//! Traps around `alg`.

use aws_lc_rs::digest;
use oidcheck::jwt::algorithm::Algorithm;
use oidcheck::jwt::validator::{Expected, Rule, Source, Warning};
use serde_json::json;

use crate::case::*;
use crate::keys::*;

pub(crate) fn cases(row: u32) -> Vec<Case> {
    let t = for_id();
    match row {
        1 => vec![t.rejects(Rule::Algorithm, "empty signature", unsigned("none"))],
        2 => {
            let token = id().h("alg", "none");
            let original = id().sign();
            let original = original.rsplit('.').next().unwrap().to_owned();
            let registered = for_id()
                .told(oidcheck::jwt::validator::Validator::accept_unsigned)
                .registered("none");
            vec![
                t.rejects(
                    Rule::Algorithm,
                    "the original signature",
                    format!("{}.{original}", token.input()),
                ),
                t.rejects(
                    Rule::Algorithm,
                    "a random one",
                    format!("{}.{}", token.input(), b64([7; 256])),
                ),
                registered.rejects(
                    Rule::Signature,
                    "even where none was registered",
                    format!("{}.{original}", token.input()),
                ),
            ]
        }
        3 => ["None", "NONE", "nOnE", "NoNe"]
            .map(|alg| t.rejects(Rule::Algorithm, alg, unsigned(alg)))
            .into(),
        4 => vec![
            t.rejects(Rule::Algorithm, "trailing space", unsigned("none ")),
            t.rejects(Rule::Algorithm, "NUL", unsigned("none\u{0}")),
            t.rejects(
                Rule::Algorithm,
                "escape",
                format!("{}.", id().header_text(r#"{"alg":"\u006eone"}"#).input()),
            ),
        ],
        5 => vec![
            t.rejects(Rule::Algorithm, "not configured", unsigned("none")),
            for_id()
                .told(oidcheck::jwt::validator::Validator::accept_unsigned)
                .registered("none")
                .warns(Warning::Unsigned, "configured", unsigned("none")),
        ],
        6 => vec![
            for_id()
                .told(oidcheck::jwt::validator::Validator::accept_unsigned)
                .registered("none")
                .expecting(Expected {
                    source: Source::AuthorizationEndpoint,
                    response_type: "id_token",
                    nonce: Some(NONCE),
                    ..Expected::default()
                })
                .control(id().c("nonce", NONCE))
                .rejects(
                    Rule::Algorithm,
                    "front channel",
                    format!("{}.", id().c("nonce", NONCE).h("alg", "none").input()),
                ),
        ],
        7 => vec![t.rejects(Rule::Algorithm, "no alg", id().without_h("alg"))],
        8 => [json!(256), json!(null), json!(["RS256"]), json!({"a": 1})]
            .map(|alg| t.rejects(Rule::Algorithm, &alg.to_string(), id().h("alg", alg)))
            .into(),
        9 => vec![t.rejects(Rule::Algorithm, "rs256", id().h("alg", "rs256"))],
        10 => ["XX256", "Ed448", "ML-DSA-44", "ES256 "]
            .map(|alg| t.rejects(Rule::Algorithm, alg, id().h("alg", alg)))
            .into(),
        11 => vec![t.rejects(Rule::Algorithm, "PS256", id_with(Algorithm::PS256))],
        12 => [
            Algorithm::ES256,
            Algorithm::EdDSA,
            Algorithm::RS384,
            Algorithm::PS256,
        ]
        .map(|alg| t.rejects(Rule::Algorithm, alg.as_str(), id_by(alg)))
        .into(),
        13 => {
            let lf = pem(&RSA.spki());
            let stripped: String = lf.lines().filter(|l| !l.starts_with('-')).collect();
            with_secrets(&[
                ("LF", lf.as_bytes()),
                ("CRLF", lf.replace('\n', "\r\n").as_bytes()),
                ("no final LF", lf.trim_end().as_bytes()),
                ("no headers", stripped.as_bytes()),
            ])
        }
        14 => with_secrets(&[
            ("SPKI", &RSA.spki()),
            ("PKCS #1", &RSA.pkcs1()),
            ("base64 of SPKI", b64(RSA.spki()).as_bytes()),
        ]),
        15 => {
            let jwk = RSA.jwk();
            with_secrets(&[
                ("JWK", jwk.to_string().as_bytes()),
                ("n", jwk["n"].as_str().unwrap().as_bytes()),
                ("e", b"AQAB"),
                ("kty", b"RSA"),
                ("alg", b"RS256"),
            ])
        }
        16 => {
            let (x, y) = P256.coordinates();
            let pem = pem(&P256.spki());
            let point = [x, y].concat();
            let mut cases = with_secrets(&[("PEM", pem.as_bytes()), ("x, y", &point)]);
            let ec = for_id_by(Algorithm::ES256);
            let token = hs256("p256");
            cases.push(ec.rejects(Rule::Algorithm, "ES256: PEM", token.by_secret(&pem)));
            cases.push(ec.rejects(Rule::Algorithm, "ES256: x, y", token.by_secret(&point)));
            cases
        }
        17 => vec![
            t.rejects(Rule::Algorithm, "RS256", hs256("rsa").by_secret("")),
            for_id_by(Algorithm::HS256).rejects(
                Rule::Signature,
                "HS256",
                hs256("rsa").by_secret(""),
            ),
            for_id_by(Algorithm::HS256)
                .secret(Algorithm::HS256, "")
                .told(oidcheck::jwt::validator::Validator::accept_short_secret)
                .no_control()
                .rejects(Rule::SecretLength, "as secret", hs256("rsa").by_secret("")),
        ],
        18 => vec![t.rejects(Rule::Algorithm, "RS256", hs256("rsa").by_secret(SECRET))],
        19 => vec![for_id_by(Algorithm::HS256).accepts("the secret", id_by(Algorithm::HS256))],
        20 => {
            let secret = b64([0x5a; 48]);
            vec![
                for_id_by(Algorithm::HS256)
                    .secret(Algorithm::HS256, &secret)
                    .no_control()
                    .rejects(
                        Rule::Signature,
                        "decoded",
                        hs256("rsa").by_secret([0x5a; 48]),
                    ),
                for_id_by(Algorithm::HS256)
                    .secret(Algorithm::HS256, &secret)
                    .no_control()
                    .accepts("control: its octets", hs256("rsa").by_secret(&secret)),
            ]
        }
        21 => {
            let secret = &SECRET[..32];
            let token = id_by(Algorithm::HS512).by_secret(secret);
            let short = || for_id_by(Algorithm::HS512).secret(Algorithm::HS512, secret);
            vec![
                short()
                    .no_control()
                    .rejects(Rule::SecretLength, "32 octets", token.clone()),
                short()
                    .no_control()
                    .told(oidcheck::jwt::validator::Validator::accept_short_secret)
                    .collecting_differ("the RP was told to take it")
                    .warns(Warning::SecretLength, "taken on request", token),
            ]
        }
        22 => vec![
            for_id_by(Algorithm::HS256).rejects(
                Rule::Signature,
                "16 octets",
                id_by(Algorithm::HS256)
                    .signed(|input| mac(Algorithm::HS256, SECRET.as_bytes(), input)[..16].to_vec()),
            ),
        ],
        23 => vec![t.rejects(
            Rule::Signature,
            "PSS",
            id().signed(|input| RSA.sign(Algorithm::PS256, input)),
        )],
        24 => {
            let ps = for_id_by(Algorithm::PS256);
            let by = |salt: usize| {
                id_by(Algorithm::PS256)
                    .signed(|input| RSA.rsa_raw(&emsa_pss(input, &vec![9; salt], &digest::SHA256)))
            };
            vec![
                ps.rejects(Rule::Signature, "salt 0", by(0)),
                ps.rejects(Rule::Signature, "salt 20", by(20)),
                ps.accepts("control: salt 32 by the same hands", by(32)),
            ]
        }
        25 => vec![for_id_by(Algorithm::PS256).rejects(
            Rule::Signature,
            "MGF1 with SHA-1",
            id_by(Algorithm::PS256).signed(|input| {
                let mgf = &digest::SHA1_FOR_LEGACY_USE_ONLY;
                RSA.rsa_raw(&emsa_pss(input, &[9; 32], mgf))
            }),
        )],
        26 => {
            let sha1 = |input: &[u8]| {
                let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, input);
                let oid = [6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0];
                let info = der(0x30, &[der(0x30, &oid), der(4, hash.as_ref())].concat());
                RSA.rsa_raw(&emsa_pkcs1(&info, 256 - 3 - info.len(), &[]))
            };
            vec![
                t.rejects(Rule::Algorithm, "RS1", id().h("alg", "RS1").signed(sha1)),
                t.rejects(
                    Rule::Algorithm,
                    "HS1",
                    id().h("alg", "HS1").by_secret(SECRET),
                ),
                t.rejects(Rule::Signature, "SHA-1 under RS256", id().signed(sha1)),
            ]
        }
        27 => [Algorithm::ES256K, Algorithm::EdDSA, Algorithm::Ed25519]
            .map(|alg| t.rejects(Rule::Algorithm, alg.as_str(), id_by(alg)))
            .into(),
        28 => vec![
            for_id()
                .told(oidcheck::jwt::validator::Validator::fapi2)
                .registered("PS256")
                .control(id_by(Algorithm::PS256))
                .rejects(Rule::Algorithm, "RS256", id()),
        ],
        _ => Vec::new(),
    }
}

fn unsigned(alg: &str) -> String {
    format!("{}.", id().h("alg", alg).input())
}

fn id_with(alg: Algorithm) -> Token {
    id_by(alg)
}

fn hs256(kid: &str) -> Token {
    id_by(Algorithm::HS256).h("kid", kid)
}

/// Tokens by things that everybody knows, where RS256 is agreed on and where HS256 is.
fn with_secrets(secrets: &[(&str, &[u8])]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (label, secret) in secrets {
        let token = hs256("rsa").by_secret(secret);
        cases.push(for_id().rejects(Rule::Algorithm, &format!("RS256: {label}"), &*token));
        let hs = for_id_by(Algorithm::HS256);
        cases.push(hs.rejects(Rule::Signature, &format!("HS256: {label}"), token));
    }
    cases
}
