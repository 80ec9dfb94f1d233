//! Steps at the token endpoint.

use cucumber::gherkin::Step;
use cucumber::{then, when};

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use super::phrases::CallerWord;
use crate::checks::{refusal, success, token_response};
use crate::flow::{Caller, Halt, RelyingParty, Tokens};
use crate::protocol::Parameters;
use crate::run::Evidence;

/// The last successful token response.
pub(super) const ARTIFACTS: &[Artifact] = &[Artifact {
    name: "token response",
    ids: || ids(token_response::RULES),
    judge: |world, rows| Box::pin(async move { world.judge_token_response(rows) }),
}];

/// The table changes the parameters.
#[when(expr = "{caller} redeems the code")]
async fn redeem(world: &mut World, caller: CallerWord, step: &Step) {
    let result = world.redeem(caller.0, step).await;
    world.absorb(result);
}

/// The table changes the parameters. Tokens that come replace those that the client holds.
#[when(expr = "{caller} uses the refresh token")]
async fn refresh(world: &mut World, caller: CallerWord, step: &Step) {
    let result = world.refresh(caller.0, step).await;
    world.absorb(result);
}

/// The table names all parameters.
#[when(expr = "{caller} sends a token request")]
async fn token_request(world: &mut World, caller: CallerWord, step: &Step) {
    let result = world
        .token_request(caller.0, Parameters::default(), step)
        .await;
    world.absorb(result);
}

/// Third column: status, error code or both, alternatives joined with ` or `; nothing means any refusal.
#[then("the token request is refused")]
fn refused(world: &mut World, step: &Step) {
    let result = world.judge_answer("token_endpoint", step, |answer, expected| {
        refusal(answer, expected.unwrap_or_default())
    });
    world.conclude(step, result);
}

/// 200 with an access token.
#[then("the token request is accepted")]
fn accepted(world: &mut World, step: &Step) {
    let result = world.judge_answer("token_endpoint", step, |answer, _| {
        success(answer, &["access_token"])
    });
    world.conclude(step, result);
}

impl World {
    fn judge_token_response(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let answer = self.answer("token_endpoint")?.clone();
        let evidence = self.look_at(answer.answer.exchange, "token response");
        self.judge_rules(
            token_response::RULES,
            &answer,
            "token response",
            &evidence,
            rows,
        );
        Ok(())
    }

    pub(super) async fn redeem(&mut self, caller: Caller, step: &Step) -> Result<(), Halt> {
        let attempt = self.attempt()?;
        let code = RelyingParty::code_of(attempt)?;
        let parameters = RelyingParty::redemption(attempt, code);
        self.token_request(caller, parameters, step).await
    }

    async fn refresh(&mut self, caller: Caller, step: &Step) -> Result<(), Halt> {
        let token = self
            .tokens
            .refresh_token
            .clone()
            .ok_or_else(|| Halt::missing("the provider issued no refresh token"))?;
        let parameters =
            Parameters::new([("grant_type", "refresh_token"), ("refresh_token", &token)]);
        self.token_request(caller, parameters, step).await
    }

    async fn token_request(
        &mut self,
        caller: Caller,
        mut parameters: Parameters,
        step: &Step,
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        self.change(&mut parameters, step.table.as_ref())?;
        let authentication = rp.credentials_of(caller, &client)?;
        let endpoint = rp.endpoint("token_endpoint")?;
        let answer = rp
            .post(&endpoint, &authentication, &parameters, "token request")
            .await?;
        if answer.is_success() {
            self.hold(&Tokens::of(&answer));
        }
        self.take_answer("token_endpoint", answer);
        Ok(())
    }

    /// The client now holds what a token response brought; what it did not bring stays.
    fn hold(&mut self, new: &Tokens) {
        self.old_tokens = self.tokens.clone();
        for (held, new) in [
            (&mut self.tokens.access_token, &new.access_token),
            (&mut self.tokens.refresh_token, &new.refresh_token),
            (&mut self.tokens.id_token, &new.id_token),
        ] {
            if new.is_some() {
                held.clone_from(new);
            }
        }
    }

    /// Judges the last answer of an endpoint by one function of what each row expects.
    pub(super) fn judge_answer(
        &mut self,
        endpoint: &'static str,
        step: &Step,
        judge: impl Fn(&crate::protocol::JsonAnswer, Option<&str>) -> crate::finding::Finding,
    ) -> Result<(), Halt> {
        let answer = self.answer(endpoint)?.clone();
        let evidence = [Evidence {
            exchange: answer.answer.exchange,
            at: String::new(),
        }];
        self.judge_rows(step, endpoint, &evidence, |row| {
            Ok(judge(&answer, row.expected.as_deref()))
        })
    }
}
