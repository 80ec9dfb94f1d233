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
        Format::Markdown => markdown::render(run),
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
    } else if run.kept_pace == Some(false) {
        (Outcome::Error, "The pace was not kept".to_owned())
    } else if run.interrupted {
        (Outcome::Error, "Stopped before its end".to_owned())
    } else if run.all.count == 0 {
        (Outcome::Error, "Nothing was measured".to_owned())
    } else if run.thresholds.is_empty() {
        (Outcome::Pass, "Every answer was right".to_owned())
    } else {
        (
            Outcome::Pass,
            "Every answer was right, every threshold held".to_owned(),
        )
    }
}
