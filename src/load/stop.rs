//! The end of a load run before its time.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::Notify;

/// A handle that stops a load run: what is under way is abandoned or drained, and the report is written.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Every pass looks at it: nobody waits for a lock.
    reason: OnceLock<(String, Instant)>,
    notify: Notify,
}

impl Stop {
    /// Stops the run; the first reason is the one that is reported.
    pub fn request(&self, reason: &str) {
        let now = Instant::now();
        self.0.reason.get_or_init(|| (reason.to_owned(), now));
        self.0.notify.notify_waiters();
    }

    /// Why it was stopped, if it was.
    pub fn reason(&self) -> Option<String> {
        self.0.reason.get().map(|(reason, _)| reason.clone())
    }

    /// When it was stopped, if it was.
    pub(crate) fn at(&self) -> Option<Instant> {
        self.0.reason.get().map(|(_, at)| *at)
    }

    /// Whether it was stopped.
    pub fn is_requested(&self) -> bool {
        self.0.reason.get().is_some()
    }

    /// Ends when it is stopped.
    pub async fn requested(&self) {
        let notified = self.0.notify.notified();
        tokio::pin!(notified);
        // Before the look at the reason, so that nothing is missed between both.
        notified.as_mut().enable();
        if !self.is_requested() {
            notified.await;
        }
    }
}
