//! The library's face: from a provider to a [`Run`].

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::oneshot;
use url::Url;

use super::doctor::{self, Diagnosis};
use super::options::{Observer, Options, Silent, Stop};
use super::plan::Plan;
use super::registration::register_missing;
use super::runner::{Chosen, Runner};
use super::{scenario, tally};
use crate::error::ConfigError;
use crate::evidence::Recorder;
use crate::finding::Outcome;
use crate::flow::{Halt, RelyingParty, RelyingPartyOptions};
use crate::http::{Client, ClientOptions, Deadline};
use crate::login::{self, Credentials, LoginDriver, Prompt};
use crate::provider::{ClientConfig, Control, Metadata, ProviderConfig};
use crate::requirement::Catalogue;
use crate::run::{ProviderInfo, Role, Run, SCHEMA_VERSION, ScenarioResult, Tool, Totals};

/// A conformance run against one provider.
pub struct Conformance {
    config: ProviderConfig,
    options: Options,
    control: Option<Arc<dyn Control>>,
    prompt: Option<Arc<dyn Prompt>>,
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
    /// A run against the provider of this issuer, spelled as the provider spells it.
    ///
    /// Without a [`client`](Self::client) the run registers one, where the provider lets it
    /// ([Registration 3](https://openid.net/specs/openid-connect-registration-1_0.html#ClientRegistration)).
    /// What needs a [`user`](Self::user) is skipped without one.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self::of(ProviderConfig::of_issuer(issuer))
    }

    /// A run against the provider that a file describes, as `oidcheck run -p FILE` does.
    ///
    /// # Errors
    /// The file can't be read, or something in it is wrong.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Ok(Self::of(ProviderConfig::load(path.as_ref())?))
    }

    /// A run against a provider.
    pub fn of(config: ProviderConfig) -> Self {
        Self {
            config,
            options: Options::default(),
            control: None,
            prompt: None,
            observer: Box::new(Silent),
            recorder: Arc::default(),
            stop: Stop::default(),
        }
    }

    /// A client that is registered with the provider. The first with a secret or key is the main one, the next
    /// "another client"; the first without authentication is the public one.
    #[must_use]
    pub fn client(mut self, client: ClientConfig) -> Self {
        self.config.clients.push(client);
        self
    }

    /// A user who may log in: a test account of which nothing depends.
    #[must_use]
    pub fn user(mut self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.config.users.push(Credentials {
            username: username.into(),
            password: password.into(),
        });
        self
    }

    /// Certificates (PEM) to trust besides those of the system.
    #[must_use]
    pub fn cacert(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.config.cacert = Some(pem.into());
        self
    }

    /// The profile that chooses the scenarios; `all` by default.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.options.profile = name.into();
        self
    }

    /// Chooses checks or scenarios, as on the command line; several mean "or".
    #[must_use]
    pub fn select(mut self, selector: impl Into<String>) -> Self {
        self.options.select.push(selector.into());
        self
    }

    /// Leaves checks or scenarios out, as on the command line.
    #[must_use]
    pub fn skip(mut self, selector: impl Into<String>) -> Self {
        self.options.skip.push(selector.into());
        self
    }

    /// The longest that the run may take; five minutes by default.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = deadline;
        self
    }

    /// How the run goes, whole: replaces what was said of it before.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Power over the provider: the built-in mock IdP gives it.
    #[must_use]
    pub fn control(mut self, control: Arc<dyn Control>) -> Self {
        self.control = Some(control);
        self
    }

    /// The person who logs in where the login driver is `manual`.
    #[must_use]
    pub fn prompt(mut self, prompt: Arc<dyn Prompt>) -> Self {
        self.prompt = Some(prompt);
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
                    .and_then(|runtime| {
                        let result = runtime.block_on(self.run_here());
                        // A host name that is still being looked up must not hold up the end.
                        runtime.shutdown_background();
                        result
                    });
                let _ = give.send(result);
            })
            .map_err(|e| ConfigError::new(format!("no thread: {e}")))?;
        take.await
            .unwrap_or_else(|_| Err(ConfigError::new("the run ended without a result")))
    }

    /// Looks for what would keep a run from judging, without judging anything.
    ///
    /// # Errors
    /// As [`Conformance::run`].
    pub async fn diagnose(mut self) -> Result<Diagnosis, ConfigError> {
        let plan = Plan::new(&self.options)?;
        self.check(plan.catalogue())?;
        let client = Arc::new(self.transport()?);
        let driver = self.driver()?;
        let mut diagnosis = Diagnosis::default();
        let issuer = self.config.issuer.clone();
        if let Some(metadata) = doctor::look_at_metadata(&mut diagnosis, &client, &issuer).await {
            let rp = self.relying_party(&client, driver, metadata).await;
            doctor::look_at_clients(&mut diagnosis, &rp).await;
            doctor::look_at_capabilities(&mut diagnosis, &rp.provider, &plan);
            rp.deregister().await;
        }
        for look in &mut diagnosis.looks {
            look.seen = self.recorder.scrub(&look.seen);
        }
        Ok(diagnosis)
    }

    async fn run_here(mut self) -> Result<Run, ConfigError> {
        let plan = Plan::new(&self.options)?;
        self.check(plan.catalogue())?;
        let client = Arc::new(self.transport()?);
        let driver = self.driver()?;
        let begun = Instant::now();
        let mut run = self.head(&plan);
        self.observer.begun(&run);
        let stop = self.stop.clone();
        let met = if plan.chosen.is_empty() {
            None
        } else {
            tokio::select! {
                met = self.meet(&client, driver) => Some(met),
                () = stop.requested() => None,
            }
        };
        let mut scenarios = match met {
            Some(Ok(rp)) => {
                let runner = Runner {
                    rp: Arc::clone(&rp),
                    judgement: Arc::clone(&plan.judgement),
                    jobs: self.options.jobs.max(1),
                    slow: self.options.slow || plan.profile.slow,
                    stop,
                    observer: self.observer,
                };
                let (scenarios, _) = runner.run(&plan.chosen).await;
                rp.deregister().await;
                scenarios
            }
            Some(Err(halt)) => unreachable(&plan.chosen, &halt, self.observer.as_mut()),
            None => Vec::new(),
        };
        scrub(&mut scenarios, &self.recorder);
        run.stale_known = tally::stale(&self.config.known, &scenarios, plan.catalogue());
        run.unfinished
            .retain(|id| !scenarios.iter().any(|scenario| scenario.id == *id));
        run.interrupted = !run.unfinished.is_empty();
        run.scenarios = scenarios;
        run.exchanges = self.recorder.exchanges();
        run.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run.recount();
        Ok(run)
    }

    /// Asks the provider what it is, and registers the clients that the file lacks.
    async fn meet(
        &mut self,
        client: &Arc<Client>,
        driver: Arc<dyn LoginDriver>,
    ) -> Result<Arc<RelyingParty>, Halt> {
        let rp = RelyingParty::discover(self.parts(client, driver)).await?;
        Ok(Arc::new(self.with_all_clients(rp).await))
    }

    /// The same, where the metadata are there already.
    async fn relying_party(
        &mut self,
        client: &Arc<Client>,
        driver: Arc<dyn LoginDriver>,
        metadata: Metadata,
    ) -> RelyingParty {
        let rp = RelyingParty::new(self.parts(client, driver), metadata);
        self.with_all_clients(rp).await
    }

    fn parts(&self, client: &Arc<Client>, driver: Arc<dyn LoginDriver>) -> RelyingPartyOptions {
        RelyingPartyOptions {
            config: Arc::new(self.config.clone()),
            client: Arc::clone(client),
            driver,
            control: self.control.clone(),
        }
    }

    async fn with_all_clients(&mut self, rp: RelyingParty) -> RelyingParty {
        let clients = register_missing(&rp, self.observer.as_mut()).await;
        if clients.is_empty() {
            return rp;
        }
        let mut config = self.config.clone();
        config.clients.extend(clients);
        rp.with_config(config)
    }

    /// What the types can't say about the provider file.
    fn check(&self, catalogue: &Catalogue) -> Result<(), ConfigError> {
        let issuer = &self.config.issuer;
        if !Url::parse(issuer).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(ConfigError::new(format!(
                "the issuer `{issuer}` is no http(s) URL"
            )));
        }
        let mut known = self.config.known.iter();
        let Some(known) = known.find(|known| catalogue.get(&known.requirement).is_none()) else {
            return Ok(());
        };
        let message = format!(
            "[[known]] names `{}`, which is no known requirement",
            known.requirement
        );
        Err(match &known.place {
            Some((file, line)) => ConfigError::line(file, *line, message),
            None => ConfigError::new(message),
        })
    }

    fn driver(&self) -> Result<Arc<dyn LoginDriver>, ConfigError> {
        match &self.prompt {
            Some(prompt) => login::driver_with_prompt(&self.config.login, Arc::clone(prompt)),
            None => login::driver(&self.config.login),
        }
    }

    fn transport(&self) -> Result<Client, ConfigError> {
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

    fn head(&self, plan: &Plan) -> Run {
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
            profile: plan.profile.name.clone(),
            interrupted: false,
            totals: Totals::default(),
            requirements: Totals::default(),
            unfinished: plan.scenarios().map(|(s, _)| s.id.clone()).collect(),
            scenarios: Vec::new(),
            exchanges: Vec::new(),
            stale_known: Vec::new(),
        }
    }
}

/// Nothing can be judged: the provider gave no answer at all.
fn unreachable(chosen: &[Chosen], halt: &Halt, observer: &mut dyn Observer) -> Vec<ScenarioResult> {
    chosen
        .iter()
        .map(|chosen| {
            let reason = format!("the discovery document could not be asked for: {halt}");
            let now = Instant::now();
            let result = scenario::result(
                &chosen.scenario,
                &chosen.selected,
                now,
                Outcome::Error,
                Some(reason),
            );
            observer.finished(&result);
            result
        })
        .collect()
}

/// Takes out what was not known to be a secret yet when a finding was put into words.
fn scrub(scenarios: &mut [ScenarioResult], recorder: &Recorder) {
    for scenario in scenarios {
        let checks = scenario.checks.iter_mut().flat_map(|check| {
            let texts = check.expected.iter_mut().chain([&mut check.actual]);
            texts.chain(&mut check.note)
        });
        for text in checks.chain(&mut scenario.reason) {
            *text = recorder.scrub(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_future_of_a_run_may_go_to_another_thread() {
        fn is_send(_: &impl Send) {}
        is_send(&Conformance::new("https://op.example").run());
    }

    #[tokio::test]
    async fn what_is_wrong_is_found_without_the_network() {
        for (conformance, says) in [
            (
                Conformance::new("op.example"),
                "`op.example` is no http(s) URL",
            ),
            (
                Conformance::new("https://op.example").profile("basics"),
                "`basics` is no profile; there are all",
            ),
            (
                Conformance::new("https://op.example").select("OIDCC-2-666"),
                "`OIDCC-2-666` matches nothing; the nearest names are OIDCC-2-",
            ),
            (
                Conformance::new("https://op.example").cacert("no PEM"),
                "cacert: no certificate in the file",
            ),
        ] {
            let error = conformance.run().await.expect_err("must be refused");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
