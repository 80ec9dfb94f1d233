//! The state of one scenario.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use cucumber::gherkin::Step;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::finding::{Finding, Outcome};
use crate::flow::{
    AuthorizationAttempt, CompletedFlow, Halt, Lease, Registration, RelyingParty, Session, Tokens,
};
use crate::login::Credentials;
use crate::protocol::JsonAnswer;
use crate::provider::ClientConfig;
use crate::requirement::{Catalogue, Level, Requirement};
use crate::run::{Check, Evidence};

/// Which checks of a scenario are judged; the others are neither judged nor reported.
#[derive(Debug, Clone, Default)]
pub enum Selected {
    /// All of them.
    #[default]
    All,
    /// These.
    Ids(HashSet<String>),
}

impl Selected {
    /// Whether the check of this requirement is chosen.
    pub fn has(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Ids(ids) => ids.contains(id),
        }
    }
}

/// How checks become outcomes: the catalogue, with a profile's overrides of levels.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What is known of each requirement.
    pub catalogue: Catalogue,
    /// Levels that the profile sets otherwise.
    pub levels: HashMap<String, Level>,
}

impl Judgement {
    /// The level of a requirement in this run.
    pub fn level(&self, requirement: &Requirement) -> Level {
        self.levels
            .get(&requirement.id)
            .copied()
            .unwrap_or(requirement.level)
    }
}

/// The state of one scenario: what it has done so far, and what it found.
#[derive(Debug, Default, cucumber::World)]
pub struct World {
    pub(super) rp: Option<Arc<RelyingParty>>,
    pub(super) judgement: Arc<Judgement>,
    pub(super) selected: Selected,
    /// What varies in this scenario.
    pub(super) variant: BTreeMap<String, String>,
    /// The scenario ends its session or its grant, so it never shares one.
    pub(super) spends: bool,
    /// The scenario has an issuer of its own, whose clock and keys it may move.
    pub(super) own_issuer: bool,
    /// The client of the scenario, where it is not the main one.
    pub(super) client: Option<ClientConfig>,
    pub(super) user: Option<Credentials>,
    pub(super) lease: Option<Lease>,
    /// The last authorization request.
    pub(super) attempt: Option<AuthorizationAttempt>,
    /// The completed journeys, the latest last.
    pub(super) flows: Vec<Arc<CompletedFlow>>,
    /// The tokens that the client holds now.
    pub(super) tokens: Tokens,
    /// The tokens before the last refresh.
    pub(super) old_tokens: Tokens,
    /// The clients that the scenario registered (or tried to), the latest last.
    pub(super) registrations: Vec<Registration>,
    /// An ID Token of the second user for the client.
    pub(super) other_user_token: Option<String>,
    /// The last answer of each endpoint, by its metadata name.
    pub(super) answers: BTreeMap<&'static str, JsonAnswer>,
    permit: Option<(Arc<Semaphore>, OwnedSemaphorePermit)>,
    checks: Vec<Check>,
    exchanges: Vec<u32>,
    halt: Option<Halt>,
}

impl World {
    /// The world of a scenario that is about to begin.
    pub fn begin(
        rp: Arc<RelyingParty>,
        judgement: Arc<Judgement>,
        selected: Selected,
        variant: BTreeMap<String, String>,
        spends: bool,
        own_issuer: bool,
    ) -> Self {
        Self {
            rp: Some(rp),
            judgement,
            selected,
            variant,
            spends,
            own_issuer,
            ..Self::default()
        }
    }

    /// Hands over the permit to run, which the scenario gives back while it waits.
    pub fn permit(&mut self, semaphore: Arc<Semaphore>, permit: OwnedSemaphorePermit) {
        self.permit = Some((semaphore, permit));
    }

    /// Why the scenario can't go on, if it can't.
    pub fn halt(&self) -> Option<&Halt> {
        self.halt.as_ref()
    }

    /// What was judged so far, and the exchanges of the scenario.
    pub fn into_results(self) -> (Vec<Check>, Vec<u32>) {
        (self.checks, self.exchanges)
    }

    /// Whether clock and keys of the issuer may be moved.
    pub(super) fn has_own_issuer(&self) -> bool {
        self.own_issuer
    }

    /// The relying party.
    pub(super) fn rp(&self) -> Result<Arc<RelyingParty>, Halt> {
        self.rp
            .clone()
            .ok_or_else(|| Halt::unjudged("the scenario has no relying party"))
    }

    /// Keeps the result of a Given or a When: a halt ends the scenario.
    pub(super) fn absorb(&mut self, result: Result<(), Halt>) {
        if let Err(halt) = result {
            if let Halt::Blocked {
                requirement,
                actual,
                expected,
                evidence,
            } = &halt
            {
                self.report_blocked(requirement, expected, actual, evidence.clone());
            }
            self.halt = Some(halt);
        }
    }

    /// The client of the scenario.
    pub(super) fn client(&self) -> Result<ClientConfig, Halt> {
        match &self.client {
            Some(client) => Ok(client.clone()),
            None => Ok(self.rp()?.main_client()?.clone()),
        }
    }

    /// The browser of the scenario: leased on first use.
    pub(super) fn session(&mut self) -> Result<Session, Halt> {
        if self.lease.is_none() {
            self.lease = Some(self.new_lease()?);
        }
        let lease = self.lease.as_ref().map(|lease| lease.session().clone());
        lease.ok_or_else(|| Halt::unjudged("the scenario has no browser"))
    }

    /// Leaves the browser of the scenario and takes one without cookies.
    pub(super) fn new_browser(&mut self) -> Result<Session, Halt> {
        let lease = self.rp()?.sessions.fresh(&self.user()?);
        let session = lease.session().clone();
        self.lease = Some(lease);
        Ok(session)
    }

    fn new_lease(&self) -> Result<Lease, Halt> {
        let rp = self.rp()?;
        let user = self.user()?;
        Ok(if self.spends {
            rp.sessions.fresh(&user)
        } else {
            rp.sessions.lease(&user)
        })
    }

    /// The user of the scenario.
    pub(super) fn user(&self) -> Result<Credentials, Halt> {
        match &self.user {
            Some(user) => Ok(user.clone()),
            None => Ok(self.rp()?.user()?.clone()),
        }
    }

    /// The latest completed journey.
    pub(super) fn flow(&self) -> Result<Arc<CompletedFlow>, Halt> {
        self.flows
            .last()
            .cloned()
            .ok_or_else(|| Halt::unjudged("the scenario has no completed flow: a step is missing"))
    }

    /// Takes over a completed journey: its tokens are what the client holds from now on.
    pub(super) fn take_flow(&mut self, flow: Arc<CompletedFlow>) {
        self.note_exchanges(&flow.exchanges());
        self.tokens = flow.tokens.clone();
        self.attempt = Some(flow.attempt.clone());
        self.answers.insert("token_endpoint", flow.token.clone());
        self.flows.push(flow);
    }

    /// Takes over where an authorization request ended.
    pub(super) fn take_attempt(&mut self, attempt: AuthorizationAttempt) {
        self.note_exchanges(&attempt.arrival.exchanges);
        self.attempt = Some(attempt);
    }

    /// Keeps the answer of an endpoint.
    pub(super) fn take_answer(&mut self, endpoint: &'static str, answer: JsonAnswer) {
        self.note_exchanges(&[answer.answer.exchange]);
        self.answers.insert(endpoint, answer);
    }

    /// The last answer of an endpoint.
    pub(super) fn answer(&self, endpoint: &'static str) -> Result<&JsonAnswer, Halt> {
        self.answers
            .get(endpoint)
            .ok_or_else(|| Halt::unjudged(format!("the scenario did not ask the {endpoint}")))
    }

    /// The last authorization request.
    pub(super) fn attempt(&self) -> Result<&AuthorizationAttempt, Halt> {
        self.attempt
            .as_ref()
            .ok_or_else(|| Halt::unjudged("the scenario made no authorization request"))
    }

    /// Notes that these exchanges belong to the scenario.
    pub(super) fn note_exchanges(&mut self, ids: &[u32]) {
        for id in ids {
            if !self.exchanges.contains(id) {
                self.exchanges.push(*id);
            }
        }
    }

    /// Waits, and lets other scenarios run meanwhile.
    pub(super) async fn wait(&mut self, time: Duration) {
        let permit = self.permit.take();
        let semaphore = permit.map(|(semaphore, _)| semaphore);
        let deadline = self
            .rp
            .as_ref()
            .map(|rp| Arc::clone(&rp.client().options().deadline));
        if let Some(deadline) = &deadline {
            deadline.pause();
        }
        tokio::time::sleep(time).await;
        if let Some(deadline) = &deadline {
            deadline.resume();
        }
        if let Some(semaphore) = semaphore
            && let Ok(permit) = Arc::clone(&semaphore).acquire_owned().await
        {
            self.permit = Some((semaphore, permit));
        }
    }

    /// Whether the check of this requirement is chosen.
    pub(super) fn wants(&self, id: &str) -> bool {
        self.selected.has(id)
    }

    /// Reports what a rule found.
    pub(super) fn report(
        &mut self,
        id: &str,
        of: &str,
        finding: &Finding,
        evidence: Vec<Evidence>,
    ) {
        if !self.wants(id) {
            return;
        }
        let mut check = self.check(id, of, evidence);
        check.outcome = Outcome::of(check.level, finding);
        match finding {
            Finding::Met => {}
            Finding::MetWith { note } => check.note = Some(note.clone()),
            Finding::Violated { expected, actual } => {
                check.expected.clone_from(expected);
                check.actual.clone_from(actual);
                if check.outcome == Outcome::Pass {
                    check.note = Some(format!("noted only: {} level", check.level));
                }
            }
            Finding::NotApplicable { reason } => check.note = Some(reason.clone()),
            Finding::NeedsReview { look_at } => check.note = Some(look_at.clone()),
        }
        self.push(check);
    }

    /// Keeps the result of a Then: what could not be judged is reported row by row and stops nothing.
    pub(super) fn conclude(&mut self, step: &Step, result: Result<(), Halt>) {
        let Err(halt) = result else { return };
        let outcome = match &halt {
            Halt::Missing { .. } => Outcome::Skip,
            Halt::Unjudged { .. } | Halt::Blocked { .. } => Outcome::Error,
        };
        for row in super::rows(step).unwrap_or_default() {
            if self.wants(&row.id) {
                let mut check = self.check(&row.id, "nothing", Vec::new());
                check.outcome = outcome;
                check.note = Some(halt.to_string());
                self.push(check);
            }
        }
    }

    fn report_blocked(&mut self, id: &str, expected: &str, actual: &str, evidence: Vec<Evidence>) {
        let mut check = self.check(id, "a step of the scenario", evidence);
        check.outcome = Outcome::Error;
        check.note = Some(format!("blocked: expected {expected}, got {actual}"));
        self.push(check);
    }

    fn check(&self, id: &str, of: &str, evidence: Vec<Evidence>) -> Check {
        let requirement = self.judgement.catalogue.get(id);
        Check {
            requirement: requirement.map_or(id, |r| &r.id).to_owned(),
            level: requirement.map_or(Level::Practice, |r| self.judgement.level(r)),
            summary: requirement.map(|r| r.summary.clone()).unwrap_or_default(),
            url: requirement.map(|r| r.url.clone()).unwrap_or_default(),
            of: of.to_owned(),
            outcome: Outcome::Error,
            expected: Vec::new(),
            actual: String::new(),
            note: None,
            known: None,
            evidence,
        }
    }

    /// Every text of a check passes through the redactor: a finding may quote what the provider sent.
    fn push(&mut self, mut check: Check) {
        if let Some(rp) = &self.rp {
            let recorder = rp.recorder();
            check.actual = recorder.scrub(&check.actual);
            for expected in &mut check.expected {
                *expected = recorder.scrub(expected);
            }
            check.note = check.note.map(|note| recorder.scrub(&note));
        }
        self.checks.push(check);
    }
}
