//! Whether credentials that a registered client chose for itself in an update work, told by the answer or not.

use cucumber::gherkin::Step;
use cucumber::then;
use http::Method;

use super::World;
use crate::checks::client_management::chosen_secret_is_unknown;
use crate::checks::refusal;
use crate::flow::{Halt, random_text};
use crate::protocol::{Authentication, Carriage, JsonAnswer, Parameters};

/// The token endpoint refuses the `client_secret` of the last update as it refuses one that nobody chose.
#[then("the chosen client_secret does not work")]
async fn secret_does_not_work(world: &mut World, step: &Step) {
    let result = world.judge_chosen_secret(step).await;
    world.conclude(step, result);
}

/// The registration can't be read with the `registration_access_token` of the last update.
#[then("the chosen registration_access_token does not work")]
async fn token_does_not_work(world: &mut World, step: &Step) {
    let result = world.judge_chosen_token(step).await;
    world.conclude(step, result);
}

impl World {
    async fn judge_chosen_secret(&mut self, step: &Step) -> Result<(), Halt> {
        let chosen = self.chosen("client_secret")?;
        let wrong = self
            .ask_with_secret(format!("wrong-{}", random_text(24)))
            .await?;
        let chosen = self.ask_with_secret(chosen).await?;
        self.note_exchanges(&[wrong.answer.exchange]);
        let evidence = self.look_at(chosen.answer.exchange, "token response");
        self.judge_rows(step, "chosen client_secret", &evidence, |_| {
            Ok(chosen_secret_is_unknown(&wrong, &chosen))
        })
    }

    async fn judge_chosen_token(&mut self, step: &Step) -> Result<(), Halt> {
        let chosen = self.chosen("registration_access_token")?;
        let url = self
            .managed
            .last()
            .map(|management| management.url.clone())
            .ok_or_else(|| Halt::missing("the provider does not manage registered clients"))?;
        let answer = self
            .rp()?
            .manage(Method::GET, &url, Some(&chosen), None)
            .await?;
        let evidence = self.look_at(answer.answer.exchange, "client read response");
        self.judge_rows(step, "chosen registration_access_token", &evidence, |_| {
            Ok(refusal(&answer, "any error"))
        })
    }

    /// What the last update asked for.
    fn chosen(&self, member: &str) -> Result<String, Halt> {
        let update = self.registration()?;
        if !update.answer.is_success() {
            return Err(Halt::missing(format!(
                "the update was refused ({})",
                update.answer.summary()
            )));
        }
        let chosen = update.asked.get(member).and_then(serde_json::Value::as_str);
        chosen
            .map(str::to_owned)
            .ok_or_else(|| Halt::unjudged(format!("the update had no {member}: a step is missing")))
    }

    /// A token request for a code that nobody issued: whether the client is refused tells of the secret.
    async fn ask_with_secret(&self, secret: String) -> Result<JsonAnswer, Halt> {
        let authentication = Authentication::Basic {
            id: self.client()?.id,
            secret,
        };
        let code = random_text(43);
        let parameters = Parameters::new([("grant_type", "authorization_code"), ("code", &code)]);
        self.rp()?
            .token_request(&authentication, &parameters, &Carriage::Form)
            .await
    }
}
