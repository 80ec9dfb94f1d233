//! Checks on the metadata of [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414).

use bytes::Bytes;
use serde_json::Value;
use url::Url;

use super::Rule;
use super::jwks::Jwks;
use super::metadata::members;
use super::url::is_https_or_loopback;
use crate::finding::Finding;
use crate::flow::OauthMetadata;

/// The document as found, and the issuer that the run was given.
#[derive(Debug)]
pub struct OauthDocument {
    /// The document.
    pub found: OauthMetadata,
    /// The issuer of the provider file.
    pub issuer: String,
}

/// The rules on the document of RFC 8414.
pub const RULES: &[Rule<OauthDocument>] = &[
    rule("RFC8414-2-2", has_what_its_grants_need),
    rule("RFC8414-2-3", jwks_uri_yields_keys),
    rule("RFC8414-2-5", assertions_come_with_algorithms),
    rule("RFC8414-2-6", assertions_are_signed),
    rule("RFC8414-3-1", is_in_place),
    rule("RFC8414-3.2-1", answer_is_json_object),
    rule("RFC8414-3.2-2", no_member_is_empty),
    rule("RFC8414-3.2-3", lists_are_arrays),
    rule("RFC8414-3.3-1", issuer_is_the_one_asked_for),
];

/// The endpoints at which clients authenticate, as the members about them begin.
const AUTHENTICATING: [&str; 3] = [
    "token_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
];
const ALGORITHMS: [&str; 3] = [
    "token_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
];

const fn rule(id: &'static str, check: fn(&OauthDocument) -> Finding) -> Rule<OauthDocument> {
    Rule { id, check }
}

/// `authorization_endpoint` may be missing where no grant uses it, `token_endpoint` where only the implicit
/// grant is there; left out, `grant_types_supported` means `authorization_code` and `implicit`.
fn has_what_its_grants_need(document: &OauthDocument) -> Finding {
    let metadata = &document.found.metadata;
    let grants = metadata
        .list("grant_types_supported")
        .unwrap_or_else(|| vec!["authorization_code", "implicit"]);
    let mut needed = vec!["issuer", "response_types_supported"];
    if grants
        .iter()
        .any(|g| ["authorization_code", "implicit"].contains(g))
    {
        needed.push("authorization_endpoint");
    }
    if grants.iter().any(|g| *g != "implicit") {
        needed.push("token_endpoint");
    }
    let missing: Vec<&str> = needed
        .into_iter()
        .filter(|name| !metadata.document.contains_key(*name))
        .collect();
    Finding::met_if(
        missing.is_empty(),
        "every member that its grants need",
        || format!("no {}", missing.join(", ")),
    )
}

fn jwks_uri_yields_keys(document: &OauthDocument) -> Finding {
    let Some(uri) = document.found.metadata.document.get("jwks_uri") else {
        return Finding::not_applicable("the document has no jwks_uri");
    };
    let expected = "jwks_uri, an https URL that yields a JWK Set";
    let is_https = uri
        .as_str()
        .and_then(|text| Url::parse(text).ok())
        .is_some_and(|url| is_https_or_loopback(&url));
    let Some(answer) = document.found.jwks.as_ref().filter(|_| is_https) else {
        return Finding::violated(expected, format!("jwks_uri is {uri}"));
    };
    let (status, body): (u16, &Bytes) = (answer.status(), answer.response.body());
    let jwks = Jwks::new(status, answer.response.headers().clone(), body);
    match jwks.set() {
        Ok(_) if status == 200 => Finding::Met,
        Ok(_) => Finding::violated(expected, format!("status {status}")),
        Err(problem) => Finding::violated(expected, problem),
    }
}

fn assertions_come_with_algorithms(document: &OauthDocument) -> Finding {
    let metadata = &document.found.metadata;
    let by_jwt: Vec<&str> = AUTHENTICATING
        .into_iter()
        .filter(|endpoint| {
            let methods = metadata.list(&format!("{endpoint}_auth_methods_supported"));
            methods.is_some_and(|methods| {
                methods.contains(&"private_key_jwt") || methods.contains(&"client_secret_jwt")
            })
        })
        .collect();
    if by_jwt.is_empty() {
        return Finding::not_applicable("no endpoint lists private_key_jwt or client_secret_jwt");
    }
    let missing: Vec<String> = by_jwt
        .into_iter()
        .map(|endpoint| format!("{endpoint}_auth_signing_alg_values_supported"))
        .filter(|name| !metadata.document.contains_key(name))
        .collect();
    Finding::met_if(
        missing.is_empty(),
        "the signing algorithms of each endpoint that takes JWTs of clients",
        || format!("no {}", missing.join(", ")),
    )
}

fn assertions_are_signed(document: &OauthDocument) -> Finding {
    members::no_unsigned_assertions(&document.found.metadata.document, &ALGORITHMS)
}

/// An issuer without a path has only one place for it.
fn is_in_place(document: &OauthDocument) -> Finding {
    let url = &document.found.metadata.answer.url;
    Finding::met_if(
        document.found.is_in_place,
        "/.well-known/oauth-authorization-server between host and path of the issuer",
        || format!("nothing there, but a document at {url}"),
    )
}

fn answer_is_json_object(document: &OauthDocument) -> Finding {
    let answer = &document.found.metadata.answer;
    let content_type = answer.header("content-type").unwrap_or("no Content-Type");
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_object = document.found.metadata.is_there();
    let fits =
        answer.status() == 200 && media_type.eq_ignore_ascii_case("application/json") && is_object;
    Finding::met_if(fits, "200, application/json, a JSON object", || {
        let what = if is_object {
            "a JSON object"
        } else {
            "no JSON object"
        };
        format!("{}, {media_type}, {what}", answer.status())
    })
}

fn no_member_is_empty(document: &OauthDocument) -> Finding {
    members::none_is_empty(&document.found.metadata.document)
}

fn lists_are_arrays(document: &OauthDocument) -> Finding {
    members::have_forms(&document.found.metadata.document, members::OAUTH_LISTS)
}

fn issuer_is_the_one_asked_for(document: &OauthDocument) -> Finding {
    let issuer = document.found.metadata.document.get("issuer");
    Finding::met_if(
        issuer.and_then(Value::as_str) == Some(&document.issuer),
        format!("issuer {:?}", document.issuer),
        || match issuer {
            Some(other) => format!("issuer {other}"),
            None => "no issuer".to_owned(),
        },
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::test_answer;
    use crate::http::Answer;
    use crate::provider::Metadata;

    fn answer(status: u16, content_type: &str, body: &str) -> Answer {
        test_answer::answer("x", status, &[("content-type", content_type)], body)
    }

    fn document(changes: &Value) -> OauthDocument {
        let mut document = json!({
            "issuer": "https://op.example",
            "authorization_endpoint": "https://op.example/authorize",
            "token_endpoint": "https://op.example/token",
            "jwks_uri": "https://op.example/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        });
        let members = document.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => members.shift_remove(name),
                value => members.insert(name.clone(), value.clone()),
            };
        }
        OauthDocument {
            found: OauthMetadata {
                metadata: Metadata::of(answer(200, "application/json", &document.to_string())),
                is_in_place: true,
                jwks: Some(answer(200, "application/json", r#"{"keys":[]}"#)),
            },
            issuer: "https://op.example".to_owned(),
        }
    }

    fn met(id: &str, document: &OauthDocument) -> Option<bool> {
        match Rule::find(RULES, id).unwrap().judge(document) {
            Finding::Met => Some(true),
            Finding::Violated { .. } => Some(false),
            _ => None,
        }
    }

    #[test]
    fn a_right_document_violates_nothing() {
        for rule in RULES {
            assert_eq!(
                met(rule.id, &document(&json!({}))),
                Some(true),
                "{}",
                rule.id
            );
        }
    }

    #[test]
    fn each_rule_sees_what_it_is_about() {
        let algorithms = "token_endpoint_auth_signing_alg_values_supported";
        let credentials = json!(["client_credentials"]);
        for (id, changes, expected) in [
            ("RFC8414-2-2", json!({"token_endpoint": null}), Some(false)),
            (
                "RFC8414-2-2",
                json!({"response_types_supported": null}),
                Some(false),
            ),
            (
                "RFC8414-2-2",
                json!({"authorization_endpoint": null, "grant_types_supported": credentials}),
                Some(true),
            ),
            (
                "RFC8414-2-2",
                json!({"token_endpoint": null, "grant_types_supported": ["implicit"]}),
                Some(true),
            ),
            ("RFC8414-2-3", json!({"jwks_uri": null}), None),
            (
                "RFC8414-2-3",
                json!({"jwks_uri": "http://op.example/jwks"}),
                Some(false),
            ),
            ("RFC8414-2-5", json!({algorithms: null}), Some(false)),
            (
                "RFC8414-2-5",
                json!({"token_endpoint_auth_methods_supported": null}),
                None,
            ),
            (
                "RFC8414-2-6",
                json!({algorithms: ["ES256", "none"]}),
                Some(false),
            ),
            (
                "RFC8414-3.2-2",
                json!({"ui_locales_supported": []}),
                Some(false),
            ),
            (
                "RFC8414-3.2-3",
                json!({"scopes_supported": "openid"}),
                Some(false),
            ),
            (
                "RFC8414-3.3-1",
                json!({"issuer": "https://op.example/"}),
                Some(false),
            ),
        ] {
            assert_eq!(met(id, &document(&changes)), expected, "{id} {changes}");
        }
    }

    #[test]
    fn place_and_answers_are_judged() {
        let mut misplaced = document(&json!({}));
        misplaced.found.is_in_place = false;
        assert_eq!(met("RFC8414-3-1", &misplaced), Some(false));

        let mut text = document(&json!({}));
        text.found.metadata = Metadata::of(answer(200, "text/plain", "{\"a\":1}"));
        assert_eq!(met("RFC8414-3.2-1", &text), Some(false));

        let mut keyless = document(&json!({}));
        keyless.found.jwks = Some(answer(404, "text/html", "nothing"));
        assert_eq!(met("RFC8414-2-3", &keyless), Some(false));
    }
}
