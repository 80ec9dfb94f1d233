//! Token revocation (<https://www.rfc-editor.org/rfc/rfc7009>).

use http::StatusCode;

use crate::client_auth;
use crate::context::Context;
use crate::fault::Check;
use crate::oauth_error::OauthError;
use crate::params::Params;
use crate::reply::Reply;
use crate::store::Client;
use crate::token::{AccessToken, RefreshToken};

/// The parameters that this endpoint and introspection know; none may come twice.
pub(super) const KNOWN: [&str; 6] = [
    "token",
    "token_type_hint",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// Takes a token back. A token that is not known is one that is revoked already: the answer is the same.
pub(super) fn answer(ctx: &Context<'_>) -> Result<Reply, OauthError> {
    let params = if ctx.request.method() == http::Method::GET {
        ctx.query()?
    } else {
        ctx.form()?
    };
    if params.repeated(&KNOWN).is_some() {
        return Err(OauthError::invalid_request("a parameter came twice"));
    }
    let client = if ctx.omits(Check::RevocationAuthentication) {
        client_auth::authenticate(ctx, &params).ok()
    } else {
        Some(client_auth::authenticate(ctx, &params)?)
    };
    match params.get("token") {
        Some(token) => revoke(ctx, client.as_deref(), &params, token)?,
        None if ctx.omits(Check::RevocationTokenRequired) => {}
        None => return Err(OauthError::invalid_request("token is missing")),
    }
    Ok(Reply::empty(StatusCode::OK).uncached())
}

fn revoke(
    ctx: &Context<'_>,
    client: Option<&Client>,
    params: &Params,
    token: &str,
) -> Result<(), OauthError> {
    // A hint only says where to look first (https://www.rfc-editor.org/rfc/rfc7009#section-2.1).
    let only = params
        .get("token_type_hint")
        .filter(|_| ctx.omits(Check::RevocationHint));
    let refresh = RefreshToken::read(&ctx.issuer.seal, token)
        .filter(|_| only.is_none_or(|hint| hint == "refresh_token"));
    let access = if refresh.is_none() && only.is_none_or(|hint| hint == "access_token") {
        AccessToken::read(ctx, token)
    } else {
        None
    };
    let mut store = ctx.issuer.store();
    let grant = match (&refresh, &access) {
        (Some(refresh), _) => store.grant(refresh.grant),
        (None, Some(access)) => access.grant(ctx, &store, false),
        (None, None) => None,
    };
    let Some(grant) = grant else {
        return Ok(());
    };
    if client.is_some_and(|client| client.id != grant.client_id)
        && !ctx.omits(Check::RevocationClient)
    {
        return Err(OauthError::invalid_grant(
            "the token was issued to another client",
        ));
    }
    if ctx.omits(Check::RevocationEffect) {
        return Ok(());
    }
    let (id, expires) = match (refresh, access) {
        (Some(refresh), _) => {
            if ctx.omits(Check::RevocationPredecessor) {
                store.rotate_back(refresh.grant);
            } else if !ctx.omits(Check::RevocationCascade) {
                // The access tokens of the same grant go with it.
                store.revoke_grant(refresh.grant);
            }
            (refresh.revocation_id(), refresh.expires)
        }
        (None, Some(access)) => (access.id, access.expires),
        (None, None) => return Ok(()),
    };
    store.revoked.insert(id, (), expires, ctx.now);
    Ok(())
}
