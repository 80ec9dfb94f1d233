//! Steps at the token endpoint.

use std::sync::Arc;

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::Method;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use super::phrases::CallerWord;
use crate::checks::token_response::at_most_one_success;
use crate::checks::{Rule, success, token_endpoint, token_error, token_response};
use crate::finding::Finding;
use crate::flow::{Access, Caller, Halt, RelyingParty, TOKEN_REQUEST, Tokens};
use crate::protocol::{Carriage, JsonAnswer, Parameters, with_body};
use crate::provider::{AuthMethod, ClientConfig};
use crate::run::Evidence;

/// The token endpoint by its metadata; its last answer, a success or an error.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "token endpoint",
        ids: || ids(token_endpoint::RULES),
        judge: |world, rows| Box::pin(async move { world.judge_token_endpoint(rows) }),
    },
    Artifact {
        name: "token response",
        ids: || ids(token_response::RULES),
        judge: |world, rows| {
            Box::pin(async move {
                world.judge_token_answer(token_response::RULES, "token response", rows)
            })
        },
    },
    Artifact {
        name: "token error",
        ids: || ids(token_error::RULES),
        judge: |world, rows| {
            Box::pin(
                async move { world.judge_token_answer(token_error::RULES, "token error", rows) },
            )
        },
    },
];

/// The client of the scenario is one of the file that authenticates so, or a new one where registration is
/// open.
#[given(expr = "the client that authenticates by {word}")]
async fn client_with(world: &mut World, method: String) {
    let result = world.use_client_with(&method).await;
    world.absorb(result);
}

/// Skipped where the provider takes only its issuer for the audience of client assertions.
#[given("client assertions may name the token endpoint")]
fn token_endpoint_is_an_audience(world: &mut World) {
    let result = world.expect_token_endpoint_as_audience();
    world.absorb(result);
}

/// The client of the scenario is the one that acts for itself: the first with credentials and without
/// redirect_uris, else the main client.
#[given("the client of the client credentials grant")]
fn service_client(world: &mut World) {
    let result = world.use_service_client();
    world.absorb(result);
}

/// The table changes the parameters.
#[when(expr = "{caller} redeems the code")]
async fn redeem(world: &mut World, caller: CallerWord, step: &Step) {
    let result = world.redeem(caller.0, step, &Carriage::Form).await;
    world.absorb(result);
}

/// By a method that is not POST. The table changes the parameters.
#[when(expr = "{caller} redeems the code by {word}")]
async fn redeem_by(world: &mut World, caller: CallerWord, method: String, step: &Step) {
    let result = match Method::from_bytes(method.as_bytes()) {
        Ok(method) => {
            let carriage = Carriage::Method(method);
            world.redeem(caller.0, step, &carriage).await
        }
        Err(_) => Err(Halt::unjudged(format!("`{method}` is no method"))),
    };
    world.absorb(result);
}

/// With a JSON object for a body. The table changes the parameters.
#[when(expr = "{caller} redeems the code in JSON")]
async fn redeem_in_json(world: &mut World, caller: CallerWord, step: &Step) {
    let result = world.redeem(caller.0, step, &Carriage::Json).await;
    world.absorb(result);
}

/// The same request so many times, all sent before the first answer. The first answer that is a success is
/// kept, else the last one.
#[when(expr = "the client redeems the code {int} times at once")]
async fn redeem_at_once(world: &mut World, times: usize, step: &Step) {
    let result = world.redeem_at_once(times, step).await;
    world.absorb(result);
}

/// A token request of the client credentials grant. The table changes the parameters.
#[when(expr = "{caller} asks for a token of its own")]
async fn client_credentials(world: &mut World, caller: CallerWord, step: &Step) {
    let parameters = Parameters::new([("grant_type", "client_credentials")]);
    let result = world
        .token_request(caller.0, parameters, step, &Carriage::Form)
        .await;
    world.absorb(result);
}

/// As above, and it must work: where the provider refuses, the scenario ends.
#[given("the client got a token of its own")]
async fn got_client_credentials(world: &mut World, step: &Step) {
    let parameters = Parameters::new([("grant_type", "client_credentials")]);
    let asked = world
        .token_request(Caller::Client, parameters, step, &Carriage::Form)
        .await;
    let result = asked.and_then(|()| world.expect_tokens());
    world.absorb(result);
}

/// The table names all parameters.
#[when(expr = "{caller} sends a token request")]
async fn token_request(world: &mut World, caller: CallerWord, step: &Step) {
    let result = world
        .token_request(caller.0, Parameters::default(), step, &Carriage::Form)
        .await;
    world.absorb(result);
}

/// The docstring is the body, to which a client adds its credentials.
#[when("the client sends a token request with the body")]
async fn raw_token_request(world: &mut World, step: &Step) {
    let result = world.send_body(step).await;
    world.absorb(result);
}

/// The control of what follows: where it was accepted, the scenario is skipped.
#[when("the token request was refused")]
fn was_refused(world: &mut World) {
    let result = world.expect_refusal();
    world.absorb(result);
}

/// Of the requests that were made at once.
#[then("at most one token request is accepted")]
fn one_accepted(world: &mut World, step: &Step) {
    let result = world.judge_answers(step, at_most_one_success);
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
    fn judge_token_answer(
        &mut self,
        rules: &[Rule<JsonAnswer>],
        of: &str,
        rows: &[Row],
    ) -> Result<(), Halt> {
        let answer = self.answer("token_endpoint")?.clone();
        let evidence = self.look_at(answer.answer.exchange, of);
        self.judge_rules(rules, &answer, of, &evidence, rows);
        Ok(())
    }

    fn judge_token_endpoint(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let metadata = Arc::clone(&self.rp()?.provider.metadata);
        let evidence = self.look_at(metadata.answer.exchange, "token_endpoint");
        self.judge_rules(
            token_endpoint::RULES,
            &metadata,
            "metadata",
            &evidence,
            rows,
        );
        Ok(())
    }

    async fn use_client_with(&mut self, method: &str) -> Result<(), Halt> {
        let rp = self.rp()?;
        let method = AuthMethod::ALL
            .into_iter()
            .find(|known| known.as_str() == method)
            .ok_or_else(|| Halt::unjudged(format!("`{method}` is no authentication method")))?;
        let client = match rp.client_with(method) {
            Ok(client) => client.clone(),
            Err(missing) => self
                .register_client_with(method)
                .await
                .map_err(|_| missing)?,
        };
        rp.settle_audience(&client).await?;
        self.client = Some(client);
        Ok(())
    }

    fn expect_token_endpoint_as_audience(&self) -> Result<(), Halt> {
        if self.rp()?.takes_token_endpoint() {
            return Ok(());
        }
        Err(Halt::missing(
            "the provider takes only its issuer for the audience of client assertions",
        ))
    }

    /// Where the file has no such client and registration is open.
    async fn register_client_with(&mut self, method: AuthMethod) -> Result<ClientConfig, Halt> {
        let rp = self.rp()?;
        let mut metadata = rp.client_metadata();
        metadata.insert(
            "token_endpoint_auth_method".to_owned(),
            method.as_str().into(),
        );
        let registration = rp.register(metadata, Access::Granted).await?;
        self.note_exchanges(&[registration.answer.answer.exchange]);
        rp.registered_client(&registration, false)
    }

    fn use_service_client(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let clients = &rp.config().clients;
        let service = clients
            .iter()
            .find(|client| client.redirect_uris.is_empty() && client.auth != AuthMethod::None);
        // Whether another client may use the grant is not known, and its refusal would be no fault.
        let service = service.ok_or_else(|| {
            Halt::missing(
                "client_credentials needs a client of its own in the provider file: a [[client]] with a secret and without redirect_uris",
            )
        })?;
        self.client = Some(service.clone());
        Ok(())
    }

    async fn redeem(
        &mut self,
        caller: Caller,
        step: &Step,
        carriage: &Carriage,
    ) -> Result<(), Halt> {
        let parameters = self.redemption()?;
        self.token_request(caller, parameters, step, carriage).await
    }

    /// The parameters that redeem the code of the last authorization response.
    pub(super) fn redemption(&self) -> Result<Parameters, Halt> {
        let attempt = self.attempt()?;
        let code = RelyingParty::code_of(attempt)?;
        Ok(RelyingParty::redemption(attempt, code))
    }

    /// As the client of the scenario must.
    pub(super) async fn redeem_rightly(&mut self, step: &Step) -> Result<(), Halt> {
        self.redeem(Caller::Client, step, &Carriage::Form).await
    }

    async fn redeem_at_once(&mut self, times: usize, step: &Step) -> Result<(), Halt> {
        let mut parameters = self.redemption()?;
        self.change(&mut parameters, step.table.as_ref())?;
        self.ask_at_once(times, &parameters).await
    }

    /// The same token request of the client so many times at once.
    pub(super) async fn ask_at_once(
        &mut self,
        times: usize,
        parameters: &Parameters,
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        let mut authentications = Vec::new();
        for _ in 0..times {
            // An assertion is good for one request.
            authentications.push(rp.credentials(&client)?);
        }
        let requests = authentications
            .iter()
            .map(|authentication| rp.token_request(authentication, parameters, &Carriage::Form));
        let answers = futures::future::try_join_all(requests).await?;
        let ids: Vec<u32> = answers.iter().map(|a| a.answer.exchange).collect();
        self.note_exchanges(&ids);
        let kept = answers
            .iter()
            .find(|answer| answer.is_success())
            .or(answers.last());
        if let Some(answer) = kept.cloned() {
            self.take_token_answer(answer);
        }
        self.at_once = answers;
        Ok(())
    }

    async fn token_request(
        &mut self,
        caller: Caller,
        mut parameters: Parameters,
        step: &Step,
        carriage: &Carriage,
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        self.change(&mut parameters, step.table.as_ref())?;
        let authentication = rp.credentials_of(caller, &client)?;
        let answer = rp
            .token_request(&authentication, &parameters, carriage)
            .await?;
        self.take_token_answer(answer);
        Ok(())
    }

    async fn send_body(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let endpoint = rp.endpoint("token_endpoint")?;
        let credentials = rp.credentials(&self.client()?)?;
        let request = credentials.post(&endpoint, &Parameters::default())?;
        let body = step.docstring.as_deref().unwrap_or_default().trim();
        let own = String::from_utf8_lossy(request.body()).into_owned();
        let request = with_body(request, format!("{body}&{own}"));
        let answer = rp.ask(request, TOKEN_REQUEST).await?;
        self.take_token_answer(answer);
        Ok(())
    }

    /// Keeps an answer of the token endpoint; what it brought is what the client holds from now on.
    pub(super) fn take_token_answer(&mut self, answer: JsonAnswer) {
        if answer.is_success() {
            self.hold(&Tokens::of(&answer));
        }
        self.take_answer("token_endpoint", answer);
    }

    pub(super) fn expect_tokens(&self) -> Result<(), Halt> {
        let answer = self.answer("token_endpoint")?;
        if answer.is_success() && answer.text("access_token").is_some() {
            return Ok(());
        }
        Err(Halt::Blocked {
            requirement: "RFC6749-5.1-1",
            expected: "200 with access_token".to_owned(),
            actual: answer.summary(),
            evidence: vec![Evidence {
                exchange: answer.answer.exchange,
                at: "token response".to_owned(),
            }],
        })
    }

    fn expect_refusal(&self) -> Result<(), Halt> {
        let answer = self.answer("token_endpoint")?;
        if answer.is_refusal() {
            return Ok(());
        }
        Err(Halt::missing(format!(
            "the token request before was not refused ({})",
            answer.summary()
        )))
    }

    fn judge_answers(
        &mut self,
        step: &Step,
        judge: fn(&[JsonAnswer]) -> Finding,
    ) -> Result<(), Halt> {
        let answers = std::mem::take(&mut self.at_once);
        let evidence: Vec<Evidence> = answers
            .iter()
            .map(|answer| Evidence {
                exchange: answer.answer.exchange,
                at: String::new(),
            })
            .collect();
        self.judge_rows(step, "token responses", &evidence, |_| Ok(judge(&answers)))
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
}
