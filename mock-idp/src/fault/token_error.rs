//! Faults of the errors of the token endpoint.

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::{Break, Fault};
use crate::reply::Reply;
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "token_error.code_unregistered",
        breaks: &["RFC6749-5.2-16"],
        summary: "the error code is one that nobody registered",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            error.error = Some("bad_request".into());
        }),
    },
    Fault {
        id: "token_error.description_quoted",
        breaks: &["RFC6749-5.2-5"],
        summary: "error_description has double quotes in it",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            error.description = "the parameter \"x\" is wrong".into();
        }),
    },
    Fault {
        id: "token_error.page",
        breaks: &["OIDCC-3.1.3.4-1", "RFC6749-5.2-6"],
        summary: "an error comes as a page",
        needs: None,
        break_: Break::Answer(&[Endpoint::Token], |_, reply| {
            if is_error(reply) {
                *reply.response.body_mut() = Bytes::from_static(b"<h1>Bad Request</h1>");
                reply.set(CONTENT_TYPE, "text/html");
            }
        }),
    },
    Fault {
        id: "token_error.redirect",
        breaks: &["OIDCC-3.1.3.4-1"],
        summary: "an error is a redirect to a page",
        needs: None,
        break_: Break::Answer(&[Endpoint::Token], |_, reply| {
            if is_error(reply) {
                *reply = Reply::see_other("/error");
            }
        }),
    },
    Fault {
        id: "token_error.server_error",
        breaks: &["OIDCC-3.1.3.4-1"],
        summary: "a bad request ends in a failure of the server",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            error.status = StatusCode::INTERNAL_SERVER_ERROR;
        }),
    },
    Fault {
        id: "token_error.status_200",
        breaks: &["OIDCC-3.1.3.4-1"],
        summary: "an error comes with status 200",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            error.status = StatusCode::OK;
        }),
    },
    Fault {
        id: "token_error.status_403",
        breaks: &["OIDCC-3.1.3.4-1"],
        summary: "an error has status 403",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            error.status = StatusCode::FORBIDDEN;
        }),
    },
    Fault {
        id: "token_error.text",
        breaks: &["RFC6749-5.2-6"],
        summary: "the JSON of an error comes as text/plain",
        needs: None,
        break_: Break::Answer(&[Endpoint::Token], |_, reply| {
            if is_error(reply) {
                reply.set(CONTENT_TYPE, "text/plain");
            }
        }),
    },
    Fault {
        id: "token_error.without_code",
        breaks: &["RFC6749-5.2-5"],
        summary: "the error code is empty",
        needs: None,
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            error.error = Some("".into());
        }),
    },
];

fn is_error(reply: &Reply) -> bool {
    reply.response.status().is_client_error()
}
