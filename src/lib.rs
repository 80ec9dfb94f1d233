//! Conformance and load testing harness for OpenID Connect providers.

#[cfg(feature = "cli")]
pub mod builtin;
pub mod checks;
#[cfg(feature = "cli")]
pub mod cli;
pub mod conformance;
pub mod duration;
pub mod error;
pub mod evidence;
pub mod finding;
pub mod flow;
mod html;
pub mod http;
pub mod jwt;
#[cfg(feature = "load")]
pub mod load;
pub mod load_run;
pub mod login;
pub mod protocol;
pub mod provider;
pub mod report;
pub mod requirement;
pub mod run;
pub mod steps;

pub use conformance::Conformance;
pub use provider::ClientConfig;

/// The samples of the README are compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
