//! Checks on RP-initiated logout ([OpenID Connect RP-Initiated Logout
//! 1.0](https://openid.net/specs/openid-connect-rpinitiated-1_0.html)): where the browser ended, and what it was
//! asked on the way.

use serde_json::Value;
use url::Url;

use super::metadata::Discovery;
use super::url::is_https_or_loopback;
use super::{Rule, authorization_refusal, refusal};
use crate::finding::Finding;
use crate::flow::{AuthorizationAttempt, LogoutAttempt, Registration};
use crate::login::{End, PageKind};
use crate::protocol::{AuthorizationAnswer, Parameters};

/// The rules on a logout. Those on requests with something wrong presume that the same request with nothing
/// wrong led to the URI.
pub const RULES: &[Rule<LogoutAttempt>] = &[
    rule("OIDCRPL-2-1", leads_to_the_uri),
    rule("OIDCRPL-2-2", leads_to_no_uri),
    rule("OIDCRPL-2-3", leads_to_the_uri),
    rule("OIDCRPL-2-4", leads_to_no_uri),
    rule("OIDCRPL-2-5", state_comes_back),
    rule("OIDCRPL-2-6", asks_the_user),
    rule("OIDCRPL-2-9", leads_to_the_uri),
    rule("OIDCRPL-3-1", leads_to_the_uri),
    rule("OIDCRPL-3-2", leads_to_no_uri),
    rule("OIDCRPL-3-3", leads_to_no_uri_without_proof),
    rule("OIDCRPL-3-6", leads_to_no_uri),
    rule("OIDCRPL-4-2", is_no_error),
    rule("OIDCRPL-4-3", leads_to_no_uri),
];

/// The rule on the endpoint, as the metadata name it.
pub const ENDPOINT_RULES: &[Rule<Discovery>] = &[Rule {
    id: "OIDCRPL-2.1-1",
    check: endpoint_is_https,
}];

/// The rules on the registration of a client with `post_logout_redirect_uris`.
pub const REGISTRATION_RULES: &[Rule<Registration>] = &[
    Rule {
        id: "OIDCRPL-2-11",
        check: http_is_not_taken,
    },
    Rule {
        id: "OIDCRPL-3.1-1",
        check: uris_are_registered,
    },
];

const fn rule(id: &'static str, check: fn(&LogoutAttempt) -> Finding) -> Rule<LogoutAttempt> {
    Rule { id, check }
}

/// Whether nobody saw what was shown on the way: the drivers `command` and `manual` record nothing.
fn is_unseen(attempt: &LogoutAttempt) -> bool {
    attempt.arrival.exchanges.is_empty()
}

fn leads_to_the_uri(attempt: &LogoutAttempt) -> Finding {
    let Some(uri) = attempt.plan.parameters.get("post_logout_redirect_uri") else {
        return Finding::not_applicable("no post_logout_redirect_uri was sent");
    };
    let expected = format!("a redirect to {uri}");
    let Some(answer) = &attempt.answer else {
        return Finding::violated(expected, attempt.summary());
    };
    match added_to(uri, answer) {
        None => Finding::violated(expected, attempt.summary()),
        Some(names) if names.is_empty() => Finding::Met,
        Some(names) => Finding::met_with(format!(
            "the redirect carries parameters of its own: {}",
            names.join(", ")
        )),
    }
}

/// The parameters besides `state` that the provider added to `uri`; `None` where the browser went elsewhere.
fn added_to(uri: &str, answer: &AuthorizationAnswer) -> Option<Vec<String>> {
    let (base, own) = uri.split_once('?').unwrap_or((uri, ""));
    let own: Vec<(String, String)> = pairs(&Parameters::parse(own));
    let same = |a: &str, b: &str| match (Url::parse(a), Url::parse(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    };
    let mut came = pairs(&answer.query);
    for pair in &own {
        let at = came.iter().position(|other| other == pair)?;
        came.remove(at);
    }
    same(base, &answer.base).then(|| {
        came.into_iter()
            .map(|(name, _)| name)
            .filter(|name| name != "state")
            .collect()
    })
}

fn pairs(parameters: &Parameters) -> Vec<(String, String)> {
    parameters
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn state_comes_back(attempt: &LogoutAttempt) -> Finding {
    let Some(answer) = &attempt.answer else {
        return Finding::not_applicable(format!(
            "nothing came back to the client: {}",
            attempt.summary()
        ));
    };
    let came = answer.query.all("state");
    let actual = || match came.as_slice() {
        [] => "no state".to_owned(),
        [one] => format!("state {one:?}"),
        many => format!("state {} times", many.len()),
    };
    let sent = attempt.plan.parameters.get("state").unwrap_or_default();
    if sent.is_empty() {
        Finding::met_if(came.is_empty(), "no state, as none was sent", actual)
    } else {
        Finding::met_if(came == [sent], format!("state {sent:?}"), actual)
    }
}

fn leads_to_no_uri(attempt: &LogoutAttempt) -> Finding {
    match &attempt.arrival.end {
        End::RedirectUri(_) => Finding::violated("a page and no redirect", attempt.summary()),
        End::Page { answer, .. } if answer.response.status().is_server_error() => {
            Finding::needs_review(format!(
                "the server failed ({}), which proves nothing about this rule",
                attempt.summary()
            ))
        }
        End::Page { .. } => Finding::Met,
    }
}

/// The provider may have other means than a hint to know that the URI is the client's
/// ([3](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RedirectionAfterLogout)): where it asked the
/// user first, a person must see what it asked.
fn leads_to_no_uri_without_proof(attempt: &LogoutAttempt) -> Finding {
    let asked = attempt.arrival.met(PageKind::Confirmation) || is_unseen(attempt);
    if attempt.answer.is_some() && asked {
        return Finding::needs_review(format!(
            "{} after the user was asked: does the page show where the browser goes, or does the provider know \
             by other means that the URI is the client's?",
            attempt.summary()
        ));
    }
    leads_to_no_uri(attempt)
}

fn asks_the_user(attempt: &LogoutAttempt) -> Finding {
    if attempt.arrival.met(PageKind::Confirmation) {
        return Finding::Met;
    }
    match &attempt.arrival.end {
        _ if is_unseen(attempt) => {
            Finding::needs_review("the login driver records no pages: was the user asked?")
        }
        End::RedirectUri(_) => Finding::violated(
            "a page that asks whether to log out, before anything else",
            attempt.summary(),
        ),
        // The session tells whether the user was passed over; the scenario looks at it next.
        End::Page { .. } => Finding::needs_review(format!(
            "{}: does it ask whether to log out?",
            attempt.summary()
        )),
    }
}

/// Whether the session is over, so that `attempt` is refused as `expected`. A user who was not asked did not agree
/// ([2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)): then the provider should have asked,
/// and need not have ended the session.
pub fn session_is_over(
    logout: &LogoutAttempt,
    attempt: &AuthorizationAttempt,
    expected: &str,
) -> Finding {
    match authorization_refusal(attempt, expected) {
        Finding::Violated { actual, .. } if is_unseen(logout) => Finding::needs_review(format!(
            "{actual}; the login driver records no pages: was the user asked whether to log out?"
        )),
        Finding::Violated { .. } if !logout.arrival.met(PageKind::Confirmation) => {
            Finding::not_applicable("the user was not asked whether to log out")
        }
        other => other,
    }
}

/// Without a session there may be a redirect or a page, and neither is an error page.
fn is_no_error(attempt: &LogoutAttempt) -> Finding {
    match &attempt.arrival.end {
        End::RedirectUri(_) => Finding::Met,
        End::Page { answer, .. } => Finding::met_if(
            answer.status() < 400,
            "a redirect, or a page that is no error",
            || attempt.summary(),
        ),
    }
}

fn endpoint_is_https(discovery: &Discovery) -> Finding {
    let Some(value) = discovery.metadata.document.get("end_session_endpoint") else {
        return Finding::violated("end_session_endpoint, an https URL", "no such member");
    };
    let url = value.as_str().and_then(|text| Url::parse(text).ok());
    let fits = url.is_some_and(|url| is_https_or_loopback(&url));
    Finding::met_if(fits, "an https URL", || value.to_string())
}

/// The URIs that are registered, as far as the answer tells.
fn registered(registration: &Registration) -> Vec<&str> {
    let list = registration.answer.get("post_logout_redirect_uris");
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}

fn http_is_not_taken(registration: &Registration) -> Finding {
    if !registration.answer.is_success() {
        return refusal(&registration.answer, "any error");
    }
    let taken: Vec<&str> = registered(registration)
        .into_iter()
        .filter(|uri| uri.starts_with("http:"))
        .collect();
    Finding::met_if(
        taken.is_empty(),
        "an error, or a registration without this URI",
        || format!("{} is registered", taken.join(", ")),
    )
}

fn uris_are_registered(registration: &Registration) -> Finding {
    let asked: Vec<&str> = registration
        .asked
        .get("post_logout_redirect_uris")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let expected = format!("2xx with post_logout_redirect_uris: {}", asked.join(", "));
    let got = registered(registration);
    let fits = registration.answer.is_success() && asked.iter().all(|uri| got.contains(uri));
    Finding::met_if(fits, expected, || {
        if !registration.answer.is_success() || got.is_empty() {
            return registration.answer.summary();
        }
        got.join(", ")
    })
}

#[cfg(test)]
mod tests;
