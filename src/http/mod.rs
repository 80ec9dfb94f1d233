//! The recorded transport: how requests reach the provider in a conformance run.
//!
//! Redirects are never followed here, every wait has a limit, every body has a size limit, and every
//! exchange is recorded. This module and `load` are the only places that build an HTTP client.

mod client;
mod deadline;
mod held_back;
mod jwks;
mod loopback;
mod transport;
mod trust;
mod user_agent;
mod wire;

pub use client::{Answer, Client, ClientOptions, TransportError};
pub use deadline::{Deadline, Pause};
pub use held_back::HeldBack;
pub use jwks::JwksClient;
pub use loopback::{is_https_or_loopback, is_loopback};
pub use transport::Transport;
pub use user_agent::UserAgent;
#[cfg(feature = "load")]
pub(crate) use wire::{Wire, without_advice};
