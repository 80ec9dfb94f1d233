//! Words of the steps that stand for values.

use std::str::FromStr;

use cucumber::Parameter;

use crate::flow::Caller;

/// Who makes a request, as a step says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameter)]
#[param(
    name = "caller",
    regex = "the client|another client|the public client|the client without authentication|nobody|\
             the client with a wrong secret|the client with a wrong secret in the header|\
             the client with a wrong secret in the body|the client with its secret in the header|\
             the client with its secret in the body|the client with its credentials escaped|\
             the client by header and body at once|\
             the client with its secret in the URL|the client with another client_id in the body|\
             an unknown client"
)]
pub(super) struct CallerWord(pub(super) Caller);

/// The words, and whom they stand for.
pub(super) const CALLERS: [(&str, Caller); 15] = [
    ("the client", Caller::Client),
    ("another client", Caller::AnotherClient),
    ("the public client", Caller::PublicClient),
    ("the client without authentication", Caller::Unauthenticated),
    ("nobody", Caller::Nobody),
    ("the client with a wrong secret", Caller::WrongSecret),
    (
        "the client with a wrong secret in the header",
        Caller::WrongSecretInHeader,
    ),
    (
        "the client with a wrong secret in the body",
        Caller::WrongSecretInBody,
    ),
    (
        "the client with its secret in the header",
        Caller::SecretInHeader,
    ),
    (
        "the client with its secret in the body",
        Caller::SecretInBody,
    ),
    ("the client with its credentials escaped", Caller::Escaped),
    (
        "the client by header and body at once",
        Caller::HeaderAndBody,
    ),
    (
        "the client with its secret in the URL",
        Caller::SecretInQuery,
    ),
    (
        "the client with another client_id in the body",
        Caller::HeaderAndOtherId,
    ),
    ("an unknown client", Caller::Unknown),
];

impl FromStr for CallerWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        CALLERS
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, caller)| Self(*caller))
            .ok_or_else(|| format!("`{text}` is no caller"))
    }
}

/// A token that the client holds or held, as a step says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameter)]
#[param(
    name = "token",
    regex = "the access token|the first access token|the old access token|the altered access token|\
             the refresh token|the old refresh token"
)]
pub(super) enum TokenWord {
    /// The access token that the client holds.
    Access,
    /// That of the last completed flow.
    FirstAccess,
    /// That before the last refresh.
    OldAccess,
    /// With another character in its middle.
    AlteredAccess,
    /// The refresh token that the client holds.
    Refresh,
    /// That before the last refresh.
    OldRefresh,
}

impl TokenWord {
    /// What kind of token it is.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Refresh | Self::OldRefresh => "refresh token",
            _ => "access token",
        }
    }
}

/// The words, and what they mean.
pub(super) const TOKENS: [(&str, TokenWord, &str); 6] = [
    (
        "the access token",
        TokenWord::Access,
        "the one that the client holds",
    ),
    (
        "the first access token",
        TokenWord::FirstAccess,
        "that of the last completed flow",
    ),
    (
        "the old access token",
        TokenWord::OldAccess,
        "that before the last refresh",
    ),
    (
        "the altered access token",
        TokenWord::AlteredAccess,
        "the one that the client holds, with another character in its middle",
    ),
    (
        "the refresh token",
        TokenWord::Refresh,
        "the one that the client holds",
    ),
    (
        "the old refresh token",
        TokenWord::OldRefresh,
        "that before the last refresh",
    ),
];

impl FromStr for TokenWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        TOKENS
            .iter()
            .find(|(word, ..)| *word == text)
            .map(|(_, token, _)| *token)
            .ok_or_else(|| format!("`{text}` is no token"))
    }
}

/// A request whose last answer is judged, as a step says it: the endpoint that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameter)]
#[param(
    name = "request",
    regex = "token request|revocation request|introspection request|registration|\
             management of the client"
)]
pub(super) struct RequestWord(pub(super) &'static str);

/// The words, and the endpoints that they stand for.
pub(super) const REQUESTS: [(&str, &str); 5] = [
    ("token request", "token_endpoint"),
    ("revocation request", "revocation_endpoint"),
    ("introspection request", "introspection_endpoint"),
    ("registration", "registration_endpoint"),
    ("management of the client", "registration_client_uri"),
];

impl FromStr for RequestWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        REQUESTS
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, endpoint)| Self(endpoint))
            .ok_or_else(|| format!("`{text}` is no request"))
    }
}
