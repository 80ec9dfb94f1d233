//! Users and clients, by signing in.

use std::sync::Arc;

use super::diagnosis::{Diagnosis, Health};
use crate::flow::{AuthorizationAttempt, AuthorizationPlan, Halt, RelyingParty, Session};
use crate::http::UserAgent;
use crate::login::{Arrival, Credentials, Decision, End, Errand, Journey, LoginError, PageKind};
use crate::protocol::{AuthorizationAnswer, JsonAnswer, Parameters};
use crate::provider::{AuthMethod, ClientConfig};

/// Looks at clients and users by signing in.
pub(in crate::conformance) async fn look_at_clients(diagnosis: &mut Diagnosis, rp: &RelyingParty) {
    if rp.config().clients.is_empty() {
        diagnosis.look(
            "clients",
            Health::Unknown,
            "the provider file has none, and none could be registered",
            Some("add a [[client]]".to_owned()),
        );
        return;
    }
    // A person is asked no more than is needed.
    let by_hand = rp.driver().name() == "manual";
    let users = if by_hand { 1 } else { usize::MAX };
    let mut session = None;
    for user in rp.config().users.iter().take(users) {
        let fresh = Session {
            agent: Arc::new(UserAgent::new(rp.client().clone())),
            user: user.clone(),
        };
        if look_at_user(diagnosis, rp, &fresh).await {
            session.get_or_insert(fresh);
        }
    }
    for client in &rp.config().clients {
        let code = if by_hand {
            None
        } else {
            look_at_redirect_uris(diagnosis, rp, session.as_ref(), client).await
        };
        look_at_credentials(diagnosis, rp, client, code).await;
    }
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
        LoginError::BadRedirect { .. } | LoginError::HeldBack(_) => diagnosis.look(at, Health::Unknown, seen, None),
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
        agent: Arc::new(UserAgent::new(rp.client().clone())),
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
    let start = plan
        .request(&endpoint)
        .map_err(|e| Trouble::Halt(e.into()))?;
    rp.driver()
        .travel(
            &session.agent,
            Journey {
                start,
                user: &session.user,
                decision: plan.decision,
                redirect_uris: &redirect_uris,
                errand: Errand::Authorization,
                purpose: "authorization request",
            },
        )
        .await
        .map_err(Trouble::Login)
}
