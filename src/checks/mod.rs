//! The checks: pure rules over what was captured, one file per artifact.
//!
//! A check does no I/O and knows neither Gherkin nor levels. What an artifact lacks is said in the finding,
//! never passed over.

pub mod id_token;
pub mod jwks;
pub mod metadata;
pub mod refusal;
pub mod rule;
pub mod token_response;
pub mod url;

pub use refusal::{authorization_refusal, refusal, success};
pub use rule::Rule;
