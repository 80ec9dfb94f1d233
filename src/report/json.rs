//! `run.json`: the whole run, the contract with other programs (`reports/schema.json`).

use serde::Deserialize;

use super::escape;
use crate::error::ConfigError;
use crate::run::{Run, SCHEMA_VERSION};

/// The file, indented, with a line feed at its end.
pub(super) fn render(run: &Run) -> String {
    let text =
        serde_json::to_string_pretty(run).expect("the results model is JSON with string keys");
    escape::json(&text) + "\n"
}

/// Reads what [`render`] wrote.
pub(super) fn read(file: &str, text: &str) -> Result<Run, ConfigError> {
    #[derive(Deserialize)]
    struct Version {
        schema_version: u32,
    }
    // The version first: a file of a newer version need not have our shape at all.
    let Version { schema_version } = parse(file, text)?;
    check_version(file, schema_version)?;
    parse(file, text)
}

/// Refuses what a newer version wrote.
pub(super) fn check_version(file: &str, version: u32) -> Result<(), ConfigError> {
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    Err(ConfigError::file(
        file,
        format!("is of schema version {version}; this oidcheck reads version {SCHEMA_VERSION}"),
    ))
}

fn parse<'a, T: Deserialize<'a>>(file: &str, text: &'a str) -> Result<T, ConfigError> {
    serde_json::from_str(text)
        .map_err(|error| ConfigError::line(file, error.line().max(1), not_a_run(&error)))
}

/// What to say about a text that is no saved run.
pub(super) fn not_a_run(error: &serde_json::Error) -> String {
    format!("is no saved run: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_run_comes_back_as_it_was() {
        let run = fixture::run();
        let text = render(&run);
        assert!(
            !text.contains(|c: char| c != '\n' && c.is_control()),
            "{text}"
        );
        assert!(!text.contains('\u{202e}'), "{text}");
        assert_eq!(read("run.json", &text), Ok(run));
    }

    #[test]
    fn what_is_no_run_is_refused() {
        let run = render(&fixture::run());
        let newer = run.replacen("\"schema_version\": 1", "\"schema_version\": 2", 1);
        let torn = &run[..run.len() / 2];
        let wrong = run.replacen("\"role\": \"op\"", "\"role\": \"judge\"", 1);
        for (text, says) in [
            ("", "run.json:1: is no saved run: EOF"),
            ("{}", "missing field `schema_version`"),
            (
                "{\"schema_version\": 7}",
                "run.json: is of schema version 7; this oidcheck reads version 1",
            ),
            (&newer, "is of schema version 2"),
            (torn, "EOF"),
            (
                &wrong,
                "run.json:7: is no saved run: unknown variant `judge`",
            ),
        ] {
            let error = read("run.json", text)
                .expect_err("must be refused")
                .to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
