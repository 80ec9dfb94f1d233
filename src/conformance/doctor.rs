//! Finds what keeps a run from judging: the provider file's mistakes, and what the provider lacks.
//!
//! Nothing here counts for or against the provider. Each check names the key of the provider file to change.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::Method;
use serde::Serialize;

use super::plan::Plan;
use crate::flow::{AuthorizationAttempt, AuthorizationPlan, Halt, RelyingParty, Session};
use crate::http::{Client, TransportError, UserAgent};
use crate::login::{Arrival, Credentials, Decision, End, Journey, LoginError, PageKind};
use crate::protocol::{
    AuthorizationAnswer, JsonAnswer, Parameters, authorization_request, get_request,
};
use crate::provider::metadata::openid_configuration_url;
use crate::provider::{AuthMethod, CAPABILITIES, ClientConfig, Metadata, Provider};

/// What one look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Good,
    /// The provider file has to be changed.
    Wrong,
    /// It could not be found out.
    Unknown,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    /// What was looked at, such as `issuer` or `client conformance`.
    pub at: String,
    /// What it came to.
    pub health: Health,
    /// What was seen.
    pub seen: String,
    /// The key of the provider file to change, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

/// A capability that the provider (or its file) lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lack {
    /// The word of `@needs.`.
    pub capability: &'static str,
    /// Why it is lacking; names the key to add where there is one.
    pub reason: String,
    /// How many scenarios are skipped for it.
    pub skips: usize,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// What was looked at, in order.
    pub looks: Vec<Look>,
    /// The capabilities that scenarios can use.
    pub found: Vec<&'static str>,
    /// The capabilities that scenarios need and that are lacking, those that skip most first.
    pub lacking: Vec<Lack>,
}

impl Diagnosis {
    /// The worst of all looks.
    pub fn health(&self) -> Health {
        let has = |health| self.looks.iter().any(|look| look.health == health);
        if has(Health::Wrong) {
            Health::Wrong
        } else if has(Health::Unknown) {
            Health::Unknown
        } else {
            Health::Good
        }
    }

    fn good(&mut self, at: impl Into<String>, seen: impl Into<String>) {
        self.look(at, Health::Good, seen, None);
    }

    fn wrong(&mut self, at: impl Into<String>, seen: impl Into<String>, change: impl Into<String>) {
        self.look(at, Health::Wrong, seen, Some(change.into()));
    }

    fn look(
        &mut self,
        at: impl Into<String>,
        health: Health,
        seen: impl Into<String>,
        change: Option<String>,
    ) {
        self.looks.push(Look {
            at: at.into(),
            health,
            seen: seen.into(),
            change,
        });
    }

    /// What the transport says is the matter.
    fn transport(&mut self, at: &str, error: &TransportError) {
        let seen = error.to_string();
        match error {
            TransportError::Tls { .. } => self.wrong(
                at,
                seen,
                "cacert: the PEM file of the authority that signed the provider's certificate",
            ),
            TransportError::Connect { .. } | TransportError::TimedOut { .. } => self.look(
                at,
                Health::Unknown,
                seen,
                Some(
                    "issuer, if it is not where the provider listens; or start the provider"
                        .to_owned(),
                ),
            ),
            _ => self.look(at, Health::Unknown, seen, None),
        }
    }
}

/// Looks at the metadata; what else there is to look at needs them.
pub(super) async fn look_at_metadata(
    diagnosis: &mut Diagnosis,
    client: &Client,
    issuer: &str,
) -> Option<Metadata> {
    let Ok(url) = openid_configuration_url(issuer).parse() else {
        diagnosis.wrong("issuer", format!("`{issuer}` is no URL"), "issuer");
        return None;
    };
    let answer = match client.send(get_request(&url), "discovery").await {
        Ok(answer) => answer,
        Err(error) => {
            diagnosis.transport("issuer", &error);
            return None;
        }
    };
    let status = answer.status();
    let media_type = answer
        .header("content-type")
        .unwrap_or("no content type")
        .to_owned();
    let metadata = Metadata::of(answer);
    if status != 200 || !metadata.is_there() {
        let seen =
            format!("{url} answers {status} with {media_type}, and that is no metadata document");
        diagnosis.wrong(
            "issuer",
            seen,
            "issuer: the URL to which /.well-known/openid-configuration is appended",
        );
        return None;
    }
    diagnosis.good("issuer", format!("{url} answers"));
    match metadata.text("issuer") {
        Some(named) if named == issuer => {
            diagnosis.good("metadata", "their issuer is the one of the provider file");
        }
        named => diagnosis.wrong(
            "metadata",
            format!(
                "the provider calls itself {}",
                named.map_or("nothing".to_owned(), |named| format!("`{named}`"))
            ),
            match named {
                Some(named) => format!("issuer = \"{named}\", if that is the provider you mean: it is compared to the letter"),
                None => "nothing in the file: the metadata need an issuer".to_owned(),
            },
        ),
    }
    Some(metadata)
}

/// Looks at clients and users by signing in.
pub(super) async fn look_at_clients(diagnosis: &mut Diagnosis, rp: &RelyingParty) {
    if rp.config().clients.is_empty() {
        diagnosis.look(
            "clients",
            Health::Unknown,
            "the provider file has none, and none could be registered",
            Some("add a [[client]]".to_owned()),
        );
        return;
    }
    let mut session = None;
    for user in &rp.config().users {
        let fresh = Session {
            agent: Arc::new(UserAgent::new(Arc::clone(rp.client()))),
            user: user.clone(),
        };
        if look_at_user(diagnosis, rp, &fresh).await {
            session.get_or_insert(fresh);
        }
    }
    for client in &rp.config().clients {
        let code = look_at_redirect_uris(diagnosis, rp, session.as_ref(), client).await;
        look_at_credentials(diagnosis, rp, client, code).await;
    }
}

/// What the capabilities let scenarios do.
pub(super) fn look_at_capabilities(diagnosis: &mut Diagnosis, provider: &Provider, plan: &Plan) {
    let mut skips: BTreeMap<&str, usize> = BTreeMap::new();
    let mut needed: BTreeMap<&str, usize> = BTreeMap::new();
    for (scenario, _) in plan.scenarios() {
        for word in &scenario.needs {
            *needed.entry(word).or_default() += 1;
        }
        let unmet = |word: &&String| provider.capabilities.lacks(word).is_some();
        if let Some(word) = scenario.needs.iter().find(unmet) {
            *skips.entry(word).or_default() += 1;
        }
    }
    for (word, _) in CAPABILITIES {
        if !needed.contains_key(word) {
            continue;
        }
        match provider.capabilities.lacks(word) {
            None => diagnosis.found.push(word),
            Some(reason) => diagnosis.lacking.push(Lack {
                capability: word,
                reason: reason.to_owned(),
                skips: skips.get(word).copied().unwrap_or_default(),
            }),
        }
    }
    diagnosis
        .lacking
        .sort_by_key(|lack| std::cmp::Reverse(lack.skips));
}

/// Whether the user comes through the pages, by the first client that leads there.
async fn look_at_user(diagnosis: &mut Diagnosis, rp: &RelyingParty, session: &Session) -> bool {
    let name = &session.user.username;
    let at = format!("user {name}");
    let mut seen = "no client has redirect_uris to sign in with".to_owned();
    for client in &rp.config().clients {
        let Ok(plan) = AuthorizationPlan::new(rp, client) else {
            continue;
        };
        match travel(rp, session, &plan).await {
            Ok(arrival) if matches!(arrival.end, End::RedirectUri(_)) => {
                let consent = arrival.met(PageKind::Consent);
                diagnosis.good(
                    at,
                    if consent {
                        "logged in and agreed"
                    } else {
                        "logged in"
                    },
                );
                return true;
            }
            // The page that ended it is the client's matter, which is looked at with the client.
            Ok(_) => "no client leads to a login page".clone_into(&mut seen),
            Err(Trouble::Halt(halt)) => seen = halt.to_string(),
            Err(Trouble::Login(error)) => {
                login_trouble(diagnosis, at, name, &error);
                return false;
            }
        }
    }
    diagnosis.look(at, Health::Unknown, seen, None);
    false
}

fn login_trouble(diagnosis: &mut Diagnosis, at: String, name: &str, error: &LoginError) {
    let seen = error.to_string();
    match error {
        LoginError::Rejected { .. } => diagnosis.wrong(
            at,
            seen,
            format!("password_env (or password) of [[user]] \"{name}\", or its username"),
        ),
        LoginError::NotUnderstood { .. } | LoginError::TooManySteps { .. } => diagnosis.wrong(
            at,
            seen,
            "[[login.page]]: a rule for this page with match, fill and submit; or login.driver = \"command\"",
        ),
        LoginError::Transport(error) => diagnosis.transport(&at, error),
        LoginError::External { .. } => diagnosis.wrong(at, seen, "login.driver, login.command"),
        LoginError::TooSlow { .. } => {
            diagnosis.look(at, Health::Unknown, seen, Some("login.max_time".to_owned()));
        }
        LoginError::BadRedirect { .. } => diagnosis.look(at, Health::Unknown, seen, None),
    }
}

/// Tries every redirect URI of a client; gives a code of the first that brought one. Without a user who can log
/// in it goes as far as the login page.
async fn look_at_redirect_uris(
    diagnosis: &mut Diagnosis,
    rp: &RelyingParty,
    logged_in: Option<&Session>,
    client: &ClientConfig,
) -> Option<AuthorizationAttempt> {
    let stranger = Session {
        agent: Arc::new(UserAgent::new(Arc::clone(rp.client()))),
        user: Credentials {
            username: String::new(),
            password: String::new(),
        },
    };
    let session = logged_in.unwrap_or(&stranger);
    let mut with_code = None;
    let at = format!("client {}", client.id);
    for uri in &client.redirect_uris {
        let mut plan = AuthorizationPlan::new(rp, client).ok()?;
        plan.parameters.set("redirect_uri", uri);
        if logged_in.is_none() {
            plan.decision = Decision::Look;
        }
        match travel(rp, session, &plan).await {
            Err(Trouble::Halt(halt)) => {
                diagnosis.look(&at, Health::Unknown, halt.to_string(), None);
            }
            Err(Trouble::Login(error)) => {
                login_trouble(diagnosis, at.clone(), &session.user.username, &error);
            }
            Ok(arrival) => {
                if let Some(attempt) = look_at_arrival(diagnosis, &at, uri, plan, arrival) {
                    with_code.get_or_insert(attempt);
                }
            }
        }
    }
    with_code
}

fn look_at_arrival(
    diagnosis: &mut Diagnosis,
    at: &str,
    uri: &str,
    plan: AuthorizationPlan,
    arrival: Arrival,
) -> Option<AuthorizationAttempt> {
    let id = plan.client.id.clone();
    let answer = match &arrival.end {
        End::RedirectUri(callback) => Some(AuthorizationAnswer::of(callback.clone())),
        End::Page { .. } => None,
    };
    let attempt = AuthorizationAttempt {
        plan,
        arrival,
        answer,
    };
    if attempt.code().is_some() {
        diagnosis.good(at, format!("gets a code at {uri}"));
        return Some(attempt);
    }
    if let (Decision::Look, End::Page { kind, .. }) = (attempt.plan.decision, &attempt.arrival.end)
        && *kind != PageKind::Final
    {
        diagnosis.good(at, format!("leads to the login page with {uri}"));
        return None;
    }
    let summary = attempt.summary();
    let error = attempt
        .answer
        .as_ref()
        .and_then(|answer| answer.get("error"));
    match (error, &attempt.arrival.end) {
        (Some("invalid_scope"), _) => {
            diagnosis.wrong(at, summary, "scopes: those that this client may ask for");
        }
        (Some("unauthorized_client" | "unsupported_response_type"), _) => diagnosis.wrong(
            at,
            summary,
            format!("id of [[client]] \"{id}\": it must be registered for the code flow"),
        ),
        (Some(_), _) => diagnosis.look(at, Health::Unknown, summary, None),
        (None, End::Page { answer, .. }) if answer.status() < 500 => {
            let text = answer.text().to_lowercase();
            let change = if text.contains("redirect") {
                format!(
                    "redirect_uris of [[client]] \"{id}\": register {uri} with the provider, to the letter"
                )
            } else {
                format!(
                    "id or redirect_uris of [[client]] \"{id}\": both must be registered with the provider ({uri})"
                )
            };
            diagnosis.wrong(
                at,
                format!("the authorization request ends on {summary}"),
                change,
            );
        }
        (None, _) => {
            diagnosis.look(
                at,
                Health::Unknown,
                format!("the authorization request ends on {summary}"),
                None,
            );
        }
    }
    None
}

/// Whether the token endpoint takes the client's credentials: with a real code where there is one, else with
/// one that nobody issued, whose refusal tells as much.
async fn look_at_credentials(
    diagnosis: &mut Diagnosis,
    rp: &RelyingParty,
    client: &ClientConfig,
    attempt: Option<AuthorizationAttempt>,
) {
    let at = format!("client {}", client.id);
    let method = client.auth.as_str();
    let parameters = match &attempt {
        Some(attempt) => RelyingParty::redemption(attempt, attempt.code().unwrap_or_default()),
        None if client.redirect_uris.is_empty() => {
            Parameters::new([("grant_type", "client_credentials")])
        }
        None => Parameters::new([
            ("grant_type", "authorization_code"),
            ("code", "a-code-that-nobody-issued"),
            ("redirect_uri", &client.redirect_uris[0]),
        ]),
    };
    let answer = match ask_for_tokens(rp, client, &parameters).await {
        Ok(answer) => answer,
        Err(halt) => {
            diagnosis.look(at, Health::Unknown, halt.to_string(), None);
            return;
        }
    };
    let summary = answer.summary();
    if answer.error() == Some("invalid_client") || answer.status() == 401 {
        let key = match client.auth {
            AuthMethod::None => "auth = \"none\"",
            AuthMethod::PrivateKeyJwt => "key_file, key_id or auth",
            _ => "secret_env (or secret), auth or id",
        };
        diagnosis.wrong(
            at,
            format!("the token endpoint refuses it ({summary})"),
            format!("{key} of [[client]] \"{}\"", client.id),
        );
    } else if answer.is_success() {
        diagnosis.good(at, format!("gets tokens by {method}"));
    } else if attempt.is_none() && answer.error() == Some("invalid_grant") {
        diagnosis.good(at, format!("is known at the token endpoint by {method}"));
    } else {
        diagnosis.look(
            at,
            Health::Unknown,
            format!("the token endpoint answers {summary}"),
            None,
        );
    }
}

async fn ask_for_tokens(
    rp: &RelyingParty,
    client: &ClientConfig,
    parameters: &Parameters,
) -> Result<JsonAnswer, Halt> {
    let endpoint = rp.endpoint("token_endpoint")?;
    let authentication = rp.credentials(client)?;
    rp.post(&endpoint, &authentication, parameters, "token request")
        .await
}

enum Trouble {
    Halt(Halt),
    Login(LoginError),
}

/// As a flow would go, but the login driver's error is kept as it is.
async fn travel(
    rp: &RelyingParty,
    session: &Session,
    plan: &AuthorizationPlan,
) -> Result<Arrival, Trouble> {
    let endpoint = rp
        .endpoint("authorization_endpoint")
        .map_err(Trouble::Halt)?;
    for uri in plan.parameters.all("redirect_uri") {
        rp.expect_redirect_uri(uri);
    }
    rp.recorder().learn("code_verifier", &plan.pkce.verifier);
    let redirect_uris = rp.redirect_uris();
    rp.driver()
        .travel(
            &session.agent,
            Journey {
                start: authorization_request(&endpoint, &Method::GET, &plan.parameters),
                user: &session.user,
                decision: plan.decision,
                redirect_uris: &redirect_uris,
                purpose: "authorization request",
            },
        )
        .await
        .map_err(Trouble::Login)
}
