//! Reports on load runs: renderers that are pure functions of a [`LoadRun`].

pub mod baseline;
pub(super) mod console;
#[cfg(test)]
pub(super) mod fixture;
mod json;
mod junit;
mod markdown;

pub use console::{comparison, console, ms};
pub use json::read;

use super::{Format, html};
use crate::finding::Outcome;
use crate::load_run::LoadRun;

/// The file of a format in the report directory.
pub fn file_name(format: Format) -> &'static str {
    match format {
        Format::Json => "load.json",
        Format::Junit => "load-junit.xml",
        Format::Html => "load.html",
        Format::Markdown => "load.md",
    }
}

/// Renders `run` in one format, beside an earlier one where there is one.
pub fn render(format: Format, run: &LoadRun, baseline: Option<&LoadRun>) -> String {
    match format {
        Format::Json => json::render(run),
        Format::Html => html::load(run, baseline),
        Format::Junit => junit::render(run),
        Format::Markdown => markdown::render(run, baseline),
    }
}

/// The whole run as one outcome, and why.
pub(super) fn verdict(run: &LoadRun) -> (Outcome, String) {
    let failed = run.failed_thresholds().count();
    if run.is_wrong() {
        (Outcome::Fail, "Answers were wrong".to_owned())
    } else if failed > 0 {
        let plural = if failed == 1 { "" } else { "s" };
        (Outcome::Fail, format!("{failed} threshold{plural} failed"))
    } else if let Some(why) = run.unproven() {
        (Outcome::Error, why.to_owned())
    } else {
        let answers = match run.all.failed() {
            0 => "Every answer was right".to_owned(),
            failed => format!(
                "No answer was wrong, {failed} of {} requests failed",
                run.all.count
            ),
        };
        let thresholds = match run.thresholds.is_empty() {
            true => "",
            false => ", every threshold held",
        };
        (Outcome::Pass, format!("{answers}{thresholds}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load_run::{Capacity, CapacityStep};

    type Change = fn(&mut LoadRun);

    /// A run in which nothing happened that anybody could object to.
    fn whole() -> LoadRun {
        let mut run = fixture::load_run();
        run.incidents.clear();
        run.races.clear();
        run.thresholds.clear();
        run.capacity = None;
        run.interrupted = false;
        run.kept_pace = Some(true);
        run.flows.started = run.flows.completed + run.flows.failed;
        run.all.errors.clear();
        run
    }

    #[test]
    fn nothing_but_a_whole_run_is_a_success() {
        let step = |ok, wrong| CapacityStep {
            rate: 10.0,
            ok,
            wrong,
            why: None,
            p50: None,
            p99: None,
        };
        let search = |held, wrong| {
            Some(Capacity {
                held,
                broke: None,
                steps: vec![step(held.is_some(), false), step(false, wrong)],
            })
        };
        let cases: [(Change, Outcome, &str); 9] = [
            (|_| {}, Outcome::Pass, "Every answer was right"),
            (
                |run| run.all.errors = [("timed_out".to_owned(), 3)].into(),
                Outcome::Pass,
                "No answer was wrong, 3 of ",
            ),
            (
                |run| run.kept_pace = Some(false),
                Outcome::Error,
                "The pace was not kept",
            ),
            (
                |run| run.interrupted = true,
                Outcome::Error,
                "Stopped before its end",
            ),
            (
                |run| run.all.count = 0,
                Outcome::Error,
                "Nothing was measured",
            ),
            (
                |run| {
                    run.flows.failed += run.flows.completed;
                    run.flows.completed = 0;
                },
                Outcome::Error,
                "No pass of the flow succeeded",
            ),
            (
                |run| run.flows.started += 1,
                Outcome::Error,
                "Passes of the flow had to be given up",
            ),
            (
                |run| {
                    run.races = fixture::load_run().races;
                    run.races.retain(|race| race.ok != Some(false));
                },
                Outcome::Error,
                "A race could not be judged",
            ),
            (
                |run| run.thresholds = fixture::load_run().thresholds,
                Outcome::Fail,
                "1 threshold failed",
            ),
        ];
        for (change, outcome, text) in cases {
            let mut run = whole();
            change(&mut run);
            let told = verdict(&run);
            assert!(told.0 == outcome && told.1.starts_with(text), "{told:?}");
            assert_eq!(run.unproven().is_some(), outcome == Outcome::Error);
        }
        for (capacity, outcome) in [
            (search(Some(10.0), false), Outcome::Pass),
            (search(Some(10.0), true), Outcome::Fail),
            (search(None, false), Outcome::Error),
        ] {
            let run = LoadRun {
                capacity,
                ..whole()
            };
            assert_eq!(verdict(&run).0, outcome);
        }
    }
}
