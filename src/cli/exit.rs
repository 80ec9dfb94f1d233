//! Exit codes: a contract with the programs that call this one.

use crate::finding::Outcome;
use crate::load_run::LoadRun;
use crate::run::Run;

/// Nothing failed.
pub(super) const PASSED: u8 = 0;
/// A requirement failed.
pub(super) const FAILED: u8 = 1;
/// The configuration or the command line is wrong.
pub(super) const CONFIG: u8 = 2;
/// No requirement failed, and something could not be judged.
pub(super) const UNJUDGED: u8 = 3;
/// Nothing was left to judge, or all was skipped.
pub(super) const NOTHING: u8 = 4;

/// The exit code of a run.
pub(super) fn of(run: &Run, deny_stale: bool) -> u8 {
    let outcomes = || run.scenarios.iter().map(|s| s.outcome_without_known());
    if outcomes().any(|o| o == Outcome::Fail) || (deny_stale && !run.stale_known.is_empty()) {
        FAILED
    } else if run.interrupted || outcomes().any(|o| o == Outcome::Error) {
        UNJUDGED
    } else if run.scenarios.iter().all(|s| s.outcome == Outcome::Skip) {
        NOTHING
    } else {
        PASSED
    }
}

/// The exit code of a load run.
pub(super) fn of_load(run: &LoadRun) -> u8 {
    if run.is_wrong() || run.failed_thresholds().next().is_some() {
        FAILED
    } else if run.unproven().is_some() {
        UNJUDGED
    } else {
        PASSED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A run of scenarios with these outcomes; `fail*` has nothing but known deviations.
    fn run(outcomes: &[&str], more: &serde_json::Value) -> Run {
        let scenarios: Vec<_> = outcomes
            .iter()
            .map(|outcome| {
                let known = outcome.ends_with('*').then_some("decided");
                let outcome = outcome.trim_end_matches('*');
                json!({
                    "id": "f/s", "feature": "f", "file": "features/f.feature", "line": 1, "name": "s", "tags": [],
                    "outcome": outcome, "duration_ms": 1,
                    "checks": [{
                        "requirement": "OIDCC-2-6", "level": "MUST", "summary": "", "url": "", "of": "",
                        "outcome": outcome, "known": known
                    }]
                })
            })
            .collect();
        let totals = json!({"pass": 0, "fail": 0, "warn": 0, "skip": 0, "review": 0, "error": 0});
        let mut run = json!({
            "schema_version": 1, "tool": {"name": "oidcheck", "version": "0"}, "role": "op",
            "provider": {"name": "x", "issuer": "https://x"}, "started": "", "duration_ms": 1, "profile": "all",
            "totals": totals, "requirements": totals, "scenarios": scenarios, "exchanges": []
        });
        for (key, value) in more.as_object().unwrap() {
            run[key] = value.clone();
        }
        serde_json::from_value(run).unwrap()
    }

    #[test]
    fn the_exit_code_is_that_of_the_worst() {
        for (outcomes, expected) in [
            (&["pass", "skip"][..], PASSED),
            (&["warn", "review"], PASSED),
            (&["pass", "fail"], FAILED),
            (&["error", "fail"], FAILED),
            (&["error", "pass"], UNJUDGED),
            (&["pass", "fail*"], PASSED),
            (&["fail*"], PASSED),
            (&["error", "fail*"], UNJUDGED),
            (&["skip", "skip"], NOTHING),
            (&[], NOTHING),
        ] {
            assert_eq!(
                of(&run(outcomes, &json!({})), false),
                expected,
                "{outcomes:?}"
            );
        }
    }

    #[test]
    fn an_interrupted_run_is_not_judged() {
        let interrupted = || json!({"interrupted": true});
        assert_eq!(of(&run(&[], &interrupted()), false), UNJUDGED);
        assert_eq!(of(&run(&["pass"], &interrupted()), false), UNJUDGED);
        assert_eq!(of(&run(&["fail"], &interrupted()), false), FAILED);
    }

    #[test]
    fn stale_deviations_fail_on_request() {
        let stale = || json!({"stale_known": [{"requirement": "OIDCC-2-6", "reason": "x"}]});
        assert_eq!(of(&run(&["pass"], &stale()), false), PASSED);
        assert_eq!(of(&run(&["pass"], &stale()), true), FAILED);
    }
}
