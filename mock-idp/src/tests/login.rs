//! The pages: who may answer them, and with what headers they come.

use http::Method;

use crate::testing::{ALICE, BOB, CALLBACK, CLIENT, Callback, Rp, header, text};

const REQUEST: [(&str, &str); 4] = [
    ("client_id", CLIENT),
    ("redirect_uri", CALLBACK),
    ("response_type", "code"),
    ("scope", "openid"),
];

#[test]
fn pages_are_neither_framed_nor_stored_nor_leaked() {
    let rp = Rp::new("");
    let login = rp.authorize(&REQUEST);
    let consent = rp.submit(&login, &[("username", ALICE.0), ("password", ALICE.1)]);
    assert!(text(&consent).contains("value=\"allow\""));
    let error = rp.authorize(&[]);
    for page in [&login, &consent, &error] {
        assert_eq!(header(page, "x-frame-options"), "DENY");
        assert!(header(page, "content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(header(page, "referrer-policy"), "no-referrer");
        assert_eq!(header(page, "x-content-type-options"), "nosniff");
        assert_eq!(header(page, "cache-control"), "no-store");
        assert_eq!(header(page, "content-type"), "text/html; charset=utf-8");
        assert!(!header(page, "strict-transport-security").is_empty());
    }
    let cookie = header(&login, "set-cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let done = rp.submit(&consent, &[("action", "allow")]);
    assert_eq!(done.status(), 303);
}

#[test]
fn a_wrong_password_brings_the_page_again() {
    let rp = Rp::new("");
    let mut page = rp.authorize(&REQUEST);
    for (username, password) in [
        (ALICE.0, "x"),
        (ALICE.0, BOB.1),
        ("nobody", ALICE.1),
        ("", ""),
    ] {
        page = rp.submit(&page, &[("username", username), ("password", password)]);
        assert_eq!(page.status(), 200);
        assert!(text(&page).contains("role=\"alert\""));
    }
    let response = rp.answer_pages(page, ALICE);
    assert!(!Callback::of(&response).get("code").is_empty());
}

#[test]
fn forms_need_their_token_and_their_browser() {
    let rp = Rp::new("");
    let page = rp.authorize(&REQUEST);
    let credentials = [("username", ALICE.0), ("password", ALICE.1)];
    let forged = rp.browse(
        Method::POST,
        &format!("{}/login", rp.issuer()),
        &credentials,
    );
    assert_eq!(forged.status(), 400);
    rp.forget_cookies();
    assert_eq!(rp.submit(&page, &credentials).status(), 400);
    // A page is answered once.
    let page = rp.authorize(&REQUEST);
    assert_eq!(rp.submit(&page, &credentials).status(), 200);
    assert_eq!(rp.submit(&page, &credentials).status(), 400);
    // And not for ever.
    let page = rp.authorize(&REQUEST);
    rp.pass(600);
    assert_eq!(rp.submit(&page, &credentials).status(), 400);
}

#[test]
fn a_session_is_of_one_issuer() {
    let rp = Rp::new("");
    rp.log_in(CLIENT, &[]);
    let mut other = rp;
    other.path = "/i/other".to_owned();
    let silent = [REQUEST.as_slice(), &[("prompt", "none")]].concat();
    assert_eq!(
        Callback::of(&other.authorize(&silent)).get("error"),
        "login_required"
    );
    other.log_in(CLIENT, &[]);
    assert!(
        !Callback::of(&other.authorize(&silent))
            .get("code")
            .is_empty()
    );
}

#[test]
fn a_session_ends() {
    let rp = Rp::new("");
    rp.log_in(CLIENT, &[]);
    rp.pass(8 * 3_600);
    let silent = [REQUEST.as_slice(), &[("prompt", "none")]].concat();
    assert_eq!(
        Callback::of(&rp.authorize(&silent)).get("error"),
        "login_required"
    );
}
