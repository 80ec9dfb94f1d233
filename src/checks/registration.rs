//! Checks on the answers of dynamic client registration
//! ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [Registration](https://openid.net/specs/openid-connect-registration-1_0.html)).

use serde_json::{Value, json};

use super::Rule;
use crate::finding::Finding;
use crate::flow::{Registration, is_same};
use crate::protocol::JsonAnswer;

/// The rules on the answer to a registration.
pub const RULES: &[Rule<Registration>] = &[
    rule("OIDCR-2-11", openid_defaults_are_there),
    rule("OIDCR-3.2-1", answered_201),
    rule("OIDCR-3.2-3", secret_comes_with_its_expiry),
    rule("OIDCR-3.2-4", management_comes_whole),
    rule("OIDCR-3.2-7", redirect_uris_are_as_sent),
    rule("RFC7591-2-3", oauth_defaults_are_there),
    rule("RFC7591-2-4", public_client_has_no_secret),
    rule("RFC7591-3.2.1-1", answered_201),
    rule("RFC7591-3.2.1-3", all_metadata_are_there),
    rule("RFC7591-3.2.1-5", client_id_is_there),
    rule("RFC7592-3-1", management_is_there),
    rule("PRACTICE-dcr-1", is_not_to_be_stored),
];

/// The rules on the answer to a registration that can't be.
pub const ERROR_RULES: &[Rule<Registration>] = &[
    rule("OIDCR-3.3-1", registration_error),
    rule("RFC7591-3.2.2-1", registration_error),
];

const fn rule(id: &'static str, check: fn(&Registration) -> Finding) -> Rule<Registration> {
    Rule { id, check }
}

/// The values that members have which a registration leaves out.
const OAUTH_DEFAULTS: [(&str, &str); 3] = [
    ("token_endpoint_auth_method", r#""client_secret_basic""#),
    ("grant_types", r#"["authorization_code"]"#),
    ("response_types", r#"["code"]"#),
];
const OPENID_DEFAULTS: [(&str, &str); 5] = [
    ("application_type", r#""web""#),
    ("id_token_signed_response_alg", r#""RS256""#),
    ("token_endpoint_auth_method", r#""client_secret_basic""#),
    ("grant_types", r#"["authorization_code"]"#),
    ("response_types", r#"["code"]"#),
];
/// What every provider understands, and so registers in one way or another.
const UNDERSTOOD: [&str; 4] = [
    "redirect_uris",
    "grant_types",
    "response_types",
    "token_endpoint_auth_method",
];

fn answered_201(registration: &Registration) -> Finding {
    json_with_status(&registration.answer, 201)
}

/// Whether an answer has this status, is `application/json` and holds an object.
pub(crate) fn json_with_status(answer: &JsonAnswer, status: u16) -> Finding {
    let media_type = answer.media_type();
    let fits = answer.status() == status
        && media_type.as_deref() == Some("application/json")
        && answer.body.is_ok();
    Finding::met_if(
        fits,
        format!("{status}, application/json, a JSON object"),
        || {
            format!(
                "{}; {}",
                answer.summary(),
                media_type.as_deref().unwrap_or("no Content-Type")
            )
        },
    )
}

fn client_id_is_there(registration: &Registration) -> Finding {
    let id = registration.answer.get("client_id");
    Finding::met_if(
        id.and_then(Value::as_str).is_some_and(|id| !id.is_empty()),
        "client_id, a string",
        || registration.answer.summary(),
    )
}

fn secret_comes_with_its_expiry(registration: &Registration) -> Finding {
    let answer = &registration.answer;
    if answer.get("client_secret").is_none() {
        return Finding::not_applicable("no client_secret was issued");
    }
    let expiry = answer.get("client_secret_expires_at");
    Finding::met_if(
        expiry.is_some_and(Value::is_number),
        "client_secret_expires_at, a number",
        || match expiry {
            Some(value) => format!("client_secret_expires_at is {value}"),
            None => "client_secret without client_secret_expires_at".to_owned(),
        },
    )
}

fn management_comes_whole(registration: &Registration) -> Finding {
    let has = |name| registration.answer.get(name).is_some();
    match (
        has("registration_client_uri"),
        has("registration_access_token"),
    ) {
        (true, true) | (false, false) => Finding::Met,
        (true, false) => both_or_neither("registration_client_uri alone"),
        (false, true) => both_or_neither("registration_access_token alone"),
    }
}

fn both_or_neither(actual: &str) -> Finding {
    Finding::violated(
        "registration_client_uri and registration_access_token, or neither",
        actual,
    )
}

/// A provider that gives neither of the two has no management that this could bind.
fn management_is_there(registration: &Registration) -> Finding {
    let has = |name| registration.answer.get(name).is_some();
    let (uri, token) = (
        has("registration_client_uri"),
        has("registration_access_token"),
    );
    if !uri && !token {
        return Finding::not_applicable("the provider does not manage registered clients");
    }
    management_comes_whole(registration)
}

/// The members asked that every provider understands.
fn understood(registration: &Registration) -> impl Iterator<Item = &'static str> {
    UNDERSTOOD
        .into_iter()
        .filter(|name| registration.asked.contains_key(*name))
}

fn redirect_uris_are_as_sent(registration: &Registration) -> Finding {
    let (asked, got) = (
        registration.asked.get("redirect_uris"),
        registration.answer.get("redirect_uris"),
    );
    let fits = match (asked, got) {
        (Some(asked), Some(got)) => is_same(asked, got),
        (None, None) => true,
        _ => false,
    };
    Finding::met_if(
        fits,
        format!("redirect_uris {}", asked.unwrap_or(&Value::Null)),
        || format!("redirect_uris {}", got.unwrap_or(&Value::Null)),
    )
}

fn all_metadata_are_there(registration: &Registration) -> Finding {
    let missing: Vec<&str> = understood(registration)
        .filter(|name| registration.answer.get(name).is_none())
        .collect();
    Finding::met_if(missing.is_empty(), "all registered metadata", || {
        format!("no {}", missing.join(", "))
    })
}

fn oauth_defaults_are_there(registration: &Registration) -> Finding {
    defaults(registration, &OAUTH_DEFAULTS)
}

fn openid_defaults_are_there(registration: &Registration) -> Finding {
    defaults(registration, &OPENID_DEFAULTS)
}

/// Only members that the registration left out. A provider may provision other values than the defaults
/// ([RFC 7591 3.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.1)), but for unsigned ID Tokens, which a client
/// has to ask for; it has to tell what it registered. A member that not every provider knows may be missing.
fn defaults(registration: &Registration, defaults: &[(&str, &str)]) -> Finding {
    let mut wrong = Vec::new();
    let mut provisioned = Vec::new();
    let mut judged = false;
    for (name, default) in defaults {
        let default: Value = serde_json::from_str(default).unwrap_or_default();
        if registration.asked.contains_key(*name) {
            continue;
        }
        judged = true;
        let got = registration.answer.get(name);
        let fits = match (&default, got) {
            (Value::Array(default), Some(Value::Array(got))) => {
                default.iter().all(|item| got.contains(item))
            }
            (default, Some(got)) => default == got,
            (_, None) => !UNDERSTOOD.contains(name),
        };
        if fits {
            continue;
        }
        match got {
            Some(got) if is_provisioned(&default, got) => provisioned.push(format!("{name} {got}")),
            got => {
                let got = got.map_or_else(|| "missing".to_owned(), ToString::to_string);
                wrong.push((format!("{name} {default}"), format!("{name} {got}")));
            }
        }
    }
    if !judged {
        return Finding::not_applicable("the registration left nothing to defaults");
    }
    let (expected, actual): (Vec<String>, Vec<String>) = wrong.into_iter().unzip();
    if actual.is_empty() && !provisioned.is_empty() {
        return Finding::met_with(format!("provisioned: {}", provisioned.join("; ")));
    }
    Finding::met_if(actual.is_empty(), expected.join("; "), || actual.join("; "))
}

/// Whether a provider may register this value instead of a default.
fn is_provisioned(default: &Value, got: &Value) -> bool {
    match (default, got) {
        (Value::Array(_), Value::Array(got)) => !got.is_empty() && got.iter().all(Value::is_string),
        (Value::String(default), Value::String(got)) => default != "RS256" || got != "none",
        _ => false,
    }
}

fn public_client_has_no_secret(registration: &Registration) -> Finding {
    let answer = &registration.answer;
    let method = answer.get("token_endpoint_auth_method");
    if method.is_some_and(|method| *method != json!("none")) {
        return Finding::not_applicable("the provider registered another method");
    }
    Finding::met_if(
        answer.is_success() && answer.get("client_secret").is_none(),
        "a client without client_secret",
        || answer.summary(),
    )
}

fn is_not_to_be_stored(registration: &Registration) -> Finding {
    not_to_be_stored(&registration.answer)
}

/// Whether an answer forbids caches to keep it.
pub(crate) fn not_to_be_stored(answer: &JsonAnswer) -> Finding {
    let found = answer.answer.header("cache-control").unwrap_or("");
    let says = found
        .split(',')
        .any(|directive| directive.trim().eq_ignore_ascii_case("no-store"));
    Finding::met_if(says, "Cache-Control: no-store", || {
        if found.is_empty() {
            "no Cache-Control".to_owned()
        } else {
            format!("Cache-Control: {found}")
        }
    })
}

/// 400, `application/json`, and `error`. Codes beyond the registered ones may be used.
fn registration_error(registration: &Registration) -> Finding {
    let answer = &registration.answer;
    if answer.answer.response.status().is_server_error() {
        return Finding::violated("400 with a JSON error", answer.summary());
    }
    let shape = json_with_status(answer, 400);
    match (shape, answer.error()) {
        (Finding::Met, Some("invalid_redirect_uri" | "invalid_client_metadata")) => Finding::Met,
        (Finding::Met, Some(other)) => Finding::met_with(format!("the error code is {other}")),
        (Finding::Met, None) => Finding::violated("a member error", answer.summary()),
        (other, _) => other,
    }
}

/// Whether a registration (or an update) did not bring what was asked: it was refused, or at least one of
/// these members is registered otherwise.
pub fn is_not_registered(registration: &Registration, members: &[&str]) -> Finding {
    let answer = &registration.answer;
    if answer.answer.response.status().is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about this rule",
            answer.summary()
        ));
    }
    if answer.is_refusal() {
        return Finding::Met;
    }
    let is_taken = |name: &&str| {
        let asked = registration.asked.get(*name);
        // What the answer does not tell was not taken, as far as anybody can see.
        asked.is_some_and(|asked| answer.get(name).is_some_and(|got| is_same(asked, got)))
    };
    let taken = answer.is_success() && members.iter().all(is_taken);
    let shown = || {
        let values = members.iter().map(|name| {
            let got = answer.get(name).unwrap_or(&Value::Null);
            format!("{name} {got}")
        });
        format!(
            "{} with {}",
            answer.status(),
            values.collect::<Vec<_>>().join(", ")
        )
    };
    Finding::met_if(
        !taken,
        format!("a refusal (4xx), or another {}", members.join(" or ")),
        shown,
    )
}

/// Whether two registrations brought two clients.
pub fn are_distinct(one: &Registration, other: &Registration) -> Finding {
    let same: Vec<&str> = ["client_id", "client_secret"]
        .into_iter()
        .filter(|name| {
            let value = one.answer.get(name);
            value.is_some() && value == other.answer.get(name)
        })
        .collect();
    Finding::met_if(
        same.is_empty(),
        "another client_id and client_secret",
        || format!("the same {}", same.join(" and ")),
    )
}

/// Whether an answer refuses a bearer token as
/// [RFC 6750 3](https://www.rfc-editor.org/rfc/rfc6750#section-3) says: 401 with a challenge.
pub fn token_is_refused(answer: &JsonAnswer, error: Option<&str>) -> Finding {
    let expected = match error {
        Some(error) => format!("401 with WWW-Authenticate: Bearer error={error:?}"),
        None => "401 with WWW-Authenticate: Bearer".to_owned(),
    };
    let fits = answer.status() == 401 && challenges(answer, error);
    Finding::met_if(fits, expected, || {
        match answer.answer.header("www-authenticate") {
            Some(challenge) => format!("{}, {challenge}", answer.status()),
            None => format!("{}, no WWW-Authenticate", answer.status()),
        }
    })
}

/// Whether an answer has a Bearer challenge, with this error code where one is named.
fn challenges(answer: &JsonAnswer, error: Option<&str>) -> bool {
    let headers = answer.answer.response.headers();
    headers.get_all("www-authenticate").iter().any(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        let is_bearer = text
            .split([' ', ','])
            .any(|word| word.eq_ignore_ascii_case("bearer"));
        let says = |error: &str| {
            [format!("error=\"{error}\""), format!("error={error}")]
                .iter()
                .any(|parameter| text.contains(parameter.as_str()))
        };
        is_bearer && error.is_none_or(says)
    })
}

#[cfg(test)]
mod tests;
