//! Refresh tokens that wait for their use.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// A refresh token and whose it is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) refresh_token: String,
    /// The `sub` of the first ID Token.
    pub(crate) sub: Option<String>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").finish_non_exhaustive()
    }
}

/// Refresh tokens, each leased to one pass at a time.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    inner: Mutex<Inner>,
    returned: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    idle: VecDeque<Entry>,
    leased: usize,
    used_up: usize,
}

impl Pool {
    /// Adds a refresh token.
    pub(crate) fn add(&self, entry: Entry) {
        self.lock().idle.push_back(entry);
        self.returned.notify_one();
    }

    /// The one that has waited longest, as soon as there is one; none where there will never be one.
    pub(crate) async fn lease(&self) -> Option<Entry> {
        loop {
            let returned = self.returned.notified();
            tokio::pin!(returned);
            // Before the look, so that nothing is missed between both.
            returned.as_mut().enable();
            {
                let mut inner = self.lock();
                if let Some(entry) = inner.idle.pop_front() {
                    inner.leased += 1;
                    return Some(entry);
                }
                if inner.leased == 0 {
                    // Whoever else waits is to see it too.
                    self.returned.notify_one();
                    return None;
                }
            }
            returned.await;
        }
    }

    /// The end of a lease: what is to be used next, or nothing where the provider took the token away.
    pub(crate) fn give_back(&self, entry: Option<Entry>) {
        {
            let mut inner = self.lock();
            inner.leased = inner.leased.saturating_sub(1);
            match entry {
                Some(entry) => inner.idle.push_back(entry),
                None => inner.used_up += 1,
            }
        }
        self.returned.notify_one();
    }

    /// How many refresh tokens are of no use any more.
    pub(crate) fn used_up(&self) -> usize {
        self.lock().used_up
    }

    /// Everything that waits.
    pub(crate) fn take_all(&self) -> Vec<Entry> {
        self.lock().idle.drain(..).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn entry(token: &str) -> Entry {
        Entry {
            refresh_token: token.to_owned(),
            sub: None,
        }
    }

    #[tokio::test]
    async fn a_token_has_one_user_at_a_time() {
        let pool = Arc::new(Pool::default());
        pool.add(entry("a"));
        let leased = pool.lease().await.unwrap();
        let waiting = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.lease().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        assert_eq!(leased, entry("a"));
        pool.give_back(Some(entry("b")));
        assert_eq!(waiting.await.unwrap(), Some(entry("b")));
        pool.give_back(None);
        assert_eq!(pool.lease().await, None);
        assert_eq!(pool.used_up(), 1);
    }

    #[tokio::test]
    async fn everybody_who_waits_hears_that_there_is_nothing_more() {
        let pool = Arc::new(Pool::default());
        pool.add(entry("a"));
        pool.lease().await.unwrap();
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let pool = Arc::clone(&pool);
                tokio::spawn(async move { pool.lease().await })
            })
            .collect();
        tokio::task::yield_now().await;
        pool.give_back(None);
        for task in waiting {
            assert_eq!(task.await.unwrap(), None);
        }
    }
}
