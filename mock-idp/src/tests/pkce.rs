//! PKCE.

use crate::testing::{CALLBACK, CLIENT, Rp, error, merged};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What the token endpoint says to a verifier for a code of this challenge.
fn answer(rp: &Rp, challenge: &[(&str, &str)], verifier: &str) -> (u16, String) {
    let callback = rp.log_in(CLIENT, challenge);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", callback.get("code")),
        ("redirect_uri", CALLBACK),
    ];
    error(&rp.token(&merged(&form, &[("code_verifier", verifier)])))
}

#[test]
fn the_verifier_has_to_fit_the_challenge() {
    let rp = Rp::new("");
    let s256 = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let plain = [
        ("code_challenge", VERIFIER),
        ("code_challenge_method", "plain"),
    ];
    let default = [("code_challenge", VERIFIER)];
    let (other, long) = ("x".repeat(43), "y".repeat(128));
    type Case<'c> = (&'c [(&'c str, &'c str)], &'c str, bool);
    let cases: [Case<'_>; 14] = [
        (&s256, VERIFIER, true),
        (&s256, CHALLENGE, false),
        (&s256, &other, false),
        (&s256, "", false),
        (&s256, "short", false),
        (&s256, &VERIFIER[..42], false),
        (&plain, VERIFIER, true),
        (&plain, &other, false),
        (&plain, "", false),
        (&default, VERIFIER, true),
        (&default, &other, false),
        (&[("code_challenge", &long)], &long, true),
        (&[], "", true),
        (&[], VERIFIER, false),
    ];
    for (challenge, verifier, expected) in cases {
        let expected = if expected {
            (200, String::new())
        } else {
            (400, "invalid_grant".to_owned())
        };
        assert_eq!(
            answer(&rp, challenge, verifier),
            expected,
            "{challenge:?} {verifier}"
        );
    }
}

#[test]
fn a_challenge_that_cannot_be_is_refused() {
    let rp = Rp::new("");
    let padded = format!("{}=", &CHALLENGE[..42]);
    let standard = format!("{}+", &CHALLENGE[..42]);
    let long = "x".repeat(129);
    let cases: [&[(&str, &str)]; 9] = [
        &[
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S512"),
        ],
        &[
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "s256"),
        ],
        &[("code_challenge_method", "S256")],
        &[("code_challenge", "x"), ("code_challenge_method", "S256")],
        &[("code_challenge", "x")],
        &[
            ("code_challenge", &padded),
            ("code_challenge_method", "S256"),
        ],
        &[
            ("code_challenge", &standard),
            ("code_challenge_method", "S256"),
        ],
        &[("code_challenge", &long)],
        &[
            ("code_challenge", VERIFIER),
            ("code_challenge_method", "none"),
        ],
    ];
    for challenge in cases {
        assert_eq!(
            rp.log_in(CLIENT, challenge).get("error"),
            "invalid_request",
            "{challenge:?}"
        );
    }
}

#[test]
fn a_public_client_has_to_use_it() {
    let rp = Rp::new("");
    assert_eq!(
        rp.log_in("conformance-public", &[]).get("error"),
        "invalid_request"
    );
}

#[test]
fn a_wrong_verifier_does_not_use_the_code_up() {
    let rp = Rp::new("");
    let callback = rp.log_in(
        CLIENT,
        &[
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ],
    );
    let form = [
        ("grant_type", "authorization_code"),
        ("code", callback.get("code")),
        ("redirect_uri", CALLBACK),
    ];
    let with = |verifier: &str| error(&rp.token(&merged(&form, &[("code_verifier", verifier)])));
    assert_eq!(with(CHALLENGE), (400, "invalid_grant".to_owned()));
    assert_eq!(with(VERIFIER), (200, String::new()));
    assert_eq!(with(VERIFIER), (400, "invalid_grant".to_owned()));
}
