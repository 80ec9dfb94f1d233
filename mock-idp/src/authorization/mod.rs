//! The authorization request, the decision about it, and the response.

mod acr;
mod decision;
mod issue;
mod request;
mod response;
mod response_type;

pub(crate) use acr::ACR_VALUES;
pub(crate) use decision::{Step, next_step};
pub(crate) use issue::{grant_request, refuse_request};
pub(crate) use request::{AuthorizationRequest, KNOWN, PROMPT_VALUES, Refusal, is_verifier, read};
pub(crate) use response::{AuthorizationResponse, ResponseMode};
pub(crate) use response_type::ResponseType;
