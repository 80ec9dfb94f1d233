//! The end of a run's time. Long waits on purpose do not count.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// When the run's time is up.
#[derive(Debug, Default)]
pub struct Deadline {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    at: Option<Instant>,
    waits: usize,
    waiting_since: Option<Instant>,
}

impl Deadline {
    /// The run may take so long from now.
    pub fn after(limit: Duration) -> Self {
        Self {
            inner: Mutex::new(Inner {
                at: Instant::now().checked_add(limit),
                ..Inner::default()
            }),
        }
    }

    /// Whether the time is up.
    pub fn has_passed(&self) -> bool {
        let inner = self.lock();
        let now = inner.waiting_since.unwrap_or_else(Instant::now);
        inner.at.is_some_and(|at| now >= at)
    }

    /// A long wait begins; until the guard is dropped the clock stands still. Waits may overlap.
    pub fn pause(this: &Arc<Self>) -> Pause {
        let mut inner = this.lock();
        inner.waits += 1;
        inner.waiting_since.get_or_insert_with(Instant::now);
        drop(inner);
        Pause(Arc::clone(this))
    }

    fn resume(&self) {
        let mut inner = self.lock();
        inner.waits = inner.waits.saturating_sub(1);
        if inner.waits == 0
            && let Some(since) = inner.waiting_since.take()
        {
            inner.at = inner.at.and_then(|at| at.checked_add(since.elapsed()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A long wait that has not ended yet.
#[derive(Debug)]
#[must_use]
pub struct Pause(Arc<Deadline>);

impl Drop for Pause {
    fn drop(&mut self) {
        self.0.resume();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn time_spent_waiting_does_not_count() {
        let deadline = Arc::new(Deadline::after(Duration::from_millis(5)));
        let pauses = [Deadline::pause(&deadline), Deadline::pause(&deadline)];
        std::thread::sleep(SHORT);
        assert!(!deadline.has_passed());
        drop(pauses);
        assert!(!deadline.has_passed());
        std::thread::sleep(SHORT);
        assert!(deadline.has_passed());
    }

    #[test]
    fn a_wait_does_not_bring_back_time_that_is_up() {
        let deadline = Arc::new(Deadline::after(Duration::ZERO));
        let pause = Deadline::pause(&deadline);
        assert!(deadline.has_passed());
        drop(pause);
        assert!(deadline.has_passed());
    }

    #[test]
    fn without_a_limit_it_never_passes() {
        assert!(!Deadline::default().has_passed());
    }
}
