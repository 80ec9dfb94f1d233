//! What a validator of JWTs must not fall for: every row of `traps.tsv` as real tokens, run through the public
//! validator, and where they are ID Tokens through the collecting rules too.
//!
//! A row is held to three things. Its cases come out as they should: accepted, accepted with a certain warning, or
//! refused for a certain rule, never for another one. The same set-up accepts a token without the trap. And the
//! outcomes of its cases are those of the row's verdict, no more and no fewer.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tokens and keys in the making: a test fails by panicking"
)]

mod case;
mod fetch;
mod keys;
mod rows {
    pub(crate) mod alg;
    pub(crate) mod fmt;
    pub(crate) mod hdr;
    pub(crate) mod identity;
    pub(crate) mod key;
    pub(crate) mod kind;
    pub(crate) mod request;
    pub(crate) mod sig;
    pub(crate) mod time;
}

use std::collections::BTreeSet;

use case::{Case, Want};
use oidcheck::jwt::validator::Warning;

const TABLE: &str = include_str!("traps.tsv");

/// A row of the table.
struct Row<'a> {
    id: &'a str,
    trap: &'a str,
    /// `accept`, `warn`, `reject`: what its cases come out as, controls left out.
    verdict: BTreeSet<&'a str>,
}

fn table() -> Vec<Row<'static>> {
    let mut lines = TABLE.lines();
    assert_eq!(lines.next(), Some("id\ttrap\tverdict\tsource\tnote"));
    lines
        .map(|line| {
            let fields: Vec<_> = line.split('\t').collect();
            let [id, trap, verdict, source, _note] = fields[..] else {
                panic!("five fields: {line}");
            };
            assert!(!trap.is_empty() && !source.is_empty(), "{id}");
            Row {
                id,
                trap,
                verdict: verdict.split(", ").collect(),
            }
        })
        .collect()
}

fn cases(id: &str) -> Vec<Case> {
    let (group, row) = id.split_once('-').unwrap();
    let row = row.parse().unwrap();
    match group {
        "alg" => rows::alg::cases(row),
        "sig" => rows::sig::cases(row),
        "key" => rows::key::cases(row),
        "hdr" => rows::hdr::cases(row),
        "fmt" => rows::fmt::cases(row),
        "iss" => rows::identity::iss(row),
        "aud" => rows::identity::aud(row),
        "sub" => rows::identity::sub(row),
        "time" => rows::time::cases(row),
        "nonce" => rows::request::nonce(row),
        "hash" => rows::request::hash(row),
        "acr" => rows::request::acr(row),
        "type" => rows::kind::kind(row),
        "claims" => rows::kind::claims(row),
        "flow" => rows::kind::flow(row),
        "ctrl" => rows::kind::ctrl(row),
        _ => panic!("no such group: {group}"),
    }
}

/// What is wrong with a case.
fn judge(case: &Case) -> Vec<String> {
    let mut wrong = Vec::new();
    match (&case.outcome, case.want) {
        (Ok(warnings), Want::Accept) if warnings.is_empty() => {}
        (Ok(warnings), Want::Warn(wanted)) if warnings.iter().eq([wanted]) => {}
        (Err(error), Want::Reject(rule)) if error.rule() == rule => {}
        (Ok(warnings), want) => wrong.push(format!(
            "wanted {want:?}, got accepted with {:?}",
            warnings.iter().collect::<Vec<_>>()
        )),
        (Err(error), want) => wrong.push(format!("wanted {want:?}, got {error}")),
    }
    if let Some(Err(error)) = &case.control {
        wrong.push(format!("the control is refused: {error}"));
    }
    if let Some(violated) = &case.violated {
        let differ = match case.want {
            Want::Reject(_) => violated.is_empty(),
            Want::Accept => violated.iter().any(|id| !LEFT_TO_THE_RP.contains(id)),
            Want::Warn(Warning::ClaimType) => !violated.contains(&"OIDCC-5.1-1"),
            // Another warning is what the report may say more loudly.
            Want::Warn(_) => false,
        };
        match case.collecting_differ {
            _ if differ && matches!(case.want, Want::Warn(_)) => {
                wrong.push(format!("the collecting rules say {violated:?}"));
            }
            None if differ => wrong.push(format!("the collecting rules say {violated:?}")),
            Some(why) if !differ && matches!(case.want, Want::Reject(_) | Want::Accept) => {
                wrong.push(format!("the collecting rules agree, although {why:?}"));
            }
            _ => {}
        }
    }
    wrong
}

/// Requirements on a provider that leave an RP free to accept the token.
const LEFT_TO_THE_RP: [&str; 2] = [
    // No key in the header: it is not looked at.
    "OIDCC-2-3",
    // `typ` in upper case, or none.
    "RFC7519-5.1-1",
];

fn verdict(cases: &[Case]) -> BTreeSet<&'static str> {
    cases
        .iter()
        .filter(|case| !case.label.starts_with("control"))
        .map(|case| match case.want {
            Want::Accept => "accept",
            Want::Warn(_) => "warn",
            Want::Reject(_) => "reject",
        })
        .collect()
}

/// Runs the rows of some groups, so that the groups run side by side.
fn check(groups: &[&str]) {
    let mut wrong = Vec::new();
    let rows = table();
    let rows = rows.iter().filter(|row| {
        groups
            .iter()
            .any(|group| row.id.split('-').next() == Some(group))
    });
    for row in rows {
        let cases = cases(row.id);
        if cases.is_empty() {
            wrong.push(format!("{}: no case", row.id));
        }
        let controlled = cases.iter().any(|case| {
            matches!(case.control, Some(Ok(_))) || matches!(case.want, Want::Accept | Want::Warn(_))
        });
        let set_up_is_the_trap = ALWAYS_REFUSED.contains(&row.id);
        if controlled == set_up_is_the_trap {
            wrong.push(format!("{}: controlled: {controlled}", row.id));
        }
        let found = verdict(&cases);
        if found != row.verdict {
            wrong.push(format!(
                "{} ({}): the table says {:?}, the cases {found:?}",
                row.id, row.trap, row.verdict
            ));
        }
        for case in &cases {
            for problem in judge(case) {
                wrong.push(format!(
                    "{} ({}), {}: {problem}",
                    row.id, row.trap, case.label
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Rows whose set-up accepts no token at all, because that is the trap. (The control of `flow-04` is that the keys
/// are fetched from the same server once it is trusted; they are not those of the token.)
const ALWAYS_REFUSED: [&str; 5] = ["key-22", "key-23", "sig-22", "hdr-22", "flow-04"];

#[test]
fn the_table_has_every_row_once() {
    let rows = table();
    assert_eq!(rows.len(), 237);
    let ids: BTreeSet<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 237);
    let tested: BTreeSet<_> = ids.iter().map(|id| id.split('-').next().unwrap()).collect();
    let groups: BTreeSet<_> = GROUPS
        .iter()
        .flat_map(|groups| groups.iter().copied())
        .collect();
    assert_eq!(tested, groups);
}

const GROUPS: [&[&str]; 7] = [
    &["alg"],
    &["sig"],
    &["key"],
    &["hdr", "fmt"],
    &["iss", "aud", "sub"],
    &["time"],
    &["nonce", "hash", "acr", "type", "claims", "flow", "ctrl"],
];

#[test]
fn algorithms() {
    check(GROUPS[0]);
}

#[test]
fn signatures() {
    check(GROUPS[1]);
}

#[test]
fn published_keys() {
    check(GROUPS[2]);
}

#[test]
fn headers_and_formats() {
    check(GROUPS[3]);
}

#[test]
fn issuers_audiences_and_subjects() {
    check(GROUPS[4]);
}

#[test]
fn times() {
    check(GROUPS[5]);
}

#[test]
fn requests_kinds_and_the_rest() {
    check(GROUPS[6]);
}
