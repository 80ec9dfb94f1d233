//! The six response types.

use crate::accounts::RESPONSE_TYPES;
use crate::jws::half_hash;
use crate::testing::{ALICE, CALLBACK, Callback, Rp, claims, header, json, merged};

const HYBRID: &str = "conformance-hybrid";

#[test]
fn each_response_type_gives_what_it_names() {
    let rp = Rp::new("");
    for response_type in RESPONSE_TYPES {
        for mode in ["", "fragment", "form_post"] {
            let callback = rp.log_in(
                HYBRID,
                &[("response_type", response_type), ("response_mode", mode)],
            );
            let words: Vec<&str> = response_type.split(' ').collect();
            let has = |name: &str| !callback.get(name).is_empty();
            assert_eq!(has("code"), words.contains(&"code"), "{response_type}");
            assert_eq!(
                has("id_token"),
                words.contains(&"id_token"),
                "{response_type}"
            );
            assert_eq!(
                has("access_token"),
                words.contains(&"token"),
                "{response_type}"
            );
            assert_eq!(
                has("token_type"),
                words.contains(&"token"),
                "{response_type}"
            );
            assert!(!has("refresh_token"));
            assert_eq!(callback.get("state"), "st");
            assert_eq!(callback.get("iss"), rp.issuer());
            let default = if response_type == "code" { "?" } else { "#" };
            let expected = match mode {
                "" => default,
                "fragment" => "#",
                _ => "post",
            };
            assert_eq!(callback.mode, expected, "{response_type} {mode}");
            if has("id_token") {
                let id_token = claims(callback.get("id_token"));
                assert_eq!(id_token["nonce"], "no");
                let hash =
                    |name: &str| Some(half_hash("ES256", callback.get(name))).filter(|_| has(name));
                assert_eq!(
                    id_token.get("at_hash").and_then(|value| value.as_str()),
                    hash("access_token").as_deref()
                );
                assert_eq!(
                    id_token.get("c_hash").and_then(|value| value.as_str()),
                    hash("code").as_deref()
                );
            }
        }
    }
}

#[test]
fn both_id_tokens_of_a_hybrid_flow_agree() {
    let rp = Rp::new("");
    let callback = rp.log_in(
        HYBRID,
        &[
            ("response_type", "code id_token token"),
            ("scope", "openid email"),
        ],
    );
    let form = [
        ("grant_type", "authorization_code"),
        ("code", callback.get("code")),
        ("redirect_uri", CALLBACK),
    ];
    let tokens = json(&rp.token_as(HYBRID, &form));
    let (front, back) = (
        claims(callback.get("id_token")),
        claims(tokens["id_token"].as_str().unwrap()),
    );
    for name in [
        "iss",
        "sub",
        "aud",
        "auth_time",
        "acr",
        "amr",
        "nonce",
        "sid",
    ] {
        assert_eq!(front[name], back[name], "{name}");
    }
    for token in [
        callback.get("access_token"),
        tokens["access_token"].as_str().unwrap(),
    ] {
        assert_eq!(json(&rp.userinfo(token))["email"], "alice@example.test");
    }
}

#[test]
fn claims_of_the_scope_are_in_the_id_token_when_there_is_nothing_else() {
    let rp = Rp::new("");
    let email = |response_type: &str| {
        let callback = rp.log_in(
            HYBRID,
            &[("response_type", response_type), ("scope", "openid email")],
        );
        claims(callback.get("id_token")).contains_key("email")
    };
    assert!(email("id_token"));
    assert!(!email("id_token token"));
    assert!(!email("code id_token"));
}

#[test]
fn what_tokens_in_the_browser_need_is_demanded() {
    let rp = Rp::new("");
    let request = |changes: &[(&'static str, &'static str)]| {
        merged(
            &[
                ("client_id", HYBRID),
                ("redirect_uri", CALLBACK),
                ("scope", "openid"),
                ("state", "st"),
                ("nonce", "no"),
            ],
            changes,
        )
    };
    let error = |changes: &[(&'static str, &'static str)]| {
        let callback = Callback::of(&rp.answer_pages(rp.authorize(&request(changes)), ALICE));
        (
            callback.mode,
            callback.get("error").to_owned(),
            callback.get("state").to_owned(),
        )
    };
    let refused = |mode, error: &str| (mode, error.to_owned(), "st".to_owned());
    for response_type in [
        "id_token",
        "id_token token",
        "code id_token",
        "code id_token token",
    ] {
        assert_eq!(
            error(&[("response_type", response_type), ("nonce", "")]),
            refused("#", "invalid_request")
        );
        assert_eq!(
            error(&[("response_type", response_type), ("scope", "email")]),
            refused("#", "invalid_scope")
        );
    }
    assert_eq!(
        error(&[("response_type", "code token"), ("nonce", "")]).1,
        ""
    );
    for response_type in &RESPONSE_TYPES[1..] {
        let answer = error(&[("response_type", response_type), ("response_mode", "query")]);
        assert_eq!(answer, refused("#", "invalid_request"));
    }
    let http = [
        ("response_type", "id_token"),
        ("redirect_uri", "http://127.0.0.1:8765/callback"),
    ];
    let response = rp.authorize(&request(&http));
    assert_eq!(
        (response.status().as_u16(), header(&response, "location")),
        (400, "")
    );
}

#[test]
fn offline_access_needs_a_code() {
    let rp = Rp::new("");
    let params = [
        ("response_type", "id_token token"),
        ("scope", "openid offline_access"),
        ("prompt", "consent"),
    ];
    let callback = rp.log_in(HYBRID, &params);
    assert_eq!(callback.get("scope"), "openid");
    assert_eq!(callback.get("refresh_token"), "");
}
