//! The report folder of a load run.

use std::fs;
use std::path::{Path, PathBuf};

use super::reports::{DEFAULT, replace};
use crate::load_run::LoadRun;
use crate::report::{Format, load};

/// A folder that gets reports, if any is asked for. Other files in it are left alone.
#[derive(Debug)]
pub(super) struct LoadReports {
    folder: Option<PathBuf>,
    formats: Vec<Format>,
}

impl LoadReports {
    /// `load.json` always, and what else is asked for; nothing where neither a folder nor a format is.
    pub(super) fn new(out: Option<PathBuf>, formats: &[Format]) -> Self {
        let mut all = vec![Format::Json];
        for format in formats {
            if !all.contains(format) {
                all.push(*format);
            }
        }
        let asked = out.is_some() || !formats.is_empty();
        Self {
            folder: asked.then(|| out.unwrap_or_else(|| PathBuf::from(DEFAULT))),
            formats: all,
        }
    }

    /// Writes the reports; gives their paths.
    pub(super) fn write(
        &self,
        run: &LoadRun,
        baseline: Option<&LoadRun>,
    ) -> Result<Vec<PathBuf>, String> {
        match &self.folder {
            Some(folder) => self.write_into(folder, run, baseline),
            None => Ok(Vec::new()),
        }
    }

    /// The same in a folder inside, for a run that is not the only one.
    #[cfg(feature = "distributed")]
    pub(super) fn write_below(&self, below: &Path, run: &LoadRun) -> Result<Vec<PathBuf>, String> {
        match &self.folder {
            Some(folder) => self.write_into(&folder.join(below), run, None),
            None => Ok(Vec::new()),
        }
    }

    fn write_into(
        &self,
        folder: &Path,
        run: &LoadRun,
        baseline: Option<&LoadRun>,
    ) -> Result<Vec<PathBuf>, String> {
        fs::create_dir_all(folder)
            .map_err(|e| format!("{} can't be made: {e}", folder.display()))?;
        let mut paths = Vec::new();
        for format in &self.formats {
            let path = folder.join(load::file_name(*format));
            replace(&path, &load::render(*format, run, baseline))?;
            paths.push(path);
        }
        Ok(paths)
    }
}
