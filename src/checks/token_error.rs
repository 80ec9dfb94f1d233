//! Checks on error answers of the token endpoint.

use super::Rule;
use crate::finding::Finding;
use crate::protocol::JsonAnswer;

/// The rules on an error answer.
pub const RULES: &[Rule<JsonAnswer>] = &[Rule {
    id: "RFC6749-5.2-7",
    check: basic_is_challenged,
}];

/// Wrong credentials in the `Authorization` header: 401 and a challenge of the scheme that was used
/// ([RFC 6749 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
fn basic_is_challenged(answer: &JsonAnswer) -> Finding {
    let challenged = challenges(answer).any(|scheme| scheme.eq_ignore_ascii_case("Basic"));
    let right = answer.status() == 401 && answer.error() == Some("invalid_client") && challenged;
    if answer.answer.response.status().is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about this rule",
            answer.summary()
        ));
    }
    Finding::met_if(
        right,
        "401 invalid_client with WWW-Authenticate: Basic",
        || {
            let challenge = answer.answer.header("www-authenticate");
            match challenge {
                Some(text) => format!("{} with WWW-Authenticate: {text}", answer.summary()),
                None => format!("{} without WWW-Authenticate", answer.summary()),
            }
        },
    )
}

/// The schemes of the challenges: what stands before a space or alone, at the beginning of a field or after
/// a comma ([RFC 9110 11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)).
fn challenges(answer: &JsonAnswer) -> impl Iterator<Item = &str> {
    let fields = answer.answer.response.headers().get_all("www-authenticate");
    fields
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|part| part.split_whitespace().next())
        .filter(|word| !word.contains('='))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::refusal::answer_for_tests;

    #[test]
    fn a_challenge_of_the_scheme_is_due() {
        let body = r#"{"error":"invalid_client"}"#;
        for (status, body, challenge, met) in [
            (401, body, Some("Basic realm=\"x\""), true),
            (401, body, Some("basic"), true),
            (
                401,
                body,
                Some("Bearer realm=\"x\", Basic realm=\"y\""),
                true,
            ),
            (401, body, Some("Bearer realm=\"x\""), false),
            (401, body, None, false),
            (400, body, Some("Basic"), false),
            (401, r#"{"error":"invalid_request"}"#, Some("Basic"), false),
            (200, body, Some("Basic"), false),
        ] {
            let mut answer = answer_for_tests(status, body);
            if let Some(challenge) = challenge {
                let value = http::HeaderValue::from_static(challenge);
                let headers = answer.answer.response.headers_mut();
                headers.insert("www-authenticate", value);
            }
            let finding = basic_is_challenged(&answer);
            assert_eq!(
                finding == Finding::Met,
                met,
                "{status} {challenge:?}: {finding:?}"
            );
        }
    }
}
