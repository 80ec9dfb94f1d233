//! Two tokens that belong together.

use super::*;

fn check(rules: &[Rule<IdTokenPair>], first: Spoil, second: Spoil, expected: &[&str]) {
    let make = |received_at, spoil: Spoil| {
        let mut case = Case::good();
        case.context.received_at = received_at;
        case.claims["iat"] = json!(received_at);
        spoil(&mut case);
        Arc::new(case.token())
    };
    let pair = IdTokenPair {
        first: make(NOW, first),
        second: make(NOW + 30, second),
    };
    let found: Vec<_> = rules
        .iter()
        .filter(|rule| matches!(rule.judge(&pair), Finding::Violated { .. }))
        .map(|rule| rule.id)
        .collect();
    assert_eq!(found, expected, "{:?}", pair.second);
}

#[test]
fn a_refreshed_token_continues_the_first() {
    let same: Spoil = |c| c.without("nonce");
    let none: Spoil = |_| {};
    let rows: &[(Spoil, Spoil, &[&str])] = &[
        (none, same, &[]),
        (
            none,
            |c| {
                same_but(c);
                c.claims["aud"] = json!(["rp"]);
            },
            &[],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.without("auth_time");
            },
            &[],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.claims["iss"] = json!("https://op.example/");
            },
            &["OIDCC-12.2-1"],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.without("iss");
            },
            &["OIDCC-12.2-1"],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.claims["sub"] = json!("other");
            },
            &["OIDCC-12.2-1"],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.claims["aud"] = json!(["rp", "other"]);
            },
            &["OIDCC-12.2-1"],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.claims["iat"] = json!(NOW);
            },
            &["OIDCC-12.2-3"],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.claims["iat"] = json!(NOW + 3600);
            },
            &["OIDCC-12.2-3"],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.without("iat");
            },
            &["OIDCC-12.2-3"],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.claims["auth_time"] = json!(NOW + 30);
            },
            &["OIDCC-12.2-4"],
        ),
        (
            |c| c.without("auth_time"),
            |c| {
                same_but(c);
                c.claims["auth_time"] = json!(NOW + 30);
            },
            &["OIDCC-12.2-4"],
        ),
        (|c| c.without("auth_time"), same, &[]),
        (none, |_| {}, &["OIDCC-12.2-5"]),
        (
            none,
            |c| c.claims["nonce"] = json!("other"),
            &["OIDCC-12.2-5", "OIDCC-12.2-6"],
        ),
        (
            |c| c.without("nonce"),
            |_| {},
            &["OIDCC-12.2-5", "OIDCC-12.2-6"],
        ),
        (
            none,
            |c| {
                same_but(c);
                c.without("azp");
            },
            &["OIDCC-12.2-7"],
        ),
        (|c| c.without("azp"), same, &["OIDCC-12.2-7"]),
        (
            none,
            |c| c.claims_text = Some("[]".to_owned()),
            &[
                "OIDCC-12.2-1",
                "OIDCC-12.2-3",
                "OIDCC-12.2-4",
                "OIDCC-12.2-5",
                "OIDCC-12.2-6",
                "OIDCC-12.2-7",
            ],
        ),
    ];
    for (first, second, expected) in rows {
        check(REFRESH_RULES, *first, *second, expected);
    }
}

fn same_but(case: &mut Case) {
    case.without("nonce");
}

#[test]
fn the_tokens_of_a_hybrid_flow_agree() {
    let rows: &[(Spoil, &[&str])] = &[
        (|_| {}, &[]),
        (|c| c.without("at_hash"), &[]),
        (
            |c| c.claims["name"] = json!("more at the token endpoint"),
            &[],
        ),
        (|c| c.claims["sub"] = json!("other"), &["OIDCC-3.3.3.6-1"]),
        (
            |c| c.claims["iss"] = json!("https://other.example"),
            &["OIDCC-3.3.3.6-1"],
        ),
        (|c| c.without("acr"), &["OIDCC-3.3.3.6-2"]),
        (
            |c| c.claims["email_verified"] = json!(false),
            &["OIDCC-3.3.3.6-2"],
        ),
    ];
    for (second, expected) in rows {
        check(HYBRID_RULES, |_| {}, *second, expected);
    }
}

#[test]
fn a_second_login_has_a_later_auth_time_and_no_login_has_the_same() {
    let rows: &[(Spoil, Spoil, &[&str])] = &[
        (
            |_| {},
            |c| c.claims["auth_time"] = json!(NOW + 29),
            &["OIDCC-3.1.2.1-16", "OIDCC-3.1.2.1-18"],
        ),
        (
            |c| c.without("auth_time"),
            |c| c.claims["auth_time"] = json!(NOW + 29),
            &[],
        ),
        (|_| {}, |_| {}, &["OIDCC-3.1.2.1-3", "OIDCC-3.1.2.3-2"]),
        (
            |_| {},
            |c| c.claims["sub"] = json!("other"),
            &[
                "OIDCC-3.1.2.1-3",
                "OIDCC-3.1.2.1-16",
                "OIDCC-3.1.2.1-18",
                "OIDCC-3.1.2.3-2",
            ],
        ),
        (|_| {}, |c| c.without("auth_time"), &["OIDCC-3.1.2.1-3"]),
    ];
    for (first, second, expected) in rows {
        check(
            crate::checks::second_login::RULES,
            *first,
            *second,
            expected,
        );
    }
}
