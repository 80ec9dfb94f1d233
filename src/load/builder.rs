//! A load run from its options to its result.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use thiserror::Error;
use time::OffsetDateTime;

use super::carrier::Carrier;
use super::client_carrier::ClientCarrier;
use super::closed::{self, ClosedPlan};
use super::metrics::Metrics;
use super::open::{self, OpenPlan};
use super::pace::Schedule;
use super::result::{Made, Pace, Phases, Raced};
use super::safety::Hosts;
use super::scenario::{Races, Scenario, Workload};
use super::subject::{self, Subject, SubjectError};
use super::tally::{Snapshot, Tally};
use super::visit::Visits;
use super::{Stop, Threshold};
use crate::error::ConfigError;
use crate::evidence::Recorder;
use crate::http::{Client, ClientOptions, Wire};
use crate::load_run::{LoadRun, PhaseFigures};
use crate::provider::ProviderConfig;

/// How often the observer hears of the load, and rules of [`LoadOptions::abort_on`] are judged.
const TICK: Duration = Duration::from_millis(250);
/// So many ticks apart the figures of each request are looked at.
const STANDINGS_EVERY: u32 = 4;
/// Rules of [`LoadOptions::abort_on`] are not judged on fewer requests: one slow start would stop every run.
const ABORT_AFTER: u64 = 20;

/// What a load scenario does not say.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Limits of each exchange, and which certificates are trusted.
    pub client: ClientOptions,
    /// Hosts that may be loaded although they are not this machine.
    pub allow_hosts: Vec<String>,
    /// Rules that stop the run as soon as one is broken.
    pub abort_on: Vec<Threshold>,
    /// What Prometheus is told of.
    pub metrics: Option<Metrics>,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoadError {
    /// The provider file, the scenario or the options are wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The provider can't be loaded: it does not answer, or has not what the flow needs.
    #[error("{0}")]
    Unavailable(String),
}

impl From<SubjectError> for LoadError {
    fn from(error: SubjectError) -> Self {
        match error {
            SubjectError::Config(error) => Self::Config(error),
            SubjectError::Unavailable(reason) => Self::Unavailable(reason),
        }
    }
}

/// What the run is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Discovery, and the logins that fill the pool.
    Setup,
    /// Warm-up and measured time.
    Load(Box<Snapshot>),
    /// The search for the highest rate goes on.
    Search(SearchStep),
    /// Parallel uses of what may be used once.
    Races,
    /// What setup left is revoked.
    Teardown,
}

/// Where the search for the highest rate is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchStep {
    /// The rate that is tried next: starts of the flow per second.
    pub rate: f64,
    /// The highest that held.
    pub held: Option<f64>,
    /// The lowest that did not.
    pub broke: Option<f64>,
}

pub(super) type Observer = Arc<dyn Fn(&Progress) + Send + Sync>;

/// A load run that is about to be made.
///
/// ```no_run
/// use oidcheck::load::{Load, Scenario};
/// use oidcheck::provider::ProviderConfig;
///
/// # async fn load() -> Result<(), Box<dyn std::error::Error>> {
/// let config = ProviderConfig::load("provider.toml".as_ref())?;
/// let run = Load::new(config, Scenario::load("client_credentials")?).run().await?;
/// assert!(!run.is_wrong() && run.failed_thresholds().next().is_none());
/// # Ok(())
/// # }
/// ```
pub struct Load {
    pub(super) config: ProviderConfig,
    pub(super) scenario: Scenario,
    pub(super) options: LoadOptions,
    pub(super) observer: Observer,
    pub(super) stop: Stop,
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Load")
            .field("scenario", &self.scenario.name)
            .finish_non_exhaustive()
    }
}

impl Load {
    /// The load that `scenario` makes on the provider of `config`.
    pub fn new(config: ProviderConfig, scenario: Scenario) -> Self {
        Self {
            config,
            scenario,
            options: LoadOptions::default(),
            observer: Arc::new(|_| {}),
            stop: Stop::default(),
        }
    }

    /// With these options.
    #[must_use]
    pub fn options(mut self, options: LoadOptions) -> Self {
        self.options = options;
        self
    }

    /// Tells `observer` of the run, several times a second.
    #[must_use]
    pub fn observer(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// The same load of another scenario.
    pub(super) fn with_scenario(&self, scenario: Scenario) -> Self {
        Self {
            config: self.config.clone(),
            scenario,
            options: self.options.clone(),
            observer: Arc::clone(&self.observer),
            stop: self.stop.clone(),
        }
    }

    /// A handle that stops the run; what was measured is then its result.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Makes the load and gives what was measured.
    ///
    /// # Errors
    /// See [`LoadError`]. A provider that answers wrongly, slowly or not at all once the load has begun is no error but
    /// a result.
    pub async fn run(self) -> Result<LoadRun, LoadError> {
        let (subject, client) = self.prepare().await?;
        let visits = Visits::new(subject, &self.scenario, self.stop.clone());
        let setup = self.set_up(&visits, &client).await?;
        let made = self.make_load(&visits, &client).await?;
        let phases = Phases {
            setup,
            raced: self.race(&visits, &client).await?,
            teardown: self.tear_down(&visits, &client).await?,
        };
        Ok(self.result(&visits, made, phases))
    }

    /// Looks whether the provider may and can be loaded.
    pub(super) async fn prepare(&self) -> Result<(Arc<Subject>, ClientOptions), LoadError> {
        let hosts = Hosts::new(&self.options.allow_hosts);
        subject::check(&self.config, &self.scenario)?;
        (self.observer)(&Progress::Setup);
        let mut client = self.options.client.clone();
        client.cacert.clone_from(&self.config.cacert);
        let recorder = Arc::new(Recorder::default());
        let recorded = Arc::new(Client::new(client.clone(), recorder)?);
        let config = self.config.clone();
        let subject = Subject::prepare(config, recorded, &self.scenario, hosts).await?;
        Ok((Arc::new(subject), client))
    }

    pub(super) async fn set_up(
        &self,
        visits: &Visits,
        client: &ClientOptions,
    ) -> Result<Option<PhaseFigures>, LoadError> {
        let wanted = self.scenario.setup.refresh_tokens;
        if wanted == 0 {
            return Ok(None);
        }
        let carrier = unmeasured(client)?;
        let phase = visits.fill(&carrier, wanted, &self.stop).await;
        visits.replace_with(carrier);
        match &phase.failure {
            Some(why) if phase.figures.done == 0 => {
                let told = format!("no login succeeded: {} ({})", why.example, why.kind);
                if !visits.is_wrong() {
                    return Err(LoadError::Unavailable(told));
                }
                // What the provider did wrong stands in the result.
                self.stop.request(&told);
                Ok(Some(phase.told()))
            }
            _ => Ok(Some(phase.told())),
        }
    }

    async fn make_load(&self, visits: &Visits, client: &ClientOptions) -> Result<Made, LoadError> {
        let scenario = &self.scenario;
        // A breath for what has to be started.
        let (turn, breath, ramp) = match scenario.workload {
            Workload::Closed { ramp, .. } => (Some(closed::turn().await), closed::LAUNCH, ramp),
            Workload::Open { .. } => (None, Duration::from_millis(5), Duration::ZERO),
        };
        let wire = Arc::new(Wire::new(client)?);
        let start = Instant::now() + breath;
        let begin = start + ramp + scenario.warmup;
        let started = OffsetDateTime::from(SystemTime::now() + (begin - Instant::now()));
        let tally = Arc::new(Mutex::new(Tally::new(begin, begin + scenario.duration)));
        lock(&tally).tell(self.options.metrics.clone());
        let users: Arc<Visits> = Arc::new(visits.clone());
        let watch = self.watch(&tally);
        let mut late_users = 0;
        let pace = match scenario.workload {
            Workload::Open {
                rate,
                rate_from,
                connections,
            } => {
                let tokens = visits.pool().waiting();
                let needs_token = scenario.setup.refresh_tokens > 0;
                let limit = if needs_token {
                    connections.min(tokens).max(1)
                } else {
                    connections
                };
                let plan = OpenPlan {
                    schedule: Schedule {
                        rate_from,
                        rate,
                        warmup: scenario.warmup,
                        duration: scenario.duration,
                    },
                    limit,
                    options: client.clone(),
                    start,
                };
                let made = open::run(plan, users, Arc::clone(&tally), self.stop.clone());
                let outcome = until(made, watch).await?;
                Some(Pace {
                    outcome,
                    limit,
                    lacks: match limit < connections {
                        true => "refresh tokens of the pool",
                        false => "connections",
                    },
                })
            }
            Workload::Closed { users: count, ramp } => {
                let plan = ClosedPlan {
                    users: count,
                    start,
                    ramp,
                    begin,
                    end: begin + scenario.duration,
                    patience: client.max_time * open::PATIENCE,
                    wire,
                    host: self.config.issuer.clone(),
                    stop: self.stop.clone(),
                };
                let made = closed::run(turn, plan, users, Arc::clone(&tally));
                let outcome = until(made, watch)
                    .await
                    .map_err(|error| ConfigError::new(error.to_string()))?;
                late_users = outcome.late;
                None
            }
        };
        let stopped = self.stop.at();
        let mut tally = lock(&tally);
        if let Some(at) = stopped {
            // Not now: the last answers were waited for.
            tally.cut(at);
        }
        let stopped = stopped
            .filter(|at| *at < begin + scenario.duration)
            .and_then(|_| self.stop.reason());
        let over = std::mem::replace(&mut *tally, Tally::new(begin, begin));
        let made = Made::of(over, (begin, started), scenario, pace, stopped);
        Ok(made.with_late_users(late_users))
    }

    pub(super) fn watch(&self, tally: &Arc<Mutex<Tally>>) -> impl Future<Output = ()> + '_ {
        let tally = Arc::clone(tally);
        async move { self.watch_forever(&tally).await }
    }

    /// Tells the observer how things stand, and stops the run when a rule of `abort_on` is broken. Never ends.
    async fn watch_forever(&self, tally: &Mutex<Tally>) {
        let mut interval = tokio::time::interval(TICK);
        let names = self.scenario.request_names();
        let (mut standings, mut thresholds) = (Vec::new(), Vec::new());
        let mut errors = BTreeMap::new();
        let mut ticks = 0;
        loop {
            interval.tick().await;
            let now = Instant::now();
            let (mut snapshot, broken) = {
                let mut tally = lock(tally);
                tally.tick(now);
                let enough = |rule: &&Threshold| {
                    let view = tally.view(rule.request());
                    view.is_some_and(|view| view.count() >= ABORT_AFTER)
                };
                let rules = self.options.abort_on.iter().filter(enough);
                let broken = rules
                    .map(|rule| rule.judge_so_far(&tally, now))
                    .find(|verdict| verdict.ok == Some(false));
                if ticks % STANDINGS_EVERY == 0 {
                    standings = tally.standings(&names);
                    let rules = self.scenario.thresholds.iter();
                    thresholds = rules.map(|rule| rule.judge_so_far(&tally, now)).collect();
                }
                (tally.snapshot(now), broken)
            };
            // Of the same moment as the figures beside them.
            if ticks % STANDINGS_EVERY == 0 {
                errors.clone_from(&snapshot.errors);
            } else {
                snapshot.errors.clone_from(&errors);
            }
            ticks += 1;
            snapshot.scenario.clone_from(&self.scenario.name);
            snapshot.standings.clone_from(&standings);
            snapshot.thresholds.clone_from(&thresholds);
            (self.observer)(&Progress::Load(Box::new(snapshot)));
            if let Some(verdict) = broken {
                self.stop.request(&format!(
                    "--abort-on {}: it was {}",
                    verdict.rule, verdict.observed
                ));
            }
        }
    }

    pub(super) async fn race(
        &self,
        visits: &Visits,
        client: &ClientOptions,
    ) -> Result<Raced, LoadError> {
        let wanted = self.scenario.races;
        let mut raced = Raced::default();
        if wanted == Races::default() {
            return Ok(raced);
        }
        if self.stop.is_requested() {
            raced.cut_short = true;
            return Ok(raced);
        }
        (self.observer)(&Progress::Races);
        let carrier = unmeasured(client)?;
        let rounds = wanted.rounds;
        let races = async {
            if wanted.code > 0 {
                raced.add(
                    "code",
                    visits.race_code(&carrier, wanted.code, rounds).await,
                );
            }
            if wanted.refresh_token > 0 {
                let n = wanted.refresh_token;
                let result = visits.race_refresh_token(&carrier, n, rounds).await;
                raced.add("refresh token", result);
            }
        };
        tokio::select! {
            () = races => {}
            () = self.stop.requested() => raced.cut_short = true,
        }
        Ok(raced)
    }

    pub(super) async fn tear_down(
        &self,
        visits: &Visits,
        client: &ClientOptions,
    ) -> Result<Option<PhaseFigures>, LoadError> {
        if !self.scenario.teardown.revoke {
            return Ok(None);
        }
        (self.observer)(&Progress::Teardown);
        // What was stopped leaves no tokens behind either; the next Ctrl-C ends the program.
        let carrier = unmeasured(client)?;
        Ok(Some(visits.drain(&carrier, &Stop::default()).await.told()))
    }
}

/// What carries what is not measured.
fn unmeasured(client: &ClientOptions) -> Result<Arc<dyn Carrier>, ConfigError> {
    Ok(Arc::new(ClientCarrier::new(Arc::new(Wire::new(client)?))?))
}

/// Runs `made` to its end, and `watch` beside it.
async fn until<T>(made: impl Future<Output = T>, watch: impl Future<Output = ()>) -> T {
    tokio::pin!(made, watch);
    match futures::future::select(made, watch).await {
        futures::future::Either::Left((result, _)) => result,
        futures::future::Either::Right(((), made)) => made.await,
    }
}

pub(super) fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}
