//! Faults of RP-initiated logout.

use http::header::LOCATION;
use http::{Method, StatusCode};
use url::form_urlencoded;

use super::{Break, Check, Fault, Spoiler};
use crate::context::Context;
use crate::jws::Parsed;
use crate::pages;
use crate::reply::Reply;
use crate::route::Endpoint;

/// The endpoints that end a logout.
const LOGOUT: &[Endpoint] = &[Endpoint::Logout, Endpoint::LogoutConfirm];
/// What a page says when a fault refuses a request that is right.
const NOT_WANTED: &str = "This parameter is not wanted here.";

const fn fault(
    id: &'static str,
    breaks: &'static [&'static str],
    summary: &'static str,
    break_: Break,
) -> Fault {
    Fault::new(id, breaks, summary, break_).needing("end_session")
}

/// A fault of where the user is sent.
const fn answer(
    id: &'static str,
    breaks: &'static [&'static str],
    summary: &'static str,
    spoiler: Spoiler<Reply>,
) -> Fault {
    fault(id, breaks, summary, Break::Answer(LOGOUT, spoiler))
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "logout.any_redirect_uri",
        &["OIDCRPL-3-2", "OIDCRPL-4-3"],
        "the user is sent to a post_logout_redirect_uri that is not registered",
        Break::Omit(Check::LogoutRedirectUri),
    ),
    fault(
        "logout.client_id_ignored",
        &["OIDCRPL-2-4", "OIDCRPL-4-3"],
        "a client_id unlike the audience of the hint is no error",
        Break::Omit(Check::LogoutClient),
    ),
    answer(
        "logout.get_refused",
        &["OIDCRPL-2-1"],
        "the endpoint takes no GET",
        |ctx, reply| refuse_method(ctx, reply, &Method::GET),
    ),
    fault(
        "logout.hint_expired_refused",
        &["OIDCRPL-2-3"],
        "an id_token_hint that has expired is an error",
        Break::LogoutDemand(|ctx, params| {
            let hint = Parsed::read(params.get("id_token_hint")?)?;
            (hint.seconds("exp")? <= ctx.now).then_some("id_token_hint has expired.")
        }),
    ),
    fault(
        "logout.hint_of_any_issuer",
        &["OIDCRPL-2-2", "OIDCRPL-4-3"],
        "an ID token of another issuer is taken for a hint",
        Break::Omit(Check::LogoutHintIssuer),
    ),
    fault(
        "logout.hint_of_any_user",
        &["OIDCRPL-2-6"],
        "the hint of another user ends the session without a question",
        Break::Omit(Check::LogoutHintUser),
    ),
    fault(
        "logout.hint_unsigned",
        &["OIDCRPL-2-2", "OIDCRPL-4-3"],
        "an id_token_hint with alg none is taken",
        Break::Omit(Check::LogoutHintUnsigned),
    ),
    fault(
        "logout.hint_unverified",
        &["OIDCRPL-2-2", "OIDCRPL-4-3"],
        "the signature of the hint is not looked at",
        Break::Omit(Check::LogoutHint),
    ),
    fault(
        "logout.logout_hint_refused",
        &["OIDCRPL-2-9"],
        "logout_hint is an error",
        Break::LogoutDemand(|_, params| params.get("logout_hint").map(|_| NOT_WANTED)),
    ),
    fault(
        "logout.no_question",
        &["OIDCRPL-2-6"],
        "the session ends without a hint and without a question",
        Break::Omit(Check::LogoutConfirmation),
    ),
    answer(
        "logout.post_refused",
        &["OIDCRPL-2-1"],
        "the endpoint takes no POST",
        |ctx, reply| {
            if ctx.endpoint == Endpoint::Logout {
                refuse_method(ctx, reply, &Method::POST);
            }
        },
    ),
    fault(
        "logout.public_client_http_uri",
        &["OIDCRPL-2-11"],
        "a public client may register an http post-logout redirect URI",
        Break::Omit(Check::RegistrationPostLogoutUri),
    ),
    answer(
        "logout.redirect_elsewhere",
        &["OIDCRPL-3-1"],
        "the user is sent to the front page of the client's host",
        |_, reply| {
            change_location(reply, |location| {
                let path = location
                    .find("://")
                    .and_then(|at| Some(at + 3 + location[at + 3..].find('/')?));
                let query = location.find('?').unwrap_or(location.len());
                match path {
                    Some(path) => format!("{}/{}", &location[..path], &location[query..]),
                    None => location.to_owned(),
                }
            });
        },
    ),
    answer(
        "logout.redirect_missing",
        &["OIDCRPL-3-1"],
        "the user stays on a page although the URI is registered",
        |_, reply| {
            if location(reply).is_some() {
                let page = pages::message("Logged out", "You are logged out.");
                *reply = Reply::html(StatusCode::OK, page);
            }
        },
    ),
    fault(
        "logout.redirect_unasked",
        &["OIDCRPL-3-6"],
        "the user is sent to a registered URI although none was asked for",
        Break::Omit(Check::LogoutRedirectAsked),
    ),
    fault(
        "logout.redirect_uri_of_other_client",
        &["OIDCRPL-3-2", "OIDCRPL-4-3"],
        "the post_logout_redirect_uri of another client is taken",
        Break::Omit(Check::LogoutRedirectUriOfClient),
    ),
    fault(
        "logout.redirect_uri_with_path",
        &["OIDCRPL-3-2", "OIDCRPL-4-3"],
        "a path may be added to a registered URI",
        Break::PostLogoutRedirectUri(|own, asked| {
            asked
                .strip_prefix(own)
                .is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
        }),
    ),
    fault(
        "logout.redirect_uri_with_query",
        &["OIDCRPL-3-2", "OIDCRPL-4-3"],
        "a query may be added to a registered URI",
        Break::PostLogoutRedirectUri(|own, asked| {
            asked
                .strip_prefix(own)
                .is_some_and(|rest| rest.starts_with('?'))
        }),
    ),
    fault(
        "logout.redirect_uri_with_slash",
        &["OIDCRPL-3-2", "OIDCRPL-4-3"],
        "a slash at the end of a registered URI makes no difference",
        Break::PostLogoutRedirectUri(|own, asked| asked.strip_suffix('/') == Some(own)),
    ),
    fault(
        "logout.redirect_without_hint",
        &["OIDCRPL-3-3", "OIDCRPL-2-6"],
        "without hint and client_id the user is sent, unasked, to a URI of any client",
        Break::Omit(Check::LogoutRedirectNeedsClient),
    ),
    fault(
        "logout.session_kept",
        &["OIDCRPL-2-7", "OIDCRPL-2-8"],
        "the session goes on after a logout",
        Break::Omit(Check::LogoutEndsSession),
    ),
    fault(
        "logout.session_kept_after_question",
        &["OIDCRPL-2-8"],
        "the session goes on after the user agreed to the logout",
        Break::Omit(Check::LogoutEndsConfirmedSession),
    ),
    fault(
        "logout.sessionless_refused",
        &["OIDCRPL-4-2"],
        "a logout without a session is an error",
        Break::Omit(Check::LogoutWithoutSession),
    ),
    answer(
        "logout.state_cut",
        &["OIDCRPL-2-5"],
        "state comes back without what is beyond 64 characters",
        |_, reply| change_state(reply, |state| state.chars().take(64).collect()),
    ),
    answer(
        "logout.state_in_fragment",
        &["OIDCRPL-2-5"],
        "state comes back in the fragment",
        |_, reply| change_location(reply, |location| location.replacen("?state=", "#state=", 1)),
    ),
    answer(
        "logout.state_lower_case",
        &["OIDCRPL-2-5"],
        "state comes back in small letters",
        |_, reply| change_state(reply, str::to_ascii_lowercase),
    ),
    answer(
        "logout.state_made_up",
        &["OIDCRPL-2-5"],
        "a state comes back where none was sent",
        |_, reply| {
            change_location(reply, |location| {
                if location.contains("state=") {
                    location.to_owned()
                } else {
                    format!("{location}?state=undefined")
                }
            });
        },
    ),
    answer(
        "logout.state_missing",
        &["OIDCRPL-2-5"],
        "state does not come back",
        |_, reply| {
            change_location(reply, |location| {
                let end = location.find(['?', '&']).unwrap_or(location.len());
                location[..end].to_owned()
            });
        },
    ),
    answer(
        "logout.state_unescaped",
        &["OIDCRPL-2-5"],
        "state comes back with a space for each plus sign",
        |_, reply| change_state(reply, |state| state.replace('+', " ")),
    ),
    fault(
        "logout.ui_locales_refused",
        &["OIDCRPL-2-9"],
        "ui_locales is an error",
        Break::LogoutDemand(|_, params| params.get("ui_locales").map(|_| NOT_WANTED)),
    ),
];

fn refuse_method(ctx: &Context<'_>, reply: &mut Reply, method: &Method) {
    if ctx.request.method() == method {
        *reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
    }
}

/// Where a reply sends the user to.
fn location(reply: &Reply) -> Option<String> {
    let value = reply.response.headers().get(LOCATION)?;
    value.to_str().ok().map(str::to_owned)
}

fn change_location(reply: &mut Reply, change: impl Fn(&str) -> String) {
    if let Some(location) = location(reply) {
        reply.set(LOCATION, &change(&location));
    }
}

/// Changes the `state` at the end of the redirect.
fn change_state(reply: &mut Reply, change: impl Fn(&str) -> String) {
    change_location(reply, |location| {
        let Some((before, state)) = location.split_once("state=") else {
            return location.to_owned();
        };
        let state = form_urlencoded::parse(format!("s={state}").as_bytes())
            .next()
            .map(|(_, value)| change(&value))
            .unwrap_or_default();
        let state: String = form_urlencoded::byte_serialize(state.as_bytes()).collect();
        format!("{before}state={state}")
    });
}
