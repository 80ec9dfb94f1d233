//! RP-initiated logout: the request, through the browser to wherever it ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use tokio::sync::OnceCell;

use super::authorize::random_text;
use super::{AuthorizationPlan, Halt, RelyingParty, Session, Tokens};
use crate::login::{Arrival, Decision, End, Errand, Journey, PageKind};
use crate::protocol::{AuthorizationAnswer, Parameters, authorization_request};
use crate::provider::ClientConfig;
use crate::run::Evidence;

/// The requirement that stands for "the logout leads to the registered URI".
const LOGGED_OUT: &str = "OIDCRPL-3-1";

/// A logout request that is about to be made.
#[derive(Debug, Clone)]
pub struct LogoutPlan {
    /// By GET or by POST.
    pub method: Method,
    /// Its parameters
    /// ([RP-Initiated Logout 2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)).
    pub parameters: Parameters,
    /// What the user does when asked.
    pub decision: Decision,
}

impl LogoutPlan {
    /// The logout request of a careful client: its ID Token as a hint, where to go afterwards, a state.
    ///
    /// # Errors
    /// There is no ID Token, or the client has no post-logout redirect URI.
    pub fn new(client: &ClientConfig, tokens: &Tokens) -> Result<Self, Halt> {
        let hint = tokens
            .id_token
            .as_ref()
            .ok_or_else(|| Halt::missing("the provider issued no ID Token"))?;
        let uri = client.post_logout_redirect_uris.first().ok_or_else(|| {
            Halt::missing(format!(
                "client `{}` has no post_logout_redirect_uris in the provider file",
                client.id
            ))
        })?;
        Ok(Self {
            method: Method::GET,
            parameters: Parameters::new([
                ("id_token_hint", hint.as_str()),
                ("post_logout_redirect_uri", uri),
                ("state", &random_text(32)),
            ]),
            decision: Decision::Agree,
        })
    }
}

/// A logout request that was made, and where it ended.
#[derive(Debug, Clone)]
pub struct LogoutAttempt {
    /// What was asked.
    pub plan: LogoutPlan,
    /// Where the browser ended.
    pub arrival: Arrival,
    /// What arrived at a URI of a client, if the browser went there: its query is that of an answer.
    pub answer: Option<AuthorizationAnswer>,
}

impl LogoutAttempt {
    /// The exchange that ended it.
    pub fn exchange(&self) -> u32 {
        match &self.arrival.end {
            End::RedirectUri(callback) => callback.exchange,
            End::Page { answer, .. } => answer.exchange,
        }
    }

    /// Whether the request had a `client_id`.
    pub fn names_client(&self) -> bool {
        self.plan.parameters.get("client_id").is_some()
    }

    /// Where it ended, in words and without secrets.
    pub fn summary(&self) -> String {
        match (&self.answer, &self.arrival.end) {
            (Some(answer), _) => {
                let names: Vec<&str> = answer.query.iter().map(|(name, _)| name).collect();
                if names.is_empty() {
                    format!("a redirect to {}", answer.base)
                } else {
                    format!("a redirect to {} with {}", answer.base, names.join(", "))
                }
            }
            (None, End::Page { answer, kind }) => {
                let what = match kind {
                    PageKind::Confirmation => "a page that asks for confirmation",
                    PageKind::Login => "a login page",
                    PageKind::Consent => "a consent page",
                    PageKind::Final => "a page that leads nowhere",
                };
                format!("{what} (status {})", answer.status())
            }
            (None, End::RedirectUri(_)) => "a redirect".to_owned(),
        }
    }
}

impl RelyingParty {
    /// Makes a logout request in a browser.
    ///
    /// # Errors
    /// The metadata have no `end_session_endpoint`, or the network failed; whatever the provider answered is
    /// no error.
    pub async fn log_out(
        &self,
        session: &Session,
        plan: LogoutPlan,
    ) -> Result<LogoutAttempt, Halt> {
        let endpoint = self.endpoint("end_session_endpoint")?;
        for uri in plan.parameters.all("post_logout_redirect_uri") {
            self.expect_redirect_uri(uri);
        }
        for name in ["state", "client_id", "ui_locales"] {
            for value in plan.parameters.all(name) {
                self.recorder().publish(value);
            }
        }
        for token in plan.parameters.all("id_token_hint") {
            self.recorder().learn("id_token", token);
        }
        let redirect_uris = self.redirect_uris();
        let arrival = self
            .driver()
            .travel(
                &session.agent,
                Journey {
                    start: authorization_request(&endpoint, &plan.method, &plan.parameters)?,
                    user: &session.user,
                    decision: plan.decision,
                    redirect_uris: &redirect_uris,
                    errand: Errand::Logout,
                    purpose: "logout request",
                },
            )
            .await?;
        let answer = match &arrival.end {
            End::RedirectUri(callback) => Some(AuthorizationAnswer::of(callback.clone())),
            End::Page { .. } => None,
        };
        Ok(LogoutAttempt {
            plan,
            arrival,
            answer,
        })
    }

    /// A login and a logout with nothing wrong, which led to the client's URI: with the hint alone or, where that
    /// does not do, with the `client_id` beside it.
    async fn logged_out(&self, client: &ClientConfig) -> Result<LogoutAttempt, Halt> {
        let mut attempt = self.log_in_and_out(client, false).await?;
        if attempt.answer.is_none() {
            attempt = self.log_in_and_out(client, true).await?;
        }
        if attempt.answer.is_none() {
            return Err(Halt::Blocked {
                requirement: LOGGED_OUT,
                expected: "a redirect to the post_logout_redirect_uri".to_owned(),
                actual: attempt.summary(),
                evidence: vec![Evidence {
                    exchange: attempt.exchange(),
                    at: "answer to the logout request".to_owned(),
                }],
            });
        }
        Ok(attempt)
    }

    async fn log_in_and_out(
        &self,
        client: &ClientConfig,
        names_client: bool,
    ) -> Result<LogoutAttempt, Halt> {
        let lease = self.sessions.fresh(self.user()?);
        let session = lease.session();
        let login = AuthorizationPlan::new(self, client)?;
        let flow = self.complete(session, login).await?;
        let mut plan = LogoutPlan::new(client, &flow.tokens)?;
        if names_client {
            plan.parameters.set("client_id", &client.id);
        }
        self.log_out(session, plan).await
    }
}

/// What came of a logout, once it has been made.
type Cell = OnceCell<Result<Arc<LogoutAttempt>, Halt>>;

/// Logouts with nothing wrong, one per client: what scenarios with something wrong are compared with.
#[derive(Debug, Default)]
pub struct Logouts {
    cells: Mutex<HashMap<String, Arc<Cell>>>,
}

impl Logouts {
    /// The logout of this client, made once.
    ///
    /// # Errors
    /// The login or the logout was refused, or could not be done; the same error for everybody who asks.
    pub async fn get(
        &self,
        rp: &RelyingParty,
        client: &ClientConfig,
    ) -> Result<Arc<LogoutAttempt>, Halt> {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(client.id.clone()).or_default())
        };
        cell.get_or_init(|| async { rp.logged_out(client).await.map(Arc::new) })
            .await
            .clone()
    }
}
