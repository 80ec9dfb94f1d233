//! Faults of UserInfo.

use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{Break, Check, Document, Fault, Spoiler};
use crate::context::Context;
use crate::oauth_error::OauthError;
use crate::reply::Reply;
use crate::route::Endpoint;

const fn fault(
    id: &'static str,
    breaks: &'static [&'static str],
    summary: &'static str,
    break_: Break,
) -> Fault {
    Fault::new(id, breaks, summary, break_).needing("userinfo")
}

const fn claims(spoiler: Spoiler<Map<String, Value>>) -> Break {
    Break::Json(Document::Userinfo, spoiler)
}

const fn error(spoiler: Spoiler<OauthError>) -> Break {
    Break::Error(&[Endpoint::Userinfo], spoiler)
}

const fn answer(spoiler: Spoiler<Reply>) -> Break {
    Break::Answer(&[Endpoint::Userinfo], spoiler)
}

/// Refuses what would have been granted.
fn refuse(ctx: &Context<'_>, reply: &mut Reply) {
    *reply = OauthError::no_token(&ctx.issuer.url).into_reply();
}

/// Changes a response that is a JWT.
fn change_jwt(reply: &mut Reply, change: fn(&mut String)) {
    let media_type = reply.response.headers().get(CONTENT_TYPE);
    if media_type.is_some_and(|value| value == "application/jwt") {
        let mut token = String::from_utf8_lossy(reply.response.body()).into_owned();
        change(&mut token);
        *reply.response.body_mut() = token.into();
    }
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "userinfo.access_denied",
        &["RFC6750-3.1-3", "RFC6750-3.1-4", "RFC6750-3.1-7"],
        "a bad token is refused with error=access_denied",
        error(|ctx, error| {
            if error.error.as_deref() == Some("invalid_token") {
                *error = OauthError::bearer(
                    StatusCode::UNAUTHORIZED,
                    &ctx.issuer.url,
                    "access_denied",
                    "the access token is bad",
                );
            }
        }),
    ),
    fault(
        "userinfo.address_string",
        &["OIDCC-5.1-1"],
        "address is a string",
        Break::Set(Document::Userinfo, "address", || {
            json!("1 Looking-Glass Lane")
        }),
    ),
    fault(
        "userinfo.body_of_any_request",
        &["RFC6750-2.2-2"],
        "a token in the body of a GET or of a multipart request is taken",
        Break::Omit(Check::UserinfoBodyToken),
    ),
    fault(
        "userinfo.challenge_characters",
        &["RFC6750-3-3"],
        "error_description in the challenge holds double quotes",
        answer(|_, reply| {
            if reply.response.status() == StatusCode::UNAUTHORIZED {
                reply.set(
                    WWW_AUTHENTICATE,
                    "Bearer error=\"invalid_token\", error_description=\"the \\\"token\\\" is bad\"",
                );
            }
        }),
    ),
    fault(
        "userinfo.challenge_missing",
        &["RFC6750-3-1", "RFC6750-3-2"],
        "401 without a challenge",
        error(|_, error| error.challenge = None),
    ),
    fault(
        "userinfo.challenge_realm_twice",
        &["RFC6750-3-3"],
        "the challenge has realm twice",
        error(|_, error| {
            if let Some(challenge) = &mut error.challenge {
                challenge.push_str(", realm=\"another\"");
            }
        }),
    ),
    fault(
        "userinfo.challenge_without_parameters",
        &["RFC6750-3-1", "RFC6750-3-2"],
        "the challenge is the word Bearer alone",
        error(|_, error| error.challenge = Some("Bearer".to_owned())),
    ),
    fault(
        "userinfo.content_type_text",
        &["OIDCC-5.3.2-3"],
        "the claims come as text/plain",
        answer(|_, reply| {
            if reply.response.status() == StatusCode::OK {
                reply.set(CONTENT_TYPE, "text/plain");
            }
        }),
    ),
    fault(
        "userinfo.email_verified_string",
        &["OIDCC-5.1-1"],
        "email_verified is a string",
        Break::Set(Document::Userinfo, "email_verified", || json!("true")),
    ),
    fault(
        "userinfo.empty_claim",
        &["OIDCC-5.3.2-4"],
        "a claim without a value is an empty string",
        Break::Set(Document::Userinfo, "nickname", || json!("")),
    ),
    fault(
        "userinfo.error_without_token",
        &["RFC6750-3.1-2"],
        "the challenge has an error code although no token was sent",
        error(|_, error| {
            if error.error.is_none()
                && let Some(challenge) = &mut error.challenge
            {
                challenge.push_str(", error=\"invalid_token\"");
            }
        }),
    ),
    fault(
        "userinfo.essential_name_missing",
        &["OIDCC-5.5.1-2"],
        "name never comes, whether or not it was asked for as essential",
        Break::Drop(Document::Userinfo, "name"),
    ),
    fault(
        "userinfo.expired_token_taken",
        &["RFC6749-7-1", "RFC6750-3.1-3"],
        "an access token never expires",
        Break::Omit(Check::AccessTokenExpiry),
    ),
    fault(
        "userinfo.forbidden_without_challenge",
        &[
            "RFC6750-3-1",
            "RFC6750-3-2",
            "RFC6750-3.1-3",
            "RFC6750-3.1-4",
            "RFC6750-3.1-7",
        ],
        "no token or a bad one is refused with 403 and no challenge",
        error(|_, error| {
            error.status = StatusCode::FORBIDDEN;
            error.challenge = None;
            error.error = Some("forbidden".into());
        }),
    ),
    fault(
        "userinfo.get_refused",
        &["OIDCC-5.3-1"],
        "GET is not taken",
        answer(|ctx, reply| {
            if ctx.request.method() == Method::GET {
                *reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
            }
        }),
    ),
    fault(
        "userinfo.header_refused",
        &["OIDCC-5.3-2"],
        "a token in the Authorization header is not seen",
        answer(|ctx, reply| {
            if ctx.header("authorization").is_some() {
                refuse(ctx, reply);
            }
        }),
    ),
    fault(
        "userinfo.id_token_taken",
        &["RFC8725-3.12-1"],
        "an ID token is taken for an access token",
        Break::Omit(Check::UserinfoTokenType),
    ),
    fault(
        "userinfo.malformed_request_forbidden",
        &["RFC6750-3.1-1", "RFC6750-3.1-6"],
        "a malformed request is refused with 403 and error=access_denied",
        error(|ctx, error| {
            if error.error.as_deref() == Some("invalid_request") {
                let (status, why) = (StatusCode::FORBIDDEN, "malformed");
                *error = OauthError::bearer(status, &ctx.issuer.url, "access_denied", why);
            }
        }),
    ),
    fault(
        "userinfo.no_claims",
        &["OIDCC-5.4-1"],
        "sub is all that comes, whatever the scope",
        claims(|_, claims| claims.retain(|name, _| name == "sub")),
    ),
    fault(
        "userinfo.null_claim",
        &["OIDCC-5.3.2-4", "OIDCC-13.3-1"],
        "a claim without a value is null",
        Break::Set(Document::Userinfo, "zoneinfo", || Value::Null),
    ),
    fault(
        "userinfo.post_refused",
        &["OIDCC-5.3-1"],
        "POST is not taken",
        answer(|ctx, reply| {
            if ctx.request.method() == Method::POST {
                *reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
            }
        }),
    ),
    fault(
        "userinfo.query_token_taken",
        &["RFC6750-2.3-1"],
        "a token in the query is taken, and the answer is not marked private",
        Break::Omit(Check::UserinfoQueryToken),
    ),
    fault(
        "userinfo.revoked_token_taken",
        &["RFC7009-2-3"],
        "a revoked access token is taken until it expires",
        Break::Omit(Check::AccessTokenRevoked),
    ),
    fault(
        "userinfo.scheme_case",
        &["RFC9110-11.1-1"],
        "the scheme is taken as Bearer alone, not as bearer",
        answer(|ctx, reply| {
            let scheme = ctx.header("authorization").unwrap_or_default();
            if !scheme.is_empty() && !scheme.starts_with("Bearer") {
                refuse(ctx, reply);
            }
        }),
    ),
    fault(
        "userinfo.scope_ignored",
        &["RFC6750-3.1-5"],
        "a token without the scope openid is taken",
        Break::Omit(Check::UserinfoScope),
    ),
    fault(
        "userinfo.signature_forged",
        &["OIDCR-2-12"],
        "the signature of a signed response does not verify",
        answer(|_, reply| {
            change_jwt(reply, |token| {
                let signature = token.rfind('.').unwrap_or_default() + 1;
                let first = token[signature..].starts_with('A');
                let other = if first { "B" } else { "A" };
                token.replace_range(signature..=signature, other);
            });
        }),
    ),
    fault(
        "userinfo.signed_alg_none",
        &["OIDCR-2-12"],
        "a signed response has no signature, and says so",
        answer(|_, reply| {
            change_jwt(reply, |token| {
                let claims = token.split('.').nth(1).unwrap_or_default();
                // {"alg":"none"}
                *token = format!("eyJhbGciOiJub25lIn0.{claims}.");
            });
        }),
    ),
    fault(
        "userinfo.signed_as_json",
        &["OIDCC-5.3.2-2", "OIDCC-5.3.2-3"],
        "a signed response comes as application/json",
        answer(|_, reply| {
            let is_jwt = reply.response.headers().get(CONTENT_TYPE);
            if is_jwt.is_some_and(|value| value == "application/jwt") {
                reply.set(CONTENT_TYPE, "application/json");
            }
        }),
    ),
    fault(
        "userinfo.signed_aud_wrong",
        &["OIDCC-5.3.2-2"],
        "aud of a signed response is another client",
        Break::Set(Document::SignedUserinfo, "aud", || json!("another-client")),
    ),
    fault(
        "userinfo.signed_iss_missing",
        &["OIDCC-5.3.2-2"],
        "a signed response has no iss",
        Break::Drop(Document::SignedUserinfo, "iss"),
    ),
    fault(
        "userinfo.sub_missing",
        &["OIDCC-5.3.2-1", "OIDCC-5.3.2-6"],
        "sub is missing",
        Break::Drop(Document::Userinfo, "sub"),
    ),
    fault(
        "userinfo.two_tokens_taken",
        &["RFC6750-3.1-1"],
        "a token in the header and one in the body are taken at once",
        Break::Omit(Check::UserinfoTokenOnce),
    ),
    fault(
        "userinfo.updated_at_string",
        &["OIDCC-5.1-1"],
        "updated_at is a date, not a number",
        Break::Set(Document::Userinfo, "updated_at", || {
            json!("2026-01-01T00:00:00Z")
        }),
    ),
    fault(
        "userinfo.wrong_sub",
        &["OIDCC-5.3.2-6"],
        "sub is another one than in the ID token",
        Break::Set(Document::Userinfo, "sub", || json!("somebody-else")),
    ),
];
