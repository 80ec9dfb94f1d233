//! The search for the highest rate that a provider holds.

use std::time::Duration;

use super::builder::{Load, LoadError, Progress, SearchStep};
use super::scenario::{RATE_LIMIT, Races, Workload};
use crate::error::ConfigError;
use crate::load_run::{Capacity, CapacityStep, LoadRun};

/// Between two rates the provider gets rid of what is left of the last one.
const REST: Duration = Duration::from_secs(1);
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
    /// # Errors
    /// The workload is closed, or see [`LoadError`].
    pub async fn find_capacity(self) -> Result<LoadRun, LoadError> {
        let Workload::Open { rate, .. } = self.scenario.workload else {
            return Err(ConfigError::new(
                "the search for the highest rate needs an open workload: add --rate, the rate to begin with",
            )
            .into());
        };
        let mut search = Search::new(rate);
        let (mut best, mut last) = (None, None);
        while let Some(rate) = search.next() {
            (self.observer)(&Progress::Search(SearchStep {
                rate,
                held: search.held,
                broke: search.broke,
            }));
            let run = self.at(rate).run().await?;
            if run.interrupted {
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
                () = tokio::time::sleep(REST) => {}
                () = self.stop.requested() => break,
            }
        }
        let found = best.or(last);
        let mut run = found.ok_or_else(|| ConfigError::new("the search had no step"))?;
        run.interrupted = self.stop.is_requested();
        run.stopped = self.stop.reason();
        run.capacity = Some(search.result());
        Ok(run)
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
        self.with_scenario(scenario)
    }
}

/// Whether the provider held the rate.
fn judge(rate: f64, run: &LoadRun) -> CapacityStep {
    let why = if run.is_wrong() {
        Some("answers were wrong".to_owned())
    } else if run.kept_pace == Some(false) {
        Some(format!("{} arrivals could not be sent", run.unsent))
    } else {
        let failed = run.failed_thresholds().next();
        failed.map(|rule| format!("{}: it was {}", rule.rule, rule.observed))
    };
    CapacityStep {
        rate,
        ok: why.is_none(),
        why,
        p50: run.all.latency_ms.p50,
        p99: run.all.latency_ms.p99,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn search(first: f64, limit: f64) -> Capacity {
        let mut search = Search::new(first);
        while let Some(rate) = search.next() {
            search.took(CapacityStep {
                rate,
                ok: rate <= limit,
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
