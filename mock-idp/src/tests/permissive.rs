//! Permissive mode: any client, and nobody is asked.

use crate::testing::{CALLBACK, Callback, Rp, basic, claims, error, header, json};

#[test]
fn any_client_with_any_secret_gets_tokens_without_a_page() {
    let rp = Rp::permissive();
    for (client, uri) in [
        ("my-app", "http://localhost:3000/cb"),
        ("conformance-client", "com.example:/cb"),
    ] {
        let request = [
            ("client_id", client),
            ("redirect_uri", uri),
            ("response_type", "code"),
            ("scope", "openid email offline_access"),
            ("login_hint", "bob"),
        ];
        let callback = Callback::of(&rp.authorize(&request));
        assert_eq!(callback.uri, uri);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", callback.get("code")),
            ("redirect_uri", uri),
        ];
        let tokens = json(&rp.post(
            "/token",
            &[("authorization", &basic(client, "anything"))],
            &form,
        ));
        let id_token = claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(
            (&id_token["aud"], &id_token["sub"]),
            (&client.into(), &crate::accounts::USERS[1].sub.into())
        );
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
            ("client_id", client),
        ];
        assert_eq!(rp.post("/token", &[], &refresh).status(), 200);
        rp.forget_cookies();
    }
}

#[test]
fn what_protects_the_protocol_itself_stays() {
    let rp = Rp::permissive();
    let request = [
        ("client_id", "x"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
    ];
    let silent = Callback::of(&rp.authorize(&[request.as_slice(), &[("prompt", "none")]].concat()));
    assert_eq!(silent.get("error"), "login_required");
    let code = Callback::of(&rp.authorize(&request)).get("code").to_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
    ];
    let redeem = |client: &str| rp.post("/token", &[("authorization", &basic(client, "s"))], &form);
    assert_eq!(error(&redeem("y")), (400, "invalid_grant".to_owned()));
    assert_eq!(redeem("x").status(), 200);
    assert_eq!(error(&redeem("x")), (400, "invalid_grant".to_owned()));
    let response = rp.authorize(&[
        ("client_id", "x"),
        ("redirect_uri", "javascript:alert(1)"),
        ("response_type", "code"),
    ]);
    assert_eq!(
        (response.status().as_u16(), header(&response, "location")),
        (400, "")
    );
}
