//! `oidcheck report` of load runs.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::exit;
use super::load_reports::LoadReports;
use super::terminal::Terminal;
use crate::error::ConfigError;
use crate::load_run::LoadRun;
use crate::report::{Format, load};

/// Longer than any load.json: a run of a month has some megabytes.
const FILE_LIMIT: u64 = 64 << 20;

/// Whether a file is a load.json, by its name or what is in it.
pub(super) fn is_load(path: &Path) -> bool {
    #[derive(Deserialize)]
    struct Members {
        workload: Option<IgnoredAny>,
    }
    if path.file_name().is_some_and(|name| name == "load.json") {
        return true;
    }
    // Whoever reads a run.json says what is wrong with it.
    let is_short = std::fs::metadata(path).is_ok_and(|file| file.len() <= FILE_LIMIT);
    let text = match is_short {
        true => std::fs::read_to_string(path).unwrap_or_default(),
        false => return false,
    };
    let members: Result<Members, _> = serde_json::from_str(&text);
    members.is_ok_and(|members| members.workload.is_some())
}

/// One as it was, several added up; the exit code is that of the load run.
pub(super) fn report(
    paths: &[PathBuf],
    formats: &[Format],
    out: Option<PathBuf>,
    terminal: Terminal,
) -> Result<u8, ConfigError> {
    let run = whole(paths)?;
    if formats.is_empty() && out.is_none() {
        terminal.print(&load::console(&run, terminal.out));
    }
    let written = LoadReports::new(out, formats).write(&run, None);
    for path in written.map_err(ConfigError::new)? {
        terminal.say(&format!("wrote {}", path.display()));
    }
    Ok(exit::of_load(&run))
}

/// The only run, or the sum of several.
fn whole(paths: &[PathBuf]) -> Result<LoadRun, ConfigError> {
    let runs = paths
        .iter()
        .map(|path| Ok((path.display().to_string(), read(path)?)));
    let mut runs: Vec<(String, LoadRun)> = runs.collect::<Result<_, ConfigError>>()?;
    if runs.len() == 1
        && let Some((_, run)) = runs.pop()
    {
        return Ok(run);
    }
    #[cfg(feature = "load")]
    return crate::load::merge(&runs);
    #[cfg(not(feature = "load"))]
    Err(ConfigError::new(
        "this program was built without load runs and can't add them up",
    ))
}

/// Reads a saved load run.
pub(super) fn read(path: &Path) -> Result<LoadRun, ConfigError> {
    let name = path.display().to_string();
    let failed = |e: std::io::Error| ConfigError::file(&name, format!("can't be read: {e}"));
    let length = std::fs::metadata(path).map_err(failed)?.len();
    if length > FILE_LIMIT {
        let why = format!("is longer than {FILE_LIMIT} bytes");
        return Err(ConfigError::file(&name, why));
    }
    load::read(&name, &std::fs::read_to_string(path).map_err(failed)?)
}
