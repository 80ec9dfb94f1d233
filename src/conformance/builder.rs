//! The library's face: from a provider to a [`Run`].

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::{Notify, oneshot};

use super::features::FeatureSet;
use super::parser::{Planned, plan};
use super::profile::{self, Profile};
use super::runner::{Chosen, Runner};
use super::selection::{Selection, Selector};
use super::{scenario, tally};
use crate::error::ConfigError;
use crate::evidence::Recorder;
use crate::finding::Outcome;
use crate::flow::{Halt, RelyingParty, RelyingPartyOptions};
use crate::http::{Client, ClientOptions, Deadline};
use crate::login;
use crate::provider::{Control, ProviderConfig};
use crate::requirement::Level;
use crate::run::{Exchange, ProviderInfo, Role, Run, SCHEMA_VERSION, ScenarioResult, Tool, Totals};
use crate::steps::Judgement;

/// How a run goes.
#[derive(Debug, Clone)]
pub struct Options {
    /// The profile that chooses the scenarios.
    pub profile: String,
    /// Selectors, as on the command line; several mean "or".
    pub select: Vec<String>,
    /// Selectors of what is left out.
    pub skip: Vec<String>,
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
    /// The run begins: its head (without results), and how many scenarios it has.
    fn begun(&mut self, _run: &Run, _scenarios: usize) {}
    /// A scenario is finished.
    fn finished(&mut self, _scenario: &ScenarioResult) {}
}

/// Tells nobody.
#[derive(Debug)]
struct Silent;

impl Observer for Silent {}

/// Stops a run before its end, from anywhere.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    inner: Arc<(std::sync::atomic::AtomicBool, Notify)>,
}

impl Stop {
    /// Asks the run to stop. What is finished is kept.
    pub fn request(&self) {
        self.inner
            .0
            .store(true, std::sync::atomic::Ordering::SeqCst);
        self.inner.1.notify_waiters();
    }

    /// Whether it was asked to.
    pub fn is_requested(&self) -> bool {
        self.inner.0.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Waits until it is asked to.
    pub(super) async fn requested(&self) {
        loop {
            let notified = self.inner.1.notified();
            if self.is_requested() {
                return;
            }
            notified.await;
        }
    }
}

/// A conformance run against one provider.
pub struct Conformance {
    config: ProviderConfig,
    options: Options,
    control: Option<Arc<dyn Control>>,
    observer: Box<dyn Observer>,
    recorder: Arc<Recorder>,
    stop: Stop,
}

impl std::fmt::Debug for Conformance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conformance")
            .field("config", &self.config)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Conformance {
    /// A run against a provider.
    pub fn of(config: ProviderConfig) -> Self {
        Self {
            config,
            options: Options::default(),
            control: None,
            observer: Box::new(Silent),
            recorder: Arc::default(),
            stop: Stop::default(),
        }
    }

    /// How the run goes.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Chooses checks or scenarios, as on the command line; several mean "or".
    #[must_use]
    pub fn select(mut self, selector: impl Into<String>) -> Self {
        self.options.select.push(selector.into());
        self
    }

    /// Power over the provider: the built-in mock IdP gives it.
    #[must_use]
    pub fn control(mut self, control: Arc<dyn Control>) -> Self {
        self.control = Some(control);
        self
    }

    /// Who is told what happens.
    #[must_use]
    pub fn observer(mut self, observer: Box<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// What stops the run before its end.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// The recorder of the run, whose exchanges an observer may want before the run has ended.
    pub fn recorder(&self) -> Arc<Recorder> {
        Arc::clone(&self.recorder)
    }

    /// Runs the chosen scenarios.
    ///
    /// # Errors
    /// Provider file, features, selectors or options are wrong. What happens on the network is none of
    /// these: it stands in the [`Run`].
    pub async fn run(self) -> Result<Run, ConfigError> {
        let (give, take) = oneshot::channel();
        // Steps are not Send, and a panic in one must not touch the caller's runtime.
        std::thread::Builder::new()
            .name("oidcheck-run".to_owned())
            .spawn(move || {
                let result = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map_err(|e| ConfigError::new(format!("no runtime: {e}")))
                    .and_then(|runtime| runtime.block_on(self.run_here()));
                let _ = give.send(result);
            })
            .map_err(|e| ConfigError::new(format!("no thread: {e}")))?;
        take.await
            .unwrap_or_else(|_| Err(ConfigError::new("the run ended without a result")))
    }

    async fn run_here(mut self) -> Result<Run, ConfigError> {
        let mut set = FeatureSet::embedded()?;
        for folder in &self.options.features {
            set.add_folder(folder)?;
        }
        let profile = find_profile(&set.profiles, &self.options.profile)?;
        let planned = plan(&set, &profile)?;
        self.check_known(&set)?;
        let judgement = Arc::new(Judgement {
            levels: profile.levels.clone(),
            catalogue: set.catalogue,
        });
        let chosen = self.choose(planned, &profile, &judgement)?;
        let client = self.client()?;
        let driver = login::driver(&self.config.login)?;
        let begun = Instant::now();
        let mut run = self.head(&profile);
        self.observer.begun(&run, chosen.len());
        let discovered = RelyingParty::discover(RelyingPartyOptions {
            config: Arc::new(self.config.clone()),
            client: Arc::new(client),
            driver,
            control: self.control.clone(),
        })
        .await;
        let (scenarios, interrupted) = match discovered {
            Ok(rp) => {
                let rp = Arc::new(rp);
                let runner = Runner {
                    rp: Arc::clone(&rp),
                    judgement: Arc::clone(&judgement),
                    jobs: self.options.jobs.max(1),
                    slow: self.options.slow || profile.slow,
                    stop: self.stop.clone(),
                    observer: self.observer,
                };
                let results = runner.run(&chosen).await;
                rp.deregister().await;
                results
            }
            Err(halt) => (unreachable(&chosen, &halt, self.observer.as_mut()), false),
        };
        run.stale_known = tally::stale(&self.config.known, &scenarios, &judgement.catalogue);
        run.scenarios = scenarios;
        run.interrupted = interrupted;
        run.exchanges = self.recorder.exchanges();
        run.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run.recount();
        Ok(run)
    }

    fn choose(
        &self,
        planned: Vec<Planned>,
        profile: &Profile,
        judgement: &Judgement,
    ) -> Result<Vec<Chosen>, ConfigError> {
        let parse = |texts: &[String]| {
            texts
                .iter()
                .map(|text| Selector::parse(text, &planned, &judgement.catalogue))
                .collect::<Result<Vec<_>, _>>()
        };
        let selection = Selection {
            only: parse(&self.options.select)?,
            skip: parse(&self.options.skip)?,
            level: self.options.level,
        };
        let level_of = |id: &str| judgement.catalogue.get(id).map(|row| judgement.level(row));
        Ok(planned
            .into_iter()
            .filter_map(|scenario| {
                let selected = selection.of(&scenario, profile, level_of, &judgement.catalogue)?;
                Some(Chosen { scenario, selected })
            })
            .collect())
    }

    fn check_known(&self, set: &FeatureSet) -> Result<(), ConfigError> {
        match self
            .config
            .known
            .iter()
            .find(|known| set.catalogue.get(&known.requirement).is_none())
        {
            Some(known) => Err(ConfigError::new(format!(
                "[[known]] names `{}`, which is no known requirement",
                known.requirement
            ))),
            None => Ok(()),
        }
    }

    fn client(&self) -> Result<Client, ConfigError> {
        for (kind, secret) in self.config.secrets() {
            self.recorder.learn(kind, secret);
        }
        for client in &self.config.clients {
            self.recorder.publish(&client.id);
            for uri in client
                .redirect_uris
                .iter()
                .chain(&client.post_logout_redirect_uris)
            {
                self.recorder.publish(uri);
            }
        }
        Client::new(
            ClientOptions {
                max_time: self.options.max_time,
                connect_timeout: self.options.connect_timeout,
                cacert: self.config.cacert.clone(),
                insecure: self.options.insecure,
                deadline: Arc::new(Deadline::after(self.options.deadline)),
                ..ClientOptions::default()
            },
            Arc::clone(&self.recorder),
        )
    }

    fn head(&self, profile: &Profile) -> Run {
        Run {
            schema_version: SCHEMA_VERSION,
            tool: Tool {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            role: Role::Op,
            provider: ProviderInfo {
                name: self.config.name.clone(),
                issuer: self.config.issuer.clone(),
            },
            started: OffsetDateTime::from(SystemTime::now())
                .format(&Rfc3339)
                .unwrap_or_default(),
            duration_ms: 0,
            profile: profile.name.clone(),
            interrupted: false,
            totals: Totals::default(),
            requirements: Totals::default(),
            scenarios: Vec::new(),
            exchanges: Vec::<Exchange>::new(),
            stale_known: Vec::new(),
        }
    }
}

fn find_profile(profiles: &[Profile], name: &str) -> Result<Profile, ConfigError> {
    profiles
        .iter()
        .find(|p| p.name == name)
        .cloned()
        .ok_or_else(|| {
            let names: Vec<&str> = profiles.iter().map(|p| p.name.as_str()).collect();
            ConfigError::new(format!(
                "`{name}` is no profile; there are {}",
                names.join(", ")
            ))
        })
}

/// Nothing can be judged: the provider gave no answer at all.
fn unreachable(chosen: &[Chosen], halt: &Halt, observer: &mut dyn Observer) -> Vec<ScenarioResult> {
    chosen
        .iter()
        .map(|chosen| {
            let reason = format!("the discovery document could not be asked for: {halt}");
            let now = Instant::now();
            let result = scenario::result(&chosen.scenario, now, Outcome::Error, Some(reason));
            observer.finished(&result);
            result
        })
        .collect()
}
