//! Steps about ID Tokens.

use std::sync::Arc;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::id_token;
use crate::flow::Halt;
use crate::jwt::id_token::{IdToken, IdTokenContext};

/// The ID Token of the latest journey.
pub(super) const ARTIFACTS: &[Artifact] = &[Artifact {
    name: "ID Token",
    ids: || ids(id_token::RULES),
    judge: |world, rows| Box::pin(world.judge_id_token(rows)),
}];

impl World {
    async fn judge_id_token(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let flow = self.flow()?;
        let text = flow
            .tokens
            .id_token
            .clone()
            .ok_or_else(|| Halt::unjudged("the token response has no id_token"))?;
        let context = self.id_token_context().await?;
        let token = IdToken::new(&text, context);
        let evidence = self.look_at(flow.token.answer.exchange, "id_token");
        self.judge_rules(id_token::RULES, &token, "ID Token", &evidence, rows);
        Ok(())
    }

    /// What the ID Token of the latest journey has to fit.
    pub(super) async fn id_token_context(&self) -> Result<IdTokenContext, Halt> {
        let rp = self.rp()?;
        let flow = self.flow()?;
        let plan = &flow.attempt.plan;
        let keys = Arc::new(rp.keys().await?);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds since 1970 fit for a while"
        )]
        let received_at = flow.token.answer.received_at as i64;
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
        context.access_token.clone_from(&flow.tokens.access_token);
        context.code = flow.attempt.code().map(str::to_owned);
        context.iss_parameter = flow
            .attempt
            .answer
            .as_ref()
            .and_then(|answer| answer.get("iss"))
            .map(str::to_owned);
        Ok(context)
    }
}
