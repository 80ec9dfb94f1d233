//! Walks through the protocol with a provider: builds, sends, reads, and says how far it got.
//!
//! A flow never judges. What the provider answered is given back as it came; a step that could not be done
//! is a [`Halt`].

mod authorize;
mod client_key;
mod complete;
mod first_journey;
mod forgery;
mod issued;
mod logout;
mod oauth_metadata;
mod registration;
mod relying_party;
mod session;
mod token;
mod userinfo;

pub use authorize::{Attempts, AuthorizationAttempt, AuthorizationPlan, Extra};
pub(crate) use authorize::{printable_text, random_text};
pub use complete::{CompletedFlow, Specimens, Tokens};
pub(crate) use forgery::id_token_of_another_issuer;
pub use issued::Issued;
pub use logout::{LogoutAttempt, LogoutPlan, Logouts};
pub use oauth_metadata::OauthMetadata;
pub(crate) use registration::is_same;
pub use registration::{Access, Management, Registered, Registration};
pub use relying_party::{RelyingParty, RelyingPartyOptions};
pub use session::{Lease, Session, Sessions};
pub use token::Caller;
pub(crate) use token::{TOKEN_REQUEST, assertion_key, is_client_refused, now};
pub use userinfo::Presentation;
pub(crate) use userinfo::altered;

use thiserror::Error;

use crate::http::TransportError;
use crate::login::LoginError;
use crate::protocol::{ClientAuthError, RequestError};
use crate::run::Evidence;

/// Why a step could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Halt {
    /// It could not be judged: the network, the login, a defect of ours. Counts neither for nor against the
    /// provider.
    #[error("{reason}")]
    Unjudged {
        /// What happened.
        reason: String,
    },
    /// The provider did not let the step through. The scenario that judges this step fails; for every other
    /// one it is an error.
    #[error("blocked by {requirement}: expected {expected}, got {actual}")]
    Blocked {
        /// The requirement that this step stands for.
        requirement: &'static str,
        /// What would have let it through.
        expected: String,
        /// What came.
        actual: String,
        /// Where to look.
        evidence: Vec<Evidence>,
    },
    /// The provider, its file or the options lack what the step needs.
    #[error("{reason}")]
    Missing {
        /// What is lacking; names the key to add where there is one.
        reason: String,
    },
}

impl Halt {
    /// It could not be judged.
    pub fn unjudged(reason: impl Into<String>) -> Self {
        Self::Unjudged {
            reason: reason.into(),
        }
    }

    /// Something is lacking.
    pub fn missing(reason: impl Into<String>) -> Self {
        Self::Missing {
            reason: reason.into(),
        }
    }
}

impl From<TransportError> for Halt {
    fn from(error: TransportError) -> Self {
        Self::unjudged(error.to_string())
    }
}

impl From<LoginError> for Halt {
    fn from(error: LoginError) -> Self {
        Self::unjudged(error.to_string())
    }
}

impl From<RequestError> for Halt {
    fn from(error: RequestError) -> Self {
        Self::unjudged(error.to_string())
    }
}

impl From<ClientAuthError> for Halt {
    fn from(error: ClientAuthError) -> Self {
        Self::unjudged(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::conformance::FeatureSet;

    #[test]
    fn what_blocks_a_journey_is_a_requirement() {
        let set = FeatureSet::embedded().unwrap();
        for id in [
            super::complete::CODE_ISSUED,
            super::complete::TOKEN_ISSUED,
            super::registration::REGISTERED,
            super::relying_party::METADATA_COMPLETE,
            super::relying_party::ENDPOINTS_ARE_URLS,
        ] {
            // The row itself, and one that a scenario may judge: it fails where the step is refused.
            let row = set.catalogue.get(id).filter(|row| row.id == id);
            assert!(row.is_some_and(|row| row.no_scenario.is_none()), "{id}");
        }
    }
}
