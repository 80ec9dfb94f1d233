//! Steps about the scope that was granted.

use cucumber::gherkin::Step;
use cucumber::when;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::granted_scope::{self, GrantedScope};
use crate::flow::Halt;

/// What came of a scope with a value that nobody knows.
pub(super) const ARTIFACTS: &[Artifact] = &[Artifact {
    name: "granted scope",
    ids: || ids(granted_scope::RULES),
    judge: |world, rows| Box::pin(async move { world.judge_granted_scope(rows) }),
}];

/// Nothing is done where the authorization request was refused.
#[when("the client redeems the code, if there is one")]
async fn redeem_if_any(world: &mut World, step: &Step) {
    let result = world.redeem_if_any(step).await;
    world.absorb(result);
}

impl World {
    async fn redeem_if_any(&mut self, step: &Step) -> Result<(), Halt> {
        self.answers.remove("token_endpoint");
        match self.attempt()?.code() {
            Some(_) => self.redeem_rightly(step).await,
            None => Ok(()),
        }
    }

    fn judge_granted_scope(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let granted = GrantedScope {
            attempt: self.attempt()?.clone(),
            token: self.answers.get("token_endpoint").cloned(),
        };
        let exchange = granted
            .token
            .as_ref()
            .map_or(granted.attempt.exchange(), |token| token.answer.exchange);
        let evidence = self.look_at(exchange, "scope");
        self.judge_rules(
            granted_scope::RULES,
            &granted,
            "granted scope",
            &evidence,
            rows,
        );
        Ok(())
    }
}
