//! A token that was validated.

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;

use super::claims::{Claims, Slots};
use super::error::{Error, Rule};
use super::scan::{Kind, Span};
use super::warning::{Warning, Warnings};
use crate::jwt::algorithm::Algorithm;
use crate::jwt::json;

/// The claims of a token that kept every rule.
///
/// Its `Debug` shows no claim: they are personal data.
#[derive(Clone)]
pub struct ValidToken {
    payload: String,
    slots: Slots,
    algorithm: Option<Algorithm>,
    warnings: Warnings,
}

impl ValidToken {
    pub(super) fn new(
        payload: String,
        slots: Slots,
        algorithm: Option<Algorithm>,
        warnings: Warnings,
    ) -> Self {
        Self {
            payload,
            slots,
            algorithm,
            warnings,
        }
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        self.warnings.add(warning);
    }

    /// `iss`.
    pub fn issuer(&self) -> Cow<'_, str> {
        self.string(self.slots.iss).unwrap_or_default()
    }

    /// `sub`; only a logout token may be without.
    pub fn subject(&self) -> Option<Cow<'_, str>> {
        self.string(self.slots.sub)
    }

    /// `aud`.
    pub fn audiences(&self) -> Vec<Cow<'_, str>> {
        self.strings(self.slots.aud, true)
    }

    /// `exp`, in seconds since 1970-01-01T00:00:00Z.
    pub fn expires_at(&self) -> f64 {
        self.number(self.slots.exp).unwrap_or_default()
    }

    /// `iat`, in seconds since 1970-01-01T00:00:00Z.
    pub fn issued_at(&self) -> f64 {
        self.number(self.slots.iat).unwrap_or_default()
    }

    /// `auth_time`, in seconds since 1970-01-01T00:00:00Z.
    pub fn auth_time(&self) -> Option<f64> {
        self.number(self.slots.auth_time)
    }

    /// `acr`.
    pub fn acr(&self) -> Option<Cow<'_, str>> {
        self.string(self.slots.acr)
    }

    /// `amr`.
    pub fn amr(&self) -> Vec<Cow<'_, str>> {
        self.strings(self.slots.amr, false)
    }

    /// `azp`.
    pub fn authorized_party(&self) -> Option<Cow<'_, str>> {
        self.string(self.slots.azp)
    }

    /// `sid`.
    pub fn session(&self) -> Option<Cow<'_, str>> {
        self.string(self.slots.sid)
    }

    /// `jti`.
    pub fn jwt_id(&self) -> Option<Cow<'_, str>> {
        self.string(self.slots.jti)
    }

    /// `client_id` of an access token.
    pub fn client_id(&self) -> Option<Cow<'_, str>> {
        self.string(self.slots.client_id)
    }

    /// `scope` of an access token.
    pub fn scope(&self) -> Option<Cow<'_, str>> {
        self.string(self.slots.scope)
    }

    /// Whether `email_verified` is the JSON value true; the string `"true"` does not count.
    pub fn is_email_verified(&self) -> bool {
        self.slots
            .email_verified
            .is_some_and(|span| span.kind == Kind::Boolean && span.raw(&self.payload) == "true")
    }

    /// The claims set as it was signed, a JSON object.
    pub fn payload(&self) -> &str {
        &self.payload
    }

    /// The claims as a type of the caller's.
    ///
    /// # Errors
    /// The claims do not fit it.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.payload)
    }

    /// The algorithm of the signature; none for an unsigned token that was accepted.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// What is odd about the token.
    pub fn warnings(&self) -> Warnings {
        self.warnings
    }

    /// Whether a UserInfo answer (JSON) is about the user of this ID Token
    /// ([OpenID Connect Core 1.0 section 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)).
    ///
    /// # Errors
    /// No JSON object with distinct names, no `sub` that is a string, or another one ([`Rule::UserInfo`]).
    pub fn check_userinfo(&self, body: &[u8]) -> Result<(), Error> {
        let expected = "a JSON object with the sub of the ID Token";
        let wrong = |actual: &str| Err(Error::new(Rule::UserInfo, expected, actual));
        let Ok(document) = json::parse(body) else {
            return wrong("no JSON");
        };
        if !document.duplicates.is_empty() {
            return wrong("a member that comes more than once");
        }
        match document.value.get("sub").map(|sub| sub.as_str()) {
            None => wrong("no sub"),
            Some(None) => wrong("a sub that is no string"),
            Some(Some(sub)) if self.subject().is_some_and(|own| own == sub) => Ok(()),
            Some(Some(_)) => wrong("another sub"),
        }
    }

    /// Whether this ID Token of a refresh response goes on from the `first` one
    /// ([OpenID Connect Core 1.0 section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
    ///
    /// # Errors
    /// `iss`, `sub`, `aud` or `azp` differ, or `auth_time` or `nonce` stand in it and differ ([`Rule::Refresh`]). An
    /// `auth_time` that the first one did not have is before its `iat`.
    pub fn check_refreshed_from(&self, first: &Self) -> Result<(), Error> {
        self.same(first, Rule::Refresh, &["iss", "sub", "azp"])?;
        let (mut before, mut after) = (first.audiences(), self.audiences());
        before.sort_unstable();
        after.sort_unstable();
        if before != after {
            return Err(differs(Rule::Refresh, "aud"));
        }
        if self.slots.nonce.is_some() {
            self.same(first, Rule::Refresh, &["nonce"])?;
        }
        let is_another = match (self.auth_time(), first.auth_time()) {
            (Some(told), Some(first)) => told.to_bits() != first.to_bits(),
            // Who did not ask for it may get it with a later token.
            (Some(told), None) => told > first.issued_at(),
            (None, _) => false,
        };
        if is_another {
            return Err(differs(Rule::Refresh, "auth_time"));
        }
        Ok(())
    }

    /// Whether this ID Token of the token endpoint belongs to the one of the authorization endpoint
    /// ([OpenID Connect Core 1.0 section 3.3.3.6](https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken2)). Other claims that both have should be alike;
    /// where they are not there is a [`Warning::Hybrid`].
    ///
    /// # Errors
    /// `iss` or `sub` differ ([`Rule::Hybrid`]).
    pub fn check_hybrid(&self, front: &Self) -> Result<Warnings, Error> {
        /// What belongs to one token, not to the user or the authentication.
        const OF_ONE_TOKEN: [&str; 10] = [
            "iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "at_hash", "c_hash",
        ];
        self.same(front, Rule::Hybrid, &["iss", "sub"])?;
        let mut warnings = Warnings::default();
        let members = |token: &Self| token.claims::<serde_json::Map<_, serde_json::Value>>();
        if let (Ok(own), Ok(other)) = (members(self), members(front)) {
            let differ = own
                .iter()
                .filter(|(name, _)| !OF_ONE_TOKEN.contains(&name.as_str()))
                .any(|(name, value)| other.get(name).is_some_and(|other| other != value));
            warnings.add_if(differ, Warning::Hybrid);
        }
        Ok(warnings)
    }

    fn same(&self, other: &Self, rule: Rule, names: &[&'static str]) -> Result<(), Error> {
        let slot = |token: &Self, name: &str| match name {
            "iss" => token.slots.iss,
            "sub" => token.slots.sub,
            "azp" => token.slots.azp,
            _ => token.slots.nonce,
        };
        let values = |token: &Self, name: &str| {
            let slot = slot(token, name);
            token.string(slot).map(Cow::into_owned)
        };
        match names
            .iter()
            .find(|name| values(self, name) != values(other, name))
        {
            None => Ok(()),
            Some(name) => Err(differs(rule, name)),
        }
    }

    fn string(&self, slot: Option<Span>) -> Option<Cow<'_, str>> {
        slot?.string(&self.payload)
    }

    fn number(&self, slot: Option<Span>) -> Option<f64> {
        slot?.number(&self.payload)
    }

    fn strings(&self, slot: Option<Span>, single: bool) -> Vec<Cow<'_, str>> {
        let claims = Claims {
            text: &self.payload,
            slots: &self.slots,
        };
        slot.and_then(|span| claims.strings(span, single))
            .map(|strings| strings.iter().collect())
            .unwrap_or_default()
    }
}

impl fmt::Debug for ValidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidToken")
            .field("algorithm", &self.algorithm)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

fn differs(rule: Rule, name: &str) -> Error {
    Error::new(
        rule,
        format!("{name} as in the first token"),
        format!("another {name}"),
    )
}
