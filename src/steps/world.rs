//! The state of one scenario.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use cucumber::gherkin::Step;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::checks::jwks::Jwks;
use crate::finding::{Finding, Outcome};
use crate::flow::{
    AuthorizationAttempt, CompletedFlow, Halt, Lease, LogoutAttempt, Management, Registration,
    RelyingParty, Session, Tokens,
};
use crate::http::Deadline;
use crate::login::Credentials;
use crate::protocol::JsonAnswer;
use crate::provider::{ClientConfig, Secret};
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
    pub catalogue: Arc<Catalogue>,
    /// Levels that the profile sets otherwise in this scenario.
    pub levels: HashMap<String, Level>,
}

impl Judgement {
    /// The level of a requirement in this scenario.
    pub fn level(&self, requirement: &Requirement) -> Level {
        self.levels
            .get(&requirement.id)
            .copied()
            .unwrap_or(requirement.level)
    }
}

/// The state of one scenario: what it has done so far, and what it found.
#[derive(Default, cucumber::World)]
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
    /// The ids that its tables name.
    ids: Vec<String>,
    /// The client of the scenario, where it is not the main one.
    pub(super) client: Option<ClientConfig>,
    pub(super) user: Option<Credentials>,
    pub(super) lease: Option<Lease>,
    /// The last authorization request.
    pub(super) attempt: Option<AuthorizationAttempt>,
    /// The last logout request.
    pub(super) logout: Option<Arc<LogoutAttempt>>,
    /// The completed journeys, the latest last.
    pub(super) flows: Vec<Arc<CompletedFlow>>,
    /// The tokens that the client holds now.
    pub(super) tokens: Tokens,
    /// The tokens before the last refresh.
    pub(super) old_tokens: Tokens,
    /// The JWK Set before the last rotation of keys.
    pub(super) retired: Option<Jwks>,
    /// The clients that the scenario registered (or tried to), the latest last.
    pub(super) registrations: Vec<Registration>,
    /// An ID Token of the second user for the client.
    pub(super) other_user_token: Option<String>,
    /// The access token was introspected last, not another token.
    pub(super) introspected_access_token: bool,
    /// How the registered clients are managed, the latest last.
    pub(super) managed: Vec<Management>,
    /// How far the provider's clock was moved: rules about time are judged by it.
    pub(super) clock_ahead: Duration,
    /// The client assertion of the last request that had one of its own.
    pub(super) assertion: Option<Secret>,
    /// The scope that the last refresh asked for.
    pub(super) asked_scope: Option<String>,
    /// The answers of requests that were made at once.
    pub(super) at_once: Vec<JsonAnswer>,
    /// The last answer of each endpoint, by its metadata name.
    pub(super) answers: BTreeMap<&'static str, JsonAnswer>,
    permit: Option<(Arc<Semaphore>, OwnedSemaphorePermit)>,
    checks: Vec<Check>,
    exchanges: Vec<u32>,
    halt: Option<Halt>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What the scenario holds are secrets.
        f.debug_struct("World")
            .field("ids", &self.ids)
            .field("checks", &self.checks.len())
            .finish_non_exhaustive()
    }
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
        ids: Vec<String>,
    ) -> Self {
        Self {
            rp: Some(rp),
            judgement,
            selected,
            variant,
            spends,
            own_issuer,
            ids,
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

    /// The chosen ids that no check has reported yet.
    pub fn unjudged(&self) -> Vec<String> {
        let reported = |id: &str| {
            let row = self.row_of(id);
            self.checks.iter().any(|check| check.requirement == row)
        };
        let chosen = self.ids.iter().filter(|id| self.wants(id));
        chosen.filter(|id| !reported(id)).cloned().collect()
    }

    /// The worst of what was judged so far.
    pub fn worst(&self) -> Option<Outcome> {
        Outcome::worst(self.checks.iter().map(|check| check.outcome))
    }

    /// Reports all that was not judged, because the scenario ended before.
    pub fn leave_unjudged(&mut self, outcome: Outcome, reason: &str) {
        for id in self.unjudged() {
            self.report_unjudged(&id, outcome, reason);
        }
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
                match self.own_id_of(requirement) {
                    // The scenario that judges this very step.
                    Some(id) => {
                        let finding = Finding::violated(expected, actual);
                        self.report(&id, "a step of the scenario", &finding, evidence.clone());
                    }
                    None => self.report_blocked(requirement, expected, actual, evidence.clone()),
                }
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
        // Given back however the wait ends: the step may be dropped in the middle of it.
        let pause = self
            .rp
            .as_ref()
            .map(|rp| Deadline::pause(&rp.client().options().deadline));
        tokio::time::sleep(time).await;
        drop(pause);
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
                self.report_unjudged(&row.id, outcome, &halt.to_string());
            }
        }
    }

    /// Reports that a check could not be judged.
    pub(super) fn report_unjudged(&mut self, id: &str, outcome: Outcome, reason: &str) {
        let mut check = self.check(id, "nothing", Vec::new());
        check.outcome = outcome;
        check.note = Some(reason.to_owned());
        self.push(check);
    }

    /// The chosen id of the scenario's tables that stands for this requirement.
    fn own_id_of(&self, requirement: &str) -> Option<String> {
        let row = self.row_of(requirement);
        let mut own = self.ids.iter().filter(|id| self.wants(id));
        own.find(|id| self.row_of(id) == row).cloned()
    }

    /// The id of the catalogue's row that states this requirement.
    fn row_of<'a>(&'a self, id: &'a str) -> &'a str {
        self.judgement.catalogue.get(id).map_or(id, |row| &row.id)
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

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = r#"
[[requirement]]
id = "RFC6749-5.1-1"
level = "MUST"
summary = "a token"
url = "https://www.rfc-editor.org/rfc/rfc6749#section-5.1"
[[requirement]]
id = "OIDCC-2-6"
level = "MUST"
summary = "aud"
url = "https://openid.net/specs/openid-connect-core-1_0.html#IDToken"
also = [{ id = "OIDCC-3.1.3.7-3", level = "MUST" }]
"#;

    fn world(ids: &[&str], selected: Selected) -> World {
        let mut catalogue = Catalogue::default();
        catalogue.add("requirements.toml", ROWS).unwrap();
        World {
            judgement: Arc::new(Judgement {
                catalogue: Arc::new(catalogue),
                levels: HashMap::new(),
            }),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            selected,
            ..World::default()
        }
    }

    fn outcomes(world: World) -> Vec<(String, Outcome)> {
        let (checks, _) = world.into_results();
        checks
            .into_iter()
            .map(|check| (check.requirement, check.outcome))
            .collect()
    }

    fn blocked() -> Result<(), Halt> {
        Err(Halt::Blocked {
            requirement: "RFC6749-5.1-1",
            expected: "a token".to_owned(),
            actual: "nothing".to_owned(),
            evidence: Vec::new(),
        })
    }

    #[test]
    fn a_step_that_is_refused_fails_where_it_is_what_is_judged() {
        let token = "RFC6749-5.1-1".to_owned();
        for (ids, outcome) in [
            (&["RFC6749-5.1-1", "OIDCC-2-6"][..], Outcome::Fail),
            (&["OIDCC-2-6"], Outcome::Error),
        ] {
            let mut world = world(ids, Selected::All);
            world.absorb(blocked());
            assert!(world.halt().is_some());
            assert_eq!(outcomes(world), [(token.clone(), outcome)]);
        }
        // Nobody asked for the check of the step: it only tells what stopped the rest.
        let only = Selected::Ids(HashSet::from(["OIDCC-2-6".to_owned()]));
        let mut world = world(&["RFC6749-5.1-1", "OIDCC-2-6"], only);
        world.absorb(blocked());
        assert_eq!(outcomes(world), [(token, Outcome::Error)]);
    }

    #[test]
    fn what_was_not_reached_is_not_taken_for_judged() {
        let mut world = world(&["RFC6749-5.1-1", "OIDCC-3.1.3.7-3"], Selected::All);
        world.report("RFC6749-5.1-1", "", &Finding::Met, Vec::new());
        assert_eq!(world.unjudged(), ["OIDCC-3.1.3.7-3"]);
        world.leave_unjudged(Outcome::Skip, "no second client");
        assert!(world.unjudged().is_empty());
        assert_eq!(
            outcomes(world),
            [
                ("RFC6749-5.1-1".to_owned(), Outcome::Pass),
                ("OIDCC-2-6".to_owned(), Outcome::Skip)
            ]
        );
    }
}
