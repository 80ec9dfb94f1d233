//! Tokens with nothing wrong.

use super::*;

type Make = fn() -> Case;

#[test]
fn what_is_right_violates_nothing() {
    let cases: &[(&str, Make)] = &[
        ("the code flow", Case::good),
        ("id_token", || {
            let mut case = Case::front_channel("id_token");
            case.context.access_token = None;
            case.without("at_hash");
            case
        }),
        ("id_token token", || Case::front_channel("id_token token")),
        ("code id_token", || Case::front_channel("code id_token")),
        ("code id_token token", || {
            Case::front_channel("code id_token token")
        }),
        ("HS256", || {
            Case::with_mac(Algorithm::HS256, SECRET.as_bytes())
        }),
        ("HS384", || {
            Case::with_mac(Algorithm::HS384, SECRET.as_bytes())
        }),
        ("HS512", || {
            Case::with_mac(Algorithm::HS512, SECRET.as_bytes())
        }),
        ("none, registered", || {
            let mut case = Case::unsecured();
            case.context.registered_alg = Some("none".to_owned());
            case.context.supported_algs = Some(vec!["none".to_owned(), "RS256".to_owned()]);
            case
        }),
        ("no kid, one key", || {
            let mut case = Case::good();
            case.header.as_object_mut().unwrap().remove("kid");
            case.keys.truncate(1);
            case
        }),
        ("one kid on keys of different types", || {
            let mut case = Case::good();
            case.keys[1]["kid"] = json!("p256");
            case
        }),
        ("malformed keys beside the good one", || {
            let mut case = Case::good();
            case.keys
                .extend([json!({"kty": "RSA"}), json!(7), json!({"kty": "AKP"})]);
            case
        }),
        ("a private key published", || {
            let mut case = Case::good();
            case.keys[0]["d"] = json!("AAAA");
            case
        }),
        ("no typ, unknown parameter", || {
            let mut case = Case::good();
            case.header = json!({"alg": "ES256", "kid": "p256", "x": {"y": [1]}});
            case
        }),
        ("typ jwt", || {
            let mut case = Case::good();
            case.header["typ"] = json!("application/jwt");
            case
        }),
        ("aud an array of one", || {
            let mut case = Case::good();
            case.claims["aud"] = json!(["rp"]);
            case
        }),
        ("aud twice", || {
            let mut case = Case::good();
            case.claims["aud"] = json!(["rp", "rp"]);
            case
        }),
        ("aud with a trusted one", || {
            let mut case = Case::good();
            case.claims["aud"] = json!(["rp", "api"]);
            case.context.trusted_audiences = vec!["api".to_owned()];
            case
        }),
        ("sub of 255", || {
            let mut case = Case::good();
            case.claims["sub"] = json!("a".repeat(255));
            case
        }),
        ("fractions and exponents", || {
            let mut case = Case::good();
            case.claims["exp"] = json!(NOW as f64 + 0.5);
            case.claims["iat"] = json!(NOW as f64 - 0.5);
            case.claims["auth_time"] = json!(17.99999e8);
            case
        }),
        ("iat 10 s ahead, nbf too", || {
            let mut case = Case::good();
            case.claims["iat"] = json!(NOW + 10);
            case.claims["nbf"] = json!(NOW + 10);
            case
        }),
        ("nothing optional", || {
            let mut case = Case::good();
            for name in [
                "azp",
                "nbf",
                "acr",
                "amr",
                "at_hash",
                "c_hash",
                "auth_time",
                "nonce",
            ] {
                case.without(name);
            }
            case.context.nonce = None;
            case.context.max_age = None;
            case.context.auth_time_essential = false;
            case.context.auth_time_registered = false;
            case.context.acr_essential.clear();
            case
        }),
        ("many unknown claims", || {
            let mut case = Case::good();
            for number in 0..50 {
                case.claims[format!("søk#{number}")] = json!({"a": [null, {"b": number}]});
            }
            case
        }),
        ("an escaped name", || {
            let mut case = Case::good();
            let text = case.claims.to_string().replace("\"iss\"", "\"\\u0069ss\"");
            case.claims_text = Some(text);
            case
        }),
        ("loopback http", || {
            let mut case = Case::good();
            case.claims["iss"] = json!("http://localhost:8080/a");
            case.context.issuer = "http://localhost:8080/a".to_owned();
            case
        }),
        ("refreshed with a nonce", || {
            let mut case = Case::good();
            case.context.source = Source::RefreshResponse;
            case
        }),
    ];
    for (name, case) in cases {
        check(name, case(), &[]);
    }
    for alg in Algorithm::ALL {
        let key: &'static TestKey = match alg.as_str() {
            "ES256" => &P256,
            "ES384" => &P384,
            "ES512" => &P521,
            "ES256K" => &K1,
            "EdDSA" | "Ed25519" => &ED,
            name if name.starts_with("HS") => continue,
            _ => &RSA,
        };
        check(alg.as_str(), Case::signed_by(alg, key), &[]);
    }
}
