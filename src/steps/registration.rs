//! Steps of dynamic client registration.
//!
//! Tables name client metadata, with values in JSON: `| response_types | ["code id_token"] |`. Words in
//! braces stand inside the strings of a value; `{absent}` leaves a member out that would be sent by default.
//! What is sent by default are `client_name` and one redirect URI; `grant_types` follow from
//! `response_types` where a table names only these.

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::Method;
use serde_json::{Map, Value, json};

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::{Rule, registration, success};
use crate::finding::Finding;
use crate::flow::{Access, Halt, Registration};
use crate::protocol::Parameters;

/// What the answer to a registration that should succeed is called.
const RESPONSE: &str = "registration response";

/// The latest answer of the registration endpoint.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "registration response",
        ids: || ids(registration::RULES),
        judge: |world, rows| {
            Box::pin(async move { world.judge_registration(RESPONSE, registration::RULES, rows) })
        },
    },
    Artifact {
        name: "registration error",
        ids: || ids(registration::ERROR_RULES),
        judge: |world, rows| {
            Box::pin(async move {
                world.judge_registration("registration error", registration::ERROR_RULES, rows)
            })
        },
    },
];

/// A new client with these metadata is the client of the scenario from now on. Skipped where the provider
/// takes nobody without an initial access token, or does not take such a client.
#[given("a registered client")]
async fn registered(world: &mut World, step: &Step) {
    let result = world.use_registered_client(step).await;
    world.absorb(result);
}

/// Skipped where the provider gave the registered client this grant type unasked.
#[given(expr = "the grant type {word} was not registered")]
async fn grant_type_was_not_registered(world: &mut World, grant_type: String) {
    let result = world.expect_no_grant_type(&grant_type);
    world.absorb(result);
}

/// As above, without the initial access token that the provider file may name: skipped where the provider
/// wants one.
#[given("an openly registered client")]
async fn openly_registered(world: &mut World, step: &Step) {
    let result = world.use_openly_registered_client(step).await;
    world.absorb(result);
}

/// Skipped where the registration brought another `token_endpoint_auth_method` than the default, as it may.
#[given("no other authentication method was provisioned")]
fn default_method(world: &mut World) {
    let result = world.registration().and_then(|registration| {
        match registration.answer.text("token_endpoint_auth_method") {
            None | Some("client_secret_basic") => Ok(()),
            Some(other) => Err(Halt::missing(format!(
                "the provider gives clients that name no authentication method {other}"
            ))),
        }
    });
    world.absorb(result);
}

/// Whatever comes of it is kept; the client of the scenario stays. The table names metadata; a docstring is
/// sent as it stands.
#[when("a client is registered")]
async fn register(world: &mut World, step: &Step) {
    let result = world.register(step, Access::Granted).await;
    world.absorb(result);
}

/// As above, whether the provider file names an initial access token or not.
#[when("a client is registered without an initial access token")]
async fn register_openly(world: &mut World, step: &Step) {
    let result = world.register(step, Access::Open).await;
    world.absorb(result);
}

/// As above, with a token that nobody issued.
#[when("a client is registered with a wrong initial access token")]
async fn register_wrongly(world: &mut World, step: &Step) {
    let result = world.register(step, Access::Wrong).await;
    world.absorb(result);
}

/// A GET in the place of the POST.
#[when("the registration endpoint is asked by GET")]
async fn get_registration(world: &mut World) {
    let result = world.get_registration().await;
    world.absorb(result);
}

/// A success with a `client_id`.
#[then("the registration is accepted")]
fn accepted(world: &mut World, step: &Step) {
    let result = world.judge_answer("registration_endpoint", step, |answer, _| {
        success(answer, &["client_id"])
    });
    world.conclude(step, result);
}

/// 401 and a challenge for a bearer token.
#[then("the registration is refused for its token")]
fn refused_for_token(world: &mut World, step: &Step) {
    let result = world.judge_answer("registration_endpoint", step, |answer, _| {
        registration::token_is_refused(answer, None)
    });
    world.conclude(step, result);
}

/// The registration (or the update) was refused, or at least one of the members is registered otherwise than
/// asked: `the asked grant_types and response_types are not registered`.
#[then(regex = r"^the asked (\w+(?: and \w+)?) (?:is|are) not registered$")]
async fn not_registered(world: &mut World, names: String, step: &Step) {
    let members: Vec<&str> = names.split(" and ").collect();
    let result = world.judge_latest(step, |registration| {
        registration::is_not_registered(registration, &members)
    });
    world.conclude(step, result);
}

/// The last two registrations brought different identifiers and secrets.
#[then("the registered clients are told apart")]
fn told_apart(world: &mut World, step: &Step) {
    let result = world.judge_distinct(step);
    world.conclude(step, result);
}

impl World {
    fn expect_no_grant_type(&self, grant_type: &str) -> Result<(), Halt> {
        if self.registration()?.has_grant_type(grant_type) {
            return Err(Halt::missing(format!(
                "the provider registered {grant_type} for the client, which did not ask for it"
            )));
        }
        Ok(())
    }

    async fn use_registered_client(&mut self, step: &Step) -> Result<(), Halt> {
        self.register(step, Access::Granted).await?;
        let rp = self.rp()?;
        let registration = self.registration()?;
        let client = rp.registered_client(registration, step.table.is_none())?;
        if let Some(name) = registration.ignored() {
            return Err(Halt::missing(format!(
                "the provider did not register {name}"
            )));
        }
        self.client = Some(client);
        Ok(())
    }

    async fn use_openly_registered_client(&mut self, step: &Step) -> Result<(), Halt> {
        self.register(step, Access::Open).await?;
        let rp = self.rp()?;
        let registration = self.registration()?;
        if matches!(registration.answer.status(), 401 | 403) {
            return Err(Halt::missing("registration is not open"));
        }
        self.client = Some(rp.registered_client(registration, step.table.is_none())?);
        Ok(())
    }

    async fn register(&mut self, step: &Step, access: Access) -> Result<(), Halt> {
        let rp = self.rp()?;
        let registration = match &step.docstring {
            Some(text) => rp.register_text(text, Map::new(), access).await?,
            None => {
                let mut metadata = rp.client_metadata();
                self.change_metadata(&mut metadata, step)?;
                complete_flows(&mut metadata);
                rp.register(metadata, access).await?
            }
        };
        self.take_answer("registration_endpoint", registration.answer.clone());
        self.managed.extend(registration.management());
        self.registrations.push(registration);
        Ok(())
    }

    async fn get_registration(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let url = rp.endpoint("registration_endpoint")?;
        let answer = rp.manage(Method::GET, &url, None, None).await?;
        self.take_answer("registration_endpoint", answer);
        Ok(())
    }

    /// The latest registration (or update).
    pub(super) fn registration(&self) -> Result<&Registration, Halt> {
        self.registrations
            .last()
            .ok_or_else(|| Halt::unjudged("the scenario registered no client: a step is missing"))
    }

    fn judge_registration(
        &mut self,
        of: &str,
        rules: &[Rule<Registration>],
        rows: &[Row],
    ) -> Result<(), Halt> {
        let registration = self.registration()?.clone();
        let evidence = self.look_at(registration.answer.answer.exchange, of);
        if let (RESPONSE, Some(error)) = (of, registration.refused_by_policy()) {
            return Err(Halt::missing(format!(
                "the provider registers no such client ({error})"
            )));
        }
        self.judge_rules(rules, &registration, of, &evidence, rows);
        Ok(())
    }

    pub(super) fn judge_latest(
        &mut self,
        step: &Step,
        judge: impl Fn(&Registration) -> Finding,
    ) -> Result<(), Halt> {
        let registration = self.registration()?.clone();
        let of = "registered metadata";
        let evidence = self.look_at(registration.answer.answer.exchange, of);
        self.judge_rows(step, of, &evidence, |_| Ok(judge(&registration)))
    }

    fn judge_distinct(&mut self, step: &Step) -> Result<(), Halt> {
        let [.., one, other] = self.registrations.as_slice() else {
            return Err(Halt::unjudged("the scenario registered no two clients"));
        };
        let finding = registration::are_distinct(one, other);
        let evidence = self.look_at(other.answer.answer.exchange, "registration response");
        self.judge_rows(step, "registration response", &evidence, |_| {
            Ok(finding.clone())
        })
    }

    /// Changes metadata as a step's table says.
    pub(super) fn change_metadata(
        &self,
        metadata: &mut Map<String, Value>,
        step: &Step,
    ) -> Result<(), Halt> {
        let rows = step.table.as_ref().map(|table| table.rows.as_slice());
        for row in rows.unwrap_or_default() {
            let [name, value] = row.as_slice() else {
                return Err(Halt::unjudged("a table of metadata has two columns"));
            };
            if value == "{absent}" {
                metadata.shift_remove(name);
                continue;
            }
            let mut value: Value = serde_json::from_str(value)
                .map_err(|e| Halt::unjudged(format!("`{value}` is no JSON: {e}")))?;
            self.fill_json(&mut value)?;
            metadata.insert(name.clone(), value);
        }
        Ok(())
    }

    fn fill_json(&self, value: &mut Value) -> Result<(), Halt> {
        match value {
            Value::String(text) => *text = self.fill(text, &Parameters::default())?,
            Value::Array(items) => {
                for item in items {
                    self.fill_json(item)?;
                }
            }
            Value::Object(members) => {
                for member in members.values_mut() {
                    self.fill_json(member)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(())
    }
}

/// The grant types that go with the response types
/// ([RFC 7591 2.1](https://www.rfc-editor.org/rfc/rfc7591#section-2.1)), where only these are named.
fn complete_flows(metadata: &mut Map<String, Value>) {
    if metadata.contains_key("grant_types") {
        return;
    }
    let Some(types) = metadata.get("response_types").and_then(Value::as_array) else {
        return;
    };
    let words = || {
        types
            .iter()
            .filter_map(Value::as_str)
            .flat_map(|t| t.split(' '))
    };
    let mut grants = Vec::new();
    if words().any(|word| word == "code") {
        grants.push("authorization_code");
    }
    if words().any(|word| word == "id_token" || word == "token") {
        grants.push("implicit");
    }
    metadata.insert("grant_types".to_owned(), json!(grants));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grant_types_follow_from_response_types() {
        for (given, expected) in [
            (json!({}), json!(null)),
            (
                json!({"response_types": ["code"]}),
                json!(["authorization_code"]),
            ),
            (
                json!({"response_types": ["id_token token"]}),
                json!(["implicit"]),
            ),
            (
                json!({"response_types": ["code id_token"]}),
                json!(["authorization_code", "implicit"]),
            ),
            (
                json!({"response_types": ["code"], "grant_types": ["x"]}),
                json!(["x"]),
            ),
        ] {
            let mut metadata = given.as_object().unwrap().clone();
            complete_flows(&mut metadata);
            let grants = metadata.get("grant_types").cloned().unwrap_or_default();
            assert_eq!(grants, expected, "{given}");
        }
    }
}
