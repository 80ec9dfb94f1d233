//! The search for the highest rate that a provider holds.

use std::pin::pin;
use std::time::Duration;

use super::Stop;
use super::builder::{Load, LoadError, Progress, SearchStep};
use super::scenario::{RATE_LIMIT, Races, Workload};
use crate::error::ConfigError;
use crate::load_run::{Capacity, CapacityStep, Incident, LoadRun};

/// Between two rates the provider gets rid of what is left of the last one.
const REST: Duration = Duration::from_secs(1);
/// A provider that the last rate has brought down may come back in this time.
const RECOVERY: Duration = Duration::from_secs(2);
/// The search ends when the rate that broke is so little above the one that held.
const PRECISION: f64 = 1.05;
/// No provider holds so little that a search makes sense below.
const LOWEST: f64 = 0.5;
/// More steps than any search needs.
const STEPS: usize = 30;

impl Load {
    /// Raises the rate until a threshold breaks, an answer is wrong or the pace is not kept, and gives the run at the
    /// highest rate that held, with [`LoadRun::capacity`]; where none held, the run at the lowest one.
    ///
    /// A rule of `abort_on` ends a step, not the search. A provider that does not come back after a step ends it.
    ///
    /// # Errors
    /// The workload is closed, there is no threshold, or see [`LoadError`].
    pub async fn find_capacity(self) -> Result<LoadRun, LoadError> {
        let Workload::Open { rate, .. } = self.scenario.workload else {
            return Err(ConfigError::new(
                "the search for the highest rate needs an open workload: add --rate, the rate to begin with",
            )
            .into());
        };
        if self.scenario.thresholds.is_empty() {
            return Err(ConfigError::new(
                "the search for the highest rate needs a rule that can break: add --threshold 'p99<250ms', or `thresholds` to the scenario",
            )
            .into());
        }
        let mut search = Search::new(rate);
        let (mut best, mut last) = (None, None);
        while let Some(rate) = search.next() {
            (self.observer)(&Progress::Search(SearchStep {
                rate,
                held: search.held,
                broke: search.broke,
            }));
            let run = match self.step(rate, search.steps.is_empty()).await {
                Ok(run) => run,
                Err(LoadError::Unavailable(why)) if !search.steps.is_empty() => {
                    // What was found stands; this rate was not made.
                    search.steps.push(down(rate, why));
                    break;
                }
                Err(error) => return Err(error),
            };
            if self.stop.is_requested() {
                // Half a step proves nothing.
                last = Some(run);
                break;
            }
            let step = judge(rate, &run);
            let better = step.ok && search.held < Some(rate);
            search.took(step);
            match better {
                true => best = Some(run),
                false => last = Some(run),
            }
            tokio::select! {
                () = tokio::time::sleep(REST.min(self.scenario.duration)) => {}
                () = self.stop.requested() => break,
            }
        }
        let found = best.or(last);
        let mut run = found.ok_or_else(|| ConfigError::new("the search had no step"))?;
        if let Some(reason) = self.stop.reason() {
            run.interrupted = true;
            run.stopped = Some(reason);
        }
        run.capacity = Some(search.result());
        Ok(run)
    }

    /// The load at one rate. The first one is made on a provider that nothing has brought down.
    async fn step(&self, rate: f64, is_first: bool) -> Result<LoadRun, LoadError> {
        let result = self.stoppable(rate).await;
        if is_first || !matches!(result, Err(LoadError::Unavailable(_))) {
            return result;
        }
        tokio::select! {
            () = tokio::time::sleep(RECOVERY) => self.stoppable(rate).await,
            () = self.stop.requested() => result,
        }
    }

    /// A step has an end of its own, so that what stops it does not stop the search.
    async fn stoppable(&self, rate: f64) -> Result<LoadRun, LoadError> {
        let load = self.at(rate);
        let stop = load.stop();
        let mut run = pin!(load.run());
        tokio::select! {
            result = &mut run => result,
            () = self.stop.requested() => {
                stop.request(&self.stop.reason().unwrap_or_default());
                run.await
            }
        }
    }

    /// The same load at another rate, without races.
    fn at(&self, rate: f64) -> Self {
        let mut scenario = self.scenario.clone();
        if let Workload::Open {
            rate: to,
            rate_from,
            ..
        } = &mut scenario.workload
        {
            *to = rate;
            *rate_from = rate;
        }
        scenario.races = Races::default();
        Self {
            stop: Stop::default(),
            ..self.with_scenario(scenario)
        }
    }
}

/// Whether the provider held the rate.
fn judge(rate: f64, run: &LoadRun) -> CapacityStep {
    let failed = run.failed_thresholds().next();
    let why = if run.is_wrong() {
        let mut incidents = run.incidents.iter();
        let first = incidents.find(|incident| incident.wrong);
        Some(first.map_or("answers were wrong".to_owned(), |incident| {
            let Incident { request, kind, .. } = incident;
            format!("answers were wrong: {request}, {kind}")
        }))
    } else if let Some(stopped) = &run.stopped {
        Some(stopped.clone())
    } else if run.kept_pace == Some(false) {
        Some(format!("{} arrivals could not be sent", run.unsent))
    } else if let Some(rule) = failed {
        Some(format!("{}: it was {}", rule.rule, rule.observed))
    } else {
        run.unproven().map(str::to_owned)
    };
    CapacityStep {
        rate,
        ok: why.is_none(),
        wrong: run.is_wrong(),
        why,
        p50: run.all.latency_ms.p50,
        p99: run.all.latency_ms.p99,
    }
}

/// The provider did not answer any more when this rate was to be made.
fn down(rate: f64, why: String) -> CapacityStep {
    CapacityStep {
        rate,
        ok: false,
        wrong: false,
        why: Some(why),
        p50: None,
        p99: None,
    }
}

/// The rates that are tried: doubled until one breaks, halved until one holds, then between both.
#[derive(Debug)]
struct Search {
    first: f64,
    held: Option<f64>,
    broke: Option<f64>,
    steps: Vec<CapacityStep>,
}

impl Search {
    fn new(first: f64) -> Self {
        Self {
            first,
            held: None,
            broke: None,
            steps: Vec::new(),
        }
    }

    /// The rate to try; none when the search is over.
    fn next(&self) -> Option<f64> {
        if self.steps.len() >= STEPS {
            return None;
        }
        let rate = match (self.held, self.broke) {
            (None, None) => self.first,
            (None, Some(broke)) => broke / 2.0,
            (Some(held), None) => held * 2.0,
            (Some(held), Some(broke)) if broke / held <= PRECISION => return None,
            (Some(held), Some(broke)) => (held * broke).sqrt(),
        };
        (LOWEST..=RATE_LIMIT).contains(&rate).then(|| short(rate))
    }

    fn took(&mut self, step: CapacityStep) {
        match step.ok {
            true => self.held = Some(step.rate),
            false => self.broke = Some(step.rate),
        }
        self.steps.push(step);
    }

    fn result(self) -> Capacity {
        Capacity {
            held: self.held,
            broke: self.broke,
            steps: self.steps,
        }
    }
}

/// Three digits are more than the search can tell.
fn short(rate: f64) -> f64 {
    let factor = 10f64.powf(2.0 - rate.log10().floor());
    (rate * factor).round() / factor
}

#[cfg(feature = "cli")]
#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use mock_idp::{MockIdp, Transport};

    use super::*;
    use crate::builtin;
    use crate::load::{Progress, Scenario};

    const FLOW: &str =
        "flow = ['client_credentials']\n[workload]\nrate = 20\nwarmup = 0\nduration = '200ms'";

    async fn load(text: &str) -> (MockIdp, Load) {
        let mock = MockIdp::builder().strict().plain_hyper();
        let mock = mock.start().await.unwrap();
        let config = builtin::provider(&mock, &mock.issuer()).unwrap();
        let scenario = Scenario::parse("mine.toml", "mine", text).unwrap();
        (mock, Load::new(config, scenario))
    }

    #[tokio::test]
    async fn a_search_needs_a_rule_that_can_break() {
        let (_mock, load) = load(FLOW).await;
        let error = load.find_capacity().await.unwrap_err().to_string();
        assert!(error.contains("--threshold"), "{error}");
    }

    #[tokio::test]
    async fn what_held_before_the_provider_went_down_is_told() {
        let text = FLOW.replace("[workload]", "thresholds = ['error-rate<1%']\n[workload]");
        let (mock, load) = load(&text).await;
        let (control, issuer, steps) = (mock.control(), mock.issuer(), AtomicUsize::new(0));
        let load = load.observer(move |progress| {
            if *progress == Progress::Setup && steps.fetch_add(1, Ordering::Relaxed) == 1 {
                control.carry(&issuer, Transport::Reset).unwrap();
            }
        });
        let run = load.find_capacity().await.unwrap();
        let capacity = run.capacity.as_ref().unwrap();
        assert_eq!((capacity.held, capacity.broke), (Some(20.0), None));
        let last = capacity.steps.last().unwrap();
        assert!(last.why.as_ref().is_some_and(|why| !why.is_empty()));
        assert!(!run.is_wrong() && run.unproven().is_none(), "{run:?}");
    }

    fn search(first: f64, limit: f64) -> Capacity {
        let mut search = Search::new(first);
        while let Some(rate) = search.next() {
            search.took(CapacityStep {
                rate,
                ok: rate <= limit,
                wrong: false,
                why: None,
                p50: None,
                p99: None,
            });
        }
        search.result()
    }

    #[test]
    fn the_search_closes_in_on_the_limit() {
        for (first, limit) in [(10.0, 1234.0), (5000.0, 77.0), (100.0, 100.0), (1.0, 0.7)] {
            let found = search(first, limit);
            let (held, broke) = (found.held.unwrap(), found.broke.unwrap());
            assert!(held <= limit && limit < broke, "{found:?}");
            assert!(broke / held <= PRECISION * 1.01, "{found:?}");
            assert!(found.steps.len() < STEPS, "{found:?}");
        }
    }

    #[test]
    fn a_provider_that_holds_nothing_or_everything_ends_the_search() {
        assert_eq!(search(10.0, 0.0).held, None);
        let found = search(1000.0, f64::INFINITY);
        assert_eq!(found.broke, None);
        assert!(found.held.is_some_and(|held| held >= 500_000.0));
    }
}
