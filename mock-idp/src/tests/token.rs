//! The token endpoint: codes and requests.

use http::Method;

use crate::accounts::{CLIENT_SECRET, REDIRECT_URIS};
use crate::jws::half_hash;
use crate::testing::{
    CALLBACK, CLIENT, Rp, basic, claims, encode, error, header, json, merged, text,
};

fn refused(error: &str) -> (u16, String) {
    (400, error.to_owned())
}

#[test]
fn a_token_request_that_is_wrong_is_told_so() {
    let rp = Rp::new("");
    let code = rp.log_in(CLIENT, &[]).get("code").to_owned();
    let good = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    let cases: [(&[(&str, &str)], &str); 10] = [
        (&[("grant_type", "")], "invalid_request"),
        (&[("grant_type", "bogus")], "unsupported_grant_type"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("grant_type", "implicit")], "unsupported_grant_type"),
        (
            &[("grant_type", "client_credentials")],
            "unauthorized_client",
        ),
        (&[("grant_type", "refresh_token")], "invalid_request"),
        (&[("code", "")], "invalid_request"),
        (&[("code", "x")], "invalid_grant"),
        (&[("redirect_uri", "")], "invalid_grant"),
        (&[("redirect_uri", REDIRECT_URIS[1])], "invalid_grant"),
    ];
    for (changes, expected) in cases {
        let response = rp.token(&merged(&good, changes));
        assert_eq!(error(&response), refused(expected), "{changes:?}");
        assert_eq!(header(&response, "content-type"), "application/json");
        assert_eq!(header(&response, "cache-control"), "no-store");
    }
    for twice in good {
        assert_eq!(
            error(&rp.token(&[good.as_slice(), &[twice]].concat())),
            refused("invalid_request"),
            "{twice:?}"
        );
    }
    // None of it has used the code up; what is not known and what is empty is ignored.
    let response = rp.token(
        &[
            good.as_slice(),
            &[("foo", "bar"), ("foo", "bar"), ("scope", ""), ("code", "")],
        ]
        .concat(),
    );
    assert_eq!(response.status(), 200, "{}", text(&response));
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert_eq!(header(&response, "pragma"), "no-cache");
    assert_eq!(header(&response, "content-type"), "application/json");
}

#[test]
fn only_a_form_by_post_is_a_token_request() {
    let rp = Rp::new("");
    let code = rp.log_in(CLIENT, &[]).get("code").to_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    let auth = basic(CLIENT, CLIENT_SECRET);
    let query = format!("/token?{}", encode(&form));
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let response = rp.call(method.clone(), &query, &[("authorization", &auth)], "");
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(header(&response, "allow"), "POST");
    }
    for kind in ["application/json", "multipart/form-data; boundary=x", ""] {
        let headers = [("authorization", auth.as_str()), ("content-type", kind)];
        assert_eq!(
            error(&rp.call(Method::POST, "/token", &headers, &encode(&form))),
            refused("invalid_request")
        );
    }
    let headers = [
        ("authorization", auth.as_str()),
        (
            "content-type",
            "Application/X-WWW-form-urlencoded; charset=UTF-8",
        ),
    ];
    assert_eq!(
        rp.call(Method::POST, "/token", &headers, &encode(&form))
            .status(),
        200
    );
}

#[test]
fn a_code_is_good_once_for_one_client_for_a_minute() {
    let rp = Rp::new("");
    let form = |code: &str| {
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ]
        .map(|(a, b)| (a, b.to_owned()))
    };
    let code = rp.log_in(CLIENT, &[]).get("code").to_owned();
    let as_other = form(&code);
    let as_other: Vec<(&str, &str)> = as_other
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(
        error(&rp.token_as("conformance-hybrid", &as_other)),
        refused("invalid_grant")
    );
    rp.pass(59);
    assert_eq!(rp.redeem(&code).status(), 200);
    let code = rp.log_in(CLIENT, &[]).get("code").to_owned();
    rp.pass(60);
    assert_eq!(error(&rp.redeem(&code)), refused("invalid_grant"));
}

#[test]
fn a_reused_code_takes_its_tokens_back() {
    let rp = Rp::new("");
    let callback = rp.log_in(
        CLIENT,
        &[("scope", "openid offline_access"), ("prompt", "consent")],
    );
    let tokens = json(&rp.redeem(callback.get("code")));
    let (access, refresh) = (
        tokens["access_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
    );
    let other = rp.tokens(&[]);
    assert_eq!(rp.userinfo(access).status(), 200);
    // Another client's attempt is not a reuse.
    let form = [
        ("grant_type", "authorization_code"),
        ("code", callback.get("code")),
        ("redirect_uri", CALLBACK),
    ];
    assert_eq!(
        error(&rp.token_as("conformance-hybrid", &form)),
        refused("invalid_grant")
    );
    assert_eq!(rp.userinfo(access).status(), 200);
    assert_eq!(
        error(&rp.redeem(callback.get("code"))),
        refused("invalid_grant")
    );
    assert_eq!(
        error(&rp.userinfo(access)),
        (401, "invalid_token".to_owned())
    );
    let refresh = rp.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]);
    assert_eq!(error(&refresh), refused("invalid_grant"));
    assert_eq!(
        rp.userinfo(other["access_token"].as_str().unwrap())
            .status(),
        200
    );
}

#[test]
fn the_token_response_and_its_id_token_hold_what_they_must() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[("max_age", "100")]);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3_600);
    assert!(!tokens.contains_key("refresh_token"));
    let id_token = tokens["id_token"].as_str().unwrap();
    let parsed = crate::jws::Parsed::read(id_token).unwrap();
    let own = rp.core().issuer("").unwrap().keys().current();
    let key = own.key(crate::keys::Algorithm::Es256);
    assert!(parsed.verifies_with_jwk(&key.public_jwk()));
    assert_eq!(parsed.header["kid"], key.kid);
    let claims = claims(id_token);
    let now = rp.now.get();
    assert_eq!(claims["iss"], rp.issuer());
    assert_eq!(claims["aud"], CLIENT);
    assert_eq!(claims["sub"], crate::accounts::USERS[0].sub);
    assert_eq!(claims["iat"], now);
    assert_eq!(claims["exp"], now + 600);
    assert_eq!(claims["auth_time"], now);
    assert_eq!(
        claims["at_hash"],
        half_hash("ES256", tokens["access_token"].as_str().unwrap())
    );
    assert!(!claims.contains_key("c_hash"));
}

#[test]
fn a_request_without_openid_gives_no_id_token() {
    let rp = Rp::new("");
    let tokens = rp.tokens(&[("scope", "email")]);
    assert!(!tokens.contains_key("id_token"));
    assert_eq!(tokens["scope"], "email");
    let response = rp.userinfo(tokens["access_token"].as_str().unwrap());
    assert_eq!(error(&response), (403, "insufficient_scope".to_owned()));
    let callback = rp.log_in(CLIENT, &[("nonce", "")]);
    let tokens = json(&rp.redeem(callback.get("code")));
    assert!(!claims(tokens["id_token"].as_str().unwrap()).contains_key("nonce"));
}

#[test]
fn client_credentials_are_for_a_client_itself() {
    let rp = Rp::new("");
    let grant = |scope: &str| {
        rp.token_as(
            "conformance-cc",
            &merged(&[("grant_type", "client_credentials")], &[("scope", scope)]),
        )
    };
    let tokens = json(&grant(""));
    assert_eq!(tokens["scope"], "api");
    assert!(!tokens.contains_key("refresh_token") && !tokens.contains_key("id_token"));
    let userinfo = rp.userinfo(tokens["access_token"].as_str().unwrap());
    assert_eq!(error(&userinfo), (403, "insufficient_scope".to_owned()));
    for scope in ["openid", "offline_access", "api admin", "api  api"] {
        assert_eq!(error(&grant(scope)), refused("invalid_scope"), "{scope}");
    }
    let public = [
        ("grant_type", "client_credentials"),
        ("client_id", "conformance-public"),
    ];
    assert_eq!(
        error(&rp.post("/token", &[], &public)),
        refused("unauthorized_client")
    );
}

#[test]
fn many_at_once_with_one_code_give_one_token_response() {
    let rp = Rp::new("");
    let code = rp.log_in(CLIENT, &[]).get("code").to_owned();
    let form = encode(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ]);
    let request = http::Request::post("/token")
        .header("authorization", basic(CLIENT, CLIENT_SECRET))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(bytes::Bytes::from(form))
        .unwrap();
    let now = std::time::Duration::from_secs(rp.now.get());
    let core = rp.core();
    let successes = std::thread::scope(|scope| {
        let send = || {
            core.handle(&request, now, &mut rand::rng())
                .response
                .status()
                == 200
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .filter(|ok| *ok)
            .count()
    });
    assert_eq!(successes, 1);
}
