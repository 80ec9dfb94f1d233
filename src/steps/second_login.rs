//! Steps about a second authorization request of the same user.

use std::sync::Arc;

use cucumber::gherkin::Step;
use cucumber::{given, when};
use http::{HeaderName, HeaderValue, Method};

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::second_login;
use crate::flow::{AuthorizationPlan, Extra, Halt};
use crate::jwt::id_token::IdTokenPair;
use crate::login::Decision;

/// The ID Tokens of the last two journeys.
pub(super) const ARTIFACTS: &[Artifact] = &[Artifact {
    name: "ID Token of the second login",
    ids: || ids(second_login::RULES),
    judge: |world, rows| Box::pin(world.judge_second_login(rows)),
}];

/// Somebody else logs in in a browser of their own; the scenario goes on with its own user.
#[given("the second user has logged in too")]
async fn second_user(world: &mut World) {
    let result = world.log_in_second_user().await;
    world.absorb(result);
}

/// A second journey in the same browser; where the provider lets nobody through, the rest is skipped.
#[when("the user tries to go through the authorization code flow again")]
async fn try_another_flow(world: &mut World, step: &Step) {
    let result = world.try_another_flow(step).await;
    world.absorb(result);
}

/// The ID Token that the client holds is older than its `exp` now.
#[when("the ID Token has expired")]
async fn id_token_has_expired(world: &mut World) {
    let result = world.wait_for_expiry().await;
    world.absorb(result);
}

/// A header field, as `Name: value`.
#[when(expr = "the user authorizes with the header {string}")]
async fn with_header(world: &mut World, field: String, step: &Step) {
    let result = match header(&field) {
        Ok(extra) => {
            world
                .authorize_with(step, Method::GET, Decision::Agree, extra)
                .await
        }
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// As above; the user looks at the first page that asks for anything and leaves it.
#[when(expr = "the user looks at the first page with the header {string}")]
async fn look_with_header(world: &mut World, field: String, step: &Step) {
    let browser = world.new_browser();
    let result = match browser.and_then(|_| header(&field)) {
        Ok(extra) => {
            world
                .authorize_with(step, Method::GET, Decision::Look, extra)
                .await
        }
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// The text is added to the query as it stands: nothing is encoded.
#[when(expr = "the user authorizes with {string} added to the query")]
async fn with_raw_query(world: &mut World, text: String, step: &Step) {
    let extra = Extra {
        headers: Vec::new(),
        query: Some(text),
    };
    let result = world
        .authorize_with(step, Method::GET, Decision::Agree, extra)
        .await;
    world.absorb(result);
}

fn header(field: &str) -> Result<Extra, Halt> {
    let (name, value) = field.split_once(": ").unwrap_or((field, ""));
    match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        (Ok(name), Ok(value)) => Ok(Extra {
            headers: vec![(name, value)],
            query: None,
        }),
        _ => Err(Halt::unjudged("this is no header field")),
    }
}

impl World {
    async fn judge_second_login(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let [.., first, second] = self.flows.as_slice() else {
            return Err(Halt::unjudged("there are no two completed flows"));
        };
        let (first, second) = (Arc::clone(first), Arc::clone(second));
        let context = self.id_token_context().await?;
        let token = |text: &Option<String>| {
            let text = text
                .clone()
                .ok_or_else(|| Halt::unjudged("there is no ID Token"))?;
            Ok::<_, Halt>(Arc::new(self.id_token(&text, context.clone())?))
        };
        let pair = IdTokenPair {
            first: token(&first.tokens.id_token)?,
            second: token(&second.tokens.id_token)?,
        };
        let of = "ID Token of the second login";
        let evidence = self.look_at(second.token.answer.exchange, "id_token");
        self.judge_rules(second_login::RULES, &pair, of, &evidence, rows);
        Ok(())
    }

    async fn try_another_flow(&mut self, step: &Step) -> Result<(), Halt> {
        let extra = Extra::default();
        self.authorize_with(step, Method::GET, Decision::Agree, extra)
            .await?;
        let attempt = self.attempt()?.clone();
        if attempt.code().is_none() {
            return Err(Halt::missing(format!(
                "the provider lets nobody through with this request: {}",
                attempt.summary()
            )));
        }
        let flow = self.rp()?.finish(attempt).await?;
        self.take_flow(Arc::new(flow));
        Ok(())
    }

    async fn log_in_second_user(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let other = rp
            .config()
            .users
            .get(1)
            .ok_or_else(|| Halt::missing("the provider file has no second [[user]]"))?
            .clone();
        let plan = AuthorizationPlan::new(&rp, &self.client()?)?;
        let lease = rp.sessions.lease(&other);
        let flow = rp.complete(lease.session(), plan).await?;
        self.note_exchanges(&flow.exchanges());
        let sub = |token: &Option<String>| super::hints::sub_of(token.as_deref()?).ok();
        let own = sub(&self.tokens.id_token);
        if own.is_some() && own == sub(&flow.tokens.id_token) {
            return Err(Halt::missing(
                "the provider takes both users of the provider file for one",
            ));
        }
        self.other_user_token = flow.tokens.id_token;
        Ok(())
    }

    async fn wait_for_expiry(&mut self) -> Result<(), Halt> {
        let text = self.tokens.id_token.clone();
        let text = text.ok_or_else(|| Halt::unjudged("there is no ID Token"))?;
        let exp = super::hints::exp_of(&text)?;
        let left = exp - crate::flow::now() + 1;
        let left = u64::try_from(left.max(0)).unwrap_or_default();
        self.pass(std::time::Duration::from_secs(left)).await
    }
}
