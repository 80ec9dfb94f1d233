//! The messages of the protocol, one file per endpoint or artifact.
//!
//! Builds raw requests and reads raw answers; carries nothing over the wire. Whatever a good client would
//! never send can be built here: any parameter can be left out, doubled or spoiled. Nothing that a provider
//! answers is an error here: what can't be read is kept as it came, for the rules to judge.

mod answer;
mod assertion;
mod authorization;
mod challenge;
mod client_auth;
mod parameters;
mod pkce;
mod requests;

pub use answer::JsonAnswer;
#[cfg(feature = "load")]
pub(crate) use answer::beginning;
pub use assertion::{Assertion, AssertionKey, ClientAuthError};
pub use authorization::{AuthorizationAnswer, ResponseMode};
pub use challenge::Challenge;
pub use client_auth::Authentication;
pub use parameters::Parameters;
pub use pkce::Pkce;
pub use requests::{
    Carriage, RequestError, authorization_request, form_request, get_request, json_request,
    token_request, with_bearer, with_body, with_raw_query,
};
