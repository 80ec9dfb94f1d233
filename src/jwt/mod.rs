//! JSON Web Tokens: reading, verifying and judging them.
//!
//! Pure and at the bottom of the dependency tree: no I/O and no clock (times are passed in as seconds since
//! 1970-01-01T00:00:00Z). Reading is lenient, so that a malformed token can still be judged; what is wrong
//! with it is kept beside it.
//!
//! [`validator`] is for programs that have to accept or refuse a token: strict, at the first broken rule, with a
//! clock and a cache of keys that calls whatever fetches them.

pub mod algorithm;
pub mod base64url;
pub mod certificate;
pub mod compact;
pub mod criteria;
pub mod hash;
pub mod id_token;
pub mod json;
pub mod key;
pub mod public_key;
pub mod signature;
pub mod standard_claims;
#[cfg(test)]
pub(crate) mod test_token;
pub mod validator;
