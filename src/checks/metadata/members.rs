//! The form of the metadata's members, whichever document they stand in.

use serde_json::{Map, Value, json};

use crate::finding::Finding;
use crate::jwt::json::kind;

/// What kind of value a member has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A string.
    Text,
    /// An array of strings.
    Texts,
    /// A boolean.
    Flag,
}

impl Form {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Texts => value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Flag => value.is_boolean(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Texts => "an array of strings",
            Self::Flag => "a boolean",
        }
    }
}

/// The members of [Discovery 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata).
pub(crate) const OPENID: &[(&str, Form)] = &[
    ("issuer", Form::Text),
    ("authorization_endpoint", Form::Text),
    ("token_endpoint", Form::Text),
    ("userinfo_endpoint", Form::Text),
    ("jwks_uri", Form::Text),
    ("registration_endpoint", Form::Text),
    ("service_documentation", Form::Text),
    ("op_policy_uri", Form::Text),
    ("op_tos_uri", Form::Text),
    ("scopes_supported", Form::Texts),
    ("response_types_supported", Form::Texts),
    ("response_modes_supported", Form::Texts),
    ("grant_types_supported", Form::Texts),
    ("acr_values_supported", Form::Texts),
    ("subject_types_supported", Form::Texts),
    ("id_token_signing_alg_values_supported", Form::Texts),
    ("id_token_encryption_alg_values_supported", Form::Texts),
    ("id_token_encryption_enc_values_supported", Form::Texts),
    ("userinfo_signing_alg_values_supported", Form::Texts),
    ("userinfo_encryption_alg_values_supported", Form::Texts),
    ("userinfo_encryption_enc_values_supported", Form::Texts),
    ("request_object_signing_alg_values_supported", Form::Texts),
    (
        "request_object_encryption_alg_values_supported",
        Form::Texts,
    ),
    (
        "request_object_encryption_enc_values_supported",
        Form::Texts,
    ),
    ("token_endpoint_auth_methods_supported", Form::Texts),
    (
        "token_endpoint_auth_signing_alg_values_supported",
        Form::Texts,
    ),
    ("display_values_supported", Form::Texts),
    ("claim_types_supported", Form::Texts),
    ("claims_supported", Form::Texts),
    ("claims_locales_supported", Form::Texts),
    ("ui_locales_supported", Form::Texts),
    ("claims_parameter_supported", Form::Flag),
    ("request_parameter_supported", Form::Flag),
    ("request_uri_parameter_supported", Form::Flag),
    ("require_request_uri_registration", Form::Flag),
];

/// The members of [RFC 8414 2](https://www.rfc-editor.org/rfc/rfc8414#section-2) that hold several values.
pub(crate) const OAUTH_LISTS: &[(&str, Form)] = &[
    ("scopes_supported", Form::Texts),
    ("response_types_supported", Form::Texts),
    ("response_modes_supported", Form::Texts),
    ("grant_types_supported", Form::Texts),
    ("token_endpoint_auth_methods_supported", Form::Texts),
    (
        "token_endpoint_auth_signing_alg_values_supported",
        Form::Texts,
    ),
    ("ui_locales_supported", Form::Texts),
    ("revocation_endpoint_auth_methods_supported", Form::Texts),
    (
        "revocation_endpoint_auth_signing_alg_values_supported",
        Form::Texts,
    ),
    ("introspection_endpoint_auth_methods_supported", Form::Texts),
    (
        "introspection_endpoint_auth_signing_alg_values_supported",
        Form::Texts,
    ),
    ("code_challenge_methods_supported", Form::Texts),
];

/// Whether the members that are there have their forms.
pub(crate) fn have_forms(document: &Map<String, Value>, forms: &[(&str, Form)]) -> Finding {
    let wrong: Vec<(&str, Form, &Value)> = forms
        .iter()
        .filter_map(|(name, form)| Some((*name, *form, document.get(*name)?)))
        .filter(|(_, form, value)| !form.fits(value))
        .collect();
    if wrong.is_empty() {
        return Finding::Met;
    }
    let expected = wrong
        .iter()
        .map(|(name, form, _)| format!("{name}: {}", form.name()));
    let actual = wrong.iter().map(|(name, form, value)| match (form, value) {
        (Form::Texts, Value::Array(_)) => format!("{name} has items that are no strings"),
        _ => format!("{name} is {}", kind(value)),
    });
    Finding::violated(
        expected.collect::<Vec<_>>().join("; "),
        actual.collect::<Vec<_>>().join("; "),
    )
}

/// Whether no member is an empty array.
pub(crate) fn none_is_empty(document: &Map<String, Value>) -> Finding {
    let empty: Vec<&str> = document
        .iter()
        .filter(|(_, value)| **value == json!([]))
        .map(|(name, _)| name.as_str())
        .collect();
    Finding::met_if(empty.is_empty(), "no member without elements", || {
        format!("empty: {}", empty.join(", "))
    })
}

/// Whether none of the lists of signature algorithms for client authentication holds `none`.
pub(crate) fn no_unsigned_assertions(document: &Map<String, Value>, lists: &[&str]) -> Finding {
    let there: Vec<(&str, &Value)> = lists
        .iter()
        .filter_map(|name| Some((*name, document.get(*name)?)))
        .collect();
    if there.is_empty() {
        return Finding::not_applicable(format!("the metadata have no {}", lists.join(", ")));
    }
    let unsigned: Vec<&str> = there
        .into_iter()
        .filter(|(_, value)| {
            value
                .as_array()
                .is_some_and(|items| items.contains(&json!("none")))
        })
        .map(|(name, _)| name)
        .collect();
    Finding::met_if(unsigned.is_empty(), "lists without none", || {
        format!("none is in {}", unsigned.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn forms_are_judged_where_a_member_is_there() {
        for (document, met) in [
            (json!({}), true),
            (
                json!({"issuer": "https://op.example", "scopes_supported": ["openid"]}),
                true,
            ),
            (json!({"unknown": 7}), true),
            (json!({"issuer": ["https://op.example"]}), false),
            (json!({"scopes_supported": "openid"}), false),
            (json!({"scopes_supported": ["openid", 1]}), false),
            (json!({"claims_parameter_supported": "true"}), false),
            (json!({"userinfo_endpoint": null}), false),
        ] {
            let finding = have_forms(&object(&document), OPENID);
            assert_eq!(finding == Finding::Met, met, "{document}: {finding:?}");
        }
    }

    #[test]
    fn empty_arrays_are_found() {
        for (document, met) in [
            (json!({"a": ["x"], "b": {}, "c": ""}), true),
            (json!({"a": []}), false),
        ] {
            assert_eq!(none_is_empty(&object(&document)) == Finding::Met, met);
        }
    }
}
