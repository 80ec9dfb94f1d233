//! Faults of the header of ID tokens. Unless the summary says otherwise the signature is right.

use serde_json::{Value, json};

use super::Fault;
use super::table::id_token;
use crate::id_token::IdToken;
use crate::jws::{self, Signer};
use crate::keys::{self, Algorithm};

fn put(token: &mut IdToken, parameter: &str, value: Value) {
    token.header.insert(parameter.to_owned(), value);
}

/// Signs by the key of an attacker.
fn sign_by_foreign_key(token: &mut IdToken) {
    token.signer = Signer::Key(keys::foreign().key(token.algorithm).clone());
}

pub(super) const FAULTS: &[Fault] = &[
    id_token(
        "id_token.alg_lower_case",
        &["OIDCC-2-7"],
        "alg is in small letters",
        |_, token| put(token, "alg", json!(token.algorithm.name().to_lowercase())),
    ),
    id_token(
        "id_token.alg_missing",
        &["OIDCC-2-7", "RFC7515-4.1.1-1"],
        "alg is missing",
        |_, token| {
            token.header.remove("alg");
        },
    ),
    id_token(
        "id_token.alg_none",
        &["OIDCC-2-7", "OIDCC-2-8"],
        "alg is none and there is no signature",
        |_, token| {
            put(token, "alg", json!("none"));
            token.header.remove("kid");
            token.signer = Signer::Unsigned;
        },
    ),
    id_token(
        "id_token.alg_none_mixed_case",
        &["OIDCC-2-7"],
        "alg is nOnE and there is no signature",
        |_, token| {
            put(token, "alg", json!("nOnE"));
            token.header.remove("kid");
            token.signer = Signer::Unsigned;
        },
    ),
    id_token(
        "id_token.alg_none_signed",
        &["OIDCC-2-7", "OIDCC-2-8"],
        "alg is none although there is a signature",
        |_, token| put(token, "alg", json!("none")),
    ),
    id_token(
        "id_token.alg_number",
        &["OIDCC-2-7", "RFC7515-4.1.1-1"],
        "alg is a number",
        |_, token| put(token, "alg", json!(256)),
    ),
    id_token(
        "id_token.alg_other",
        &["OIDCC-3.1.3.7-2", "OIDCR-2-1"],
        "signed with another algorithm than the one that the client registered",
        |ctx, token| {
            let other = if token.algorithm == Algorithm::Es256 {
                Algorithm::Rs256
            } else {
                Algorithm::Es256
            };
            let key = ctx.issuer.keys().current().key(other).clone();
            put(token, "alg", json!(other.name()));
            put(token, "kid", json!(key.kid));
            token.signer = Signer::Key(key);
        },
    ),
    id_token(
        "id_token.alg_unknown",
        &["OIDCC-2-7"],
        "alg is no registered algorithm",
        |_, token| put(token, "alg", json!("XX256")),
    ),
    id_token(
        "id_token.b64_false",
        &["RFC7797-7-1"],
        "b64 is false, and critical",
        |_, token| {
            put(token, "b64", json!(false));
            put(token, "crit", json!(["b64"]));
        },
    ),
    id_token(
        "id_token.crit_absent_name",
        &["RFC7515-4.1.11-1"],
        "crit names a parameter that the header does not have",
        |_, token| put(token, "crit", json!(["example"])),
    ),
    id_token(
        "id_token.crit_empty",
        &["RFC7515-4.1.11-1"],
        "crit is an empty array",
        |_, token| put(token, "crit", json!([])),
    ),
    id_token(
        "id_token.crit_registered_name",
        &["RFC7515-4.1.11-1"],
        "crit names alg, which is no extension",
        |_, token| put(token, "crit", json!(["alg"])),
    ),
    id_token(
        "id_token.crit_string",
        &["RFC7515-4.1.11-1"],
        "crit is a string, not an array",
        |_, token| {
            put(token, "crit", json!("example"));
            put(token, "example", json!(true));
        },
    ),
    id_token(
        "id_token.crit_unknown",
        &["RFC7515-4.1.11-2"],
        "crit names an extension that nobody knows",
        |_, token| {
            put(token, "crit", json!(["example"]));
            put(token, "example", json!(true));
        },
    ),
    id_token(
        "id_token.cty_jwt",
        &["RFC7519-5.2-1"],
        "cty says that a JWT is nested, and none is",
        |_, token| put(token, "cty", json!("JWT")),
    ),
    id_token(
        "id_token.duplicate_alg",
        &["RFC7515-4-1"],
        "alg stands twice: none, then the right one",
        |_, token| {
            let header = String::from_utf8_lossy(&jws::octets(&token.header)).into_owned();
            token.raw_header = Some(header.replacen('{', "{\"alg\":\"none\",", 1).into_bytes());
        },
    ),
    id_token(
        "id_token.embedded_jwk",
        &["OIDCC-2-3", "OIDCC-2-7"],
        "signed by a foreign key that the header brings along as jwk",
        |_, token| {
            let jwk = keys::foreign().key(token.algorithm).public_jwk();
            put(token, "jwk", jwk);
            token.header.remove("kid");
            sign_by_foreign_key(token);
        },
    ),
    id_token(
        "id_token.header_array",
        &["RFC7515-4-2"],
        "the header is a JSON array",
        |_, token| {
            token.raw_header = Some(json!([token.header]).to_string().into_bytes());
        },
    ),
    id_token(
        "id_token.header_jwk",
        &["OIDCC-2-3"],
        "the header has the right key as jwk",
        |ctx, token| {
            let keys = ctx.issuer.keys().current();
            put(token, "jwk", keys.key(token.algorithm).public_jwk());
        },
    ),
    id_token(
        "id_token.jku",
        &["OIDCC-2-3", "OIDCC-2-7"],
        "signed by a foreign key, which jku leads to",
        |_, token| {
            put(token, "jku", json!("https://attacker.example/jwks.json"));
            put(
                token,
                "kid",
                json!(keys::foreign().key(token.algorithm).kid),
            );
            sign_by_foreign_key(token);
        },
    ),
    id_token(
        "id_token.kid_missing",
        &["OIDCC-10.1-1"],
        "kid is missing although several keys are published",
        |_, token| {
            token.header.remove("kid");
        },
    ),
    id_token(
        "id_token.kid_number",
        &["RFC7515-4.1.4-1"],
        "kid is a number",
        |_, token| put(token, "kid", json!(1)),
    ),
    id_token(
        "id_token.kid_of_other_key",
        &["OIDCC-10.1-5"],
        "kid names a published key of another kind",
        |ctx, token| {
            let other = if token.algorithm == Algorithm::EdDsa {
                Algorithm::Es256
            } else {
                Algorithm::EdDsa
            };
            let kid = ctx.issuer.keys().current().key(other).kid.clone();
            put(token, "kid", json!(kid));
        },
    ),
    id_token(
        "id_token.kid_other_case",
        &["OIDCC-10.1-5"],
        "kid is that of the key in small letters",
        |_, token| {
            let kid = token.header.get("kid").and_then(Value::as_str);
            let kid = kid.unwrap_or_default().to_lowercase();
            put(token, "kid", json!(kid));
        },
    ),
    id_token(
        "id_token.kid_path",
        &["OIDCC-10.1-5"],
        "kid is the path of a file",
        |_, token| put(token, "kid", json!("../../../../dev/null")),
    ),
    id_token(
        "id_token.kid_unknown",
        &["OIDCC-10.1-5"],
        "kid names no published key",
        |_, token| put(token, "kid", json!("no-such-key")),
    ),
    id_token(
        "id_token.replicated_iss",
        &["RFC7519-5.3-1"],
        "the header repeats iss, with another value",
        |_, token| put(token, "iss", json!("https://another-issuer.example")),
    ),
    id_token(
        "id_token.typ_at_jwt",
        &["RFC7519-5.1-1", "RFC8725-3.12-2"],
        "typ is at+jwt, that of an access token",
        |_, token| put(token, "typ", json!("at+jwt")),
    ),
    id_token(
        "id_token.typ_logout_jwt",
        &["RFC7519-5.1-1", "RFC8725-3.12-2"],
        "typ is logout+jwt, that of a logout token",
        |_, token| put(token, "typ", json!("logout+jwt")),
    ),
    id_token(
        "id_token.typ_other",
        &["RFC7519-5.1-1"],
        "typ is not JWT",
        |_, token| put(token, "typ", json!("JOSE")),
    ),
    id_token(
        "id_token.x5u",
        &["OIDCC-2-3"],
        "the header has an x5u",
        |_, token| put(token, "x5u", json!("https://attacker.example/cert.pem")),
    ),
];
