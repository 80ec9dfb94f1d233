//! Steps of refresh tokens.

use std::sync::Arc;

use cucumber::gherkin::Step;
use cucumber::{given, then, when};

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use super::phrases::CallerWord;
use crate::checks::id_token;
use crate::checks::offline_access::{self, OfflineAccess};
use crate::checks::refresh::{self, Refresh};
use crate::checks::token_response::scope_is_not_exceeded;
use crate::finding::Finding;
use crate::flow::{Caller, Halt};
use crate::jwt::id_token::IdTokenPair;
use crate::protocol::{Carriage, Parameters};

/// What a refresh brought, beside what was there before.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "offline access",
        ids: || ids(offline_access::RULES),
        judge: |world, rows| Box::pin(async move { world.judge_offline_access(rows) }),
    },
    Artifact {
        name: "refresh",
        ids: || ids(refresh::RULES),
        judge: |world, rows| Box::pin(async move { world.judge_refresh(rows) }),
    },
    Artifact {
        name: "refreshed ID Token",
        ids: || ids(id_token::REFRESH_RULES),
        judge: |world, rows| Box::pin(world.judge_refreshed_id_token(rows)),
    },
];

/// The public client where the file has one: its refresh tokens must rotate or be bound to a key. Else the
/// client of the scenario stays.
#[given("the client whose refresh tokens should rotate")]
fn rotating_client(world: &mut World) {
    let result = world.use_rotating_client();
    world.absorb(result);
}

/// The table changes the parameters. Tokens that come replace those that the client holds.
#[when(expr = "{caller} uses the refresh token")]
async fn refresh_once(world: &mut World, caller: CallerWord, step: &Step) {
    let result = world.refresh(caller.0, step).await;
    world.absorb(result);
}

/// As above, and it must work: where the provider refuses, the scenario ends.
#[given("the client has used the refresh token")]
async fn refreshed(world: &mut World, step: &Step) {
    let result = match world.refresh(Caller::Client, step).await {
        Ok(()) => world.expect_tokens(),
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// The last refresh brought another refresh token; otherwise the scenario is skipped.
#[given("the refresh token was replaced")]
fn was_replaced(world: &mut World) {
    let result = world.expect_rotation();
    world.absorb(result);
}

/// In a browser of its own, so that the provider gives it a grant of its own. The client holds its tokens
/// from now on.
#[given("another completed authorization code flow with a refresh token")]
async fn another_flow(world: &mut World, step: &Step) {
    let result = match world.new_browser() {
        Ok(_) => world.own_flow(step, true).await,
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// By the client of that journey.
#[when("the refresh token of the first journey is used")]
async fn refresh_first(world: &mut World) {
    let result = world.refresh_first().await;
    world.absorb(result);
}

/// The same request so many times, all sent before the first answer.
#[when(expr = "the client uses the refresh token {int} times at once")]
async fn refresh_at_once(world: &mut World, times: usize) {
    let result = world.refresh_at_once(times).await;
    world.absorb(result);
}

/// Refused with `invalid_scope`, or granted without what was not granted at first. The text is the scope
/// that was asked for.
#[then(expr = "the scope {string} is not granted")]
async fn scope_is_not_granted(world: &mut World, asked: String, step: &Step) {
    let result = world.judge_scope(step, &asked);
    world.conclude(step, result);
}

impl World {
    fn judge_refresh(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let flow = self.flow()?;
        let answer = self.answer("token_endpoint")?.clone();
        let artifact = Refresh {
            before: self.old_tokens.clone(),
            asked_first: flow.attempt.plan.parameters.get("scope").map(str::to_owned),
            first: flow.token.clone(),
            asked: self.asked_scope.clone(),
            public: flow.attempt.plan.client.auth == crate::provider::AuthMethod::None,
            answer,
        };
        let evidence = self.look_at(artifact.answer.answer.exchange, "refresh response");
        self.judge_rules(
            refresh::RULES,
            &artifact,
            "refresh response",
            &evidence,
            rows,
        );
        Ok(())
    }

    async fn judge_refreshed_id_token(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let flow = self.flow()?;
        let answer = self.answer("token_endpoint")?.clone();
        let missing = |what: &str| Halt::missing(format!("there is no ID Token in the {what}"));
        let first = flow.tokens.id_token.as_deref();
        let first = first.ok_or_else(|| missing("first token response"))?;
        let second = answer.text("id_token");
        let second = second.ok_or_else(|| missing("refresh response, which is allowed"))?;
        let context = self.id_token_context().await?;
        let mut later = context.clone();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds since 1970 fit for a while"
        )]
        let received_at = (answer.answer.received_at + self.clock_ahead.as_secs_f64()) as i64;
        later.received_at = received_at;
        later.access_token = answer.text("access_token").map(str::to_owned);
        later.code = None;
        let pair = IdTokenPair {
            first: Arc::new(self.id_token(first, context)?),
            second: Arc::new(self.id_token(second, later)?),
        };
        let mut evidence = self.look_at(answer.answer.exchange, "id_token").to_vec();
        evidence.extend(self.look_at(flow.token.answer.exchange, "id_token"));
        self.judge_rules(
            id_token::REFRESH_RULES,
            &pair,
            "ID Token after a refresh",
            &evidence,
            rows,
        );
        Ok(())
    }

    fn use_rotating_client(&mut self) -> Result<(), Halt> {
        if let Some(client) = self.rp()?.config().public_client() {
            self.client = Some(client.clone());
        }
        Ok(())
    }

    async fn refresh(&mut self, caller: Caller, step: &Step) -> Result<(), Halt> {
        let mut parameters = self.refresh_parameters()?;
        self.change(&mut parameters, step.table.as_ref())?;
        self.asked_scope = parameters
            .get("scope")
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned);
        let rp = self.rp()?;
        let authentication = rp.credentials_of(caller, &self.client()?)?;
        let answer = rp
            .token_request(&authentication, &parameters, &Carriage::Form)
            .await?;
        self.take_token_answer(answer);
        Ok(())
    }

    fn refresh_parameters(&self) -> Result<Parameters, Halt> {
        let token = self
            .tokens
            .refresh_token
            .clone()
            .ok_or_else(|| Halt::missing("the provider issued no refresh token"))?;
        Ok(Parameters::new([
            ("grant_type", "refresh_token"),
            ("refresh_token", &token),
        ]))
    }

    async fn refresh_at_once(&mut self, times: usize) -> Result<(), Halt> {
        let parameters = self.refresh_parameters()?;
        self.ask_at_once(times, &parameters).await
    }

    async fn refresh_first(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let first = self.flows.first().cloned();
        let first = first.ok_or_else(|| Halt::unjudged("the scenario has no journey"))?;
        let token = first.tokens.refresh_token.as_deref();
        let token = token.ok_or_else(|| Halt::missing("the provider issued no refresh token"))?;
        let parameters =
            Parameters::new([("grant_type", "refresh_token"), ("refresh_token", token)]);
        let credentials = rp.credentials(&first.attempt.plan.client)?;
        let answer = rp
            .token_request(&credentials, &parameters, &Carriage::Form)
            .await?;
        self.take_token_answer(answer);
        Ok(())
    }

    fn judge_offline_access(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let [with_consent, without] = self.flows.as_slice() else {
            return Err(Halt::unjudged("the scenario needs two journeys"));
        };
        let access = OfflineAccess {
            with_consent: Arc::clone(with_consent),
            without: Arc::clone(without),
        };
        let evidence = self.look_at(access.without.token.answer.exchange, "refresh_token");
        self.judge_rules(
            offline_access::RULES,
            &access,
            "token response",
            &evidence,
            rows,
        );
        Ok(())
    }

    fn expect_rotation(&self) -> Result<(), Halt> {
        let new = self.answer("token_endpoint")?.text("refresh_token");
        if new.is_some() && new != self.old_tokens.refresh_token.as_deref() {
            return Ok(());
        }
        Err(Halt::missing(
            "the provider does not replace the refresh tokens of this client",
        ))
    }

    fn judge_scope(&mut self, step: &Step, asked: &str) -> Result<(), Halt> {
        let answer = self.answer("token_endpoint")?.clone();
        let first = self.flows.last();
        let self_service = first.is_none();
        let allowed = match first {
            Some(flow) => flow
                .token
                .text("scope")
                .or(flow.attempt.plan.parameters.get("scope"))
                .unwrap_or_default()
                .to_owned(),
            // What a client may have for itself is not known; only that what was asked for does not exist.
            None => answer
                .text("scope")
                .unwrap_or_default()
                .split(' ')
                .filter(|word| !asked.split(' ').any(|other| other == *word))
                .collect::<Vec<_>>()
                .join(" "),
        };
        let evidence = self.look_at(answer.answer.exchange, "scope");
        let is_silent = answer.is_success() && answer.get("scope").is_none();
        self.judge_rows(step, "token response", &evidence, |_| {
            if self_service && is_silent {
                return Ok(Finding::not_applicable(
                    "the response has no scope: RFC6749-3.3-1 judges that",
                ));
            }
            Ok(scope_is_not_exceeded(&answer, asked, &allowed))
        })
    }
}
