//! Runs one scenario from its first step to its outcome.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use tokio::sync::Semaphore;

use super::parser::Planned;
use super::runner::Chosen;
use super::tally;
use crate::finding::Outcome;
use crate::flow::{Halt, RelyingParty};
use crate::run::ScenarioResult;
use crate::steps::{LONGEST_WAIT, Selected, World};

/// A step that goes on longer than this is stuck; one that waits on purpose has its wait besides.
const LIMIT: Duration = Duration::from_secs(120);

/// What a scenario needs to run.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) rp: Arc<RelyingParty>,
    pub(super) permits: Arc<Semaphore>,
    /// Counted from 1: a scenario that is run again gets another issuer of its own.
    pub(super) attempt: u32,
}

impl Setting {
    /// Runs a scenario and judges it.
    pub(super) async fn run(&self, chosen: &Chosen) -> ScenarioResult {
        let Chosen {
            scenario,
            selected,
            judgement,
        } = chosen;
        let begun = Instant::now();
        if let Some(reason) = self.unmet(scenario) {
            return result(scenario, selected, begun, Outcome::Skip, Some(reason));
        }
        let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else {
            return result(
                scenario,
                selected,
                begun,
                Outcome::Error,
                Some("the run has ended".to_owned()),
            );
        };
        let begun = Instant::now();
        let isolated = self.isolates(scenario);
        let rp = match self.relying_party(scenario).await {
            Ok(rp) => rp,
            Err(halt) => return halted(scenario, selected, begun, &halt),
        };
        let mut world = World::begin(
            rp,
            Arc::clone(judgement),
            selected.clone(),
            scenario.variant.clone(),
            scenario.spends(),
            isolated,
            scenario.ids.clone(),
        );
        world.permit(Arc::clone(&self.permits), permit);
        let ended = walk(scenario, &mut world).await;
        let halt = world.halt().cloned();
        let (stopped, reason) = match (ended, halt) {
            (Err(defect), _) => (Some(Outcome::Error), Some(defect)),
            (Ok(()), Some(halt)) => (Some(outcome_of(&halt)), Some(halt.to_string())),
            (Ok(()), None) => {
                let defect = sleeping(&world.unjudged());
                (defect.is_some().then_some(Outcome::Error), defect)
            }
        };
        if let (Some(stopped), Some(reason)) = (stopped, &reason)
            && world.worst().is_some_and(|worst| worst != stopped)
        {
            // What was not reached must not count with what the rest of the scenario came to.
            world.leave_unjudged(stopped, reason);
        }
        let (mut checks, exchanges) = world.into_results();
        let judged = checks.iter().map(|check| check.outcome);
        // What stopped it weighs even where a check says it too; a skip gives way to whatever was judged.
        let outcome = Outcome::worst(judged.chain(stopped)).unwrap_or(Outcome::Error);
        let recorder = self.rp.recorder();
        let reason = reason.map(|text| recorder.scrub(&text));
        tally::mark_known(
            &mut checks,
            &scenario.variant,
            &self.rp.config().known,
            &judgement.catalogue,
        );
        ScenarioResult {
            checks,
            exchanges,
            ..result(scenario, selected, begun, outcome, reason)
        }
    }

    fn unmet(&self, scenario: &Planned) -> Option<String> {
        let capabilities = &self.rp.provider.capabilities;
        scenario
            .needs
            .iter()
            .find_map(|word| capabilities.lacks(word))
            .map(str::to_owned)
    }

    /// A scenario that moves time or keys has an issuer of its own, where the provider is our mock.
    fn isolates(&self, scenario: &Planned) -> bool {
        scenario.is_isolated() && self.rp.has_control()
    }

    async fn relying_party(&self, scenario: &Planned) -> Result<Arc<RelyingParty>, Halt> {
        if self.isolates(scenario) {
            let name: String = scenario
                .id
                .chars()
                .map(|c| {
                    if c.is_ascii_alphanumeric() {
                        c.to_ascii_lowercase()
                    } else {
                        '-'
                    }
                })
                .collect();
            let name = format!("{name}-{}", self.attempt);
            return self.rp.isolated(&name).await.map(Arc::new);
        }
        Ok(Arc::clone(&self.rp))
    }
}

/// Does the steps in order. A Then never stops the scenario; a Given or When that could not be done does.
async fn walk(scenario: &Planned, world: &mut World) -> Result<(), String> {
    let limit = if scenario.is_slow() {
        LIMIT + LONGEST_WAIT
    } else {
        LIMIT
    };
    for step in &scenario.steps {
        let doing = AssertUnwindSafe((step.run)(world, step.context.clone())).catch_unwind();
        let name = &step.context.step.value;
        match tokio::time::timeout(limit, doing).await {
            Ok(Ok(())) => {}
            Ok(Err(panic)) => {
                let text = panic_text(&*panic);
                return Err(format!("harness: `{name}` panicked: {text}"));
            }
            Err(_) => {
                let seconds = limit.as_secs();
                return Err(format!("harness: `{name}` did not end within {seconds} s"));
            }
        }
        if world.halt().is_some() {
            break;
        }
    }
    Ok(())
}

/// What a panic says.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

fn halted(scenario: &Planned, selected: &Selected, begun: Instant, halt: &Halt) -> ScenarioResult {
    let reason = Some(halt.to_string());
    result(scenario, selected, begun, outcome_of(halt), reason)
}

/// What a step that could not be done makes of what comes after it.
fn outcome_of(halt: &Halt) -> Outcome {
    match halt {
        Halt::Missing { .. } => Outcome::Skip,
        Halt::Unjudged { .. } | Halt::Blocked { .. } => Outcome::Error,
    }
}

/// A scenario that went through and yet did not judge what its tables name sleeps: a defect of ours.
fn sleeping(silent: &[String]) -> Option<String> {
    (!silent.is_empty()).then(|| format!("harness: nothing judged {}", silent.join(", ")))
}

/// The effective tags without the ids whose checks are not chosen.
fn chosen_tags(scenario: &Planned, selected: &Selected) -> Vec<String> {
    let left_out = |tag: &String| scenario.ids.contains(tag) && !selected.has(tag);
    scenario
        .tags
        .iter()
        .filter(|tag| !left_out(tag))
        .cloned()
        .collect()
}

/// The result of a scenario that has judged nothing.
pub(super) fn result(
    scenario: &Planned,
    selected: &Selected,
    begun: Instant,
    outcome: Outcome,
    reason: Option<String>,
) -> ScenarioResult {
    ScenarioResult {
        id: scenario.id.clone(),
        feature: scenario.feature.clone(),
        file: scenario.file.clone(),
        line: scenario.line,
        name: scenario.name.clone(),
        tags: chosen_tags(scenario, selected),
        variant: BTreeMap::clone(&scenario.variant),
        outcome,
        duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        reason,
        checks: Vec::new(),
        exchanges: Vec::new(),
    }
}
