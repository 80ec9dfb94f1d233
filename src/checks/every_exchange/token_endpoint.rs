//! Rules on the answers of the token endpoint.

use serde_json::{Map, Value};

use super::message::{asked_fields, fields, has_word, is_at, is_json, members, shown};
use super::{EveryExchange, Verdict};
use crate::finding::Finding;
use crate::run::{Exchange, ResponseRecord};

/// What HTTP itself says of a request is no answer of OAuth: the method, the length, the media type, the rate.
const OF_HTTP: [u16; 7] = [405, 408, 411, 413, 415, 429, 431];

/// The codes of [RFC 6749 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2) and those that the
/// [registry](https://www.iana.org/assignments/oauth-parameters/oauth-parameters.xhtml#extensions-error) has
/// for token errors.
const CODES: [&str; 20] = [
    "access_denied",
    "authorization_pending",
    "consent_required",
    "expired_token",
    "insufficient_user_authentication",
    "interaction_required",
    "invalid_authorization_details",
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "login_required",
    "slow_down",
    "transaction_failed",
    "unauthorized_client",
    "unmet_authentication_requirements",
    "unsupported_grant_type",
    "use_dpop_nonce",
];

/// Answers to token requests that are made as they have to be: a form sent by POST.
fn answers(all: &EveryExchange) -> impl Iterator<Item = (&Exchange, &ResponseRecord)> {
    let exchanges = all.exchanges.iter().map(AsRef::as_ref);
    exchanges
        .filter(|exchange: &&Exchange| {
            exchange.request.method == "POST"
                && is_at(exchange, all.token_endpoint.as_deref())
                && asked_fields(exchange, "content-type")
                    .iter()
                    .any(|value| value.starts_with("application/x-www-form-urlencoded"))
        })
        .filter_map(|exchange| Some((exchange, exchange.response.as_ref()?)))
        // What was left out of the record can't be judged.
        .filter(|(_, response)| !response.body_cut)
}

fn is_error(response: &ResponseRecord) -> bool {
    !(200..300).contains(&response.status)
        || members(response).is_some_and(|members| members.contains_key("error"))
}

/// Judges each success.
fn successes(all: &EveryExchange, judge: impl Fn(&ResponseRecord) -> Finding) -> Verdict {
    let successes = answers(all).filter(|(_, response)| !is_error(response));
    Verdict::of(successes.map(|(exchange, response)| (exchange.id, judge(response))))
}

/// Judges each error.
fn errors(all: &EveryExchange, judge: impl Fn(&ResponseRecord) -> Finding) -> Verdict {
    let errors = answers(all)
        .filter(|(_, response)| is_error(response) && !OF_HTTP.contains(&response.status));
    Verdict::of(errors.map(|(exchange, response)| (exchange.id, judge(response))))
}

/// [Core 3.1.3.3](https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse).
pub(super) fn success_is_not_stored(all: &EveryExchange) -> Verdict {
    successes(all, |response| {
        let fits = has_word(&fields(response, "cache-control"), "no-store");
        Finding::met_if(fits, "cache-control: no-store", || {
            shown(response, "cache-control")
        })
    })
}

/// [RFC 6749 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1).
pub(super) fn success_has_pragma(all: &EveryExchange) -> Verdict {
    successes(all, |response| {
        let fits = has_word(&fields(response, "pragma"), "no-cache");
        Finding::met_if(fits, "pragma: no-cache", || shown(response, "pragma"))
    })
}

/// [RFC 6749 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1).
pub(super) fn success_is_200_json(all: &EveryExchange) -> Verdict {
    successes(all, |response| {
        let fits = response.status == 200 && is_json(response) && members(response).is_some();
        Finding::met_if(fits, "200, application/json, a JSON object", || {
            format!(
                "{}, {}, {}",
                response.status,
                shown(response, "content-type"),
                if members(response).is_some() {
                    "a JSON object"
                } else {
                    "no JSON object"
                }
            )
        })
    })
}

/// [Core 3.1.3.4](https://openid.net/specs/openid-connect-core-1_0.html#TokenErrorResponse), with the 401 of
/// [RFC 6749 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).
pub(super) fn error_is_400_or_401(all: &EveryExchange) -> Verdict {
    errors(all, |response| {
        let error = members(response).and_then(|members| text(&members, "error"));
        let fits = matches!(response.status, 400 | 401) && error.is_some();
        Finding::met_if(
            fits,
            "400 or 401 with a JSON object that has error",
            || match error {
                Some(error) => format!("{} {error}", response.status),
                None => format!("{} without error", response.status),
            },
        )
    })
}

/// [RFC 6749 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2). An answer that is no JSON object is judged by
/// [`error_is_400_or_401`].
pub(super) fn error_has_allowed_characters(all: &EveryExchange) -> Verdict {
    errors(all, |response| {
        let Some(members) = members(response) else {
            return Finding::not_applicable("the error is no JSON object");
        };
        let wrong: Vec<String> = ["error", "error_description", "error_uri"]
            .into_iter()
            .filter_map(|name| Some((name, members.get(name)?)))
            .filter(|(name, value)| !has_allowed_characters(name, value))
            .map(|(name, value)| format!("{name} is {value}"))
            .collect();
        Finding::met_if(
            wrong.is_empty(),
            "texts of printable ASCII without quotation marks and backslashes",
            || wrong.join(", "),
        )
    })
}

fn has_allowed_characters(name: &str, value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return false;
    };
    let allowed = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    // The marks of a placeholder are ours.
    let text = text.replace(['«', '»'], "");
    match name {
        "error" => !text.is_empty() && text.bytes().all(|b| allowed(b) || b == b' '),
        "error_description" => text.bytes().all(|b| allowed(b) || b == b' '),
        _ => text.bytes().all(allowed),
    }
}

/// [RFC 6749 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).
pub(super) fn error_is_json(all: &EveryExchange) -> Verdict {
    errors(all, |response| {
        Finding::met_if(is_json(response), "content-type: application/json", || {
            format!("{}, {}", response.status, shown(response, "content-type"))
        })
    })
}

/// [RFC 6749 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).
pub(super) fn error_is_registered(all: &EveryExchange) -> Verdict {
    errors(all, |response| {
        let error = members(response).and_then(|members| text(&members, "error"));
        let Some(error) = error else {
            return Finding::not_applicable("there is no error code");
        };
        let fits = CODES.contains(&error.as_str());
        Finding::met_if(fits, "a registered error code", || format!("error={error}"))
    })
}

fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    members.get(name)?.as_str().map(str::to_owned)
}
