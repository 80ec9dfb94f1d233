//! Introspection.

use http::Method;
use serde_json::{Map, Value, json};

use crate::accounts::CLIENT_SECRET;
use crate::testing::{CLIENT, Rp, basic, error, header, json as object};

fn introspect(rp: &Rp, client: &str, params: &[(&str, &str)]) -> Map<String, Value> {
    let response = rp.post(
        "/introspect",
        &[("authorization", &basic(client, CLIENT_SECRET))],
        params,
    );
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "cache-control"), "no-store");
    object(&response)
}

fn inactive() -> Map<String, Value> {
    json!({ "active": false }).as_object().unwrap().clone()
}

#[test]
fn a_client_learns_of_its_own_tokens() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[("scope", "openid offline_access"), ("prompt", "consent")]);
    let now = rp.now.get();
    for (name, lifetime) in [("access_token", 3_600), ("refresh_token", 7 * 24 * 3_600)] {
        let token = tokens[name].as_str().unwrap();
        for hint in ["", "access_token", "refresh_token", "foo"] {
            let answer = introspect(&rp, CLIENT, &[("token", token), ("token_type_hint", hint)]);
            assert_eq!(answer["active"], true, "{name} {hint}");
            assert_eq!(answer["client_id"], CLIENT);
            assert_eq!(answer["sub"], crate::accounts::USERS[0].sub);
            assert_eq!(answer["iss"], rp.issuer());
            assert_eq!(answer["scope"], tokens["scope"]);
            assert_eq!(
                (&answer["iat"], &answer["exp"]),
                (&json!(now), &json!(now + lifetime))
            );
        }
        assert_eq!(
            introspect(&rp, "conformance-hybrid", &[("token", token)]),
            inactive()
        );
        rp.post(
            "/revoke",
            &[("authorization", &basic(CLIENT, CLIENT_SECRET))],
            &[("token", token)],
        );
        assert_eq!(introspect(&rp, CLIENT, &[("token", token)]), inactive());
    }
    assert_eq!(introspect(&rp, CLIENT, &[("token", "garbage")]), inactive());
    assert_eq!(
        introspect(
            &rp,
            CLIENT,
            &[("token", tokens["id_token"].as_str().unwrap())]
        ),
        inactive()
    );
}

#[test]
fn expired_and_used_tokens_are_not_active() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[("scope", "openid offline_access"), ("prompt", "consent")]);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    rp.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]);
    assert_eq!(introspect(&rp, CLIENT, &[("token", refresh)]), inactive());
    rp.pass(3_600);
    assert_eq!(
        introspect(
            &rp,
            CLIENT,
            &[("token", tokens["access_token"].as_str().unwrap())]
        ),
        inactive()
    );
}

#[test]
fn nobody_else_learns_anything() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[]);
    let token = tokens["access_token"].as_str().unwrap();
    let bad = basic(CLIENT, "x");
    for (headers, params) in [
        (vec![], vec![("token", token)]),
        (vec![], vec![("token", token), ("client_id", CLIENT)]),
        (
            vec![],
            vec![("token", token), ("client_id", "conformance-public")],
        ),
        (
            vec![("authorization", bad.as_str())],
            vec![("token", token)],
        ),
    ] {
        let response = rp.post("/introspect", &headers, &params);
        assert_eq!(error(&response), (401, "invalid_client".to_owned()));
        assert!(!header(&response, "www-authenticate").is_empty());
    }
    let good = basic(CLIENT, CLIENT_SECRET);
    let response = rp.post("/introspect", &[("authorization", &good)], &[]);
    assert_eq!(error(&response), (400, "invalid_request".to_owned()));
    let path = format!("/introspect?token={token}");
    assert_eq!(
        rp.call(Method::GET, &path, &[("authorization", &good)], "")
            .status(),
        405
    );
}
