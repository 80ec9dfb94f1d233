//! The end of a run's time. Long waits on purpose do not count.

use std::sync::{Mutex, PoisonError};
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
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.waits == 0 && inner.at.is_some_and(|at| Instant::now() >= at)
    }

    /// A long wait begins; until its end the clock stands still. Waits may overlap.
    pub fn pause(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.waits += 1;
        inner.waiting_since.get_or_insert_with(Instant::now);
    }

    /// A long wait has ended.
    pub fn resume(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.waits = inner.waits.saturating_sub(1);
        if inner.waits == 0
            && let Some(since) = inner.waiting_since.take()
        {
            inner.at = inner.at.and_then(|at| at.checked_add(since.elapsed()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spent_waiting_does_not_count() {
        let deadline = Deadline::after(Duration::from_millis(5));
        deadline.pause();
        deadline.pause();
        std::thread::sleep(Duration::from_millis(20));
        deadline.resume();
        assert!(!deadline.has_passed());
        deadline.resume();
        assert!(!deadline.has_passed());
        std::thread::sleep(Duration::from_millis(20));
        assert!(deadline.has_passed());
    }

    #[test]
    fn without_a_limit_it_never_passes() {
        assert!(!Deadline::default().has_passed());
    }
}
