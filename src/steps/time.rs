//! Steps that let time pass.

use std::time::Duration;

use cucumber::when;

use super::World;
use crate::flow::Halt;

/// No step waits longer for a provider whose clock can't be moved.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(20 * 60);

/// On an issuer of the scenario's own the provider's clock moves and nobody waits; elsewhere the scenario
/// really waits, and is tagged `@slow` where that takes more than 2 s. Nobody waits for more than 20 minutes.
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
    /// Lets time pass: that of the provider where its clock can be moved, else everybody's.
    ///
    /// # Errors
    /// It would take longer than [`LONGEST_WAIT`].
    pub(super) async fn pass(&mut self, time: Duration) -> Result<(), Halt> {
        if self.has_own_issuer() {
            self.rp()?.advance(time)?;
            self.clock_ahead += time;
            return Ok(());
        }
        if time > LONGEST_WAIT {
            let seconds = time.as_secs();
            return Err(Halt::missing(format!(
                "it would take {seconds} s, and nobody waits longer than {} s",
                LONGEST_WAIT.as_secs()
            )));
        }
        self.wait(time).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let mut world = World::default();
        assert_eq!(world.pass(Duration::from_millis(1)).await, Ok(()));
        let halt = world.pass(LONGEST_WAIT + Duration::from_secs(1)).await;
        let reason = "it would take 1201 s, and nobody waits longer than 1200 s";
        assert_eq!(halt, Err(Halt::missing(reason)));
    }
}
