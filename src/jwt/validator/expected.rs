//! What one token has to fit besides the validator's own configuration: the request and what came with it.

use std::fmt;

use crate::jwt::id_token::Source;

/// What one token has to fit: the request that it answers and what came with it.
///
/// Give what is known; what is left out is not compared. `Expected::default()` is a code flow in which nothing
/// special was asked for. Its `Debug` shows no value.
#[derive(Clone)]
pub struct Expected<'a> {
    /// Where the token came from.
    pub source: Source,
    /// `response_type` of the request.
    pub response_type: &'a str,
    /// `nonce` of the request.
    pub nonce: Option<&'a str>,
    /// `max_age` of the request, in seconds.
    pub max_age: Option<u64>,
    /// The values of `acr` that the request asked for as essential.
    pub acr: &'a [&'a str],
    /// The access token that came in the same answer.
    pub access_token: Option<&'a str>,
    /// The code that came in the same answer, or that the token request carried.
    pub code: Option<&'a str>,
    /// `state` of the request, where the token has to hold its hash (`s_hash` of FAPI 1.0).
    pub state: Option<&'a str>,
    /// The scopes that an access token must have.
    pub scopes: &'a [&'a str],
    /// The thumbprint of the key with which the sender of an access token signed its DPoP proof
    /// (`cnf.jkt`, [RFC 9449 section 6.1](https://www.rfc-editor.org/rfc/rfc9449#section-6.1)).
    pub jkt: Option<&'a str>,
    /// The thumbprint of the client certificate of the connection that the access token came on
    /// (`cnf.x5t#S256`, [RFC 8705 section 3.1](https://www.rfc-editor.org/rfc/rfc8705#section-3.1)).
    pub x5t_s256: Option<&'a str>,
}

impl Default for Expected<'_> {
    fn default() -> Self {
        Self {
            source: Source::TokenEndpoint,
            response_type: "code",
            nonce: None,
            max_age: None,
            acr: &[],
            access_token: None,
            code: None,
            state: None,
            scopes: &[],
            jkt: None,
            x5t_s256: None,
        }
    }
}

impl Expected<'_> {
    /// Whether the token came from the authorization endpoint, and the `response_type` has `word`.
    pub(super) fn front_channel_with(&self, word: &str) -> bool {
        self.source == Source::AuthorizationEndpoint && self.asked_for(word)
    }

    /// Whether the `response_type` has `word`.
    pub(super) fn asked_for(&self, word: &str) -> bool {
        self.response_type
            .split_ascii_whitespace()
            .any(|asked| asked == word)
    }
}

impl fmt::Debug for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expected")
            .field("source", &self.source)
            .field("response_type", &self.response_type)
            .finish_non_exhaustive()
    }
}
