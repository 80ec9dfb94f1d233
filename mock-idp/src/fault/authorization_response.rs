//! Faults of authorization responses.

use http::StatusCode;
use http::header::CACHE_CONTROL;
use url::form_urlencoded;

use super::{Break, Document, Fault};
use crate::authorization::{AuthorizationResponse, ResponseMode};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "authorization_response.access_token_unasked",
        breaks: &["OIDCC-3.2.2.10-3"],
        summary: "response_type=id_token gives an access token too",
        needs: Some("implicit"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.get("id_token").is_some() && response.get("access_token").is_none() {
                response.set("access_token", "unasked-0123456789");
                response.set("token_type", "Bearer");
            }
        }),
    },
    Fault {
        id: "authorization_response.code_in_fragment",
        breaks: &["OIDCC-3.1.2.5-1"],
        summary: "a code comes in the fragment",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            if response.mode == ResponseMode::Query {
                response.mode = ResponseMode::Fragment;
            }
        }),
    },
    Fault {
        id: "authorization_response.code_in_hybrid_missing",
        breaks: &["OAUTHMRT-5-1"],
        summary: "a response with an ID token has no code",
        needs: Some("hybrid"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.get("id_token").is_some() {
                response.remove("code");
            }
        }),
    },
    Fault {
        id: "authorization_response.code_unasked",
        breaks: &["OIDCC-3.2.2.5-3"],
        summary: "an implicit response has a code",
        needs: Some("implicit"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.get("id_token").is_some() && response.get("code").is_none() {
                response.set("code", "unasked-0123456789");
            }
        }),
    },
    Fault {
        id: "authorization_response.form_post_ignored",
        breaks: &["OAUTHFP-2-1", "OAUTHFP-2-3"],
        summary: "response_mode=form_post is answered in the query",
        needs: Some("form_post"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.mode == ResponseMode::FormPost {
                response.mode = ResponseMode::Query;
            }
        }),
    },
    Fault {
        id: "authorization_response.form_post_state_unescaped",
        breaks: &["OAUTHFP-2-4"],
        summary: "in the form HTML entities of state are resolved",
        needs: Some("form_post"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.mode == ResponseMode::FormPost {
                change_state(response, |state| {
                    state.replace("&amp;", "&").replace("&lt;", "<")
                });
            }
        }),
    },
    Fault {
        id: "authorization_response.form_post_stored",
        breaks: &["OAUTHFP-2-2"],
        summary: "the page of form_post may be stored",
        needs: Some("form_post"),
        break_: Break::Redirect(|_, reply| {
            reply.response.headers_mut().remove(CACHE_CONTROL);
        }),
    },
    Fault {
        id: "authorization_response.iss_missing",
        breaks: &["RFC9207-2-1", "RFC9700-4.4.2.1-1"],
        summary: "a successful response carries no iss",
        needs: Some("iss_param"),
        break_: Break::AuthorizationResponse(|_, response| {
            if !response.is_error() {
                response.remove("iss");
            }
        }),
    },
    Fault {
        id: "authorization_response.iss_slash",
        breaks: &["RFC9207-2-1", "RFC9207-2-3"],
        summary: "iss ends with a slash that the issuer does not have",
        needs: Some("iss_param"),
        break_: Break::AuthorizationResponse(|ctx, response| {
            response.set("iss", format!("{}/", ctx.issuer.url));
        }),
    },
    Fault {
        id: "authorization_response.iss_twice",
        breaks: &["RFC9207-2-4"],
        summary: "iss stands there twice",
        needs: Some("iss_param"),
        break_: Break::AuthorizationResponse(|ctx, response| {
            response
                .params
                .push(("iss".to_owned(), ctx.issuer.url.clone()));
        }),
    },
    Fault {
        id: "authorization_response.iss_unannounced",
        breaks: &["RFC9207-2.3-1"],
        summary: "the metadata do not say that responses carry iss",
        needs: None,
        break_: Break::Drop(
            Document::Metadata,
            "authorization_response_iss_parameter_supported",
        ),
    },
    Fault {
        id: "authorization_response.query_lost",
        breaks: &["RFC6749-3.1.2-2"],
        summary: "the query of the redirect URI is left out",
        needs: Some("dcr"),
        break_: Break::AuthorizationResponse(|_, response| {
            let end = response.redirect_uri.find('?');
            response.redirect_uri.truncate(end.unwrap_or(usize::MAX));
        }),
    },
    Fault {
        id: "authorization_response.redirect_302",
        breaks: &["RFC9700-4.12-2"],
        summary: "the redirect after the password is 302",
        needs: None,
        break_: Break::Redirect(|_, reply| {
            if reply.response.status() == StatusCode::SEE_OTHER {
                *reply.response.status_mut() = StatusCode::FOUND;
            }
        }),
    },
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
        id: "authorization_response.refresh_token_in_fragment",
        breaks: &["OIDCC-11-2", "RFC6749-4.2.2-1"],
        summary: "an implicit response has a refresh token",
        needs: Some("implicit"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.get("id_token").is_some() && response.get("code").is_none() {
                response.set("refresh_token", "unasked-0123456789");
            }
        }),
    },
    Fault {
        id: "authorization_response.state_cut",
        breaks: &["RFC6749-4.1.2-1"],
        summary: "state comes back up to 100 characters",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            change_state(response, |state| state.chars().take(100).collect());
        }),
    },
    Fault {
        id: "authorization_response.state_encoded_twice",
        breaks: &["RFC6749-4.1.2-1"],
        summary: "state comes back percent-encoded once more",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            change_state(response, |state| {
                form_urlencoded::byte_serialize(state.as_bytes()).collect()
            });
        }),
    },
    Fault {
        id: "authorization_response.state_lower_case",
        breaks: &["RFC6749-4.1.2-1"],
        summary: "state comes back in lower case",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            change_state(response, str::to_lowercase)
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
    Fault {
        id: "authorization_response.state_missing_beside_tokens",
        breaks: &["OIDCC-3.2.2.5-4", "OAUTHMRT-5-3"],
        summary: "a response with an ID token or an access token has no state",
        needs: Some("implicit"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.get("id_token").is_some() || response.get("access_token").is_some() {
                response.remove("state");
            }
        }),
    },
    Fault {
        id: "authorization_response.state_plus_to_space",
        breaks: &["RFC6749-4.1.2-1"],
        summary: "a plus in state comes back as a space",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            change_state(response, |state| state.replace('+', " "));
        }),
    },
    Fault {
        id: "authorization_response.state_trimmed",
        breaks: &["RFC6749-4.1.2-1"],
        summary: "what is not a letter, a digit or a hyphen is taken out of state",
        needs: None,
        break_: Break::AuthorizationResponse(|_, response| {
            change_state(response, |state| {
                let keeps = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
                state.chars().filter(keeps).collect()
            });
        }),
    },
    Fault {
        id: "authorization_response.token_type_missing",
        breaks: &["OIDCC-3.2.2.5-2", "OAUTHMRT-5-1"],
        summary: "an access token in the fragment has no token_type",
        needs: Some("implicit"),
        break_: Break::AuthorizationResponse(|_, response| {
            response.remove("token_type");
        }),
    },
    Fault {
        id: "authorization_response.tokens_in_query",
        breaks: &["OIDCC-3.2.2.5-1", "OAUTHMRT-7-1"],
        summary: "tokens come in the query",
        needs: Some("implicit"),
        break_: Break::AuthorizationResponse(|_, response| {
            if response.mode == ResponseMode::Fragment && !response.is_error() {
                response.mode = ResponseMode::Query;
            }
        }),
    },
];

/// Changes the state of a successful response.
fn change_state(response: &mut AuthorizationResponse, change: impl Fn(&str) -> String) {
    if !response.is_error()
        && let Some(state) = response.get("state").map(change)
    {
        response.set("state", state);
    }
}
