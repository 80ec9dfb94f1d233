//! One issuer: its address, its faults, its clock, its keys and all that it remembers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;

use crate::fault::Fault;
use crate::keys::KeyRing;
use crate::reply::Transport;
use crate::store::Store;

/// An issuer. Nothing of one is ever looked up in another.
#[derive(Debug)]
pub(crate) struct Issuer {
    /// The path: empty, or it begins with a slash and does not end with one.
    pub(crate) path: String,
    /// The issuer identifier: the origin and the path.
    pub(crate) url: String,
    pub(crate) faults: Vec<&'static Fault>,
    /// Tells this issuer from one that had its path before and was forgotten: its tokens carry it.
    pub(crate) instance: String,
    /// Seals what the issuer hands out and has to know again.
    pub(crate) seal: hmac::Key,
    store: Mutex<Store>,
    keys: Mutex<KeyRing>,
    // How far the clock of this issuer is ahead, in seconds.
    ahead: AtomicU64,
    transport: Mutex<Transport>,
    token_requests: AtomicU64,
}

impl Issuer {
    pub(crate) fn new(origin: &str, path: &str, faults: Vec<&'static Fault>, store: Store) -> Self {
        Self {
            path: path.to_owned(),
            url: format!("{origin}{path}"),
            faults,
            instance: format!("{:016x}", rand::random::<u64>()),
            seal: hmac::Key::new(hmac::HMAC_SHA256, &rand::random::<[u8; 32]>()),
            store: Mutex::new(store),
            keys: Mutex::default(),
            ahead: AtomicU64::new(0),
            transport: Mutex::default(),
            token_requests: AtomicU64::new(0),
        }
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        // A panic while the lock was held cannot leave an entry half made: each is inserted whole.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keys(&self) -> MutexGuard<'_, KeyRing> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of this issuer.
    pub(crate) fn time(&self, now: u64) -> u64 {
        now.saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    /// Moves the clock of this issuer forward, to a few thousand years from now at most: times are added to.
    pub(crate) fn advance(&self, by: Duration) {
        const MOST: u64 = 100_000_000_000;
        let further = |ahead: u64| Some(ahead.saturating_add(by.as_secs()).min(MOST));
        // An error says that the closure gave nothing, and it always gives something.
        let _ = self
            .ahead
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, further);
    }

    /// How the answers of this issuer are carried.
    pub(crate) fn transport(&self) -> MutexGuard<'_, Transport> {
        self.transport
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request to the token endpoint.
    pub(crate) fn count_token_request(&self) {
        self.token_requests.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests came to the token endpoint.
    pub(crate) fn token_requests(&self) -> u64 {
        self.token_requests.load(Ordering::Relaxed)
    }

    /// The path of cookies.
    pub(crate) fn cookie_path(&self) -> &str {
        if self.path.is_empty() {
            "/"
        } else {
            &self.path
        }
    }
}
