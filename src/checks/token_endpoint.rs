//! Checks on what the metadata say of the token endpoint.

use url::Url;

use super::Rule;
use crate::finding::Finding;
use crate::provider::Metadata;

/// Authentication methods in which the provider learns no secret of the client.
const ASYMMETRIC: [&str; 3] = [
    "private_key_jwt",
    "self_signed_tls_client_auth",
    "tls_client_auth",
];

/// The rules on the token endpoint as the metadata describe it.
pub const RULES: &[Rule<Metadata>] = &[
    Rule {
        id: "RFC6749-3.2-5",
        check: no_fragment,
    },
    Rule {
        id: "RFC9700-2.5-2",
        check: asymmetric_is_offered,
    },
];

/// [RFC 6749 3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2).
fn no_fragment(metadata: &Metadata) -> Finding {
    let Some(text) = metadata.text("token_endpoint") else {
        return Finding::not_applicable("the metadata have no token_endpoint");
    };
    let fragment = Url::parse(text).is_ok_and(|url| url.fragment().is_some());
    Finding::met_if(!fragment, "a URL without a fragment", || {
        format!("token_endpoint {text:?}")
    })
}

/// [RFC 9700 2.5](https://www.rfc-editor.org/rfc/rfc9700#section-2.5).
fn asymmetric_is_offered(metadata: &Metadata) -> Finding {
    let list = metadata.list("token_endpoint_auth_methods_supported");
    let offered = |methods: &Vec<&str>| methods.iter().any(|m| ASYMMETRIC.contains(m));
    Finding::met_if(
        list.as_ref().is_some_and(offered),
        format!(
            "one of {} in token_endpoint_auth_methods_supported",
            ASYMMETRIC.join(", ")
        ),
        || match list {
            Some(methods) => methods.join(", "),
            None => "no token_endpoint_auth_methods_supported".to_owned(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::refusal::answer_for_tests;

    #[test]
    fn each_rule_is_met_and_violated() {
        for (id, document, met) in [
            (
                "RFC6749-3.2-5",
                r#"{"token_endpoint":"https://op.example/t?a=b"}"#,
                true,
            ),
            (
                "RFC6749-3.2-5",
                r#"{"token_endpoint":"https://op.example/t#x"}"#,
                false,
            ),
            (
                "RFC9700-2.5-2",
                r#"{"token_endpoint_auth_methods_supported":["none","private_key_jwt"]}"#,
                true,
            ),
            (
                "RFC9700-2.5-2",
                r#"{"token_endpoint_auth_methods_supported":["client_secret_basic"]}"#,
                false,
            ),
            ("RFC9700-2.5-2", "{}", false),
        ] {
            let metadata = Metadata::of(answer_for_tests(200, document).answer);
            let finding = Rule::find(RULES, id).expect(id).judge(&metadata);
            assert_eq!(finding == Finding::Met, met, "{id} {document}: {finding:?}");
        }
    }
}
