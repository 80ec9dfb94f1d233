//! The codes and tokens of the whole run, judged at its end.

use cucumber::given;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::secrets;
use crate::flow::{AuthorizationPlan, Halt};

/// All codes and tokens that came.
pub(super) const ARTIFACTS: &[Artifact] = &[Artifact {
    name: "codes and tokens of the run",
    ids: || ids(secrets::RULES),
    judge: |world, rows| Box::pin(async move { world.judge_secrets(rows) }),
}];

/// Goes through as many journeys as are lacking.
#[given("some codes and tokens")]
async fn some(world: &mut World) {
    let result = world.gather_codes().await;
    world.absorb(result);
}

impl World {
    async fn gather_codes(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        let session = self.session()?;
        let have = |kind: &str| rp.issued.all().get(kind).map_or(0, Vec::len);
        while have("code") < secrets::LEAST || have("access token") < secrets::LEAST {
            let plan = AuthorizationPlan::new(&rp, &client)?;
            let flow = rp.complete(&session, plan).await?;
            self.note_exchanges(&flow.exchanges());
        }
        Ok(())
    }

    fn judge_secrets(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let samples = self.rp()?.issued.all();
        self.judge_rules(secrets::RULES, &samples, "codes and tokens", &[], rows);
        Ok(())
    }
}
