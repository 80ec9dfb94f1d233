//! The authorization endpoint (<https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint>).

use super::browser::Browser;
use super::flow;
use crate::authorization;
use crate::context::Context;
use crate::reply::Reply;

/// Answers an authorization request, by GET or POST.
pub(super) fn answer(ctx: &Context<'_>) -> Reply {
    let mut params = match ctx.params() {
        Ok(params) => params,
        Err(error) => return flow::error_page(ctx, &error.description),
    };
    ctx.spoil_authorization_request(&mut params);
    match authorization::read(ctx, &params) {
        Ok(request) => {
            let browser = Browser::of(ctx);
            let interaction = flow::begin(ctx, &browser, request);
            flow::advance(ctx, browser, interaction)
        }
        Err(problem) => flow::error_page(ctx, problem),
    }
}
