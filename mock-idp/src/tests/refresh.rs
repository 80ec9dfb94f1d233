//! Refresh tokens.

use serde_json::{Map, Value};

use crate::testing::{CLIENT, Rp, claims, error, json, merged};

const OFFLINE: [(&str, &str); 2] = [
    ("scope", "openid email offline_access"),
    ("prompt", "consent"),
];

fn refresh(
    rp: &Rp,
    token: &str,
    params: &[(&str, &str)],
) -> Result<Map<String, Value>, (u16, String)> {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let response = rp.token(&merged(&form, params));
    if response.status() == 200 {
        Ok(json(&response))
    } else {
        Err(error(&response))
    }
}

fn text<'t>(tokens: &'t Map<String, Value>, name: &str) -> &'t str {
    tokens[name].as_str().unwrap()
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

#[test]
fn a_refresh_token_needs_prompt_consent() {
    let rp = Rp::new("");
    let scope = ("scope", "openid offline_access");
    let silent = rp.tokens(&[scope]);
    assert!(!silent.contains_key("refresh_token"));
    assert_eq!(silent["scope"], "openid");
    assert!(
        rp.tokens(&[scope, ("prompt", "consent")])
            .contains_key("refresh_token")
    );
}

#[test]
fn each_use_gives_another_token() {
    let rp = Rp::new("");
    let first = rp.tokens(&OFFLINE);
    rp.pass(100);
    let second = refresh(&rp, text(&first, "refresh_token"), &[]).unwrap();
    for name in ["refresh_token", "access_token"] {
        assert_ne!(first[name], second[name], "{name}");
    }
    assert_eq!(first["scope"], second["scope"]);
    assert_eq!(rp.userinfo(text(&second, "access_token")).status(), 200);
    let (before, after) = (
        claims(text(&first, "id_token")),
        claims(text(&second, "id_token")),
    );
    for name in ["iss", "sub", "aud", "auth_time", "acr", "sid"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    assert_eq!(after["iat"], rp.now.get());
    assert!(!after.contains_key("nonce"));
}

#[test]
fn reuse_takes_the_family_back() {
    let rp = Rp::new("");
    let first = rp.tokens(&OFFLINE);
    let other = rp.tokens(&OFFLINE);
    let second = refresh(&rp, text(&first, "refresh_token"), &[]).unwrap();
    let third = refresh(&rp, text(&second, "refresh_token"), &[]).unwrap();
    assert_eq!(
        refresh(&rp, text(&first, "refresh_token"), &[]),
        Err(invalid_grant())
    );
    assert_eq!(
        refresh(&rp, text(&third, "refresh_token"), &[]),
        Err(invalid_grant())
    );
    assert_eq!(rp.userinfo(text(&third, "access_token")).status(), 401);
    assert!(refresh(&rp, text(&other, "refresh_token"), &[]).is_ok());
}

#[test]
fn the_scope_may_shrink_and_comes_back() {
    let rp = Rp::new("");
    let first = rp.tokens(&OFFLINE);
    let narrow = refresh(&rp, text(&first, "refresh_token"), &[("scope", "openid")]).unwrap();
    assert_eq!(narrow["scope"], "openid");
    assert!(!json(&rp.userinfo(text(&narrow, "access_token"))).contains_key("email"));
    let token = text(&narrow, "refresh_token");
    for wide in ["openid phone", "openid  email", "x"] {
        assert_eq!(
            refresh(&rp, token, &[("scope", wide)]),
            Err((400, "invalid_scope".to_owned())),
            "{wide}"
        );
    }
    let again = refresh(&rp, token, &[]).unwrap();
    assert_eq!(again["scope"], first["scope"]);
}

#[test]
fn a_refresh_token_is_of_one_client_and_for_a_time() {
    let rp = Rp::new("");
    let first = rp.tokens(&OFFLINE);
    let token = text(&first, "refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    assert_eq!(
        error(&rp.token_as("conformance-hybrid", &form)),
        invalid_grant()
    );
    let anonymous = [form[0], form[1], ("client_id", CLIENT)];
    assert_eq!(
        error(&rp.post("/token", &[], &anonymous)),
        (401, "invalid_client".to_owned())
    );
    for unknown in ["x", text(&first, "access_token"), &format!("{token}x")] {
        assert_eq!(refresh(&rp, unknown, &[]), Err(invalid_grant()));
    }
    // An access token is not what it looks like: neither is a refresh token one.
    assert_eq!(rp.userinfo(token).status(), 401);
    let second = refresh(&rp, token, &[]).unwrap();
    rp.pass(7 * 24 * 3_600);
    assert_eq!(
        refresh(&rp, text(&second, "refresh_token"), &[]),
        Err(invalid_grant())
    );
}
