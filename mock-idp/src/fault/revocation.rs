//! Faults of revocation.

use http::{Method, StatusCode};
use serde_json::json;

use super::{Break, Check, Document, Fault, Spoiler};
use crate::context::Context;
use crate::oauth_error::OauthError;
use crate::reply::Reply;
use crate::route::Endpoint;
use crate::token::{AccessToken, RefreshToken};

const fn fault(
    id: &'static str,
    breaks: &'static [&'static str],
    summary: &'static str,
    break_: Break,
) -> Fault {
    Fault::new(id, breaks, summary, break_).needing("revocation")
}

const fn answer(spoiler: Spoiler<Reply>) -> Break {
    Break::Answer(&[Endpoint::Revoke], spoiler)
}

/// A parameter of the request.
fn parameter(ctx: &Context<'_>, name: &str) -> Option<String> {
    if ctx.request.method() != Method::POST {
        return None;
    }
    ctx.form().ok()?.get(name).map(str::to_owned)
}

fn is_access_token(ctx: &Context<'_>, token: &str) -> bool {
    AccessToken::read(ctx, token).is_some()
}

fn is_refresh_token(ctx: &Context<'_>, token: &str) -> bool {
    RefreshToken::read(&ctx.issuer.seal, token).is_some()
}

fn refuse(reply: &mut Reply, error: &'static str) {
    *reply = OauthError::new(error, "refused").into_reply();
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "revocation.access_token_refused",
        &["RFC7009-2-3", "RFC7009-2.2.1-2"],
        "access tokens can't be revoked, and the error is invalid_request",
        answer(|ctx, reply| {
            if parameter(ctx, "token").is_some_and(|token| is_access_token(ctx, &token)) {
                refuse(reply, "invalid_request");
            }
        }),
    ),
    fault(
        "revocation.any_client",
        &["RFC7009-2.1-5", "RFC7009-2.1-11"],
        "a client revokes the tokens of another",
        Break::Omit(Check::RevocationClient),
    ),
    fault(
        "revocation.anybody",
        &["RFC7009-2.1-3", "RFC7009-2.1-4"],
        "the client need not authenticate",
        Break::Omit(Check::RevocationAuthentication),
    ),
    fault(
        "revocation.by_get",
        &["RFC7009-2.1-7"],
        "GET revokes, with the token in the query",
        Break::Omit(Check::RevocationMethod),
    ),
    fault(
        "revocation.endpoint_fragment",
        &["RFC7009-2-1"],
        "revocation_endpoint has a fragment",
        Break::Json(Document::Metadata, |ctx, metadata| {
            let url = ctx.url("/revoke#here");
            metadata.insert("revocation_endpoint".to_owned(), json!(url));
        }),
    ),
    fault(
        "revocation.endpoint_http",
        &["RFC7009-2-1"],
        "revocation_endpoint is plain http",
        Break::Json(Document::Metadata, |_, metadata| {
            let url = "http://idp.example/revoke";
            metadata.insert("revocation_endpoint".to_owned(), json!(url));
        }),
    ),
    fault(
        "revocation.hint_obeyed",
        &["RFC7009-2.1-6", "RFC7009-2.2-1"],
        "a token is looked for only where token_type_hint says",
        Break::Omit(Check::RevocationHint),
    ),
    fault(
        "revocation.no_cascade",
        &["RFC7009-2.1-1"],
        "the access tokens of a revoked refresh token live on",
        Break::Omit(Check::RevocationCascade),
    ),
    fault(
        "revocation.no_effect",
        &[
            "RFC7009-2-2",
            "RFC7009-2-3",
            "RFC7009-2.1-8",
            "RFC7009-2.1-9",
        ],
        "the answer is 200 and the token lives on",
        Break::Omit(Check::RevocationEffect),
    ),
    fault(
        "revocation.of_another_accepted",
        &["RFC7009-2.1-11"],
        "the token of another client: 200, and it lives on",
        answer(|_, reply| {
            if reply.response.status() == StatusCode::BAD_REQUEST
                && reply
                    .response
                    .body()
                    .windows(13)
                    .any(|w| w == b"invalid_grant")
            {
                *reply = Reply::empty(StatusCode::OK);
            }
        }),
    ),
    fault(
        "revocation.predecessor_revived",
        &["RFC9700-4.14.2-6"],
        "after the revocation of a refresh token the one before works again",
        Break::Omit(Check::RevocationPredecessor),
    ),
    fault(
        "revocation.public_client_refused",
        &["RFC7009-2.1-9"],
        "a client without authentication can't revoke its tokens",
        answer(|ctx, reply| {
            let is_public = parameter(ctx, "client_id").is_some()
                && parameter(ctx, "client_secret").is_none()
                && parameter(ctx, "client_assertion").is_none()
                && ctx.header("authorization").is_none();
            if is_public {
                *reply = OauthError::invalid_client(&ctx.issuer.url).into_reply();
            }
        }),
    ),
    fault(
        "revocation.rotated_token_refused",
        &["RFC7009-2.2-3"],
        "a refresh token that was rotated is answered with invalid_grant",
        answer(|ctx, reply| {
            let Some(token) = parameter(ctx, "token") else {
                return;
            };
            let found = RefreshToken::read(&ctx.issuer.seal, &token);
            if found.is_some_and(|token| token.is_used(&ctx.issuer.store())) {
                refuse(reply, "invalid_grant");
            }
        }),
    ),
    fault(
        "revocation.token_optional",
        &["RFC7009-2.2.1-1"],
        "a request without token is answered with 200",
        Break::Omit(Check::RevocationTokenRequired),
    ),
    fault(
        "revocation.unknown_hint_refused",
        &["RFC7009-2.2-1"],
        "an unknown token_type_hint is answered with unsupported_token_type",
        answer(|ctx, reply| {
            let hint = parameter(ctx, "token_type_hint");
            if hint.is_some_and(|hint| hint != "access_token" && hint != "refresh_token") {
                refuse(reply, "unsupported_token_type");
            }
        }),
    ),
    fault(
        "revocation.unknown_token_refused",
        &["RFC7009-2.2-2"],
        "an unknown token is answered with an error",
        answer(|ctx, reply| {
            let is_unknown =
                |token: &str| !is_access_token(ctx, token) && !is_refresh_token(ctx, token);
            if parameter(ctx, "token").is_some_and(|token| is_unknown(&token)) {
                refuse(reply, "invalid_token");
            }
        }),
    ),
    fault(
        "revocation.wrong_secret_status",
        &["RFC7009-2.1-3", "RFC7009-2.1-4"],
        "a client that fails to authenticate is told invalid_request",
        Break::Error(&[Endpoint::Revoke], |_, error| {
            if error.status == StatusCode::UNAUTHORIZED {
                *error = OauthError::invalid_request("the client is not known");
            }
        }),
    ),
];
