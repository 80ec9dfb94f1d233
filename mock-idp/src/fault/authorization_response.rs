//! Faults of authorization responses.

use http::StatusCode;

use super::{Break, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "authorization_response.redirect_307",
        breaks: &["OIDCC-16.22-1", "RFC9700-4.12-1"],
        summary: "the redirect after the password is 307, so that the browser sends the password on",
        needs: None,
        break_: Break::Redirect(|_, reply| {
            if reply.response.status() == StatusCode::SEE_OTHER {
                *reply.response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            }
        }),
    },
    Fault {
        id: "authorization_response.state_missing",
        breaks: &["OIDCC-3.1.2.5-1", "RFC6749-4.1.2-1"],
        summary: "a successful response carries no state",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            if !response.is_error() {
                response.remove("state");
            }
        }),
    },
];
