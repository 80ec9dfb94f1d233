//! Faults of the errors of the authorization endpoint.

use http::StatusCode;
use http::header::LOCATION;

use super::{Break, Fault};
use crate::authorization::ResponseMode;
use crate::context::Context;
use crate::params::Params;
use crate::reply::Reply;
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "authorization_error.acr_unmet_access_denied",
        breaks: &["OIDCUA-1-1"],
        summary: "an essential acr that can't be met ends in access_denied",
        needs: Some("acr"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.get("error") == Some("unmet_authentication_requirements") {
                response.set("error", "access_denied");
            }
        }),
    },
    Fault {
        id: "authorization_error.code_unregistered",
        breaks: &["RFC6749-4.1.2.1-9"],
        summary: "the error code is one that nobody registered",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            if response.is_error() {
                response.set("error", "error");
            }
        }),
    },
    Fault {
        id: "authorization_error.denied_500",
        breaks: &["RFC6749-4.1.2.1-6"],
        summary: "a refused consent ends on an error page of status 500",
        needs: None,
        break_: Break::Redirect(|_, reply| {
            if location(reply).contains("error=access_denied") {
                *reply = Reply::html(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "<h1>Error</h1>".to_owned(),
                );
            }
        }),
    },
    Fault {
        id: "authorization_error.description_quoted",
        breaks: &["RFC6749-4.1.2.1-8"],
        summary: "error_description has double quotes in it",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            if response.is_error() {
                response.set("error_description", "the parameter \"x\" is wrong");
            }
        }),
    },
    Fault {
        id: "authorization_error.extra_parameter",
        breaks: &["OIDCC-3.1.2.6-2"],
        summary: "an error response has a parameter of its own making",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            if response.is_error() {
                response.set("error_code", "17");
            }
        }),
    },
    Fault {
        id: "authorization_error.in_query",
        breaks: &["OIDCC-3.2.2.6-1", "OIDCC-3.3.2.6-1"],
        summary: "errors of implicit and hybrid requests come in the query",
        needs: Some("implicit"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.is_error() && response.mode == ResponseMode::Fragment {
                response.mode = ResponseMode::Query;
            }
        }),
    },
    Fault {
        id: "authorization_error.iss_missing",
        breaks: &["RFC9207-2-2"],
        summary: "an error response carries no iss",
        needs: Some("iss_param"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.is_error() {
                response.remove("iss");
            }
        }),
    },
    Fault {
        id: "authorization_error.missing_client_redirected",
        breaks: &["RFC6749-4.1.2.1-4"],
        summary: "without client_id the error goes to the redirect_uri of the request",
        needs: None,
        break_: Break::Answer(&[Endpoint::Authorize], |ctx, reply| {
            redirect_error(ctx, reply, |params| params.get("client_id").is_none());
        }),
    },
    Fault {
        id: "authorization_error.open_redirect",
        breaks: &["RFC9700-2.1-2"],
        summary: "an error goes to whatever redirect_uri the request names",
        needs: None,
        break_: Break::Answer(&[Endpoint::Authorize], |ctx, reply| {
            redirect_error(ctx, reply, |params| params.get("prompt").is_some());
        }),
    },
    Fault {
        id: "authorization_error.page_for_bad_request",
        breaks: &["OIDCC-3.1.2.2-5"],
        summary: "an invalid request ends on an error page",
        needs: None,
        break_: Break::Redirect(|_, reply| {
            if location(reply).contains("error=invalid_request") {
                *reply = Reply::html(StatusCode::BAD_REQUEST, "<h1>Error</h1>".to_owned());
            }
        }),
    },
    Fault {
        id: "authorization_error.registration_other_code",
        breaks: &["OIDCC-3.1.2.6-3"],
        summary: "registration, which is not supported, is invalid_request",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            if response.get("error") == Some("registration_not_supported") {
                response.set("error", "invalid_request");
            }
        }),
    },
    Fault {
        id: "authorization_error.scope_missing_access_denied",
        breaks: &["RFC6749-3.3-2"],
        summary: "a request without scope is access_denied",
        needs: None,
        break_: Break::AuthorizationResponse(|ctx, response| {
            if response.get("error") == Some("invalid_scope")
                && ctx
                    .params()
                    .is_ok_and(|params| params.get("scope").is_none())
            {
                response.set("error", "access_denied");
            }
        }),
    },
    Fault {
        id: "authorization_error.state_missing",
        breaks: &["RFC6749-4.1.2.1-5"],
        summary: "an error response carries no state",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            if response.is_error() {
                response.remove("state");
            }
        }),
    },
    Fault {
        id: "authorization_error.unknown_client_redirected",
        breaks: &["RFC6749-4.1.2.1-3"],
        summary: "for a client that nobody knows the error goes to the redirect_uri of the request",
        needs: None,
        break_: Break::Answer(&[Endpoint::Authorize], |ctx, reply| {
            redirect_error(ctx, reply, |params| {
                params
                    .get("client_id")
                    .is_some_and(|id| ctx.client(id).is_none())
            });
        }),
    },
];

fn location(reply: &Reply) -> &str {
    let value = reply.response.headers().get(LOCATION);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Sends an error page's problem to the redirect_uri that the request names.
fn redirect_error(ctx: &Context<'_>, reply: &mut Reply, applies: impl Fn(&Params) -> bool) {
    if let Ok(params) = ctx.params()
        && let Some(uri) = params.get("redirect_uri")
        && reply.response.status() == StatusCode::BAD_REQUEST
        && applies(&params)
    {
        *reply = Reply::see_other(&format!("{uri}?error=invalid_request"));
    }
}
