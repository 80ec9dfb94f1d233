//! Traps in times.

use std::time::Duration;

use oidcheck::jwt::validator::{Expected, Rule, Validator, Warning};
use serde_json::{Value, json};

use crate::case::*;

const POLICY: &str = "how old a token may be, and how long it may live, is the RP's policy";
const A_DAY: i64 = 24 * 3600;

pub(crate) fn cases(row: u32) -> Vec<Case> {
    let t = for_id();
    let exp = |exp: i64| id().c("exp", exp);
    let exp_json = |json: &str| id().c_json("exp", json);
    match row {
        1 => vec![t.rejects(Rule::Expiration, "missing", id().without("exp"))],
        2 => vec![
            t.rejects(
                Rule::Expiration,
                "a day",
                exp(NOW - A_DAY).c("iat", NOW - 2 * A_DAY),
            ),
            t.rejects(
                Rule::Expiration,
                "a year",
                exp(NOW - 365 * A_DAY).c("iat", NOW - 366 * A_DAY),
            ),
        ],
        3 => vec![
            t.rejects(Rule::Expiration, "now", exp(NOW)),
            t.accepts("control: a second later", exp(NOW + 1)),
        ],
        4 => {
            let lenient = || for_id().told(|validator| validator.leeway(Duration::from_secs(30)));
            vec![
                lenient()
                    .collecting_differ("there is no leeway for a provider")
                    .accepts("within", exp(NOW - 29).c("iat", NOW - 100)),
                lenient().rejects(
                    Rule::Expiration,
                    "at the end",
                    exp(NOW - 30).c("iat", NOW - 100),
                ),
                lenient().rejects(
                    Rule::Expiration,
                    "beyond",
                    exp(NOW - 31).c("iat", NOW - 100),
                ),
                for_id()
                    .told(|validator| validator.leeway(Duration::from_secs(A_DAY.unsigned_abs())))
                    .rejects(
                        Rule::Expiration,
                        "never more than a few minutes",
                        exp(NOW - 301).c("iat", NOW - 400),
                    ),
            ]
        }
        5 => vec![
            t.rejects(
                Rule::Expiration,
                "digits",
                id().c("exp", (NOW + 300).to_string()),
            ),
            t.rejects(
                Rule::Expiration,
                "ISO",
                id().c("exp", "2033-05-18T03:33:20Z"),
            ),
        ],
        6 => [
            Value::Null,
            json!(true),
            json!([NOW + 300]),
            json!({"a": NOW + 300}),
        ]
        .map(|exp| t.rejects(Rule::Expiration, &exp.to_string(), id().c("exp", exp)))
        .into(),
        7 => vec![
            t.accepts("half a second", exp_json("1700000000.5")),
            t.accepts("later", exp_json("1700000300.25")),
        ],
        8 => vec![
            t.accepts("1.7000003e9", exp_json("1.7000003e9")),
            t.accepts("17000003E2", exp_json("17000003E2")),
            t.rejects(Rule::Expiration, "control: 1.7e9 is now", exp_json("1.7e9")),
        ],
        9 => ["-1700000300", "0", "-1"]
            .map(|text| t.rejects(Rule::Expiration, text, exp_json(text)))
            .into(),
        10 => ["1e400", "-1e400", "1e99999999999999999999"]
            .map(|text| t.rejects(Rule::Json, text, exp_json(text)))
            .into(),
        11 => [
            "9007199254740993",
            "9223372036854775808",
            "18446744073709551616",
            "253402300800",
            "1e300",
        ]
        .map(|text| t.warns(Warning::Lifetime, text, exp_json(text)))
        .into(),
        12 => ["-0", "-0.0", "1E-400", "0e5"]
            .map(|text| t.rejects(Rule::Expiration, text, exp_json(text)))
            .into(),
        13 => {
            let milliseconds = || exp_json(&format!("{}", (NOW + 300) * 1000));
            vec![
                t.warns(Warning::Lifetime, "no policy", milliseconds()),
                for_id()
                    .told(|validator| validator.max_lifetime(Duration::from_secs(3600)))
                    .rejects(Rule::Lifetime, "an hour at most", milliseconds()),
            ]
        }
        14 => vec![
            t.rejects(
                Rule::Expiration,
                "exp < iat",
                exp(NOW + 5).c("iat", NOW + 30),
            ),
            t.rejects(
                Rule::Expiration,
                "exp = iat",
                exp(NOW + 5).c("iat", NOW + 5),
            ),
        ],
        15 => vec![
            t.warns(Warning::Lifetime, "ten years", exp(NOW + 3652 * A_DAY)),
            for_id()
                .told(|validator| validator.max_lifetime(Duration::from_secs(3600)))
                .collecting_differ(POLICY)
                .rejects(Rule::Lifetime, "two hours of one", exp(NOW + 7200)),
        ],
        16 => vec![t.rejects(Rule::IssuedAt, "missing", id().without("iat"))],
        17 => vec![
            t.rejects(
                Rule::IssuedAt,
                "a day",
                id().c("iat", NOW + A_DAY).c("exp", NOW + 2 * A_DAY),
            ),
            t.rejects(
                Rule::IssuedAt,
                "a year",
                id().c("iat", NOW + 365 * A_DAY).c("exp", NOW + 366 * A_DAY),
            ),
        ],
        18 => vec![
            t.accepts("10 s", id().c("iat", NOW + 10)),
            t.accepts("60 s", id().c("iat", NOW + 60)),
        ],
        19 => vec![t.rejects(Rule::IssuedAt, "61 s", id().c("iat", NOW + 61))],
        20 => {
            let old = || id().c("iat", NOW - 30 * A_DAY);
            vec![
                for_id()
                    .told(|validator| validator.max_token_age(Duration::from_secs(600)))
                    .rejects(Rule::IssuedAt, "ten minutes at most", old()),
                for_id()
                    .collecting_differ(POLICY)
                    .accepts("no policy", old()),
            ]
        }
        21 => vec![
            t.rejects(Rule::IssuedAt, "string", id().c("iat", NOW.to_string())),
            t.rejects(Rule::IssuedAt, "bool", id().c("iat", true)),
            t.accepts("float", id().c_json("iat", "1699999995.25")),
        ],
        22 => vec![
            t.rejects(Rule::NotBefore, "61 s", id().c("nbf", NOW + 61)),
            t.rejects(Rule::NotBefore, "a day", id().c("nbf", NOW + A_DAY)),
        ],
        23 => vec![
            t.accepts("60 s", id().c("nbf", NOW + 60)),
            t.accepts("past", id().c("nbf", NOW - 60)),
        ],
        24 => [
            json!(NOW.to_string()),
            Value::Null,
            json!(false),
            json!([NOW]),
        ]
        .map(|nbf| t.rejects(Rule::NotBefore, &nbf.to_string(), id().c("nbf", nbf)))
        .into(),
        25 => vec![
            with_max_age(300).rejects(Rule::AuthTime, "max_age", id()),
            for_id()
                .demanding_auth_time()
                .control(authenticated(10))
                .rejects(Rule::AuthTime, "require_auth_time", id()),
        ],
        26 => vec![
            with_max_age(300)
                .collecting_differ("a provider is given a few minutes more")
                .rejects(Rule::AuthTime, "361 s", authenticated(361)),
            with_max_age(300).rejects(Rule::AuthTime, "an hour", authenticated(3600)),
            with_max_age(300).accepts("control: 360 s, with the skew", authenticated(360)),
        ],
        27 => vec![
            t.rejects(Rule::AuthTime, "future", authenticated(-61)),
            t.rejects(
                Rule::AuthTime,
                "string",
                id().c("auth_time", NOW.to_string()),
            ),
            t.rejects(Rule::AuthTime, "null", id().c("auth_time", Value::Null)),
        ],
        28 => vec![
            with_max_age(0)
                .collecting_differ("a provider is given a few minutes more")
                .rejects(Rule::AuthTime, "two minutes", authenticated(120)),
            with_max_age(0).rejects(Rule::AuthTime, "a day", authenticated(A_DAY)),
        ],
        _ => Vec::new(),
    }
}

fn authenticated(seconds_ago: i64) -> Token {
    id().c("auth_time", NOW - seconds_ago)
}

fn with_max_age(max_age: u64) -> Trial {
    for_id()
        .told(Validator::demand_auth_time)
        .control(authenticated(10))
        .expecting(Expected {
            max_age: Some(max_age),
            ..Expected::default()
        })
}
