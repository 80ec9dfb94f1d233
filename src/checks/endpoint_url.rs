//! Checks on the URL of an endpoint in the metadata.

use serde_json::Value;
use url::Url;

use super::Rule;
use super::url::{is_https_or_loopback, judge_https};
use crate::finding::Finding;

/// The member of the metadata that is an endpoint's URL.
#[derive(Debug, Clone)]
pub struct EndpointUrl {
    /// Its name.
    pub name: &'static str,
    /// Its value; `None` where it is absent.
    pub value: Option<Value>,
}

impl EndpointUrl {
    fn url(&self) -> Option<Url> {
        Url::parse(self.value.as_ref()?.as_str()?).ok()
    }

    fn shown(&self) -> String {
        match &self.value {
            Some(value) => format!("{} is {value}", self.name),
            None => format!("no {}", self.name),
        }
    }
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
    match endpoint.url() {
        Some(url) => judge_https(&url, endpoint.name),
        None => Finding::violated("an https URL", endpoint.shown()),
    }
}

fn is_https_without_fragment(endpoint: &EndpointUrl) -> Finding {
    let fits = endpoint
        .url()
        .is_some_and(|url| is_https_or_loopback(&url) && url.fragment().is_none());
    Finding::met_if(fits, "an https URL without fragment", || endpoint.shown())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn endpoints_are_https_urls() {
        for (value, https, without_fragment) in [
            (Some(json!("https://op.example/x?y")), Some(true), true),
            (Some(json!("http://localhost:80/x")), None, true),
            (Some(json!("https://op.example/x#y")), Some(true), false),
            (Some(json!("http://op.example/x")), Some(false), false),
            (Some(json!("/x")), Some(false), false),
            (Some(json!(7)), Some(false), false),
            (None, Some(false), false),
        ] {
            let endpoint = EndpointUrl {
                name: "revocation_endpoint",
                value,
            };
            let found = match is_https(&endpoint) {
                Finding::NotApplicable { .. } => None,
                finding => Some(finding == Finding::Met),
            };
            assert_eq!(found, https, "{endpoint:?}");
            let found = is_https_without_fragment(&endpoint) == Finding::Met;
            assert_eq!(found, without_fragment, "{endpoint:?}");
        }
    }
}
