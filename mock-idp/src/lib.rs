//! An OpenID Provider for tests that can break any single rule on request.

#![expect(dead_code, reason = "the faults that use the rest of the hooks follow")]

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
mod scope;
mod store;
#[cfg(test)]
mod testing;
mod users;

pub use fault::{Fault, faults};
pub use idp::{Builder, Control, MockIdp, StartError, UnknownIssuer};
pub use keys::Algorithm;
pub use observe::ObservedRequest;
