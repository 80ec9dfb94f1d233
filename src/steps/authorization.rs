//! Steps at the authorization endpoint.

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::Method;

use super::World;
use super::judge::Row;
use super::pkce::choose_verifier;
use crate::checks::{authorization_refusal, interaction};
use crate::finding::Finding;
use crate::flow::{AuthorizationPlan, Extra, Halt};
use crate::login::{Decision, PageKind};
use crate::run::Evidence;

/// The journey is read only and shared with other scenarios that ask for the same.
#[given("a completed authorization code flow")]
async fn specimen(world: &mut World, step: &Step) {
    let result = world.borrow_flow(step, false).await;
    world.absorb(result);
}

/// As above; the provider is asked for a refresh token in the way it wants.
#[given("a completed authorization code flow with a refresh token")]
async fn specimen_with_refresh_token(world: &mut World, step: &Step) {
    let result = world.borrow_flow(step, true).await;
    world.absorb(result);
}

/// The journey belongs to this scenario alone.
#[given("a completed authorization code flow of its own")]
async fn own_flow(world: &mut World, step: &Step) {
    let result = world.own_flow(step, false).await;
    world.absorb(result);
}

/// As above; the provider is asked for a refresh token in the way it wants.
#[given("a completed authorization code flow of its own with a refresh token")]
async fn own_flow_with_refresh_token(world: &mut World, step: &Step) {
    let result = world.own_flow(step, true).await;
    world.absorb(result);
}

/// A second journey in the same browser.
#[when("the user goes through the authorization code flow again")]
async fn another_flow(world: &mut World, step: &Step) {
    let result = world.own_flow(step, false).await;
    world.absorb(result);
}

/// A code that was issued to the client and not redeemed yet.
#[given("an authorization code")]
async fn authorization_code(world: &mut World, step: &Step) {
    let result = world.obtain_code(step).await;
    world.absorb(result);
}

/// The control of what follows: with `prompt=none` and nothing else the user who is logged in comes through. Skipped
/// where the provider wants the user each time, as it may.
#[given("prompt=none lets the user through")]
async fn prompt_none_works(world: &mut World) {
    let result = world.pass_without_page().await;
    world.absorb(result);
}

/// The scenario's client is the one without authentication.
#[given("the public client")]
fn public_client(world: &mut World) {
    let result = world.use_public_client();
    world.absorb(result);
}

/// The scenario's client is the second one with a secret.
#[given("another client")]
fn another_client(world: &mut World) {
    let result = world.use_other_client();
    world.absorb(result);
}

/// Whatever comes of it is kept for the steps that follow.
#[when("the user authorizes")]
async fn authorize(world: &mut World, step: &Step) {
    let result = world.authorize(step, Method::GET, Decision::Agree).await;
    world.absorb(result);
}

/// As above; the user looks at the first page that asks for anything and leaves it.
#[when("the user looks at the first page")]
async fn look_at_first_page(world: &mut World, step: &Step) {
    let result = world.authorize(step, Method::GET, Decision::Look).await;
    world.absorb(result);
}

/// By POST, in a browser without cookies.
#[when("the user authorizes by POST in a new browser")]
async fn authorize_by_post_in_new_browser(world: &mut World, step: &Step) {
    let result = match world.new_browser() {
        Ok(_) => world.authorize(step, Method::POST, Decision::Agree).await,
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// As above, in a browser without cookies.
#[when("the user authorizes in a new browser")]
async fn authorize_in_new_browser(world: &mut World, step: &Step) {
    let result = match world.new_browser() {
        Ok(_) => world.authorize(step, Method::GET, Decision::Agree).await,
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// The request is a form in the body of a POST.
#[when("the user authorizes by POST")]
async fn authorize_by_post(world: &mut World, step: &Step) {
    let result = world.authorize(step, Method::POST, Decision::Agree).await;
    world.absorb(result);
}

/// The user refuses on the consent page. Skipped where none is shown.
#[when("the user refuses consent")]
async fn refuse(world: &mut World, step: &Step) {
    let result = world.refuse(step).await;
    world.absorb(result);
}

/// The user looks at the first page in a browser without cookies, and leaves it.
#[when("the user opens the login page")]
async fn look(world: &mut World, step: &Step) {
    let result = match world.new_browser() {
        Ok(_) => world.authorize(step, Method::GET, Decision::Look).await,
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// A code came to the redirect URI that was asked for.
#[then("the authorization request is accepted")]
fn accepted(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "authorization response", |world, _| {
        let attempt = world.attempt()?;
        let asked = attempt
            .plan
            .parameters
            .get("redirect_uri")
            .unwrap_or_default();
        let arrived = attempt
            .answer
            .as_ref()
            .is_some_and(|answer| asked.split(['?', '#']).next() == Some(&answer.base));
        Ok(Finding::met_if(
            attempt.code().is_some() && arrived,
            "a redirect to the redirect_uri with a code",
            || attempt.summary(),
        ))
    });
    world.conclude(step, result);
}

/// The endpoint read the request; an error page about the client proves nothing.
#[then("the method of the authorization request is taken")]
fn method_is_taken(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "authorization response", |world, _| {
        let attempt = world.attempt()?;
        match interaction::method_is_taken(attempt) {
            Some(finding) => Ok(finding),
            None => crate::flow::RelyingParty::code_of(attempt).map(|_| Finding::Met),
        }
    });
    world.conclude(step, result);
}

/// Third column: `no redirect`; error codes joined with ` or `, which an error page satisfies too; or
/// `redirect with` and error codes, which only a redirect satisfies.
#[then("the authorization request is refused")]
fn refused(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "authorization response", |world, row| {
        let expected = row.expected.as_deref().unwrap_or_default();
        Ok(authorization_refusal(world.attempt()?, expected))
    });
    world.conclude(step, result);
}

/// As above, in a browser that nobody knows; one that is let in without a page, as all others are, is no failure.
#[then("the authorization request of the new browser is refused")]
fn refused_in_new_browser(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "authorization response", |world, row| {
        let expected = row.expected.as_deref().unwrap_or_default();
        let logs_in = world.rp()?.attempts.met(PageKind::Login);
        let attempt = world.attempt()?;
        Ok(interaction::refused_in_new_browser(
            attempt, expected, logs_in,
        ))
    });
    world.conclude(step, result);
}

/// The user had to give the password (or to choose an account) on the way.
#[then("the user was asked to log in")]
fn asked_to_log_in(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "pages on the way", |world, _| {
        let logs_in = world.rp()?.attempts.met(PageKind::Login);
        Ok(interaction::asked_to_log_in(world.attempt()?, logs_in))
    });
    world.conclude(step, result);
}

/// The user had to decide about the client on the way.
#[then("the user was asked for consent")]
fn asked_for_consent(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "pages on the way", |world, _| {
        Ok(interaction::asked_for_consent(world.attempt()?))
    });
    world.conclude(step, result);
}

/// Nothing was shown to the user on the way.
#[then("the user saw no page")]
fn saw_no_page(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "pages on the way", |world, _| {
        Ok(interaction::saw_no_page(world.attempt()?))
    });
    world.conclude(step, result);
}

impl World {
    fn plan(&self, step: &Step, refresh: bool) -> Result<AuthorizationPlan, Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        let mut plan = AuthorizationPlan::new(&rp, &client)?;
        if refresh {
            plan = plan.with_refresh_token(&rp);
        }
        if let Some(response_type) = self.variant.get("response_type") {
            plan.parameters.set("response_type", response_type);
        }
        if let Some(response_mode) = self.variant.get("response_mode") {
            plan.parameters.set("response_mode", response_mode);
        }
        self.change(&mut plan.parameters, step.table.as_ref())?;
        choose_verifier(&mut plan, step);
        Ok(plan)
    }

    async fn borrow_flow(&mut self, step: &Step, refresh: bool) -> Result<(), Halt> {
        if self.spends {
            // Who ends sessions or grants must not end those that others look at.
            return self.own_flow(step, refresh).await;
        }
        let rp = self.rp()?;
        let plan = self.plan(step, refresh)?;
        let table = step.table.as_ref().map(|t| format!("{:?}", t.rows));
        let key = format!(
            "{} {refresh} {:?} {}",
            plan.client.id,
            self.variant,
            table.unwrap_or_default()
        );
        let flow = rp.specimens.get(&rp, key, plan).await?;
        self.take_flow(flow);
        Ok(())
    }

    pub(super) async fn own_flow(&mut self, step: &Step, refresh: bool) -> Result<(), Halt> {
        let rp = self.rp()?;
        let plan = self.plan(step, refresh)?;
        let session = self.session()?;
        let flow = rp.complete(&session, plan).await?;
        self.take_flow(std::sync::Arc::new(flow));
        Ok(())
    }

    async fn refuse(&mut self, step: &Step) -> Result<(), Halt> {
        self.authorize(step, Method::GET, Decision::Refuse).await?;
        let attempt = self.attempt()?;
        if attempt.code().is_some() && !attempt.arrival.met(PageKind::Consent) {
            return Err(Halt::missing(
                "the provider asks the user for no consent, so nobody can refuse it",
            ));
        }
        Ok(())
    }

    /// The authorization request that the table changes, by GET, with a user who agrees.
    pub(super) async fn authorize_for(&mut self, step: &Step) -> Result<(), Halt> {
        self.authorize(step, Method::GET, Decision::Agree).await
    }

    async fn obtain_code(&mut self, step: &Step) -> Result<(), Halt> {
        self.authorize_for(step).await?;
        crate::flow::RelyingParty::code_of(self.attempt()?).map(|_| ())
    }

    async fn pass_without_page(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let mut plan = AuthorizationPlan::new(&rp, &self.client()?)?;
        plan.parameters.set("prompt", "none");
        let session = self.session()?;
        let control = rp
            .authorize_again(&session, plan, "authorization request (prompt=none)")
            .await?;
        self.note_exchanges(&control.arrival.exchanges);
        if control.code().is_none() {
            return Err(Halt::missing(format!(
                "with prompt=none alone the user does not come through either: {}",
                control.summary()
            )));
        }
        Ok(())
    }

    async fn authorize(
        &mut self,
        step: &Step,
        method: Method,
        decision: Decision,
    ) -> Result<(), Halt> {
        self.authorize_with(step, method, decision, Extra::default())
            .await
    }

    pub(super) async fn authorize_with(
        &mut self,
        step: &Step,
        method: Method,
        decision: Decision,
        extra: Extra,
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let mut plan = self.plan(step, false)?;
        plan.method = method;
        plan.decision = decision;
        plan.extra = extra;
        let session = self.session()?;
        let purpose = "authorization request";
        // Once the control came through, the password is known to be right.
        let attempt = if self.flows.is_empty() {
            rp.authorize(&session, plan, purpose).await?
        } else {
            rp.authorize_again(&session, plan, purpose).await?
        };
        self.take_attempt(attempt);
        Ok(())
    }

    fn use_public_client(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let client = rp.config().public_client().ok_or_else(|| {
            Halt::missing("the provider file has no [[client]] with auth = \"none\"")
        })?;
        self.client = Some(client.clone());
        Ok(())
    }

    fn use_other_client(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let client = rp.other_client(&self.client()?)?.clone();
        self.client = Some(client);
        Ok(())
    }

    pub(super) fn judge_attempt(
        &mut self,
        step: &Step,
        of: &str,
        judge: impl Fn(&Self, &Row) -> Result<Finding, Halt>,
    ) -> Result<(), Halt> {
        let evidence = [Evidence {
            exchange: self.attempt()?.exchange(),
            at: String::new(),
        }];
        let judged = (super::rows(step).unwrap_or_default().into_iter())
            .map(|row| Ok((judge(self, &row)?, row.id)))
            .collect::<Result<Vec<_>, Halt>>()?;
        for (finding, id) in judged {
            self.report(&id, of, &finding, evidence.to_vec());
        }
        Ok(())
    }
}
