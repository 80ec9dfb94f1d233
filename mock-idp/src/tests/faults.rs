//! That the hooks do what the faults ask of them. That a check notices each fault is for the harness to show.

use crate::accounts::CLIENT_SECRET;
use crate::fault::faults;
use crate::jws::Parsed;
use crate::testing::{
    ALICE, CALLBACK, CLIENT, Callback, Rp, basic, claims, error, header, json, merged,
};

#[test]
fn a_spoiled_id_token_differs_in_one_thing() {
    let verifies = |fault: &str| {
        let rp = Rp::new(fault);
        let tokens = rp.tokens(&[]);
        let token = tokens["id_token"].as_str().unwrap();
        let parsed = Parsed::read(token).unwrap();
        let set = rp.core().issuer(&rp.path).unwrap().keys().current();
        let is_signed = set
            .iter()
            .any(|key| parsed.verifies_with_jwk(&key.public_jwk()));
        (
            is_signed,
            parsed.alg().unwrap().to_owned(),
            claims(token)["aud"] == CLIENT,
        )
    };
    assert_eq!(verifies("page.frameable"), (true, "ES256".to_owned(), true));
    assert_eq!(
        verifies("id_token.wrong_aud"),
        (true, "ES256".to_owned(), false)
    );
    assert_eq!(
        verifies("id_token.wrong_key"),
        (false, "ES256".to_owned(), true)
    );
    assert_eq!(
        verifies("id_token.corrupted_signature"),
        (false, "ES256".to_owned(), true)
    );
    assert_eq!(
        verifies("id_token.alg_none"),
        (false, "none".to_owned(), true)
    );
    assert_eq!(
        verifies("id_token.hmac_with_public_key"),
        (false, "HS256".to_owned(), true)
    );
    assert_eq!(
        verifies("id_token.wrong_aud+id_token.wrong_key"),
        (false, "ES256".to_owned(), false)
    );
}

#[test]
fn documents_responses_pages_and_answers_are_spoiled() {
    let rp = Rp::new("metadata.issuer_slash");
    assert_eq!(
        json(&rp.get("/.well-known/openid-configuration"))["issuer"],
        format!("{}/", rp.issuer())
    );
    assert_eq!(
        claims(rp.tokens(&[])["id_token"].as_str().unwrap())["iss"],
        rp.issuer()
    );

    let rp = Rp::new("authorization_response.state_missing");
    assert_eq!(rp.log_in(CLIENT, &[]).get("state"), "");
    assert_eq!(rp.log_in(CLIENT, &[("scope", "x")]).get("state"), "st");

    let rp = Rp::new("page.frameable");
    assert_eq!(header(&rp.authorize(&[]), "x-frame-options"), "");

    let rp = Rp::new("authorization_response.redirect_307");
    let request = [
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
    ];
    assert_eq!(rp.answer_pages(rp.authorize(&request), ALICE).status(), 307);

    let rp = Rp::new("token_response.cacheable");
    let code = rp.log_in(CLIENT, &[]).get("code").to_owned();
    let response = rp.redeem(&code);
    assert_eq!(
        (
            response.status().as_u16(),
            header(&response, "cache-control")
        ),
        (200, "")
    );

    let rp = Rp::new("client_authentication.wrong_secret_is_400");
    let response = rp.post(
        "/token",
        &[("authorization", &basic(CLIENT, "x"))],
        &[("grant_type", "x")],
    );
    assert_eq!(error(&response), (400, "invalid_client".to_owned()));
}

#[test]
fn omissions_leave_one_validation_out() {
    let rp = Rp::new("code.reusable");
    let code = rp.log_in(CLIENT, &[]).get("code").to_owned();
    assert_eq!(rp.redeem(&code).status(), 200);
    assert_eq!(rp.redeem(&code).status(), 200);

    let rp = Rp::new("authorization_request.any_redirect_uri");
    let other = "https://evil.example/cb";
    let request = [
        ("client_id", CLIENT),
        ("redirect_uri", other),
        ("response_type", "code"),
        ("scope", "openid"),
    ];
    assert_eq!(
        Callback::of(&rp.answer_pages(rp.authorize(&request), ALICE)).uri,
        other
    );

    let rp = Rp::new("client_authentication.any_secret");
    let code = rp.log_in(CLIENT, &[]).get("code").to_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    let response = rp.post("/token", &[("authorization", &basic("nobody", "x"))], &form);
    assert_eq!(error(&response), (401, "invalid_client".to_owned()));
    assert_eq!(
        rp.post("/token", &[("authorization", &basic(CLIENT, "x"))], &form)
            .status(),
        200
    );

    let rp = Rp::new("revocation.no_effect");
    let access = rp.tokens(&[])["access_token"].as_str().unwrap().to_owned();
    let auth = basic(CLIENT, CLIENT_SECRET);
    assert_eq!(
        rp.post(
            "/revoke",
            &[("authorization", &auth)],
            &[("token", &access)]
        )
        .status(),
        200
    );
    assert_eq!(rp.userinfo(&access).status(), 200);
}

#[test]
fn no_fault_stops_the_usual_flow_by_an_error_of_ours() {
    for fault in faults() {
        let rp = Rp::new(fault.id);
        assert_eq!(
            rp.get("/.well-known/openid-configuration").status(),
            200,
            "{}",
            fault.id
        );
        let params = [
            ("scope", "openid email offline_access"),
            ("prompt", "consent"),
        ];
        let request = merged(
            &[
                ("client_id", CLIENT),
                ("redirect_uri", CALLBACK),
                ("response_type", "code"),
            ],
            &params,
        );
        let response = rp.answer_pages(rp.authorize(&request), ALICE);
        assert!(response.status().as_u16() < 500, "{}", fault.id);
        if header(&response, "location").is_empty() {
            continue;
        }
        let callback = Callback::of(&response);
        let response = rp.redeem(
            callback
                .params
                .iter()
                .find(|(name, _)| name == "code")
                .map_or("", |(_, code)| code),
        );
        assert!(response.status().as_u16() < 500, "{}", fault.id);
    }
}
