//! Whole journeys: from the authorization request to the tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::authorize::{AuthorizationAttempt, AuthorizationPlan};
use super::{Halt, RelyingParty, Session};
use crate::login::End;
use crate::protocol::{Carriage, JsonAnswer, Parameters};
use crate::run::Evidence;

/// The tokens that a client holds.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access_token: Option<String>,
    /// The refresh token.
    pub refresh_token: Option<String>,
    /// The ID Token.
    pub id_token: Option<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("access_token", &self.access_token.is_some())
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .finish()
    }
}

impl Tokens {
    /// The tokens in a token response.
    pub fn of(answer: &JsonAnswer) -> Self {
        let text = |name| answer.text(name).map(str::to_owned);
        Self {
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
        }
    }
}

/// A journey that came through: a code was issued and redeemed.
#[derive(Debug, Clone)]
pub struct CompletedFlow {
    /// The authorization request and what came of it.
    pub attempt: AuthorizationAttempt,
    /// The token response.
    pub token: JsonAnswer,
    /// The tokens in it.
    pub tokens: Tokens,
}

impl CompletedFlow {
    /// The exchanges of the journey, in order.
    pub fn exchanges(&self) -> Vec<u32> {
        let mut ids = self.attempt.arrival.exchanges.clone();
        ids.push(self.token.answer.exchange);
        ids
    }
}

/// The requirement that stands for "the authorization request is answered with a code".
pub(super) const CODE_ISSUED: &str = "OIDCC-3.1.2.5-1";
/// The requirement that stands for "the code is redeemed for tokens".
pub(super) const TOKEN_ISSUED: &str = "RFC6749-5.1-1";

impl RelyingParty {
    /// The parameters of the token request that redeems a code, as the client of the attempt must send them.
    pub fn redemption(attempt: &AuthorizationAttempt, code: &str) -> Parameters {
        let mut parameters =
            Parameters::new([("grant_type", "authorization_code"), ("code", code)]);
        if let Some(uri) = attempt.plan.parameters.get("redirect_uri") {
            parameters.set("redirect_uri", uri);
        }
        if attempt.plan.parameters.get("code_challenge").is_some() {
            parameters.set("code_verifier", &attempt.plan.pkce.verifier);
        }
        parameters
    }

    /// The code of an attempt.
    ///
    /// # Errors
    /// The attempt ended without one: [`Halt::Blocked`].
    pub fn code_of(attempt: &AuthorizationAttempt) -> Result<&str, Halt> {
        if let Some(code) = attempt.code() {
            return Ok(code);
        }
        if let (None, End::Page { answer, .. }) = (&attempt.answer, &attempt.arrival.end)
            && answer.response.status().as_u16() < 500
        {
            return Err(Halt::unjudged(format!(
                "the authorization request of client `{}` ended on {}: check its id and redirect_uris in the \
                 provider file",
                attempt.plan.client.id,
                attempt.summary()
            )));
        }
        Err(Halt::Blocked {
            requirement: CODE_ISSUED,
            expected: "a redirect to the redirect_uri with code and state".to_owned(),
            actual: attempt.summary(),
            evidence: vec![Evidence {
                exchange: attempt.exchange(),
                at: "authorization response".to_owned(),
            }],
        })
    }

    /// Goes from the authorization request to the tokens.
    ///
    /// # Errors
    /// A step was refused ([`Halt::Blocked`]) or could not be done.
    pub async fn complete(
        &self,
        session: &Session,
        plan: AuthorizationPlan,
    ) -> Result<CompletedFlow, Halt> {
        let attempt = self
            .authorize(session, plan, "authorization request")
            .await?;
        self.finish(attempt).await
    }

    /// Goes on from an authorization response to the tokens.
    ///
    /// # Errors
    /// As [`RelyingParty::complete`].
    pub async fn finish(&self, attempt: AuthorizationAttempt) -> Result<CompletedFlow, Halt> {
        let code = Self::code_of(&attempt)?;
        let parameters = Self::redemption(&attempt, code);
        self.settle_audience(&attempt.plan.client).await?;
        let authentication = self.credentials(&attempt.plan.client)?;
        let token = self
            .token_request(&authentication, &parameters, &Carriage::Form)
            .await?;
        let tokens = Tokens::of(&token);
        if token.error() == Some("invalid_client") {
            return Err(Halt::unjudged(format!(
                "the token endpoint refused client `{}` ({}): check its secret (or key) and auth in the provider file",
                attempt.plan.client.id,
                token.summary()
            )));
        }
        if !token.is_success() || tokens.access_token.is_none() {
            return Err(Halt::Blocked {
                requirement: TOKEN_ISSUED,
                expected: "200 with access_token".to_owned(),
                actual: token.summary(),
                evidence: vec![Evidence {
                    exchange: token.answer.exchange,
                    at: "token response".to_owned(),
                }],
            });
        }
        self.issued.note_tokens(&tokens);
        Ok(CompletedFlow {
            attempt,
            token,
            tokens,
        })
    }
}

/// What came of a journey, once it has been made.
type Cell = OnceCell<Result<Arc<CompletedFlow>, Halt>>;

/// Read-only journeys, each run once and shared by every scenario that only looks at it.
#[derive(Debug, Default)]
pub struct Specimens {
    cells: Mutex<HashMap<String, Arc<Cell>>>,
}

impl Specimens {
    /// The journey of `plan` by a user of the pool; `key` tells which journeys are the same.
    ///
    /// # Errors
    /// As [`RelyingParty::complete`], twice in a row where the provider blocked it; the same error for everybody
    /// who asks.
    pub async fn get(
        &self,
        rp: &RelyingParty,
        key: String,
        plan: AuthorizationPlan,
    ) -> Result<Arc<CompletedFlow>, Halt> {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(key).or_default())
        };
        cell.get_or_init(|| async {
            let lease = rp.sessions.lease(rp.user()?);
            let first = rp.complete(lease.session(), plan.clone()).await;
            let journey = match first {
                // A server that stumbles once must not stop everybody who shares this journey.
                Err(Halt::Blocked { .. }) => rp.complete(lease.session(), plan).await,
                other => other,
            };
            journey.map(Arc::new)
        })
        .await
        .clone()
    }
}
