//! Which ID Tokens are verified fully.

use std::sync::atomic::{AtomicU64, Ordering};

const WHOLE: u64 = 1_000_000;

/// Chooses a part of what it is asked about, evenly, the first always.
#[derive(Debug)]
pub(super) struct Sampler {
    /// The part, in millionths.
    part: u64,
    asked: AtomicU64,
}

impl Sampler {
    /// Chooses this part, from 0 to 1.
    pub(super) fn new(part: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and a million"
        )]
        let part = (part.clamp(0.0, 1.0) * WHOLE as f64).round() as u64;
        Self {
            part,
            asked: AtomicU64::new(0),
        }
    }

    /// Whether the next one is chosen.
    pub(super) fn chooses(&self) -> bool {
        let n = self.asked.fetch_add(1, Ordering::Relaxed) % WHOLE;
        n == 0 || (n + 1) * self.part / WHOLE > n * self.part / WHOLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_then_the_part_that_was_asked_for() {
        for (part, expected) in [
            (0.0, vec![0]),
            (1.0, (0..100).collect()),
            (0.05, vec![0, 19, 39, 59, 79, 99]),
            (0.5, std::iter::once(0).chain((1..100).step_by(2)).collect()),
        ] {
            let sampler = Sampler::new(part);
            let chosen: Vec<i32> = (0..100).filter(|_| sampler.chooses()).collect();
            assert_eq!(chosen, expected, "{part}");
        }
    }
}
