//! `grant_type=client_credentials` (<https://www.rfc-editor.org/rfc/rfc6749#section-4.4>).

use serde_json::{Map, Value};

use super::token_response::Issued;
use crate::context::Context;
use crate::fault::Check;
use crate::oauth_error::OauthError;
use crate::params::Params;
use crate::store::{Client, Grant};
use crate::token::{ACCESS_TOKEN_LIFETIME, AccessToken};

/// What a client may ask for on its own behalf. The values of OpenID Connect are about users.
const SCOPES: [&str; 1] = ["api"];

/// Grants a client access on its own behalf; there is neither an ID token nor a refresh token.
pub(crate) fn grant(
    ctx: &Context<'_>,
    client: &Client,
    params: &Params,
) -> Result<Map<String, Value>, OauthError> {
    if client.is_public() && !client.open && !ctx.omits(Check::ClientCredentialsPublic) {
        return Err(OauthError::new(
            "unauthorized_client",
            "a public client has no credentials",
        ));
    }
    let scope: Vec<String> = match params.get("scope") {
        None => SCOPES.map(str::to_owned).to_vec(),
        Some(asked) => asked.split(' ').map(str::to_owned).collect(),
    };
    let is_allowed = scope.iter().all(|value| SCOPES.contains(&value.as_str())) || client.open;
    if !is_allowed && !ctx.omits(Check::ClientCredentialsScope) {
        return Err(OauthError::new(
            "invalid_scope",
            "the scope is not one that a client may have for itself",
        ));
    }
    let grant = Grant {
        client_id: client.id.clone(),
        scope,
        authentication: None,
        issued_at: ctx.now,
        expires: ctx.now + ACCESS_TOKEN_LIFETIME,
    };
    // The token says it all: nothing is kept.
    let access_token = AccessToken::issue(ctx, None, &grant, &grant.scope);
    let issued = Issued {
        client,
        grant: &grant,
        access_token,
        refresh_token: None,
        scope: grant.scope.clone(),
        issued_by: None,
    };
    Ok(issued.into_response(ctx))
}
