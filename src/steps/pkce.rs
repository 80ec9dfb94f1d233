//! Steps of Proof Key for Code Exchange.

use cucumber::gherkin::Step;
use cucumber::given;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::pkce::{self, PlainChallenge};
use crate::flow::{AuthorizationPlan, Halt};
use crate::protocol::Pkce;

/// What came of requests with and without a challenge.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "answer to a request without PKCE",
        ids: || ids(pkce::ABSENCE_RULES),
        judge: |world, rows| {
            Box::pin(async move {
                world.judge_challenge(pkce::ABSENCE_RULES, "authorization response", rows)
            })
        },
    },
    Artifact {
        name: "authorization response beside a challenge",
        ids: || ids(pkce::RESPONSE_RULES),
        judge: |world, rows| {
            Box::pin(async move {
                world.judge_challenge(pkce::RESPONSE_RULES, "authorization response", rows)
            })
        },
    },
    Artifact {
        name: "plain challenge",
        ids: || ids(pkce::PLAIN_RULES),
        judge: |world, rows| Box::pin(async move { world.judge_plain_challenge(rows) }),
    },
];

/// A request of this kind need not be served: where the provider refuses, the scenario is skipped.
#[given("an authorization code, where the provider gives one")]
async fn code_if_any(world: &mut World, step: &Step) {
    let result = world.obtain_code_if_any(step).await;
    world.absorb(result);
}

impl World {
    async fn obtain_code_if_any(&mut self, step: &Step) -> Result<(), Halt> {
        self.authorize_for(step).await?;
        let attempt = self.attempt()?;
        if attempt.code().is_some() {
            return Ok(());
        }
        Err(Halt::missing(format!(
            "the provider does not serve such a request: {}",
            attempt.summary()
        )))
    }

    fn judge_challenge(
        &mut self,
        rules: &[crate::checks::Rule<crate::flow::AuthorizationAttempt>],
        of: &str,
        rows: &[Row],
    ) -> Result<(), Halt> {
        let attempt = self.attempt()?.clone();
        let evidence = self.look_at(attempt.exchange(), of);
        self.judge_rules(rules, &attempt, of, &evidence, rows);
        Ok(())
    }

    fn judge_plain_challenge(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let metadata = &self.rp()?.provider.metadata;
        let artifact = PlainChallenge {
            attempt: self.attempt()?.clone(),
            token: self.answers.get("token_endpoint").cloned(),
            listed: metadata.lists("code_challenge_methods_supported", "plain"),
        };
        let exchange = match &artifact.token {
            Some(token) => token.answer.exchange,
            None => artifact.attempt.exchange(),
        };
        let evidence = self.look_at(exchange, "plain challenge");
        self.judge_rules(
            pkce::PLAIN_RULES,
            &artifact,
            "plain challenge",
            &evidence,
            rows,
        );
        Ok(())
    }
}

/// A row `code_verifier` in the table of an authorization request names the verifier, which is not sent; the
/// challenge follows from it by the method of the request, unless the table names it too.
pub(super) fn choose_verifier(plan: &mut AuthorizationPlan, step: &Step) {
    let Some(verifier) = plan.parameters.get("code_verifier").map(str::to_owned) else {
        return;
    };
    plan.parameters.remove("code_verifier");
    plan.pkce = Pkce::of(verifier);
    let names = |name: &str| {
        let tables = step.table.iter().flat_map(|table| &table.rows);
        tables
            .into_iter()
            .any(|row| row.first().is_some_and(|n| n == name))
    };
    if !names("code_challenge") {
        let challenge = match plan.parameters.get("code_challenge_method") {
            Some("S256") => plan.pkce.challenge.clone(),
            _ => plan.pkce.verifier.clone(),
        };
        plan.parameters.set("code_challenge", challenge);
    }
}
