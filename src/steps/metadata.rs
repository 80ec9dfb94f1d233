//! Steps about what the provider says of itself: its metadata and its keys.

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::jwks::{self, Jwks};
use crate::checks::metadata::{self, Discovery};
use crate::flow::Halt;

/// The metadata document and the key set.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "discovery document",
        ids: || ids(metadata::RULES),
        judge: |world, rows| Box::pin(async move { world.judge_discovery(rows) }),
    },
    Artifact {
        name: "JWK Set",
        ids: || ids(jwks::RULES),
        judge: |world, rows| Box::pin(world.judge_jwks(rows)),
    },
];

impl World {
    fn judge_discovery(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let rp = self.rp()?;
        let discovery = Discovery {
            metadata: (*rp.provider.metadata).clone(),
            issuer: rp.config().issuer.clone(),
        };
        let evidence = self.look_at(discovery.metadata.answer.exchange, "discovery document");
        self.judge_rules(
            metadata::RULES,
            &discovery,
            "discovery document",
            &evidence,
            rows,
        );
        Ok(())
    }

    async fn judge_jwks(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let rp = self.rp()?;
        let answer = rp.jwks().await?;
        let artifact = Jwks::new(
            answer.status(),
            answer.response.headers().clone(),
            answer.response.body(),
        );
        let evidence = self.look_at(answer.exchange, "JWK Set");
        self.judge_rules(jwks::RULES, &artifact, "JWK Set", &evidence, rows);
        Ok(())
    }
}
