//! Revocation.

use http::Method;

use crate::accounts::CLIENT_SECRET;
use crate::testing::{CLIENT, Rp, basic, error, text};

const OFFLINE: [(&str, &str); 2] = [("scope", "openid offline_access"), ("prompt", "consent")];

fn revoke(rp: &Rp, client: &str, params: &[(&str, &str)]) -> (u16, String) {
    error(&rp.post(
        "/revoke",
        &[("authorization", &basic(client, CLIENT_SECRET))],
        params,
    ))
}

fn refresh(rp: &Rp, token: &str) -> u16 {
    rp.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
        .status()
        .as_u16()
}

#[test]
fn a_refresh_token_goes_with_its_whole_grant() {
    let rp = Rp::new("");
    for hint in ["", "refresh_token", "access_token", "foo"] {
        let tokens = rp.tokens(&OFFLINE);
        let (access, token) = (
            tokens["access_token"].as_str().unwrap(),
            tokens["refresh_token"].as_str().unwrap(),
        );
        assert_eq!(
            revoke(&rp, CLIENT, &[("token", token), ("token_type_hint", hint)]),
            (200, String::new())
        );
        assert_eq!(refresh(&rp, token), 400);
        assert_eq!(rp.userinfo(access).status(), 401);
        assert_eq!(
            revoke(&rp, CLIENT, &[("token", token)]),
            (200, String::new())
        );
    }
}

#[test]
fn an_access_token_goes_alone() {
    let rp = Rp::new("");
    for hint in ["", "refresh_token", "access_token", "foo"] {
        let tokens = rp.tokens(&OFFLINE);
        let (access, token) = (
            tokens["access_token"].as_str().unwrap(),
            tokens["refresh_token"].as_str().unwrap(),
        );
        assert_eq!(
            revoke(&rp, CLIENT, &[("token", access), ("token_type_hint", hint)]),
            (200, String::new())
        );
        assert_eq!(rp.userinfo(access).status(), 401);
        assert_eq!(refresh(&rp, token), 200);
    }
}

#[test]
fn a_request_that_is_wrong_takes_nothing_back() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[]);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(
        revoke(&rp, CLIENT, &[]),
        (400, "invalid_request".to_owned())
    );
    assert_eq!(
        revoke(&rp, CLIENT, &[("token", access), ("token", access)]),
        (400, "invalid_request".to_owned())
    );
    assert_eq!(
        revoke(&rp, CLIENT, &[("token", "unknown")]),
        (200, String::new())
    );
    assert_eq!(
        revoke(&rp, "conformance-hybrid", &[("token", access)]),
        (400, "invalid_grant".to_owned())
    );
    let anonymous = rp.post("/revoke", &[], &[("token", access), ("client_id", CLIENT)]);
    assert_eq!(
        error(&anonymous),
        (401, "invalid_client".to_owned()),
        "{}",
        text(&anonymous)
    );
    let wrong = rp.post(
        "/revoke",
        &[("authorization", &basic(CLIENT, "x"))],
        &[("token", access)],
    );
    assert_eq!(error(&wrong), (401, "invalid_client".to_owned()));
    assert_eq!(
        rp.call(Method::GET, &format!("/revoke?token={access}"), &[], "")
            .status(),
        405
    );
    assert_eq!(rp.userinfo(access).status(), 200);
}

#[test]
fn a_rotated_token_still_names_its_family() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&OFFLINE);
    let first = tokens["refresh_token"].as_str().unwrap();
    let response = rp.token(&[("grant_type", "refresh_token"), ("refresh_token", first)]);
    let second = crate::testing::json(&response)["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        revoke(&rp, CLIENT, &[("token", first)]),
        (200, String::new())
    );
    assert_eq!(refresh(&rp, &second), 400);
}
