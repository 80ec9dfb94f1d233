//! Client authentication at the token endpoint.

use serde_json::{Map, Value, json};

use crate::accounts::CLIENT_SECRET;
use crate::jws::{self, Signer};
use crate::keys::{self, Algorithm};
use crate::testing::{CALLBACK, CLIENT, Rp, basic, error, header, merged};

const TYPE: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);

/// The answer to a token request without a code by a client that presents these: `invalid_request` says that the client
/// was accepted.
fn present(rp: &Rp, headers: &[(&str, &str)], params: &[(&str, &str)]) -> (u16, String) {
    error(&rp.post(
        "/token",
        headers,
        &merged(
            &[("grant_type", "authorization_code"), ("code", "x")],
            params,
        ),
    ))
}

fn accepted() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

fn refused() -> (u16, String) {
    (401, "invalid_client".to_owned())
}

fn invalid() -> (u16, String) {
    (400, "invalid_request".to_owned())
}

#[test]
fn each_client_authenticates_by_its_method() {
    let rp = Rp::new("");
    let good = basic(CLIENT, CLIENT_SECRET);
    let auth = |value: &str| [("authorization", value.to_owned())];
    let by_basic = |value: &str, params: &[(&str, &str)]| {
        let header = auth(value);
        present(&rp, &[(header[0].0, &header[0].1)], params)
    };
    assert_eq!(by_basic(&good, &[]), accepted());
    assert_eq!(by_basic(&good.replace("Basic", "bASIC"), &[]), accepted());
    assert_eq!(by_basic(&good, &[("client_id", CLIENT)]), accepted());
    assert_eq!(
        by_basic(&good, &[("client_id", "conformance-cc")]),
        invalid()
    );
    assert_eq!(
        by_basic(
            &good,
            &[("client_id", CLIENT), ("client_secret", CLIENT_SECRET)]
        ),
        invalid()
    );
    assert_eq!(
        by_basic(&good, &[("client_assertion", "x"), TYPE]),
        invalid()
    );
    for bad in [
        basic(CLIENT, "wrong"),
        basic(CLIENT, ""),
        basic("nobody", CLIENT_SECRET),
        basic("conformance-client-post", CLIENT_SECRET),
        basic("conformance-client-jwt", CLIENT_SECRET),
        basic("conformance-public", ""),
        "Basic".to_owned(),
        "Basic !".to_owned(),
        "Bearer x".to_owned(),
    ] {
        assert_eq!(by_basic(&bad, &[]), refused(), "{bad}");
    }
    let post = |id, secret| present(&rp, &[], &[("client_id", id), ("client_secret", secret)]);
    assert_eq!(post("conformance-client-post", CLIENT_SECRET), accepted());
    assert_eq!(post("conformance-client-post", "wrong"), refused());
    assert_eq!(post(CLIENT, CLIENT_SECRET), refused());
    assert_eq!(post("", CLIENT_SECRET), refused());
    assert_eq!(post("conformance-public", CLIENT_SECRET), refused());
    assert_eq!(post("conformance-public", ""), accepted());
    assert_eq!(post(CLIENT, ""), refused());
    assert_eq!(post("", ""), refused());
    let query = format!("/token?client_id=conformance-client-post&client_secret={CLIENT_SECRET}");
    assert_eq!(
        error(&rp.post(
            &query,
            &[],
            &[("grant_type", "authorization_code"), ("code", "x")]
        )),
        refused()
    );
}

#[test]
fn a_refused_client_is_challenged() {
    let rp = Rp::new("");
    let wrong = basic(CLIENT, "wrong");
    let response = rp.post(
        "/token",
        &[("authorization", &wrong)],
        &[("grant_type", "authorization_code")],
    );
    assert!(header(&response, "www-authenticate").starts_with("Basic realm="));
}

#[test]
fn guessing_secrets_is_slowed_down() {
    let rp = Rp::new("");
    let wrong = basic(CLIENT, "wrong");
    let mut answers = (0..60).map(|_| present(&rp, &[("authorization", &wrong)], &[]).0);
    assert_eq!(answers.find(|status| *status != 401), Some(429));
    let good = basic(CLIENT, CLIENT_SECRET);
    assert_eq!(present(&rp, &[("authorization", &good)], &[]).0, 429);
    assert_eq!(
        present(
            &rp,
            &[("authorization", &basic("conformance-hybrid", CLIENT_SECRET))],
            &[]
        ),
        accepted()
    );
    rp.pass(5);
    assert_eq!(present(&rp, &[("authorization", &good)], &[]), accepted());
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn assertions_are_checked_claim_by_claim() {
    let rp = Rp::new("");
    let now = rp.now.get();
    let issuer = rp.issuer();
    let count = std::cell::Cell::new(0);
    let send = |id: &str, alg: &str, signer: &Signer, changes: Value| {
        count.set(count.get() + 1);
        let mut claims = object(&json!({
            "iss": id, "sub": id, "aud": issuer, "exp": now + 60, "iat": now, "jti": format!("j{}", count.get())
        }));
        for (name, value) in object(&changes) {
            if value.is_null() {
                claims.remove(&name);
            } else {
                claims.insert(name, value);
            }
        }
        let jwt = jws::write(&object(&json!({ "alg": alg })), &claims, signer);
        present(&rp, &[], &[("client_assertion", &jwt), TYPE])
    };
    let secret = Signer::Hmac(CLIENT_SECRET.as_bytes().to_vec());
    let by_secret = |changes: Value| send("conformance-client-jwt", "HS256", &secret, changes);
    let cases = [
        (json!({}), accepted()),
        (json!({ "aud": format!("{issuer}/token") }), accepted()),
        (json!({ "aud": [issuer] }), accepted()),
        (json!({ "iat": null }), accepted()),
        (json!({ "iss": null }), refused()),
        (json!({ "iss": "x" }), refused()),
        (json!({ "sub": null }), refused()),
        (json!({ "sub": CLIENT }), refused()),
        (json!({ "aud": null }), refused()),
        (json!({ "aud": "https://other.test" }), refused()),
        (json!({ "aud": format!("{issuer}/") }), refused()),
        (json!({ "exp": null }), refused()),
        (json!({ "exp": now }), refused()),
        (json!({ "exp": "soon" }), refused()),
        (json!({ "nbf": now + 120 }), refused()),
        (json!({ "iat": now + 120 }), refused()),
        (json!({ "jti": null }), refused()),
        (json!({ "jti": "once" }), accepted()),
        (json!({ "jti": "once" }), refused()),
    ];
    for (changes, expected) in cases {
        assert_eq!(by_secret(changes.clone()), expected, "{changes}");
    }
    let id = "conformance-client-jwt";
    assert_eq!(
        send(id, "HS256", &Signer::Hmac(b"other".to_vec()), json!({})),
        refused()
    );
    assert_eq!(send(id, "none", &Signer::Unsigned, json!({})), refused());
    assert_eq!(send(CLIENT, "HS256", &secret, json!({})), refused());
    let foreign = Signer::Key(keys::foreign().key(Algorithm::Es256).clone());
    assert_eq!(
        send("conformance-private-key-jwt", "ES256", &foreign, json!({})),
        refused()
    );
    let public = keys::client_key().public_jwk.to_string().into_bytes();
    assert_eq!(
        send(
            "conformance-private-key-jwt",
            "HS256",
            &Signer::Hmac(public),
            json!({})
        ),
        refused()
    );
    assert_eq!(
        send(
            "conformance-private-key-jwt",
            "none",
            &Signer::Unsigned,
            json!({})
        ),
        refused()
    );
}

#[test]
fn a_private_key_proves_a_client() {
    #[derive(serde::Serialize)]
    struct Claims<'c> {
        iss: &'c str,
        sub: &'c str,
        aud: &'c str,
        exp: u64,
        jti: &'c str,
    }
    let rp = Rp::new("");
    let id = "conformance-private-key-jwt";
    let claims = Claims {
        iss: id,
        sub: id,
        aud: &rp.issuer(),
        exp: rp.now.get() + 60,
        jti: "j",
    };
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
    header.kid = Some(keys::CLIENT_KID.to_owned());
    let key =
        jsonwebtoken::EncodingKey::from_ec_pem(keys::client_key().private_pem.as_bytes()).unwrap();
    let jwt = jsonwebtoken::encode(&header, &claims, &key).unwrap();
    let assertion = ("client_assertion", jwt.as_str());
    assert_eq!(
        present(&rp, &[], &[assertion, ("client_assertion_type", "x")]),
        invalid()
    );
    assert_eq!(present(&rp, &[], &[assertion]), invalid());
    assert_eq!(
        present(&rp, &[], &[assertion, TYPE, ("client_id", CLIENT)]),
        refused()
    );
    assert_eq!(
        present(
            &rp,
            &[],
            &[assertion, TYPE, ("client_secret", CLIENT_SECRET)]
        ),
        invalid()
    );
    assert_eq!(
        present(&rp, &[], &[assertion, TYPE, ("client_id", id)]),
        accepted()
    );
    assert_eq!(present(&rp, &[], &[assertion, TYPE]), refused());
    assert_eq!(
        present(&rp, &[], &[("client_id", id), ("redirect_uri", CALLBACK)]),
        refused()
    );
}
