//! The course of a run: from the first request to the results.

use std::any::Any;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use futures::FutureExt as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use super::builder::Conformance;
use super::doctor::{self, Diagnosis};
use super::options::Observer;
use super::plan::Plan;
use super::registration::register_missing;
use super::runner::{Chosen, Results, Runner};
use super::scenario::{panic_text, result};
use super::tally;
use crate::error::ConfigError;
use crate::evidence::Recorder;
use crate::finding::Outcome;
use crate::flow::{Halt, RelyingParty, RelyingPartyOptions};
use crate::http::{Client, ClientOptions, Deadline};
use crate::login::{self, LoginDriver};
use crate::provider::Metadata;
use crate::requirement::Catalogue;
use crate::run::{ProviderInfo, Role, Run, SCHEMA_VERSION, ScenarioResult, Tool, Totals};

impl Conformance {
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

    pub(super) async fn run_here(mut self) -> Result<Run, ConfigError> {
        let plan = Plan::new(&self.options)?;
        self.check(plan.catalogue())?;
        let client = Arc::new(self.transport()?);
        let driver = self.driver()?;
        let begun = Instant::now();
        let mut run = self.head(&plan);
        let mut results = Results::new();
        let judging = self.judge(&run, &plan, &client, driver, &mut results);
        if let Err(panic) = AssertUnwindSafe(judging).catch_unwind().await {
            break_off(&plan.chosen, &*panic, &mut results);
        }
        let mut scenarios: Vec<_> = results.into_values().collect();
        scrub(&mut scenarios, &self.recorder);
        run.stale_known = tally::stale(&self.config.known, &scenarios, plan.catalogue());
        let finished: HashSet<&str> = scenarios.iter().map(|s| s.id.as_str()).collect();
        run.unfinished.retain(|id| !finished.contains(id.as_str()));
        run.interrupted = !run.unfinished.is_empty();
        run.scenarios = scenarios;
        run.exchanges = self.recorder.exchanges();
        run.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run.recount();
        Ok(run)
    }

    /// Runs what was chosen, from the first request on.
    async fn judge(
        &mut self,
        head: &Run,
        plan: &Plan,
        client: &Arc<Client>,
        driver: Arc<dyn LoginDriver>,
        results: &mut Results,
    ) {
        self.observer.begun(head);
        if plan.chosen.is_empty() {
            return;
        }
        let rp = match self.meet(client, driver).await {
            Ok(Some(rp)) => rp,
            Ok(None) => return,
            Err(halt) => return unreachable(&plan.chosen, &halt, self.observer.as_mut(), results),
        };
        let runner = Runner {
            rp: Arc::clone(&rp),
            jobs: self.options.jobs.max(1),
            slow: self.options.slow || plan.profile.slow,
            stop: self.stop.clone(),
            observer: self.observer.as_mut(),
        };
        let running = AssertUnwindSafe(runner.run(&plan.chosen, results)).catch_unwind();
        let ended = running.await;
        rp.deregister().await;
        if let Err(panic) = ended {
            resume_unwind(panic);
        }
    }

    /// Asks the provider what it is, and registers the clients that the file lacks. `None` where the run was
    /// stopped before the provider answered.
    async fn meet(
        &mut self,
        client: &Arc<Client>,
        driver: Arc<dyn LoginDriver>,
    ) -> Result<Option<Arc<RelyingParty>>, Halt> {
        let stop = self.stop.clone();
        let rp = tokio::select! {
            rp = RelyingParty::discover(self.parts(client, driver)) => rp?,
            () = stop.requested() => return Ok(None),
        };
        Ok(Some(Arc::new(self.with_all_clients(rp).await)))
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
        let stop = self.stop.clone();
        let clients = tokio::select! {
            clients = register_missing(&rp, self.observer.as_mut()) => clients,
            // What was registered until then is deleted with the rest.
            () = stop.requested() => Vec::new(),
        };
        if clients.is_empty() {
            return rp;
        }
        let mut config = self.config.clone();
        config.clients.extend(clients);
        rp.with_config(config)
    }

    /// What the types can't say about the provider file.
    fn check(&self, catalogue: &Catalogue) -> Result<(), ConfigError> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
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
fn unreachable(chosen: &[Chosen], halt: &Halt, observer: &mut dyn Observer, results: &mut Results) {
    let reason = format!("the discovery document could not be asked for: {halt}");
    for (index, chosen) in chosen.iter().enumerate() {
        let result = unjudged(chosen, &reason);
        observer.finished(results.entry(index).or_insert(result));
    }
}

/// A defect of ours ended the run: what has ended stands, the rest could not be judged. The observer, which may be
/// to blame, is not told.
fn break_off(chosen: &[Chosen], panic: &(dyn Any + Send), results: &mut Results) {
    let reason = format!("harness: the run broke off: {}", panic_text(panic));
    for (index, chosen) in chosen.iter().enumerate() {
        results
            .entry(index)
            .or_insert_with(|| unjudged(chosen, &reason));
    }
}

fn unjudged(chosen: &Chosen, reason: &str) -> ScenarioResult {
    let Chosen {
        scenario, selected, ..
    } = chosen;
    let (now, reason) = (Instant::now(), Some(reason.to_owned()));
    result(scenario, selected, now, Outcome::Error, reason)
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
