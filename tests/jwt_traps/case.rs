//! One token, or one answer around a token, and what becomes of it.

use std::sync::Arc;

use oidcheck::checks::id_token::RULES;
use oidcheck::finding::Finding;
use oidcheck::jwt::algorithm::Algorithm;
use oidcheck::jwt::id_token::{IdToken, IdTokenContext};
use oidcheck::jwt::key::JwkSet;
use oidcheck::jwt::validator::{
    Error, Expected, KeySet, Rule, TokenKind, ValidToken, Validator, Warning, Warnings,
};
use serde_json::{Map, Value, json};

use super::keys::{ED, K1, Key, P256, P384, P521, RSA, b64, key_of, mac};

pub(crate) const ISSUER: &str = "https://op.example.com";
pub(crate) const CLIENT: &str = "client";
pub(crate) const API: &str = "https://api.example.com";
pub(crate) const SECRET: &str = "a client secret that is long enough for HS512, sixty-four octets";
pub(crate) const NONCE: &str = "n-0S6_WzA2Mj";
pub(crate) const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
pub(crate) const CODE: &str = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv";
pub(crate) const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
pub(crate) const NOW: i64 = 1_700_000_000;

/// What has to become of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Accept,
    /// Accept, with this warning.
    Warn(Warning),
    /// Refuse, for this rule.
    Reject(Rule),
}

/// What became of a case.
pub(crate) struct Case {
    pub(crate) label: String,
    pub(crate) want: Want,
    pub(crate) outcome: Result<Warnings, Error>,
    /// The requirements that the collecting rules found violated; none where they do not apply.
    pub(crate) violated: Option<Vec<&'static str>>,
    /// Why the collecting rules say something else.
    pub(crate) collecting_differ: Option<&'static str>,
    /// Whether the same set-up accepts a token without the trap; the error if not.
    pub(crate) control: Option<Result<Warnings, Error>>,
}

impl Case {
    /// A case that is about something around a token.
    pub(crate) fn around(label: &str, want: Want, outcome: Result<Warnings, Error>) -> Self {
        Self {
            label: label.to_owned(),
            want,
            outcome,
            violated: None,
            collecting_differ: None,
            control: None,
        }
    }

    /// With its control.
    pub(crate) fn controlled(mut self, control: Result<Warnings, Error>) -> Self {
        self.control = Some(control);
        self
    }
}

/// Accepted without a warning of its own.
pub(crate) fn plain(result: Result<(), Error>) -> Result<Warnings, Error> {
    result.map(|()| Warnings::default())
}

/// A token in the making: a good one until something is changed.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) alg: Algorithm,
    header_text: Option<Vec<u8>>,
    claims_text: Option<Vec<u8>>,
}

pub(crate) fn id() -> Token {
    Token::new(
        Algorithm::RS256,
        &json!({
            "iss": ISSUER, "sub": "alice", "aud": CLIENT, "exp": NOW + 300, "iat": NOW - 5,
        }),
    )
}

pub(crate) fn id_by(alg: Algorithm) -> Token {
    let mut token = id();
    token.alg = alg;
    let kid = key_of(alg).kid;
    token.h("alg", alg.as_str()).h("kid", kid)
}

pub(crate) fn at() -> Token {
    Token::new(
        Algorithm::RS256,
        &json!({
            "iss": ISSUER, "sub": "alice", "aud": API, "exp": NOW + 300, "iat": NOW - 5,
            "client_id": CLIENT, "jti": "1", "scope": "openid read",
        }),
    )
    .h("typ", "at+jwt")
}

pub(crate) fn logout() -> Token {
    Token::new(
        Algorithm::RS256,
        &json!({
            "iss": ISSUER, "sub": "alice", "aud": CLIENT, "exp": NOW + 120, "iat": NOW - 5,
            "jti": "bWJq", "sid": "s1", "events": {LOGOUT_EVENT: {}},
        }),
    )
    .h("typ", "logout+jwt")
}

impl Token {
    fn new(alg: Algorithm, claims: &Value) -> Self {
        let header = json!({"alg": alg.as_str(), "kid": key_of(alg).kid});
        Self {
            header: header.as_object().unwrap().clone(),
            claims: claims.as_object().unwrap().clone(),
            alg,
            header_text: None,
            claims_text: None,
        }
    }

    /// With this header parameter.
    pub(crate) fn h(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn without_h(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// With this claim.
    pub(crate) fn c(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// With this JSON for a claim, written as it is.
    pub(crate) fn c_json(self, name: &str, json: &str) -> Self {
        let rest = Value::Object(self.claims.clone());
        let mut rest = rest.as_object().unwrap().clone();
        rest.remove(name);
        let rest = Value::Object(rest).to_string();
        self.claims_text(format!("{{\"{name}\":{json},{}", &rest[1..]))
    }

    /// With this text as header.
    pub(crate) fn header_text(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.header_text = Some(text.into());
        self
    }

    /// With this text as claims.
    pub(crate) fn claims_text(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.claims_text = Some(text.into());
        self
    }

    /// With this text between the braces, behind the claims.
    pub(crate) fn and(self, members: &str) -> Self {
        let claims = Value::Object(self.claims.clone()).to_string();
        let text = format!("{},{members}}}", claims.trim_end_matches('}'));
        self.claims_text(text)
    }

    /// With this text between the braces, before the claims.
    pub(crate) fn after(self, members: &str) -> Self {
        let claims = Value::Object(self.claims.clone()).to_string();
        let text = format!("{{{members},{}", &claims[1..]);
        self.claims_text(text)
    }

    pub(crate) fn input(&self) -> String {
        let header = self
            .header_text
            .clone()
            .unwrap_or_else(|| Value::Object(self.header.clone()).to_string().into_bytes());
        let claims = self
            .claims_text
            .clone()
            .unwrap_or_else(|| Value::Object(self.claims.clone()).to_string().into_bytes());
        format!("{}.{}", b64(header), b64(claims))
    }

    /// Signed by anything.
    pub(crate) fn signed(&self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let input = self.input();
        let signature = sign(input.as_bytes());
        format!("{input}.{}", b64(signature))
    }

    /// Signed by a key.
    pub(crate) fn by(&self, key: &Key) -> String {
        self.signed(|input| key.sign(self.alg, input))
    }

    /// Signed by a secret.
    pub(crate) fn by_secret(&self, secret: impl AsRef<[u8]>) -> String {
        self.signed(|input| mac(self.alg, secret.as_ref(), input))
    }

    /// Signed as it should be.
    pub(crate) fn sign(&self) -> String {
        match self.alg {
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => self.by_secret(SECRET),
            alg => self.by(key_of(alg)),
        }
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.sign()
    }
}

/// A set-up: what the validator was told, the keys, what is expected.
pub(crate) struct Trial {
    pub(crate) validator: Validator,
    pub(crate) keys: Value,
    pub(crate) expected: Expected<'static>,
    control: Control,
    /// For the collecting rules.
    registered_alg: Option<String>,
    secret: Option<String>,
    trusted: Vec<String>,
    collecting_differ: Option<&'static str>,
    demands_auth_time: bool,
}

enum Control {
    Default,
    Token(Box<Token>),
    None,
}

/// The usual keys.
pub(crate) fn all_keys() -> Value {
    json!({"keys": [RSA.jwk(), P256.jwk(), P384.jwk(), P521.jwk(), K1.jwk(), ED.jwk()]})
}

fn now() -> i64 {
    NOW
}

/// The set-up for ID Tokens with RS256.
pub(crate) fn for_id() -> Trial {
    for_id_by(Algorithm::RS256)
}

/// The set-up for ID Tokens with another algorithm.
pub(crate) fn for_id_by(alg: Algorithm) -> Trial {
    let hmac = matches!(alg, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512);
    let validator = Validator::id_token(ISSUER, CLIENT);
    let mut trial = Trial::new(if hmac {
        validator.client_secret(alg, SECRET)
    } else {
        validator.algorithm(alg)
    });
    trial.control = Control::Token(Box::new(id_by(alg)));
    trial.registered_alg = Some(alg.as_str().to_owned());
    trial.secret = hmac.then(|| SECRET.to_owned());
    trial
}

/// The set-up for access tokens.
pub(crate) fn for_at() -> Trial {
    let mut trial = Trial::new(Validator::access_token(ISSUER, API));
    trial.control = Control::Token(Box::new(at()));
    trial
}

/// The set-up for logout tokens.
pub(crate) fn for_logout() -> Trial {
    let mut trial = Trial::new(Validator::logout_token(ISSUER, CLIENT));
    trial.control = Control::Token(Box::new(logout()));
    trial
}

impl Trial {
    fn new(validator: Validator) -> Self {
        Self {
            validator: validator.clock(now),
            keys: all_keys(),
            expected: Expected::default(),
            control: Control::Default,
            registered_alg: Some("RS256".to_owned()),
            secret: None,
            trusted: Vec::new(),
            collecting_differ: None,
            demands_auth_time: false,
        }
    }

    pub(crate) fn told(mut self, tell: impl FnOnce(Validator) -> Validator) -> Self {
        self.validator = tell(self.validator);
        self
    }

    pub(crate) fn keys(mut self, keys: impl IntoIterator<Item = Value>) -> Self {
        self.keys = json!({"keys": keys.into_iter().collect::<Vec<_>>()});
        self
    }

    pub(crate) fn expecting(mut self, expected: Expected<'static>) -> Self {
        self.expected = expected;
        self
    }

    /// The token without the trap, where the usual one does not fit the set-up.
    pub(crate) fn control(mut self, token: Token) -> Self {
        self.control = Control::Token(Box::new(token));
        self
    }

    /// There is no token that this set-up accepts: that is the trap.
    pub(crate) fn no_control(mut self) -> Self {
        self.control = Control::None;
        self
    }

    pub(crate) fn trusting(mut self, audience: &str) -> Self {
        self.validator = self.validator.trusted_audiences([audience]);
        self.trusted = vec![audience.to_owned()];
        self
    }

    /// The client registered `require_auth_time`.
    pub(crate) fn demanding_auth_time(mut self) -> Self {
        self.validator = self.validator.demand_auth_time();
        self.demands_auth_time = true;
        self
    }

    pub(crate) fn secret(mut self, alg: Algorithm, secret: &str) -> Self {
        self.validator = self.validator.client_secret(alg, secret);
        self.secret = Some(secret.to_owned());
        self
    }

    pub(crate) fn registered(mut self, alg: &str) -> Self {
        self.registered_alg = Some(alg.to_owned());
        self
    }

    /// The collecting rules judge something else here.
    pub(crate) fn collecting_differ(mut self, why: &'static str) -> Self {
        self.collecting_differ = Some(why);
        self
    }

    pub(crate) fn key_set(&self) -> KeySet {
        KeySet::parse(self.keys.to_string().as_bytes()).unwrap()
    }

    pub(crate) fn validate(&self, token: &str) -> Result<ValidToken, Error> {
        self.validator
            .validate(token, &self.expected, &self.key_set())
    }

    fn run(&self, label: &str, token: &str, want: Want) -> Case {
        let control = match &self.control {
            Control::None => None,
            Control::Default => Some(id()),
            Control::Token(token) => Some((**token).clone()),
        };
        let outcome = self.validate(token).map(|valid| valid.warnings());
        if let Some(control) = &control {
            // Keys that have verified a good token before say the same.
            let keys = self.key_set();
            let with = |token: &str| self.validator.validate(token, &self.expected, &keys);
            let _ = with(&control.sign());
            let again = with(token).map(|valid| valid.warnings());
            assert_eq!(again, outcome, "{label}");
        }
        Case {
            label: label.to_owned(),
            want,
            outcome,
            violated: (self.validator.kind() == TokenKind::IdToken).then(|| self.collect(token)),
            collecting_differ: self.collecting_differ,
            control: control
                .map(|token| self.validate(&token.sign()).map(|valid| valid.warnings())),
        }
    }

    pub(crate) fn rejects(&self, rule: Rule, label: &str, token: impl Into<String>) -> Case {
        self.run(label, &token.into(), Want::Reject(rule))
    }

    pub(crate) fn accepts(&self, label: &str, token: impl Into<String>) -> Case {
        self.run(label, &token.into(), Want::Accept)
    }

    pub(crate) fn warns(&self, warning: Warning, label: &str, token: impl Into<String>) -> Case {
        self.run(label, &token.into(), Want::Warn(warning))
    }

    /// What the collecting rules find in the same token.
    fn collect(&self, token: &str) -> Vec<&'static str> {
        let keys = JwkSet::from_value(&self.keys).unwrap();
        let mut context = IdTokenContext::new(ISSUER, CLIENT, Arc::new(keys), NOW);
        context.registered_alg.clone_from(&self.registered_alg);
        context.client_secret.clone_from(&self.secret);
        context.trusted_audiences.clone_from(&self.trusted);
        context.source = self.expected.source;
        context.response_type = self.expected.response_type.to_owned();
        context.nonce = self.expected.nonce.map(str::to_owned);
        context.max_age = self.expected.max_age;
        context.auth_time_registered = self.demands_auth_time;
        context.acr_essential = self.expected.acr.iter().map(|v| (*v).to_owned()).collect();
        context.access_token = self.expected.access_token.map(str::to_owned);
        context.code = self.expected.code.map(str::to_owned);
        let token = IdToken::new(token, context);
        RULES
            .iter()
            .filter(|rule| matches!((rule.check)(&token), Finding::Violated { .. }))
            .map(|rule| rule.id)
            .collect()
    }
}
