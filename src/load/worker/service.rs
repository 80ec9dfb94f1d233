//! A worker from its beginning to its end, over any number of connections to its master.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::link::{Link, Master};
use super::play::Stage;
use super::session::{After, Session};
use crate::load::builder::{LoadError, LoadOptions, Progress};
use crate::load::safety::Hosts;
use crate::load::{Scenario, Stop};
use crate::load_run::LoadRun;
use crate::provider::ProviderConfig;

/// A master answers every heartbeat: one that is silent for so long is gone, and with it the person who could stop us.
const SILENCE_LIMIT: Duration = Duration::from_secs(10);
/// The pause between two attempts to reach the master.
const PAUSE: Duration = Duration::from_secs(1);

/// What a worker tells of itself.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkerEvent {
    /// The master can't be reached; it is tried again.
    Waiting(String),
    /// The master knows us, as the worker of this number.
    Registered(Option<u64>),
    /// So many users are at work.
    Users(usize),
    /// What can't be done; the master knows it, too.
    Refused(String),
    /// The master is gone; all users have stopped.
    Lost(String),
    /// Nobody is at work any more, and everything is measured.
    Ended {
        /// Which of the swarms that this worker had users in, from 1.
        swarm: usize,
        /// What was measured, by scenario.
        runs: Vec<LoadRun>,
    },
}

pub(super) type Listener = dyn Fn(WorkerEvent) + Send + Sync;

/// A worker of a [Locust](https://docs.locust.io/en/2.47.0/running-distributed.html) master of version 2.47.
///
/// The master says how many users are at work; it knows scenarios by the names of the classes in its locustfile, where
/// `TokenRefresh` and `token_refresh` both stand for the scenario `token_refresh`. Neither side proves who it is and
/// nothing is encrypted: the network between them must be trusted.
pub struct Worker {
    master: Master,
    pub(super) stage: Stage,
    pub(super) stop: Stop,
    pub(super) silence: Duration,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("master", &self.master)
            .finish_non_exhaustive()
    }
}

impl Worker {
    /// A worker that plays `scenarios` against the provider of `config`, as `master` says. What they say of a workload
    /// and its length is left aside.
    pub fn new(
        master: Master,
        config: ProviderConfig,
        scenarios: impl Into<Arc<[Scenario]>>,
    ) -> Self {
        Self {
            master,
            stage: Stage {
                config,
                scenarios: scenarios.into(),
                options: LoadOptions::default(),
                observer: Arc::new(|_| {}),
            },
            stop: Stop::default(),
            silence: SILENCE_LIMIT,
        }
    }

    /// With these options. `allow_hosts` is about the host of the master, too; a broken rule of `abort_on` ends the
    /// worker.
    #[must_use]
    pub fn options(mut self, options: LoadOptions) -> Self {
        self.stage.options = options;
        self
    }

    /// Tells `observer` of the load, several times a second.
    #[must_use]
    pub fn observer(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.stage.observer = Arc::new(observer);
        self
    }

    /// A handle that ends the worker.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Works until the master quits or the worker is stopped. A master that can't be reached, or vanishes, is waited
    /// for.
    ///
    /// # Errors
    /// The provider or the master may not be loaded or asked, or the only scenario can't be played.
    pub async fn run(
        self,
        told: impl Fn(WorkerEvent) + Send + Sync + 'static,
    ) -> Result<(), LoadError> {
        let hosts = Hosts::new(&self.stage.options.allow_hosts);
        hosts
            .check_master(&self.master.host, self.master.port)
            .await?;
        hosts.check_issuer(&self.stage.config.issuer).await?;
        if let [only] = &*self.stage.scenarios {
            // Before anybody counts on us.
            self.stage.load(only).prepare().await?;
        }
        let mut swarms = 0;
        loop {
            let Some(link) = self.reach(&told).await else {
                return Ok(());
            };
            let session = Session::new(&self, link, &told, swarms);
            let (after, played) = session.serve().await;
            swarms = played;
            match after {
                After::Lost(why) => told(WorkerEvent::Lost(why)),
                After::Ready | After::Over => return Ok(()),
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.stop.requested() => return Ok(()),
            }
        }
    }

    /// Connects to the master, as often as it takes; nothing where the worker is stopped.
    async fn reach(&self, told: &Listener) -> Option<Link> {
        let mut last = None;
        loop {
            let opened = tokio::select! {
                opened = Link::open(&self.master, node()) => opened,
                () = self.stop.requested() => return None,
            };
            match opened {
                Ok(link) => return Some(link),
                Err(why) => {
                    if last.as_ref() != Some(&why) {
                        told(WorkerEvent::Waiting(why.clone()));
                        last = Some(why);
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.stop.requested() => return None,
            }
        }
    }
}

/// A name that no other worker has, nor an earlier connection of this one: a master that has not noticed the end of
/// that one would not let the same name in.
fn node() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let letters = host.chars();
    let host: String = letters
        .filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c))
        .take(64)
        .collect();
    let host = if host.is_empty() { "oidcheck" } else { &host };
    format!("{host}_{:032x}", rand::random::<u128>())
}

#[cfg(test)]
impl Worker {
    /// With less patience.
    pub(super) fn silence(mut self, limit: Duration) -> Self {
        self.silence = limit;
        self
    }
}
