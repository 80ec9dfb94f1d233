//! Takes the consent form.

use super::browser::Browser;
use super::flow;
use crate::authorization::{Refusal, refuse_request};
use crate::context::Context;
use crate::reply::Reply;

/// Answers the consent form: a code and tokens, or `access_denied`.
pub(super) fn answer(ctx: &Context<'_>) -> Reply {
    flow::resume(ctx, |form, interaction| {
        let browser = Browser::of(ctx);
        if form.get("action") == Some("allow") {
            return flow::consent(ctx, &browser, &interaction);
        }
        let refusal = Refusal::new("access_denied", "the user has not consented");
        flow::finish(
            ctx,
            &browser,
            refuse_request(ctx, &interaction.request, refusal),
        )
    })
}
