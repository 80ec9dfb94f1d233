//! What the metadata say of single endpoints.

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::Rule;
use crate::checks::endpoint_url::{EndpointUrl, INTROSPECTION_RULES, REVOCATION_RULES};
use crate::flow::Halt;

/// The URLs of endpoints.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "URL of the revocation endpoint",
        ids: || ids(REVOCATION_RULES),
        judge: |world, rows| {
            let rules = REVOCATION_RULES;
            Box::pin(async move { world.judge_endpoint("revocation_endpoint", rules, rows) })
        },
    },
    Artifact {
        name: "URL of the introspection endpoint",
        ids: || ids(INTROSPECTION_RULES),
        judge: |world, rows| {
            let rules = INTROSPECTION_RULES;
            Box::pin(async move { world.judge_endpoint("introspection_endpoint", rules, rows) })
        },
    },
];

impl World {
    fn judge_endpoint(
        &mut self,
        name: &'static str,
        rules: &[Rule<EndpointUrl>],
        rows: &[Row],
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let metadata = &rp.provider.metadata;
        let endpoint = EndpointUrl {
            name,
            value: metadata.document.get(name).cloned(),
        };
        let evidence = self.look_at(metadata.answer.exchange, name);
        self.judge_rules(rules, &endpoint, "discovery document", &evidence, rows);
        Ok(())
    }
}
