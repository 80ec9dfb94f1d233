//! Faults of the token endpoint's successful answers.

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use serde_json::{Value, json};

use super::{Break, Check, Document, Fault, LOAD};
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "token_response.access_token_number",
        breaks: &["RFC6749-5.1-1"],
        summary: "access_token is a number",
        needs: None,
        break_: Break::Set(Document::TokenResponse, "access_token", || json!(1)),
    },
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
        id: "token_response.expires_in_text",
        breaks: &["RFC6749-5.1-4"],
        summary: "expires_in is a text",
        needs: None,
        break_: Break::Set(Document::TokenResponse, "expires_in", || json!("3600")),
    },
    Fault {
        id: "token_response.html",
        breaks: &["RFC6749-5.1-6"],
        summary: "a token response says that it is HTML",
        needs: None,
        break_: Break::Answer(&[Endpoint::Token], |_, reply| {
            if reply.response.status() == StatusCode::OK {
                reply.set(CONTENT_TYPE, "text/html; charset=utf-8");
            }
        }),
    },
    Fault {
        id: "token_response.long_lived",
        breaks: &["RFC6750-5.3-1"],
        summary: "expires_in is a day",
        needs: None,
        break_: Break::Set(Document::TokenResponse, "expires_in", || json!(86_400)),
    },
    Fault {
        id: "token_response.null_member",
        breaks: &["OIDCC-13.3-1"],
        summary: "a member without a value is null",
        needs: None,
        break_: Break::Set(Document::TokenResponse, "session_state", || Value::Null),
    },
    Fault {
        id: "token_response.repeated_access_token",
        breaks: &[],
        summary: "each access token is issued twice",
        needs: Some(LOAD),
        break_: Break::Omit(Check::AccessTokenUnique),
    },
    Fault {
        id: "token_response.scope_missing",
        breaks: &["RFC6749-3.3-1"],
        summary: "scope is not told although less was granted than was asked for",
        needs: None,
        break_: Break::Drop(Document::TokenResponse, "scope"),
    },
    Fault {
        id: "token_response.status_201",
        breaks: &["RFC6749-5.1-6"],
        summary: "a token response has status 201",
        needs: None,
        break_: Break::Answer(&[Endpoint::Token], |_, reply| {
            if reply.response.status() == StatusCode::OK {
                *reply.response.status_mut() = StatusCode::CREATED;
            }
        }),
    },
    Fault {
        id: "token_response.token_type_missing",
        breaks: &["RFC6749-5.1-5"],
        summary: "no token_type",
        needs: None,
        break_: Break::Drop(Document::TokenResponse, "token_type"),
    },
    Fault {
        id: "token_response.token_type_wrong",
        breaks: &["OIDCC-3.1.3.3-2"],
        summary: "token_type is none that was negotiated",
        needs: None,
        break_: Break::Set(Document::TokenResponse, "token_type", || json!("mac")),
    },
    Fault {
        id: "token_response.without_access_token",
        breaks: &["RFC6749-5.1-1"],
        summary: "no access_token",
        needs: None,
        break_: Break::Drop(Document::TokenResponse, "access_token"),
    },
    Fault {
        id: "token_response.without_expires_in",
        breaks: &["RFC6749-5.1-4"],
        summary: "no expires_in",
        needs: None,
        break_: Break::Drop(Document::TokenResponse, "expires_in"),
    },
    Fault {
        id: "token_response.without_id_token",
        breaks: &["OIDCC-3.1.3.3-1"],
        summary: "no id_token",
        needs: None,
        break_: Break::Drop(Document::TokenResponse, "id_token"),
    },
    Fault {
        id: "token_response.without_pragma",
        breaks: &["RFC6749-5.1-3"],
        summary: "no Pragma",
        needs: None,
        break_: Break::Answer(&[Endpoint::Token], |_, reply| {
            reply.response.headers_mut().remove(PRAGMA);
        }),
    },
];
