//! The formats by name, and the way back from a file to a run.

use std::fmt;
use std::str::FromStr;

use super::{console, html, json, jsonl, junit, markdown};
use crate::error::ConfigError;
use crate::run::Run;

/// A report that is a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The whole run, for programs; the one that can be read back.
    Json,
    /// JUnit XML, for CI systems.
    Junit,
    /// One page without external assets, for people.
    Html,
    /// A summary, for job pages and pull requests.
    Markdown,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Json, Self::Junit, Self::Html, Self::Markdown];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Html => "html",
            Self::Markdown => "markdown",
        }
    }

    /// The name of the file in the report directory.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Json => "run.json",
            Self::Junit => "junit.xml",
            Self::Html => "index.html",
            Self::Markdown => "summary.md",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, ConfigError> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::as_str).join(", ");
                ConfigError::new(format!(
                    "there is no report format `{name}`; there are {names}"
                ))
            })
    }
}

/// Renders `run` in one format.
pub fn render(format: Format, run: &Run) -> String {
    match format {
        Format::Json => json::render(run),
        Format::Junit => junit::render(run),
        Format::Html => html::render(run),
        Format::Markdown => markdown::render(run),
    }
}

/// The report on the terminal without colours, for the message of an assertion.
pub fn summary(run: &Run) -> String {
    console::render(run, console::Style::default())
}

/// Reads a saved run: a `run.json`, or a `run.jsonl` whose run may have been killed; `file` names it in errors.
///
/// # Errors
/// The text is neither, or was written by a newer version that this one can't read.
pub fn read_run(file: &str, text: &str) -> Result<Run, ConfigError> {
    if jsonl::is_journal(text) {
        jsonl::read(file, text)
    } else {
        json::read(file, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        let error = "pdf".parse::<Format>().expect_err("there is no pdf");
        let says = "there is no report format `pdf`; there are json, junit, html, markdown";
        assert_eq!(error.to_string(), says);
    }

    #[test]
    fn either_file_is_read() {
        let run = fixture::run();
        let json = render(Format::Json, &run);
        assert_eq!(read_run("run.json", &json), Ok(run.clone()));
        let line = serde_json::to_string(&run).expect("a run is JSON");
        assert_eq!(read_run("run.json", &line), Ok(run.clone()));
        let journal = format!("{}\n", super::super::header_line(&run));
        assert!(
            read_run("run.jsonl", &journal)
                .expect("a journal")
                .interrupted
        );
    }
}
