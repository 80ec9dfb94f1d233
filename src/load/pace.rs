//! When passes of the flow begin: fixed in advance, whatever the provider does.

use std::time::{Duration, Instant};

/// tokio's timer is good to a millisecond or two: the rest of the way is waited by yielding.
const TIMER_SLACK: Duration = Duration::from_micros(1_500);

/// The arrivals of an open workload. Before the measured time the rate is that of its beginning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Schedule {
    /// Per second, until the measured time begins.
    pub(crate) rate_from: f64,
    /// Per second, when it ends.
    pub(crate) rate: f64,
    /// The time before the measured time.
    pub(crate) warmup: Duration,
    /// The measured time.
    pub(crate) duration: Duration,
}

impl Schedule {
    /// When the arrival of this number (from 0) is due, from the beginning of the warm-up; none after the end of
    /// the measured time.
    pub(crate) fn due(&self, number: u64) -> Option<Duration> {
        let warm = self.warmup.as_secs_f64();
        let length = self.duration.as_secs_f64();
        let warm_arrivals = self.rate_from * warm;
        let n = number as f64;
        let seconds = if n < warm_arrivals {
            n / self.rate_from
        } else {
            warm + self.time_of(n - warm_arrivals, length)
        };
        // Half of the distance to the next arrival: what falls on the end belongs to no time.
        (seconds < warm + length - 0.5e-9).then(|| Duration::from_secs_f64(seconds))
    }

    /// How many arrivals there are, warm-up included.
    #[cfg(test)]
    pub(crate) fn total(&self) -> u64 {
        let warm = self.rate_from * self.warmup.as_secs_f64();
        let measured = (self.rate_from + self.rate) / 2.0 * self.duration.as_secs_f64();
        (warm + measured).ceil() as u64
    }

    /// The time at which a rate that grows evenly has brought `n` arrivals.
    fn time_of(&self, n: f64, length: f64) -> f64 {
        let growth = (self.rate - self.rate_from) / length;
        if growth.abs() < 1e-9 {
            return n / self.rate_from;
        }
        // n = rate_from t + growth t^2 / 2
        let root = self.rate_from.mul_add(self.rate_from, 2.0 * growth * n);
        if root < 0.0 {
            return f64::INFINITY;
        }
        (root.sqrt() - self.rate_from) / growth
    }
}

/// Waits until `due`, to some microseconds.
pub(crate) async fn wait_until(due: Instant) {
    let now = Instant::now();
    if due > now + TIMER_SLACK {
        tokio::time::sleep_until((due - TIMER_SLACK).into()).await;
    }
    while Instant::now() < due {
        // Answers are read meanwhile.
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(rate_from: f64, rate: f64, warmup: f64, duration: f64) -> Schedule {
        Schedule {
            rate_from,
            rate,
            warmup: Duration::from_secs_f64(warmup),
            duration: Duration::from_secs_f64(duration),
        }
    }

    fn arrivals(schedule: Schedule) -> Vec<f64> {
        (0..)
            .map_while(|n| schedule.due(n))
            .map(|due| due.as_secs_f64())
            .collect()
    }

    #[test]
    fn a_constant_rate_is_even() {
        let due = arrivals(schedule(4.0, 4.0, 0.5, 1.0));
        assert_eq!(due, [0.0, 0.25, 0.5, 0.75, 1.0, 1.25]);
    }

    #[test]
    fn a_ramp_brings_the_mean_rate() {
        for (from, to, expected) in [(10.0, 90.0, 100), (90.0, 10.0, 100), (1.0, 1.0, 2)] {
            let schedule = schedule(from, to, 0.0, 2.0);
            let due = arrivals(schedule);
            assert_eq!(due.len(), expected, "{from} to {to}");
            assert_eq!(schedule.total(), expected as u64);
            assert!(due.is_sorted());
            assert!(due.iter().all(|t| *t < 2.0));
        }
        // The second half of a rising ramp brings more than the first.
        let due = arrivals(schedule(10.0, 90.0, 0.0, 2.0));
        let first = due.iter().filter(|t| **t < 1.0).count();
        assert_eq!(first, 30);
    }

    #[tokio::test]
    async fn nobody_arrives_early() {
        let due = Instant::now() + Duration::from_millis(5);
        wait_until(due).await;
        assert!(Instant::now() >= due);
    }
}
