//! `load.json`: everything that was measured, the contract with other programs.

use serde::Deserialize;

use super::super::escape;
use crate::error::ConfigError;
use crate::load_run::{LOAD_SCHEMA_VERSION, LoadRun};

/// The file, indented, with a line feed at its end.
pub(super) fn render(run: &LoadRun) -> String {
    let text =
        serde_json::to_string_pretty(run).expect("the results model is JSON with string keys");
    escape::json(&text) + "\n"
}

/// Reads what was written; `file` names it in errors.
///
/// # Errors
/// It is no `load.json`, or one of another version.
pub fn read(file: &str, text: &str) -> Result<LoadRun, ConfigError> {
    #[derive(Deserialize)]
    struct Version {
        schema_version: u32,
        workload: Option<serde::de::IgnoredAny>,
    }
    let wrong = |e: serde_json::Error| {
        ConfigError::line(file, e.line(), format!("is no load.json of oidcheck: {e}"))
    };
    // The version first: a file of a newer version need not have our shape at all.
    let version: Version = serde_json::from_str(text).map_err(wrong)?;
    if version.workload.is_none() {
        return Err(ConfigError::file(
            file,
            "is no load.json: it has no `workload`",
        ));
    }
    if version.schema_version != LOAD_SCHEMA_VERSION {
        return Err(ConfigError::file(
            file,
            format!(
                "is of schema version {}; this oidcheck reads version {LOAD_SCHEMA_VERSION}",
                version.schema_version
            ),
        ));
    }
    serde_json::from_str(text).map_err(wrong)
}
