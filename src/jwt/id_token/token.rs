//! A captured ID Token with everything that it has to fit.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::finding::Finding;
use crate::jwt::algorithm::{Algorithm, AlgorithmError, Family};
use crate::jwt::compact::{CompactError, Jws};
use crate::jwt::json;
use crate::jwt::key::{Jwk, JwkSet};
use crate::jwt::public_key::KeyError;
use crate::jwt::signature::{self, SignatureError, VerifyingKey};

/// Where an ID Token came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the authorization response (implicit and hybrid flow).
    AuthorizationEndpoint,
    /// In the token response to a code.
    TokenEndpoint,
    /// In the token response to a refresh token.
    RefreshResponse,
}

/// What an ID Token has to fit: the provider, the client, the request and what came with it.
///
/// Its `Debug` leaves out the secret, the code and the access token.
#[derive(Clone)]
pub struct IdTokenContext {
    /// `issuer` of the provider's metadata; where there is none, the issuer that the run was given.
    pub issuer: String,
    /// The parameter `iss` of the authorization response ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)).
    pub iss_parameter: Option<String>,
    /// The client that asked.
    pub client_id: String,
    /// Its secret, if it has one.
    pub client_secret: Option<String>,
    /// Its `id_token_signed_response_alg`, where known.
    pub registered_alg: Option<String>,
    /// `id_token_signing_alg_values_supported` of the metadata.
    pub supported_algs: Option<Vec<String>>,
    /// Other audiences that the client trusts.
    pub trusted_audiences: Vec<String>,
    /// `response_type` of the request.
    pub response_type: String,
    /// Where the token came from.
    pub source: Source,
    /// `nonce` of the request.
    pub nonce: Option<String>,
    /// `max_age` of the request, in seconds.
    pub max_age: Option<u64>,
    /// Whether the request asked for `auth_time` as an Essential Claim.
    pub auth_time_essential: bool,
    /// Whether the client registered `require_auth_time`.
    pub auth_time_registered: bool,
    /// The values of `acr` that the request asked for as essential.
    pub acr_essential: Vec<String>,
    /// The access token that came in the same answer.
    pub access_token: Option<String>,
    /// The code that came in the same answer, or that the token request carried.
    pub code: Option<String>,
    /// The provider's published keys; empty where they could not be read.
    pub keys: Arc<JwkSet>,
    /// When the token was received, in seconds since 1970-01-01T00:00:00Z.
    pub received_at: i64,
}

impl IdTokenContext {
    /// The context of a code flow in which nothing special was asked for.
    pub fn new(
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        keys: Arc<JwkSet>,
        received_at: i64,
    ) -> Self {
        Self {
            issuer: issuer.into(),
            iss_parameter: None,
            client_id: client_id.into(),
            client_secret: None,
            registered_alg: None,
            supported_algs: None,
            trusted_audiences: Vec::new(),
            response_type: "code".to_owned(),
            source: Source::TokenEndpoint,
            nonce: None,
            max_age: None,
            auth_time_essential: false,
            auth_time_registered: false,
            acr_essential: Vec::new(),
            access_token: None,
            code: None,
            keys,
            received_at,
        }
    }

    /// Whether the token came from the authorization endpoint.
    pub fn is_front_channel(&self) -> bool {
        self.source == Source::AuthorizationEndpoint
    }

    /// Whether the `response_type` has exactly these words, in whatever order.
    pub fn has_response_type(&self, words: &[&str]) -> bool {
        let asked: Vec<_> = self.response_type.split_ascii_whitespace().collect();
        asked.len() == words.len() && words.iter().all(|word| asked.contains(word))
    }

    /// Whether `alg` may be `none`: asked for at registration, and no ID Token comes from the authorization
    /// endpoint ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
    pub fn allows_none(&self) -> bool {
        self.registered_alg.as_deref() == Some("none")
            && !self.is_front_channel()
            && !self
                .response_type
                .split_ascii_whitespace()
                .any(|word| word == "id_token")
    }
}

impl fmt::Debug for IdTokenContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenContext")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("response_type", &self.response_type)
            .field("source", &self.source)
            .field("received_at", &self.received_at)
            .finish_non_exhaustive()
    }
}

/// An ID Token as captured, its signature tried with every key, and what it has to fit.
#[derive(Debug, Clone)]
pub struct IdToken {
    jws: Result<Jws, CompactError>,
    trials: Trials,
    context: IdTokenContext,
}

/// What came of verifying the signature.
#[derive(Debug, Clone)]
pub(super) enum Trials {
    /// There is no usable `alg`, or no signature to try.
    None,
    /// A MAC, with the client's secret.
    Secret(Result<(), SignatureError>),
    /// A signature, with each key of the set in its order.
    Keys(Vec<Result<(), SignatureError>>),
}

impl IdToken {
    /// Takes in the value of `id_token` as it was sent. Nothing in it makes this fail; the rules say what is wrong.
    pub fn new(text: &str, context: IdTokenContext) -> Self {
        let jws = Jws::parse(text);
        let trials = jws
            .as_ref()
            .map_or(Trials::None, |jws| try_signature(jws, &context));
        Self {
            jws,
            trials,
            context,
        }
    }

    /// What the token has to fit.
    pub fn context(&self) -> &IdTokenContext {
        &self.context
    }

    /// The parsed token.
    ///
    /// # Errors
    /// It is no compact JWS.
    pub fn jws(&self) -> Result<&Jws, &CompactError> {
        self.jws.as_ref()
    }

    /// The value of a claim, where the claims can be read and have it.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.jws().ok()?.claims().ok()?.get(name)
    }

    pub(super) fn trials(&self) -> &Trials {
        &self.trials
    }

    /// Judges the header; one that can't be read violates every rule on it.
    pub(super) fn on_header(&self, rule: impl FnOnce(&Map<String, Value>) -> Finding) -> Finding {
        match self.jws().and_then(Jws::header) {
            Ok(header) => rule(header),
            Err(error) => {
                Finding::violated("a JWS with a JSON object as header", error.to_string())
            }
        }
    }

    /// Judges the claims; claims that can't be read violate every rule on them.
    pub fn on_claims(&self, rule: impl FnOnce(&Map<String, Value>) -> Finding) -> Finding {
        match self.jws().and_then(Jws::claims) {
            Ok(claims) => rule(claims),
            Err(error) => {
                Finding::violated("a JWS with a JSON object as claims", error.to_string())
            }
        }
    }

    /// The algorithm of the header.
    ///
    /// # Errors
    /// The finding of a rule that needs it.
    pub(super) fn algorithm(&self) -> Result<Algorithm, AlgorithmProblem> {
        let header = self
            .jws()
            .and_then(Jws::header)
            .map_err(|error| AlgorithmProblem::Unreadable(error.to_string()))?;
        match header.get("alg") {
            Some(Value::String(alg)) => alg.parse().map_err(AlgorithmProblem::Value),
            Some(other) => Err(AlgorithmProblem::Unreadable(format!(
                "alg is {}",
                json::show(other)
            ))),
            None => Err(AlgorithmProblem::Unreadable("no alg".to_owned())),
        }
    }

    /// Whether the token has a signature by a published key (or says so), not a MAC and not none.
    pub(super) fn is_asymmetric(&self) -> bool {
        self.algorithm().map_or_else(
            |problem| problem != AlgorithmProblem::Value(AlgorithmError::None),
            |alg| alg.family() != Family::Hmac,
        )
    }

    /// The keys of the set, each with what came of trying it.
    pub(super) fn tried_keys(&self) -> impl Iterator<Item = (&Jwk, &Result<(), SignatureError>)> {
        let trials = match &self.trials {
            Trials::Keys(trials) => trials.as_slice(),
            Trials::None | Trials::Secret(_) => &[],
        };
        self.context.keys.keys.iter().zip(trials)
    }
}

/// Why there is no algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AlgorithmProblem {
    /// No header, no `alg`, or no string.
    Unreadable(String),
    /// A value that can't be verified.
    Value(AlgorithmError),
}

impl fmt::Display for AlgorithmProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => f.write_str(why),
            Self::Value(error) => error.fmt(f),
        }
    }
}

fn try_signature(jws: &Jws, context: &IdTokenContext) -> Trials {
    let alg = jws
        .header()
        .ok()
        .and_then(|header| header.get("alg")?.as_str())
        .and_then(|alg| alg.parse::<Algorithm>().ok());
    let (Some(alg), Ok(signature)) = (alg, jws.signature()) else {
        return Trials::None;
    };
    let input = jws.signing_input().as_bytes();
    if alg.family() == Family::Hmac {
        let secret = context.client_secret.as_deref().unwrap_or_default();
        let key = VerifyingKey::Secret(secret.as_bytes());
        return Trials::Secret(signature::verify(alg, key, input, signature));
    }
    let keys = context.keys.keys.iter();
    Trials::Keys(
        keys.map(|key| match key.public_key() {
            Ok(key) => signature::verify(alg, VerifyingKey::Public(key), input, signature),
            // A key that can't be judged here leaves open only what it could have signed.
            Err(KeyError::NotSupported(_)) if alg != Algorithm::EdDSA => {
                Err(SignatureError::key_type(alg))
            }
            Err(error) => Err(SignatureError::Key(error.clone())),
        })
        .collect(),
    )
}
