//! Checks on error responses of the authorization endpoint.

use super::Rule;
use super::authorization_response::{AuthorizationResponse, described, iss_is_there, same_state};
use crate::finding::Finding;
use crate::protocol::{AuthorizationAnswer, ResponseMode};

/// The rules on error responses.
pub const RULES: &[Rule<AuthorizationResponse>] = &[
    rule("OAUTHFP-2-3", error_in_form),
    rule("OIDCC-3.1.2.2-5", error_is_redirected),
    rule("OIDCC-3.1.2.6-2", no_other_parameters),
    rule("OIDCC-3.2.2.6-1", error_in_fragment),
    rule("OIDCC-3.3.2.6-1", error_in_fragment),
    rule("RFC6749-4.1.2.1-5", state_comes_back),
    rule("RFC6749-4.1.2.1-8", characters_are_allowed),
    rule("RFC6749-4.1.2.1-9", code_is_registered),
    rule("RFC9207-2-2", iss_comes_too),
];

const fn rule(
    id: &'static str,
    check: fn(&AuthorizationResponse) -> Finding,
) -> Rule<AuthorizationResponse> {
    Rule { id, check }
}

/// The parameters of error responses: RFC 6749 4.1.2.1, RFC 9207, and what OpenID Connect Session Management
/// adds to every authentication response.
const PARAMETERS: [&str; 6] = [
    "error",
    "error_description",
    "error_uri",
    "state",
    "iss",
    "session_state",
];

/// The codes of the registry of OAuth extensions errors that are used at the authorization endpoint.
const CODES: [&str; 27] = [
    "access_denied",
    "account_selection_required",
    "authorization_pending",
    "consent_required",
    "insufficient_user_authentication",
    "interaction_required",
    "invalid_authorization_details",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_request_object",
    "invalid_request_uri",
    "invalid_scope",
    "invalid_target",
    "login_required",
    "missing_trust_anchor",
    "registration_not_supported",
    "request_not_supported",
    "request_uri_not_supported",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unmet_authentication_requirements",
    "unsupported_grant_type",
    "unsupported_response_type",
    "use_dpop_nonce",
    "vp_formats_not_supported",
];

fn error_is_redirected(response: &AuthorizationResponse) -> Finding {
    let expected = "a redirect to the redirect_uri with error and state";
    response.on_needed_answer(expected, |answer| {
        let state = response.asked("state");
        let fits = answer.error().is_some() && (state.is_none() || answer.get("state") == state);
        Finding::met_if(fits, expected, || described(answer))
    })
}

fn error_in_form(response: &AuthorizationResponse) -> Finding {
    in_mode(
        response,
        ResponseMode::FormPost,
        "a form with error and state",
    )
}

fn error_in_fragment(response: &AuthorizationResponse) -> Finding {
    in_mode(
        response,
        ResponseMode::Fragment,
        "error and state in the fragment",
    )
}

fn in_mode(response: &AuthorizationResponse, mode: ResponseMode, expected: &str) -> Finding {
    response.on_needed_answer(expected, |answer| {
        let fits = answer.mode() == mode
            && answer.error().is_some()
            && answer.get("state") == response.asked("state");
        Finding::met_if(fits, expected, || described(answer))
    })
}

/// Judges the answer if it is an error.
fn on_error(
    response: &AuthorizationResponse,
    judge: impl FnOnce(&AuthorizationAnswer) -> Finding,
) -> Finding {
    response.on_answer(|answer| match answer.error() {
        Some(_) => judge(answer),
        None => Finding::not_applicable("the response is no error"),
    })
}

fn state_comes_back(response: &AuthorizationResponse) -> Finding {
    on_error(response, |answer| same_state(response, answer))
}

fn iss_comes_too(response: &AuthorizationResponse) -> Finding {
    on_error(response, |_| iss_is_there(response))
}

fn no_other_parameters(response: &AuthorizationResponse) -> Finding {
    on_error(response, |answer| {
        let own = response.asked("redirect_uri").unwrap_or_default();
        let others: Vec<&str> = answer
            .parameters()
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !PARAMETERS.contains(name) && !own.contains(&format!("{name}=")))
            .collect();
        Finding::met_if(
            others.is_empty(),
            "error, error_description, error_uri, state and iss, nothing else",
            || others.join(", "),
        )
    })
}

fn code_is_registered(response: &AuthorizationResponse) -> Finding {
    on_error(response, |answer| {
        let code = answer.error().unwrap_or_default();
        Finding::met_if(CODES.contains(&code), "a registered error code", || {
            format!("error={code}")
        })
    })
}

/// The characters of [RFC 6749 section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1).
fn characters_are_allowed(response: &AuthorizationResponse) -> Finding {
    on_error(response, |answer| {
        let text = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
        let uri = |c: char| matches!(c, '!' | '#'..='[' | ']'..='~');
        let wrong: Vec<String> = answer
            .parameters()
            .iter()
            .filter(|(name, value)| match *name {
                "error" | "error_description" => !value.chars().all(text),
                "error_uri" => !value.chars().all(uri),
                _ => false,
            })
            .map(|(name, value)| {
                let cut: String = value.chars().take(160).collect();
                format!("{name} is {cut:?}")
            })
            .collect();
        Finding::met_if(
            wrong.is_empty(),
            "printable ASCII without quotation marks and backslashes",
            || wrong.join("; "),
        )
    })
}
