//! Finds what keeps a run from judging: the provider file's mistakes, and what the provider lacks.
//!
//! Nothing here counts for or against the provider. Each look names the key of the provider file to change.

mod diagnosis;
mod metadata;
mod sign_in;

pub use diagnosis::{Diagnosis, Health, Lack, Look};
pub(super) use metadata::{look_at_capabilities, look_at_metadata};
pub(super) use sign_in::look_at_clients;
