//! UserInfo as a protected resource.

use http::Method;
use serde_json::json;

use crate::testing::{Rp, encode, error, header, json as object, text};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[test]
fn a_token_is_taken_from_the_header_or_a_form() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[]);
    let token = tokens["access_token"].as_str().unwrap();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        for method in [Method::GET, Method::POST] {
            let value = format!("{scheme} {token}");
            let response = rp.call(method, "/userinfo", &[("authorization", &value)], "");
            assert_eq!(response.status(), 200, "{}", text(&response));
            assert_eq!(header(&response, "content-type"), "application/json");
        }
    }
    let body = encode(&[("access_token", token)]);
    assert_eq!(
        rp.call(Method::POST, "/userinfo", &[FORM], &body).status(),
        200
    );
    for method in [Method::HEAD, Method::PUT, Method::DELETE] {
        assert_eq!(rp.call(method, "/userinfo", &[], "").status(), 405);
    }
}

#[test]
fn everything_else_is_refused_with_a_challenge() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[]);
    let token = tokens["access_token"].as_str().unwrap();
    let id_token = tokens["id_token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let auth = ("authorization", bearer.as_str());
    let body = encode(&[("access_token", token)]);
    let query = format!("/userinfo?{body}");
    let of_id_token = format!("Bearer {id_token}");
    type Case<'c> = (
        Method,
        &'c str,
        &'c [(&'c str, &'c str)],
        &'c str,
        u16,
        &'c str,
    );
    let cases: [Case<'_>; 13] = [
        (Method::GET, "/userinfo", &[], "", 401, ""),
        (Method::POST, "/userinfo", &[], "", 401, ""),
        (Method::GET, &query, &[], "", 401, ""),
        (Method::GET, "/userinfo", &[FORM], &body, 401, ""),
        (
            Method::POST,
            "/userinfo",
            &[("content-type", "multipart/form-data")],
            &body,
            401,
            "",
        ),
        (
            Method::GET,
            "/userinfo",
            &[("authorization", "Basic eDp5")],
            "",
            401,
            "",
        ),
        (
            Method::GET,
            "/userinfo",
            &[("authorization", "Bearer x")],
            "",
            401,
            "invalid_token",
        ),
        (
            Method::GET,
            "/userinfo",
            &[("authorization", &of_id_token)],
            "",
            401,
            "invalid_token",
        ),
        (
            Method::GET,
            "/userinfo",
            &[("authorization", "Bearer")],
            "",
            400,
            "invalid_request",
        ),
        (
            Method::GET,
            "/userinfo",
            &[("authorization", "Bearer ")],
            "",
            400,
            "invalid_request",
        ),
        (
            Method::GET,
            "/userinfo",
            &[auth, auth],
            "",
            400,
            "invalid_request",
        ),
        (
            Method::POST,
            "/userinfo",
            &[auth, FORM],
            &body,
            400,
            "invalid_request",
        ),
        (Method::GET, &query, &[auth], "", 400, "invalid_request"),
    ];
    for (method, path, headers, body, status, expected) in cases {
        let response = rp.call(method, path, headers, body);
        assert_eq!(
            error(&response),
            (status, expected.to_owned()),
            "{path} {headers:?}"
        );
        let challenge = header(&response, "www-authenticate");
        assert!(challenge.starts_with("Bearer realm="), "{challenge}");
        assert_eq!(
            challenge.contains("error="),
            !expected.is_empty(),
            "{challenge}"
        );
    }
}

#[test]
fn an_access_token_expires() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[]);
    let token = tokens["access_token"].as_str().unwrap();
    rp.pass(3_599);
    assert_eq!(rp.userinfo(token).status(), 200);
    rp.pass(1);
    assert_eq!(
        error(&rp.userinfo(token)),
        (401, "invalid_token".to_owned())
    );
}

#[test]
fn scopes_and_the_claims_parameter_choose_the_claims() {
    let rp = Rp::new("");
    let claims_of = |params: &[(&str, &str)]| {
        let tokens = rp.tokens(params);
        object(&rp.userinfo(tokens["access_token"].as_str().unwrap()))
    };
    assert_eq!(claims_of(&[]).len(), 1);
    let all = claims_of(&[("scope", "openid profile email address phone")]);
    assert_eq!(all.len(), 1 + 14 + 2 + 1 + 2);
    assert!(
        all["updated_at"].is_u64()
            && all["email_verified"].is_boolean()
            && all["address"].is_object()
    );
    assert!(all["phone_number_verified"].is_boolean());
    assert!(all.values().all(|value| !value.is_null() && value != ""));
    let some = claims_of(&[(
        "claims",
        r#"{"userinfo": {"email": {"essential": true}, "no_such": null}}"#,
    )]);
    assert_eq!(some.keys().collect::<Vec<_>>(), ["sub", "email"]);
    let tokens = rp.tokens(&[(
        "claims",
        r#"{"id_token": {"phone_number": null, "auth_time": {"essential": true}}}"#,
    )]);
    let id_token = crate::testing::claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id_token["phone_number"], json!("+44 1632 960001"));
    assert!(id_token["auth_time"].is_u64());
}
