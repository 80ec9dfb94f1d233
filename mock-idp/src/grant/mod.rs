//! The grants of the token endpoint, one file each, and the tokens that they hand out.

mod authorization_code;
mod client_credentials;
mod refresh_token;
mod token_response;

pub(crate) use token_response::{GRANT_LIFETIME, MEMORY, OFFLINE_GRANT_LIFETIME};

pub(crate) use self::authorization_code::redeem;
pub(crate) use self::client_credentials::grant as grant_client_credentials;
pub(crate) use self::refresh_token::refresh;

/// The grant types of the token endpoint.
pub(crate) const GRANT_TYPES: [&str; 3] =
    ["authorization_code", "refresh_token", "client_credentials"];
