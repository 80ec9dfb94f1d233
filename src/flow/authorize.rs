//! The authorization request, through the browser to wherever it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};
use rand::Rng as _;
use rand::distr::Alphanumeric;
use rand::seq::SliceRandom as _;
use url::Url;

use super::{Halt, RelyingParty, Session};
use crate::login::{Arrival, Decision, End, Errand, Journey, LoginError, PageKind};
use crate::protocol::{
    AuthorizationAnswer, Parameters, Pkce, RequestError, authorization_request, with_raw_query,
};
use crate::provider::ClientConfig;

/// Metadata by which a provider refuses every authorization request that is a plain one.
const DEMANDS: [(&str, &str); 2] = [
    // https://www.rfc-editor.org/rfc/rfc9126#section-5
    (
        "require_pushed_authorization_requests",
        "pushed authorization requests",
    ),
    // https://www.rfc-editor.org/rfc/rfc9101#section-10.5
    ("require_signed_request_object", "signed request objects"),
];

/// An authorization request that is about to be made.
#[derive(Debug, Clone)]
pub struct AuthorizationPlan {
    /// The client that asks.
    pub client: ClientConfig,
    /// By GET or by POST.
    pub method: Method,
    /// Its parameters.
    pub parameters: Parameters,
    /// The verifier to the challenge in them.
    pub pkce: Pkce,
    /// What the user does when asked.
    pub decision: Decision,
    /// What the request carries beside its parameters.
    pub extra: Extra,
}

/// What an authorization request carries beside its parameters: nothing, for a careful client.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// Header fields.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// A text that is added to the query as it stands.
    pub query: Option<String>,
}

impl AuthorizationPlan {
    /// The authorization request of a careful client: code flow with state, nonce and PKCE (S256).
    pub fn new(rp: &RelyingParty, client: &ClientConfig) -> Result<Self, Halt> {
        let redirect_uri = client.redirect_uris.first().ok_or_else(|| {
            Halt::missing(format!(
                "client `{}` has no redirect_uris in the provider file",
                client.id
            ))
        })?;
        let pkce = Pkce::fresh(64);
        let parameters = Parameters::new([
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", redirect_uri),
            ("scope", &default_scope(rp)),
            ("state", &random_text(32)),
            ("nonce", &random_text(32)),
            ("code_challenge", &pkce.challenge),
            ("code_challenge_method", "S256"),
        ]);
        Ok(Self {
            client: client.clone(),
            method: Method::GET,
            parameters,
            pkce,
            decision: Decision::Agree,
            extra: Extra::default(),
        })
    }

    /// The request itself.
    ///
    /// # Errors
    /// No URL can hold it.
    pub fn request(&self, endpoint: &Url) -> Result<Request<Bytes>, RequestError> {
        let mut request = authorization_request(endpoint, &self.method, &self.parameters)?;
        if let Some(text) = &self.extra.query {
            request = with_raw_query(request, text)?;
        }
        for (name, value) in &self.extra.headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        Ok(request)
    }

    /// Asks for a refresh token too, in the way this provider wants it.
    pub fn with_refresh_token(mut self, rp: &RelyingParty) -> Self {
        if may_ask(rp, "offline_access") {
            let scope = self.parameters.get("scope").unwrap_or_default();
            if !scope.split(' ').any(|word| word == "offline_access") {
                let scope = format!("{scope} offline_access");
                self.parameters.set("scope", scope);
            }
            // https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess
            self.parameters.set("prompt", "consent");
        }
        self
    }
}

/// A text of letters and digits that nobody can guess.
pub(crate) fn random_text(length: usize) -> String {
    rand::rng()
        .sample_iter(Alphanumeric)
        .take(length)
        .map(char::from)
        .collect()
}

/// Printable ASCII characters in any order, the space included, between a letter or digit at either end: all that
/// `state` may consist of ([RFC 6749 appendix A.5](https://www.rfc-editor.org/rfc/rfc6749#appendix-A.5)). From 97
/// characters on none is missing.
pub(crate) fn printable_text(length: usize) -> String {
    let inner = length.saturating_sub(2);
    let mut inner: Vec<char> = (b' '..=b'~').cycle().take(inner).map(char::from).collect();
    inner.shuffle(&mut rand::rng());
    let inner = String::from_iter(inner);
    format!("{}{inner}{}", random_text(1), random_text(1))
}

/// `openid profile email`, as far as the client may ask for it.
fn default_scope(rp: &RelyingParty) -> String {
    let words: Vec<&str> = ["openid", "profile", "email"]
        .into_iter()
        .filter(|word| *word == "openid" || may_ask(rp, word))
        .collect();
    words.join(" ")
}

impl RelyingParty {
    /// Whether the file, or else the metadata, allow to ask for this scope.
    pub fn may_ask(&self, scope: &str) -> bool {
        may_ask(self, scope)
    }
}

fn may_ask(rp: &RelyingParty, scope: &str) -> bool {
    match &rp.config().scopes {
        Some(scopes) => scopes.iter().any(|s| s == scope),
        None => rp.provider.metadata.lists("scopes_supported", scope) == Some(true),
    }
}

/// An authorization request that was made, and where it ended.
#[derive(Debug, Clone)]
pub struct AuthorizationAttempt {
    /// What was asked.
    pub plan: AuthorizationPlan,
    /// Where the browser ended.
    pub arrival: Arrival,
    /// What arrived at a redirect URI, if it did.
    pub answer: Option<AuthorizationAnswer>,
}

impl AuthorizationAttempt {
    /// What a journey came to.
    pub fn of(plan: AuthorizationPlan, arrival: Arrival) -> Self {
        let answer = match &arrival.end {
            End::RedirectUri(callback) => Some(AuthorizationAnswer::of(callback.clone())),
            End::Page { .. } => None,
        };
        Self {
            plan,
            arrival,
            answer,
        }
    }

    /// The code, where there is one.
    pub fn code(&self) -> Option<&str> {
        self.answer.as_ref()?.get("code")
    }

    fn was_refused_at_once(&self) -> bool {
        let refused = (self.answer.as_ref()).is_none_or(|answer| answer.error().is_some());
        refused && self.arrival.pages.is_empty()
    }

    /// The exchange that ended it.
    pub fn exchange(&self) -> u32 {
        match &self.arrival.end {
            End::RedirectUri(callback) => callback.exchange,
            End::Page { answer, .. } => answer.exchange,
        }
    }

    /// Where it ended, in words and without secrets.
    pub fn summary(&self) -> String {
        match (&self.answer, &self.arrival.end) {
            (Some(answer), _) => answer.summary(),
            (None, End::Page { answer, kind }) => {
                let what = match kind {
                    PageKind::Login => "a login page",
                    PageKind::Consent => "a consent page",
                    PageKind::Confirmation => "a page that asks for confirmation",
                    PageKind::Final => "a page that leads nowhere",
                };
                format!("{what} (status {})", answer.status())
            }
            (None, End::RedirectUri(_)) => "a redirect".to_owned(),
        }
    }
}

/// The authorization requests of a run, for the rules on all of them.
#[derive(Debug, Clone, Default)]
pub struct Attempts(Arc<Mutex<Vec<AuthorizationAttempt>>>);

impl Attempts {
    fn add(&self, attempt: &AuthorizationAttempt) {
        self.lock().push(attempt.clone());
    }

    /// All so far, in the order in which they ended.
    pub fn all(&self) -> Vec<AuthorizationAttempt> {
        self.lock().clone()
    }

    /// Whether any of them met a page of this kind.
    pub fn met(&self, kind: PageKind) -> bool {
        self.lock().iter().any(|attempt| attempt.arrival.met(kind))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<AuthorizationAttempt>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RelyingParty {
    /// Makes an authorization request in a browser.
    ///
    /// # Errors
    /// The network or the login failed; whatever the provider answered is no error.
    pub async fn authorize(
        &self,
        session: &Session,
        plan: AuthorizationPlan,
        purpose: &str,
    ) -> Result<AuthorizationAttempt, Halt> {
        let start = self.announced(&plan)?;
        let user = &session.user.username;
        let turn = self.first_journeys.turn(&plan.client.id, user).await;
        let arrival = self.travel(session, start, plan.decision, purpose).await;
        let attempt = arrival.map(|arrival| AuthorizationAttempt::of(plan, arrival));
        // One that was refused at once met no page on which the user could have consented.
        let refused = attempt
            .as_ref()
            .is_ok_and(AuthorizationAttempt::was_refused_at_once);
        if let Some(turn) = turn
            && !refused
        {
            turn.made();
        }
        Ok(self.keep(attempt?))
    }

    /// As [`RelyingParty::authorize`], by a user whose password was right a moment ago: where the login page
    /// comes back after it, the password is not to blame, and the journey ends on that page.
    ///
    /// # Errors
    /// The network failed, or the login otherwise.
    pub async fn authorize_again(
        &self,
        session: &Session,
        plan: AuthorizationPlan,
        purpose: &str,
    ) -> Result<AuthorizationAttempt, Halt> {
        let start = self.announced(&plan)?;
        let first = self.journey(session, start.clone(), plan.decision, purpose);
        let arrival = match first.await {
            Err(LoginError::Rejected { .. }) => {
                let mut arrival = self.travel(session, start, Decision::Look, purpose).await?;
                if let End::Page { kind, .. } = &mut arrival.end {
                    // Logging in leads nowhere from there.
                    *kind = PageKind::Final;
                }
                arrival
            }
            other => other?,
        };
        Ok(self.keep(AuthorizationAttempt::of(plan, arrival)))
    }

    /// The authorization endpoint, where it takes requests whose parameters stand in them as they are.
    fn plain_authorization_endpoint(&self) -> Result<Url, Halt> {
        for (flag, what) in DEMANDS {
            if self.provider.metadata.says(flag) {
                return Err(Halt::missing(format!(
                    "the provider takes {what} alone ({flag}), which oidcheck does not send yet"
                )));
            }
        }
        self.endpoint("authorization_endpoint")
    }

    /// The rules on every exchange look at it, too.
    fn keep(&self, attempt: AuthorizationAttempt) -> AuthorizationAttempt {
        self.attempts.add(&attempt);
        if let Some(code) = attempt.code() {
            self.issued.note_code(code);
        }
        attempt
    }

    /// The request of `plan`, of which recorder and browser have been told.
    fn announced(&self, plan: &AuthorizationPlan) -> Result<Request<Bytes>, Halt> {
        let endpoint = self.plain_authorization_endpoint()?;
        self.announce(plan);
        Ok(plan.request(&endpoint)?)
    }

    /// Tells the recorder what is no secret, and the browser where to stop.
    fn announce(&self, plan: &AuthorizationPlan) {
        // First: with the method `plain` it is the challenge too, which is public otherwise.
        self.recorder().learn("code_verifier", &plan.pkce.verifier);
        for uri in plan.parameters.all("redirect_uri") {
            self.expect_redirect_uri(uri);
        }
        for name in ["state", "nonce", "code_challenge", "client_id", "scope"] {
            for value in plan.parameters.all(name) {
                self.recorder().publish(value);
            }
        }
    }

    /// Lets a browser go from a request to wherever it ends.
    ///
    /// # Errors
    /// The network or the login failed.
    pub async fn travel(
        &self,
        session: &Session,
        start: Request<Bytes>,
        decision: Decision,
        purpose: &str,
    ) -> Result<Arrival, Halt> {
        Ok(self.journey(session, start, decision, purpose).await?)
    }

    async fn journey(
        &self,
        session: &Session,
        start: Request<Bytes>,
        decision: Decision,
        purpose: &str,
    ) -> Result<Arrival, LoginError> {
        let redirect_uris = self.redirect_uris();
        let journey = Journey {
            start,
            user: &session.user,
            decision,
            redirect_uris: &redirect_uris,
            errand: Errand::Authorization,
            purpose,
        };
        self.driver().travel(&session.agent, journey).await
    }
}
