//! Checks on what a refresh brings.

use std::collections::BTreeSet;

use super::Rule;
use crate::finding::Finding;
use crate::flow::Tokens;
use crate::protocol::JsonAnswer;

/// A refresh, beside what was there before.
#[derive(Debug, Clone)]
pub struct Refresh {
    /// What the client held.
    pub before: Tokens,
    /// The scope of the authorization request.
    pub asked_first: Option<String>,
    /// The token response to the code.
    pub first: JsonAnswer,
    /// The scope that the refresh asked for.
    pub asked: Option<String>,
    /// The client has no credentials.
    pub public: bool,
    /// The answer to the refresh.
    pub answer: JsonAnswer,
}

/// The rules on a refresh.
pub const RULES: &[Rule<Refresh>] = &[
    rule("OIDCC-12.2-2", is_a_token_response),
    rule("RFC6749-6-3", less_scope_is_granted),
    rule("RFC6749-6-6", scope_is_the_first_one),
    rule("RFC9700-2.2.2-1", rotates_for_public_clients),
    rule("RFC9700-4.14.2-5", rotates_for_public_clients),
];

const fn rule(id: &'static str, check: fn(&Refresh) -> Finding) -> Rule<Refresh> {
    Rule { id, check }
}

/// [OpenID Connect Core 1.0 section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse).
fn is_a_token_response(refresh: &Refresh) -> Finding {
    let answer = &refresh.answer;
    let right = answer.status() == 200
        && answer.text("access_token").is_some()
        && answer.text("token_type").is_some();
    Finding::met_if(right, "200 with access_token and token_type", || {
        answer.summary()
    })
}

/// Less scope was asked for: the response names what was asked for, or nothing, which means the same
/// ([RFC 6749 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)). A provider may grant more than it was
/// asked for when it says so ([RFC 6749 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)), within what was
/// granted at first.
fn less_scope_is_granted(refresh: &Refresh) -> Finding {
    let asked = words(refresh.asked.as_deref().unwrap_or_default());
    let first = first_scope(refresh);
    let expected = || format!("200 with at least scope {asked:?} within {first:?}");
    if !refresh.answer.is_success() {
        return Finding::violated(expected(), refresh.answer.summary());
    }
    let Some(scope) = refresh.answer.text("scope") else {
        return Finding::Met;
    };
    let got = words(scope);
    if got == asked {
        return Finding::Met;
    }
    if asked.is_subset(&got) && got.is_subset(&words(first)) {
        return Finding::met_with(format!("it grants more than was asked for: {scope:?}"));
    }
    Finding::violated(expected(), format!("200 with scope {scope:?}"))
}

/// After a refresh for less, the new refresh token is still good for all
/// ([RFC 6749 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
fn scope_is_the_first_one(refresh: &Refresh) -> Finding {
    let first = first_scope(refresh);
    let expected = || format!("200 with scope {first:?}, or without scope");
    if !refresh.answer.is_success() {
        return Finding::violated(expected(), refresh.answer.summary());
    }
    match refresh.answer.text("scope") {
        None => Finding::Met,
        Some(scope) => Finding::met_if(words(scope) == words(first), expected(), || {
            format!("200 with scope {scope:?}")
        }),
    }
}

/// [RFC 9700 2.2.2](https://www.rfc-editor.org/rfc/rfc9700#section-2.2.2): rotation, or tokens bound to a
/// key of the client; rotation is at every refresh
/// ([RFC 9700 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
fn rotates_for_public_clients(refresh: &Refresh) -> Finding {
    if !refresh.public {
        return Finding::not_applicable("the client has credentials");
    }
    let bound = refresh
        .answer
        .text("token_type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("DPoP"));
    if bound {
        return Finding::met_with("the tokens are bound to a key");
    }
    Finding::met_if(rotated(refresh), "another refresh_token", || match refresh
        .answer
        .get("refresh_token")
    {
        Some(_) => "the same refresh_token".to_owned(),
        None => format!("no refresh_token: {}", refresh.answer.summary()),
    })
}

/// The scope that was granted for the code.
fn first_scope(refresh: &Refresh) -> &str {
    let granted = refresh.first.text("scope");
    let asked = refresh.asked_first.as_deref();
    granted.or(asked).unwrap_or_default()
}

fn rotated(refresh: &Refresh) -> bool {
    let new = refresh.answer.text("refresh_token");
    new.is_some() && new != refresh.before.refresh_token.as_deref()
}

fn words(scope: &str) -> BTreeSet<&str> {
    scope.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::refusal::answer_for_tests as answer;

    fn refresh(body: &str) -> Refresh {
        Refresh {
            before: Tokens {
                access_token: Some("a1".to_owned()),
                refresh_token: Some("r1".to_owned()),
                id_token: None,
            },
            asked_first: Some("openid email".to_owned()),
            first: answer(200, r#"{"access_token":"a1","refresh_token":"r1"}"#),
            asked: Some("openid".to_owned()),
            public: true,
            answer: answer(if body.contains("error") { 400 } else { 200 }, body),
        }
    }

    #[test]
    fn each_rule_is_met_and_violated() {
        let new = r#"{"access_token":"a2","token_type":"Bearer","refresh_token":"r2"}"#;
        for (id, body, met) in [
            ("OIDCC-12.2-2", new, true),
            ("OIDCC-12.2-2", r#"{"access_token":"a2"}"#, false),
            ("OIDCC-12.2-2", r#"{"error":"invalid_grant"}"#, false),
            ("RFC6749-6-3", new, true),
            ("RFC6749-6-3", r#"{"scope":"openid"}"#, true),
            ("RFC6749-6-3", r#"{"scope":"openid email"}"#, true),
            ("RFC6749-6-3", r#"{"scope":"openid more"}"#, false),
            ("RFC6749-6-3", r#"{"scope":"email"}"#, false),
            ("RFC6749-6-3", r#"{"error":"invalid_scope"}"#, false),
            ("RFC6749-6-6", new, true),
            ("RFC6749-6-6", r#"{"scope":"email openid"}"#, true),
            ("RFC6749-6-6", r#"{"scope":"openid"}"#, false),
            ("RFC6749-6-6", r#"{"error":"invalid_grant"}"#, false),
            ("RFC9700-2.2.2-1", new, true),
            (
                "RFC9700-2.2.2-1",
                r#"{"token_type":"DPoP","refresh_token":"r1"}"#,
                true,
            ),
            ("RFC9700-2.2.2-1", r#"{"refresh_token":"r1"}"#, false),
            ("RFC9700-2.2.2-1", r#"{"access_token":"a2"}"#, false),
            ("RFC9700-4.14.2-5", new, true),
            ("RFC9700-4.14.2-5", r#"{"refresh_token":"r1"}"#, false),
            (
                "RFC9700-4.14.2-5",
                r#"{"access_token":"a1","refresh_token":"r2"}"#,
                true,
            ),
        ] {
            let finding = Rule::find(RULES, id).expect(id).judge(&refresh(body));
            let is_met = matches!(finding, Finding::Met | Finding::MetWith { .. });
            let is_violated = matches!(finding, Finding::Violated { .. });
            assert_eq!(
                (is_met, is_violated),
                (met, !met),
                "{id} {body}: {finding:?}"
            );
        }
    }

    #[test]
    fn rotation_binds_public_clients_only() {
        let mut same = refresh(r#"{"access_token":"a1","refresh_token":"r1"}"#);
        same.public = false;
        for id in ["RFC9700-2.2.2-1", "RFC9700-4.14.2-5"] {
            let finding = Rule::find(RULES, id).expect(id).judge(&same);
            assert!(matches!(finding, Finding::NotApplicable { .. }), "{id}");
        }
    }
}
