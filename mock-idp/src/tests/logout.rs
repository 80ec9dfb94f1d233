//! RP-initiated logout.

use bytes::Bytes;
use http::{Method, Response};

use crate::accounts::POST_LOGOUT_REDIRECT_URIS;
use crate::testing::{BOB, CALLBACK, CLIENT, Callback, Rp, encode, header, merged, text};

const AFTER: &str = POST_LOGOUT_REDIRECT_URIS[0];

fn logout(rp: &Rp, params: &[(&str, &str)]) -> Response<Bytes> {
    rp.browse(
        Method::GET,
        &format!("{}/logout?{}", rp.issuer(), encode(&merged(&[], params))),
        &[],
    )
}

fn hint(rp: &Rp) -> String {
    rp.tokens(&[])["id_token"].as_str().unwrap().to_owned()
}

/// Whether a session is left.
fn is_logged_in(rp: &Rp) -> bool {
    let request = [
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("prompt", "none"),
    ];
    let callback = Callback::of(&rp.authorize(&request));
    assert!(["", "login_required"].contains(&callback.get("error")));
    callback.get("error").is_empty()
}

fn asks(response: &Response<Bytes>) -> bool {
    text(response).contains("value=\"stay\"")
}

#[test]
fn the_hint_of_this_session_logs_out_at_once() {
    for method in [Method::GET, Method::POST] {
        let rp = Rp::new("");
        let hint = hint(&rp);
        let params = [
            ("id_token_hint", hint.as_str()),
            ("post_logout_redirect_uri", AFTER),
            ("state", "a b+é"),
            ("client_id", CLIENT),
            ("logout_hint", "x"),
            ("ui_locales", "xx"),
        ];
        let response = if method == Method::GET {
            logout(&rp, &params)
        } else {
            rp.browse(Method::POST, &format!("{}/logout", rp.issuer()), &params)
        };
        let callback = Callback::of(&response);
        assert_eq!(
            (callback.uri.as_str(), callback.get("state")),
            (AFTER, "a b+é")
        );
        assert_eq!(callback.names(), ["state"]);
        assert!(!is_logged_in(&rp));
        // Again, without a session, also later: no error.
        rp.pass(7_200);
        assert_eq!(Callback::of(&logout(&rp, &params)).uri, AFTER);
    }
}

#[test]
fn without_a_hint_of_this_session_the_user_is_asked() {
    let rp = Rp::new("");
    for client in ["", CLIENT] {
        hint(&rp);
        let page = logout(&rp, &[("client_id", client)]);
        assert!(asks(&page));
        rp.submit(&page, &[("action", "stay")]);
        assert!(is_logged_in(&rp));
        let page = logout(&rp, &[("client_id", client)]);
        let end = rp.submit(&page, &[("action", "logout")]);
        assert_eq!((end.status().as_u16(), header(&end, "location")), (200, ""));
        assert!(!is_logged_in(&rp));
    }
    // Which client it is, is known by client_id too; the user has to agree.
    hint(&rp);
    let page = logout(
        &rp,
        &[("client_id", CLIENT), ("post_logout_redirect_uri", AFTER)],
    );
    assert!(asks(&page));
    assert_eq!(
        Callback::of(&rp.submit(&page, &[("action", "logout")])).uri,
        AFTER
    );
    // The hint of an earlier session, and of another user.
    let old = hint(&rp);
    rp.forget_cookies();
    rp.answer_pages(
        rp.authorize(&[
            ("client_id", CLIENT),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
        ]),
        BOB,
    );
    assert!(asks(&logout(&rp, &[("id_token_hint", &old)])));
    assert!(is_logged_in(&rp));
}

#[test]
fn whatever_is_wrong_nobody_is_redirected() {
    let rp = Rp::new("");
    let hint = hint(&rp);
    let (header_part, rest) = hint.split_once('.').unwrap();
    let payload = rest.split('.').next().unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
    let stripped = format!("{header_part}.{payload}.");
    let after = ("post_logout_redirect_uri", AFTER);
    let slash = format!("{AFTER}/");
    let query = format!("{AFTER}?x=y");
    let cases: [&[(&str, &str)]; 11] = [
        &[after],
        &[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", "https://rp.example/"),
        ],
        &[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", &slash),
        ],
        &[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", &query),
        ],
        &[
            ("id_token_hint", &hint),
            ("client_id", "conformance-hybrid"),
            after,
        ],
        &[("id_token_hint", &unsigned), after],
        &[("id_token_hint", &stripped), after],
        &[("id_token_hint", "x"), after],
        &[("client_id", "nobody"), after],
        &[
            ("client_id", CLIENT),
            ("post_logout_redirect_uri", "https://rp.example/"),
        ],
        &[
            ("id_token_hint", &hint),
            after,
            ("state", "a"),
            ("state", "b"),
        ],
    ];
    for params in cases {
        let url = format!("{}/logout?{}", rp.issuer(), encode(params));
        let response = rp.browse(Method::GET, &url, &[]);
        assert_eq!(
            (response.status().as_u16(), header(&response, "location")),
            (400, ""),
            "{params:?}"
        );
        assert!(is_logged_in(&rp), "{params:?}");
    }
}

#[test]
fn the_confirmation_carries_a_token() {
    let rp = Rp::new("");
    hint(&rp);
    let page = logout(&rp, &[]);
    assert!(asks(&page));
    let url = format!("{}/confirm-logout", rp.issuer());
    let forged = rp.browse(Method::POST, &url, &[("action", "logout")]);
    assert_eq!(forged.status(), 400);
    assert!(is_logged_in(&rp));
}
