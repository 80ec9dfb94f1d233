//! Steps about ID Tokens.

use std::sync::Arc;

use cucumber::given;
use serde_json::Value;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::id_token;
use crate::flow::{AuthorizationAttempt, Halt};
use crate::jwt::compact::is_jwe;
use crate::jwt::id_token::{IdToken, IdTokenContext};

/// The ID Token of the latest journey.
pub(super) const ARTIFACTS: &[Artifact] = &[Artifact {
    name: "ID Token",
    ids: || ids(id_token::RULES),
    judge: |world, rows| Box::pin(world.judge_id_token(rows)),
}];

/// Skipped where `id_token_signing_alg_values_supported` does not list `none`.
#[given("the provider offers ID Tokens without signature")]
fn offers_unsigned(world: &mut World) {
    let result = world.rp().and_then(|rp| {
        let list = "id_token_signing_alg_values_supported";
        match rp.provider.metadata.lists(list, "none") {
            Some(true) => Ok(()),
            _ => Err(Halt::missing(format!("{list} does not list none"))),
        }
    });
    world.absorb(result);
}

/// What the `claims` parameter of a request asks of the ID Token
/// ([Core 5.5.1](https://openid.net/specs/openid-connect-core-1_0.html#IndividualClaimsRequests)).
#[derive(Debug, Default, PartialEq, Eq)]
struct RequestedClaims {
    auth_time_essential: bool,
    acr_essential: Vec<String>,
}

impl RequestedClaims {
    fn of(claims: Option<&str>) -> Self {
        let document: Value = claims
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let essential = |name: &str| {
            let claim = document.get("id_token")?.get(name)?;
            (claim.get("essential") == Some(&Value::Bool(true))).then(|| claim.clone())
        };
        let acr = essential("acr").unwrap_or_default();
        let one = acr.get("value").into_iter();
        let many = acr.get("values").and_then(Value::as_array);
        Self {
            auth_time_essential: essential("auth_time").is_some(),
            acr_essential: one
                .chain(many.into_iter().flatten())
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        }
    }
}

impl World {
    async fn judge_id_token(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let flow = self.flow()?;
        let text = flow
            .tokens
            .id_token
            .clone()
            .ok_or_else(|| Halt::unjudged("the token response has no id_token"))?;
        let context = self.id_token_context().await?;
        let token = self.id_token(&text, context)?;
        let evidence = self.look_at(flow.token.answer.exchange, "id_token");
        self.judge_rules(id_token::RULES, &token, "ID Token", &evidence, rows);
        Ok(())
    }

    /// An ID Token that can be judged.
    ///
    /// # Errors
    /// It is encrypted, as the client may have asked.
    pub(super) fn id_token(&self, text: &str, context: IdTokenContext) -> Result<IdToken, Halt> {
        self.refuse_encrypted(text, "ID Token", "id_token_encrypted_response_alg")?;
        Ok(IdToken::new(text, context))
    }

    /// Nothing can be said about a token that was encrypted for the client. One that this run registered has asked
    /// for no such thing, and what it gets is judged as it is.
    pub(super) fn refuse_encrypted(
        &self,
        text: &str,
        what: &str,
        member: &str,
    ) -> Result<(), Halt> {
        let client = self.client()?.id;
        let unasked = self.registrations.iter().any(|registration| {
            registration.client_id() == Some(&client) && registration.answer.get(member).is_none()
        });
        if unasked || !is_jwe(text) {
            return Ok(());
        }
        Err(Halt::missing(format!(
            "the {what} is encrypted, and oidcheck decrypts none: name a client without {member}"
        )))
    }

    /// What the ID Token of the latest journey has to fit.
    pub(super) async fn id_token_context(&self) -> Result<IdTokenContext, Halt> {
        let flow = self.flow()?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds since 1970 fit for a while"
        )]
        let received_at = flow.token.answer.received_at as i64;
        let mut context = self.id_token_context_of(&flow.attempt, received_at).await?;
        context.access_token.clone_from(&flow.tokens.access_token);
        Ok(context)
    }

    /// What an ID Token of this request has to fit, wherever it came from.
    pub(super) async fn id_token_context_of(
        &self,
        attempt: &AuthorizationAttempt,
        received_at: i64,
    ) -> Result<IdTokenContext, Halt> {
        let rp = self.rp()?;
        let plan = &attempt.plan;
        let keys = Arc::new(rp.keys().await?);
        let mut context =
            IdTokenContext::new(&rp.config().issuer, &plan.client.id, keys, received_at);
        let metadata = &rp.provider.metadata;
        context.supported_algs = metadata
            .list("id_token_signing_alg_values_supported")
            .map(|list| list.into_iter().map(str::to_owned).collect());
        context.client_secret = plan.client.secret.as_ref().map(|s| s.expose().to_owned());
        let parameter = |name: &str| plan.parameters.get(name).map(str::to_owned);
        context.nonce = parameter("nonce");
        context.response_type = parameter("response_type").unwrap_or_default();
        context.max_age = parameter("max_age").and_then(|text| text.parse().ok());
        context
            .registered_alg
            .clone_from(&plan.client.id_token_signed_response_alg);
        let asked = RequestedClaims::of(parameter("claims").as_deref());
        context.auth_time_essential = asked.auth_time_essential;
        context.acr_essential = asked.acr_essential;
        context.auth_time_registered = self.registrations.last().is_some_and(|registration| {
            registration.asked.get("require_auth_time") == Some(&Value::Bool(true))
        });
        context.code = attempt.code().map(str::to_owned);
        context.iss_parameter = attempt
            .answer
            .as_ref()
            .and_then(|answer| answer.get("iss"))
            .map(str::to_owned);
        Ok(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_parameter_says_what_is_essential() {
        let asked = |auth_time_essential: bool, acr: &[&str]| RequestedClaims {
            auth_time_essential,
            acr_essential: acr.iter().map(|value| (*value).to_owned()).collect(),
        };
        for (claims, expected) in [
            (None, asked(false, &[])),
            (Some("no JSON"), asked(false, &[])),
            (
                Some(r#"{"id_token":{"auth_time":null}}"#),
                asked(false, &[]),
            ),
            (
                Some(r#"{"id_token":{"auth_time":{"essential":true}}}"#),
                asked(true, &[]),
            ),
            (
                Some(r#"{"userinfo":{"auth_time":{"essential":true}}}"#),
                asked(false, &[]),
            ),
            (
                Some(r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}"#),
                asked(false, &["a", "b"]),
            ),
            (
                Some(r#"{"id_token":{"acr":{"essential":true,"value":"a"}}}"#),
                asked(false, &["a"]),
            ),
            (
                Some(r#"{"id_token":{"acr":{"values":["a"]}}}"#),
                asked(false, &[]),
            ),
        ] {
            assert_eq!(RequestedClaims::of(claims), expected, "{claims:?}");
        }
    }
}
