//! Checks on the scope that a client was granted beside what it asked for
//! ([RFC 6749 section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).

use super::Rule;
use super::refusal::authorization_refusal;
use crate::finding::Finding;
use crate::flow::AuthorizationAttempt;
use crate::protocol::JsonAnswer;

/// A request with a scope value that nobody knows, the last one, and what came of it.
#[derive(Debug, Clone)]
pub struct GrantedScope {
    /// The request.
    pub attempt: AuthorizationAttempt,
    /// The token response, where there was a code.
    pub token: Option<JsonAnswer>,
}

/// The rules on it.
pub const RULES: &[Rule<GrantedScope>] = &[
    rule("RFC6749-3.3-1", partial_grant_is_told),
    rule("RFC6749-3.3-3", unknown_value_is_not_granted),
];

const fn rule(id: &'static str, check: fn(&GrantedScope) -> Finding) -> Rule<GrantedScope> {
    Rule { id, check }
}

impl GrantedScope {
    fn on_token(&self, judge: impl FnOnce(&JsonAnswer) -> Finding) -> Finding {
        match &self.token {
            Some(token) if token.is_success() => judge(token),
            Some(token) => Finding::not_applicable(format!("no token: {}", token.summary())),
            None => Finding::not_applicable(format!("no code: {}", self.attempt.summary())),
        }
    }

    fn unknown(&self) -> &str {
        let asked = self.attempt.plan.parameters.get("scope");
        asked
            .and_then(|scope| scope.rsplit(' ').next())
            .unwrap_or_default()
    }
}

fn partial_grant_is_told(granted: &GrantedScope) -> Finding {
    granted.on_token(|token| {
        Finding::met_if(
            token.text("scope").is_some(),
            "scope, as not all that was asked for can have been granted",
            || token.summary(),
        )
    })
}

fn unknown_value_is_not_granted(granted: &GrantedScope) -> Finding {
    if granted.attempt.code().is_none() {
        return authorization_refusal(&granted.attempt, "invalid_scope");
    }
    granted.on_token(|token| {
        let Some(scope) = token.text("scope") else {
            return Finding::not_applicable("the token response has no scope");
        };
        let unknown = granted.unknown();
        Finding::met_if(
            !scope.split(' ').any(|value| value == unknown),
            "a scope without the unknown value",
            || format!("scope {scope:?}"),
        )
    })
}
