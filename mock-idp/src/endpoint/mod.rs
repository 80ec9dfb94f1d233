//! The endpoints, one file each.

mod account;
mod authorize;
mod browser;
mod consent;
mod flow;
mod introspect;
mod jwks;
mod login;
mod logout;
mod metadata;
mod register;
mod revoke;
mod token;
mod userinfo;

pub(crate) use metadata::ASSERTION_ALGS;

use http::StatusCode;
use http::header::ALLOW;

use crate::context::Context;
use crate::oauth_error::OauthError;
use crate::pages;
use crate::reply::Reply;
use crate::route::Endpoint;

/// Answers a request whose method the endpoint takes. An error is one that a client reads.
pub(crate) fn answer(ctx: &Context<'_>) -> Result<Reply, OauthError> {
    match ctx.endpoint {
        Endpoint::OpenidConfiguration
        | Endpoint::AuthorizationServerMetadata
        | Endpoint::MisplacedMetadata => Ok(metadata::answer(ctx)),
        Endpoint::Jwks => Ok(jwks::answer(ctx)),
        Endpoint::Authorize => Ok(authorize::answer(ctx)),
        Endpoint::Login => Ok(login::answer(ctx)),
        Endpoint::Account => Ok(account::answer(ctx)),
        Endpoint::Consent => Ok(consent::answer(ctx)),
        Endpoint::Token => token::answer(ctx),
        Endpoint::Userinfo => userinfo::answer(ctx),
        Endpoint::Revoke => revoke::answer(ctx),
        Endpoint::Introspect => introspect::answer(ctx),
        Endpoint::Logout => Ok(logout::answer(ctx)),
        Endpoint::LogoutConfirm => Ok(logout::confirm(ctx)),
        Endpoint::Register => register::register(ctx),
        Endpoint::ClientConfiguration => register::manage(ctx),
    }
}

/// Answers a request whose method the endpoint does not take.
pub(crate) fn method_not_allowed(ctx: &Context<'_>) -> Reply {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let reply = if ctx.endpoint.is_page() {
        flow::shown(
            ctx,
            status,
            pages::error("This address takes no such request."),
        )
    } else {
        let error = OauthError::invalid_request("the endpoint does not take this method");
        OauthError { status, ..error }.into_reply()
    };
    reply.with(ALLOW, ctx.endpoint.methods())
}
