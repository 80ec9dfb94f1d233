//! Checks on authorization responses that carry tokens (implicit and hybrid flow) and on those that come by
//! form.

use super::Rule;
use super::authorization_response::{AuthorizationResponse, described, same_state};
use crate::finding::Finding;
use crate::protocol::{AuthorizationAnswer, ResponseMode};

/// The rules on responses to response types with `id_token` or `token`.
pub const RULES: &[Rule<AuthorizationResponse>] = &[
    rule("OAUTHMRT-3-1", nothing_in_query),
    rule("OAUTHMRT-5-1", all_that_was_named),
    rule("OAUTHMRT-5-2", nothing_in_query),
    rule("OAUTHMRT-5-3", state_comes_back),
    rule("OAUTHMRT-7-1", no_token_in_query),
    rule("OIDCC-3.2.2.5-1", success_in_fragment),
    rule("OIDCC-3.2.2.5-2", token_type_is_bearer),
    rule("OIDCC-3.2.2.5-3", id_token_and_no_code),
    rule("OIDCC-3.2.2.5-4", state_comes_back),
    rule("OIDCC-3.2.2.10-3", no_access_token),
    rule("RFC6749-3.1.1-3", all_that_was_named),
    rule("OIDCC-11-2", nothing_offline),
    rule("RFC6749-4.2.2-1", no_refresh_token),
];

/// The rules on responses by form
/// ([Form Post Response Mode 2](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#FormPostResponseMode)).
pub const FORM_RULES: &[Rule<FormPost>] = &[
    rule("OAUTHFP-2-1", response_in_form),
    rule("OAUTHFP-2-2", page_is_not_stored),
    rule("OAUTHFP-2-4", state_in_form),
];

const fn rule<A>(id: &'static str, check: fn(&A) -> Finding) -> Rule<A> {
    Rule { id, check }
}

/// A response that was asked for by form, with the header fields of the page that carried it.
#[derive(Debug, Clone)]
pub struct FormPost {
    /// The response.
    pub response: AuthorizationResponse,
    /// `Cache-Control` of the page.
    pub cache_control: Option<String>,
}

const EXPECTED: &str = "a success in the fragment of the redirect_uri";

fn asks(response: &AuthorizationResponse, word: &str) -> bool {
    let asked = response.asked("response_type").unwrap_or_default();
    asked.split(' ').any(|own| own == word)
}

fn success(
    response: &AuthorizationResponse,
    judge: impl FnOnce(&AuthorizationAnswer) -> Finding,
) -> Finding {
    response.on_needed_answer(EXPECTED, |answer| match answer.error() {
        Some(_) => Finding::violated(EXPECTED, described(answer)),
        None => judge(answer),
    })
}

fn success_in_fragment(response: &AuthorizationResponse) -> Finding {
    success(response, |answer| {
        let fits = answer.mode() == ResponseMode::Fragment;
        Finding::met_if(fits, EXPECTED, || described(answer))
    })
}

fn all_that_was_named(response: &AuthorizationResponse) -> Finding {
    success(response, |answer| {
        let mut expected = Vec::new();
        for (word, parameters) in [
            ("code", &["code"][..]),
            ("id_token", &["id_token"]),
            ("token", &["access_token", "token_type"]),
        ] {
            if asks(response, word) {
                expected.extend(parameters);
            }
        }
        let all = ["code", "id_token", "access_token", "token_type"];
        let fits = all
            .iter()
            .all(|name| answer.get(name).is_some() == expected.contains(name));
        Finding::met_if(
            fits,
            format!("{}, no other token", expected.join(", ")),
            || described(answer),
        )
    })
}

fn state_comes_back(response: &AuthorizationResponse) -> Finding {
    response.on_needed_answer(EXPECTED, |answer| same_state(response, answer))
}

fn token_type_is_bearer(response: &AuthorizationResponse) -> Finding {
    success(response, |answer| {
        if answer.get("access_token").is_none() {
            return Finding::violated("an access_token", described(answer));
        }
        let token_type = answer.get("token_type");
        Finding::met_if(
            token_type.is_some_and(|value| value.eq_ignore_ascii_case("Bearer")),
            "token_type Bearer",
            || token_type.map_or_else(|| "no token_type".to_owned(), |v| format!("token_type {v}")),
        )
    })
}

fn id_token_and_no_code(response: &AuthorizationResponse) -> Finding {
    success(response, |answer| {
        let fits = answer.get("id_token").is_some() && answer.get("code").is_none();
        Finding::met_if(fits, "an id_token and no code", || described(answer))
    })
}

fn no_access_token(response: &AuthorizationResponse) -> Finding {
    success(response, |answer| {
        let fits = answer.get("access_token").is_none();
        Finding::met_if(fits, "no access_token", || described(answer))
    })
}

fn no_refresh_token(response: &AuthorizationResponse) -> Finding {
    success(response, |answer| {
        let fits = answer.get("refresh_token").is_none();
        Finding::met_if(fits, "no refresh_token", || described(answer))
    })
}

/// The client may lack the scope, so that a refusal says nothing about what is ignored.
fn nothing_offline(response: &AuthorizationResponse) -> Finding {
    response.on_answer(|answer| {
        if answer.error().is_some() {
            return Finding::not_applicable(format!(
                "the request was refused: {}",
                described(answer)
            ));
        }
        let fits = answer.get("refresh_token").is_none();
        Finding::met_if(fits, "no refresh_token", || described(answer))
    })
}

/// Also where the query was asked for: refused, or answered elsewhere.
fn nothing_in_query(response: &AuthorizationResponse) -> Finding {
    in_query(response, &["code", "id_token", "access_token"])
}

fn no_token_in_query(response: &AuthorizationResponse) -> Finding {
    in_query(response, &["id_token", "access_token"])
}

fn in_query(response: &AuthorizationResponse, names: &[&str]) -> Finding {
    let Some(answer) = &response.attempt.answer else {
        return Finding::met_with(response.attempt.summary());
    };
    let found: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| answer.query.get(name).is_some())
        .collect();
    Finding::met_if(
        found.is_empty(),
        format!("no {} in the query", names.join(", ")),
        || format!("{} in the query", found.join(", ")),
    )
}

fn response_in_form(post: &FormPost) -> Finding {
    let expected = "a form with code and state that posts itself to the redirect_uri";
    post.response.on_needed_answer(expected, |answer| {
        let fits = answer.mode() == ResponseMode::FormPost
            && answer.form.get("code").is_some()
            && answer.query.get("code").is_none()
            && post.response.asked("redirect_uri") == Some(answer.callback.url.as_str());
        Finding::met_if(fits, expected, || described(answer))
    })
}

fn page_is_not_stored(post: &FormPost) -> Finding {
    post.response.on_needed_answer("a form", |answer| {
        if answer.callback.exchange == 0 {
            return Finding::not_applicable("the login driver records no exchanges");
        }
        let value = post.cache_control.as_deref();
        let fits = value.is_some_and(|value| {
            value
                .split(',')
                .any(|directive| directive.trim().eq_ignore_ascii_case("no-store"))
        });
        Finding::met_if(fits, "Cache-Control: no-store", || match value {
            Some(value) => format!("Cache-Control: {value}"),
            None => "no Cache-Control".to_owned(),
        })
    })
}

fn state_in_form(post: &FormPost) -> Finding {
    post.response.on_needed_answer("a form", |answer| {
        if answer.mode() != ResponseMode::FormPost {
            return Finding::violated("state in the form", described(answer));
        }
        same_state(&post.response, answer)
    })
}
