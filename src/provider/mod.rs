//! The provider under test: what the user's file says of it, what it says of itself, and what follows from
//! both.

mod capabilities;
mod client;
mod file;
pub(crate) mod metadata;
pub mod presets;

pub use capabilities::{CAPABILITIES, Capabilities, Unmet};
pub use file::{
    AuthMethod, ClientConfig, ClientKey, ExpectedOutcome, Known, ProviderConfig, Secret,
};
pub use metadata::{Metadata, authorization_server_url};

use std::sync::Arc;
use std::time::Duration;

/// The provider under test: its file and the metadata as found.
#[derive(Debug, Clone)]
pub struct Provider {
    /// What the user's file says.
    pub config: Arc<ProviderConfig>,
    /// What the provider says of itself.
    pub metadata: Arc<Metadata>,
    /// What follows from both.
    pub capabilities: Arc<Capabilities>,
}

impl Provider {
    /// Puts the file and the metadata together.
    pub fn new(config: Arc<ProviderConfig>, metadata: Metadata) -> Self {
        let capabilities = Capabilities::of(&config, &metadata);
        Self {
            config,
            metadata: Arc::new(metadata),
            capabilities: Arc::new(capabilities),
        }
    }
}

/// Power over a provider that no specification gives: only the built-in mock IdP has it.
pub trait Control: Send + Sync + std::fmt::Debug {
    /// An issuer of its own, equal to `issuer` but for its state and its clock. The same name gives the same
    /// issuer.
    fn isolated(&self, issuer: &str, name: &str) -> String;
    /// Moves the clock of an issuer forward.
    fn advance(&self, issuer: &str, by: Duration);
    /// Lets an issuer sign with new keys from now on.
    fn rotate_keys(&self, issuer: &str);
}
