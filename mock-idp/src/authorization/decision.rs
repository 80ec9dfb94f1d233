//! What has to happen next for an authorization request: the one place that weighs `prompt`, `max_age`, hints, the
//! session and consent against each other.

use super::{AuthorizationRequest, Refusal};
use crate::context::Context;
use crate::fault::Check;
use crate::scope::OFFLINE_ACCESS;
use crate::store::{Interaction, Session};

/// The next thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Ask for the password.
    Login,
    /// Ask which account is to be used.
    ChooseAccount,
    /// Ask for consent.
    Consent,
    /// Tell the client that it failed.
    Refuse(Refusal),
    /// Grant what was asked for.
    Grant,
}

/// Finds the next thing to do. `consented` is what the user has consented to for this client before.
pub(crate) fn next_step(
    ctx: &Context<'_>,
    interaction: &Interaction,
    session: Option<&Session>,
    consented: Option<&[String]>,
) -> Step {
    let request = &*interaction.request;
    let silent = request.has_prompt("none");
    if let Some(refusal) = request.error {
        let must_know_user =
            session.is_none() && !silent && !ctx.omits(Check::AuthenticateBeforeError);
        return if must_know_user {
            Step::Login
        } else {
            Step::Refuse(refusal)
        };
    }
    let ask = |step: Step, error: &'static str, description: &'static str| {
        if silent && !ctx.omits(Check::PromptNone) {
            Step::Refuse(Refusal::new(error, description))
        } else {
            step
        }
    };
    if request.wants_unknown_acr(ctx) {
        return Step::Refuse(Refusal::new(
            "unmet_authentication_requirements",
            "none of the requested acr values can be reached",
        ));
    }
    let Some(session) =
        session.filter(|session| interaction.fresh_login || !is_stale(ctx, request, session))
    else {
        return ask(Step::Login, "login_required", "the user has to log in");
    };
    if request
        .required_sub
        .as_ref()
        .is_some_and(|sub| *sub != session.sub)
        && !ctx.omits(Check::RequiredSub)
    {
        return if interaction.fresh_login {
            Step::Refuse(Refusal::new("login_required", "another user has logged in"))
        } else {
            ask(Step::Login, "login_required", "another user is logged in")
        };
    }
    let has_chosen = interaction.account_chosen || interaction.fresh_login;
    if request.has_prompt("select_account") && !has_chosen && !ctx.omits(Check::PromptSelectAccount)
    {
        return ask(
            Step::ChooseAccount,
            "account_selection_required",
            "the user has to choose an account",
        );
    }
    if needs_consent(ctx, request, consented) {
        return ask(Step::Consent, "consent_required", "the user has to consent");
    }
    Step::Grant
}

/// Whether a session is not enough for the request.
fn is_stale(ctx: &Context<'_>, request: &AuthorizationRequest, session: &Session) -> bool {
    // max_age=0 asks for a login in any case.
    let is_too_old = request
        .max_age
        .is_some_and(|max_age| max_age == 0 || ctx.now.saturating_sub(session.auth_time) > max_age);
    request.has_prompt("login") && !ctx.omits(Check::PromptLogin)
        || is_too_old && !ctx.omits(Check::MaxAge)
        || request.needs_stronger(ctx, session.acr)
}

fn needs_consent(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    consented: Option<&[String]>,
) -> bool {
    if ctx.omits(Check::Consent) {
        return false;
    }
    let is_asked_for = request.has_prompt("consent") && !ctx.omits(Check::PromptConsent);
    // Anybody can send the request of a public client
    // (https://www.rfc-editor.org/rfc/rfc6749#section-10.2).
    let is_unproven = request.client.is_public() && !ctx.omits(Check::PublicClientConsent);
    // offline_access does not bring the page up again: without the page it is left out.
    let covers = |consented: &[String]| {
        request
            .scope
            .iter()
            .filter(|value| *value != OFFLINE_ACCESS)
            .all(|value| consented.contains(value))
    };
    is_asked_for || is_unproven || !consented.is_some_and(covers)
}
