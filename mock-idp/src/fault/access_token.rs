//! Faults of access tokens.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "access_token.altered",
        breaks: &["RFC6749-10.3-1"],
        summary: "of an access token only the first characters count",
        needs: Some("userinfo"),
        break_: Break::Omit(Check::AccessTokenEachCharacter),
    },
    Fault {
        id: "access_token.guessable",
        breaks: &["RFC6749-10.10-1", "RFC6749-10.10-2"],
        summary: "an access token has 16 random bits",
        needs: None,
        break_: Break::Omit(Check::AccessTokenEntropy),
    },
];
