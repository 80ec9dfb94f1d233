//! The measured time, second by second.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::figures::{histogram, micros};
use super::tally::Sample;
use crate::load_run::Second;

/// The seconds that are over, and the one that is not.
#[derive(Debug)]
pub(super) struct Course {
    begin: Instant,
    /// Those that are over.
    pub(super) seconds: Vec<Second>,
    /// Passes under way.
    pub(super) in_flight: u64,
    latency: Histogram<u64>,
    errors: u64,
    due: u64,
}

impl Course {
    /// Nothing yet; the first second begins at `begin`.
    pub(super) fn new(begin: Instant) -> Self {
        Self {
            begin,
            seconds: Vec::new(),
            in_flight: 0,
            latency: histogram(),
            errors: 0,
            due: 0,
        }
    }

    /// A pass is due.
    pub(super) fn due(&mut self, due: Instant) {
        if due >= self.begin {
            self.advance(due);
            self.due += 1;
        }
    }

    /// A request of the measured time has ended.
    pub(super) fn record(&mut self, sample: &Sample, failed: bool) {
        self.advance(sample.done);
        self.latency
            .saturating_record(micros(sample.done - sample.due));
        self.errors += u64::from(failed);
    }

    /// Ends every second that is over at `now`.
    pub(super) fn advance(&mut self, now: Instant) {
        while now >= self.end_of_second() {
            self.end_second(1000);
        }
    }

    /// Ends the last second, which may be a part of one. Answers may have come after `now`; their seconds are whole.
    pub(super) fn finish(&mut self, now: Instant) {
        self.advance(now);
        let length = now.saturating_duration_since(self.begin);
        let part = length.saturating_sub(self.over());
        if !part.is_zero() {
            self.end_second(u64::try_from(part.as_millis()).unwrap_or(1000).max(1));
        } else if !self.latency.is_empty() {
            self.end_second(1000);
        }
    }

    fn over(&self) -> Duration {
        Duration::from_secs(self.seconds.len() as u64)
    }

    fn end_of_second(&self) -> Instant {
        self.begin + self.over() + Duration::from_secs(1)
    }

    fn end_second(&mut self, length_ms: u64) {
        let ms = |part: f64| {
            (!self.latency.is_empty()).then(|| self.latency.value_at_quantile(part) as f64 / 1e3)
        };
        self.seconds.push(Second {
            at_ms: self.seconds.len() as u64 * 1000 + length_ms,
            requests: self.latency.len(),
            errors: self.errors,
            due: self.due,
            in_flight: self.in_flight,
            p50: ms(0.5),
            p95: ms(0.95),
            p99: ms(0.99),
            max: ms(1.0),
        });
        self.latency.reset();
        self.errors = 0;
        self.due = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_in_which_nothing_ends_is_a_second() {
        let begin = Instant::now();
        let at = |ms: u64| begin + Duration::from_millis(ms);
        let mut course = Course::new(begin);
        let record = |course: &mut Course, due: u64, done: u64| {
            let sample = Sample {
                name: "jwks",
                status: None,
                due: at(due),
                counts_at: at(due),
                sent: at(due),
                done: at(done),
            };
            course.due(at(due));
            course.record(&sample, false);
        };
        record(&mut course, 0, 100);
        record(&mut course, 200, 3_100);
        // Its end was before the last answer.
        let mut late = Course::new(begin);
        record(&mut late, 900, 1_200);
        late.finish(at(1_000));
        let ends: Vec<u64> = late.seconds.iter().map(|s| s.at_ms).collect();
        assert_eq!(ends, [1_000, 2_000]);
        course.finish(at(3_500));
        let requests: Vec<u64> = course.seconds.iter().map(|s| s.requests).collect();
        assert_eq!(requests, [1, 0, 0, 1]);
        assert_eq!(course.seconds[0].due, 2);
        assert_eq!(course.seconds[1].p50, None);
        assert_eq!(course.seconds[3].at_ms, 3_500);
        assert!(course.seconds[3].max.is_some_and(|ms| ms >= 2_899.0));
    }
}
