//! The tokens that clients hand back: each carries its own state, so that a million of them take no memory. What has to
//! be remembered, that one was used or taken back, is in the store.

mod access;
mod refresh;

pub(crate) use access::{ACCESS_TOKEN_LIFETIME, AccessToken};
pub(crate) use refresh::RefreshToken;
