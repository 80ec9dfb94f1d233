//! Checks on the provider's metadata.

pub(crate) mod members;

use serde_json::Value;
use url::Url;

use super::Rule;
use super::url::{is_https_or_loopback, judge_https};
use crate::finding::Finding;
use crate::http::Answer;
use crate::provider::Metadata;

/// The metadata as found, and the issuer that the run was given.
#[derive(Debug, Clone)]
pub struct Discovery {
    /// The document and the answer that it came in.
    pub metadata: Metadata,
    /// The issuer of the provider file.
    pub issuer: String,
}

/// The rules on the document of OpenID Connect Discovery.
pub const RULES: &[Rule<Discovery>] = &[
    rule("OIDCD-4-1", document_is_there),
    rule("OIDCD-4.2-1", answer_is_json_object),
    rule("OIDCD-4.3-1", |d| {
        on_document(d, issuer_is_the_one_asked_for)
    }),
    rule("OIDCD-3-2", |d| on_document(d, required_members_are_there)),
    rule("OIDCD-3-3", |d| on_document(d, lists_rs256)),
    rule("OIDCD-3-4", |d| on_document(d, lists_openid)),
    rule("OIDCD-3-5", |d| {
        on_document(d, recommended_members_are_there)
    }),
    rule("OIDCD-3-6", |d| on_document(d, endpoints_are_https)),
    rule("OIDCD-3-10", |d| on_document(d, assertions_are_signed)),
    rule("OIDCD-3-12", |d| {
        on_document(d, lists_what_a_dynamic_provider_must)
    }),
    rule("OIDCD-3-17", |d| {
        on_document(d, issuer_is_a_plain_https_url)
    }),
    rule("OIDCD-3-18", |d| on_document(d, members_have_their_types)),
    rule("OIDCD-3-20", |d| {
        on_document(d, grant_types_fit_response_types)
    }),
    rule("OIDCD-4.2-2", |d| on_document(d, no_member_is_empty)),
    rule("PRACTICE-metadata-3", |d| {
        on_document(d, says_how_long_to_cache)
    }),
];

const fn rule(id: &'static str, check: fn(&Discovery) -> Finding) -> Rule<Discovery> {
    Rule { id, check }
}

/// Where there is no document, that alone is wrong: nothing can be said about what is in it.
fn on_document(discovery: &Discovery, check: impl FnOnce(&Discovery) -> Finding) -> Finding {
    let is_refused = discovery
        .metadata
        .answer
        .response
        .status()
        .is_client_error();
    if is_refused || !discovery.metadata.is_there() {
        return Finding::not_applicable("there is no metadata document");
    }
    check(discovery)
}

fn document_is_there(discovery: &Discovery) -> Finding {
    let answer = &discovery.metadata.answer;
    Finding::met_if(
        answer.status() == 200 && discovery.metadata.is_there(),
        "200 with a JSON object at issuer + /.well-known/openid-configuration",
        || format!("{} at {}", answer.status(), answer.url),
    )
}

fn answer_is_json_object(discovery: &Discovery) -> Finding {
    let answer = &discovery.metadata.answer;
    if answer.response.status().is_client_error() {
        return Finding::not_applicable("there is no metadata document");
    }
    let media_type = answer.header("content-type").map(|value| {
        value
            .split(';')
            .next()
            .unwrap_or(value)
            .trim()
            .to_ascii_lowercase()
    });
    let fits = answer.status() == 200
        && media_type.as_deref() == Some("application/json")
        && discovery.metadata.is_there();
    Finding::met_if(fits, "200, application/json, a JSON object", || {
        format!(
            "{}, {}, {}",
            answer.status(),
            media_type.as_deref().unwrap_or("no Content-Type"),
            if discovery.metadata.is_there() {
                "a JSON object"
            } else {
                "no JSON object"
            }
        )
    })
}

fn issuer_is_the_one_asked_for(discovery: &Discovery) -> Finding {
    let issuer = discovery.metadata.document.get("issuer");
    Finding::met_if(
        issuer.and_then(Value::as_str) == Some(&discovery.issuer),
        format!("issuer {:?}", discovery.issuer),
        || match issuer {
            Some(other) => format!("issuer {other}"),
            None => "no issuer".to_owned(),
        },
    )
}

fn required_members_are_there(discovery: &Discovery) -> Finding {
    let document = &discovery.metadata.document;
    let mut required = vec![
        "issuer",
        "authorization_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ];
    let implicit_only = discovery
        .metadata
        .list("response_types_supported")
        .is_some_and(|types| {
            !types.is_empty() && !types.iter().any(|t| t.split(' ').any(|w| w == "code"))
        });
    if !implicit_only {
        required.push("token_endpoint");
    }
    let missing: Vec<&str> = required
        .into_iter()
        .filter(|name| !document.contains_key(*name))
        .collect();
    Finding::met_if(missing.is_empty(), "every REQUIRED member", || {
        format!("no {}", missing.join(", "))
    })
}

fn lists_rs256(discovery: &Discovery) -> Finding {
    lists(
        discovery,
        "id_token_signing_alg_values_supported",
        &["RS256"],
    )
}

/// The list may be missing; where it is there, the scopes that Core defines should be in it.
fn lists_openid(discovery: &Discovery) -> Finding {
    if !discovery.metadata.document.contains_key("scopes_supported") {
        return Finding::not_applicable("the metadata have no scopes_supported");
    }
    lists(discovery, "scopes_supported", &["openid"])
}

fn lists(discovery: &Discovery, name: &str, words: &[&str]) -> Finding {
    let expected = format!("{name} with {}", words.join(", "));
    let Some(list) = discovery.metadata.list(name) else {
        return Finding::violated(expected, format!("no {name} that is a list"));
    };
    Finding::met_if(words.iter().all(|w| list.contains(w)), expected, || {
        format!("{name}: {}", list.join(", "))
    })
}

fn recommended_members_are_there(discovery: &Discovery) -> Finding {
    let document = &discovery.metadata.document;
    let missing: Vec<&str> = ["userinfo_endpoint", "scopes_supported", "claims_supported"]
        .into_iter()
        .filter(|name| !document.contains_key(*name))
        .collect();
    Finding::met_if(missing.is_empty(), "every RECOMMENDED member", || {
        format!("no {}", missing.join(", "))
    })
}

fn assertions_are_signed(discovery: &Discovery) -> Finding {
    members::no_unsigned_assertions(
        &discovery.metadata.document,
        &["token_endpoint_auth_signing_alg_values_supported"],
    )
}

/// What a provider that registers clients without having met them must support.
fn lists_what_a_dynamic_provider_must(discovery: &Discovery) -> Finding {
    let has_type = |wanted: &str| {
        let mut wanted: Vec<&str> = wanted.split(' ').collect();
        wanted.sort_unstable();
        discovery
            .metadata
            .list("response_types_supported")
            .unwrap_or_default()
            .iter()
            .any(|listed| {
                let mut listed: Vec<&str> = listed.split(' ').collect();
                listed.sort_unstable();
                listed == wanted
            })
    };
    let mut missing: Vec<String> = ["code", "id_token", "id_token token"]
        .into_iter()
        .filter(|wanted| !has_type(wanted))
        .map(|wanted| format!("response type {wanted}"))
        .collect();
    // Left out, the list means just these two.
    if let Some(grants) = discovery.metadata.list("grant_types_supported") {
        missing.extend(
            ["authorization_code", "implicit"]
                .into_iter()
                .filter(|wanted| !grants.contains(wanted))
                .map(|wanted| format!("grant type {wanted}")),
        );
    }
    Finding::met_if(
        missing.is_empty(),
        "response types code, id_token and id_token token; grant types authorization_code and implicit",
        || format!("not listed: {}", missing.join(", ")),
    )
}

/// A grant type list that is left out means authorization_code and implicit, so the response types need one
/// of each.
fn grant_types_fit_response_types(discovery: &Discovery) -> Finding {
    let metadata = &discovery.metadata;
    if metadata.document.contains_key("grant_types_supported") {
        return Finding::not_applicable("grant_types_supported is there");
    }
    let types = metadata
        .list("response_types_supported")
        .unwrap_or_default();
    let has = |word: &str| types.iter().any(|t| t.split(' ').any(|w| w == word));
    let fits = has("code") && (has("id_token") || has("token"));
    Finding::met_if(
        fits,
        "without grant_types_supported: response types of the grants authorization_code and implicit",
        || format!("response_types_supported: {}", types.join(", ")),
    )
}

/// On a loopback http issuer the https part does not apply.
fn issuer_is_a_plain_https_url(discovery: &Discovery) -> Finding {
    let issuer = discovery.metadata.document.get("issuer");
    let fits = issuer
        .and_then(Value::as_str)
        .and_then(|text| Url::parse(text).ok())
        .is_some_and(|url| {
            is_https_or_loopback(&url) && url.query().is_none() && url.fragment().is_none()
        });
    Finding::met_if(
        fits,
        "an https URL without query and fragment",
        || match issuer {
            Some(issuer) => format!("issuer {issuer}"),
            None => "no issuer".to_owned(),
        },
    )
}

fn members_have_their_types(discovery: &Discovery) -> Finding {
    members::have_forms(&discovery.metadata.document, members::OPENID)
}

fn no_member_is_empty(discovery: &Discovery) -> Finding {
    members::none_is_empty(&discovery.metadata.document)
}

/// Where PKCE is enforced the metadata say so; left out, `code_challenge_methods_supported` means that there
/// is none ([RFC 8414 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
pub fn tells_of_pkce(listed: Option<&[&str]>, is_enforced: bool) -> Finding {
    match listed {
        Some(_) => Finding::Met,
        None if is_enforced => Finding::violated(
            "code_challenge_methods_supported in the metadata",
            "left out, though a wrong code_verifier is refused",
        ),
        None => Finding::not_applicable("a wrong code_verifier is not refused: there is no PKCE"),
    }
}

/// `request_uri_parameter_supported` left out means `true`
/// ([Discovery 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)); `error` is
/// what came of an authorization request with `request_uri`.
pub fn request_uri_default_holds(metadata: &Metadata, error: Option<&str>) -> Finding {
    if metadata
        .document
        .contains_key("request_uri_parameter_supported")
    {
        return Finding::not_applicable("request_uri_parameter_supported is there");
    }
    Finding::met_if(
        error != Some("request_uri_not_supported"),
        "request_uri_parameter_supported: false, or support for request_uri",
        || "left out (which means true), and request_uri_not_supported".to_owned(),
    )
}

fn says_how_long_to_cache(discovery: &Discovery) -> Finding {
    cacheable(&discovery.metadata.answer)
}

/// Whether an answer says how long it may be kept.
pub(crate) fn cacheable(answer: &Answer) -> Finding {
    let says = answer.header("cache-control").or(answer.header("expires"));
    Finding::met_if(says.is_some(), "Cache-Control (or Expires)", || {
        "neither Cache-Control nor Expires".to_owned()
    })
}

/// A URL that no request can be sent to counts as none.
fn endpoints_are_https(discovery: &Discovery) -> Finding {
    let metadata = &discovery.metadata;
    let endpoints = (metadata.document.iter())
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let mut bad = Vec::new();
    let mut is_loopback_http = false;
    for (name, value) in endpoints {
        match metadata.endpoint(name).map(|url| judge_https(&url, name)) {
            None => bad.push(format!("{name} is {:.200}", value.to_string())),
            Some(Finding::Violated { actual, .. }) => bad.push(actual),
            Some(Finding::NotApplicable { .. }) => is_loopback_http = true,
            Some(_) => {}
        }
    }
    if bad.is_empty() && is_loopback_http {
        return Finding::not_applicable("loopback http");
    }
    Finding::met_if(bad.is_empty(), "https URLs", || bad.join("; "))
}

#[cfg(test)]
mod tests;
