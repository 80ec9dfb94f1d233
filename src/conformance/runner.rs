//! Runs the chosen scenarios: side by side, but not blindly.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::future::LocalBoxFuture;
use tokio::sync::Semaphore;

use super::options::{Observer, Stop};
use super::parser::Planned;
use super::scenario::{Setting, result};
use crate::finding::Outcome;
use crate::flow::RelyingParty;
use crate::run::{Check, ScenarioResult};
use crate::steps::{Judgement, Selected};

/// A scenario and which of its checks are judged.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) scenario: Planned,
    pub(super) selected: Selected,
    /// How they are judged.
    pub(super) judgement: Arc<Judgement>,
}

/// When a scenario runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Side by side with others.
    Together,
    /// With nothing beside it.
    Alone,
    /// After all others: it judges what they did.
    Last,
}

impl Phase {
    fn of(scenario: &Planned) -> Self {
        if scenario.is_last() {
            Self::Last
        } else if scenario.is_alone() {
            Self::Alone
        } else {
            Self::Together
        }
    }
}

/// What came of the scenarios that have ended, by their place in the order of the features.
pub(super) type Results = BTreeMap<usize, ScenarioResult>;

/// What the runner is made of.
pub(super) struct Runner<'a> {
    pub(super) rp: Arc<RelyingParty>,
    pub(super) jobs: usize,
    pub(super) slow: bool,
    pub(super) stop: Stop,
    pub(super) observer: &'a mut dyn Observer,
}

impl Runner<'_> {
    /// Runs them all, unless it is stopped before the end. The results are kept where whoever asked has them
    /// even if the run breaks off.
    pub(super) async fn run(mut self, chosen: &[Chosen], results: &mut Results) {
        let mut stopped = false;
        for (phase, jobs) in [
            (Phase::Together, self.jobs),
            (Phase::Alone, 1),
            (Phase::Last, 1),
        ] {
            let indexes = (0..chosen.len()).filter(|i| Phase::of(&chosen[*i].scenario) == phase);
            stopped |= self.stop.is_requested();
            if !stopped {
                stopped = self.phase(phase, chosen, indexes, jobs, results).await;
            }
        }
    }

    async fn phase(
        &mut self,
        phase: Phase,
        chosen: &[Chosen],
        indexes: impl Iterator<Item = usize>,
        jobs: usize,
        results: &mut Results,
    ) -> bool {
        let setting = Setting {
            rp: Arc::clone(&self.rp),
            permits: Arc::new(Semaphore::new(jobs)),
            attempt: 1,
        };
        let mut waiting: Vec<LocalBoxFuture<'_, (usize, ScenarioResult)>> = Vec::new();
        for index in indexes {
            let chosen = &chosen[index];
            let Chosen {
                scenario, selected, ..
            } = chosen;
            let waits = scenario.is_slow() && !(scenario.is_isolated() && self.rp.has_control());
            if waits && !self.slow {
                let reason = Some("waits for a long time: run with --slow".to_owned());
                let now = std::time::Instant::now();
                let skipped = result(scenario, selected, now, Outcome::Skip, reason);
                self.keep(results, index, skipped);
                continue;
            }
            let setting = &setting;
            waiting.push(Box::pin(async move { (index, setting.run(chosen).await) }));
        }
        // Side by side all are begun, because the permits decide who goes on and who waits; a scenario that
        // wants nothing beside it must not begin while another one waits either.
        let begun = if phase == Phase::Together {
            waiting.len().max(1)
        } else {
            1
        };
        let mut running = futures::stream::iter(waiting).buffer_unordered(begun);
        let mut suspects = Vec::new();
        let mut stopped = false;
        loop {
            let next = tokio::select! {
                next = running.next() => next,
                () = self.stop.requested() => {
                    stopped = true;
                    break;
                }
            };
            let Some((index, outcome)) = next else { break };
            if jobs > 1 && outcome.outcome == Outcome::Fail {
                // Whatever ends the run before it was looked at again: so far it stands.
                let unconfirmed = unconfirmed(outcome.clone(), "the run ended before");
                self.observer.suspected(&unconfirmed);
                results.insert(index, unconfirmed);
                suspects.push((index, outcome));
            } else {
                self.keep(results, index, outcome);
            }
        }
        drop(running);
        for (index, first) in suspects {
            let second = tokio::select! {
                second = self.again(&chosen[index]) => Some(second),
                () = self.stop.requested() => None,
            };
            let finished = match second {
                Some(second) => confirmed(first, second),
                None => {
                    stopped = true;
                    unconfirmed(first, "the run was stopped before")
                }
            };
            self.keep(results, index, finished);
        }
        stopped
    }

    fn keep(&mut self, results: &mut Results, index: usize, finished: ScenarioResult) {
        results.insert(index, finished);
        self.observer.finished(&results[&index]);
    }

    /// Runs a scenario once more, alone and with sessions and specimens of its own.
    async fn again(&self, chosen: &Chosen) -> ScenarioResult {
        let alone = Setting {
            rp: Arc::new(self.rp.afresh()),
            permits: Arc::new(Semaphore::new(1)),
            attempt: 2,
        };
        alone.run(chosen).await
    }
}

/// What two attempts at a scenario come to: the first failed while others ran, the second ran alone. A
/// deviation that did not recur needs a person; one that the second attempt could not judge stands.
fn confirmed(first: ScenarioResult, mut second: ScenarioResult) -> ScenarioResult {
    let deviates = |check: &Check| matches!(check.outcome, Outcome::Fail | Outcome::Warn);
    for mut check in first.checks {
        if !deviates(&check) {
            continue;
        }
        let same = |other: &Check| other.requirement == check.requirement;
        let mut others = second.checks.iter().filter(|other| same(other));
        if others.clone().any(deviates) {
            continue;
        }
        let judged = others.find(|other| other.outcome != Outcome::Error);
        if let Some(judged) = judged {
            check.outcome = Outcome::Review;
            check.note = Some(
                "not so when the scenario was run again alone: see the exchanges of both attempts"
                    .to_owned(),
            );
            check.evidence.extend(judged.evidence.iter().cloned());
        } else {
            let why = second.reason.as_deref().unwrap_or("it judged nothing");
            check.note = Some(not_confirmed(why));
        }
        match second.checks.iter().position(same) {
            Some(at) => second.checks[at] = check,
            None => second.checks.push(check),
        }
    }
    let mut exchanges = first.exchanges;
    exchanges.retain(|id| !second.exchanges.contains(id));
    second.exchanges.extend(exchanges);
    second.duration_ms += first.duration_ms;
    let outcomes = second.checks.iter().map(|check| check.outcome);
    // A second attempt that was stopped keeps the outcome that says so; its own failures stand in its checks.
    let own = (second.outcome == Outcome::Error).then_some(Outcome::Error);
    second.outcome = Outcome::worst(outcomes.chain(own)).unwrap_or(second.outcome);
    second
}

/// A failure that could not be looked at again.
fn unconfirmed(mut first: ScenarioResult, why: &str) -> ScenarioResult {
    for check in &mut first.checks {
        if check.outcome == Outcome::Fail {
            check.note = Some(not_confirmed(why));
        }
    }
    first
}

fn not_confirmed(why: &str) -> String {
    format!("seen while other scenarios ran, and not judged again alone: {why}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::requirement::Level;

    fn attempt(checks: &[(&str, Outcome)], reason: Option<&str>) -> ScenarioResult {
        let checks: Vec<Check> = checks
            .iter()
            .map(|(id, outcome)| Check {
                requirement: (*id).to_owned(),
                level: Level::Must,
                summary: String::new(),
                url: String::new(),
                of: String::new(),
                outcome: *outcome,
                expected: Vec::new(),
                actual: String::new(),
                note: None,
                known: None,
                evidence: Vec::new(),
            })
            .collect();
        let judged = checks.iter().map(|check| check.outcome);
        let stopped = reason.map(|_| Outcome::Error);
        ScenarioResult {
            id: String::new(),
            feature: String::new(),
            file: String::new(),
            line: 1,
            name: String::new(),
            tags: Vec::new(),
            variant: BTreeMap::new(),
            outcome: Outcome::worst(judged.chain(stopped)).unwrap_or(Outcome::Pass),
            duration_ms: 1,
            reason: reason.map(str::to_owned),
            checks,
            exchanges: Vec::new(),
        }
    }

    #[test]
    fn only_what_was_judged_again_and_did_not_recur_needs_a_person() {
        use Outcome::*;
        let late = Some("the run's deadline has passed");
        for (first, second, reason, expected) in [
            (&[("A", Fail)][..], &[("A", Fail)][..], None, Fail),
            (&[("A", Fail)], &[("A", Pass)], None, Review),
            (&[("A", Fail)], &[("A", Skip)], None, Review),
            // The second attempt could not judge it: the failure stands.
            (&[("A", Fail)], &[], late, Fail),
            (&[("A", Fail)], &[("A", Error)], late, Fail),
            (&[("A", Fail), ("B", Fail)], &[("A", Pass)], late, Fail),
            (
                &[("A", Fail), ("B", Warn)],
                &[("A", Fail), ("B", Pass)],
                None,
                Fail,
            ),
            (&[("A", Fail)], &[("A", Pass), ("C", Fail)], None, Fail),
            (&[("A", Fail)], &[("A", Pass)], late, Error),
        ] {
            let result = confirmed(attempt(first, None), attempt(second, reason));
            assert_eq!(result.outcome, expected, "{first:?} {second:?} {reason:?}");
        }
    }

    #[test]
    fn a_warning_that_did_not_recur_is_not_lost() {
        let first = attempt(&[("A", Outcome::Fail), ("B", Outcome::Warn)], None);
        let second = attempt(&[("A", Outcome::Fail), ("B", Outcome::Pass)], None);
        let result = confirmed(first, second);
        let outcomes: Vec<Outcome> = result.checks.iter().map(|check| check.outcome).collect();
        assert_eq!(outcomes, [Outcome::Fail, Outcome::Review]);
    }
}
