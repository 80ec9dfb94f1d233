//! What the whole run did, judged at its end.

use super::World;
use super::artifacts::{Artifact, ids};
use super::authorization_response::response_to;
use super::judge::Row;
use crate::checks::Rule;
use crate::checks::every_exchange::{EveryExchange, RULES};
use crate::flow::Halt;
use crate::run::Evidence;

/// All that was recorded so far.
pub(super) const ARTIFACTS: &[Artifact] = &[Artifact {
    name: "exchanges of the run",
    ids: || ids(RULES),
    judge: |world, rows| Box::pin(async move { world.judge_every_exchange(rows) }),
}];

impl World {
    fn judge_every_exchange(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let all = self.every_exchange()?;
        for row in rows {
            let Some(rule) = Rule::find(RULES, &row.id).filter(|rule| self.wants(rule.id)) else {
                continue;
            };
            let verdict = rule.judge(&all);
            self.note_exchanges(&verdict.exchanges);
            let evidence = verdict.exchanges.into_iter().map(|exchange| Evidence {
                exchange,
                at: String::new(),
            });
            self.report(
                &row.id,
                "every exchange",
                &verdict.finding,
                evidence.collect(),
            );
        }
        Ok(())
    }

    fn every_exchange(&self) -> Result<EveryExchange, Halt> {
        let rp = self.rp()?;
        let endpoint = |name: &str| rp.provider.metadata.text(name).map(str::to_owned);
        let exchanges = rp.recorder().recorded();
        let attempts = rp.attempts.all().into_iter();
        Ok(EveryExchange {
            responses: attempts.map(|attempt| response_to(&rp, attempt)).collect(),
            exchanges,
            issuer: rp.config().issuer.clone(),
            token_endpoint: endpoint("token_endpoint"),
            userinfo_endpoint: endpoint("userinfo_endpoint"),
        })
    }
}
