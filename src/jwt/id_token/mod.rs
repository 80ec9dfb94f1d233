//! The rules on ID Tokens: one function per rule, each over a captured token and what it has to fit.
//!
//! [OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken) and
//! [section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation). A rule on a part that can't be
//! read is violated, never met. Which requirement a rule belongs to stands in `checks`.

pub mod claims;
pub mod format;
pub mod hashes;
pub mod header;
pub mod pair;
pub mod signed;
pub mod time;
mod token;

pub use pair::IdTokenPair;
pub use token::{IdToken, IdTokenContext, Source};
