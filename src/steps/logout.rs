//! Steps of RP-initiated logout.

use std::sync::Arc;

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::Method;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::logout;
use crate::checks::metadata::Discovery;
use crate::flow::{Halt, LogoutPlan, RelyingParty};
use crate::login::Decision;
use crate::provider::ClientConfig;

/// Where the last logout ended; the endpoint in the metadata; the last registration of a client.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "logout",
        ids: || ids(logout::RULES),
        judge: |world, rows| Box::pin(async move { world.judge_logout(rows) }),
    },
    Artifact {
        name: "end_session_endpoint",
        ids: || ids(logout::ENDPOINT_RULES),
        judge: |world, rows| Box::pin(async move { world.judge_end_session_endpoint(rows) }),
    },
    Artifact {
        name: "registration of post_logout_redirect_uris",
        ids: || ids(logout::REGISTRATION_RULES),
        judge: |world, rows| Box::pin(async move { world.judge_post_logout_registration(rows) }),
    },
];

/// A login and a logout with nothing wrong, in a browser of their own, which led to the client's URI. Shared
/// with other scenarios: what has something wrong is compared with it. Where it took a `client_id` beside the
/// hint, the logouts of the scenario have one too.
#[given("a completed logout")]
async fn completed(world: &mut World) {
    let result = world.borrow_logout().await;
    world.absorb(result);
}

/// The table changes the parameters. The user agrees when asked.
#[when("the user logs out")]
async fn log_out(world: &mut World, step: &Step) {
    let result = world.log_out(step, Method::GET, Decision::Agree).await;
    world.absorb(result);
}

/// As above; the request is a form in the body of a POST.
#[when("the user logs out by POST")]
async fn log_out_by_post(world: &mut World, step: &Step) {
    let result = world.log_out(step, Method::POST, Decision::Agree).await;
    world.absorb(result);
}

/// The table changes the parameters. The user answers nothing and leaves.
#[when("the user looks at the logout page")]
async fn look(world: &mut World, step: &Step) {
    let result = world.log_out(step, Method::GET, Decision::Look).await;
    world.absorb(result);
}

/// As for any refusal; where the provider ended no session and did not ask the user either, nobody agreed to a
/// logout.
#[then("the authorization request is refused, once the user agreed to the logout")]
fn refused_after_logout(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "authorization response", |world, row| {
        let logout = world
            .logout
            .as_ref()
            .ok_or_else(|| Halt::unjudged("nobody logged out: a step is missing"))?;
        let expected = row.expected.as_deref().unwrap_or_default();
        Ok(logout::session_is_over(logout, world.attempt()?, expected))
    });
    world.conclude(step, result);
}

/// A URI that another client has and `client` has not.
pub(super) fn uri_of_another(rp: &RelyingParty, client: &ClientConfig) -> Result<String, Halt> {
    let other = rp.other_client(client)?;
    other
        .post_logout_redirect_uris
        .iter()
        .find(|uri| !client.post_logout_redirect_uris.contains(uri))
        .cloned()
        .ok_or_else(|| {
            Halt::missing(format!(
                "client `{}` has no entry in post_logout_redirect_uris that client `{}` has not",
                other.id, client.id
            ))
        })
}

impl World {
    async fn borrow_logout(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let attempt = rp.logouts.get(&rp, &self.client()?).await?;
        self.note_exchanges(&attempt.arrival.exchanges);
        self.logout = Some(attempt);
        Ok(())
    }

    async fn log_out(
        &mut self,
        step: &Step,
        method: Method,
        decision: Decision,
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        let mut plan = LogoutPlan::new(&client, &self.tokens)?;
        // As in the logout that this one is compared with.
        if self.logout.as_ref().is_some_and(|last| last.names_client()) {
            plan.parameters.set("client_id", &client.id);
        }
        plan.method = method;
        plan.decision = decision;
        self.change(&mut plan.parameters, step.table.as_ref())?;
        let session = self.session()?;
        let attempt = rp.log_out(&session, plan).await?;
        self.note_exchanges(&attempt.arrival.exchanges);
        self.logout = Some(Arc::new(attempt));
        Ok(())
    }

    fn judge_logout(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let attempt = self
            .logout
            .clone()
            .ok_or_else(|| Halt::unjudged("nobody logged out: a step is missing"))?;
        let evidence = self.look_at(attempt.exchange(), "answer to the logout request");
        self.judge_rules(logout::RULES, &*attempt, "logout response", &evidence, rows);
        Ok(())
    }

    fn judge_end_session_endpoint(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let rp = self.rp()?;
        let discovery = Discovery {
            metadata: (*rp.provider.metadata).clone(),
            issuer: rp.config().issuer.clone(),
        };
        let evidence = self.look_at(discovery.metadata.answer.exchange, "end_session_endpoint");
        let of = "discovery document";
        self.judge_rules(logout::ENDPOINT_RULES, &discovery, of, &evidence, rows);
        Ok(())
    }

    fn judge_post_logout_registration(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let registration = self.registration()?.clone();
        let evidence = self.look_at(registration.answer.answer.exchange, "registration response");
        let of = "registration response";
        self.judge_rules(
            logout::REGISTRATION_RULES,
            &registration,
            of,
            &evidence,
            rows,
        );
        Ok(())
    }
}
