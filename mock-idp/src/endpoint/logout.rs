//! RP-initiated logout (<https://openid.net/specs/openid-connect-rpinitiated-1_0.html>).

use std::sync::Arc;

use http::StatusCode;
use url::form_urlencoded;

use super::browser::Browser;
use super::flow;
use crate::accounts::POST_LOGOUT_REDIRECT_URIS;
use crate::context::Context;
use crate::fault::Check;
use crate::id_token;
use crate::jws::Parsed;
use crate::pages;
use crate::params::Params;
use crate::redirect_uri;
use crate::reply::Reply;
use crate::route::Endpoint;
use crate::store::{Client, LogoutRequest};
use crate::users;

/// The parameters that this endpoint knows; none may come twice.
const KNOWN: [&str; 6] = [
    "id_token_hint",
    "logout_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "ui_locales",
];
/// How long the page waits for its answer, in seconds.
const PAGE_LIFETIME: u64 = 600;

/// Answers a logout request, by GET or POST: logs out at once when the hint is an ID token of this very session, else
/// asks the user first.
pub(super) fn answer(ctx: &Context<'_>) -> Reply {
    let params = match ctx.params() {
        Ok(params) => params,
        Err(error) => return flow::error_page(ctx, &error.description),
    };
    let browser = Browser::of(ctx);
    match read(ctx, &params, &browser) {
        // Whatever is wrong with the request, the user may want to leave; the client is not told.
        Err(problem) => flow::error_page(ctx, problem),
        Ok(request) => match &browser.session {
            None if ctx.omits(Check::LogoutWithoutSession) => {
                flow::error_page(ctx, "Nobody is logged in.")
            }
            None => done(ctx, browser, &request),
            Some(_) if request.needs_no_answer => done(ctx, browser, &request),
            Some(_) => ask(ctx, &browser, request),
        },
    }
}

/// Answers the page that asks.
pub(super) fn confirm(ctx: &Context<'_>) -> Reply {
    let Ok(form) = ctx.form() else {
        return flow::error_page(ctx, "The form is not readable.");
    };
    let resumed = form.get("interaction").and_then(|id| {
        let id = id.to_owned();
        let mut store = ctx.issuer.store();
        let request = store.logouts.get(&id, ctx.now)?;
        let is_own = Browser::is(ctx, &request.browser) && form.get("csrf") == Some(&request.csrf);
        if is_own || ctx.omits(Check::Csrf) {
            store.logouts.remove(&id)
        } else {
            None
        }
    });
    let Some(request) = resumed else {
        return flow::error_page(
            ctx,
            "This logout is not known or is over. Please start again.",
        );
    };
    if form.get("action") != Some("logout") {
        return flow::shown(
            ctx,
            StatusCode::OK,
            pages::message("Logged in", "You are still logged in."),
        );
    }
    done(ctx, Browser::of(ctx), &request)
}

/// The hint, if it is an ID token of this issuer.
fn hint<'t>(ctx: &Context<'_>, text: &'t str) -> Option<Parsed<'t>> {
    if let Some(token) = id_token::read_hint(ctx, text) {
        return Some(token);
    }
    let token = Parsed::read(text)?;
    let is_ours = token.text("iss") == Some(&ctx.issuer.url);
    let is_taken = ctx.omits(Check::LogoutHint)
        || ctx.omits(Check::LogoutHintUnsigned) && is_ours && token.alg() == Some("none")
        || ctx.omits(Check::LogoutHintIssuer) && !is_ours;
    is_taken.then_some(token)
}

fn read(
    ctx: &Context<'_>,
    params: &Params,
    browser: &Browser,
) -> Result<LogoutRequest, &'static str> {
    if params.repeated(&KNOWN).is_some() {
        return Err("A parameter came twice.");
    }
    if let Some(problem) = ctx.demands_of_logout(params) {
        return Err(problem);
    }
    let hint = match params.get("id_token_hint") {
        None => None,
        Some(text) => {
            Some(hint(ctx, text).ok_or("id_token_hint is not an ID token of this issuer.")?)
        }
    };
    let issued_to = hint.as_ref().and_then(|token| token.text("aud"));
    let named = params.get("client_id");
    if issued_to.is_some()
        && named.is_some()
        && issued_to != named
        && !ctx.omits(Check::LogoutClient)
    {
        return Err("id_token_hint was issued to another client.");
    }
    let client = match issued_to.or(named) {
        Some(id) => Some(ctx.client(id).ok_or("The client is not known.")?),
        None => None,
    };
    let target = target(ctx, params, client.as_ref())?;
    // The hint speaks of this session, not only of this user.
    let is_of_session = browser.session.as_ref().is_some_and(|(_, session)| {
        let claim = |name: &str| hint.as_ref().and_then(|token| token.text(name));
        claim("sub") == Some(&session.sub) && claim("sid") == Some(&session.sid)
    });
    Ok(LogoutRequest {
        target,
        state: params.get("state").map(str::to_owned),
        browser: browser.id.clone(),
        csrf: ctx.random(),
        needs_no_answer: is_of_session
            || hint.is_some() && ctx.omits(Check::LogoutHintUser)
            || client.is_none() && ctx.omits(Check::LogoutRedirectNeedsClient)
            || ctx.omits(Check::LogoutConfirmation)
            || ctx.config.auto_approve,
    })
}

/// Where the user goes afterwards: a URI that the client registered. Which client that is says the hint or `client_id`,
/// and the latter is anybody's to send, so that the user is asked first.
fn target(
    ctx: &Context<'_>,
    params: &Params,
    client: Option<&Arc<Client>>,
) -> Result<Option<String>, &'static str> {
    let Some(uri) = params.get("post_logout_redirect_uri") else {
        let unasked = ctx.omits(Check::LogoutRedirectAsked);
        return Ok(unasked.then(|| POST_LOGOUT_REDIRECT_URIS[0].to_owned()));
    };
    let of_any_client = || {
        let store = ctx.issuer.store();
        store
            .clients()
            .any(|client| redirect_uri::is_registered_post_logout(client, uri))
    };
    let is_registered = match client {
        Some(client) => {
            redirect_uri::is_registered_post_logout(client, uri)
                || ctx.omits(Check::LogoutRedirectUriOfClient) && of_any_client()
                || client
                    .post_logout_redirect_uris
                    .iter()
                    .any(|own| ctx.confuses_post_logout(own, uri))
        }
        None if ctx.omits(Check::LogoutRedirectNeedsClient) => of_any_client(),
        None => return Err("post_logout_redirect_uri needs id_token_hint or client_id."),
    };
    if is_registered || ctx.omits(Check::LogoutRedirectUri) && redirect_uri::is_absolute(uri) {
        Ok(Some(uri.to_owned()))
    } else {
        Err("post_logout_redirect_uri is not one of the client's.")
    }
}

fn ask(ctx: &Context<'_>, browser: &Browser, request: LogoutRequest) -> Reply {
    let id = ctx.random();
    let hidden = [
        ("interaction", id.as_str()),
        ("csrf", request.csrf.as_str()),
    ];
    let username = browser
        .session
        .as_ref()
        .and_then(|(_, session)| users::by_sub(&session.sub))
        .map_or("", |user| user.username);
    let html = pages::logout(&ctx.url("/confirm-logout"), &hidden, username);
    ctx.issuer
        .store()
        .logouts
        .insert(id.clone(), request, ctx.now + PAGE_LIFETIME, ctx.now);
    let mut reply = flow::shown(ctx, StatusCode::OK, html);
    browser.set_cookies(ctx, &mut reply);
    reply
}

fn done(ctx: &Context<'_>, mut browser: Browser, request: &LogoutRequest) -> Reply {
    let is_confirmed = ctx.endpoint == Endpoint::LogoutConfirm;
    let is_kept = ctx.omits(Check::LogoutEndsSession)
        || is_confirmed && ctx.omits(Check::LogoutEndsConfirmedSession);
    if !is_kept {
        browser.log_out(ctx);
    }
    let mut reply = match &request.target {
        None => flow::shown(
            ctx,
            StatusCode::OK,
            pages::message("Logged out", "You are logged out."),
        ),
        Some(uri) => {
            let mut location = uri.clone();
            if let Some(state) = &request.state {
                location.push(if uri.contains('?') { '&' } else { '?' });
                location.push_str("state=");
                location.extend(form_urlencoded::byte_serialize(state.as_bytes()));
            }
            let mut reply = Reply::see_other(&location);
            reply.set(http::header::CACHE_CONTROL, "no-store");
            reply
        }
    };
    browser.set_cookies(ctx, &mut reply);
    reply
}
