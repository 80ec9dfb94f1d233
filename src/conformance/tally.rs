//! What known deviations cover, and which of them are stale.

use std::collections::BTreeMap;

use crate::finding::Outcome;
use crate::provider::{ExpectedOutcome, Known};
use crate::requirement::Catalogue;
use crate::run::{Check, ScenarioResult, StaleKnown};

/// Marks the checks that a known deviation covers. The outcome stays.
pub(super) fn mark_known(
    checks: &mut [Check],
    variant: &BTreeMap<String, String>,
    known: &[Known],
    catalogue: &Catalogue,
) {
    for check in checks {
        let covers = known.iter().find(|k| {
            same(&k.requirement, &check.requirement, catalogue) && fits(k, check.outcome, variant)
        });
        check.known = covers.map(|k| k.reason.clone());
    }
}

fn fits(known: &Known, outcome: Outcome, variant: &BTreeMap<String, String>) -> bool {
    let expected = match known.expected {
        Some(ExpectedOutcome::Fail) => outcome == Outcome::Fail,
        Some(ExpectedOutcome::Warn) => outcome == Outcome::Warn,
        None => matches!(outcome, Outcome::Fail | Outcome::Warn),
    };
    expected
        && known
            .variant
            .as_ref()
            .is_none_or(|value| variant.values().any(|v| v == value))
}

fn same(declared: &str, id: &str, catalogue: &Catalogue) -> bool {
    declared == id || catalogue.get(declared).is_some_and(|row| row.id == id)
}

/// The known deviations that did not occur although their requirement was judged.
pub(super) fn stale(
    known: &[Known],
    scenarios: &[ScenarioResult],
    catalogue: &Catalogue,
) -> Vec<StaleKnown> {
    known
        .iter()
        .filter(|k| {
            let mut judged = false;
            let mut occurred = false;
            for scenario in scenarios {
                let in_variant = k
                    .variant
                    .as_ref()
                    .is_none_or(|value| scenario.variant.values().any(|v| v == value));
                for check in &scenario.checks {
                    if !in_variant || !same(&k.requirement, &check.requirement, catalogue) {
                        continue;
                    }
                    judged |=
                        matches!(check.outcome, Outcome::Pass | Outcome::Fail | Outcome::Warn);
                    occurred |= check.known.is_some();
                }
            }
            judged && !occurred
        })
        .map(|k| StaleKnown {
            requirement: k.requirement.clone(),
            reason: k.reason.clone(),
            variant: k.variant.clone(),
        })
        .collect()
}
