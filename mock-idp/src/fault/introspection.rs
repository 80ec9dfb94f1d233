//! Faults of introspection.

use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{Break, Check, Document, Fault, Spoiler};
use crate::oauth_error::OauthError;
use crate::reply::Reply;
use crate::route::Endpoint;

const fn fault(
    id: &'static str,
    breaks: &'static [&'static str],
    summary: &'static str,
    break_: Break,
) -> Fault {
    Fault::new(id, breaks, summary, break_).needing("introspection")
}

const fn document(spoiler: Spoiler<Map<String, Value>>) -> Break {
    Break::Json(Document::Introspection, spoiler)
}

const fn answer(spoiler: Spoiler<Reply>) -> Break {
    Break::Answer(&[Endpoint::Introspect], spoiler)
}

fn is_active(answer: &Map<String, Value>) -> bool {
    answer.get("active") == Some(&Value::Bool(true))
}

/// Puts a member into the answer about an active token.
fn put(answer: &mut Map<String, Value>, member: &str, value: Value) {
    if is_active(answer) {
        answer.insert(member.to_owned(), value);
    }
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "introspection.active_string",
        &["RFC7662-2.2-6"],
        "active is a text",
        document(|_, answer| {
            let text = answer.get("active").map(ToString::to_string);
            answer.insert("active".to_owned(), json!(text));
        }),
    ),
    fault(
        "introspection.anybody",
        &["RFC7662-2.1-1", "RFC7662-2.3-1", "RFC7662-2.3-2"],
        "anybody is told about any token",
        Break::Omit(Check::IntrospectionAuthentication),
    ),
    fault(
        "introspection.client_id_wrong",
        &["RFC7662-2.2-10"],
        "client_id is another client",
        document(|_, answer| put(answer, "client_id", json!("another-client"))),
    ),
    fault(
        "introspection.content_type_text",
        &["RFC7662-2.2-1"],
        "the answer comes as text/plain",
        answer(|_, reply| {
            if reply.response.status() == StatusCode::OK {
                reply.set(CONTENT_TYPE, "text/plain");
            }
        }),
    ),
    fault(
        "introspection.credentials_wrong_status",
        &["RFC7662-2.3-2"],
        "wrong credentials are answered with 400",
        Break::Error(&[Endpoint::Introspect], |_, error| {
            if error.status == StatusCode::UNAUTHORIZED {
                error.status = StatusCode::BAD_REQUEST;
                error.challenge = None;
            }
        }),
    ),
    fault(
        "introspection.endpoint_http",
        &["RFC7662-4-2"],
        "introspection_endpoint is plain http",
        Break::Json(Document::Metadata, |_, metadata| {
            let url = "http://idp.example/introspect";
            metadata.insert("introspection_endpoint".to_owned(), json!(url));
        }),
    ),
    fault(
        "introspection.exp_equals_iat",
        &["RFC7662-2.2-10"],
        "exp of a refresh token is its iat",
        document(|_, answer| {
            if !answer.contains_key("token_type")
                && let Some(iat) = answer.get("iat").cloned()
            {
                put(answer, "exp", iat);
            }
        }),
    ),
    fault(
        "introspection.exp_string",
        &["RFC7662-2.2-10"],
        "exp is a string",
        document(|_, answer| {
            let exp = answer.get("exp").map(ToString::to_string);
            put(answer, "exp", json!(exp));
        }),
    ),
    fault(
        "introspection.expired_active",
        &["RFC7662-2.2-4"],
        "an expired token is active",
        Break::Omit(Check::IntrospectionExpiry),
    ),
    fault(
        "introspection.hint_obeyed",
        &["RFC7662-2.1-3"],
        "a token is looked for only where token_type_hint says",
        Break::Omit(Check::IntrospectionHint),
    ),
    fault(
        "introspection.reason_told",
        &["RFC7662-2.2-3"],
        "the answer about an inactive token says why it is inactive",
        document(|_, answer| {
            if !is_active(answer) {
                answer.insert("reason".to_owned(), json!("expired or revoked"));
            }
        }),
    ),
    fault(
        "introspection.revoked_active",
        &["RFC7662-2.2-5"],
        "a revoked token is active",
        Break::Omit(Check::IntrospectionRevoked),
    ),
    fault(
        "introspection.scope_array",
        &["RFC7662-2.2-10"],
        "scope is an array",
        document(|_, answer| put(answer, "scope", json!(["openid"]))),
    ),
    fault(
        "introspection.sub_wrong",
        &["RFC7662-2.2-10"],
        "sub is another user",
        document(|_, answer| put(answer, "sub", json!("somebody-else"))),
    ),
    fault(
        "introspection.token_optional",
        &["RFC7662-2.1-2"],
        "a request without token is answered with active false",
        Break::Omit(Check::IntrospectionTokenRequired),
    ),
    fault(
        "introspection.unknown_token_refused",
        &["RFC7662-2.2-2", "RFC7662-2.2-4", "RFC7662-2.2-5"],
        "an inactive token is answered with an error",
        answer(|ctx, reply| {
            let is_inactive = ctx.request.method() == Method::POST
                && reply.response.body().as_ref() == br#"{"active":false}"#;
            if is_inactive {
                *reply = OauthError::new("invalid_token", "the token is not active").into_reply();
            }
        }),
    ),
];
