//! Steps about tokens in authorization responses, and about responses by form.

use std::sync::Arc;

use cucumber::gherkin::Step;
use cucumber::then;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use super::userinfo::claims_of;
use crate::checks::front_channel::{self, FormPost};
use crate::checks::id_token;
use crate::checks::userinfo::id_token_has_scope_claims;
use crate::flow::Halt;
use crate::jwt::id_token::{IdToken, IdTokenPair, Source};

/// What an authorization response carries.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "response with tokens",
        ids: || ids(front_channel::RULES),
        judge: |world, rows| {
            Box::pin(async move {
                world.judge_response(front_channel::RULES, "authorization response", rows)
            })
        },
    },
    Artifact {
        name: "response by form",
        ids: || ids(front_channel::FORM_RULES),
        judge: |world, rows| Box::pin(async move { world.judge_form_post(rows) }),
    },
    Artifact {
        name: "ID Token of the authorization response",
        ids: || ids(id_token::RULES),
        judge: |world, rows| Box::pin(world.judge_front_channel_token(rows)),
    },
    Artifact {
        name: "ID Tokens of the hybrid flow",
        ids: || ids(id_token::HYBRID_RULES),
        judge: |world, rows| Box::pin(world.judge_hybrid_tokens(rows)),
    },
];

/// The ID Token of the last authorization response, for want of an access token.
#[then("the ID Token has claims of the scope")]
fn has_scope_claims(world: &mut World, step: &Step) {
    let result = world.judge_scope_claims(step);
    world.conclude(step, result);
}

impl World {
    fn judge_scope_claims(&mut self, step: &Step) -> Result<(), Halt> {
        let attempt = self.attempt()?;
        let scope = attempt.plan.parameters.get("scope").unwrap_or_default();
        let scope: Vec<String> = scope.split(' ').map(str::to_owned).collect();
        let scope: Vec<&str> = scope.iter().map(String::as_str).collect();
        let token = attempt
            .answer
            .as_ref()
            .and_then(|answer| answer.get("id_token"));
        let claims = token
            .and_then(claims_of)
            .ok_or_else(|| Halt::unjudged("there is no ID Token that can be read"))?;
        let evidence = self.look_at(self.attempt()?.exchange(), "id_token");
        let of = "ID Token of the authorization response";
        self.judge_rows(step, of, &evidence, |_| {
            Ok(id_token_has_scope_claims(&claims, &scope))
        })
    }

    fn judge_form_post(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let response = self.authorization_response()?;
        let exchange = response.attempt.exchange();
        let recorded = self.rp()?.recorder().exchange(exchange);
        let cache_control = recorded.and_then(|exchange| {
            let fields = exchange.response?.headers;
            let all: Vec<String> = fields
                .into_iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case("cache-control"))
                .map(|(_, value)| value)
                .collect();
            (!all.is_empty()).then(|| all.join(", "))
        });
        let post = FormPost {
            response,
            cache_control,
        };
        let evidence = self.look_at(exchange, "form");
        let of = "authorization response";
        self.judge_rules(front_channel::FORM_RULES, &post, of, &evidence, rows);
        Ok(())
    }

    async fn judge_front_channel_token(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let token = self.front_channel_token().await?;
        let exchange = self.attempt()?.exchange();
        let evidence = self.look_at(exchange, "id_token");
        let of = "ID Token of the authorization response";
        self.judge_rules(id_token::RULES, &token, of, &evidence, rows);
        Ok(())
    }

    /// The ID Token in the last authorization response.
    async fn front_channel_token(&self) -> Result<IdToken, Halt> {
        let attempt = self.attempt()?;
        let answer = attempt.answer.as_ref();
        let text = answer
            .and_then(|answer| answer.get("id_token"))
            .ok_or_else(|| {
                Halt::unjudged(format!("there is no id_token, but {}", attempt.summary()))
            })?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds since 1970 fit for a while"
        )]
        let received_at = answer.map_or(0, |answer| answer.callback.received_at as i64);
        let mut context = self.id_token_context_of(attempt, received_at).await?;
        context.source = Source::AuthorizationEndpoint;
        context.access_token = answer
            .and_then(|answer| answer.get("access_token"))
            .map(str::to_owned);
        self.id_token(text, context)
    }

    async fn judge_hybrid_tokens(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let flow = self.flow()?;
        let first = self.front_channel_token().await?;
        let text = flow.tokens.id_token.clone();
        let text = text.ok_or_else(|| Halt::unjudged("the token response has no id_token"))?;
        let second = self.id_token(&text, self.id_token_context().await?)?;
        let pair = IdTokenPair {
            first: Arc::new(first),
            second: Arc::new(second),
        };
        let evidence = self.look_at(flow.token.answer.exchange, "id_token");
        let of = "ID Tokens of the hybrid flow";
        self.judge_rules(id_token::HYBRID_RULES, &pair, of, &evidence, rows);
        Ok(())
    }
}
