//! Client metadata, of <https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata> and
//! <https://www.rfc-editor.org/rfc/rfc7591#section-2>.

mod metadata;
mod redirect;

pub(crate) use metadata::read;
