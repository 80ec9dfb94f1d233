//! Who is logged in, and what waits for a page to be answered.

use std::sync::Arc;

use crate::authorization::AuthorizationRequest;

/// A login session of one browser.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) sub: String,
    /// When the user last typed the password, in seconds since the Unix epoch.
    pub(crate) auth_time: u64,
    pub(crate) acr: &'static str,
    /// The session identifier of ID tokens (<https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout>).
    pub(crate) sid: String,
}

/// An authorization request that waits for the user.
#[derive(Clone)]
pub(crate) struct Interaction {
    pub(crate) request: Arc<AuthorizationRequest>,
    /// The value of the cookie of the browser that began it: no other may end it.
    pub(crate) browser: String,
    /// The value that its forms carry.
    pub(crate) csrf: String,
    /// The user has typed the password for this request.
    pub(crate) fresh_login: bool,
    /// The user has chosen the account of the session.
    pub(crate) account_chosen: bool,
}

/// A logout request that waits for the user.
#[derive(Clone)]
pub(crate) struct LogoutRequest {
    /// Where the user goes afterwards.
    pub(crate) target: Option<String>,
    pub(crate) state: Option<String>,
    /// The value of the cookie of the browser that began it.
    pub(crate) browser: String,
    /// The value that the form carries.
    pub(crate) csrf: String,
    /// The user need not be asked.
    pub(crate) needs_no_answer: bool,
}
