//! Faults in how token requests are read.

use super::{Break, Check, Fault};
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "token_request.any_grant_of_client",
        breaks: &["RFC6749-5.2-12"],
        summary: "a client may use a grant_type that it did not register",
        needs: Some("dcr"),
        break_: Break::Omit(Check::GrantTypeOfClient),
    },
    Fault {
        id: "token_request.empty_parameter",
        breaks: &["RFC6749-3.2-4"],
        summary: "a parameter without a value is an error",
        needs: Some("refresh_token"),
        break_: Break::Omit(Check::TokenEmptyParameter),
    },
    Fault {
        id: "token_request.get",
        breaks: &["RFC6749-3.2-1"],
        summary: "GET is as good as POST",
        needs: None,
        break_: Break::Omit(Check::TokenMethod),
    },
    Fault {
        id: "token_request.id_token_without_openid",
        breaks: &["OIDCC-3.1.3.2-2"],
        summary: "a request without openid gives an ID token",
        needs: None,
        break_: Break::Omit(Check::OpenidScope),
    },
    Fault {
        id: "token_request.json",
        breaks: &["RFC6749-4.1.3-1"],
        summary: "a JSON object is as good as a form",
        needs: None,
        break_: Break::Omit(Check::TokenContentType),
    },
    Fault {
        id: "token_request.missing_code_is_invalid_grant",
        breaks: &["RFC6749-5.2-4"],
        summary: "a token request without code is an invalid_grant",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.description == "code is missing" {
                error.error = Some("invalid_grant".into());
            }
        }),
    },
    Fault {
        id: "token_request.missing_grant_type_is_unsupported",
        breaks: &["RFC6749-5.2-10"],
        summary: "a token request without grant_type is an unsupported_grant_type",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.description == "grant_type is missing" {
                error.error = Some("unsupported_grant_type".into());
            }
        }),
    },
    Fault {
        id: "token_request.password_grant",
        breaks: &["RFC9700-2.4-1"],
        summary: "grant_type=password gives a token",
        needs: None,
        break_: Break::Omit(Check::PasswordGrant),
    },
    Fault {
        id: "token_request.put",
        breaks: &["RFC6749-3.2-2"],
        summary: "PUT is as good as POST",
        needs: None,
        break_: Break::Omit(Check::TokenPut),
    },
    Fault {
        id: "token_request.repeated_parameter",
        breaks: &["RFC6749-5.2-3"],
        summary: "of a repeated parameter the first one counts",
        needs: None,
        break_: Break::Omit(Check::TokenRepeatedParameter),
    },
    Fault {
        id: "token_request.unknown_grant_is_invalid_request",
        breaks: &["RFC6749-5.2-11"],
        summary: "an unknown grant_type is an invalid_request",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.error.as_deref() == Some("unsupported_grant_type") {
                error.error = Some("invalid_request".into());
            }
        }),
    },
    Fault {
        id: "token_request.unknown_grant_taken",
        breaks: &["RFC6749-5.2-11"],
        summary: "an unknown grant_type gives a token",
        needs: None,
        break_: Break::Omit(Check::GrantType),
    },
    Fault {
        id: "token_request.unknown_parameter",
        breaks: &["RFC6749-3.2-3"],
        summary: "a parameter that is not known is an error",
        needs: None,
        break_: Break::Omit(Check::TokenUnknownParameter),
    },
];
