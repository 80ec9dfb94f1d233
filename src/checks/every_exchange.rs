//! Rules on every exchange of a run: what any answer of a kind has to keep to, judged last over all that was
//! recorded. A rule tells which exchanges offend.

mod everywhere;
mod message;
mod redirect;
mod token_endpoint;

use std::sync::Arc;

use super::Rule;
use super::authorization_response::AuthorizationResponse;
use crate::finding::Finding;
use crate::run::Exchange;

/// So many different ways to offend are told.
const TOLD: usize = 3;
/// So many offenders are named for each.
const NAMED: usize = 5;

/// All that a run did.
#[derive(Debug, Clone, Default)]
pub struct EveryExchange {
    /// The exchanges, redacted, in the order in which they were answered.
    pub exchanges: Vec<Arc<Exchange>>,
    /// The authorization requests, each with what came of it.
    pub responses: Vec<AuthorizationResponse>,
    /// The issuer of the provider file.
    pub issuer: String,
    /// The `token_endpoint` of the metadata.
    pub token_endpoint: Option<String>,
    /// The `userinfo_endpoint` of the metadata.
    pub userinfo_endpoint: Option<String>,
}

/// What a rule finds in all exchanges, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it finds.
    pub finding: Finding,
    /// The exchanges that offend, or one of those that do not.
    pub exchanges: Vec<u32>,
}

/// The rules.
pub const RULES: &[Rule<EveryExchange, Verdict>] = &[
    rule("OAUTHMRT-7-1", redirect::no_token_in_a_query),
    rule("OIDCC-3.1.2.6-2", redirect::no_other_parameters),
    rule("OIDCC-3.1.3.3-3", token_endpoint::success_is_not_stored),
    rule("OIDCC-3.1.3.4-1", token_endpoint::error_is_400_or_401),
    rule("OIDCC-13.3-1", everywhere::no_member_without_value),
    rule("OIDCC-16.17-1", everywhere::exchange_is_by_tls),
    rule("OIDCC-16.22-1", redirect::redirect_is_no_307),
    rule("PRACTICE-robustness-1", everywhere::server_does_not_fail),
    rule("RFC6749-4.1.2.1-5", redirect::state_comes_back),
    rule("RFC6749-4.1.2.1-8", redirect::characters_are_allowed),
    rule("RFC6749-4.1.2.1-9", redirect::code_is_registered),
    rule("RFC6749-5.1-3", token_endpoint::success_has_pragma),
    rule("RFC6749-5.1-6", token_endpoint::success_is_200_json),
    rule(
        "RFC6749-5.2-5",
        token_endpoint::error_has_allowed_characters,
    ),
    rule("RFC6749-5.2-6", token_endpoint::error_is_json),
    rule("RFC6749-5.2-16", token_endpoint::error_is_registered),
    rule("RFC9207-2-1", redirect::iss_is_there),
    rule("RFC9207-2-2", redirect::iss_is_there_beside_errors),
    rule("RFC9207-2-3", redirect::iss_is_an_issuer),
    rule("RFC9207-2-4", redirect::iss_is_there_once),
    rule("RFC9207-2.3-1", redirect::iss_is_announced),
    rule("RFC9700-4.12-1", redirect::password_is_not_answered_by_307),
    rule("RFC9700-4.12-2", redirect::password_is_answered_by_303),
];

const fn rule(
    id: &'static str,
    check: fn(&EveryExchange) -> Verdict,
) -> Rule<EveryExchange, Verdict> {
    Rule { id, check }
}

impl Verdict {
    /// Takes together what was found in each exchange that the rule is about; what does not apply does not
    /// count.
    fn of(found: impl IntoIterator<Item = (u32, Finding)>) -> Self {
        let mut judged = 0;
        let mut fine = None;
        let mut doubtful: Option<(u32, Finding)> = None;
        let mut expected: Vec<String> = Vec::new();
        let mut offences: Vec<(String, Vec<u32>)> = Vec::new();
        for (exchange, finding) in found {
            match finding {
                Finding::NotApplicable { .. } => continue,
                Finding::Met | Finding::MetWith { .. } => fine = fine.or(Some(exchange)),
                Finding::NeedsReview { .. } => {
                    doubtful.get_or_insert((exchange, finding));
                }
                Finding::Violated {
                    expected: right,
                    actual,
                } => {
                    if expected.is_empty() {
                        expected = right;
                    }
                    match offences.iter_mut().find(|(what, _)| *what == actual) {
                        Some((_, exchanges)) => exchanges.push(exchange),
                        None => offences.push((actual, vec![exchange])),
                    }
                }
            }
            judged += 1;
        }
        if !offences.is_empty() {
            return Self::violated(expected, judged, &offences);
        }
        let (finding, exchange) = match (doubtful, fine) {
            (Some((exchange, finding)), _) => (finding, Some(exchange)),
            (None, Some(exchange)) => (Finding::Met, Some(exchange)),
            (None, None) => (
                Finding::not_applicable("no exchange of the run is of this kind"),
                None,
            ),
        };
        Self {
            finding,
            exchanges: exchange.into_iter().collect(),
        }
    }

    fn violated(expected: Vec<String>, judged: usize, offences: &[(String, Vec<u32>)]) -> Self {
        let count: usize = offences.iter().map(|(_, exchanges)| exchanges.len()).sum();
        let told: Vec<String> = offences
            .iter()
            .take(TOLD)
            .map(|(what, exchanges)| {
                let named: Vec<String> = exchanges.iter().take(NAMED).map(u32::to_string).collect();
                let more = if exchanges.len() > NAMED { ", …" } else { "" };
                format!("{what} (exchange {}{more})", named.join(", "))
            })
            .collect();
        let mut exchanges = Vec::new();
        for (_, offenders) in offences.iter().take(TOLD) {
            exchanges.extend(offenders.iter().take(NAMED));
        }
        Self {
            finding: Finding::violated_any(
                expected,
                format!("{count} of {judged}: {}", told.join("; ")),
            ),
            exchanges,
        }
    }
}

#[cfg(test)]
mod tests;
