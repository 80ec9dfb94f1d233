//! Refresh tokens that wait for their use.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// A refresh token and whose it is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) refresh_token: String,
    /// The `sub` of the first ID Token of its grant.
    pub(crate) sub: Option<String>,
    /// That ID Token.
    pub(crate) first: Option<First>,
    /// The answer to its last use was lost: the provider may have replaced it, and is right to refuse it then.
    pub(crate) in_doubt: bool,
}

/// The first ID Token of a grant.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct First {
    pub(crate) id_token: String,
    /// When it came, in seconds since 1970.
    pub(crate) received_at: i64,
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
    /// With a pass, or being replaced.
    leased: usize,
    used_up: usize,
    doubts: Doubts,
}

/// Refresh tokens that were refused after an answer to them had been lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Doubts {
    /// How many.
    pub(crate) refused: usize,
    /// How many of them a fresh login has replaced.
    pub(crate) replaced: usize,
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

    /// The end of the lease of a token that was in doubt and was refused. Its place is kept for the one that a fresh
    /// login brings: end it with [`Pool::replace`].
    pub(crate) fn give_up(&self) {
        self.lock().doubts.refused += 1;
    }

    /// Fills the place of a token that was given up, or closes it where the login failed.
    pub(crate) fn replace(&self, entry: Option<Entry>) {
        {
            let mut inner = self.lock();
            inner.leased = inner.leased.saturating_sub(1);
            inner.doubts.replaced += usize::from(entry.is_some());
            inner.idle.extend(entry);
        }
        self.returned.notify_one();
    }

    /// What became of tokens whose answers were lost.
    pub(crate) fn doubts(&self) -> Doubts {
        self.lock().doubts
    }

    /// How many wait now.
    pub(crate) fn waiting(&self) -> usize {
        self.lock().idle.len()
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
            first: None,
            in_doubt: false,
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
    async fn the_place_of_a_token_that_was_given_up_is_filled_or_closed() {
        let pool = Pool::default();
        for replacement in [Some(entry("b")), None] {
            pool.add(entry("a"));
            pool.lease().await.unwrap();
            pool.give_up();
            pool.replace(replacement.clone());
            assert_eq!(pool.lease().await, replacement);
            pool.give_back(None);
        }
        let expected = Doubts {
            refused: 2,
            replaced: 1,
        };
        assert_eq!((pool.doubts(), pool.used_up()), (expected, 2));
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
