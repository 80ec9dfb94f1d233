//! Conformance and load testing harness for OpenID Connect providers.

pub mod checks;
pub mod error;
pub mod evidence;
pub mod finding;
mod html;
pub mod http;
pub mod jwt;
pub mod login;
pub mod report;
pub mod requirement;
pub mod run;
