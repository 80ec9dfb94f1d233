//! Whether a token still works: asked at UserInfo, which every OpenID Provider must protect by it.

use cucumber::gherkin::Step;
use cucumber::{given, then};

use super::World;
use crate::checks::{refusal, success};
use crate::finding::Finding;
use crate::flow::{Halt, Presentation};
use crate::protocol::JsonAnswer;
use crate::run::Evidence;

/// The control of what follows: where UserInfo does not take the access token, the scenario ends.
#[given("the access token works")]
async fn works(world: &mut World) {
    let result = world.expect_live_token().await;
    world.absorb(result);
}

/// `first`: that of the last completed flow; `old`: that before the last refresh; `altered`: with another
/// character in its middle.
#[then(regex = r"^the (first|old|altered) access token is dead$")]
async fn is_dead(world: &mut World, which: String, step: &Step) {
    let result = world
        .judge_token(step, which.trim(), |answer| refusal(answer, "any error"))
        .await;
    world.conclude(step, result);
}

/// As above.
#[then(regex = r"^the (first |old )?access token still works$")]
async fn still_works(world: &mut World, which: String, step: &Step) {
    let result = world
        .judge_token(step, which.trim(), |answer| success(answer, &[]))
        .await;
    world.conclude(step, result);
}

impl World {
    async fn expect_live_token(&mut self) -> Result<(), Halt> {
        let token = self.fill("{access_token}", &crate::protocol::Parameters::default())?;
        let answer = self.try_token(&token).await?;
        if answer.is_success() {
            return Ok(());
        }
        Err(Halt::Blocked {
            requirement: "OIDCC-5.3-2",
            expected: "200 for a fresh access token in the Authorization header".to_owned(),
            actual: answer.summary(),
            evidence: vec![Evidence {
                exchange: answer.answer.exchange,
                at: "UserInfo response".to_owned(),
            }],
        })
    }

    async fn judge_token(
        &mut self,
        step: &Step,
        which: &str,
        judge: fn(&JsonAnswer) -> Finding,
    ) -> Result<(), Halt> {
        let token = match which {
            "first" => self.flow()?.tokens.access_token.clone(),
            "old" => self.old_tokens.access_token.clone(),
            "altered" => Some(self.fill("{altered access_token}", &Default::default())?),
            _ => self.tokens.access_token.clone(),
        };
        let token = token.ok_or_else(|| Halt::missing("the provider issued no access token"))?;
        let answer = self.try_token(&token).await?;
        let evidence = self.look_at(answer.answer.exchange, "UserInfo response");
        self.judge_rows(step, "access token", &evidence, |_| Ok(judge(&answer)))
    }

    async fn try_token(&mut self, token: &str) -> Result<JsonAnswer, Halt> {
        let rp = self.rp()?;
        let answer = rp.userinfo(token, Presentation::Get).await?;
        self.note_exchanges(&[answer.answer.exchange]);
        Ok(answer)
    }
}
