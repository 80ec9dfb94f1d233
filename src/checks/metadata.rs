//! Checks on the provider's metadata.

use serde_json::Value;
use url::Url;

use super::Rule;
use super::url::is_https_or_loopback;
use crate::finding::Finding;
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
    rule("OIDCD-4.3-1", issuer_is_the_one_asked_for),
    rule("OIDCD-3-2", required_members_are_there),
    rule("OIDCD-3-6", endpoints_are_https),
];

const fn rule(id: &'static str, check: fn(&Discovery) -> Finding) -> Rule<Discovery> {
    Rule { id, check }
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

fn endpoints_are_https(discovery: &Discovery) -> Finding {
    let bad: Vec<String> = discovery
        .metadata
        .document
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        .filter(|(_, value)| {
            !value
                .as_str()
                .and_then(|text| Url::parse(text).ok())
                .is_some_and(|url| is_https_or_loopback(&url))
        })
        .map(|(name, value)| format!("{name} is {value}"))
        .collect();
    Finding::met_if(bad.is_empty(), "https URLs", || bad.join("; "))
}
