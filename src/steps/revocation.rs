//! Steps at the revocation endpoint ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use cucumber::gherkin::Step;
use cucumber::{then, when};
use http::Method;

use super::World;
use super::phrases::{CallerWord, TokenWord};
use crate::checks::refusal;
use crate::finding::Finding;
use crate::flow::{Caller, Halt};

const ENDPOINT: &str = "revocation_endpoint";

/// The table changes the parameters.
#[when(expr = "{caller} revokes {token}")]
async fn revoke(world: &mut World, caller: CallerWord, token: TokenWord, step: &Step) {
    let result = world.revoke(caller.0, token, &Method::POST, step).await;
    world.absorb(result);
}

/// As above, with all parameters and credentials in the query of a GET.
#[when(expr = "{caller} revokes {token} by GET")]
async fn revoke_by_get(world: &mut World, caller: CallerWord, token: TokenWord, step: &Step) {
    let result = world.revoke(caller.0, token, &Method::GET, step).await;
    world.absorb(result);
}

/// The control of what follows: the revocation was accepted, and UserInfo (where there is one) takes the token no
/// longer. Otherwise the scenario is skipped: a provider need not revoke access tokens.
#[when("the access token was revoked")]
async fn was_revoked(world: &mut World) {
    let result = world.expect_revocation().await;
    world.absorb(result);
}

/// The answer has status 200.
#[then("the revocation request is accepted")]
fn accepted(world: &mut World, step: &Step) {
    let result = world.judge_answer(ENDPOINT, step, |answer, _| {
        if answer.answer.response.status().is_server_error() {
            return Finding::needs_review(format!("the server failed ({})", answer.summary()));
        }
        Finding::met_if(answer.status() == 200, "200", || answer.summary())
    });
    world.conclude(step, result);
}

/// Where the request to revoke an access token is refused, the error says that the type is not supported.
#[then("access tokens can be revoked or are named unsupported")]
fn revocable_or_named(world: &mut World, step: &Step) {
    let result = world.judge_answer(ENDPOINT, step, |answer, _| match answer.status() {
        200 => Finding::not_applicable("access tokens can be revoked"),
        _ => refusal(answer, "400 unsupported_token_type"),
    });
    world.conclude(step, result);
}

impl World {
    async fn revoke(
        &mut self,
        caller: Caller,
        token: TokenWord,
        method: &Method,
        step: &Step,
    ) -> Result<(), Halt> {
        let token = self.token(token)?;
        self.ask_about(ENDPOINT, caller, &token, method, step).await
    }

    async fn expect_revocation(&mut self) -> Result<(), Halt> {
        let answer = self.answer(ENDPOINT)?;
        let status = answer.answer.response.status();
        if status.is_server_error() {
            return Err(Halt::unjudged(format!(
                "the revocation endpoint failed ({})",
                answer.summary()
            )));
        }
        if answer.status() != 200 {
            return Err(Halt::missing(format!(
                "the provider does not revoke access tokens ({})",
                answer.summary()
            )));
        }
        if !self.rp()?.provider.capabilities.has("userinfo") {
            return Ok(());
        }
        if self.show(&self.token(TokenWord::Access)?).await?.is_alive() {
            return Err(Halt::missing(
                "the provider does not revoke access tokens (UserInfo takes it still)",
            ));
        }
        Ok(())
    }
}
