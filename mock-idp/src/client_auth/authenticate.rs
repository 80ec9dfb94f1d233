//! Which client a request is from, and whether it is.

use std::sync::Arc;

use http::StatusCode;

use super::assertion;
use super::presented::Presented;
use crate::context::Context;
use crate::fault::Check;
use crate::oauth_error::OauthError;
use crate::params::Params;
use crate::store::{Client, ClientAuth};

/// So many wrong secrets one after another shut a client out for a while.
const MOST_FAILURES: u32 = 50;
/// How long wrong secrets are remembered after the last one, in seconds.
const FAILURE_MEMORY: u64 = 5;

/// The client of a request. A client that is not known gets the same answer as one with a wrong secret.
pub(crate) fn authenticate(ctx: &Context<'_>, params: &Params) -> Result<Arc<Client>, OauthError> {
    let failed = || OauthError::invalid_client(&ctx.issuer.url);
    let presented = Presented::read(ctx, params)?;
    let (id, method) = match &presented {
        Presented::Basic { id, .. } => (id.clone(), ClientAuth::Basic),
        Presented::Post { id, .. } => (id.clone(), ClientAuth::Post),
        Presented::Assertion { id, jwt } => {
            assertion::claimed(ctx, id.as_deref(), jwt).ok_or_else(failed)?
        }
        Presented::Id(id) => (id.clone(), ClientAuth::None),
        Presented::Nothing if ctx.omits(Check::PublicClientId) => {
            (of_code(ctx, params).ok_or_else(failed)?, ClientAuth::None)
        }
        Presented::Nothing => return Err(failed()),
    };
    let client = ctx.client(&id).ok_or_else(failed)?;
    if client.open || ctx.omits(Check::ClientAuthentication) {
        return Ok(client);
    }
    refuse_guessing(ctx, &client)?;
    let is_registered_method = client.auth == method
        || ctx.omits(Check::ClientAuthMethod) && client.auth.uses_secret() && method.uses_secret();
    let proves = is_registered_method
        && match &presented {
            Presented::Basic { secret, .. } | Presented::Post { secret, .. } => {
                ctx.omits(Check::ClientSecret)
                    || client
                        .secret
                        .as_deref()
                        .is_some_and(|own| is_same(own, secret))
            }
            Presented::Assertion { jwt, .. } => assertion::verify(ctx, &client, jwt),
            Presented::Id(_) => client.is_public(),
            Presented::Nothing => client.is_public(),
        };
    // A key cannot be guessed.
    if client.auth.uses_secret() {
        remember(ctx, &client, proves);
    }
    if proves { Ok(client) } else { Err(failed()) }
}

/// What a careless server does: it takes a code for a proof.
fn of_code(ctx: &Context<'_>, params: &Params) -> Option<String> {
    let store = ctx.issuer.store();
    let code = store.codes.get(&params.get("code")?.to_owned(), ctx.now)?;
    Some(store.grant(code.grant)?.client_id.clone())
}

/// Compares without telling by the time where the first difference is.
fn is_same(left: &str, right: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}

/// Slows down who tries secrets (<https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1>).
fn refuse_guessing(ctx: &Context<'_>, client: &Client) -> Result<(), OauthError> {
    let failures = ctx
        .issuer
        .store()
        .failures
        .get(&client.id, ctx.now)
        .copied()
        .unwrap_or(0);
    if failures < MOST_FAILURES || ctx.omits(Check::ClientSecretRate) {
        return Ok(());
    }
    Err(OauthError {
        status: StatusCode::TOO_MANY_REQUESTS,
        retry_after: Some(FAILURE_MEMORY),
        ..OauthError::new("temporarily_unavailable", "too many wrong credentials")
    })
}

fn remember(ctx: &Context<'_>, client: &Client, succeeded: bool) {
    let mut store = ctx.issuer.store();
    if succeeded {
        store.failures.remove(&client.id);
    } else {
        let failures = store
            .failures
            .get(&client.id, ctx.now)
            .copied()
            .unwrap_or(0)
            + 1;
        store.failures.insert(
            client.id.clone(),
            failures,
            ctx.now + FAILURE_MEMORY,
            ctx.now,
        );
    }
}
