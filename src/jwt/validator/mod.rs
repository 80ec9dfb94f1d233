//! Validating ID Tokens, access tokens and logout tokens: one call, every rule, the first broken one as a typed
//! error.
//!
//! ```
//! use oidcheck::jwt::validator::{Expected, KeySet, Rule, Validator};
//!
//! // Once: what the client registered, and the issuer's published keys.
//! let validator = Validator::id_token("https://id.example.test", "my-client");
//! let keys = KeySet::parse(br#"{"keys": []}"#)?;
//!
//! // For each token: the request that it answers.
//! let expected = Expected {
//!     nonce: Some("n-0S6_WzA2Mj"),
//!     max_age: Some(3600),
//!     ..Expected::default()
//! };
//! // A token whose alg is none, which no option of this validator accepts.
//! let error = validator
//!     .validate("eyJhbGciOiJub25lIn0.e30.", &expected, &keys)
//!     .unwrap_err();
//! assert_eq!(error.rule(), Rule::Algorithm);
//! assert_eq!(error.to_string(), "Algorithm: expected alg RS256, got alg none");
//! # Ok::<(), oidcheck::jwt::validator::Error>(())
//! ```
//!
//! [`KeyCache`] fetches the keys itself, by [`JwksClient`](crate::http::JwksClient), which finds them from the issuer,
//! or through any closure that gives the body of `jwks_uri`:
//!
//! ```
//! use oidcheck::jwt::validator::{Expected, KeyCache, Validator};
//!
//! # async fn example() -> Result<(), oidcheck::jwt::validator::Error> {
//! let keys = KeyCache::new(|| async {
//!     // Any HTTP client will do; it has to limit the body.
//!     Ok(br#"{"keys": []}"#.to_vec())
//! });
//! let validator = Validator::access_token("https://id.example.test", "https://api.example.test");
//! let token = keys
//!     .validate(&validator, "eyJ…", &Expected { scopes: &["read"], ..Expected::default() })
//!     .await?;
//! println!("{:?} for {:?}", token.subject(), token.client_id());
//! # Ok(())
//! # }
//! ```
//!
//! # How it is built
//!
//! The rules of [`id_token`](super::id_token) collect everything that is wrong with a captured token, for a
//! report. These here say the same about a token on its way through a program and stop at the first; what both
//! ask stands in [`criteria`](super::criteria), and `tests/jwt_traps/` runs both over the same tokens.
//!
//! A token is checked at the speed of its signature: keys are parsed once for every algorithm that they are for,
//! and aws-lc-rs verifies with them (`jsonwebtoken`, which does it elsewhere in this crate, parses an RSA key
//! again for each token); header and claims are decoded once and read in one pass that copies nothing and finds
//! doubled names on its way. A key keeps the header of the first token that it verified: the next ones have it to
//! the letter, and what follows from the same octets is not worked out again. `benches/jwt.rs` measures it.
//! No claim is looked at before the signature is verified.

mod access_token;
mod cache;
mod claims;
mod error;
mod expected;
mod header;
mod id_token;
mod keys;
mod logout_token;
mod recipient;
mod replay;
mod response;
mod scan;
mod time;
mod token;
#[expect(clippy::module_inception, reason = "it holds the type of that name")]
mod validator;
mod warning;

pub use cache::{FetchKeys, KeyCache, KeyCacheOptions};
pub use error::{Error, Rule};
pub use expected::Expected;
pub use keys::KeySet;
pub use replay::SeenTokens;
pub use response::{jwks_uri, openid_configuration_url};
pub use token::ValidToken;
pub use validator::{TokenKind, Validator};
pub use warning::{Warning, Warnings};

pub use super::id_token::Source;
