//! Checks on the ID Tokens of two authorization requests of one user, one after the other.

use serde_json::{Map, Value};

use super::Rule;
use crate::finding::Finding;
use crate::jwt::id_token::{IdTokenPair, pair};

/// The rules on the ID Token of a second request beside that of the first one.
pub const RULES: &[Rule<IdTokenPair>] = &[
    rule("OIDCC-3.1.2.1-3", pair::authenticated_again),
    rule("OIDCC-3.1.2.1-16", is_same_login),
    rule("OIDCC-3.1.2.1-18", is_same_login),
    rule("OIDCC-3.1.2.3-2", authenticated_again_if_told),
];

const fn rule(id: &'static str, check: fn(&IdTokenPair) -> Finding) -> Rule<IdTokenPair> {
    Rule { id, check }
}

fn on_both(
    pair: &IdTokenPair,
    judge: impl FnOnce(&Map<String, Value>, &Map<String, Value>) -> Finding,
) -> Finding {
    pair.first
        .on_claims(|first| pair.second.on_claims(|second| judge(first, second)))
}

/// The same user, and `auth_time`, where both have it, unchanged: nobody had to log in.
fn is_same_login(pair: &IdTokenPair) -> Finding {
    on_both(pair, |first, second| {
        if first.get("sub").is_none() || first.get("sub") != second.get("sub") {
            return Finding::violated("the sub of the first ID Token", "another sub");
        }
        match (first.get("auth_time"), second.get("auth_time")) {
            (Some(before), Some(after)) => Finding::met_if(
                before == after,
                format!("auth_time {before}, as before"),
                || format!("auth_time {after}"),
            ),
            _ => Finding::Met,
        }
    })
}

/// A later `auth_time`, where both ID Tokens have one.
fn authenticated_again_if_told(pair: &IdTokenPair) -> Finding {
    on_both(pair, |first, second| {
        let time = |claims: &Map<String, Value>| claims.get("auth_time").and_then(Value::as_f64);
        match (time(first), time(second)) {
            (Some(before), Some(after)) => Finding::met_if(
                after > before,
                format!("auth_time later than {before}"),
                || format!("auth_time {after}"),
            ),
            _ => Finding::not_applicable("auth_time was not asked for and is not there"),
        }
    })
}
