//! The scripted relying party: everything that a journey with one issuer needs.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use url::Url;

use super::authorize::Attempts;
use super::client_key::RunKey;
use super::first_journey::FirstJourneys;
use super::oauth_metadata::OauthMetadata;
use super::registration::Registered;
use super::session::Sessions;
use super::{Halt, Issued, Logouts, Specimens};
use crate::evidence::Recorder;
use crate::http::{Answer, Client};
use crate::jwt::key::JwkSet;
use crate::login::{Credentials, LoginDriver};
use crate::protocol::get_request;
use crate::provider::metadata::openid_configuration_url;
use crate::provider::{ClientConfig, Control, Metadata, Provider, ProviderConfig};
use crate::run::Evidence;

/// The requirement that stands for "the metadata have what every flow needs".
pub(super) const METADATA_COMPLETE: &str = "OIDCD-3-2";
/// The requirement that stands for "the endpoints in the metadata can be asked".
pub(super) const ENDPOINTS_ARE_URLS: &str = "OIDCD-3-6";
/// The endpoints that every OpenID Provider must publish
/// ([Discovery 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
const REQUIRED_ENDPOINTS: [&str; 3] = ["authorization_endpoint", "token_endpoint", "jwks_uri"];

/// What a relying party is made of.
#[derive(Debug, Clone)]
pub struct RelyingPartyOptions {
    /// The provider file.
    pub config: Arc<ProviderConfig>,
    /// The transport.
    pub client: Arc<Client>,
    /// The way through the login pages.
    pub driver: Arc<dyn LoginDriver>,
    /// Power over the provider, where it is our mock.
    pub control: Option<Arc<dyn Control>>,
}

/// The scripted relying party of one issuer.
#[derive(Debug)]
pub struct RelyingParty {
    options: RelyingPartyOptions,
    /// The provider under test.
    pub provider: Provider,
    /// Login sessions.
    pub sessions: Sessions,
    /// Journeys that scenarios share.
    pub specimens: Specimens,
    /// The authorization requests of the run.
    pub attempts: Attempts,
    /// Logouts that scenarios share.
    pub logouts: Logouts,
    /// The codes and tokens that came.
    pub issued: Issued,
    pub(super) first_journeys: FirstJourneys,
    pub(super) registered: Registered,
    /// The audience of client assertions, once it is known.
    pub(super) audience: Arc<OnceCell<String>>,
    pub(super) run_key: OnceLock<RunKey>,
    pub(super) oauth_metadata: OnceCell<OauthMetadata>,
    keys: OnceCell<Answer>,
    asked: Mutex<HashSet<String>>,
}

impl RelyingParty {
    /// Fetches the metadata of the issuer.
    ///
    /// # Errors
    /// There is no answer at all. An answer that is no metadata document is none of our errors: the run goes
    /// on with what was found.
    pub async fn discover(options: RelyingPartyOptions) -> Result<Self, Halt> {
        let url = Url::parse(&openid_configuration_url(&options.config.issuer))
            .map_err(|e| Halt::unjudged(format!("the issuer is no URL: {e}")))?;
        let answer = options.client.send(get_request(&url)?, "discovery").await?;
        Ok(Self::new(options, Metadata::of(answer)))
    }

    /// The relying party of a provider whose metadata are known.
    pub fn new(options: RelyingPartyOptions, metadata: Metadata) -> Self {
        let provider = Provider::new(Arc::clone(&options.config), metadata);
        Self::with(options, provider)
    }

    fn with(options: RelyingPartyOptions, mut provider: Provider) -> Self {
        if options.control.is_some() {
            Arc::make_mut(&mut provider.capabilities).set("clock", None);
        }
        Self {
            sessions: Sessions::new(Arc::clone(&options.client)),
            specimens: Specimens::default(),
            attempts: Attempts::default(),
            logouts: Logouts::default(),
            issued: Issued::default(),
            first_journeys: FirstJourneys::default(),
            registered: Registered::default(),
            audience: Arc::default(),
            run_key: OnceLock::new(),
            oauth_metadata: OnceCell::new(),
            keys: OnceCell::new(),
            asked: Mutex::default(),
            provider,
            options,
        }
    }

    /// The same relying party with another file, for instance one with clients that were registered meanwhile.
    pub fn with_config(&self, config: ProviderConfig) -> Self {
        let config = Arc::new(config);
        let metadata = (*self.provider.metadata).clone();
        let options = RelyingPartyOptions {
            config,
            ..self.options.clone()
        };
        Self {
            first_journeys: self.first_journeys.clone(),
            registered: self.registered.clone(),
            attempts: self.attempts.clone(),
            audience: Arc::clone(&self.audience),
            ..Self::new(options, metadata)
        }
    }

    /// The same relying party with no session and no specimen: to look at something again, alone.
    pub fn afresh(&self) -> Self {
        Self {
            first_journeys: self.first_journeys.clone(),
            registered: self.registered.clone(),
            attempts: self.attempts.clone(),
            audience: Arc::clone(&self.audience),
            ..Self::with(self.options.clone(), self.provider.clone())
        }
    }

    /// The relying party of an issuer of its own, equal to this one but for state and clock. Only the
    /// built-in mock IdP can do this.
    ///
    /// # Errors
    /// The provider is none of ours, or does not answer.
    pub async fn isolated(&self, name: &str) -> Result<Self, Halt> {
        let control = self.control()?;
        let mut config = (*self.options.config).clone();
        config.issuer = control.isolated(&config.issuer, name);
        Self::discover(RelyingPartyOptions {
            config: Arc::new(config),
            ..self.options.clone()
        })
        .await
    }

    /// Moves the provider's clock forward.
    ///
    /// # Errors
    /// The provider is none of ours.
    pub fn advance(&self, by: Duration) -> Result<(), Halt> {
        self.control()?.advance(&self.options.config.issuer, by);
        Ok(())
    }

    /// Lets the provider sign with new keys.
    ///
    /// # Errors
    /// The provider is none of ours.
    pub fn rotate_keys(&self) -> Result<(), Halt> {
        self.control()?.rotate_keys(&self.options.config.issuer);
        Ok(())
    }

    /// Whether time and keys of the provider can be moved.
    pub fn has_control(&self) -> bool {
        self.options.control.is_some()
    }

    fn control(&self) -> Result<&Arc<dyn Control>, Halt> {
        self.options.control.as_ref().ok_or_else(|| {
            Halt::missing("only the built-in mock IdP has a clock and keys that can be moved")
        })
    }

    /// What the provider file says.
    pub fn config(&self) -> &Arc<ProviderConfig> {
        &self.options.config
    }

    /// The transport.
    pub fn client(&self) -> &Arc<Client> {
        &self.options.client
    }

    /// The recorder behind the transport.
    pub fn recorder(&self) -> &Arc<Recorder> {
        self.options.client.recorder()
    }

    /// The way through the login pages.
    pub fn driver(&self) -> &Arc<dyn LoginDriver> {
        &self.options.driver
    }

    /// An endpoint of the metadata.
    ///
    /// # Errors
    /// The metadata do not have it: [`Halt::Blocked`] where every OpenID Provider must, else
    /// [`Halt::Missing`]; or what they have there can't be asked.
    pub fn endpoint(&self, name: &str) -> Result<Url, Halt> {
        let metadata = &self.provider.metadata;
        metadata.endpoint(name).ok_or_else(|| {
            let found = metadata.member(name);
            if !REQUIRED_ENDPOINTS.contains(&name) {
                return match found {
                    Some(value) => Halt::unjudged(format!(
                        "{name} in the metadata is {:.200}, which is no URL that can be asked",
                        value.to_string()
                    )),
                    None => Halt::missing(format!("the metadata have no {name}")),
                };
            }
            let (requirement, actual) = match found {
                Some(value) => (
                    ENDPOINTS_ARE_URLS,
                    format!("{name} is {:.200}", value.to_string()),
                ),
                None => (METADATA_COMPLETE, format!("no {name}")),
            };
            Halt::Blocked {
                requirement,
                expected: format!("{name}, a URL that can be asked, in the metadata"),
                actual,
                evidence: vec![Evidence {
                    exchange: metadata.answer.exchange,
                    at: "discovery document".to_owned(),
                }],
            }
        })
    }

    /// The client that scenarios use unless they say otherwise.
    ///
    /// # Errors
    /// The provider file has none.
    pub fn main_client(&self) -> Result<&ClientConfig, Halt> {
        self.config()
            .main_client()
            .ok_or_else(|| Halt::missing("the provider file has no [[client]]"))
    }

    /// The user who logs in unless a scenario says otherwise.
    ///
    /// # Errors
    /// The provider file has none.
    pub fn user(&self) -> Result<&Credentials, Halt> {
        self.config()
            .users
            .first()
            .ok_or_else(|| Halt::missing("the provider file has no [[user]]"))
    }

    /// The answer of `jwks_uri`, asked once.
    ///
    /// # Errors
    /// The metadata have no `jwks_uri`, or it does not answer.
    pub async fn jwks(&self) -> Result<&Answer, Halt> {
        self.keys.get_or_try_init(|| self.fetch_jwks()).await
    }

    /// The answer of `jwks_uri`, asked now.
    ///
    /// # Errors
    /// The metadata have no `jwks_uri`, or it does not answer.
    pub async fn fetch_jwks(&self) -> Result<Answer, Halt> {
        let url = self.endpoint("jwks_uri")?;
        Ok(self.client().send(get_request(&url)?, "JWK Set").await?)
    }

    /// The keys of the provider; none where the answer is no JWK Set.
    ///
    /// # Errors
    /// As [`RelyingParty::jwks`].
    pub async fn keys(&self) -> Result<JwkSet, Halt> {
        let body = self.jwks().await?.response.body();
        let set = serde_json::from_slice(body)
            .ok()
            .and_then(|document| JwkSet::from_value(&document).ok());
        Ok(set.unwrap_or_else(|| JwkSet { keys: Vec::new() }))
    }

    /// Every redirect URI where a browser of this run is stopped: the registered ones and those that any
    /// request asked for.
    pub fn redirect_uris(&self) -> Vec<String> {
        let mut all = self.config().all_redirect_uris();
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(asked.iter().cloned());
        all
    }

    /// Remembers a redirect URI that a request asks for (or a registration brings).
    pub fn expect_redirect_uri(&self, uri: &str) {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(uri.to_owned());
        self.recorder().publish(uri);
    }
}
