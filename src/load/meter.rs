//! The stop-watch of one pass of a flow.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::tally::{Failure, Sample, Tally};

/// Measures the requests of one pass after another. A request that has ended is kept until it is judged, or until
/// the next one begins, which means that it was right.
#[derive(Debug)]
pub(crate) struct Meter {
    tally: Arc<Mutex<Tally>>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// From when the latency of the next request counts.
    due: Instant,
    sent: Instant,
    name: &'static str,
    /// Ended, and not yet judged.
    ended: Option<Sample>,
}

impl Meter {
    /// A stop-watch that counts into `tally`.
    pub(crate) fn new(tally: Arc<Mutex<Tally>>) -> Self {
        let now = Instant::now();
        Self {
            tally,
            inner: Mutex::new(Inner {
                due: now,
                sent: now,
                name: "",
                ended: None,
            }),
        }
    }

    /// A pass begins whose first request was due at `due`.
    pub(crate) fn start(&self, due: Instant) {
        self.settle(None);
        self.lock().due = due;
    }

    /// A request is sent now.
    pub(crate) fn sending(&self, name: &'static str) {
        self.settle(None);
        let mut inner = self.lock();
        inner.name = name;
        inner.sent = Instant::now();
    }

    /// Its answer is whole, or will never be.
    pub(crate) fn ended(&self) {
        let done = Instant::now();
        let mut inner = self.lock();
        let due = mem::replace(&mut inner.due, done);
        inner.ended = Some(Sample {
            name: inner.name,
            due,
            sent: inner.sent,
            done,
        });
    }

    /// The request that ended last was right, or failed so.
    pub(crate) fn settle(&self, failure: Option<&Failure>) {
        let ended = self.lock().ended.take();
        if let Some(sample) = ended {
            self.tally
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .record(&sample, failure);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
