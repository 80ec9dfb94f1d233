//! An OpenID Provider for tests that can break any single rule on request.
//!
//! A test of a relying party starts one in a line, on a loopback port, and can then ask it to misbehave: each issuer
//! below `/f/` breaks one rule (see [`faults`]), so that one process serves them all at once.
//!
//! ```
//! use mock_idp::MockIdp;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let idp = MockIdp::start().await;
//! let good = idp.issuer();
//! let bad = idp.issuer_with("id_token.wrong_aud");
//! assert_eq!(bad, format!("{good}/f/id_token.wrong_aud"));
//! # }
//! ```
//!
//! By default it is permissive: any client, any secret, any redirect URI, and nobody is asked to log in.
//! [`Builder::strict`] knows the clients and users of [`accounts`] only and shows login and consent pages.
//! [`Builder::tls`] serves https. Any path can be an issuer: [`MockIdp::issuer_named`] gives one with its own sessions,
//! tokens, registered clients and clock, which [`Control`] moves.
//!
//! The core is pure and synchronous; it is mounted on wiremock, so that a test can lay expectations on top, or on hyper,
//! for TLS and load.

pub mod accounts;
mod authorization;
mod claims;
mod client_auth;
mod context;
mod dispatch;
mod endpoint;
mod fault;
mod grant;
mod id_token;
mod idp;
mod issuer;
mod jws;
mod keys;
mod mount;
mod oauth_error;
mod observe;
mod pages;
mod params;
mod redirect_uri;
mod registration;
mod reply;
mod route;
mod runtime;
mod scope;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod token;
mod users;

pub use fault::{Fault, faults};
pub use idp::{Builder, Control, MockIdp, StartError, UnknownIssuer};
pub use keys::Algorithm;
pub use observe::ObservedRequest;
pub use reply::Transport;
pub use runtime::runtime;
/// wiremock as the mock IdP uses it, for expectations on [`MockIdp::wiremock`].
pub use wiremock;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
