//! Metadata, keys and issuers.

use std::time::Duration;

use http::Method;
use serde_json::Value;

use crate::dispatch::MOST_ISSUERS;
use crate::testing::{CLIENT, Rp, claims, error, header, json};

#[test]
fn both_documents_say_the_same_of_each_issuer() {
    for path in ["", "/i/x", "/a/b/c", "/i/x/f/page.frameable"] {
        let mut rp = Rp::new("");
        let root = rp.call(
            Method::GET,
            &format!("/.well-known/oauth-authorization-server{path}"),
            &[],
            "",
        );
        rp.path = path.to_owned();
        let own = rp.get("/.well-known/openid-configuration");
        assert_eq!(
            (own.status().as_u16(), header(&own, "content-type")),
            (200, "application/json")
        );
        let document = json(&own);
        assert_eq!(json(&root), document);
        assert_eq!(document["issuer"], rp.issuer());
        for (name, value) in &document {
            assert!(
                !value.is_null() && value.as_array().is_none_or(|all| !all.is_empty()),
                "{name}"
            );
            if name.ends_with("_endpoint") || name == "jwks_uri" {
                assert!(value.as_str().unwrap().starts_with(&rp.issuer()), "{name}");
            }
        }
        let head = rp.call(Method::HEAD, "/.well-known/openid-configuration", &[], "");
        assert_eq!(head.status(), 200);
    }
}

#[test]
fn every_endpoint_of_the_metadata_answers() {
    let rp = Rp::new("");
    for (name, url) in json(&rp.get("/.well-known/openid-configuration")) {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let path = url
                .as_str()
                .unwrap()
                .strip_prefix(&rp.issuer())
                .unwrap()
                .to_owned();
            assert_ne!(rp.call(Method::GET, &path, &[], "").status(), 404, "{name}");
        }
    }
}

#[test]
fn scripts_may_call_what_clients_call() {
    let rp = Rp::new("");
    let origin = [("origin", "https://rp.example")];
    for path in [
        "/jwks",
        "/token",
        "/userinfo",
        "/register",
        "/revoke",
        "/.well-known/openid-configuration",
    ] {
        let preflight = rp.call(Method::OPTIONS, path, &origin, "");
        assert_eq!(preflight.status(), 204, "{path}");
        for response in [preflight, rp.call(Method::GET, path, &origin, "")] {
            assert_eq!(
                header(&response, "access-control-allow-origin"),
                "*",
                "{path}"
            );
        }
    }
}

#[test]
fn keys_are_of_all_algorithms_and_rotate() {
    let rp = Rp::new("");
    let kids = || {
        let keys = json(&rp.get("/jwks"))["keys"].as_array().unwrap().clone();
        let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
        keys.iter()
            .map(|key| (text(key, "alg"), text(key, "kid")))
            .collect::<Vec<_>>()
    };
    let kid = || {
        let tokens = rp.tokens(&[]);
        let token = tokens["id_token"].as_str().unwrap().to_owned();
        (
            crate::jws::Parsed::read(&token).unwrap().header["kid"]
                .as_str()
                .unwrap()
                .to_owned(),
            token,
        )
    };
    let before = kids();
    assert_eq!(
        before
            .iter()
            .map(|(alg, _)| alg.as_str())
            .collect::<Vec<_>>(),
        ["RS256", "PS256", "ES256", "EdDSA"]
    );
    let (first, hint) = kid();
    rp.core().issuer("").unwrap().keys().rotate();
    let after = kids();
    assert_eq!(after.len(), 8);
    assert!(before.iter().all(|key| after.contains(key)));
    let (second, _) = kid();
    assert_ne!(first, second);
    assert!(after.iter().any(|(_, kid)| *kid == second));
    // What the retired key signed is still ours.
    assert!(
        !rp.log_in(CLIENT, &[("id_token_hint", &hint)])
            .get("code")
            .is_empty()
    );
}

#[test]
fn each_issuer_has_its_own_clock_and_tokens() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[]);
    let token = tokens["access_token"].as_str().unwrap();
    let mut other = rp;
    other.path = "/i/ahead".to_owned();
    assert_eq!(other.userinfo(token).status(), 401);
    other
        .core()
        .issuer("/i/ahead")
        .unwrap()
        .advance(Duration::from_secs(1_000));
    let later = other.tokens(&[]);
    assert_eq!(
        claims(later["id_token"].as_str().unwrap())["iat"],
        other.now.get() + 1_000
    );
    other.path = String::new();
    assert_eq!(other.userinfo(token).status(), 200);
}

#[test]
fn issuers_are_bounded() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[]);
    let token = tokens["access_token"].as_str().unwrap();
    for number in 0..MOST_ISSUERS + 10 {
        rp.call(Method::GET, &format!("/i/{number}/userinfo"), &[], "");
        if number % 1_000 == 0 {
            assert_eq!(rp.userinfo(token).status(), 200);
        }
    }
    assert_eq!(rp.core().len(), MOST_ISSUERS);
    assert_eq!(rp.userinfo(token).status(), 200);
}

#[test]
fn a_fault_that_there_is_not_is_told() {
    let rp = Rp::new("no.such_fault");
    assert_eq!(error(&rp.get("/jwks")), (404, "unknown_fault".to_owned()));
    let rp = Rp::new("page.frameable+no.such_fault");
    let response = rp.get("/.well-known/openid-configuration");
    assert_eq!(error(&response).0, 404);
    assert!(
        json(&response)["error_description"]
            .as_str()
            .unwrap()
            .contains("no.such_fault")
    );
    assert_eq!(rp.core().len(), 0);
}
