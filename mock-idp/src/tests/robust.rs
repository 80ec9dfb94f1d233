//! Input that nobody should send.

use bytes::Bytes;
use http::{Method, Request};

use crate::testing::{CALLBACK, CLIENT, Rp, encode, json, text};

#[test]
fn malformed_input_is_refused_and_never_an_error_of_ours() {
    let rp = Rp::new("");
    let paths = [
        "/authorize",
        "/token",
        "/userinfo",
        "/revoke",
        "/introspect",
        "/register",
        "/register/x",
        "/logout",
        "/login",
        "/consent",
        "/account",
        "/confirm-logout",
        "/jwks",
        "/.well-known/openid-configuration",
    ];
    let long = format!("a={}", "x".repeat(60_000));
    let many = (0..6_000)
        .map(|number| format!("p{number}=x&"))
        .collect::<String>();
    let bodies: [&[u8]; 10] = [
        b"",
        b"\xff\xfe",
        b"a=%",
        b"a=%ff&client_id=%00",
        b"client_id=%00&redirect_uri=%00&scope=%00&token=%00",
        b"{",
        b"[[[[[[[[",
        b"token=%F0%9F%98%80&grant_type=%F0",
        long.as_bytes(),
        many.as_bytes(),
    ];
    let deep = "[".repeat(100_000);
    for path in paths {
        for body in bodies.into_iter().chain([deep.as_bytes()]) {
            for kind in [
                "application/x-www-form-urlencoded",
                "application/json",
                "\u{7f}",
            ] {
                for auth in ["Basic Og==", "Bearer \u{7f}", "Basic ////"] {
                    for method in [Method::GET, Method::POST, Method::PUT] {
                        let mut request = Request::builder()
                            .method(method)
                            .uri(path)
                            .body(Bytes::copy_from_slice(body))
                            .unwrap();
                        for (name, value) in [
                            ("content-type", kind),
                            ("authorization", auth),
                            ("cookie", "=;;mock_idp_session"),
                        ] {
                            if let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) {
                                request.headers_mut().insert(name, value);
                            }
                        }
                        let status = rp.send(&request).status().as_u16();
                        assert!(status < 500, "{path} {status}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    let rp = Rp::new("");
    let body = "x".repeat(crate::dispatch::LONGEST_BODY + 1);
    assert_eq!(rp.call(Method::POST, "/token", &[], &body).status(), 413);
}

#[test]
fn a_clock_can_be_moved_for_ever() {
    let rp = Rp::new("");
    for _ in 0..2 {
        let issuer = rp.core().issuer("").unwrap();
        issuer.advance(std::time::Duration::MAX);
        let tokens = rp.tokens(&[("scope", "openid offline_access"), ("prompt", "consent")]);
        let refreshed = rp.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ]);
        assert_eq!(refreshed.status(), 200);
    }
}

#[test]
fn the_host_header_changes_nothing() {
    let rp = Rp::new("");
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
    ];
    for path in ["/.well-known/openid-configuration", "/jwks"] {
        let response = rp.call(Method::GET, path, &headers, "");
        assert!(!text(&response).contains("evil"));
    }
    let query = encode(&[
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
    ]);
    let page = rp.call(Method::GET, &format!("/authorize?{query}"), &headers, "");
    assert!(!text(&page).contains("evil"));
}

#[test]
fn nothing_stays_for_ever() {
    let rp = Rp::new("");
    let params = [
        ("scope", "openid offline_access"),
        ("prompt", "login consent"),
    ];
    rp.tokens(&params);
    let issuer = rp.core().issuer("").unwrap();
    let one = issuer.store().len();
    for _ in 0..20 {
        rp.pass(31 * 24 * 3_600);
        rp.tokens(&params);
    }
    let many = issuer.store().len();
    assert!(
        many <= one + 1,
        "{one} entries after one login, {many} after many"
    );
}

#[test]
fn what_carries_its_own_state_takes_no_memory() {
    let rp = Rp::new("");
    let offline = [("scope", "openid offline_access"), ("prompt", "consent")];
    let mut tokens = rp.tokens(&offline);
    let issuer = rp.core().issuer("").unwrap();
    let before = issuer.store().len();
    for _ in 0..1_000 {
        let own = [("grant_type", "client_credentials")];
        assert_eq!(rp.token_as("conformance-cc", &own).status(), 200);
        let token = tokens["refresh_token"].as_str().unwrap().to_owned();
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", &token)];
        tokens = json(&rp.token(&refresh));
    }
    assert_eq!(issuer.store().len(), before);
}
