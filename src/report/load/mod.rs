//! Reports on load runs: renderers that are pure functions of a [`LoadRun`].

mod console;
mod json;

pub use console::{console, progress};
pub use json::read;

use super::Format;
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

/// Renders `run` in one format; none where a load run has no such report.
pub fn render(format: Format, run: &LoadRun) -> Option<String> {
    match format {
        Format::Json => Some(json::render(run)),
        Format::Junit | Format::Html | Format::Markdown => None,
    }
}
