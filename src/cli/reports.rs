//! The report folder: the journal while the run goes on, the reports at its end.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::ConfigError;
use crate::evidence::Recorder;
use crate::report::{Format, end_line, exchange_line, header_line, render, scenario_line};
use crate::run::{Run, ScenarioResult};

/// Where reports go unless a folder is named.
pub(super) const DEFAULT: &str = "reports/latest";
/// The journal.
const JOURNAL: &str = "run.jsonl";

/// A folder that gets reports. Other files in it are left alone.
#[derive(Debug)]
pub(super) struct Reports {
    folder: PathBuf,
    /// The folders that were made for it, the innermost first.
    made: Vec<PathBuf>,
    formats: Vec<Format>,
    failure: Arc<Mutex<Option<String>>>,
}

impl Reports {
    /// Makes the folder; none where no file is asked for.
    pub(super) fn prepare(
        out: Option<PathBuf>,
        formats: &[Format],
    ) -> Result<Option<Self>, ConfigError> {
        if out.is_none() && formats.is_empty() {
            return Ok(None);
        }
        let folder = out.unwrap_or_else(|| PathBuf::from(DEFAULT));
        let absent = folder.ancestors().take_while(|path| !path.exists());
        let made = absent.map(Path::to_owned).collect();
        fs::create_dir_all(&folder).map_err(|e| {
            let name = folder.display().to_string();
            ConfigError::file(name, format!("can't be made a folder for reports: {e}"))
        })?;
        let mut all = vec![Format::Json];
        all.extend(formats.iter().filter(|f| **f != Format::Json));
        all.dedup();
        Ok(Some(Self {
            folder,
            made,
            formats: all,
            failure: Arc::default(),
        }))
    }

    /// Takes the folder away again, where it was made for a run that did not even begin.
    pub(super) fn withdraw(&self) {
        for folder in &self.made {
            // One that holds something stays.
            let _ = fs::remove_dir(folder);
        }
    }

    /// Where the run is saved.
    pub(super) fn run_json(&self) -> PathBuf {
        self.folder.join(Format::Json.file_name())
    }

    /// What keeps the journal while the run goes on.
    pub(super) fn journal(&self, recorder: Arc<Recorder>) -> Journal {
        Journal {
            folder: self.folder.clone(),
            replaced: self.formats.iter().map(|f| f.file_name()).collect(),
            file: None,
            recorder,
            written: HashSet::new(),
            failure: Arc::clone(&self.failure),
        }
    }

    /// Writes the reports; gives their paths.
    pub(super) fn write(&self, run: &Run) -> Result<Vec<PathBuf>, String> {
        let mut paths = Vec::new();
        for format in &self.formats {
            let path = self.folder.join(format.file_name());
            replace(&path, &render(*format, run))?;
            paths.push(path);
        }
        // The journal once more, whole: in the order of the features, and without what was found to be a secret
        // after its line had been written.
        replace(&self.folder.join(JOURNAL), &journal(run))?;
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        match &*failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(paths),
        }
    }
}

/// Puts a file in the place of another at once: whoever reads it sees the old or the new one, whole.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.new"));
    fs::write(&draft, text)
        .and_then(|()| fs::rename(&draft, path))
        .map_err(|e| {
            let _ = fs::remove_file(&draft);
            unwritable(path, &e)
        })
}

fn unwritable(path: &Path, error: &io::Error) -> String {
    format!("{} can't be written: {error}", path.display())
}

fn journal(run: &Run) -> String {
    let mut text = header_line(run) + "\n";
    for exchange in &run.exchanges {
        text += &(exchange_line(exchange) + "\n");
    }
    for scenario in &run.scenarios {
        text += &(scenario_line(scenario) + "\n");
    }
    text + &end_line(run) + "\n"
}

/// Writes each finished scenario at once, so that a killed run loses none.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
    replaced: Vec<&'static str>,
    file: Option<File>,
    recorder: Arc<Recorder>,
    written: HashSet<u32>,
    failure: Arc<Mutex<Option<String>>>,
}

impl Journal {
    /// Takes away what an earlier run left, and begins.
    pub(super) fn begin(&mut self, run: &Run) {
        for name in &self.replaced {
            // Not there is as good as gone; what can't be removed can't be replaced either, and is told then.
            let _ = fs::remove_file(self.folder.join(name));
        }
        let path = self.folder.join(JOURNAL);
        match File::create(&path) {
            Ok(file) => self.file = Some(file),
            Err(error) => self.fail(unwritable(&path, &error)),
        }
        self.append(&(header_line(run) + "\n"));
    }

    /// Adds a finished scenario, and before it the exchanges that it points to.
    pub(super) fn add(&mut self, scenario: &ScenarioResult) {
        let mut text = String::new();
        let evidence = scenario.checks.iter().flat_map(|check| &check.evidence);
        let ids = scenario.exchanges.iter().copied();
        for id in ids.chain(evidence.map(|evidence| evidence.exchange)) {
            if self.written.insert(id)
                && let Some(exchange) = self.recorder.exchange(id)
            {
                text += &(exchange_line(&exchange) + "\n");
            }
        }
        self.append(&(text + &scenario_line(scenario) + "\n"));
    }

    fn append(&mut self, text: &str) {
        let Some(file) = &mut self.file else {
            return;
        };
        if let Err(error) = file.write_all(text.as_bytes()) {
            self.file = None;
            let path = self.folder.join(JOURNAL);
            self.fail(unwritable(&path, &error));
        }
    }

    fn fail(&self, text: String) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert(text);
    }
}
