//! Takes the form that offers accounts, for `prompt=select_account`.

use super::browser::Browser;
use super::flow;
use crate::authorization::Step;
use crate::context::Context;
use crate::reply::Reply;

/// Answers the account form: goes on with the account of the session, or asks for another one.
pub(super) fn answer(ctx: &Context<'_>) -> Reply {
    flow::resume(ctx, |form, mut interaction| {
        let browser = Browser::of(ctx);
        if form.get("action") == Some("other") {
            return flow::page(ctx, &browser, interaction, &Step::Login, None);
        }
        interaction.account_chosen = true;
        flow::advance(ctx, browser, interaction)
    })
}
