//! Checks on the URL of an endpoint in the metadata.

use serde_json::Value;
use url::Url;

use super::Rule;
use super::url::is_https_or_loopback;
use crate::finding::Finding;

/// The member of the metadata that is an endpoint's URL.
#[derive(Debug, Clone)]
pub struct EndpointUrl {
    /// Its name.
    pub name: &'static str,
    /// Its value; `None` where it is absent.
    pub value: Option<Value>,
}

/// The rule on `revocation_endpoint` ([RFC 7009 2](https://www.rfc-editor.org/rfc/rfc7009#section-2)).
pub const REVOCATION_RULES: &[Rule<EndpointUrl>] =
    &[rule("RFC7009-2-1", is_https_without_fragment)];

/// The rule on `introspection_endpoint` ([RFC 7662 4](https://www.rfc-editor.org/rfc/rfc7662#section-4)).
pub const INTROSPECTION_RULES: &[Rule<EndpointUrl>] = &[rule("RFC7662-4-2", is_https)];

const fn rule(id: &'static str, check: fn(&EndpointUrl) -> Finding) -> Rule<EndpointUrl> {
    Rule { id, check }
}

fn is_https(endpoint: &EndpointUrl) -> Finding {
    judge(endpoint, "an https URL", is_https_or_loopback)
}

fn is_https_without_fragment(endpoint: &EndpointUrl) -> Finding {
    judge(endpoint, "an https URL without fragment", |url| {
        is_https_or_loopback(url) && url.fragment().is_none()
    })
}

fn judge(endpoint: &EndpointUrl, expected: &str, fits: impl Fn(&Url) -> bool) -> Finding {
    let url = endpoint
        .value
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|text| Url::parse(text).ok());
    Finding::met_if(
        url.as_ref().is_some_and(fits),
        expected,
        || match &endpoint.value {
            Some(value) => format!("{} is {value}", endpoint.name),
            None => format!("no {}", endpoint.name),
        },
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn endpoints_are_https_urls() {
        for (value, https, without_fragment) in [
            (Some(json!("https://op.example/x?y")), true, true),
            (Some(json!("http://localhost:80/x")), true, true),
            (Some(json!("https://op.example/x#y")), true, false),
            (Some(json!("http://op.example/x")), false, false),
            (Some(json!("/x")), false, false),
            (Some(json!(7)), false, false),
            (None, false, false),
        ] {
            let endpoint = EndpointUrl {
                name: "revocation_endpoint",
                value,
            };
            assert_eq!(is_https(&endpoint) == Finding::Met, https, "{endpoint:?}");
            let found = is_https_without_fragment(&endpoint) == Finding::Met;
            assert_eq!(found, without_fragment, "{endpoint:?}");
        }
    }
}
