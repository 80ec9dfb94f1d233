//! Steps about what the authorization endpoint answered.

use cucumber::gherkin::Step;
use cucumber::then;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::authorization_refusal;
use crate::checks::authorization_response::{self, AuthorizationResponse};
use crate::checks::{authorization_error, interaction, request_object};
use crate::finding::Finding;
use crate::flow::{AuthorizationAttempt, Halt, RelyingParty};
use crate::login::{End, PageKind};

/// The answer to the last authorization request.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "authorization response",
        ids: || ids(authorization_response::RULES),
        judge: |world, rows| {
            Box::pin(async move {
                world.judge_response(
                    authorization_response::RULES,
                    "authorization response",
                    rows,
                )
            })
        },
    },
    Artifact {
        name: "error response",
        ids: || ids(authorization_error::RULES),
        judge: |world, rows| {
            Box::pin(async move {
                world.judge_response(authorization_error::RULES, "error response", rows)
            })
        },
    },
    Artifact {
        name: "answer to the request object",
        ids: || ids(request_object::RULES),
        judge: |world, rows| {
            Box::pin(async move {
                let answered = world.answered_request_object()?;
                let evidence = world.look_at(answered.attempt.exchange(), "authorization response");
                let of = "answer to the request object";
                world.judge_rules(request_object::RULES, &answered, of, &evidence, rows);
                Ok(())
            })
        },
    },
];

/// A code, or a refusal for a right reason: third column as for a refusal.
#[then("the authorization request is accepted, or refused")]
fn accepted_or_refused(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "authorization response", |world, row| {
        let attempt = world.attempt()?;
        if attempt.code().is_some() {
            return Ok(Finding::met_with("accepted"));
        }
        let expected = row.expected.as_deref().unwrap_or_default();
        Ok(match authorization_refusal(attempt, expected) {
            Finding::Met => Finding::met_with(format!("refused: {}", attempt.summary())),
            other => other,
        })
    });
    world.conclude(step, result);
}

/// A consent page was shown, or the request was refused as the third column says.
#[then("the user was asked for consent, or the request was refused")]
fn asked_for_consent_or_refused(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "pages on the way", |world, row| {
        let kind = Some(PageKind::Consent);
        let codes = row.expected.as_deref().unwrap_or_default();
        Ok(interaction::asked_or_refused(world.attempt()?, kind, codes))
    });
    world.conclude(step, result);
}

/// Any page was shown, or the request was refused as the third column says.
#[then("the user was asked something, or the request was refused")]
fn asked_or_refused(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "pages on the way", |world, row| {
        let codes = row.expected.as_deref().unwrap_or_default();
        Ok(interaction::asked_or_refused(world.attempt()?, None, codes))
    });
    world.conclude(step, result);
}

/// A page of status 400, no redirect.
#[then("the authorization request is answered by a page of status 400")]
fn answered_by_400(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "authorization response", |world, _| {
        let attempt = world.attempt()?;
        let fits =
            matches!(&attempt.arrival.end, End::Page { answer, .. } if answer.status() == 400);
        Ok(Finding::met_if(
            fits,
            "a page of status 400 and no redirect",
            || attempt.summary(),
        ))
    });
    world.conclude(step, result);
}

/// A page with words on it, for the user; its status says that something is wrong.
#[then("the user is told that the request is wrong")]
fn user_is_told(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "error page", |world, _| {
        let attempt = world.attempt()?;
        let told = match &attempt.arrival.end {
            End::Page {
                answer,
                kind: PageKind::Final,
            } => !answer.text().trim().is_empty(),
            _ => false,
        };
        Ok(Finding::met_if(told, "an error page", || attempt.summary()))
    });
    world.conclude(step, result);
}

/// Whatever the answer is, it is none of a server that failed.
#[then("the server did not fail")]
fn server_did_not_fail(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "authorization response", |world, _| {
        let attempt = world.attempt()?;
        let status = match &attempt.arrival.end {
            End::RedirectUri(_) => None,
            End::Page { answer, .. } => Some(answer.status()),
        };
        Ok(Finding::met_if(
            status.is_none_or(|status| status < 500),
            "a redirect or a status below 500",
            || attempt.summary(),
        ))
    });
    world.conclude(step, result);
}

impl World {
    pub(super) fn judge_response(
        &mut self,
        rules: &[crate::checks::Rule<AuthorizationResponse>],
        of: &str,
        rows: &[Row],
    ) -> Result<(), Halt> {
        let response = self.authorization_response()?;
        let evidence = self.look_at(response.attempt.exchange(), of);
        self.judge_rules(rules, &response, of, &evidence, rows);
        Ok(())
    }

    /// The answer to the last authorization request, with what it has to fit.
    pub(super) fn authorization_response(&self) -> Result<AuthorizationResponse, Halt> {
        let rp = self.rp()?;
        Ok(response_to(&rp, self.attempt()?.clone()))
    }

    fn answered_request_object(&self) -> Result<request_object::Answered, Halt> {
        let rp = self.rp()?;
        let metadata = &rp.provider.metadata;
        let flag = |name: &str| {
            metadata
                .document
                .get(name)
                .and_then(serde_json::Value::as_bool)
        };
        Ok(request_object::Answered {
            attempt: self.attempt()?.clone(),
            takes_request: flag("request_parameter_supported").unwrap_or(false),
            // https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata has true as default.
            takes_request_uri: flag("request_uri_parameter_supported").unwrap_or(true),
        })
    }
}

/// What came of an authorization request, with what it has to fit.
pub(super) fn response_to(
    rp: &RelyingParty,
    attempt: AuthorizationAttempt,
) -> AuthorizationResponse {
    let metadata = &rp.provider.metadata;
    AuthorizationResponse {
        issuer: metadata
            .text("issuer")
            .unwrap_or(&rp.config().issuer)
            .to_owned(),
        announces_iss: metadata.says("authorization_response_iss_parameter_supported"),
        attempt,
    }
}
