//! Runs the chosen scenarios: side by side, but not blindly.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::future::LocalBoxFuture;
use futures::stream::FuturesUnordered;
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

/// What the runner is made of.
pub(super) struct Runner {
    pub(super) rp: Arc<RelyingParty>,
    pub(super) judgement: Arc<Judgement>,
    pub(super) jobs: usize,
    pub(super) slow: bool,
    pub(super) stop: Stop,
    pub(super) observer: Box<dyn Observer>,
}

impl Runner {
    /// Runs them all; gives the results in the order of the features, and whether it was stopped before the
    /// end.
    pub(super) async fn run(mut self, chosen: &[Chosen]) -> (Vec<ScenarioResult>, bool) {
        let mut results = BTreeMap::new();
        let mut stopped = false;
        for (phase, jobs) in [
            (Phase::Together, self.jobs),
            (Phase::Alone, 1),
            (Phase::Last, 1),
        ] {
            let indexes = (0..chosen.len()).filter(|i| Phase::of(&chosen[*i].scenario) == phase);
            if !stopped {
                stopped = self.phase(chosen, indexes, jobs, &mut results).await;
            }
        }
        (results.into_values().collect(), stopped)
    }

    async fn phase(
        &mut self,
        chosen: &[Chosen],
        indexes: impl Iterator<Item = usize>,
        jobs: usize,
        results: &mut BTreeMap<usize, ScenarioResult>,
    ) -> bool {
        let setting = Setting {
            rp: Arc::clone(&self.rp),
            judgement: Arc::clone(&self.judgement),
            permits: Arc::new(Semaphore::new(jobs)),
            attempt: 1,
        };
        let mut running: FuturesUnordered<LocalBoxFuture<'_, (usize, ScenarioResult)>> =
            FuturesUnordered::new();
        for index in indexes {
            let Chosen { scenario, selected } = &chosen[index];
            let waits = scenario.is_slow() && !(scenario.is_isolated() && self.rp.has_control());
            if waits && !self.slow {
                let reason = Some("waits for a long time: run with --slow".to_owned());
                let skipped = result(
                    scenario,
                    selected,
                    std::time::Instant::now(),
                    Outcome::Skip,
                    reason,
                );
                self.observer.finished(&skipped);
                results.insert(index, skipped);
                continue;
            }
            let setting = &setting;
            running.push(Box::pin(async move {
                (index, setting.run(scenario, selected.clone()).await)
            }));
        }
        let mut suspects = Vec::new();
        loop {
            let next = tokio::select! {
                next = running.next() => next,
                () = self.stop.requested() => return true,
            };
            let Some((index, outcome)) = next else { break };
            if jobs > 1 && outcome.outcome == Outcome::Fail {
                suspects.push((index, outcome));
            } else {
                self.observer.finished(&outcome);
                results.insert(index, outcome);
            }
        }
        drop(running);
        for (index, first) in suspects {
            if self.stop.is_requested() {
                return true;
            }
            let confirmed = self.confirm(&chosen[index], first).await;
            self.observer.finished(&confirmed);
            results.insert(index, confirmed);
        }
        false
    }

    /// Runs a failed scenario once more, alone and with sessions and specimens of its own. What does not
    /// fail again needs a person.
    async fn confirm(&self, chosen: &Chosen, first: ScenarioResult) -> ScenarioResult {
        let alone = Setting {
            rp: Arc::new(self.rp.afresh()),
            judgement: Arc::clone(&self.judgement),
            permits: Arc::new(Semaphore::new(1)),
            attempt: 2,
        };
        let mut second = alone.run(&chosen.scenario, chosen.selected.clone()).await;
        let failed_again = |check: &Check| {
            second
                .checks
                .iter()
                .any(|c| c.requirement == check.requirement && c.outcome == Outcome::Fail)
        };
        let vanished: Vec<Check> = first
            .checks
            .iter()
            .filter(|check| check.outcome == Outcome::Fail && !failed_again(check))
            .cloned()
            .collect();
        for mut check in vanished {
            check.outcome = Outcome::Review;
            check.note = Some(
                "failed while other scenarios ran, and did not when it was run again alone: see both exchanges"
                    .to_owned(),
            );
            let again = second
                .checks
                .iter()
                .position(|c| c.requirement == check.requirement);
            match again {
                Some(at) => {
                    check
                        .evidence
                        .extend(second.checks[at].evidence.iter().cloned());
                    second.checks[at] = check;
                }
                None => second.checks.push(check),
            }
        }
        for id in first.exchanges {
            if !second.exchanges.contains(&id) {
                second.exchanges.push(id);
            }
        }
        second.duration_ms += first.duration_ms;
        second.outcome = super::tally::outcome(&second.checks, second.outcome);
        second
    }
}
