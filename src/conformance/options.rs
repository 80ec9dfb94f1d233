//! How a run goes, who is told of it, and what stops it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::profile;
use crate::requirement::Level;
use crate::run::{Run, ScenarioResult};

/// How a run goes.
#[derive(Debug, Clone)]
pub struct Options {
    /// The profile that chooses the scenarios.
    pub profile: String,
    /// Selectors, as on the command line; several mean "or".
    pub select: Vec<String>,
    /// Selectors of what is left out.
    pub skip: Vec<String>,
    /// The ids of the scenarios that may run at all, where not every one may.
    pub among: Option<HashSet<String>>,
    /// The weakest level that is judged.
    pub level: Option<Level>,
    /// Runs scenarios that wait for a long time too.
    pub slow: bool,
    /// How many scenarios run side by side.
    pub jobs: usize,
    /// The longest that one exchange may take.
    pub max_time: Duration,
    /// The longest that a connection may take to be made.
    pub connect_timeout: Duration,
    /// The longest that the run may take, waits of slow scenarios not counted.
    pub deadline: Duration,
    /// Takes any certificate.
    pub insecure: bool,
    /// Folders with features of the user's own.
    pub features: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: profile::DEFAULT.to_owned(),
            select: Vec::new(),
            skip: Vec::new(),
            among: None,
            level: None,
            slow: false,
            jobs: 8,
            max_time: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            deadline: Duration::from_secs(300),
            insecure: false,
            features: Vec::new(),
        }
    }
}

/// Is told what happens during a run.
pub trait Observer: Send {
    /// The run begins: its head without results, but with the ids of all its scenarios under `unfinished`.
    fn begun(&mut self, _run: &Run) {}
    /// Something that a person wants to know and that is no result.
    fn noted(&mut self, _text: &str) {}
    /// A scenario failed while others ran, and is run once more alone when they have ended. Until then this is what
    /// is known of it: whoever keeps results keeps this one, and replaces it when it is finished.
    fn suspected(&mut self, _scenario: &ScenarioResult) {}
    /// A scenario is finished.
    fn finished(&mut self, _scenario: &ScenarioResult) {}
}

/// Tells nobody.
#[derive(Debug)]
pub(super) struct Silent;

impl Observer for Silent {}

/// Stops a run before its end, from anywhere.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    inner: Arc<(AtomicBool, Notify)>,
}

impl Stop {
    /// Asks the run to stop. What is finished is kept.
    pub fn request(&self) {
        self.inner.0.store(true, Ordering::SeqCst);
        self.inner.1.notify_waiters();
    }

    /// Whether it was asked to.
    pub fn is_requested(&self) -> bool {
        self.inner.0.load(Ordering::SeqCst)
    }

    /// Waits until it is asked to.
    pub(super) async fn requested(&self) {
        loop {
            let mut notified = std::pin::pin!(self.inner.1.notified());
            // Registered before the question, so that a request between both is not missed.
            notified.as_mut().enable();
            if self.is_requested() {
                return;
            }
            notified.await;
        }
    }
}
