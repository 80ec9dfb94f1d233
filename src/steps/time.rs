//! Steps that let time pass.

use std::time::Duration;

use cucumber::when;

use super::World;
use crate::flow::Halt;

/// On an issuer of the scenario's own the provider's clock moves and nobody waits; elsewhere the scenario
/// really waits, and is tagged `@slow` where that takes more than 2 s.
#[when(expr = "{int} second(s) pass(es)")]
async fn seconds_pass(world: &mut World, seconds: u64) {
    let result = world.pass(Duration::from_secs(seconds)).await;
    world.absorb(result);
}

/// As above.
#[when(expr = "{int} minute(s) pass(es)")]
async fn minutes_pass(world: &mut World, minutes: u64) {
    let result = world.pass(Duration::from_secs(60 * minutes)).await;
    world.absorb(result);
}

impl World {
    pub(super) async fn pass(&mut self, time: Duration) -> Result<(), Halt> {
        let rp = self.rp()?;
        if self.has_own_issuer() {
            rp.advance(time)?;
            self.clock_ahead += time;
            return Ok(());
        }
        self.wait(time).await;
        Ok(())
    }
}
