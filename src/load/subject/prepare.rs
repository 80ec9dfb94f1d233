//! What a flow needs of provider file and metadata, looked at before the first pass.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use thiserror::Error;
use url::Url;

use super::{Call, Calls, Keys, Service, SignIn, Subject};
use crate::error::ConfigError;
use crate::flow::{Halt, RelyingParty, RelyingPartyOptions};
use crate::http::Client;
use crate::jwt::key::JwkSet;
use crate::load::judge;
use crate::load::safety::Hosts;
use crate::load::visit::CLIENT_CREDENTIALS;
use crate::load::{Scenario, Word};
use crate::login::{self, DriverKind, LoginConfig};
use crate::protocol::get_request;
use crate::provider::metadata::openid_configuration_url;
use crate::provider::{AuthMethod, ClientConfig, Known, ProviderConfig};

/// Why there can be no load.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum SubjectError {
    /// The provider file lacks something; found without the network.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The provider does not answer, or has not what the flow needs.
    #[error("{0}")]
    Unavailable(String),
}

impl From<Halt> for SubjectError {
    fn from(halt: Halt) -> Self {
        Self::Unavailable(halt.to_string())
    }
}

/// Whether the provider file has what the scenario needs.
///
/// # Errors
/// The first thing that is lacking, and the key to add.
pub(crate) fn check(config: &ProviderConfig, scenario: &Scenario) -> Result<(), ConfigError> {
    if scenario.needs_login() {
        let client = sign_in_client(config)?;
        if config.users.is_empty() {
            return Err(lacking(
                "the flow signs users in and the provider file has no [[user]]",
            ));
        }
        if !matches!(config.login.driver, DriverKind::Form | DriverKind::None) {
            return Err(lacking(
                "under load the login driver is `form` or `none`: what `command` and `manual` send can't be measured",
            ));
        }
        if scenario.flow.contains(&Word::Logout) && client.post_logout_redirect_uris.is_empty() {
            return Err(lacking(&format!(
                "the flow logs out and client `{}` has no post_logout_redirect_uris in the provider file",
                client.id
            )));
        }
    }
    if scenario.flow.contains(&Word::ClientCredentials) {
        grant_client(config)?;
    }
    if scenario.flow.contains(&Word::Introspect) {
        confidential_client(config)?;
    }
    Ok(())
}

fn lacking(what: &str) -> ConfigError {
    ConfigError::new(what)
}

/// The main client, which must be one that signs users in: else the first with redirect URIs.
fn sign_in_client(config: &ProviderConfig) -> Result<&ClientConfig, ConfigError> {
    let main = config.main_client().into_iter();
    main.chain(&config.clients)
        .find(|client| !client.redirect_uris.is_empty())
        .ok_or_else(|| {
            lacking("the flow signs users in and the provider file has no [[client]] with redirect_uris")
        })
}

/// Introspection is for callers who authenticate ([RFC 7662 2.1](https://www.rfc-editor.org/rfc/rfc7662#section-2.1)).
fn confidential_client(config: &ProviderConfig) -> Result<&ClientConfig, ConfigError> {
    let mut clients = config.clients.iter();
    clients
        .find(|client| client.auth != AuthMethod::None)
        .ok_or_else(|| {
            lacking("introspect needs a [[client]] with a secret or key in the provider file")
        })
}

/// A client that is there for this grant alone, else the main one.
fn grant_client(config: &ProviderConfig) -> Result<&ClientConfig, ConfigError> {
    let confidential = |client: &&ClientConfig| client.auth != AuthMethod::None;
    let mut clients = config.clients.iter().filter(confidential);
    let alone = clients
        .clone()
        .find(|client| client.redirect_uris.is_empty());
    alone.or_else(|| clients.next()).ok_or_else(|| {
        lacking("client_credentials needs a [[client]] with a secret or key in the provider file")
    })
}

impl Subject {
    /// Discovers the provider of `config` and fetches its keys; `client` records both.
    ///
    /// # Errors
    /// The file lacks something, a host is not among `hosts`, the provider does not answer, or its metadata have not what the scenario needs.
    pub(crate) async fn prepare(
        config: ProviderConfig,
        client: Arc<Client>,
        scenario: &Scenario,
        hosts: Hosts,
    ) -> Result<Self, SubjectError> {
        check(&config, scenario)?;
        hosts.check_issuer(&config.issuer).await?;
        let driver = match scenario.needs_login() {
            true => login::driver(&config.login)?,
            // Nobody logs in, whoever would have to be asked.
            false => login::driver(&LoginConfig {
                driver: DriverKind::None,
                ..LoginConfig::default()
            })?,
        };
        let rp = RelyingParty::discover(RelyingPartyOptions {
            config: Arc::new(config),
            client,
            driver,
            control: None,
        })
        .await?;
        let rp = Arc::new(rp);
        let metadata = &rp.provider.metadata;
        if !metadata.is_there() {
            return Err(SubjectError::Unavailable(format!(
                "{} answered {} without metadata",
                metadata.answer.url,
                metadata.answer.status()
            )));
        }
        hosts.check_endpoints(metadata).await?;
        let sign_in = match scenario.needs_login() {
            true => Some(sign_in(&rp, scenario)?),
            false => None,
        };
        let grant = match scenario.flow.contains(&Word::ClientCredentials) {
            true => Some(service(&rp, scenario)?),
            false => None,
        };
        let keys = match sign_in {
            Some(_) => {
                let url = rp.endpoint("jwks_uri")?;
                let request = get_request(&url).map_err(Halt::from)?;
                Keys::new(rp.keys().await?, Some(request))
            }
            None => Keys::new(JwkSet::default(), None),
        };
        let rows = rp.config().known.iter();
        let known: Vec<Known> = rows.filter(|row| row.variant.is_none()).cloned().collect();
        let answer = &metadata.answer.response;
        let defect = judge::discovery(answer, &rp.config().issuer, &known);
        let discovery = Url::parse(&openid_configuration_url(&rp.config().issuer))
            .map_err(|e| ConfigError::new(format!("the issuer is no URL: {e}")))?;
        Ok(Self {
            issuer: metadata
                .text("issuer")
                .unwrap_or(&rp.config().issuer)
                .to_owned(),
            userinfo: document(&rp, scenario, Word::Userinfo, "userinfo_endpoint")?,
            discovery: get_request(&discovery).map_err(Halt::from)?,
            jwks: document(&rp, scenario, Word::Jwks, "jwks_uri")?,
            id_token_algs: metadata
                .list("id_token_signing_alg_values_supported")
                .map(|list| list.into_iter().map(str::to_owned).collect()),
            promises_iss: metadata.says("authorization_response_iss_parameter_supported"),
            defect: defect.err(),
            known,
            sign_in,
            grant,
            hosts,
            keys,
            rp,
        })
    }
}

/// The endpoint, where the flow has the word.
fn optional(
    rp: &RelyingParty,
    scenario: &Scenario,
    word: Word,
    name: &str,
) -> Result<Option<Url>, Halt> {
    match scenario.flow.contains(&word) {
        true => rp.endpoint(name).map(Some),
        false => Ok(None),
    }
}

/// What gets what is there, where the flow has the word.
fn document(
    rp: &RelyingParty,
    scenario: &Scenario,
    word: Word,
    name: &str,
) -> Result<Option<Request<Bytes>>, Halt> {
    let url = optional(rp, scenario, word, name)?;
    Ok(url.as_ref().map(get_request).transpose()?)
}

fn sign_in(rp: &Arc<RelyingParty>, scenario: &Scenario) -> Result<SignIn, SubjectError> {
    let client = sign_in_client(rp.config())?.clone();
    let redirect_uri = client.redirect_uris.first().cloned().unwrap_or_default();
    Ok(SignIn {
        redirect_uri,
        users: rp.config().users.clone(),
        destinations: rp.config().all_redirect_uris(),
        authorization: rp.endpoint("authorization_endpoint")?,
        end_session: optional(rp, scenario, Word::Logout, "end_session_endpoint")?,
        calls: calls(rp, scenario, &client)?,
        offline: scenario.flow.contains(&Word::Refresh),
        client,
    })
}

fn service(rp: &Arc<RelyingParty>, scenario: &Scenario) -> Result<Service, SubjectError> {
    let calls = calls(rp, scenario, grant_client(rp.config())?)?;
    let request = match calls.token.is_constant() {
        true => Some(calls.token.form(&CLIENT_CREDENTIALS)?),
        false => None,
    };
    Ok(Service { calls, request })
}

fn calls(
    rp: &Arc<RelyingParty>,
    scenario: &Scenario,
    client: &ClientConfig,
) -> Result<Calls, SubjectError> {
    let call = |endpoint: &Url| Call::new(rp, client, endpoint);
    let introspection = optional(rp, scenario, Word::Introspect, "introspection_endpoint")?;
    let caller = match client.auth {
        AuthMethod::None if introspection.is_some() => confidential_client(rp.config())?,
        _ => client,
    };
    let revocation = match scenario.flow.contains(&Word::Revoke) {
        true => Some(rp.endpoint("revocation_endpoint")?),
        // For the teardown, where the provider has it.
        false => rp.endpoint("revocation_endpoint").ok(),
    };
    Ok(Calls {
        token: call(&rp.endpoint("token_endpoint")?)?,
        introspection: introspection
            .map(|endpoint| Call::new(rp, caller, &endpoint))
            .transpose()?,
        revocation: revocation.as_ref().map(call).transpose()?,
    })
}
