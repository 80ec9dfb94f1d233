//! The checks: pure rules over what was captured, one file per artifact.
//!
//! A check does no I/O and knows neither Gherkin nor levels. What an artifact lacks is said in the finding,
//! never passed over.

pub mod authorization_error;
pub mod authorization_response;
pub mod bearer_error;
pub mod client_management;
pub mod endpoint_url;
pub mod every_exchange;
pub mod front_channel;
pub mod granted_scope;
pub mod id_token;
pub mod interaction;
pub mod introspection;
pub mod jwks;
pub mod login_page;
pub mod logout;
pub mod metadata;
pub mod oauth_metadata;
pub mod offline_access;
pub mod pkce;
pub mod refresh;
pub mod refusal;
pub mod registration;
pub mod request_object;
pub mod rule;
pub mod second_login;
pub mod secrets;
#[cfg(test)]
mod test_answer;
pub mod token_endpoint;
pub mod token_error;
pub mod token_response;
pub mod url;
pub mod userinfo;

pub use refusal::{authorization_refusal, refusal, success};
pub use rule::Rule;
