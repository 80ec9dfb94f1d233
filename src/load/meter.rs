//! The stop-watch of one pass of a flow.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
}

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
