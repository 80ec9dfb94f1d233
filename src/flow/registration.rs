//! Dynamic client registration ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [Registration](https://openid.net/specs/openid-connect-registration-1_0.html)) and its management
//! ([RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use http::Method;
use serde_json::{Map, Value, json};
use url::{Host, Url};

use super::client_key::RunKey;
use super::{Halt, RelyingParty, random_text};
use crate::protocol::{JsonAnswer, get_request, json_request, with_bearer};
use crate::provider::{AuthMethod, ClientConfig, ClientKey, Secret};
use crate::run::Evidence;

/// The requirement that stands for "a registration is answered with a client".
pub(super) const REGISTERED: &str = "RFC7591-3.2.1-1";
/// Where a registered client is sent back to where the provider file has no client to copy it from.
const REDIRECT_URI: &str = "https://127.0.0.1:8765/callback";
/// The longest that the end of a run waits for registered clients to be deleted.
const FAREWELL: Duration = Duration::from_secs(10);
/// What the server alone assigns ([RFC 7592 2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)): an
/// update must not hold it.
const ASSIGNED: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// Metadata that every provider understands, or that change nothing of what a client may do.
const UNDERSTOOD: [&str; 6] = [
    "client_name",
    "redirect_uris",
    "grant_types",
    "response_types",
    "token_endpoint_auth_method",
    "jwks",
];

/// Which initial access token goes with a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The one that the provider file names, if it names one.
    Granted,
    /// None.
    Open,
    /// A wrong one.
    Wrong,
}

/// A registration: what was asked, and what came of it.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The metadata that were sent.
    pub asked: Map<String, Value>,
    /// The answer of the registration endpoint.
    pub answer: JsonAnswer,
}

impl Registration {
    /// The `client_id` of the new client.
    pub fn client_id(&self) -> Option<&str> {
        self.answer.text("client_id")
    }

    /// A response type of OpenID Connect that the new client may not use, as far as the answer tells.
    pub fn unregistered_response_type(&self) -> Option<&'static str> {
        let registered = texts(self.answer.get("response_types"));
        ["id_token", "code id_token", "code token", "id_token token"]
            .into_iter()
            .find(|name| !registered.is_empty() && !registered.iter().any(|own| own == name))
    }

    /// Why the provider registers no such client, where it says so by an error code of the registry: which metadata
    /// it takes is its policy ([RFC 7591 3.2.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1)).
    pub fn refused_by_policy(&self) -> Option<&str> {
        let codes = [
            "invalid_redirect_uri",
            "invalid_client_metadata",
            "invalid_software_statement",
            "unapproved_software_statement",
        ];
        let error = self.answer.error().filter(|error| codes.contains(error));
        error.filter(|_| self.answer.status() == 400)
    }

    /// Whether the new client may use a grant type, as far as the answer tells.
    pub fn has_grant_type(&self, grant_type: &str) -> bool {
        texts(self.answer.get("grant_types"))
            .iter()
            .any(|own| own == grant_type)
    }

    /// The redirect URIs of the new client, as far as the answer tells them.
    pub fn redirect_uris(&self) -> Vec<String> {
        texts(self.answer.get("redirect_uris"))
    }

    /// Where and with which token the client is managed, where the provider lets it be.
    pub fn management(&self) -> Option<Management> {
        let url = Url::parse(self.answer.text("registration_client_uri")?).ok()?;
        let token = self.answer.text("registration_access_token")?;
        Some(Management {
            url,
            token: Secret::new(token),
        })
    }

    /// How the client is managed from now on: an answer may bring a new token or another place.
    pub(crate) fn renewed(&self, before: &Management) -> Option<Management> {
        let url = self.answer.text("registration_client_uri");
        let url = url.and_then(|text| Url::parse(text).ok());
        let token = self.answer.text("registration_access_token");
        (self.answer.is_success() && (url.is_some() || token.is_some())).then(|| Management {
            url: url.unwrap_or_else(|| before.url.clone()),
            token: token.map_or_else(|| before.token.clone(), Secret::new),
        })
    }

    /// The metadata as they are registered, fit to be sent in an update: without what the server alone
    /// assigns.
    pub fn current(&self) -> Map<String, Value> {
        let mut current = self.answer.body.clone().unwrap_or_default();
        current.retain(|name, _| !ASSIGNED.contains(&name.as_str()));
        current
    }

    /// A member that was asked and that the answer does not tell: the provider may ignore what it does not
    /// know ([Registration 3.2](https://openid.net/specs/openid-connect-registration-1_0.html#RegistrationResponse)).
    /// What every provider knows is taken even then.
    pub fn ignored(&self) -> Option<&str> {
        let mut names = self.asked.keys().map(String::as_str);
        names.find(|name| !UNDERSTOOD.contains(name) && self.answer.get(name).is_none())
    }

    /// A member that the provider registered with another value than the asked one. A client that may do more
    /// than it asked for is no other one.
    fn replaced(&self) -> Option<(&String, &Value)> {
        self.asked.iter().find_map(|(name, asked)| {
            let got = self.answer.get(name)?;
            let widened = matches!(name.as_str(), "response_types" | "grant_types")
                && texts(Some(asked))
                    .iter()
                    .all(|one| texts(Some(got)).contains(one));
            // Keys may come back in another form.
            let differs = name != "jwks" && !is_same(asked, got) && !widened;
            differs.then_some((name, got))
        })
    }
}

/// Where a registered client is read, updated and deleted, and the token that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Management {
    /// `registration_client_uri`.
    pub url: Url,
    /// `registration_access_token`.
    pub token: Secret,
}

/// Whether two values of client metadata mean the same: lists are compared as sets.
pub(crate) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().all(|item| other.contains(item))
        }
        _ => one == other,
    }
}

/// The clients that a run registered and has to delete at its end.
#[derive(Debug, Clone, Default)]
pub struct Registered(Arc<Mutex<Vec<Management>>>);

impl Registered {
    fn add(&self, management: Management) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.url != management.url);
        all.push(management);
    }

    fn remove(&self, url: &Url) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.url != *url);
    }

    fn take(&self) -> Vec<Management> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl RelyingParty {
    /// The client metadata that are sent unless a scenario says otherwise.
    pub fn client_metadata(&self) -> Map<String, Value> {
        let mut metadata = Map::new();
        metadata.insert("client_name".to_owned(), json!("oidcheck"));
        metadata.insert(
            "redirect_uris".to_owned(),
            json!([self.registered_redirect_uri()]),
        );
        metadata
    }

    /// A redirect URI of the main client; none at `localhost`, which a client of the implicit flow may not
    /// register
    /// ([Registration 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)).
    fn registered_redirect_uri(&self) -> String {
        let is_localhost = |uri: &str| {
            Url::parse(uri).is_ok_and(|url| url.host() == Some(Host::Domain("localhost")))
        };
        let config = self.config();
        let uris = config
            .main_client()
            .map_or(&[][..], |client| client.redirect_uris.as_slice());
        uris.iter()
            .find(|uri| !is_localhost(uri))
            .map_or(REDIRECT_URI, String::as_str)
            .to_owned()
    }

    /// The key of the clients that are registered for `private_key_jwt`.
    fn run_key(&self) -> Result<&RunKey, Halt> {
        if let Some(key) = self.run_key.get() {
            return Ok(key);
        }
        let key = RunKey::generate()?;
        self.recorder().learn("private_key", key.key.pem.expose());
        Ok(self.run_key.get_or_init(|| key))
    }

    /// Asks for a new client. One for `private_key_jwt` gets the key of the run, if it brings none itself.
    ///
    /// # Errors
    /// The provider has no registration endpoint, the network failed, or with [`Access::Granted`] nobody is
    /// taken without (another) initial access token. That the metadata are refused is no error.
    pub async fn register(
        &self,
        mut asked: Map<String, Value>,
        access: Access,
    ) -> Result<Registration, Halt> {
        let by_key = asked.get("token_endpoint_auth_method") == Some(&json!("private_key_jwt"));
        if by_key && !asked.contains_key("jwks") && !asked.contains_key("jwks_uri") {
            asked.insert("jwks".to_owned(), self.run_key()?.jwks.clone());
        }
        let text = Value::Object(asked.clone()).to_string();
        self.register_text(&text, asked, access).await
    }

    /// Sends a text to the registration endpoint as if it were client metadata; `asked` is what it says, if
    /// it says anything.
    ///
    /// # Errors
    /// As [`RelyingParty::register`].
    pub async fn register_text(
        &self,
        text: &str,
        asked: Map<String, Value>,
        access: Access,
    ) -> Result<Registration, Halt> {
        let endpoint = self.endpoint("registration_endpoint")?;
        let request = json_request(Method::POST, &endpoint, text)?;
        let token = self.config().initial_access_token.as_ref();
        let request = match (access, token) {
            (Access::Granted, Some(token)) => with_bearer(request, "Bearer", token.expose())?,
            (Access::Wrong, _) => {
                let wrong = format!("wrong-{}", random_text(24));
                with_bearer(request, "Bearer", &wrong)?
            }
            (Access::Granted, None) | (Access::Open, _) => request,
        };
        let answer = self.ask(request, "registration request").await?;
        if access == Access::Granted {
            self.is_let_in(&answer)?;
        }
        Ok(self.remember(Registration { asked, answer }))
    }

    /// Whether the registration endpoint takes requests from us at all.
    fn is_let_in(&self, answer: &JsonAnswer) -> Result<(), Halt> {
        match (answer.status(), &self.config().initial_access_token) {
            (401 | 403, None) => Err(Halt::missing(format!(
                "registration takes nobody without an initial access token ({}): name one by \
                 `initial_access_token_env` in the provider file",
                answer.summary()
            ))),
            (401, Some(_)) => Err(Halt::unjudged(format!(
                "registration refused the initial access token ({}): check `initial_access_token_env` in the \
                 provider file",
                answer.summary()
            ))),
            _ => Ok(()),
        }
    }

    /// Keeps in mind a new client: it is deleted when the run ends, its id and redirect URIs are no secrets,
    /// and browsers stop where they lead to.
    pub(crate) fn remember(&self, registration: Registration) -> Registration {
        if let Some(id) = registration.client_id() {
            self.recorder().publish(id);
        }
        if registration.answer.is_success() {
            if let Some(management) = registration.management() {
                self.registered.add(management);
            }
            for name in ["redirect_uris", "post_logout_redirect_uris"] {
                for uri in texts(registration.answer.get(name)) {
                    self.expect_redirect_uri(&uri);
                }
            }
        }
        registration
    }

    /// The client that a registration brought.
    ///
    /// # Errors
    /// There is none: [`Halt::Blocked`] where nothing special was asked (`plain`) and no policy is named, else
    /// [`Halt::Missing`], because a provider need not take every client. The same where it registered other values than the
    /// asked ones.
    pub fn registered_client(
        &self,
        registration: &Registration,
        plain: bool,
    ) -> Result<ClientConfig, Halt> {
        let answer = &registration.answer;
        let (true, Some(id)) = (answer.is_success(), registration.client_id()) else {
            let may_refuse = !plain || registration.refused_by_policy().is_some();
            if may_refuse && answer.is_refusal() {
                return Err(Halt::missing(format!(
                    "the provider registers no such client ({})",
                    answer.summary()
                )));
            }
            return Err(Halt::Blocked {
                requirement: REGISTERED,
                expected: "201 with client_id".to_owned(),
                actual: answer.summary(),
                evidence: vec![Evidence {
                    exchange: answer.answer.exchange,
                    at: "registration response".to_owned(),
                }],
            });
        };
        if let Some((name, value)) = registration.replaced() {
            return Err(Halt::missing(format!(
                "the provider registered {name} {value} instead of what was asked"
            )));
        }
        let said = |name: &str| answer.get(name).or_else(|| registration.asked.get(name));
        let method = said("token_endpoint_auth_method")
            .and_then(Value::as_str)
            .unwrap_or("client_secret_basic");
        let auth = AuthMethod::ALL
            .into_iter()
            .find(|known| known.as_str() == method)
            .ok_or_else(|| Halt::missing(format!("oidcheck does not know {method}")))?;
        Ok(ClientConfig {
            id: id.to_owned(),
            auth,
            secret: answer.text("client_secret").map(Secret::new),
            key: self.key_of(registration),
            redirect_uris: texts(said("redirect_uris")),
            post_logout_redirect_uris: texts(said("post_logout_redirect_uris")),
            id_token_signed_response_alg: Some(
                said("id_token_signed_response_alg")
                    .and_then(Value::as_str)
                    .unwrap_or("RS256")
                    .to_owned(),
            ),
        })
    }

    /// The private key to the public one that was registered, if it is ours.
    fn key_of(&self, registration: &Registration) -> Option<ClientKey> {
        let own = self.run_key.get()?;
        (registration.asked.get("jwks") == Some(&own.jwks)).then(|| own.key.clone())
    }

    /// Reads (GET), updates (PUT) or deletes (DELETE) a registered client.
    ///
    /// # Errors
    /// The network failed.
    pub async fn manage(
        &self,
        method: Method,
        url: &Url,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<JsonAnswer, Halt> {
        let mut request = match body {
            Some(body) => json_request(method.clone(), url, &body.to_string())?,
            None => get_request(url)?,
        };
        *request.method_mut() = method.clone();
        if let Some(token) = token {
            request = with_bearer(request, "Bearer", token)?;
        }
        let purpose = match method {
            Method::PUT => "client update request",
            Method::DELETE => "client delete request",
            _ => "client read request",
        };
        let answer = self.ask(request, purpose).await?;
        if answer.is_success() && method == Method::DELETE {
            self.registered.remove(url);
        } else if let (Some(url), Some(token)) = (
            answer.text("registration_client_uri"),
            answer.text("registration_access_token"),
        ) && let Ok(url) = Url::parse(url)
        {
            let token = Secret::new(token);
            self.registered.add(Management { url, token });
        }
        Ok(answer)
    }

    /// Deletes every client that this run registered and that can be deleted; whatever comes of it changes
    /// nothing.
    pub async fn deregister(&self) {
        let goodbye = futures::stream::iter(self.registered.take())
            .map(|client| async move {
                let token = Some(client.token.expose());
                let _ = self.manage(Method::DELETE, &client.url, token, None).await;
            })
            .buffer_unordered(4)
            .collect::<Vec<()>>();
        let _ = tokio::time::timeout(FAREWELL, goodbye).await;
    }
}

/// The strings of a list; none where it is no list.
fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let texts = items.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}
