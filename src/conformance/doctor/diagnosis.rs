//! What the doctor found, ready to be shown.

use serde::Serialize;

use crate::http::TransportError;

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
    /// How many scenarios need it.
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

    pub(super) fn good(&mut self, at: impl Into<String>, seen: impl Into<String>) {
        self.look(at, Health::Good, seen, None);
    }

    pub(super) fn wrong(
        &mut self,
        at: impl Into<String>,
        seen: impl Into<String>,
        change: impl Into<String>,
    ) {
        self.look(at, Health::Wrong, seen, Some(change.into()));
    }

    pub(super) fn look(
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
    pub(super) fn transport(&mut self, at: &str, error: &TransportError) {
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
