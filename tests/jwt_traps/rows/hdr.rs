//! Traps in the JOSE header.

use oidcheck::jwt::validator::{Rule, Validator};
use serde_json::json;

use crate::case::*;
use crate::keys::*;

const OF_A_REPORT: &str = "whether it is encrypted is not judged by a rule on ID Tokens";

pub(crate) fn cases(row: u32) -> Vec<Case> {
    let t = for_id();
    match row {
        1 => vec![
            t.rejects(
                Rule::Critical,
                "present",
                id().h("crit", json!(["exp-policy"])).h("exp-policy", true),
            ),
            t.rejects(
                Rule::Critical,
                "a URI",
                id().h("crit", json!(["http://example.com/x"]))
                    .h("http://example.com/x", 1),
            ),
        ],
        2 => vec![t.rejects(Rule::Critical, "[]", id().h("crit", json!([])))],
        3 => vec![
            t.rejects(Rule::Critical, "unknown", id().h("crit", json!(["x"]))),
            t.rejects(Rule::Critical, "b64", id().h("crit", json!(["b64"]))),
        ],
        4 => ["alg", "kid", "typ"]
            .map(|name| {
                t.rejects(
                    Rule::Critical,
                    name,
                    id().h("typ", "JWT").h("crit", json!([name])),
                )
            })
            .into(),
        5 => [
            ("duplicates", json!(["b64", "b64"])),
            ("a number", json!(["b64", 1])),
            ("a string", json!("b64")),
            ("an object", json!({"b64": true})),
            ("null", json!(null)),
        ]
        .map(|(label, crit)| t.rejects(Rule::Critical, label, id().h("b64", true).h("crit", crit)))
        .into(),
        6 => vec![
            t.rejects(
                Rule::EncodedPayload,
                "encoded all the same",
                id().h("b64", false).h("crit", json!(["b64"])),
            ),
            t.rejects(Rule::EncodedPayload, "not encoded", {
                let token = id().h("b64", false).h("crit", json!(["b64"]));
                let header = token.input().split('.').next().unwrap().to_owned();
                let claims = serde_json::Value::Object(token.claims.clone())
                    .to_string()
                    .replace('.', "\\u002e");
                let input = format!("{header}.{claims}");
                let signature = RSA.sign(token.alg, input.as_bytes());
                format!("{input}.{}", b64(signature))
            }),
        ],
        7 => vec![t.rejects(Rule::EncodedPayload, "no crit", id().h("b64", false))],
        8 => vec![
            t.accepts("a string", id().h("x-trace", "abc")),
            t.accepts("an object", id().h("x", json!({"a": [1, null]}))),
        ],
        9 => vec![
            t.rejects(
                Rule::UniqueNames,
                "RS256, none",
                id().header_text(r#"{"alg":"RS256","kid":"rsa","alg":"none"}"#),
            ),
            t.rejects(
                Rule::UniqueNames,
                "none, RS256",
                id().header_text(r#"{"alg":"none","kid":"rsa","alg":"RS256"}"#),
            ),
            t.rejects(
                Rule::UniqueNames,
                "a name that is not known",
                id().header_text(r#"{"alg":"RS256","kid":"rsa","x":1,"x":1}"#),
            ),
        ],
        10 => vec![t.rejects(
            Rule::UniqueNames,
            "escaped",
            id().header_text(r#"{"alg":"RS256","kid":"rsa","\u0061lg":"none"}"#),
        )],
        11 => vec![t.accepts("no typ", id())],
        12 => ["JWT", "jwt", "application/jwt", "application/JWT"]
            .map(|typ| t.accepts(typ, id().h("typ", typ)))
            .into(),
        13 => vec![
            t.rejects(Rule::Type, "typ alone", id().h("typ", "at+jwt")),
            t.rejects(Rule::Type, "an access token", at()),
            t.rejects(Rule::Type, "long form", id().h("typ", "application/at+jwt")),
        ],
        14 => [
            "logout+jwt",
            "dpop+jwt",
            "oauth-authz-req+jwt",
            "token-introspection+jwt",
            "LOGOUT+JWT",
        ]
        .map(|typ| t.rejects(Rule::Type, typ, id().h("typ", typ)))
        .into(),
        15 => {
            let inner = id().sign();
            vec![
                t.rejects(
                    Rule::ContentType,
                    "a JWS as payload",
                    id().h("cty", "JWT").claims_text(inner.clone()),
                ),
                t.rejects(Rule::ContentType, "cty alone", id().h("cty", "JWT")),
                t.rejects(
                    Rule::Json,
                    "a JWS as payload, no cty",
                    id().claims_text(inner),
                ),
            ]
        }
        16 => vec![
            t.rejects(
                Rule::ReplicatedClaims,
                "iss",
                id().h("iss", "https://evil.example.com"),
            ),
            t.rejects(Rule::ReplicatedClaims, "sub", id().h("sub", "bob")),
            t.rejects(Rule::ReplicatedClaims, "aud", id().h("aud", "other")),
            t.rejects(
                Rule::Issuer,
                "the right one in the header alone",
                id().h("iss", "https://evil.example.com")
                    .c("iss", "https://evil.example.com"),
            ),
            t.accepts("control: the same", id().h("iss", ISSUER).h("sub", "alice")),
        ],
        17 => vec![
            for_id()
                .collecting_differ("an unknown parameter is ignored there")
                .rejects(Rule::Encrypted, "enc", id().h("enc", "A128GCM")),
        ],
        18 => ["[]", "\"RS256\"", "null", "1", "[{\"alg\":\"RS256\"}]"]
            .map(|text| t.rejects(Rule::Json, text, id().header_text(text)))
            .into(),
        19 => vec![t.rejects(Rule::Encrypted, "dir", jwe("dir", ""))],
        20 => {
            let inner = format!("{}.", id().h("alg", "none").input());
            vec![
                t.rejects(Rule::Encrypted, "none inside", jwe("RSA-OAEP-256", &inner)),
                // What is inside, once decrypted, is validated like any other token.
                t.rejects(Rule::Algorithm, "decrypted", inner),
            ]
        }
        21 => vec![t.rejects(
            Rule::Encrypted,
            "RSA-OAEP",
            jwe("RSA-OAEP-256", &id().sign()),
        )],
        22 => vec![
            for_id()
                .told(Validator::demand_encryption)
                .no_control()
                .collecting_differ(OF_A_REPORT)
                .rejects(Rule::NotEncrypted, "a good JWS", id()),
        ],
        23 => {
            let with = |members: serde_json::Value| {
                let header = b64(members.to_string());
                format!(
                    "{header}.{}.{}.{}.{}",
                    b64([1; 256]),
                    b64([2; 12]),
                    b64([3; 64]),
                    b64([4; 16])
                )
            };
            vec![
                t.rejects(
                    Rule::Encrypted,
                    "RSA1_5",
                    with(json!({"alg": "RSA1_5", "enc": "A128CBC-HS256"})),
                ),
                t.rejects(
                    Rule::Encrypted,
                    "PBES2",
                    with(json!({
                        "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2_147_483_647,
                        "p2s": b64([0; 16]),
                    })),
                ),
                t.rejects(
                    Rule::Encrypted,
                    "zip",
                    with(json!({"alg": "dir", "enc": "A128GCM", "zip": "DEF"})),
                ),
            ]
        }
        _ => Vec::new(),
    }
}

/// Something with the five parts of a JWE.
fn jwe(alg: &str, inner: &str) -> String {
    let header = b64(json!({"alg": alg, "enc": "A128GCM", "cty": "JWT"}).to_string());
    format!(
        "{header}.{}.{}.{}.{}",
        b64([1; 32]),
        b64([2; 12]),
        b64(inner),
        b64([4; 16])
    )
}
