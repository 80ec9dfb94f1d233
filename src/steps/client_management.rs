//! Steps by which a registered client reads, updates and deletes itself.
//!
//! Tables name client metadata as the steps of registration do; an update sends what is registered, with
//! these changes.

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::Method;
use serde_json::{Map, Value};

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::Rule;
use crate::checks::client_management::{
    DELETE_RULES, ManagementAnswer, READ_RULES, UPDATE_RULES, access_token_is_dead,
};
use crate::checks::registration::token_is_refused;
use crate::flow::{Halt, Management, Registration, random_text};
use crate::protocol::{JsonAnswer, get_request, with_bearer};
use crate::provider::Secret;
use crate::run::Evidence;

/// The answers to the three requests.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "client read response",
        ids: || ids(READ_RULES),
        judge: |world, rows| {
            Box::pin(
                async move { world.judge_management("client read response", READ_RULES, rows) },
            )
        },
    },
    Artifact {
        name: "client update response",
        ids: || ids(UPDATE_RULES),
        judge: |world, rows| {
            Box::pin(
                async move { world.judge_management("client update response", UPDATE_RULES, rows) },
            )
        },
    },
    Artifact {
        name: "client delete response",
        ids: || ids(DELETE_RULES),
        judge: |world, rows| {
            Box::pin(
                async move { world.judge_management("client delete response", DELETE_RULES, rows) },
            )
        },
    },
];

/// The client is the one that was registered last, another client the one before. `its first token` is the
/// one of the registration, where a later answer brought another.
#[when(
    regex = r"^(the client|another client) (reads|updates|deletes) its registration(?: (without a token|with a wrong token|with another client's token|with its first token))?$"
)]
async fn manage(world: &mut World, who: String, what: String, token: String, step: &Step) {
    let result = world.manage_client(&who, &what, &token, step).await;
    world.absorb(result);
}

/// The control of what follows: it must come through. Skipped where the provider has no such request.
#[given(regex = r"^the client has (read|updated|deleted) its registration$")]
async fn managed_before(world: &mut World, what: String, step: &Step) {
    let result = world.manage_rightly(&what, step).await;
    world.absorb(result);
}

/// As above, on the way.
#[when(regex = r"^the client has (read|updated|deleted) its registration$")]
async fn managed(world: &mut World, what: String, step: &Step) {
    let result = world.manage_rightly(&what, step).await;
    world.absorb(result);
}

/// 401 and a challenge for a bearer token.
#[then("the management of the client is refused for its token")]
fn refused_for_token(world: &mut World, step: &Step) {
    let result = world.judge_answer(ANSWER, step, |answer, _| token_is_refused(answer, None));
    world.conclude(step, result);
}

/// UserInfo refuses the access token that the client holds.
#[then("the access token of the deleted client is dead")]
async fn access_token_dead(world: &mut World, step: &Step) {
    let result = world.judge_dead_token(step).await;
    world.conclude(step, result);
}

/// Where the latest answer is kept.
const ANSWER: &str = "registration_client_uri";

impl World {
    async fn manage_client(
        &mut self,
        who: &str,
        what: &str,
        token: &str,
        step: &Step,
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let client = self.managed(usize::from(who == "another client"))?;
        let token = match token {
            "without a token" => None,
            "with a wrong token" => Some(Secret::new(format!("wrong-{}", random_text(24)))),
            "with another client's token" => Some(self.managed(1)?.token),
            "with its first token" => Some(self.first_token()?),
            _ => Some(client.token.clone()),
        };
        let method = match what {
            "updates" => Method::PUT,
            "deletes" => Method::DELETE,
            _ => Method::GET,
        };
        let body = match method {
            Method::PUT => Some(self.update(step)?),
            _ => None,
        };
        let token = token.as_ref().map(Secret::expose);
        let sent = body.clone().map(Value::Object);
        let answer = rp
            .manage(method.clone(), &client.url, token, sent.as_ref())
            .await?;
        self.take_answer(ANSWER, answer.clone());
        if method != Method::DELETE {
            self.learn_management(&client, body.unwrap_or_default(), answer);
        }
        Ok(())
    }

    async fn manage_rightly(&mut self, what: &str, step: &Step) -> Result<(), Halt> {
        let (verb, requirement, expected) = match what {
            "updated" => ("updates", "RFC7592-2.2-1", "200 with the new values"),
            "deleted" => ("deletes", "RFC7592-2.3-1", "204"),
            _ => ("reads", "RFC7592-2.1-1", "200 with the metadata"),
        };
        self.manage_client("the client", verb, "", step).await?;
        let answer = self.answer(ANSWER)?;
        if answer.is_success() {
            return Ok(());
        }
        if matches!(answer.status(), 403 | 404 | 405 | 501) {
            return Err(Halt::missing(format!(
                "no registered client {verb} itself here ({})",
                answer.summary()
            )));
        }
        Err(Halt::Blocked {
            requirement,
            expected: expected.to_owned(),
            actual: answer.summary(),
            evidence: vec![Evidence {
                exchange: answer.answer.exchange,
                at: "client management".to_owned(),
            }],
        })
    }

    /// What an update sends: what is registered, with the changes of the table.
    fn update(&self, step: &Step) -> Result<Map<String, Value>, Halt> {
        let mut metadata = self.registered_metadata()?;
        self.change_metadata(&mut metadata, step)?;
        Ok(metadata)
    }

    fn registered_metadata(&self) -> Result<Map<String, Value>, Halt> {
        self.registrations
            .iter()
            .rev()
            .find(|registration| registration.answer.is_success())
            .map(Registration::current)
            .ok_or_else(|| Halt::unjudged("the scenario registered no client: a step is missing"))
    }

    /// An answer may bring new tokens and tells what is registered now.
    fn learn_management(
        &mut self,
        client: &Management,
        asked: Map<String, Value>,
        answer: JsonAnswer,
    ) {
        let registration = Registration { asked, answer };
        if let Some(new) = registration.renewed(client)
            && let Some(known) = self.managed.iter_mut().find(|known| *known == client)
        {
            *known = new;
        }
        self.registrations.push(registration);
    }

    /// The client that was registered so many clients ago.
    fn managed(&self, ago: usize) -> Result<Management, Halt> {
        let Some(at) = self.managed.len().checked_sub(ago + 1) else {
            return Err(Halt::missing(
                "the provider does not manage registered clients: no registration_client_uri",
            ));
        };
        Ok(self.managed[at].clone())
    }

    fn first_token(&self) -> Result<Secret, Halt> {
        let first = self
            .registrations
            .first()
            .and_then(Registration::management);
        let first = first.ok_or_else(|| Halt::unjudged("no registration brought a token"))?;
        if first.token == self.managed(0)?.token {
            return Err(Halt::missing(
                "the provider gives no new registration access token",
            ));
        }
        Ok(first.token)
    }

    fn judge_management(
        &mut self,
        of: &str,
        rules: &[Rule<ManagementAnswer>],
        rows: &[Row],
    ) -> Result<(), Halt> {
        let answer = self.answer(ANSWER)?.clone();
        let exchange = answer.answer.exchange;
        let mut registrations = self.registrations.iter().rev();
        let latest = registrations.next();
        let is_latest = latest.is_some_and(|r| r.answer.answer.exchange == exchange);
        let asked = match latest {
            Some(latest) if is_latest => latest.asked.clone(),
            _ => Map::new(),
        };
        let before = if is_latest {
            registrations.next()
        } else {
            latest
        };
        let before = before.map(|registration| registration.answer.clone());
        let mut past = self.registrations.iter().rev();
        // An update names the client that it is about; a read asks for nothing.
        let registered =
            past.find(|past| !past.asked.is_empty() && !past.asked.contains_key("client_id"));
        let artifact = ManagementAnswer {
            registered: registered.map(|r| r.asked.clone()).unwrap_or_default(),
            before: before
                .and_then(|answer| answer.body.ok())
                .unwrap_or_default(),
            asked,
            answer,
        };
        let evidence = self.look_at(exchange, of);
        self.judge_rules(rules, &artifact, of, &evidence, rows);
        Ok(())
    }

    async fn judge_dead_token(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let token = (self.tokens.access_token.clone())
            .ok_or_else(|| Halt::unjudged("the client holds no access token"))?;
        let endpoint = rp.endpoint("userinfo_endpoint")?;
        let request = with_bearer(get_request(&endpoint)?, "Bearer", &token)?;
        let answer = rp.ask(request, "UserInfo request").await?;
        let evidence = self.look_at(answer.answer.exchange, "UserInfo response");
        self.judge_rows(step, "UserInfo response", &evidence, |_| {
            Ok(access_token_is_dead(&answer))
        })
    }
}
