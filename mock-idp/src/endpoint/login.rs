//! Takes the login form.

use super::browser::Browser;
use super::flow;
use crate::authorization::{Refusal, Step, refuse_request};
use crate::context::Context;
use crate::reply::Reply;
use crate::users;

/// Answers the login form: the next page, the redirect to the client, or the form again.
pub(super) fn answer(ctx: &Context<'_>) -> Reply {
    flow::resume(ctx, |form, mut interaction| {
        let mut browser = Browser::of(ctx);
        if form.get("action") == Some("cancel") {
            let refusal = Refusal::new("access_denied", "the user has cancelled the login");
            return flow::finish(
                ctx,
                &browser,
                refuse_request(ctx, &interaction.request, refusal),
            );
        }
        let username = form.get("username").unwrap_or_default();
        let password = form.get("password").unwrap_or_default();
        match users::authenticate(username, password) {
            Some(user) => {
                browser.log_in(ctx, user.sub, interaction.request.acr_of_login());
                interaction.fresh_login = true;
                flow::advance(ctx, browser, interaction)
            }
            None => flow::page(
                ctx,
                &browser,
                interaction,
                &Step::Login,
                Some("The user name or the password is wrong."),
            ),
        }
    })
}
