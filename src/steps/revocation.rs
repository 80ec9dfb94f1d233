//! Steps at the revocation endpoint ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)), and whether a token is
//! alive.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use http::Method;

use super::World;
use super::phrases::CallerWord;
use crate::checks::refusal;
use crate::finding::Finding;
use crate::flow::{Caller, Halt, Presentation};
use crate::protocol::{JsonAnswer, Parameters, RequestError};
use crate::run::Evidence;

const ENDPOINT: &str = "revocation_endpoint";

/// The table changes the parameters.
#[when(expr = "{caller} revokes the access token")]
async fn revoke_access_token(world: &mut World, caller: CallerWord, step: &Step) {
    let token = world.tokens.access_token.clone();
    let result = world.revoke(caller.0, token, Method::POST, step).await;
    world.absorb(result);
}

/// As above, with all parameters and credentials in the query of a GET.
#[when(expr = "{caller} revokes the access token by GET")]
async fn revoke_by_get(world: &mut World, caller: CallerWord, step: &Step) {
    let token = world.tokens.access_token.clone();
    let result = world.revoke(caller.0, token, Method::GET, step).await;
    world.absorb(result);
}

/// The table changes the parameters.
#[when(expr = "{caller} revokes the refresh token")]
async fn revoke_refresh_token(world: &mut World, caller: CallerWord, step: &Step) {
    let token = world.tokens.refresh_token.clone();
    let result = match token {
        None => Err(Halt::missing("the provider issued no refresh token")),
        token => world.revoke(caller.0, token, Method::POST, step).await,
    };
    world.absorb(result);
}

/// The control of what follows: the revocation was accepted, and UserInfo (where there is one) takes the token no
/// longer. Otherwise the scenario is skipped: a provider need not revoke access tokens.
#[when("the access token was revoked")]
async fn was_revoked(world: &mut World) {
    let result = world.expect_revocation().await;
    world.absorb(result);
}

/// The answer has status 200.
#[then("the revocation request is accepted")]
fn accepted(world: &mut World, step: &Step) {
    let result = world.judge_answer(ENDPOINT, step, |answer, _| {
        if answer.answer.response.status().is_server_error() {
            return Finding::needs_review(format!("the server failed ({})", answer.summary()));
        }
        Finding::met_if(answer.status() == 200, "200", || answer.summary())
    });
    world.conclude(step, result);
}

/// Third column: status, error code or both, alternatives joined with ` or `; nothing means any refusal.
#[then("the revocation request is refused")]
fn refused(world: &mut World, step: &Step) {
    let result = world.judge_answer(ENDPOINT, step, |answer, expected| {
        refusal(answer, expected.unwrap_or_default())
    });
    world.conclude(step, result);
}

/// Where the request to revoke an access token is refused, the error says that the type is not supported.
#[then("access tokens can be revoked or are named unsupported")]
fn revocable_or_named(world: &mut World, step: &Step) {
    let result = world.judge_answer(ENDPOINT, step, |answer, _| match answer.status() {
        200 => Finding::not_applicable("access tokens can be revoked"),
        _ => refusal(answer, "400 unsupported_token_type"),
    });
    world.conclude(step, result);
}

/// UserInfo refuses it (or introspection calls it inactive, where there is no UserInfo).
#[then("the access token is dead")]
async fn access_token_is_dead(world: &mut World, step: &Step) {
    let result = world.judge_access_token(step, false).await;
    world.conclude(step, result);
}

/// UserInfo takes it (or introspection calls it active, where there is no UserInfo).
#[then("the access token is alive")]
async fn access_token_is_alive(world: &mut World, step: &Step) {
    let result = world.judge_access_token(step, true).await;
    world.conclude(step, result);
}

/// A refresh with it is answered with `invalid_grant`.
#[then("the refresh token is dead")]
async fn refresh_token_is_dead(world: &mut World, step: &Step) {
    let token = world.tokens.refresh_token.clone();
    let result = world.judge_refresh_token(step, token, false).await;
    world.conclude(step, result);
}

/// A refresh with the one before the last refresh is answered with `invalid_grant`.
#[then("the old refresh token is dead")]
async fn old_refresh_token_is_dead(world: &mut World, step: &Step) {
    let token = world.old_tokens.refresh_token.clone();
    let result = world.judge_refresh_token(step, token, false).await;
    world.conclude(step, result);
}

/// A refresh with it is answered with tokens.
#[then("the refresh token is alive")]
async fn refresh_token_is_alive(world: &mut World, step: &Step) {
    let token = world.tokens.refresh_token.clone();
    let result = world.judge_refresh_token(step, token, true).await;
    world.conclude(step, result);
}

impl World {
    async fn revoke(
        &mut self,
        caller: Caller,
        token: Option<String>,
        method: Method,
        step: &Step,
    ) -> Result<(), Halt> {
        let token = token.ok_or_else(|| Halt::unjudged("the client holds no such token"))?;
        let parameters = Parameters::new([("token", token)]);
        let answer = self
            .ask_about_token(
                ENDPOINT,
                "revocation request",
                caller,
                parameters,
                method,
                step,
            )
            .await?;
        self.take_answer(ENDPOINT, answer);
        Ok(())
    }

    async fn expect_revocation(&mut self) -> Result<(), Halt> {
        let answer = self.answer(ENDPOINT)?;
        let status = answer.answer.response.status();
        if status.is_server_error() {
            return Err(Halt::unjudged(format!(
                "the revocation endpoint failed ({})",
                answer.summary()
            )));
        }
        if answer.status() != 200 {
            return Err(Halt::missing(format!(
                "the provider does not revoke access tokens ({})",
                answer.summary()
            )));
        }
        if self.rp()?.endpoint("userinfo_endpoint").is_err() {
            return Ok(());
        }
        let (answer, is_alive) = self.try_access_token().await?;
        self.note_exchanges(&[answer.answer.exchange]);
        if is_alive {
            return Err(Halt::missing(
                "the provider does not revoke access tokens (UserInfo takes it still)",
            ));
        }
        Ok(())
    }

    /// A request about a token, to revocation or introspection.
    pub(super) async fn ask_about_token(
        &mut self,
        endpoint: &'static str,
        purpose: &str,
        caller: Caller,
        mut parameters: Parameters,
        method: Method,
        step: &Step,
    ) -> Result<JsonAnswer, Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        self.change(&mut parameters, step.table.as_ref())?;
        let authentication = rp.credentials_of(caller, &client)?;
        let url = rp.endpoint(endpoint)?;
        let mut request = authentication.post(&url, &parameters)?;
        if method == Method::GET {
            request = by_get(&url, request)?;
        }
        rp.ask(request, purpose).await
    }

    async fn judge_access_token(&mut self, step: &Step, alive: bool) -> Result<(), Halt> {
        let (answer, is_alive) = self.try_access_token().await?;
        let expected = if alive {
            "an access token that works"
        } else {
            "an access token that works no longer"
        };
        self.judge_life(step, &answer, expected, is_alive == alive)
    }

    /// Asks UserInfo, or introspection where there is no UserInfo, what becomes of the access token.
    async fn try_access_token(&self) -> Result<(JsonAnswer, bool), Halt> {
        let rp = self.rp()?;
        let token = (self.tokens.access_token.clone())
            .ok_or_else(|| Halt::unjudged("the client holds no access token"))?;
        let has_userinfo = rp.endpoint("userinfo_endpoint").is_ok();
        if has_userinfo {
            let answer = rp.userinfo(&token, Presentation::Get).await?;
            let is_alive = answer.is_success();
            return Ok((answer, is_alive));
        }
        let parameters = Parameters::new([("token", token)]);
        let credentials = rp.credentials(&self.client()?)?;
        let url = rp.endpoint("introspection_endpoint")?;
        let purpose = "introspection request";
        let answer = rp.post(&url, &credentials, &parameters, purpose).await?;
        let active = answer.get("active").and_then(serde_json::Value::as_bool);
        Ok((answer, active == Some(true)))
    }

    async fn judge_refresh_token(
        &mut self,
        step: &Step,
        token: Option<String>,
        alive: bool,
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let token = token.ok_or_else(|| Halt::missing("the provider issued no refresh token"))?;
        let parameters =
            Parameters::new([("grant_type", "refresh_token"), ("refresh_token", &token)]);
        let credentials = rp.credentials(&self.client()?)?;
        let url = rp.endpoint("token_endpoint")?;
        let answer = rp
            .post(&url, &credentials, &parameters, "token request")
            .await?;
        let (expected, right) = if alive {
            ("a refresh token that works", answer.is_success())
        } else {
            let is_refused = answer.error() == Some("invalid_grant");
            ("400 invalid_grant for the refresh token", is_refused)
        };
        self.judge_life(step, &answer, expected, right)
    }

    fn judge_life(
        &mut self,
        step: &Step,
        answer: &JsonAnswer,
        expected: &str,
        right: bool,
    ) -> Result<(), Halt> {
        self.note_exchanges(&[answer.answer.exchange]);
        let evidence = [Evidence {
            exchange: answer.answer.exchange,
            at: String::new(),
        }];
        self.judge_rows(step, "what became of the token", &evidence, |_| {
            if answer.answer.response.status().is_server_error() {
                return Ok(Finding::needs_review(format!(
                    "the server failed ({}), which proves nothing about the token",
                    answer.summary()
                )));
            }
            Ok(Finding::met_if(right, expected, || answer.summary()))
        })
    }
}

/// The same request with the form in the query.
fn by_get(
    url: &url::Url,
    post: http::Request<bytes::Bytes>,
) -> Result<http::Request<bytes::Bytes>, RequestError> {
    let (parts, body) = post.into_parts();
    let parameters = Parameters::parse(&String::from_utf8_lossy(&body));
    let mut request = crate::protocol::authorization_request(url, &Method::GET, &parameters)?;
    for (name, value) in &parts.headers {
        if name != http::header::CONTENT_TYPE {
            request.headers_mut().insert(name.clone(), value.clone());
        }
    }
    Ok(request)
}
