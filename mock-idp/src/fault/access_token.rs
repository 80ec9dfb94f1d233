//! Faults of access tokens.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "access_token.altered",
        breaks: &["RFC6749-10.3-1", "RFC7662-4-3"],
        summary: "the signature of an access token is not looked at",
        needs: Some("userinfo"),
        break_: Break::Omit(Check::AccessTokenIntegrity),
    },
    Fault {
        id: "access_token.guessable",
        breaks: &["RFC6749-10.10-1", "RFC6749-10.10-2"],
        summary: "an access token has 16 random bits",
        needs: None,
        break_: Break::Omit(Check::AccessTokenEntropy),
    },
];
