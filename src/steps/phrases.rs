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
