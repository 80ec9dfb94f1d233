//! Access tokens.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde_json::{Map, Value, json};

use crate::accounts::CLIENT_SECRET;
use crate::testing::{CLIENT, Rp, basic, claims, json as object, text};

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn own_token(rp: &Rp) -> String {
    let response = object(&rp.token_as("conformance-cc", &OWN));
    response["access_token"].as_str().unwrap().to_owned()
}

fn is_active(rp: &Rp, client: &str, token: &str) -> bool {
    let headers = [("authorization", &*basic(client, CLIENT_SECRET))];
    object(&rp.post("/introspect", &headers, &[("token", token)]))["active"] == true
}

#[test]
fn an_access_token_is_what_rfc_9068_says() {
    let rp = Rp::new("");
    let keys: JwkSet = serde_json::from_str(&text(&rp.get("/jwks"))).unwrap();
    let user = rp.tokens(&[("scope", "openid email")]);
    let user = user["access_token"].as_str().unwrap().to_owned();
    for (token, client, scope) in [
        (user, CLIENT, "openid email"),
        (own_token(&rp), "conformance-cc", "api"),
    ] {
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.typ.as_deref(), Some("at+jwt"));
        let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
        let mut validation = Validation::new(jsonwebtoken::Algorithm::ES256);
        validation.set_audience(&[rp.issuer()]);
        validation.set_issuer(&[rp.issuer()]);
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(key).unwrap();
        let claims = decode::<Map<String, Value>>(&token, &key, &validation);
        let claims = claims.unwrap().claims;
        assert_eq!(claims["client_id"], client);
        assert_eq!(claims["scope"], scope);
        assert_eq!(claims["iat"], rp.now.get());
        assert_eq!(claims["exp"], json!(rp.now.get() + 3_600));
        assert_eq!(claims["sub"] == client, client == "conformance-cc");
    }
}

#[test]
fn no_two_are_alike() {
    let rp = Rp::new("");
    let ids: std::collections::BTreeSet<String> = (0..1_000)
        .map(|_| claims(&own_token(&rp))["jti"].to_string())
        .collect();
    assert_eq!(ids.len(), 1_000);
}

#[test]
fn a_token_of_a_client_is_good_until_it_is_revoked_or_expires() {
    let rp = Rp::new("");
    let token = own_token(&rp);
    assert!(is_active(&rp, "conformance-cc", &token));
    assert_eq!(rp.userinfo(&token).status(), 403);
    let headers = [("authorization", &*basic("conformance-cc", CLIENT_SECRET))];
    rp.post("/revoke", &headers, &[("token", &token)]);
    assert!(!is_active(&rp, "conformance-cc", &token));
    assert_eq!(rp.userinfo(&token).status(), 401);

    let token = own_token(&rp);
    rp.pass(3_599);
    assert!(is_active(&rp, "conformance-cc", &token));
    rp.pass(1);
    assert!(!is_active(&rp, "conformance-cc", &token));
}

#[test]
fn a_token_is_of_one_issuer_and_goes_with_it() {
    let mut rp = Rp::new("");
    let tokens = rp.tokens(&[("scope", "openid offline_access"), ("prompt", "consent")]);
    let token = tokens["access_token"].as_str().unwrap();
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    assert_eq!(rp.userinfo(token).status(), 200);
    rp.path = "/i/other".to_owned();
    assert_eq!(rp.userinfo(token).status(), 401);
    assert_eq!(rp.token(&refresh).status(), 400);

    rp.path = String::new();
    let own = own_token(&rp);
    rp.core().forget("");
    // As many grants as before: numbers alone do not tell them apart.
    rp.tokens(&[]);
    assert_eq!(rp.userinfo(token).status(), 401);
    assert_eq!(rp.token(&refresh).status(), 400);
    assert!(!is_active(&rp, "conformance-cc", &own));
}
