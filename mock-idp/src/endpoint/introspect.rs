//! Token introspection (<https://www.rfc-editor.org/rfc/rfc7662>).

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::revoke::KNOWN;
use crate::client_auth;
use crate::context::Context;
use crate::fault::{Check, Document};
use crate::oauth_error::OauthError;
use crate::params::Params;
use crate::reply::Reply;
use crate::store::{Client, Grant};
use crate::token::{AccessToken, RefreshToken};
use crate::users;

/// Tells a client about its own tokens. Of all others it learns that they are not active, and nothing else.
pub(super) fn answer(ctx: &Context<'_>) -> Result<Reply, OauthError> {
    let params = ctx.form()?;
    if params.repeated(&KNOWN).is_some() {
        return Err(OauthError::invalid_request("a parameter came twice"));
    }
    // A token of a user is no right to ask (https://www.rfc-editor.org/rfc/rfc7662#section-2.3).
    if ctx.authorization("Bearer").is_some() && !ctx.omits(Check::IntrospectionAuthentication) {
        let description = "an access token gives no right to introspect";
        return Err(OauthError::bearer(
            StatusCode::UNAUTHORIZED,
            &ctx.issuer.url,
            "invalid_token",
            description,
        ));
    }
    let client = match client_auth::authenticate(ctx, &params) {
        // A public client proves nothing.
        Ok(client) if !client.is_public() || client.open => Some(client),
        _ if ctx.omits(Check::IntrospectionAuthentication) => None,
        Ok(_) => return Err(OauthError::invalid_client(&ctx.issuer.url)),
        Err(error) => return Err(error),
    };
    let token = match params.get("token") {
        Some(token) => token,
        None if ctx.omits(Check::IntrospectionTokenRequired) => "",
        None => return Err(OauthError::invalid_request("token is missing")),
    };
    let mut document = state(ctx, client.as_deref(), &params, token).unwrap_or_else(|| {
        let mut inactive = Map::new();
        inactive.insert("active".to_owned(), Value::Bool(false));
        inactive
    });
    ctx.spoil_json(Document::Introspection, &mut document);
    Ok(Reply::json(StatusCode::OK, &document).uncached())
}

/// What is known of a token.
struct Known {
    grant: Arc<Grant>,
    scope: Option<Vec<String>>,
    issued_at: u64,
    expires: u64,
    is_access_token: bool,
}

fn state(
    ctx: &Context<'_>,
    client: Option<&Client>,
    params: &Params,
    token: &str,
) -> Option<Map<String, Value>> {
    let only = params
        .get("token_type_hint")
        .filter(|_| ctx.omits(Check::IntrospectionHint));
    let known = if only.is_none_or(|hint| hint == "access_token") {
        of_access_token(ctx, token)
    } else {
        None
    };
    let known = known.or_else(|| {
        only.is_none_or(|hint| hint == "refresh_token")
            .then(|| of_refresh_token(ctx, token))?
    })?;
    let is_own = client.is_none_or(|client| client.id == known.grant.client_id || client.open);
    let is_alive = ctx.now < known.expires || ctx.omits(Check::IntrospectionExpiry);
    let may_tell = is_own || ctx.omits(Check::IntrospectionClient);
    (may_tell && is_alive).then(|| describe(ctx, &known))
}

fn of_access_token(ctx: &Context<'_>, token: &str) -> Option<Known> {
    let token = AccessToken::read(ctx, token)?;
    let even_revoked = ctx.omits(Check::IntrospectionRevoked);
    let grant = token.grant(ctx, &ctx.issuer.store(), even_revoked)?;
    Some(Known {
        grant,
        scope: Some(token.scope),
        issued_at: token.issued_at,
        expires: token.expires,
        is_access_token: true,
    })
}

fn of_refresh_token(ctx: &Context<'_>, token: &str) -> Option<Known> {
    let token = RefreshToken::read(&ctx.issuer.seal, token)?;
    let store = ctx.issuer.store();
    let grant = if ctx.omits(Check::IntrospectionRevoked) {
        store.grant_even_revoked(token.grant)
    } else {
        let is_revoked = token.is_revoked(ctx, &store);
        store.grant(token.grant).filter(|_| !is_revoked)
    };
    Some(Known {
        grant: grant.filter(|_| !token.is_used(&store))?,
        scope: token.scope,
        issued_at: token.issued_at,
        expires: token.expires,
        is_access_token: false,
    })
}

fn describe(ctx: &Context<'_>, known: &Known) -> Map<String, Value> {
    let grant = &known.grant;
    let mut document = Map::new();
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("active", Value::Bool(true));
    put("iss", json!(ctx.issuer.url));
    put("client_id", json!(grant.client_id));
    put(
        "scope",
        json!(known.scope.as_ref().unwrap_or(&grant.scope).join(" ")),
    );
    put("iat", json!(known.issued_at));
    put("exp", json!(known.expires));
    if known.is_access_token {
        put("token_type", json!("Bearer"));
        put("aud", json!(ctx.issuer.url));
    }
    match &grant.authentication {
        Some(authentication) => {
            put("sub", json!(authentication.sub));
            if let Some(user) = users::by_sub(&authentication.sub) {
                put("username", json!(user.username));
            }
        }
        None => {
            put("sub", json!(grant.client_id));
        }
    }
    document
}
