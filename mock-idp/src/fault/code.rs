//! Faults of the authorization code.

use http::StatusCode;

use super::{Break, Check, Fault};
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "code.altered",
        breaks: &["RFC6749-4.1.3-7"],
        summary: "of a code only the first characters count",
        needs: None,
        break_: Break::Omit(Check::CodeEachCharacter),
    },
    Fault {
        id: "code.any_client",
        breaks: &["OIDCC-3.1.3.2-1", "RFC6749-4.1.3-4"],
        summary: "a code gives tokens to any client",
        needs: None,
        break_: Break::Omit(Check::CodeClient),
    },
    Fault {
        id: "code.any_redirect_uri",
        breaks: &["RFC6749-4.1.3-6"],
        summary: "the redirect_uri of the token request may be another one",
        needs: None,
        break_: Break::Omit(Check::CodeRedirectUri),
    },
    Fault {
        id: "code.failure_for_other_client",
        breaks: &["OIDCC-3.1.3.4-1", "OIDCC-3.1.3.2-1"],
        summary: "the code of another client ends in status 500",
        needs: Some("multi_client"),
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.description.contains("another client") {
                error.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
        }),
    },
    Fault {
        id: "code.guessable",
        breaks: &["RFC6749-10.10-1", "RFC6749-10.10-2"],
        summary: "a code has 16 random bits",
        needs: None,
        break_: Break::Omit(Check::CodeEntropy),
    },
    Fault {
        id: "code.lives_an_hour",
        breaks: &["RFC6749-4.1.2-3"],
        summary: "a code is good for an hour",
        needs: None,
        break_: Break::Omit(Check::CodeLifetime),
    },
    Fault {
        id: "code.never_expires",
        breaks: &["RFC6749-4.1.2-2", "RFC6749-4.1.2-3"],
        summary: "a code is good for ever",
        needs: None,
        break_: Break::Omit(Check::CodeExpiry),
    },
    Fault {
        id: "code.race",
        breaks: &["RFC6749-4.1.2-7"],
        summary: "of token requests with one code that come at once, each gets tokens",
        needs: None,
        break_: Break::Omit(Check::CodeRace),
    },
    Fault {
        id: "code.redirect_uri_optional",
        breaks: &["RFC6749-4.1.3-5"],
        summary: "the token request may leave redirect_uri out",
        needs: None,
        break_: Break::Omit(Check::CodeRedirectUriRequired),
    },
    Fault {
        id: "code.reusable",
        breaks: &["RFC6749-4.1.2-4", "RFC6749-4.1.2-7"],
        summary: "a code gives tokens again and again",
        needs: None,
        break_: Break::Omit(Check::CodeSingleUse),
    },
    Fault {
        id: "code.reuse_keeps_tokens",
        breaks: &["RFC6749-4.1.2-5", "RFC6749-4.1.2-6"],
        summary: "the tokens of a code that is used again stay good",
        needs: None,
        break_: Break::Omit(Check::CodeReuseRevokes),
    },
    Fault {
        id: "code.unknown_is_invalid_request",
        breaks: &["RFC6749-4.1.3-7"],
        summary: "a code that is not known is an invalid_request",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.description.starts_with("the code is not known") {
                error.error = Some("invalid_request".into());
            }
        }),
    },
    Fault {
        id: "code.wrong_redirect_uri_is_invalid_request",
        breaks: &["RFC6749-4.1.3-6"],
        summary: "another redirect_uri in the token request is an invalid_request",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.description.starts_with("redirect_uri is not that") {
                error.error = Some("invalid_request".into());
            }
        }),
    },
];
