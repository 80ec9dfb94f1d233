//! Conformance and load testing harness for OpenID Connect providers.

pub mod error;
pub mod finding;
pub mod requirement;
pub mod run;
