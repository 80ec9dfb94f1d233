//! `grant_type=refresh_token` (<https://www.rfc-editor.org/rfc/rfc6749#section-6>), with rotation and reuse detection
//! (<https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2>).

use serde_json::{Map, Value};

use super::token_response::{Issued, Successor, new_refresh_token};
use crate::context::Context;
use crate::fault::{Check, Document};
use crate::id_token::IssuedBy;
use crate::oauth_error::OauthError;
use crate::params::Params;
use crate::scope;
use crate::store::Client;
use crate::token::{AccessToken, RefreshToken};

/// Uses a refresh token. Whatever is wrong with the request, the token stays good; only its reuse takes the grant back.
pub(crate) fn refresh(
    ctx: &Context<'_>,
    client: &Client,
    params: &Params,
) -> Result<Map<String, Value>, OauthError> {
    let text = params
        .get("refresh_token")
        .ok_or_else(|| OauthError::invalid_request("refresh_token is missing"))?;
    let unknown = || {
        OauthError::invalid_grant("the refresh token is not known, has been used or has expired")
    };

    let found = RefreshToken::read(&ctx.issuer.seal, text).ok_or_else(unknown)?;
    // Looked at and marked as used under one lock: of many requests with one token, one succeeds.
    let mut store = ctx.issuer.store();
    let grant = if ctx.omits(Check::RefreshRevoked) {
        store.grant_even_revoked(found.grant)
    } else {
        let is_revoked = found.is_revoked(ctx, &store);
        store.grant(found.grant).filter(|_| !is_revoked)
    };
    let grant = grant.ok_or_else(unknown)?;
    let is_race = ctx.omits(Check::RefreshRace) && ctx.races(store.rotation(found.grant).at);
    let is_used = found.is_used(&store) && !is_race;
    let is_replay_by_other =
        is_used && grant.client_id != client.id && ctx.omits(Check::RefreshReplayByOther);
    if grant.client_id != client.id && !is_replay_by_other && !ctx.omits(Check::RefreshClient) {
        return Err(OauthError::invalid_grant(
            "the refresh token was issued to another client",
        ));
    }
    if is_used && !is_replay_by_other && !ctx.omits(Check::RefreshSingleUse) {
        if !ctx.omits(Check::RefreshReuseRevokes) {
            store.revoke_grant(found.grant);
        }
        return Err(unknown());
    }
    if found.expires <= ctx.now && !ctx.omits(Check::RefreshExpiry) {
        return Err(unknown());
    }
    let scope = narrowed(ctx, found.scope.as_ref().unwrap_or(&grant.scope), params)?;
    let kept = if found.generation == 0 {
        Check::RefreshRotation
    } else {
        Check::RefreshRotationAgain
    };
    let rotates = !ctx.omits(Check::RefreshRotation) && !ctx.omits(kept);
    let refresh_token = if rotates {
        let keeps_less = ctx.omits(Check::RefreshKeepsScope);
        let next = Successor {
            grant: found.grant,
            generation: store.rotate(found.grant, ctx.clock),
            // The new token has the scope of the old one, whatever this request asked for.
            scope: if keeps_less {
                Some(scope.clone())
            } else {
                found.scope
            },
        };
        new_refresh_token(ctx, &mut store, client, &grant, next)
    } else {
        Some(text.to_owned())
    };
    drop(store);
    let access_token = AccessToken::issue(ctx, Some(found.grant), &grant, &scope);

    let issued = Issued {
        client,
        grant: &grant,
        access_token,
        refresh_token,
        scope,
        issued_by: Some(IssuedBy::Refresh),
    };
    let mut response = issued.into_response(ctx);
    ctx.spoil_json(Document::RefreshResponse, &mut response);
    Ok(response)
}

/// The scope of the new access token: what is asked for, which has to be within what was granted.
fn narrowed(
    ctx: &Context<'_>,
    granted: &[String],
    params: &Params,
) -> Result<Vec<String>, OauthError> {
    let Some(asked) = params.get("scope") else {
        return Ok(granted.to_vec());
    };
    if ctx.omits(Check::RefreshScope) {
        return Ok(scope::known(asked));
    }
    let values: Vec<&str> = asked.split(' ').collect();
    let is_within = values
        .iter()
        .all(|value| granted.iter().any(|own| own == value));
    let is_other = values.len() != granted.len() && ctx.omits(Check::RefreshNarrowing);
    if scope::is_well_formed(asked) && is_within && !is_other {
        let kept = granted
            .iter()
            .filter(|value| values.contains(&value.as_str()));
        Ok(kept.cloned().collect())
    } else {
        Err(OauthError::new(
            "invalid_scope",
            "the scope is not within what was granted",
        ))
    }
}
