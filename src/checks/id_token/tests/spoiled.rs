//! Tokens with one thing wrong each.

use serde_json::json;

use crate::jwt::algorithm::{Algorithm, Hash};
use crate::jwt::hash::half_hash;
use crate::jwt::test_token::{ED, OTHER_P256, OTHER_RSA, P256, P521, RSA};

use super::{Case, NOW, SECRET, Signer, Spoil};

/// What is wrong, how it is done, what it violates.
#[rustfmt::skip]
pub(super) const CLAIMS: &[(&str, Spoil, &[&str])] = &[
    ("iss missing", |c| c.without("iss"), &["OIDCC-2-5", "OIDCC-2-14"]),
    ("iss null", |c| c.claims["iss"] = json!(null), &["OIDCC-2-5", "OIDCC-2-12", "OIDCC-2-14"]),
    ("iss empty", |c| c.claims["iss"] = json!(""), &["OIDCC-2-5", "OIDCC-2-12", "OIDCC-2-14"]),
    ("iss an array", |c| c.claims["iss"] = json!(["https://op.example"]), &["OIDCC-2-5", "OIDCC-2-12", "OIDCC-2-14"]),
    ("iss of another", |c| c.claims["iss"] = json!("https://other.example"), &["OIDCC-2-5"]),
    ("iss with a slash", |c| c.claims["iss"] = json!("https://op.example/"), &["OIDCC-2-5"]),
    ("iss in upper case", |c| c.claims["iss"] = json!("https://OP.example"), &["OIDCC-2-5"]),
    ("iss with the port", |c| c.claims["iss"] = json!("https://op.example:443"), &["OIDCC-2-5"]),
    ("iss longer", |c| c.claims["iss"] = json!("https://op.example.evil.test"), &["OIDCC-2-5"]),
    ("iss by http", |c| c.claims["iss"] = json!("http://op.example"), &["OIDCC-2-5", "OIDCC-2-12"]),
    ("iss without scheme", |c| c.claims["iss"] = json!("op.example"), &["OIDCC-2-5", "OIDCC-2-12"]),
    ("iss self-issued", |c| c.claims["iss"] = json!("https://self-issued.me"), &["OIDCC-2-5"]),
    ("iss with a query", |c| {
        c.claims["iss"] = json!("https://op.example/?a");
        c.context.issuer = "https://op.example/?a".to_owned();
    }, &["OIDCC-2-12"]),
    ("iss with a fragment", |c| {
        c.claims["iss"] = json!("https://op.example/#a");
        c.context.issuer = "https://op.example/#a".to_owned();
    }, &["OIDCC-2-12"]),
    ("issuer by http", |c| {
        c.claims["iss"] = json!("http://op.example");
        c.context.issuer = "http://op.example".to_owned();
    }, &["OIDCC-2-12"]),
    ("Iss instead of iss", |c| { c.without("iss"); c.claims["Iss"] = json!("https://op.example"); }, &["OIDCC-2-5", "OIDCC-2-14"]),
    ("sub missing", |c| c.without("sub"), &["OIDCC-2-14"]),
    ("sub null", |c| c.claims["sub"] = json!(null), &["OIDCC-2-14"]),
    ("sub a number", |c| c.claims["sub"] = json!(24400320), &["OIDCC-2-14"]),
    ("sub an array", |c| c.claims["sub"] = json!(["24400320"]), &["OIDCC-2-14"]),
    ("sub empty", |c| c.claims["sub"] = json!(""), &["OIDCC-2-14"]),
    ("sub of 256", |c| c.claims["sub"] = json!("a".repeat(256)), &["OIDCC-2-1"]),
    ("sub not ASCII", |c| c.claims["sub"] = json!("bjørn"), &["OIDCC-2-1"]),
    ("aud missing", |c| c.without("aud"), &["OIDCC-2-6", "OIDCC-2-14", "OIDCC-3.1.3.7-1"]),
    ("aud null", |c| c.claims["aud"] = json!(null), &["OIDCC-2-6", "OIDCC-2-14", "OIDCC-3.1.3.7-1"]),
    ("aud empty", |c| c.claims["aud"] = json!(""), &["OIDCC-2-6", "OIDCC-2-14", "OIDCC-3.1.3.7-1"]),
    ("aud []", |c| c.claims["aud"] = json!([]), &["OIDCC-2-6", "OIDCC-2-14", "OIDCC-3.1.3.7-1"]),
    ("aud an object", |c| c.claims["aud"] = json!({"rp": 1}), &["OIDCC-2-6", "OIDCC-2-14", "OIDCC-3.1.3.7-1"]),
    ("aud with a number", |c| c.claims["aud"] = json!(["rp", 7]), &["OIDCC-2-6", "OIDCC-2-14", "OIDCC-3.1.3.7-1"]),
    ("aud nested", |c| c.claims["aud"] = json!([["rp"]]), &["OIDCC-2-6", "OIDCC-2-14", "OIDCC-3.1.3.7-1"]),
    ("aud of another", |c| c.claims["aud"] = json!("other"), &["OIDCC-2-6", "OIDCC-3.1.3.7-1"]),
    ("aud of two in one", |c| c.claims["aud"] = json!("rp other"), &["OIDCC-2-6", "OIDCC-3.1.3.7-1"]),
    ("aud with a comma", |c| c.claims["aud"] = json!("rp,other"), &["OIDCC-2-6", "OIDCC-3.1.3.7-1"]),
    ("aud in upper case", |c| c.claims["aud"] = json!("RP"), &["OIDCC-2-6", "OIDCC-3.1.3.7-1"]),
    ("aud with a space", |c| c.claims["aud"] = json!("rp "), &["OIDCC-2-6", "OIDCC-3.1.3.7-1"]),
    ("aud with an untrusted one", |c| c.claims["aud"] = json!(["rp", "other"]), &["OIDCC-3.1.3.7-1"]),
    ("azp alone right", |c| c.claims["aud"] = json!(["other"]), &["OIDCC-2-6", "OIDCC-3.1.3.7-1"]),
    ("azp of another", |c| c.claims["azp"] = json!("other"), &["OIDCC-2-13"]),
    ("azp an array", |c| c.claims["azp"] = json!(["rp"]), &["OIDCC-2-13"]),
    ("azp a number", |c| c.claims["azp"] = json!(1), &["OIDCC-2-13"]),
    ("azp empty", |c| c.claims["azp"] = json!(""), &["OIDCC-2-13"]),
    ("nonce missing", |c| c.without("nonce"), &["OIDCC-2-4"]),
    ("nonce of another", |c| c.claims["nonce"] = json!("other"), &["OIDCC-2-4"]),
    ("nonce in upper case", |c| c.claims["nonce"] = json!("N-0S6_WZA2MJ"), &["OIDCC-2-4"]),
    ("nonce with a space", |c| c.claims["nonce"] = json!("n-0S6_WzA2Mj "), &["OIDCC-2-4"]),
    ("nonce an array", |c| c.claims["nonce"] = json!(["n-0S6_WzA2Mj"]), &["OIDCC-2-4"]),
    ("nonce unasked", |c| c.context.nonce = None, &["OIDCC-2-21"]),
    ("acr a number", |c| c.claims["acr"] = json!(1), &["OIDCC-2-10", "OIDCC-2-19", "OIDCC-5.5.1.1-1"]),
    ("acr not asked for", |c| c.claims["acr"] = json!("urn:x:bronze"), &["OIDCC-5.5.1.1-1"]),
    ("acr missing", |c| c.without("acr"), &["OIDCC-5.5.1.1-1"]),
    ("amr a string", |c| c.claims["amr"] = json!("pwd"), &["OIDCC-2-11", "OIDCC-2-18"]),
    ("amr not registered", |c| c.claims["amr"] = json!(["password"]), &["OIDCC-2-11"]),
    ("email_verified a string", |c| c.claims["email_verified"] = json!("true"), &["OIDCC-5.1-1"]),
];

#[rustfmt::skip]
pub(super) const TIME: &[(&str, Spoil, &[&str])] = &[
    ("exp missing", |c| c.without("exp"), &["OIDCC-2-2"]),
    ("exp yesterday", |c| c.claims["exp"] = json!(NOW - 86_400), &["OIDCC-2-15", "OIDCC-2-22"]),
    ("exp now", |c| { c.claims["exp"] = json!(NOW); c.claims["iat"] = json!(NOW - 1); }, &["OIDCC-2-15"]),
    ("exp a string", |c| c.claims["exp"] = json!("1900000000"), &["OIDCC-2-2"]),
    ("exp true", |c| c.claims["exp"] = json!(true), &["OIDCC-2-2"]),
    ("exp null", |c| c.claims["exp"] = json!(null), &["OIDCC-2-2"]),
    ("exp an array", |c| c.claims["exp"] = json!([NOW + 600]), &["OIDCC-2-2"]),
    ("exp 0", |c| c.claims["exp"] = json!(0), &["OIDCC-2-15", "OIDCC-2-22"]),
    ("exp negative", |c| c.claims["exp"] = json!(-1), &["OIDCC-2-15", "OIDCC-2-22"]),
    ("exp -0", |c| c.claims["exp"] = json!(-0.0), &["OIDCC-2-15", "OIDCC-2-22"]),
    ("exp in milliseconds", |c| c.claims["exp"] = json!((NOW + 600) * 1000), &["OIDCC-2-23"]),
    ("exp 2^64", |c| c.claims["exp"] = json!(18_446_744_073_709_551_616.0), &["OIDCC-2-23"]),
    ("exp before iat", |c| { c.claims["iat"] = json!(NOW + 50); c.claims["exp"] = json!(NOW + 10); }, &["OIDCC-2-22"]),
    ("iat missing", |c| c.without("iat"), &["OIDCC-2-2"]),
    ("iat tomorrow", |c| { c.claims["iat"] = json!(NOW + 86_400); c.claims["exp"] = json!(NOW + 90_000); }, &["OIDCC-2-16"]),
    ("iat 61 s ahead", |c| c.claims["iat"] = json!(NOW + 61), &["OIDCC-2-16"]),
    ("iat a week old", |c| c.claims["iat"] = json!(NOW - 604_800), &["OIDCC-2-16"]),
    ("iat a string", |c| c.claims["iat"] = json!("1800000000"), &["OIDCC-2-2"]),
    ("nbf ahead", |c| c.claims["nbf"] = json!(NOW + 3600), &["RFC7519-4.1.5-1"]),
    ("nbf a string", |c| c.claims["nbf"] = json!("1800000000"), &["RFC7519-4.1.5-1"]),
    ("auth_time missing", |c| c.without("auth_time"), &["OIDCC-2-9", "OIDCC-3.1.2.1-4", "OIDCR-2-9"]),
    ("auth_time missing, max_age", |c| { c.without("auth_time"); c.context.auth_time_essential = false; c.context.auth_time_registered = false; }, &["OIDCC-3.1.2.1-4"]),
    ("auth_time missing, essential", |c| { c.without("auth_time"); c.context.max_age = None; c.context.auth_time_registered = false; }, &["OIDCC-2-9"]),
    ("auth_time missing, registered", |c| { c.without("auth_time"); c.context.max_age = None; c.context.auth_time_essential = false; }, &["OIDCR-2-9"]),
    ("auth_time a string", |c| c.claims["auth_time"] = json!("1800000000"), &["OIDCC-2-9", "OIDCC-2-20", "OIDCC-3.1.2.1-4", "OIDCR-2-9"]),
    ("auth_time ahead", |c| c.claims["auth_time"] = json!(NOW + 3600), &["OIDCC-2-20"]),
    ("auth_time older than max_age", |c| c.claims["auth_time"] = json!(NOW - 7200), &["OIDCC-3.1.3.7-3"]),
    ("auth_time old, max_age 0", |c| { c.claims["auth_time"] = json!(NOW - 3000); c.context.max_age = Some(0); }, &["OIDCC-3.1.3.7-3"]),
];

#[rustfmt::skip]
pub(super) const HEADER: &[(&str, Spoil, &[&str])] = &[
    ("jku", |c| c.header["jku"] = json!("https://evil.test/jwks"), &["OIDCC-2-3"]),
    ("x5u", |c| c.header["x5u"] = json!("https://evil.test/x5u"), &["OIDCC-2-3"]),
    ("x5c", |c| c.header["x5c"] = json!(["MIIB"]), &["OIDCC-2-3"]),
    ("jwk", |c| c.header["jwk"] = P256.jwk(), &["OIDCC-2-3"]),
    ("signed by the key of the header", |c| {
        c.header["jwk"] = OTHER_P256.jwk();
        c.signer = Signer::Key(&OTHER_P256, Algorithm::ES256);
    }, &["OIDCC-2-3", "OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("crit unknown", |c| { c.header["crit"] = json!(["x"]); c.header["x"] = json!(1); }, &["RFC7515-4.1.11-2"]),
    ("crit empty", |c| c.header["crit"] = json!([]), &["RFC7515-4.1.11-1"]),
    ("crit names nothing", |c| c.header["crit"] = json!(["x"]), &["RFC7515-4.1.11-1", "RFC7515-4.1.11-2"]),
    ("crit names alg", |c| c.header["crit"] = json!(["alg"]), &["RFC7515-4.1.11-1", "RFC7515-4.1.11-2"]),
    ("crit twice", |c| { c.header["crit"] = json!(["x", "x"]); c.header["x"] = json!(1); }, &["RFC7515-4.1.11-1", "RFC7515-4.1.11-2"]),
    ("crit a string", |c| c.header["crit"] = json!("x"), &["RFC7515-4.1.11-1", "RFC7515-4.1.11-2"]),
    ("crit with a number", |c| c.header["crit"] = json!([1]), &["RFC7515-4.1.11-1", "RFC7515-4.1.11-2"]),
    ("b64 false, critical", |c| { c.header["crit"] = json!(["b64"]); c.header["b64"] = json!(false); }, &["RFC7797-7-1"]),
    ("b64 false", |c| c.header["b64"] = json!(false), &["RFC7797-7-1"]),
    ("typ at+jwt", |c| c.header["typ"] = json!("at+jwt"), &["RFC7519-5.1-1", "RFC8725-3.12-2"]),
    ("typ logout+jwt", |c| c.header["typ"] = json!("application/logout+jwt"), &["RFC7519-5.1-1", "RFC8725-3.12-2"]),
    ("typ dpop+jwt", |c| c.header["typ"] = json!("dpop+jwt"), &["RFC7519-5.1-1", "RFC8725-3.12-2"]),
    ("typ token-introspection+jwt", |c| c.header["typ"] = json!("Token-Introspection+JWT"), &["RFC7519-5.1-1", "RFC8725-3.12-2"]),
    ("typ a number", |c| c.header["typ"] = json!(1), &["RFC7519-5.1-1"]),
    ("a logout token", |c| c.claims["events"] = json!({"http://schemas.openid.net/event/backchannel-logout": {}}), &["RFC8725-3.12-2"]),
    ("cty JWT", |c| c.header["cty"] = json!("JWT"), &["RFC7519-5.2-1"]),
    ("iss in the header", |c| c.header["iss"] = json!("https://evil.test"), &["RFC7519-5.3-1"]),
    ("alg twice", |c| c.header_text = Some(r#"{"alg":"none","alg":"ES256","kid":"p256"}"#.to_owned()), &["RFC7515-4-1"]),
    ("alg twice, escaped", |c| c.header_text = Some(r#"{"alg":"none","\u0061lg":"ES256","kid":"p256"}"#.to_owned()), &["RFC7515-4-1"]),
    ("kid a number", |c| c.header["kid"] = json!(1), &["OIDCC-2-7", "OIDCC-10.1-5", "RFC7515-4.1.4-1"]),
    ("kid an array", |c| c.header["kid"] = json!(["p256"]), &["OIDCC-2-7", "OIDCC-10.1-5", "RFC7515-4.1.4-1"]),
    ("kid empty", |c| c.header["kid"] = json!(""), &["OIDCC-2-7", "OIDCC-10.1-5"]),
    ("kid in upper case", |c| c.header["kid"] = json!("P256"), &["OIDCC-2-7", "OIDCC-10.1-5"]),
    ("kid with a space", |c| c.header["kid"] = json!("p256 "), &["OIDCC-2-7", "OIDCC-10.1-5"]),
    ("kid a path", |c| c.header["kid"] = json!("../../dev/null"), &["OIDCC-2-7", "OIDCC-10.1-5"]),
    ("kid of 500 kB", |c| c.header["kid"] = json!("k".repeat(500_000)), &["OIDCC-2-7", "OIDCC-10.1-5"]),
    ("kid missing among several", |c| { c.header.as_object_mut().unwrap().remove("kid"); }, &["OIDCC-10.1-1"]),
    ("kid of another key", |c| c.header["kid"] = json!("rsa"), &["OIDCC-2-7", "OIDCC-10.1-5"]),
    ("alg not registered by the client", |c| c.context.registered_alg = Some("RS256".to_owned()), &["OIDCC-3.1.3.7-2", "OIDCR-2-1"]),
    ("alg not advertised", |c| c.context.supported_algs = Some(vec!["RS256".to_owned()]), &["OIDCD-3-16"]),
];

#[rustfmt::skip]
pub(super) const SIGNATURE: &[(&str, Spoil, &[&str])] = &[
    ("signed by another key", |c| c.signer = Signer::Key(&OTHER_P256, Algorithm::ES256), &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("RS256 by another key", |c| {
        *c = Case::signed_by(Algorithm::RS256, &RSA);
        c.signer = Signer::Key(&OTHER_RSA, Algorithm::RS256);
    }, &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("PS256 in an RS256 token", |c| {
        *c = Case::signed_by(Algorithm::RS256, &RSA);
        c.signer = Signer::Key(&RSA, Algorithm::PS256);
    }, &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("retired key", |c| { c.keys.remove(0); }, &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("no keys", |c| c.keys.clear(), &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("empty signature", |c| c.signer = Signer::Octets(Vec::new()), &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("all zero", |c| c.signer = Signer::Octets(vec![0; 64]), &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("key for encryption", |c| c.keys[0]["use"] = json!("enc"), &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("key_ops without verify", |c| c.keys[0]["key_ops"] = json!(["encrypt"]), &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("key for another alg", |c| c.keys[0]["alg"] = json!("ES384"), &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("kid on two keys", |c| {
        let mut other = OTHER_P256.jwk();
        other["kid"] = json!("p256");
        c.keys.insert(0, other);
    }, &["OIDCC-10.1-5"]),
    ("weak RSA key", |c| {
        *c = Case::signed_by(Algorithm::RS256, &RSA);
        c.keys = vec![json!({"kty": "RSA", "kid": "rsa", "n": "_".repeat(170) + "8", "e": "AQAB"})];
    }, &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("ES384 key in an ES256 token", |c| c.header["kid"] = json!("p384"), &["OIDCC-2-7", "OIDCC-10.1-5"]),
    ("X25519 key", |c| {
        *c = Case::signed_by(Algorithm::EdDSA, &ED);
        c.keys = vec![ED.jwk()];
        c.keys[0]["crv"] = json!("X25519");
    }, &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"]),
    ("none", |c| *c = Case::unsecured(), &["OIDCC-2-7", "OIDCC-2-8", "OIDCC-3.1.3.7-2", "OIDCD-3-16", "OIDCR-2-1"]),
    ("none with a signature", |c| { *c = Case::unsecured(); c.signer = Signer::Key(&P256, Algorithm::ES256); }, &[
        "OIDCC-2-7", "OIDCC-2-8", "OIDCC-3.1.3.7-2", "OIDCD-3-16", "OIDCR-2-1",
    ]),
    ("none escaped", |c| { *c = Case::unsecured(); c.header_text = Some(r#"{"alg":"\u006eone"}"#.to_owned()); }, &[
        "OIDCC-2-7", "OIDCC-2-8", "OIDCC-3.1.3.7-2", "OIDCD-3-16", "OIDCR-2-1",
    ]),
    ("none, registered, from the authorization endpoint", |c| {
        *c = Case::unsecured();
        c.context.registered_alg = Some("none".to_owned());
        c.context.response_type = "code id_token".to_owned();
    }, &["OIDCC-2-7", "OIDCC-2-8", "OIDCD-3-16"]),
    ("none, registered, with a signature", |c| {
        *c = Case::unsecured();
        c.context.registered_alg = Some("none".to_owned());
        c.signer = Signer::Octets(vec![1]);
    }, &["OIDCC-2-7", "OIDCD-3-16"]),
    ("HS256 with another secret", |c| *c = Case::with_mac(Algorithm::HS256, b"other"), &["OIDCC-2-7", "OIDCC-10.1-4"]),
    ("HS256 with the EC key as secret", |c| {
        *c = Case::with_mac(Algorithm::HS256, P256.jwk().to_string().as_bytes());
    }, &["OIDCC-2-7", "OIDCC-10.1-4"]),
    ("HS256 with the modulus as secret", |c| {
        *c = Case::with_mac(Algorithm::HS256, RSA.jwk()["n"].as_str().unwrap().as_bytes());
    }, &["OIDCC-2-7", "OIDCC-10.1-4"]),
    ("HS256 with an oct key of the set", |c| {
        *c = Case::with_mac(Algorithm::HS256, b"published");
        c.keys.push(json!({"kty": "oct", "k": "cHVibGlzaGVk"}));
    }, &["OIDCC-2-7", "OIDCC-10.1-4"]),
    ("HS256 without a secret", |c| {
        *c = Case::with_mac(Algorithm::HS256, b"");
        c.context.client_secret = None;
    }, &["OIDCC-2-7", "OIDCC-10.1-4"]),
    ("HS256 with an empty secret", |c| {
        *c = Case::with_mac(Algorithm::HS256, b"");
        c.context.client_secret = Some(String::new());
    }, &["OIDCC-2-7", "OIDCC-10.1-4", "RFC7518-3.2-1"]),
    ("HS256 truncated", |c| {
        *c = Case::with_mac(Algorithm::HS256, b"");
        c.signer = Signer::Octets(vec![7; 16]);
    }, &["OIDCC-2-7", "OIDCC-10.1-4"]),
    ("HS256 though ES256 is registered", |c| {
        *c = Case::with_mac(Algorithm::HS256, SECRET.as_bytes());
        c.context.registered_alg = Some("ES256".to_owned());
    }, &["OIDCC-3.1.3.7-2", "OIDCR-2-1"]),
    ("HS512 with a short secret", |c| {
        *c = Case::with_mac(Algorithm::HS512, b"too short");
        c.context.client_secret = Some("too short".to_owned());
    }, &["RFC7518-3.2-1"]),
];

#[rustfmt::skip]
pub(super) const HASHES: &[(&str, Spoil, &[&str])] = &[
    ("at_hash wrong", |c| c.claims["at_hash"] = json!("77QmUPtjPfzWtF2AnpK9RQ"), &["OIDCC-3.1.3.6-2"]),
    ("at_hash empty", |c| c.claims["at_hash"] = json!(""), &["OIDCC-3.1.3.6-2"]),
    ("at_hash a number", |c| c.claims["at_hash"] = json!(7), &["OIDCC-3.1.3.6-2"]),
    ("at_hash of SHA-512", |c| c.claims["at_hash"] = json!(half_hash(Hash::Sha512, "access")), &["OIDCC-3.1.3.6-2"]),
    ("at_hash padded", |c| c.claims["at_hash"] = json!(half_hash(Hash::Sha256, "access") + "=="), &["OIDCC-3.1.3.6-2"]),
    ("at_hash of the token with a space", |c| c.claims["at_hash"] = json!(half_hash(Hash::Sha256, "access ")), &["OIDCC-3.1.3.6-2"]),
    ("at_hash of SHA-256 with ES512", |c| {
        *c = Case::signed_by(Algorithm::ES512, &P521);
        c.claims["at_hash"] = json!(half_hash(Hash::Sha256, "access"));
    }, &["OIDCC-3.1.3.6-2"]),
    ("c_hash wrong at the token endpoint", |c| c.claims["c_hash"] = json!("LDktKdoQak3Pk0cnXxCltA"), &["OIDCC-3.3.3.6-3"]),
    ("at_hash missing, id_token token", |c| { *c = Case::front_channel("id_token token"); c.without("at_hash"); }, &["OIDCC-3.2.2.10-1"]),
    ("at_hash wrong, token id_token", |c| { *c = Case::front_channel("token id_token"); c.claims["at_hash"] = json!("x"); }, &["OIDCC-3.2.2.10-1"]),
    ("at_hash with id_token alone", |c| { *c = Case::front_channel("id_token"); c.context.access_token = None; }, &["OIDCC-3.2.2.10-3"]),
    ("access token with id_token alone", |c| { *c = Case::front_channel("id_token"); c.without("at_hash"); }, &["OIDCC-3.2.2.10-3"]),
    ("c_hash missing, code id_token", |c| { *c = Case::front_channel("code id_token"); c.without("c_hash"); }, &["OIDCC-3.3.2.11-1"]),
    ("c_hash of another code", |c| { *c = Case::front_channel("code id_token token"); c.claims["c_hash"] = json!(half_hash(Hash::Sha256, "other")); }, &["OIDCC-3.3.2.11-1"]),
    ("at_hash missing, code id_token token", |c| { *c = Case::front_channel("code id_token token"); c.without("at_hash"); }, &["OIDCC-3.3.2.11-2"]),
    ("nonce missing, id_token", |c| { *c = Case::front_channel("id_token token"); c.without("nonce"); }, &["OIDCC-2-4"]),
    ("iss parameter of another", |c| { *c = Case::front_channel("code id_token"); c.context.iss_parameter = Some("https://op.example/".to_owned()); }, &["RFC9207-2.4-3"]),
];
