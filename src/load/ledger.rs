//! The tokens of a load run, so that one that is issued twice is noticed.
//!
//! A refresh token is the credential of one grant: the same value for two grants, or one that was replaced and comes
//! back, is wrong whatever the provider's design. The value that a refresh request carried may come back in its
//! answer: a provider need not issue a new one
//! ([RFC 6749 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use super::tally::Failure;

/// One lock for each of so many parts of the tokens.
const SHARDS: usize = 64;
/// As many fit into a table of 2^18 places: with 17 bytes for each place, all tables take less than 300 MB.
const SHARD_LIMIT: usize = 229_376;

/// Every token that was issued, as a keyed hash of 128 bits.
#[derive(Debug)]
pub(crate) struct Ledger {
    keys: [RandomState; 2],
    shards: Vec<Mutex<HashSet<u128>>>,
    shard_limit: usize,
    access_tokens_may_repeat: bool,
    kept: AtomicUsize,
    full_since: OnceLock<Instant>,
}

impl Ledger {
    /// Nothing issued yet.
    pub(crate) fn new(access_tokens_may_repeat: bool) -> Self {
        Self::with_limit(access_tokens_may_repeat, SHARD_LIMIT)
    }

    fn with_limit(access_tokens_may_repeat: bool, shard_limit: usize) -> Self {
        Self {
            keys: [RandomState::new(), RandomState::new()],
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            shard_limit,
            access_tokens_may_repeat,
            kept: AtomicUsize::new(0),
            full_since: OnceLock::new(),
        }
    }

    /// An access token was issued.
    ///
    /// # Errors
    /// It was issued before, and may not.
    pub(crate) fn access_token(&self, token: &str) -> Result<(), Failure> {
        if self.access_tokens_may_repeat || self.is_new("access_token", token) {
            return Ok(());
        }
        Err(Failure::wrong(
            "repeated_token",
            "an access_token that was not issued before",
            "one that was",
        ))
    }

    /// A refresh token was issued, in answer to the one in `used` where there was one.
    ///
    /// # Errors
    /// It was issued before, to another grant or before it was replaced.
    pub(crate) fn refresh_token(&self, token: &str, used: Option<&str>) -> Result<(), Failure> {
        if used == Some(token) || self.is_new("refresh_token", token) {
            return Ok(());
        }
        Err(Failure::wrong(
            "repeated_token",
            "a refresh_token that was not issued before",
            "one that was issued to another grant, or was replaced",
        ))
    }

    /// From when on new tokens were no longer kept, if there were so many, in words.
    pub(crate) fn note(&self, begin: Instant) -> Option<String> {
        let since = self.full_since.get()?;
        let after = since.saturating_duration_since(begin).as_secs_f64();
        Some(format!(
            "{} tokens are kept to notice repeated ones; those issued later than {after:.0} s after the beginning were compared with these alone",
            self.kept.load(Ordering::Relaxed)
        ))
    }

    fn is_new(&self, name: &str, token: &str) -> bool {
        let [low, high] = [0, 1].map(|n| u128::from(self.keys[n].hash_one((name, token))));
        let hash = high << 64 | low;
        let shard = usize::try_from(hash % SHARDS as u128).unwrap_or_default();
        let mut shard = lock(&self.shards[shard]);
        if shard.len() < self.shard_limit {
            let new = shard.insert(hash);
            if new {
                self.kept.fetch_add(1, Ordering::Relaxed);
            }
            return new;
        }
        let known = shard.contains(&hash);
        if !known {
            self.full_since.get_or_init(Instant::now);
        }
        !known
    }
}

fn lock(shard: &Mutex<HashSet<u128>>) -> MutexGuard<'_, HashSet<u128>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_issued_once() {
        let ledger = Ledger::new(false);
        for (token, right) in [("a", true), ("b", true), ("a", false), ("b", false)] {
            let judged = ledger.access_token(token);
            assert_eq!(judged.is_ok(), right, "{token}");
            if let Err(failure) = judged {
                assert_eq!(
                    (failure.kind.as_ref(), failure.wrong),
                    ("repeated_token", true)
                );
            }
        }
        // Another kind of token is another token.
        assert!(ledger.refresh_token("a", None).is_ok());
        assert!(ledger.note(Instant::now()).is_none());
    }

    #[test]
    fn access_tokens_may_repeat_where_the_scenario_says_so() {
        let ledger = Ledger::new(true);
        assert!(ledger.access_token("a").is_ok());
        assert!(ledger.access_token("a").is_ok());
        assert!(ledger.refresh_token("a", None).is_ok());
        assert!(ledger.refresh_token("a", None).is_err());
    }

    #[test]
    fn a_refresh_token_that_stays_is_no_repetition_and_one_that_comes_back_is() {
        let ledger = Ledger::new(false);
        for (token, used, right) in [
            ("first", None, true),
            // The provider does not rotate.
            ("first", Some("first"), true),
            ("first", Some("first"), true),
            // It does.
            ("second", Some("first"), true),
            ("third", Some("second"), true),
            // What was replaced comes back.
            ("first", Some("third"), false),
            // Another grant gets it.
            ("third", None, false),
            ("third", Some("of another grant"), false),
        ] {
            assert_eq!(
                ledger.refresh_token(token, used).is_ok(),
                right,
                "{token} for {used:?}"
            );
        }
    }

    #[test]
    fn a_full_ledger_says_so_and_still_knows_what_it_has() {
        let ledger = Ledger::with_limit(false, 1);
        let begin = Instant::now();
        for n in 0..1000 {
            assert!(ledger.access_token(&format!("token {n}")).is_ok());
        }
        let again = (0..1000)
            .filter(|n| ledger.access_token(&format!("token {n}")).is_err())
            .count();
        assert_eq!(again, SHARDS);
        let note = ledger.note(begin).unwrap();
        assert!(note.starts_with("64 tokens are kept"), "{note}");
    }
}
