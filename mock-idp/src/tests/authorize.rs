//! The authorization request: what is refused, how, and where the answer goes.

use http::Method;

use crate::testing::{
    ALICE, BOB, CALLBACK, CLIENT, Callback, Rp, claims, encode, header, merged, text,
};

const REQUEST: [(&str, &str); 6] = [
    ("client_id", CLIENT),
    ("redirect_uri", CALLBACK),
    ("response_type", "code"),
    ("scope", "openid"),
    ("state", "st"),
    ("nonce", "no"),
];

/// The error that a request of these changes ends with, after a login.
fn refused(rp: &Rp, changes: &[(&str, &str)]) -> Callback {
    let response = rp.answer_pages(rp.authorize(&merged(&REQUEST, changes)), ALICE);
    Callback::of(&response)
}

#[test]
fn without_client_redirect_uri_and_response_mode_nobody_is_redirected() {
    let other = "https://rp.example/cb";
    let cases: [&[(&str, &str)]; 11] = [
        &[("response_mode", "bogus")],
        &[("client_id", "")],
        &[("client_id", "nobody")],
        &[("redirect_uri", "")],
        &[("redirect_uri", other)],
        &[("redirect_uri", "https://127.0.0.1:8765/callback/")],
        &[("redirect_uri", "https://127.0.0.1:8765/callback?x=1")],
        &[("redirect_uri", "https://127.0.0.1:8765/callback#x")],
        &[("redirect_uri", "HTTPS://127.0.0.1:8765/callback")],
        &[("redirect_uri", "https://127.0.0.1:8765/c%61llback")],
        &[("redirect_uri", "https://127.0.0.1:8766/callback")],
    ];
    let rp = Rp::new("");
    for changes in cases {
        let response = rp.authorize(&merged(&REQUEST, changes));
        assert_eq!(response.status(), 400, "{changes:?}");
        assert_eq!(header(&response, "location"), "", "{changes:?}");
        assert!(header(&response, "content-security-policy").contains("frame-ancestors 'none'"));
    }
    for twice in [("client_id", CLIENT), ("redirect_uri", CALLBACK)] {
        let request = [REQUEST.as_slice(), &[twice]].concat();
        assert_eq!(rp.authorize(&request).status(), 400, "{twice:?}");
    }
}

#[test]
fn other_errors_go_to_the_client_with_state_and_iss() {
    let cases: [(&[(&str, &str)], &str); 18] = [
        (&[("response_type", "")], "invalid_request"),
        (&[("response_type", "bogus")], "unsupported_response_type"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unauthorized_client"),
        (&[("scope", "")], "invalid_scope"),
        (&[("scope", "bogus")], "invalid_scope"),
        (&[("scope", "openid  email")], "invalid_scope"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("prompt", "bogus")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("max_age", "x")], "invalid_request"),
        (&[("claims", "{")], "invalid_request"),
        (&[("claims", "[]")], "invalid_request"),
        (&[("request", "x")], "request_not_supported"),
        (
            &[("request_uri", "https://rp.example/r")],
            "request_uri_not_supported",
        ),
        (&[("registration", "{}")], "registration_not_supported"),
        (&[("id_token_hint", "x")], "invalid_request"),
        (
            &[(
                "claims",
                r#"{"id_token": {"acr": {"essential": true, "value": "x"}}}"#,
            )],
            "unmet_authentication_requirements",
        ),
    ];
    let rp = Rp::new("");
    for (changes, expected) in cases {
        let callback = refused(&rp, changes);
        assert_eq!(callback.get("error"), expected, "{changes:?}");
        assert_eq!(callback.get("state"), "st", "{changes:?}");
        assert_eq!(callback.get("iss"), rp.issuer(), "{changes:?}");
        assert_eq!(callback.uri, CALLBACK);
        let fragment = changes.contains(&("response_type", "code id_token"))
            || changes.contains(&("response_type", "token"));
        assert_eq!(
            callback.mode,
            if fragment { "#" } else { "?" },
            "{changes:?}"
        );
        let allowed = ["error", "error_description", "state", "iss"];
        assert!(
            callback.names().iter().all(|name| allowed.contains(name)),
            "{callback:?}"
        );
        let description = callback.get("error_description");
        assert!(
            description
                .bytes()
                .all(|byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
        );
    }
    for twice in [
        ("scope", "openid"),
        ("response_type", "code"),
        ("nonce", "x"),
        ("prompt", "none"),
        ("max_age", "1"),
    ] {
        let request = [REQUEST.as_slice(), &[twice, twice]].concat();
        let callback = Callback::of(&rp.authorize(&request));
        assert_eq!(callback.get("error"), "invalid_request", "{twice:?}");
        assert_eq!(callback.get("state"), "st");
    }
    let callback =
        Callback::of(&rp.authorize(&[REQUEST.as_slice(), &[("state", "other")]].concat()));
    assert_eq!(
        (callback.get("error"), callback.get("state")),
        ("invalid_request", "")
    );
}

#[test]
fn an_error_is_told_once_the_user_is_known() {
    let rp = Rp::new("");
    let page = rp.authorize(&merged(&REQUEST, &[("scope", "bogus")]));
    assert!(text(&page).contains("type=\"password\""));
    let callback = Callback::of(&rp.submit(&page, &[("username", ALICE.0), ("password", ALICE.1)]));
    assert_eq!(callback.get("error"), "invalid_scope");
    // With a session, or when no page may be shown, at once.
    let again = Callback::of(&rp.authorize(&merged(&REQUEST, &[("scope", "bogus")])));
    assert_eq!(again.get("error"), "invalid_scope");
    rp.forget_cookies();
    let silent =
        Callback::of(&rp.authorize(&merged(&REQUEST, &[("scope", "bogus"), ("prompt", "none")])));
    assert_eq!(silent.get("error"), "invalid_scope");
}

#[test]
fn hints_and_unknown_parameters_do_no_harm() {
    let rp = Rp::new("");
    for changes in [
        &[("foo", "bar")] as &[_],
        &[("display", "bogus")],
        &[("ui_locales", "xx yy")],
        &[("claims_locales", "xx")],
        &[("acr_values", "no-such")],
        &[("login_hint", "alice")],
        &[("scope", "openid bogus")],
        &[("nonce", "")],
        &[("state", "")],
        &[(
            "claims",
            r#"{"userinfo": {"no_such": {"essential": true}}, "x": 1}"#,
        )],
    ] {
        let callback = rp.log_in(CLIENT, changes);
        assert!(
            !callback.get("code").is_empty(),
            "{changes:?}: {callback:?}"
        );
        let state = changes
            .iter()
            .find(|(name, _)| *name == "state")
            .map_or("st", |_| "");
        assert_eq!(callback.get("state"), state);
    }
}

#[test]
fn state_and_nonce_come_back_to_the_letter() {
    let rp = Rp::new("");
    let long = "x".repeat(1_024);
    for value in [
        "a b+c%2Bd&e=f#g",
        "é\u{1F600}",
        "<\"'>",
        "~!@$^*()_{}|:;,./?[]\\`",
        &long,
    ] {
        for mode in ["query", "fragment", "form_post"] {
            let callback = rp.log_in(
                CLIENT,
                &[("state", value), ("nonce", value), ("response_mode", mode)],
            );
            assert_eq!(callback.get("state"), value, "{mode}");
            let tokens = crate::testing::json(&rp.redeem(callback.get("code")));
            assert_eq!(claims(tokens["id_token"].as_str().unwrap())["nonce"], value);
        }
    }
}

#[test]
fn the_response_mode_is_obeyed() {
    let rp = Rp::new("");
    for (mode, expected) in [
        ("query", "?"),
        ("fragment", "#"),
        ("form_post", "post"),
        ("", "?"),
    ] {
        assert_eq!(rp.log_in(CLIENT, &[("response_mode", mode)]).mode, expected);
        assert_eq!(
            refused(&rp, &[("response_mode", mode), ("scope", "x")]).mode,
            expected
        );
    }
    let response = rp.authorize(&merged(
        &REQUEST,
        &[("response_mode", "form_post"), ("prompt", "none")],
    ));
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "cache-control"), "no-cache, no-store");
}

#[test]
fn get_and_post_are_alike() {
    let rp = Rp::new("");
    let url = format!("{}/authorize", rp.issuer());
    let response = rp.answer_pages(rp.browse(Method::POST, &url, &REQUEST), ALICE);
    let callback = Callback::of(&response);
    assert!(!callback.get("code").is_empty());
    assert_eq!(callback.get("state"), "st");
    // The parameters of the query are none of a POST.
    let response = rp.browse(
        Method::POST,
        &format!("{url}?{}", encode(&REQUEST)),
        &[("x", "y")],
    );
    assert_eq!(response.status(), 400);
    for method in [Method::PUT, Method::DELETE, Method::HEAD] {
        let response = rp.call(method.clone(), "/authorize", &[], "");
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(header(&response, "allow"), "GET, POST");
    }
}

#[test]
fn no_origin_may_read_the_authorization_endpoint() {
    let rp = Rp::new("");
    let response = rp.call(
        Method::GET,
        "/authorize",
        &[("origin", "https://evil.example")],
        "",
    );
    assert_eq!(header(&response, "access-control-allow-origin"), "");
    let response = rp.call(
        Method::OPTIONS,
        "/authorize",
        &[("origin", "https://evil.example")],
        "",
    );
    assert_eq!(response.status(), 405);
}

#[test]
fn prompt_none_shows_no_page() {
    let rp = Rp::new("");
    let silent = |rp: &Rp, changes: &[(&str, &str)]| {
        let changes = merged(changes, &[("prompt", "none")]);
        Callback::of(&rp.authorize(&merged(&REQUEST, &changes)))
    };
    assert_eq!(silent(&rp, &[]).get("error"), "login_required");
    let first = rp.tokens(&[]);
    let again = silent(&rp, &[]);
    assert!(!again.get("code").is_empty());
    assert_eq!(
        silent(&rp, &[("scope", "openid email")]).get("error"),
        "consent_required"
    );
    assert_eq!(
        silent(&rp, &[("max_age", "0")]).get("error"),
        "login_required"
    );
    let hint = first["id_token"].as_str().unwrap().to_owned();
    assert!(
        !silent(&rp, &[("id_token_hint", &hint)])
            .get("code")
            .is_empty()
    );
    // Expired, but ours.
    rp.pass(7_200);
    assert!(
        !silent(&rp, &[("id_token_hint", &hint)])
            .get("code")
            .is_empty()
    );
    rp.forget_cookies();
    rp.answer_pages(rp.authorize(&REQUEST), BOB);
    assert_eq!(
        silent(&rp, &[("id_token_hint", &hint)]).get("error"),
        "login_required"
    );
    let sub = format!(
        r#"{{"id_token": {{"sub": {{"value": "{}"}}}}}}"#,
        crate::accounts::USERS[0].sub
    );
    assert_eq!(
        silent(&rp, &[("claims", &sub)]).get("error"),
        "login_required"
    );
}

#[test]
fn another_user_than_the_hinted_is_refused() {
    let rp = Rp::new("");
    let hint = rp.tokens(&[])["id_token"].as_str().unwrap().to_owned();
    rp.forget_cookies();
    let page = rp.authorize(&merged(&REQUEST, &[("id_token_hint", &hint)]));
    let callback = Callback::of(&rp.answer_pages(page, BOB));
    assert_eq!(callback.get("error"), "login_required");
    assert_eq!(callback.get("code"), "");
}

#[test]
fn a_hint_of_another_issuer_or_without_a_signature_is_refused() {
    let rp = Rp::new("");
    let hint = rp.tokens(&[])["id_token"].as_str().unwrap().to_owned();
    let (header, rest) = hint.split_once('.').unwrap();
    let payload = rest.split('.').next().unwrap();
    let other = Rp::new("page.frameable");
    for bad in [
        format!("{hint}x"),
        format!("{header}.{payload}."),
        format!("eyJhbGciOiJub25lIn0.{payload}."),
        other.tokens(&[])["id_token"].as_str().unwrap().to_owned(),
    ] {
        assert_eq!(
            refused(&rp, &[("id_token_hint", &bad)]).get("error"),
            "invalid_request",
            "{bad}"
        );
    }
}

#[test]
fn prompt_login_and_max_age_ask_again() {
    let rp = Rp::new("");
    let auth_time = |changes: &[(&str, &str)]| {
        let tokens = rp.tokens(changes);
        claims(tokens["id_token"].as_str().unwrap())["auth_time"]
            .as_u64()
            .unwrap()
    };
    let first = auth_time(&[]);
    rp.pass(10);
    assert_eq!(auth_time(&[]), first);
    assert_eq!(auth_time(&[("max_age", "10")]), first);
    assert_eq!(auth_time(&[("max_age", "9")]), first + 10);
    rp.pass(10);
    assert_eq!(auth_time(&[("prompt", "login")]), first + 20);
    rp.pass(10);
    assert_eq!(auth_time(&[("max_age", "0")]), first + 30);
}

#[test]
fn consent_and_accounts_are_asked_for() {
    let rp = Rp::new("");
    rp.log_in(CLIENT, &[]);
    let page = rp.authorize(&merged(&REQUEST, &[("prompt", "consent")]));
    assert!(text(&page).contains("value=\"allow\""));
    let denied = Callback::of(&rp.submit(&page, &[("action", "deny")]));
    assert_eq!(
        (denied.get("error"), denied.get("state"), denied.get("code")),
        ("access_denied", "st", "")
    );
    let page = rp.authorize(&merged(&REQUEST, &[("prompt", "select_account")]));
    assert!(text(&page).contains("Continue as alice"));
    let login = rp.submit(&page, &[("action", "other")]);
    let callback = Callback::of(&rp.answer_pages(login, BOB));
    let tokens = crate::testing::json(&rp.redeem(callback.get("code")));
    assert_eq!(
        claims(tokens["id_token"].as_str().unwrap())["sub"],
        crate::accounts::USERS[1].sub
    );
    let cancelled = rp.authorize(&merged(&REQUEST, &[("prompt", "login")]));
    let cancelled = Callback::of(&rp.submit(&cancelled, &[("action", "cancel")]));
    assert_eq!(cancelled.get("error"), "access_denied");
}

#[test]
fn a_public_client_is_never_granted_silently() {
    let rp = Rp::new("");
    let challenge = (
        "code_challenge",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
    let public = [
        ("client_id", "conformance-public"),
        challenge,
        ("code_challenge_method", "S256"),
    ];
    rp.log_in("conformance-public", &public);
    assert!(text(&rp.authorize(&merged(&REQUEST, &public))).contains("value=\"allow\""));
    let silent = Callback::of(
        &rp.authorize(&[merged(&REQUEST, &public), vec![("prompt", "none")]].concat()),
    );
    assert_eq!(silent.get("error"), "consent_required");
}

#[test]
fn acr_is_the_one_that_was_asked_for() {
    let (silver, bronze) = (
        crate::authorization::ACR_VALUES[0],
        crate::authorization::ACR_VALUES[1],
    );
    let rp = Rp::new("");
    let acr = |changes: &[(&str, &str)]| {
        let tokens = rp.tokens(changes);
        claims(tokens["id_token"].as_str().unwrap())["acr"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(acr(&[]), bronze);
    // Voluntary: what the session has.
    assert_eq!(acr(&[("acr_values", silver)]), bronze);
    let essential =
        format!(r#"{{"id_token": {{"acr": {{"essential": true, "values": ["x", "{silver}"]}}}}}}"#);
    let silent = Callback::of(&rp.authorize(&merged(
        &REQUEST,
        &[("claims", &essential), ("prompt", "none")],
    )));
    assert_eq!(silent.get("error"), "login_required");
    assert_eq!(acr(&[("claims", &essential)]), silver);
    assert_eq!(
        acr(&[("acr_values", &format!("{bronze} {silver}"))]),
        bronze
    );
    assert_eq!(acr(&[]), silver);
}

#[test]
fn an_omitted_redirect_uri_is_for_plain_oauth_with_one_alone() {
    let rp = Rp::new("");
    // Three are registered.
    assert_eq!(
        rp.authorize(&merged(
            &REQUEST,
            &[("redirect_uri", ""), ("scope", "email")]
        ))
        .status(),
        400
    );
}
