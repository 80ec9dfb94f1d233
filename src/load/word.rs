//! The words of a flow.

use std::fmt;

/// One step of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// Fetches the metadata.
    Discovery,
    /// Fetches the keys.
    Jwks,
    /// An authorization request from a browser without cookies, through the login pages to the code.
    Login,
    /// An authorization request from the browser as it is, through whatever pages come to the code.
    Authorize,
    /// The code for tokens.
    Exchange,
    /// The refresh token for tokens.
    Refresh,
    /// UserInfo with the access token.
    Userinfo,
    /// Introspection of the access token.
    Introspect,
    /// Revocation of the refresh token, or of the access token where there is no refresh token.
    Revoke,
    /// RP-initiated logout with the ID Token as hint.
    Logout,
    /// The client credentials grant.
    ClientCredentials,
}

impl Word {
    /// All words.
    pub const ALL: [Self; 11] = [
        Self::Discovery,
        Self::Jwks,
        Self::Login,
        Self::Authorize,
        Self::Exchange,
        Self::Refresh,
        Self::Userinfo,
        Self::Introspect,
        Self::Revoke,
        Self::Logout,
        Self::ClientCredentials,
    ];

    /// The word in a scenario file and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Login => "login",
            Self::Authorize => "authorize",
            Self::Exchange => "exchange",
            Self::Refresh => "refresh",
            Self::Userinfo => "userinfo",
            Self::Introspect => "introspect",
            Self::Revoke => "revoke",
            Self::Logout => "logout",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The word that is written so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.as_str() == text)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
