//! The faults: named ways in which an issuer breaks one rule.
//!
//! # How to add a fault
//!
//! 1. Write one row in the file of its artifact (`fault/id_token_claims.rs`, …): an id `<artifact>.<what_is_wrong>`, the
//!    requirements that it breaks, one sentence, and one [`Break`]. Rows are sorted by id. A new artifact is a new file,
//!    named in [`TABLES`].
//! 2. A *spoiler* is a plain function over one outgoing document, or, where one member of it is wrong or missing,
//!    [`Break::Set`] or [`Break::Drop`]; [`Break`] lists the hooks. It gets the
//!    [`Context`](crate::context::Context) of the request: issuer, time, keys, parameters.
//! 3. An *omission* is [`Break::Omit`] with a [`Check`]: one validation that the core then leaves out. A new one is a
//!    variant of [`Check`] and `if !ctx.omits(Check::X)` at the place of the validation.
//!
//! A fault that only load shows has `needs: Some(LOAD)` and breaks no requirement: the tests of load prove it.
//!
//! A spoiler breaks one rule and keeps the others: an ID token with a wrong `aud` has a right signature.

mod access_token;
mod authorization_error;
mod authorization_request;
mod authorization_response;
mod check;
mod client_assertion;
mod client_authentication;
mod client_credentials;
mod code;
mod front_channel;
mod hooks;
mod id_token_claims;
mod id_token_format;
mod id_token_header;
mod id_token_signature;
mod introspection;
mod jwks;
mod logout;
mod metadata;
mod page;
mod pkce;
mod redirect_uri;
mod refresh;
mod registration;
mod revocation;
mod table;
mod token_endpoint;
mod token_error;
mod token_request;
mod token_response;
mod userinfo;

pub(crate) use check::Check;
pub(crate) use hooks::{Break, Document, Spoiler};
use table::LOAD;
pub(crate) use table::find;
pub use table::{Fault, faults};
