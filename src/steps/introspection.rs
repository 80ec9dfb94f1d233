//! Steps at the introspection endpoint ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::Method;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use super::phrases::{CallerWord, TokenWord};
use super::userinfo::claims_of;
use crate::checks::introspection::{ACTIVE_RULES, INACTIVE_RULES, Introspection, tells_nothing};
use crate::checks::{Rule, refusal};
use crate::finding::Finding;
use crate::flow::{Caller, Halt, altered};
use crate::protocol::{JsonAnswer, Parameters, form_request, with_bearer};
use crate::run::Evidence;

const ENDPOINT: &str = "introspection_endpoint";
/// The requirement that stands for "the introspection endpoint says whether a token is active".
const ACTIVE_REPORTED: &str = "RFC7662-2.2-1";

/// The last introspection response, about a token that is active or one that is not.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "introspection of an active token",
        ids: || ids(ACTIVE_RULES),
        judge: |world, rows| Box::pin(async move { world.judge_introspection(ACTIVE_RULES, rows) }),
    },
    Artifact {
        name: "introspection of an inactive token",
        ids: || ids(INACTIVE_RULES),
        judge: |world, rows| {
            Box::pin(async move { world.judge_introspection(INACTIVE_RULES, rows) })
        },
    },
];

/// The control of what follows: the client's access token is active to introspection. Skipped where the provider
/// refuses the client or calls the token inactive, which is its policy.
#[given("the client may introspect")]
async fn may_introspect(world: &mut World, step: &Step) {
    let result = world.expect_introspection(step).await;
    world.absorb(result);
}

/// The table changes the parameters.
#[when(expr = "{caller} introspects {token}")]
async fn introspect(world: &mut World, caller: CallerWord, token: TokenWord, step: &Step) {
    let result = match world.token(token) {
        Ok(token) => {
            world
                .introspect(caller.0, &token, &Method::POST, step)
                .await
        }
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// As above, with all parameters in the query of a GET.
#[when(expr = "{caller} introspects {token} by GET")]
async fn introspect_by_get(world: &mut World, caller: CallerWord, token: TokenWord, step: &Step) {
    let result = match world.token(token) {
        Ok(token) => world.introspect(caller.0, &token, &Method::GET, step).await,
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// Skipped where the access token is no JWT.
#[when("the client introspects the access token, a JWT with another signature")]
async fn introspect_altered_jwt(world: &mut World, step: &Step) {
    let result = world.introspect_altered_jwt(step).await;
    world.absorb(result);
}

/// Nothing but the access token itself gives the right to ask about it.
#[when("the access token is introspected with itself as the bearer token")]
async fn introspect_by_bearer(world: &mut World) {
    let result = world.introspect_by_bearer().await;
    world.absorb(result);
}

/// 401 where the endpoint knows bearer tokens; that it knows none is its own affair.
#[then("the bearer token gives no right to introspect")]
fn bearer_refused(world: &mut World, step: &Step) {
    let result = world.judge_answer(ENDPOINT, step, |answer, _| match refusal(answer, "401") {
        Finding::Violated { .. } if answer.answer.response.status().is_client_error() => {
            Finding::not_applicable(format!(
                "the endpoint may not take bearer tokens at all ({})",
                answer.summary()
            ))
        }
        other => other,
    });
    world.conclude(step, result);
}

/// A refusal, or an answer that calls the active token inactive.
#[then("introspection tells nothing")]
fn nothing_told(world: &mut World, step: &Step) {
    let result = world.judge_answer(ENDPOINT, step, |answer, _| tells_nothing(answer));
    world.conclude(step, result);
}

impl World {
    async fn expect_introspection(&mut self, step: &Step) -> Result<(), Halt> {
        let token = self.token(TokenWord::Access)?;
        self.introspect(Caller::Client, &token, &Method::POST, step)
            .await?;
        let answer = self.answer(ENDPOINT)?;
        let status = answer.answer.response.status();
        let active = answer.get("active").filter(|_| status.is_success());
        match active.and_then(serde_json::Value::as_bool) {
            Some(true) => Ok(()),
            Some(false) => Err(Halt::missing(
                "introspection tells this client nothing of its own token (active false)",
            )),
            None if status.is_client_error() => Err(Halt::missing(format!(
                "the provider lets this client introspect nothing ({})",
                answer.summary()
            ))),
            None => Err(Halt::Blocked {
                requirement: ACTIVE_REPORTED,
                expected: "200 with active, true or false".to_owned(),
                actual: answer.summary(),
                evidence: vec![Evidence {
                    exchange: answer.answer.exchange,
                    at: "introspection response".to_owned(),
                }],
            }),
        }
    }

    async fn introspect(
        &mut self,
        caller: Caller,
        token: &str,
        method: &Method,
        step: &Step,
    ) -> Result<(), Halt> {
        self.introspected_access_token = self.tokens.access_token.as_deref() == Some(token);
        self.ask_about(ENDPOINT, caller, token, method, step).await
    }

    async fn introspect_altered_jwt(&mut self, step: &Step) -> Result<(), Halt> {
        let token = self.token(TokenWord::Access)?;
        if claims_of(&token).is_none() {
            return Err(Halt::missing("the access token is no JWT"));
        }
        self.introspect(Caller::Client, &altered(&token), &Method::POST, step)
            .await
    }

    async fn introspect_by_bearer(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let token = self.token(TokenWord::Access)?;
        let url = rp.endpoint(ENDPOINT)?;
        let parameters = Parameters::new([("token", &token)]);
        let request = with_bearer(form_request(&url, &parameters)?, "Bearer", &token)?;
        let answer = rp.ask(request, "introspection request").await?;
        self.take_answer(ENDPOINT, answer);
        Ok(())
    }

    fn judge_introspection(
        &mut self,
        rules: &[Rule<Introspection>],
        rows: &[Row],
    ) -> Result<(), Halt> {
        let artifact = self.introspection(self.answer(ENDPOINT)?.clone())?;
        let evidence = self.look_at(artifact.answer.answer.exchange, "introspection response");
        self.judge_rules(rules, &artifact, "introspection response", &evidence, rows);
        Ok(())
    }

    fn introspection(&self, answer: JsonAnswer) -> Result<Introspection, Halt> {
        let claims = self.tokens.id_token.as_deref().and_then(claims_of);
        let sub = claims.and_then(|claims| claims.get("sub")?.as_str().map(str::to_owned));
        let rp = self.rp()?;
        let metadata = &rp.provider.metadata;
        let pairwise = metadata.lists("subject_types_supported", "pairwise") == Some(true);
        let token = self.answer("token_endpoint")?;
        let expires_in = token.get("expires_in").and_then(serde_json::Value::as_f64);
        let issued_at = token.answer.received_at;
        Ok(Introspection {
            answer,
            issuer: rp.config().issuer.clone(),
            client_id: self.client()?.id,
            sub: sub.filter(|_| !pairwise),
            expires: expires_in
                .filter(|_| self.introspected_access_token)
                .map(|seconds| issued_at + seconds),
        })
    }
}
