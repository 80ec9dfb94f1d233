//! Steps of client assertions, right and wrong.

use cucumber::gherkin::Step;
use cucumber::when;
use serde_json::Value;

use super::World;
use crate::flow::{Halt, assertion_key};
use crate::protocol::{AssertionKey, Authentication, Carriage, Parameters};
use crate::provider::Secret;

/// The client authenticates by an assertion; the table changes its claims. Numbers and JSON lists are
/// claims of their kind.
#[when("the client redeems the code with an assertion")]
async fn with_assertion(world: &mut World, step: &Step) {
    let result = world.redeem_with_assertion(step, Ok).await;
    world.absorb(result);
}

/// The assertion of the request before, once more.
#[when("the client redeems the code with the same assertion")]
async fn with_same_assertion(world: &mut World) {
    let result = world.redeem_with_same_assertion().await;
    world.absorb(result);
}

/// One character of the signature is another.
#[when("the client redeems the code with an assertion that was tampered with")]
async fn with_tampered_assertion(world: &mut World, step: &Step) {
    let result = world
        .redeem_with_assertion(step, |key| Ok(AssertionKey::Tampered(Box::new(key))))
        .await;
    world.absorb(result);
}

/// `alg` is `none` and the signature is empty.
#[when("the client redeems the code with an unsigned assertion")]
async fn with_unsigned_assertion(world: &mut World, step: &Step) {
    let result = world
        .redeem_with_assertion(step, |_| Ok(AssertionKey::Unsigned))
        .await;
    world.absorb(result);
}

/// A key that nobody registered signs, and stands in the header as `jwk`.
#[when("the client redeems the code with an assertion that brings its own key")]
async fn with_key_of_header(world: &mut World, step: &Step) {
    let result = world
        .redeem_with_assertion(step, |_| Ok(AssertionKey::OfHeader))
        .await;
    world.absorb(result);
}

/// `alg` is `HS256` and the secret is the client's public key in PEM, which anybody may know.
#[when("the client redeems the code with an assertion made with its public key")]
async fn with_public_key(world: &mut World, step: &Step) {
    let result = world
        .redeem_with_assertion(step, |key| match key {
            AssertionKey::Pem(pem) => Ok(AssertionKey::PublicHalfOf(pem)),
            _ => Err(Halt::missing("the client has no private key")),
        })
        .await;
    world.absorb(result);
}

impl World {
    async fn redeem_with_assertion(
        &mut self,
        step: &Step,
        spoil: fn(AssertionKey) -> Result<AssertionKey, Halt>,
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        let mut assertion = rp.assertion(&client, spoil(assertion_key(&client)?)?);
        for row in step.table.iter().flat_map(|table| &table.rows) {
            let [name, value] = row.as_slice() else {
                return Err(Halt::unjudged("a table of claims has two columns"));
            };
            if value == "{absent}" {
                assertion.claims.remove(name);
                continue;
            }
            let text = self.fill(value, &Parameters::default())?;
            let claim = match serde_json::from_str(&text) {
                Ok(claim @ (Value::Number(_) | Value::Array(_))) => claim,
                _ => Value::String(text),
            };
            assertion.claims.insert(name.clone(), claim);
        }
        let jwt = assertion.sign()?;
        self.assertion = Some(Secret::new(jwt.clone()));
        self.redeem_signed(jwt).await
    }

    async fn redeem_with_same_assertion(&mut self) -> Result<(), Halt> {
        let jwt = self
            .assertion
            .as_ref()
            .map(|jwt| jwt.expose().to_owned())
            .ok_or_else(|| Halt::unjudged("no assertion was used before: a step is missing"))?;
        self.redeem_signed(jwt).await
    }

    async fn redeem_signed(&mut self, jwt: String) -> Result<(), Halt> {
        let rp = self.rp()?;
        let parameters = self.redemption()?;
        let answer = rp
            .token_request(&Authentication::Signed(jwt), &parameters, &Carriage::Form)
            .await?;
        self.take_token_answer(answer);
        Ok(())
    }
}
