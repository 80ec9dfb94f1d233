//! Client authentication (<https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication>).

mod assertion;
mod authenticate;
mod presented;

pub(crate) use authenticate::authenticate;
