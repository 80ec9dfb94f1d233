//! Checks on authorization responses, whatever the response type.
//!
//! Where a rule needs a response and none came, it is violated by those that demand a response and does not
//! apply to those that are about what is in it.

use url::Url;

use super::Rule;
use super::url::is_https_or_loopback;
use crate::finding::Finding;
use crate::flow::AuthorizationAttempt;
use crate::protocol::{AuthorizationAnswer, Parameters, ResponseMode};

/// An authorization response with what it has to fit.
#[derive(Debug, Clone)]
pub struct AuthorizationResponse {
    /// The request, and what came of it.
    pub attempt: AuthorizationAttempt,
    /// The issuer of the metadata; where there is none, the one that the run was given.
    pub issuer: String,
    /// `authorization_response_iss_parameter_supported` of the metadata.
    pub announces_iss: bool,
}

/// The rules on authorization responses.
pub const RULES: &[Rule<AuthorizationResponse>] = &[
    rule("OIDCC-3.1.2.5-1", code_and_state_in_query),
    rule("OIDCC-16.22-1", redirect_is_no_307),
    rule("RFC6749-3.1.2-2", query_is_retained),
    rule("RFC6749-4.1.2-1", state_comes_back),
    rule("RFC9207-2-1", iss_is_there),
    rule("RFC9207-2-3", iss_is_an_issuer),
    rule("RFC9207-2-4", iss_is_there_once),
    rule("RFC9207-2.3-1", iss_is_announced),
    rule("RFC9700-4.4.2.1-1", iss_is_there),
];

const fn rule(
    id: &'static str,
    check: fn(&AuthorizationResponse) -> Finding,
) -> Rule<AuthorizationResponse> {
    Rule { id, check }
}

impl AuthorizationResponse {
    /// What a parameter of the request was.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.attempt.plan.parameters.get(name)
    }

    /// Judges the response, where there is one.
    pub fn on_answer(&self, judge: impl FnOnce(&AuthorizationAnswer) -> Finding) -> Finding {
        match &self.attempt.answer {
            Some(answer) => judge(answer),
            None => Finding::not_applicable(format!(
                "there is no authorization response, but {}",
                self.attempt.summary()
            )),
        }
    }

    /// Judges a response that has to be there.
    pub fn on_needed_answer(
        &self,
        expected: &str,
        judge: impl FnOnce(&AuthorizationAnswer) -> Finding,
    ) -> Finding {
        match &self.attempt.answer {
            Some(answer) => judge(answer),
            None => Finding::violated(expected, self.attempt.summary()),
        }
    }
}

fn code_and_state_in_query(response: &AuthorizationResponse) -> Finding {
    let expected = "a redirect to the redirect_uri with code and state in the query";
    response.on_needed_answer(expected, |answer| {
        let state = response.asked("state");
        let fits = answer.query.get("code").is_some()
            && (state.is_none() || answer.query.get("state") == state)
            && answer.callback.form.is_none();
        Finding::met_if(fits, expected, || described(answer))
    })
}

/// The mode and what came, without values.
pub fn described(answer: &AuthorizationAnswer) -> String {
    let place = match answer.mode() {
        ResponseMode::Query => "the query",
        ResponseMode::Fragment => "the fragment",
        ResponseMode::FormPost => "a form",
    };
    format!("{} in {place}", answer.summary())
}

fn redirect_is_no_307(response: &AuthorizationResponse) -> Finding {
    response.on_answer(|answer| {
        let status = answer.callback.status;
        if status == 0 {
            return Finding::not_applicable("the login driver records no exchanges");
        }
        Finding::met_if(status != 307, "another status than 307", || {
            status.to_string()
        })
    })
}

fn query_is_retained(response: &AuthorizationResponse) -> Finding {
    let asked = response.asked("redirect_uri").unwrap_or_default();
    let Some((_, own)) = asked.split_once('?') else {
        return Finding::not_applicable("the redirect_uri has no query");
    };
    let expected = format!("a redirect that keeps the query {own}");
    response.on_needed_answer(&expected, |answer| {
        // Form encoding has several spellings of one value.
        let kept = Parameters::parse(own)
            .iter()
            .all(|pair| answer.query.iter().any(|own| own == pair));
        Finding::met_if(
            kept && answer.get("code").is_some(),
            expected.clone(),
            || described(answer),
        )
    })
}

/// `state` beside a success, as it was sent.
pub fn state_comes_back(response: &AuthorizationResponse) -> Finding {
    let expected = "a success with the state that was sent";
    response.on_needed_answer(expected, |answer| {
        if answer.error().is_some() {
            return Finding::violated(expected, described(answer));
        }
        same_state(response, answer)
    })
}

/// `state` as it was sent, once; none where none was sent.
pub fn same_state(response: &AuthorizationResponse, answer: &AuthorizationAnswer) -> Finding {
    let came = answer.parameters().all("state");
    match response.asked("state").filter(|state| !state.is_empty()) {
        Some(sent) => Finding::met_if(came == [sent], format!("state {}", shown(sent)), || {
            if came.is_empty() {
                return "no state".to_owned();
            }
            let all: Vec<String> = came.iter().map(|state| shown(state)).collect();
            format!("state {}", all.join(" and "))
        }),
        None => Finding::met_if(
            came.iter().all(|state| state.is_empty()),
            "no state, as none was sent",
            || "a state".to_owned(),
        ),
    }
}

/// A value and its length, in quotes.
fn shown(text: &str) -> String {
    let cut: String = text.chars().take(160).collect();
    format!("{cut:?} ({} characters)", text.chars().count())
}

/// `iss` is there and is the issuer
/// ([RFC 9207 section 2](https://www.rfc-editor.org/rfc/rfc9207#section-2)). Beside an ID Token, which names the
/// issuer, it may be left out ([section 4](https://www.rfc-editor.org/rfc/rfc9207#section-4)).
pub fn iss_is_there(response: &AuthorizationResponse) -> Finding {
    response.on_answer(|answer| {
        let iss = answer.get("iss");
        if iss.is_none() && answer.get("id_token").is_some() {
            return Finding::not_applicable("the ID Token beside it names the issuer");
        }
        Finding::met_if(
            iss == Some(&response.issuer),
            format!("iss {:?}", response.issuer),
            || iss.map_or_else(|| "no iss".to_owned(), |iss| format!("iss {iss:?}")),
        )
    })
}

fn iss_is_an_issuer(response: &AuthorizationResponse) -> Finding {
    response.on_answer(|answer| {
        let Some(iss) = answer.get("iss") else {
            return Finding::not_applicable("the response has no iss");
        };
        let fits = iss == response.issuer
            && Url::parse(iss).is_ok_and(|url| {
                is_https_or_loopback(&url) && url.query().is_none() && url.fragment().is_none()
            });
        Finding::met_if(
            fits,
            format!(
                "the issuer {:?}, an https URL without query and fragment",
                response.issuer
            ),
            || format!("{iss:?}"),
        )
    })
}

fn iss_is_there_once(response: &AuthorizationResponse) -> Finding {
    response.on_answer(|answer| {
        let all = answer.parameters().all("iss");
        if all.is_empty() {
            return Finding::not_applicable("the response has no iss");
        }
        Finding::met_if(
            all == [response.issuer.as_str()],
            "iss once, form-urlencoded",
            || format!("iss {}", all.join(" and iss ")),
        )
    })
}

fn iss_is_announced(response: &AuthorizationResponse) -> Finding {
    response.on_answer(|answer| {
        if answer.get("iss").is_none() {
            return Finding::not_applicable("the response has no iss");
        }
        Finding::met_if(
            response.announces_iss,
            "authorization_response_iss_parameter_supported is true",
            || "it is not".to_owned(),
        )
    })
}

#[cfg(test)]
pub(super) mod tests;
