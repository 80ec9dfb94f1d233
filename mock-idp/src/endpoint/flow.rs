//! Carries an authorization request on, from whichever page the user has just answered.

use std::sync::Arc;

use http::StatusCode;

use super::browser::Browser;
use crate::authorization::{
    AuthorizationRequest, AuthorizationResponse, Step, grant_request, next_step, refuse_request,
};
use crate::context::Context;
use crate::fault::Check;
use crate::pages;
use crate::params::Params;
use crate::reply::Reply;
use crate::scope::OFFLINE_ACCESS;
use crate::store::Interaction;
use crate::users;

/// How long a page waits for its answer, in seconds.
const INTERACTION_LIFETIME: u64 = 600;

/// The interaction that a new authorization request begins.
pub(super) fn begin(
    ctx: &Context<'_>,
    browser: &Browser,
    request: AuthorizationRequest,
) -> Interaction {
    Interaction {
        request: Arc::new(request),
        browser: browser.id.clone(),
        csrf: ctx.random(),
        fresh_login: false,
        account_chosen: false,
    }
}

/// Takes up the interaction that the form of a page names and goes on with both; the user is told if there is none.
pub(super) fn resume(
    ctx: &Context<'_>,
    go_on: impl FnOnce(&Params, Interaction) -> Reply,
) -> Reply {
    let Ok(form) = ctx.form() else {
        return error_page(ctx, "The form is not readable.");
    };
    match interaction_of(ctx, &form) {
        Some(interaction) => go_on(&form, interaction),
        None => error_page(
            ctx,
            "This login is not known or is over. Please start again.",
        ),
    }
}

/// The interaction that a form names, if it is from the browser that began it and carries the form's token. It is
/// over unless a page follows.
fn interaction_of(ctx: &Context<'_>, form: &Params) -> Option<Interaction> {
    let id = form.get("interaction")?.to_owned();
    let mut store = ctx.issuer.store();
    let interaction = store.interactions.get(&id, ctx.now)?;
    let is_own =
        Browser::is(ctx, &interaction.browser) && form.get("csrf") == Some(&interaction.csrf);
    if !is_own && !ctx.omits(Check::Csrf) {
        return None;
    }
    store.interactions.remove(&id)
}

/// Goes on until a page is needed or the client gets its answer.
pub(super) fn advance(
    ctx: &Context<'_>,
    mut browser: Browser,
    mut interaction: Interaction,
) -> Reply {
    loop {
        let request = Arc::clone(&interaction.request);
        let session = browser.session.as_ref().map(|(_, session)| session);
        let consented = session.and_then(|session| {
            let key = (request.client.id.clone(), session.sub.clone());
            ctx.issuer.store().consents.get(&key, ctx.now).cloned()
        });
        let step = next_step(ctx, &interaction, session, consented.as_deref());
        let automatic = ctx.config.auto_approve;
        match (step, session) {
            (Step::Refuse(refusal), _) => {
                return finish(ctx, &browser, refuse_request(ctx, &request, refusal));
            }
            (Step::Grant, Some(session)) => {
                return finish(ctx, &browser, grant_request(ctx, &request, session));
            }
            (Step::Login | Step::Grant, _) if automatic => {
                browser.log_in(ctx, expected_sub(&request), request.acr_of_login());
                interaction.fresh_login = true;
            }
            (Step::ChooseAccount, _) if automatic => interaction.account_chosen = true,
            (Step::Consent, Some(_)) if automatic => return consent(ctx, &browser, &interaction),
            (step, _) => return page(ctx, &browser, interaction, &step, None),
        }
    }
}

/// The user has consented: grants the request.
pub(super) fn consent(ctx: &Context<'_>, browser: &Browser, interaction: &Interaction) -> Reply {
    const MEMORY: u64 = 365 * 24 * 3_600;
    let request = &interaction.request;
    let Some((_, session)) = &browser.session else {
        return error_page(ctx, "Your session is over. Please start again.");
    };
    let key = (request.client.id.clone(), session.sub.clone());
    let mut store = ctx.issuer.store();
    let mut scope = store
        .consents
        .get(&key, ctx.now)
        .cloned()
        .unwrap_or_default();
    // Offline access is consented to each time: it is not kept.
    scope.extend(
        request
            .scope
            .iter()
            .filter(|value| *value != OFFLINE_ACCESS)
            .cloned(),
    );
    scope.sort_unstable();
    scope.dedup();
    store.consents.insert(key, scope, ctx.now + MEMORY, ctx.now);
    drop(store);
    finish(ctx, browser, grant_request(ctx, request, session))
}

/// Sends the client its answer.
pub(super) fn finish(
    ctx: &Context<'_>,
    browser: &Browser,
    response: AuthorizationResponse,
) -> Reply {
    let mut reply = response.into_reply(ctx);
    browser.set_cookies(ctx, &mut reply);
    reply
}

/// Shows the page of a step and remembers what it is about; `problem` is what was wrong with the last answer.
pub(super) fn page(
    ctx: &Context<'_>,
    browser: &Browser,
    interaction: Interaction,
    step: &Step,
    problem: Option<&str>,
) -> Reply {
    let id = ctx.random();
    let action = |path: &str| ctx.url(path);
    let hidden = [
        ("interaction", id.as_str()),
        ("csrf", interaction.csrf.as_str()),
    ];
    let request = &interaction.request;
    let username = browser
        .session
        .as_ref()
        .and_then(|(_, session)| users::by_sub(&session.sub))
        .map_or("", |user| user.username);
    let html = match step {
        Step::ChooseAccount => pages::account(&action("/account"), &hidden, username),
        Step::Consent => pages::consent(
            &action("/consent"),
            &hidden,
            &request.client.name,
            username,
            &request.scope,
        ),
        _ => pages::login(
            &action("/login"),
            &hidden,
            request.login_hint.as_deref(),
            problem,
        ),
    };
    let mut store = ctx.issuer.store();
    store.interactions.insert(
        id.clone(),
        interaction,
        ctx.now + INTERACTION_LIFETIME,
        ctx.now,
    );
    drop(store);
    let mut reply = shown(ctx, StatusCode::OK, html);
    browser.set_cookies(ctx, &mut reply);
    reply
}

/// Tells the user, and nobody else, that something is wrong.
pub(super) fn error_page(ctx: &Context<'_>, problem: &str) -> Reply {
    shown(ctx, StatusCode::BAD_REQUEST, pages::error(problem))
}

/// A page with its headers.
pub(super) fn shown(ctx: &Context<'_>, status: StatusCode, html: String) -> Reply {
    let mut reply = Reply::html(status, html);
    pages::set_headers(&mut reply);
    ctx.spoil_page(&mut reply);
    reply
}

/// Who logs in when nobody is asked.
fn expected_sub(request: &AuthorizationRequest) -> &str {
    let required = request.required_sub.as_deref().and_then(users::by_sub);
    let hinted = request.login_hint.as_deref().and_then(users::by_hint);
    required
        .or(hinted)
        .unwrap_or(&crate::accounts::USERS[0])
        .sub
}
