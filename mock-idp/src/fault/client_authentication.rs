//! Faults of client authentication.

use http::StatusCode;

use super::{Break, Check, Fault};
use crate::oauth_error::OauthError;
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "client_authentication.any_method",
        breaks: &["OIDCC-3.1.3.1-1"],
        summary: "a client may use another method than the registered one",
        needs: Some("dcr"),
        break_: Break::Omit(Check::ClientAuthMethod),
    },
    Fault {
        id: "client_authentication.any_secret",
        breaks: &["RFC6749-5.2-7", "RFC6749-5.2-8"],
        summary: "a wrong secret is as good as the right one",
        needs: Some("client_secret"),
        break_: Break::Omit(Check::ClientSecret),
    },
    Fault {
        id: "client_authentication.basic_not_decoded",
        breaks: &["RFC6749-2.3.1-1"],
        summary: "id and secret of client_secret_basic are not form-decoded",
        needs: Some("client_secret"),
        break_: Break::Omit(Check::BasicEncoding),
    },
    Fault {
        id: "client_authentication.default_is_post",
        breaks: &["OIDCC-9-4"],
        summary: "a client that registers no method has client_secret_post, and is told client_secret_basic",
        needs: Some("dcr"),
        break_: Break::Omit(Check::DefaultAuthMethod),
    },
    Fault {
        id: "client_authentication.failure_is_unauthorized_client",
        breaks: &["RFC6749-5.2-8", "RFC6749-5.2-9"],
        summary: "failed client authentication is an unauthorized_client",
        needs: Some("client_secret"),
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.error.as_deref() == Some("invalid_client") {
                error.error = Some("unauthorized_client".into());
            }
        }),
    },
    Fault {
        id: "client_authentication.in_query",
        breaks: &["RFC6749-2.3.1-2"],
        summary: "credentials in the query of the token endpoint are taken",
        needs: Some("client_secret"),
        break_: Break::Omit(Check::ClientSecretQuery),
    },
    Fault {
        id: "client_authentication.missing_is_invalid_request",
        breaks: &["RFC6749-4.1.3-2", "RFC6749-6-4"],
        summary: "no client authentication is an invalid_request with 400",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |ctx, error| {
            let has_credentials = ctx.header("authorization").is_some()
                || ctx.form().is_ok_and(|params| {
                    params.get("client_secret").is_some()
                        || params.get("client_assertion").is_some()
                });
            if error.error.as_deref() == Some("invalid_client") && !has_credentials {
                *error = OauthError::invalid_request("no client authentication");
            }
        }),
    },
    Fault {
        id: "client_authentication.not_needed",
        breaks: &["RFC6749-4.1.3-2", "RFC6749-6-4"],
        summary: "the client_id alone is enough",
        needs: None,
        break_: Break::Omit(Check::ClientAuthentication),
    },
    Fault {
        id: "client_authentication.other_client_id",
        breaks: &["RFC6749-5.2-2"],
        summary: "the client_id of another client beside the credentials is ignored",
        needs: Some("multi_client"),
        break_: Break::Omit(Check::ClientIdMatches),
    },
    Fault {
        id: "client_authentication.public_without_id",
        breaks: &["RFC6749-4.1.3-8"],
        summary: "a code is enough: a public client need not say which it is",
        needs: Some("public_client"),
        break_: Break::Omit(Check::PublicClientId),
    },
    Fault {
        id: "client_authentication.two_methods",
        breaks: &["RFC6749-5.2-1", "RFC6749-5.2-15"],
        summary: "two ways of client authentication at once are taken",
        needs: Some("client_secret"),
        break_: Break::Omit(Check::ClientAuthOnce),
    },
    Fault {
        id: "client_authentication.without_challenge",
        breaks: &["RFC6749-5.2-7"],
        summary: "wrong credentials by Basic are answered by 401 without a challenge",
        needs: Some("client_secret"),
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.status == StatusCode::UNAUTHORIZED {
                error.challenge = None;
            }
        }),
    },
    Fault {
        id: "client_authentication.wrong_secret_is_400",
        breaks: &["RFC6749-5.2-7"],
        summary: "wrong credentials by Basic are answered by 400",
        needs: Some("client_secret"),
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.status == StatusCode::UNAUTHORIZED {
                error.status = StatusCode::BAD_REQUEST;
            }
        }),
    },
];
