//! Grants and what hangs on them: a token is alive as long as its grant is.

use std::time::Duration;

use crate::claims::ClaimsRequest;

/// The number of a grant; later ones are larger.
pub(crate) type GrantId = u64;

/// What one authorization gave to one client.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) scope: Vec<String>,
    /// Nobody logged in when the client acts for itself.
    pub(crate) authentication: Option<Authentication>,
    pub(crate) issued_at: u64,
    /// No token of it outlives it.
    pub(crate) expires: u64,
}

/// Who logged in, when and how, and what the request asked to be told of it.
#[derive(Clone)]
pub(crate) struct Authentication {
    pub(crate) sub: String,
    pub(crate) auth_time: u64,
    pub(crate) acr: &'static str,
    pub(crate) sid: String,
    pub(crate) nonce: Option<String>,
    pub(crate) claims: ClaimsRequest,
    /// The response type was `id_token`: there is no access token for UserInfo.
    pub(crate) id_token_only: bool,
}

/// A `code_challenge` (<https://www.rfc-editor.org/rfc/rfc7636#section-4.2>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) value: String,
    pub(crate) method: ChallengeMethod,
}

/// How a verifier becomes a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChallengeMethod {
    Plain,
    S256,
}

/// An authorization code.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) grant: GrantId,
    /// The redirect URI of the authorization request, if it had one.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) expires: u64,
    /// When it was used, since the Unix epoch.
    pub(crate) used: Option<Duration>,
}

/// How far the refresh tokens of a grant have come: a token of an earlier generation has been used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rotation {
    pub(crate) generation: u32,
    /// When the last one was used, since the Unix epoch.
    pub(crate) at: Duration,
}
