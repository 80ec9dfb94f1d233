use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use url::Url;

use super::*;
use crate::http::{Answer, HeldBack};
use crate::jwt::algorithm::Algorithm;
use crate::jwt::base64url;
use crate::jwt::id_token::{IdToken, IdTokenContext};
use crate::jwt::key::JwkSet;
use crate::jwt::test_token::{OTHER_P256, P256};
use crate::login::{Callback, PageKind};
use crate::protocol::AuthorizationAnswer;

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    *response.headers_mut() = headers
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect::<HeaderMap>();
    response
}

fn json(status: u16, body: &str) -> Response<Bytes> {
    answer(
        status,
        &[("content-type", "application/json;charset=UTF-8")],
        body,
    )
}

fn encoded(text: &str) -> String {
    base64url::encode(text.as_bytes())
}

/// The kind, and `!` where the answer is wrong.
fn verdict<T>(judged: Result<T, Failure>) -> String {
    match judged {
        Ok(_) => "right".to_owned(),
        Err(failure) => {
            assert!(!failure.example.is_empty());
            // Nothing that a token could be in.
            assert!(!failure.example.contains("s3cr3t"), "{}", failure.example);
            format!("{}{}", failure.kind, if failure.wrong { "!" } else { "" })
        }
    }
}

#[test]
fn token_responses() {
    let plain = Wanted::default();
    let whole = Wanted {
        id_token: true,
        refresh_token: true,
    };
    for (status, body, wanted, expected) in [
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"Bearer"}"#,
            plain,
            "right",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"bEARER","expires_in":60,"scope":""}"#,
            plain,
            "right",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"Bearer","id_token":"s3cr3t","refresh_token":"s3cr3t"}"#,
            whole,
            "right",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"Bearer","id_token":"s3cr3t"}"#,
            whole,
            "no_refresh_token",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"Bearer","refresh_token":"s3cr3t"}"#,
            whole,
            "shape!",
        ),
        (
            201,
            r#"{"access_token":"s3cr3t","token_type":"Bearer"}"#,
            plain,
            "http_201!",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"mac"}"#,
            plain,
            "token_type!",
        ),
        (200, r#"{"access_token":"s3cr3t"}"#, plain, "token_type!"),
        (200, r#"{"token_type":"Bearer"}"#, plain, "shape!"),
        (
            200,
            r#"{"access_token":"","token_type":"Bearer"}"#,
            plain,
            "shape!",
        ),
        (
            200,
            r#"{"access_token":7,"token_type":"Bearer"}"#,
            plain,
            "shape!",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t\n","token_type":"Bearer"}"#,
            plain,
            "shape!",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"Bearer","expires_in":"60"}"#,
            plain,
            "shape!",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"Bearer","expires_in":-1}"#,
            plain,
            "shape!",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"Bearer","refresh_token":null}"#,
            plain,
            "shape!",
        ),
        (
            200,
            r#"{"access_token":"s3cr3t","token_type":"Bearer","scope":["a"]}"#,
            plain,
            "shape!",
        ),
        (200, r#"["s3cr3t"]"#, plain, "not_json!"),
        (200, r#"{"access_token":"s3cr3t""#, plain, "not_json!"),
        (200, "", plain, "not_json!"),
        // A refusal that answers 200.
        (200, r#"{"error":"invalid_grant"}"#, plain, "token_type!"),
        (
            400,
            r#"{"error":"invalid_grant","error_description":"s3cr3t"}"#,
            plain,
            "invalid_grant",
        ),
        (
            503,
            r#"{"error":"temporarily_unavailable"}"#,
            plain,
            "temporarily_unavailable",
        ),
        (400, r#"{"error":"s3cr3t with spaces"}"#, plain, "http_400!"),
        (400, r#"{"message":"s3cr3t"}"#, plain, "http_400!"),
        (302, "", plain, "http_302!"),
        (404, "s3cr3t", plain, "http_404!"),
        (408, "", plain, "http_408"),
        (429, "s3cr3t", plain, "http_429"),
        (503, "s3cr3t", plain, "http_503"),
    ] {
        assert_eq!(
            verdict(token(&json(status, body), wanted)),
            expected,
            "{status} {body}"
        );
    }
    let page = answer(200, &[("content-type", "text/html")], "{}");
    assert_eq!(verdict(token(&page, plain)), "not_json!");
    let bare = answer(
        200,
        &[],
        r#"{"access_token":"s3cr3t","token_type":"Bearer"}"#,
    );
    assert_eq!(verdict(token(&bare, plain)), "not_json!");
}

#[test]
fn answers_of_other_endpoints() {
    let about = About {
        sub: Some("alice"),
        issuer: "https://op",
        client_id: "c",
        known: &[],
    };
    for (body, expected) in [
        (r#"{"sub":"alice"}"#, "right"),
        (r#"{"sub":"bob"}"#, "sub_mismatch!"),
        (r#"{"sub":""}"#, "shape!"),
        (r#"{"sub":7}"#, "shape!"),
        (r"{}", "shape!"),
    ] {
        let told = json(200, body);
        assert_eq!(verdict(userinfo(&told, &about)), expected, "{body}");
    }
    for (challenge, body, expected) in [
        (
            r#"Bearer realm="op", error="invalid_token""#,
            "",
            "invalid_token",
        ),
        ("Bearer error=invalid_token", "", "invalid_token"),
        (r#"Bearer error = "invalid_token""#, "[]", "invalid_token"),
        (
            r#"Basic realm="a, error=b", Bearer error="invalid_token""#,
            r#"{"message":"expired"}"#,
            "invalid_token",
        ),
        (
            r#"Bearer error="invalid_token""#,
            r#"{"error":7}"#,
            "invalid_token",
        ),
        (r#"Bearer error="one""#, r#"{"error":"another"}"#, "another"),
        (r#"Bearer error="s3cr3t with spaces""#, "", "http_401!"),
        ("Bearer", r#"{"message":"expired"}"#, "http_401!"),
    ] {
        let refused = answer(401, &[("www-authenticate", challenge)], body);
        let judged = verdict(userinfo(&refused, &about));
        assert_eq!(judged, expected, "{challenge} {body}");
    }
    for (payload, expected) in [
        (r#"{"sub":"alice","iss":"https://op","aud":"c"}"#, "right"),
        (
            r#"{"sub":"alice","iss":"https://op","aud":["a","c"]}"#,
            "right",
        ),
        (
            r#"{"sub":"bob","iss":"https://op","aud":"c"}"#,
            "sub_mismatch!",
        ),
        (
            r#"{"sub":"alice","iss":"https://other","aud":"c"}"#,
            "userinfo!",
        ),
        (r#"{"sub":"alice","iss":"https://op"}"#, "userinfo!"),
        (
            r#"{"sub":"alice","iss":"https://op","aud":["a"]}"#,
            "userinfo!",
        ),
        ("no JSON", "shape!"),
    ] {
        let jwt = format!("eyJhbGciOiJSUzI1NiJ9.{}.AA", encoded(payload));
        let signed = answer(200, &[("content-type", "application/jwt")], &jwt);
        assert_eq!(verdict(userinfo(&signed, &about)), expected, "{payload}");
    }
    // Encrypted: header, key, initialization vector, ciphertext, tag.
    let header = encoded(r#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#);
    let jwe = format!("{header}.AA.AA.AA.AA");
    let encrypted = answer(200, &[("content-type", "application/jwt")], &jwe);
    assert_eq!(userinfo(&encrypted, &about), Ok(None));
    for (body, expected) in [
        (r#"{"active":true}"#, "right"),
        (r#"{"active":false}"#, "inactive!"),
        (r#"{"active":"true"}"#, "shape!"),
        (r"{}", "shape!"),
    ] {
        assert_eq!(verdict(introspection(&json(200, body))), expected, "{body}");
    }
    for (body, expected) in [
        (r#"{"issuer":"https://op.example"}"#, "right"),
        (r#"{"issuer":"https://op.example/"}"#, "issuer!"),
        (r"{}", "issuer!"),
    ] {
        let judged = discovery(&json(200, body), "https://op.example", &[]);
        assert_eq!(verdict(judged), expected, "{body}");
    }
    for (body, expected) in [
        (r#"{"keys":[]}"#, "shape!"),
        (r#"{"keys":[{"kty":"RSA"}]}"#, "shape!"),
        (r#"{"keys":{}}"#, "shape!"),
        ("no JSON", "not_json!"),
        (
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
            "right",
        ),
    ] {
        assert_eq!(verdict(jwks(&json(200, body))), expected, "{body}");
    }
    assert_eq!(verdict(revocation(&json(200, ""))), "right");
    assert_eq!(
        verdict(revocation(&json(
            400,
            r#"{"error":"unsupported_token_type"}"#
        ))),
        "unsupported_token_type"
    );
}

fn callback(url: &str) -> AuthorizationAnswer {
    AuthorizationAnswer::of(Callback {
        url: url.to_owned(),
        form: None,
        status: 302,
        exchange: 0,
        received_at: 0.0,
    })
}

#[test]
fn authorization_responses() {
    for (url, promises_iss, expected) in [
        ("https://rp/cb?code=s3cr3t&state=x", false, "right"),
        (
            "https://rp/cb?code=s3cr3t&state=x&iss=https%3A%2F%2Fop",
            true,
            "right",
        ),
        ("https://rp/cb?code=s3cr3t&state=x", true, "redirect!"),
        (
            "https://rp/cb?code=s3cr3t&state=x&iss=https%3A%2F%2Fother",
            false,
            "redirect!",
        ),
        ("https://rp/cb?code=s3cr3t", false, "redirect!"),
        ("https://rp/cb?code=s3cr3t&state=y", false, "redirect!"),
        (
            "https://rp/cb?code=s3cr3t&state=x&state=x",
            false,
            "redirect!",
        ),
        (
            "https://rp/cb?code=s3cr3t&code=y&state=x",
            false,
            "redirect!",
        ),
        (
            "https://rp/cb?code=s3cr3t&state=x&iss=https%3A%2F%2Fop&iss=https%3A%2F%2Fop",
            true,
            "redirect!",
        ),
        (
            "https://rp/cb?code=s3cr3t&state=x&own=1&own=1",
            false,
            "right",
        ),
        ("https://RP:443/cb?code=s3cr3t&state=x", false, "right"),
        ("https://rp:444/cb?code=s3cr3t&state=x", false, "redirect!"),
        ("https://rp/cb/?code=s3cr3t&state=x", false, "redirect!"),
        ("https://rp/cb#code=s3cr3t&state=x", false, "redirect!"),
        ("https://rp/other?code=s3cr3t&state=x", false, "redirect!"),
        ("https://rp/cb?state=x", false, "redirect!"),
        ("https://rp/cb?code=&state=x", false, "redirect!"),
        (
            "https://rp/cb?error=temporarily_unavailable&state=x",
            false,
            "temporarily_unavailable",
        ),
        (
            "https://rp/cb?error=temporarily_unavailable",
            false,
            "redirect!",
        ),
        (
            "https://rp/cb?error=s3cr3t%20s3cr3t&state=x",
            false,
            "redirect!",
        ),
    ] {
        let expectation = Expected {
            redirect_uri: "https://rp/cb?own=1",
            state: "x",
            issuer: "https://op",
            promises_iss,
        };
        let answer = callback(url);
        assert_eq!(
            verdict(authorization(&answer, &expectation)),
            expected,
            "{url}"
        );
    }
    for (url, expected) in [
        ("https://rp/bye?state=x", "right"),
        ("https://rp/bye", "redirect!"),
        ("https://rp/bye?state=y", "redirect!"),
        ("https://rp/elsewhere?state=x", "redirect!"),
    ] {
        let judged = logged_out(&callback(url), "https://rp/bye", "x");
        assert_eq!(verdict(judged), expected, "{url}");
    }
    let judged = logged_out(&callback("https://rp/?state=x"), "https://rp", "x");
    assert_eq!(verdict(judged), "right");
}

#[test]
fn pages_and_what_never_came() {
    for (status, expected) in [(200, "redirect!"), (400, "http_400"), (503, "http_503")] {
        let page = super::page(
            &Answer {
                response: answer(status, &[], "s3cr3t"),
                exchange: 0,
                url: Url::parse("https://op/authorize").unwrap(),
                received_at: 0.0,
            },
            PageKind::Final,
        );
        assert_eq!(verdict(Err::<(), _>(page)), expected);
    }
    let (host, cause) = ("op:443".to_owned(), "why".to_owned());
    let limit = Duration::from_secs(1);
    for (error, expected) in [
        (
            TransportError::Connect {
                host: host.clone(),
                cause: cause.clone(),
            },
            "connect",
        ),
        (
            TransportError::Tls {
                host: host.clone(),
                cause: cause.clone(),
            },
            "tls",
        ),
        (
            TransportError::TimedOut {
                host: host.clone(),
                limit,
            },
            "timed_out",
        ),
        (
            TransportError::Broken {
                host: host.clone(),
                cause,
            },
            "broken",
        ),
        (TransportError::TooLong { host, limit: 1 }, "too_long"),
    ] {
        assert_eq!(verdict(Err::<(), _>(unanswered(&error))), expected);
        assert_eq!(
            verdict(Err::<(), _>(lost(&LoginError::Transport(error)))),
            expected
        );
    }
    let bad = LoginError::BadRedirect {
        page: "GET /".to_owned(),
        why: "no Location".to_owned(),
    };
    assert_eq!(verdict(Err::<(), _>(lost(&bad))), "redirect!");
    for (status, expected) in [(429, "http_429"), (503, "http_503")] {
        let busy = LoginError::HeldBack(HeldBack {
            status,
            path: "/authorize".to_owned(),
            retry_after: Some("30".to_owned()),
        });
        let failure = lost(&busy);
        assert!(!failure.example.contains("--jobs"), "{failure:?}");
        assert_eq!(verdict(Err::<(), _>(failure)), expected);
    }
    let slow = LoginError::TooSlow { limit };
    assert_eq!(verdict(Err::<(), _>(lost(&slow))), "timed_out");
}

#[test]
fn userinfo_is_signed_by_the_provider() {
    let input = format!(
        "{}.{}",
        encoded(r#"{"alg":"ES256","kid":"p256"}"#),
        encoded(r#"{"sub":"alice"}"#)
    );
    let signature = P256.sign(Algorithm::ES256, input.as_bytes());
    let jwt = format!("{input}.{}", base64url::encode(&signature));
    let unsigned = format!("{}.e30.", encoded(r#"{"alg":"none"}"#));
    for (text, key, expected) in [
        (&jwt, P256.jwk(), "right"),
        (&jwt, OTHER_P256.jwk(), "userinfo!"),
        (&unsigned, P256.jwk(), "userinfo!"),
    ] {
        let keys = JwkSet::from_value(&serde_json::json!({ "keys": [key] })).unwrap();
        let context = IdTokenContext::new("https://op", "c", Arc::new(keys), 0);
        let judged = userinfo_signature(&IdToken::new(text, context), &[]);
        let judged = judged.map_err(|broken| broken.failure);
        assert_eq!(verdict(judged), expected, "{text}");
    }
}

#[test]
fn what_is_no_id_token_is_found() {
    let context = IdTokenContext::new("https://op", "c", Arc::new(JwkSet::default()), 0);
    for text in ["", "no token", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        let judged = id_token(&IdToken::new(text, context.clone()), &[]);
        let judged = judged.map_err(|broken| broken.failure);
        assert_eq!(verdict(judged), "id_token!", "{text}");
    }
}
