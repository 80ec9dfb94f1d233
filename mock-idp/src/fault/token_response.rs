//! Faults of the token endpoint's answers.

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use serde_json::{Value, json};

use super::{Break, Document, Fault};
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "token_response.cacheable",
        breaks: &["OIDCC-3.1.3.3-3", "RFC6749-5.1-2"],
        summary: "no Cache-Control",
        needs: None,
        break_: Break::Answer(&[Endpoint::Token], |_, reply| {
            reply.response.headers_mut().remove(CACHE_CONTROL);
        }),
    },
    Fault {
        id: "token_response.html",
        breaks: &["RFC6749-5.1-6"],
        summary: "the tokens come as text/html",
        needs: None,
        break_: Break::Answer(&[Endpoint::Token], |_, reply| {
            if reply.response.status() == StatusCode::OK {
                reply.set(CONTENT_TYPE, "text/html");
            }
        }),
    },
    Fault {
        id: "token_response.invalid_client_without_challenge",
        breaks: &["RFC6749-5.2-7"],
        summary: "wrong credentials by Basic are answered by 400 without a challenge",
        needs: Some("client_secret"),
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            error.challenge = None;
            if error.status == StatusCode::UNAUTHORIZED {
                error.status = StatusCode::BAD_REQUEST;
            }
        }),
    },
    Fault {
        id: "token_response.long_lived",
        breaks: &["RFC6750-5.3-1"],
        summary: "expires_in is a day",
        needs: None,
        break_: Break::Json(Document::TokenResponse, |_, response| {
            response.insert("expires_in".to_owned(), json!(86_400));
        }),
    },
    Fault {
        id: "token_response.null_member",
        breaks: &["OIDCC-13.3-1"],
        summary: "a member without a value is null",
        needs: None,
        break_: Break::Json(Document::TokenResponse, |_, response| {
            response.insert("session_state".to_owned(), Value::Null);
        }),
    },
    Fault {
        id: "token_response.pragma_missing",
        breaks: &["RFC6749-5.1-3"],
        summary: "no Pragma",
        needs: None,
        break_: Break::Answer(&[Endpoint::Token], |_, reply| {
            reply.response.headers_mut().remove(PRAGMA);
        }),
    },
    Fault {
        id: "token_response.scope_missing",
        breaks: &["RFC6749-3.3-1"],
        summary: "scope is not told although less was granted than was asked for",
        needs: None,
        break_: Break::Json(Document::TokenResponse, |_, response| {
            response.shift_remove("scope");
        }),
    },
    Fault {
        id: "token_response.token_type_wrong",
        breaks: &["OIDCC-3.1.3.3-2"],
        summary: "token_type is none that was negotiated",
        needs: None,
        break_: Break::Json(Document::TokenResponse, |_, response| {
            response.insert("token_type".to_owned(), json!("mac"));
        }),
    },
];
