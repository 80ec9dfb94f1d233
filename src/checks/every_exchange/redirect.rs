//! Rules on where browsers are sent: authorization responses, and redirects of any kind.

use url::form_urlencoded;

use super::message::{fields, status};
use super::{EveryExchange, Verdict};
use crate::checks::authorization_response::AuthorizationResponse;
use crate::checks::{Rule, authorization_error, authorization_response};
use crate::finding::Finding;
use crate::run::Exchange;

/// Judges each authorization response that `concerns` is about by the rule of one response.
fn responses(
    all: &EveryExchange,
    rules: &[Rule<AuthorizationResponse>],
    id: &str,
    concerns: impl Fn(&AuthorizationResponse) -> bool,
) -> Verdict {
    let Some(rule) = Rule::find(rules, id) else {
        return Verdict::of([]);
    };
    let concerned = all.responses.iter().filter(|response| concerns(response));
    Verdict::of(concerned.map(|response| (response.attempt.exchange(), rule.judge(response))))
}

fn is_success(response: &AuthorizationResponse) -> bool {
    let answer = response.attempt.answer.as_ref();
    answer.is_some_and(|answer| {
        let has = |name| answer.get(name).is_some();
        !has("error") && (has("code") || has("id_token") || has("access_token"))
    })
}

fn has_error(response: &AuthorizationResponse) -> bool {
    let answer = response.attempt.answer.as_ref();
    answer.is_some_and(|answer| answer.error().is_some())
}

/// Of every response that is one of the protocol; a redirect that is neither is judged where it was asked for.
fn on_responses(all: &EveryExchange, id: &str) -> Verdict {
    responses(all, authorization_response::RULES, id, |response| {
        is_success(response) || has_error(response)
    })
}

fn on_errors(all: &EveryExchange, id: &str) -> Verdict {
    responses(all, authorization_error::RULES, id, has_error)
}

/// [RFC 6749 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1).
pub(super) fn state_comes_back(all: &EveryExchange) -> Verdict {
    // Which of two would have to come back, and which one does a request object hold?
    let is_plain = |response: &AuthorizationResponse| {
        let sent = &response.attempt.plan.parameters;
        let elsewhere = ["request", "request_uri"]
            .iter()
            .any(|name| sent.get(name).is_some());
        sent.all("state").len() < 2 && !elsewhere
    };
    responses(
        all,
        authorization_error::RULES,
        "RFC6749-4.1.2.1-5",
        |response| has_error(response) && is_plain(response),
    )
}

/// [RFC 6749 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1).
pub(super) fn characters_are_allowed(all: &EveryExchange) -> Verdict {
    on_errors(all, "RFC6749-4.1.2.1-8")
}

/// [RFC 6749 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1).
pub(super) fn code_is_registered(all: &EveryExchange) -> Verdict {
    on_errors(all, "RFC6749-4.1.2.1-9")
}

/// [Core 3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError).
pub(super) fn no_other_parameters(all: &EveryExchange) -> Verdict {
    on_errors(all, "OIDCC-3.1.2.6-2")
}

/// [RFC 9207 2](https://www.rfc-editor.org/rfc/rfc9207#section-2).
pub(super) fn iss_is_there(all: &EveryExchange) -> Verdict {
    let rules = authorization_response::RULES;
    responses(all, rules, "RFC9207-2-1", is_success)
}

/// [RFC 9207 2](https://www.rfc-editor.org/rfc/rfc9207#section-2).
pub(super) fn iss_is_there_beside_errors(all: &EveryExchange) -> Verdict {
    on_errors(all, "RFC9207-2-2")
}

/// [RFC 9207 2](https://www.rfc-editor.org/rfc/rfc9207#section-2).
pub(super) fn iss_is_an_issuer(all: &EveryExchange) -> Verdict {
    on_responses(all, "RFC9207-2-3")
}

/// [RFC 9207 2](https://www.rfc-editor.org/rfc/rfc9207#section-2).
pub(super) fn iss_is_there_once(all: &EveryExchange) -> Verdict {
    on_responses(all, "RFC9207-2-4")
}

/// [RFC 9207 2.3](https://www.rfc-editor.org/rfc/rfc9207#section-2.3).
pub(super) fn iss_is_announced(all: &EveryExchange) -> Verdict {
    on_responses(all, "RFC9207-2.3-1")
}

/// [Core 16.22](https://openid.net/specs/openid-connect-core-1_0.html#HTTP307Redirects).
pub(super) fn redirect_is_no_307(all: &EveryExchange) -> Verdict {
    on_responses(all, "OIDCC-16.22-1")
}

/// Answers to a request whose body holds a password, where they are redirects.
fn redirects_of_passwords(all: &EveryExchange) -> impl Iterator<Item = (u32, u16)> {
    all.exchanges
        .iter()
        .filter(|exchange| {
            exchange.request.method == "POST" && exchange.request.body.contains("«password#")
        })
        .filter_map(|exchange| Some((exchange.id, status(exchange)?)))
        .filter(|(_, status)| matches!(status, 301 | 302 | 303 | 307 | 308))
}

/// [RFC 9700 4.12](https://www.rfc-editor.org/rfc/rfc9700#section-4.12).
pub(super) fn password_is_not_answered_by_307(all: &EveryExchange) -> Verdict {
    Verdict::of(redirects_of_passwords(all).map(|(exchange, status)| {
        let finding = Finding::met_if(status != 307, "another status than 307", || {
            status.to_string()
        });
        (exchange, finding)
    }))
}

/// [RFC 9700 4.12](https://www.rfc-editor.org/rfc/rfc9700#section-4.12).
pub(super) fn password_is_answered_by_303(all: &EveryExchange) -> Verdict {
    Verdict::of(redirects_of_passwords(all).map(|(exchange, status)| {
        let finding = Finding::met_if(status == 303, "303", || status.to_string());
        (exchange, finding)
    }))
}

/// [Multiple Response Types 7](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#Security): in
/// redirects, and in the targets of forms that post themselves.
pub(super) fn no_token_in_a_query(all: &EveryExchange) -> Verdict {
    let redirects = all.exchanges.iter().filter_map(|exchange| {
        let location = fields(exchange.response.as_ref()?, "location");
        let finding = judge_query(location.first()?, exchange);
        Some((exchange.id, finding))
    });
    let forms = all.responses.iter().filter_map(|response| {
        let answer = response.attempt.answer.as_ref()?;
        answer.callback.form.as_ref()?;
        let names = answer.query.iter().map(|(name, _)| name.to_owned());
        Some((response.attempt.exchange(), judge_names(names)))
    });
    Verdict::of(redirects.chain(forms))
}

/// What the request had in its query is not of the provider's making.
fn judge_query(url: &str, exchange: &Exchange) -> Finding {
    let asked: Vec<String> = query_names(&exchange.request.url).collect();
    judge_names(query_names(url).filter(|name| !asked.contains(name)))
}

fn judge_names(mut names: impl Iterator<Item = String>) -> Finding {
    match names.find(|name| name == "access_token" || name == "id_token") {
        Some(name) => Finding::violated(
            "neither access_token nor id_token in a query",
            format!("{name} in the query"),
        ),
        None => Finding::Met,
    }
}

fn query_names(url: &str) -> impl Iterator<Item = String> {
    let rest = url.split('#').next().unwrap_or_default();
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect::<Vec<_>>()
        .into_iter()
}
