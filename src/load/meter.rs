//! The stop-watch of one pass of a flow.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Instant;

use http::StatusCode;

use super::tally::{Failure, Sample, Tally};

/// Measures the requests of one pass after another. A request that has ended is kept until it is judged, or until
/// the next one begins, which means that it was right.
#[derive(Debug)]
pub(crate) struct Meter {
    tally: Arc<Mutex<Tally>>,
    counts_by: CountsBy,
    inner: Mutex<Inner>,
}

/// What decides whether a request belongs to the measured time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountsBy {
    /// When its pass was due: an open workload measures passes as a whole.
    Pass,
    /// When it was sent: the passes of a closed workload have no time of their own.
    Request,
}

#[derive(Debug)]
struct Inner {
    /// When the pass was due.
    pass: Instant,
    /// From when the latency of the next request counts.
    due: Instant,
    sent: Instant,
    name: &'static str,
    /// Ended, and not yet judged.
    ended: Option<Sample>,
    /// What the tally has not heard yet.
    untold: Vec<Event>,
}

#[derive(Debug)]
enum Event {
    PassStarted(Instant),
    PassEnded(Instant, bool),
    Request(Sample, Option<Failure>),
}

/// More than this is not kept back, however busy the tally is.
const UNTOLD_LIMIT: usize = 1024;

impl Meter {
    /// A stop-watch that counts into `tally`.
    pub(crate) fn new(tally: Arc<Mutex<Tally>>, counts_by: CountsBy) -> Self {
        let now = Instant::now();
        Self {
            tally,
            counts_by,
            inner: Mutex::new(Inner {
                pass: now,
                due: now,
                sent: now,
                name: "",
                ended: None,
                untold: Vec::new(),
            }),
        }
    }

    /// A pass begins whose first request was due at `due`.
    pub(crate) fn start(&self, due: Instant) {
        self.settle(None);
        let mut inner = self.lock();
        inner.pass = due;
        inner.due = due;
    }

    /// A request is sent now.
    pub(crate) fn sending(&self, name: &'static str) {
        self.settle(None);
        let mut inner = self.lock();
        inner.name = name;
        inner.sent = Instant::now();
    }

    /// Time of our own has passed since the last answer: the next request is due now.
    pub(crate) fn resume(&self) {
        self.lock().due = Instant::now();
    }

    /// What the request that was sent last is called.
    pub(crate) fn name(&self) -> &'static str {
        self.lock().name
    }

    /// Its answer is whole, or will never be.
    pub(crate) fn ended(&self, status: Option<StatusCode>) {
        let done = Instant::now();
        let mut inner = self.lock();
        let after_last = mem::replace(&mut inner.due, done);
        let (due, counts_at) = match self.counts_by {
            CountsBy::Pass => (after_last, inner.pass),
            CountsBy::Request => (inner.sent, inner.sent),
        };
        inner.ended = Some(Sample {
            name: inner.name,
            status,
            due,
            counts_at,
            sent: inner.sent,
            done,
        });
    }

    /// The request that ended last was right, or failed so.
    pub(crate) fn settle(&self, failure: Option<&Failure>) {
        let mut inner = self.lock();
        if let Some(sample) = inner.ended.take() {
            self.tell(&mut inner, Event::Request(sample, failure.cloned()));
        }
    }

    /// A pass that was due at `due` is under way.
    pub(crate) fn pass_started(&self, due: Instant) {
        self.tell(&mut self.lock(), Event::PassStarted(due));
    }

    /// It has ended; `right` says whether every answer was.
    pub(crate) fn pass_ended(&self, due: Instant, right: bool) {
        self.tell(&mut self.lock(), Event::PassEnded(due, right));
    }

    /// Tells the tally. In a closed workload not while somebody else does: whoever waited for a thread that the system
    /// has put aside would ask nothing meanwhile. Then it is told with the next event.
    fn tell(&self, inner: &mut Inner, event: Event) {
        inner.untold.push(event);
        let tally = match self.tally.try_lock() {
            Ok(tally) => Some(tally),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        match tally {
            Some(tally) => inner.tell_all(tally),
            None if inner.untold.len() >= UNTOLD_LIMIT || self.counts_by == CountsBy::Pass => {
                inner.tell_all(self.waited_for());
            }
            None => {}
        }
    }

    fn waited_for(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn tell_all(&mut self, mut tally: MutexGuard<'_, Tally>) {
        for event in self.untold.drain(..) {
            match event {
                Event::PassStarted(due) => tally.pass_started(due),
                Event::PassEnded(due, right) => tally.pass_ended(due, right),
                Event::Request(sample, failure) => tally.record(&sample, failure.as_ref()),
            }
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.untold.is_empty() {
            inner.tell_all(self.waited_for());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_a_busy_tally_did_not_hear_it_hears_later() {
        let begin = Instant::now();
        let tally = Arc::new(Mutex::new(Tally::new(
            begin,
            begin + Duration::from_secs(3600),
        )));
        let meter = Meter::new(Arc::clone(&tally), CountsBy::Request);
        let pass = |count: usize| {
            for _ in 0..count {
                let due = Instant::now();
                meter.pass_started(due);
                meter.sending("jwks");
                meter.ended(None);
                meter.settle(None);
                meter.pass_ended(due, true);
            }
        };
        let busy = tally.lock().unwrap();
        pass(10);
        assert_eq!(busy.snapshot(Instant::now()).requests, 0);
        drop(busy);
        pass(1);
        assert_eq!(tally.lock().unwrap().snapshot(Instant::now()).requests, 11);
        let busy = tally.lock().unwrap();
        pass(5);
        drop(busy);
        drop(meter);
        let snapshot = tally.lock().unwrap().snapshot(Instant::now());
        assert_eq!((snapshot.requests, snapshot.flows.completed), (16, 16));
    }

    #[test]
    fn time_of_our_own_is_no_latency_of_the_next_request() {
        let begin = Instant::now();
        let tally = Arc::new(Mutex::new(Tally::new(begin, begin)));
        let meter = Meter::new(tally, CountsBy::Pass);
        meter.start(begin);
        meter.sending("exchange");
        meter.ended(None);
        let ended = meter.lock().due;
        std::thread::sleep(Duration::from_millis(2));
        meter.resume();
        let due = meter.lock().due;
        assert!(due > ended);
        meter.sending("userinfo");
        meter.ended(None);
        assert_eq!(meter.lock().ended.map(|sample| sample.due), Some(due));
    }
}
