//! `grant_type=authorization_code` (<https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3>).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::token_response::{Issued, Successor, new_refresh_token};
use crate::authorization::is_verifier;
use crate::context::Context;
use crate::fault::Check;
use crate::id_token::IssuedBy;
use crate::oauth_error::OauthError;
use crate::params::Params;
use crate::store::{Challenge, ChallengeMethod, Client, Code};
use crate::token::AccessToken;

/// How long a code lives when it lives too long, in seconds.
const LONG_LIFETIME: u64 = 3_600;

/// Redeems a code.
pub(crate) fn redeem(
    ctx: &Context<'_>,
    client: &Client,
    params: &Params,
) -> Result<Map<String, Value>, OauthError> {
    let text = params
        .get("code")
        .ok_or_else(|| OauthError::invalid_request("code is missing"))?;
    let key = text.to_owned();
    let unknown =
        || OauthError::invalid_grant("the code is not known, has been used or has expired");

    // Looked at and marked as used under one lock: of many requests with one code, one succeeds.
    let mut store = ctx.issuer.store();
    let key = if ctx.omits(Check::CodeEachCharacter) {
        resembling(store.codes.iter().map(|(code, _)| code), key)
    } else {
        key
    };
    let code = store.codes.get_expired(&key).cloned().ok_or_else(unknown)?;
    let Some(grant) = store.grant(code.grant) else {
        return Err(unknown());
    };
    if grant.client_id != client.id && !ctx.omits(Check::CodeClient) {
        return Err(OauthError::invalid_grant(
            "the code was issued to another client",
        ));
    }
    let is_race = ctx.omits(Check::CodeRace) && code.used.is_some_and(|at| ctx.races(at));
    if code.used.is_some() && !is_race && !ctx.omits(Check::CodeSingleUse) {
        if !ctx.omits(Check::CodeReuseRevokes) {
            store.revoke_grant(code.grant);
        }
        return Err(unknown());
    }
    let lives_on = ctx.omits(Check::CodeLifetime) && ctx.now < code.expires + LONG_LIFETIME;
    if code.expires <= ctx.now && !lives_on && !ctx.omits(Check::CodeExpiry) {
        return Err(unknown());
    }
    check_redirect_uri(ctx, &code, params)?;
    check_verifier(ctx, code.challenge.as_ref(), params)?;
    if let Some(entry) = store.codes.get_mut(&key) {
        entry.used.get_or_insert(ctx.clock);
    }
    let first = Successor {
        grant: code.grant,
        generation: store.rotation(code.grant).generation,
        scope: None,
    };
    let refresh_token = new_refresh_token(ctx, &mut store, client, &grant, first);
    drop(store);

    let access_token = AccessToken::issue(ctx, Some(code.grant), &grant, &grant.scope);
    let issued = Issued {
        client,
        grant: &grant,
        access_token,
        refresh_token,
        scope: grant.scope.clone(),
        issued_by: Some(IssuedBy::Code),
    };
    Ok(issued.into_response(ctx))
}

/// What a careless server finds: a code that begins alike.
fn resembling<'c>(mut codes: impl Iterator<Item = &'c String>, key: String) -> String {
    let beginning = |code: &str| code.get(..8).map(str::to_owned);
    let found = codes.find(|code| beginning(code).is_some() && beginning(code) == beginning(&key));
    found.cloned().unwrap_or(key)
}

fn check_redirect_uri(ctx: &Context<'_>, code: &Code, params: &Params) -> Result<(), OauthError> {
    match (&code.redirect_uri, params.get("redirect_uri")) {
        (Some(_), None) if !ctx.omits(Check::CodeRedirectUriRequired) => {
            Err(OauthError::invalid_grant("redirect_uri is missing"))
        }
        (Some(expected), Some(uri)) if expected != uri && !ctx.omits(Check::CodeRedirectUri) => {
            Err(OauthError::invalid_grant(
                "redirect_uri is not that of the authorization request",
            ))
        }
        _ => Ok(()),
    }
}

fn check_verifier(
    ctx: &Context<'_>,
    challenge: Option<&Challenge>,
    params: &Params,
) -> Result<(), OauthError> {
    match (challenge, params.get("code_verifier")) {
        (None, None) => Ok(()),
        (None, Some(_)) if ctx.omits(Check::PkceVerifierUnexpected) => Ok(()),
        (None, Some(_)) => Err(OauthError::invalid_grant(
            "the authorization request had no code_challenge",
        )),
        (Some(_), None) if ctx.omits(Check::PkceVerifierRequired) => Ok(()),
        (Some(_), None) => Err(OauthError::invalid_grant("code_verifier is missing")),
        (Some(challenge), Some(verifier)) => {
            let is_too_near = matches!(verifier.len(), 43 | 128);
            if is_too_near && ctx.omits(Check::PkceVerifierBounds)
                || !is_verifier(verifier) && !ctx.omits(Check::PkceVerifierSyntax)
            {
                return Err(OauthError::invalid_grant("code_verifier is malformed"));
            }
            let asks_plain = params.get("code_challenge_method") == Some("plain")
                && ctx.omits(Check::PkceMethodOfRequest);
            let computed = match challenge.method {
                ChallengeMethod::Plain => verifier.to_owned(),
                ChallengeMethod::S256 if asks_plain || ctx.omits(Check::PkceS256) => {
                    verifier.to_owned()
                }
                ChallengeMethod::S256 => {
                    let digest =
                        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
                    URL_SAFE_NO_PAD.encode(digest.as_ref())
                }
            };
            let fits = computed == challenge.value
                || verifier == challenge.value && ctx.omits(Check::PkceChallengeAsVerifier)
                || ctx.omits(Check::PkceVerifier);
            if fits {
                Ok(())
            } else {
                Err(OauthError::invalid_grant(
                    "code_verifier does not fit the code_challenge",
                ))
            }
        }
    }
}
