//! The keys of an issuer, fetched when they are needed and no more often than is good.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use aws_lc_rs::digest;
use tokio::time::{Instant, timeout};

use super::error::{Error, Rule};
use super::expected::Expected;
use super::keys::KeySet;
use super::token::ValidToken;
use super::validator::Validator;

/// Fetches the JWK Set of one issuer.
///
/// [`JwksClient`](crate::http::JwksClient) is one, ready-made. Any closure without arguments whose future gives the body
/// of the answer, or says why there is none, is another.
pub trait FetchKeys: Send + Sync {
    /// Fetches `jwks_uri` and gives the body of a successful answer.
    fn fetch(&self) -> impl Future<Output = Result<Vec<u8>, String>> + Send;
}

impl<F, A> FetchKeys for F
where
    F: Fn() -> A + Send + Sync,
    A: Future<Output = Result<Vec<u8>, String>> + Send,
{
    fn fetch(&self) -> impl Future<Output = Result<Vec<u8>, String>> + Send {
        self()
    }
}

/// How a [`KeyCache`] behaves.
#[derive(Debug, Clone)]
pub struct KeyCacheOptions {
    /// How long keys are used before they are fetched again.
    pub max_age: Duration,
    /// How much longer they are used while they can't be fetched.
    pub stale_for: Duration,
    /// The shortest time between two fetches that unknown keys or failures cause.
    pub min_interval: Duration,
    /// How long a `kid` that was not found causes no other fetch.
    pub unknown_for: Duration,
    /// How many such values of `kid` are remembered.
    pub max_unknown: usize,
    /// The longest that one fetch may take.
    pub max_time: Duration,
}

impl Default for KeyCacheOptions {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(3600),
            stale_for: Duration::from_secs(24 * 3600),
            min_interval: Duration::from_secs(10),
            unknown_for: Duration::from_secs(30),
            max_unknown: 1024,
            max_time: Duration::from_secs(10),
        }
    }
}

/// The keys of one issuer, fetched on first use, again when they are old, and again when a token names one that
/// is not among them ([OpenID Connect Core 1.0 section 10.1.1](https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys)).
///
/// Tokens with made-up key IDs can't make it fetch more often than once in
/// [`min_interval`](KeyCacheOptions::min_interval), however many come and however they differ; there is never
/// more than one fetch under way. Who has no keys, or names an unknown one, waits for that one; who has old ones goes on
/// with them.
pub struct KeyCache<F> {
    fetch: F,
    options: KeyCacheOptions,
    keys: RwLock<Option<Current>>,
    /// Held while fetching.
    refresh: tokio::sync::Mutex<()>,
    history: Mutex<History>,
}

#[derive(Clone)]
struct Current {
    keys: Arc<KeySet>,
    fetched: Instant,
    /// Counts the sets, to see whether another task fetched meanwhile.
    generation: u64,
}

#[derive(Default)]
struct History {
    /// The last fetch that an unknown key or a failure caused.
    forced: Option<Instant>,
    failure: Option<(Instant, String)>,
    unknown: VecDeque<([u8; 16], Instant)>,
}

impl<F: FetchKeys> KeyCache<F> {
    /// With the usual behaviour.
    pub fn new(fetch: F) -> Self {
        Self::with_options(fetch, KeyCacheOptions::default())
    }

    /// With another behaviour.
    pub fn with_options(fetch: F, options: KeyCacheOptions) -> Self {
        Self {
            fetch,
            options,
            keys: RwLock::new(None),
            refresh: tokio::sync::Mutex::new(()),
            history: Mutex::new(History::default()),
        }
    }

    /// Validates `token` with the keys at hand, and once more with fresh ones if it names a key that is not
    /// among them.
    ///
    /// # Errors
    /// The first rule that the token breaks; [`Rule::Keys`] if there are no keys and none can be fetched, so
    /// that nothing is known about the token.
    pub async fn validate(
        &self,
        validator: &Validator,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<ValidToken, Error> {
        self.with_keys(|keys| validator.validate(token, expected, keys))
            .await
    }

    /// Validates the ID Token of a token response as [`Validator::validate_response`] does, with keys as
    /// [`KeyCache::validate`] finds them.
    ///
    /// # Errors
    /// As these two.
    pub async fn validate_response(
        &self,
        validator: &Validator,
        body: &[u8],
        scope: &str,
        expected: &Expected<'_>,
    ) -> Result<Option<ValidToken>, Error> {
        let validate = |keys: &KeySet| {
            validator.validate_response(body, scope, expected, keys, validator.now())
        };
        self.with_keys(validate).await
    }

    async fn with_keys<T>(
        &self,
        validate: impl Fn(&KeySet) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let current = self.current().await?;
        match validate(&current.keys) {
            Err(error) if error.rule() == Rule::UnknownKey => {
                let kid = digest_of(error.actual());
                match self.look_for(kid, current.generation).await {
                    Some(keys) => validate(&keys),
                    None => Err(error),
                }
            }
            other => other,
        }
    }

    /// The keys as they are, fetched if there are none or they are old.
    ///
    /// # Errors
    /// [`Rule::Keys`]: there are none that may still be used, and none can be fetched.
    pub async fn keys(&self) -> Result<Arc<KeySet>, Error> {
        Ok(self.current().await?.keys)
    }

    async fn current(&self) -> Result<Current, Error> {
        let cached = self.cached();
        if let Some(current) = cached.as_ref().filter(|keys| self.is_fresh(keys)) {
            return Ok(current.clone());
        }
        // One fetches; who has keys that may still be used does not wait for it.
        let _one_at_a_time = match cached.filter(|keys| self.is_usable(keys)) {
            None => self.refresh.lock().await,
            Some(old) => match self.refresh.try_lock() {
                Ok(turn) => turn,
                Err(_) => return Ok(old),
            },
        };
        // Another one may have fetched meanwhile.
        if let Some(current) = self.cached().filter(|keys| self.is_fresh(keys)) {
            return Ok(current);
        }
        if !self.failed_lately()
            && let Some(fresh) = self.fetch_now().await
        {
            return Ok(fresh);
        }
        let old = self.cached().filter(|keys| self.is_usable(keys));
        old.ok_or_else(|| self.unavailable())
    }

    fn is_fresh(&self, keys: &Current) -> bool {
        keys.fetched.elapsed() < self.options.max_age
    }

    fn is_usable(&self, keys: &Current) -> bool {
        keys.fetched.elapsed() < self.options.max_age.saturating_add(self.options.stale_for)
    }

    /// Fetches because of an unknown `kid`, unless that was done for it or for another one a moment ago; gives
    /// the keys if they are newer than `generation`.
    async fn look_for(&self, kid: [u8; 16], generation: u64) -> Option<Arc<KeySet>> {
        let _one_at_a_time = self.refresh.lock().await;
        // Another task fetched while this one waited.
        if let Some(current) = self.cached().filter(|now| now.generation > generation) {
            return Some(current.keys);
        }
        if !self.may_look_for(kid) {
            return None;
        }
        let fresh = self.fetch_now().await?;
        // Only now: a fetch that failed, or whose caller went away, says nothing of this kid.
        let mut history = self.history();
        history.unknown.push_back((kid, Instant::now()));
        Some(fresh.keys)
    }

    /// Whether this `kid` may cause a fetch now; no other one may then for a while.
    fn may_look_for(&self, kid: [u8; 16]) -> bool {
        let mut history = self.history();
        while let Some((_, since)) = history.unknown.front() {
            let is_old = since.elapsed() >= self.options.unknown_for;
            if !is_old && history.unknown.len() < self.options.max_unknown {
                break;
            }
            history.unknown.pop_front();
        }
        let is_early = [history.forced, history.failure.as_ref().map(|(at, _)| *at)]
            .into_iter()
            .flatten()
            .any(|at| at.elapsed() < self.options.min_interval);
        if is_early || history.unknown.iter().any(|(known, _)| *known == kid) {
            return false;
        }
        history.forced = Some(Instant::now());
        true
    }

    /// Fetches, parses and keeps the keys; a failure is remembered. Only for who holds `refresh`.
    async fn fetch_now(&self) -> Option<Current> {
        let fetched = match timeout(self.options.max_time, self.fetch.fetch()).await {
            Ok(Ok(body)) => KeySet::parse(&body).map_err(|error| error.actual().to_owned()),
            Ok(Err(problem)) => Err(problem),
            Err(_) => Err(format!("no answer within {:?}", self.options.max_time)),
        };
        let mut history = self.history();
        match fetched {
            Ok(keys) => {
                history.failure = None;
                let generation = self.cached().map_or(1, |before| before.generation + 1);
                let current = Current {
                    keys: Arc::new(keys),
                    fetched: Instant::now(),
                    generation,
                };
                let mut slot = self.keys.write().unwrap_or_else(PoisonError::into_inner);
                *slot = Some(current.clone());
                Some(current)
            }
            Err(problem) => {
                history.failure = Some((Instant::now(), problem));
                None
            }
        }
    }

    fn cached(&self) -> Option<Current> {
        self.keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed_lately(&self) -> bool {
        let history = self.history();
        history
            .failure
            .as_ref()
            .is_some_and(|(at, _)| at.elapsed() < self.options.min_interval)
    }

    fn unavailable(&self) -> Error {
        let history = self.history();
        let problem = history.failure.as_ref().map_or("none", |(_, why)| why);
        let cut: String = problem.chars().take(300).collect();
        Error::new(Rule::Keys, "the issuer's JWK Set", cut)
    }
}

impl<F> std::fmt::Debug for KeyCache<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyCache")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

fn digest_of(kid: &str) -> [u8; 16] {
    let mut key = [0; 16];
    let full = digest::digest(&digest::SHA256, kid.as_bytes());
    key.copy_from_slice(full.as_ref().get(..16).unwrap_or(&[0; 16]));
    key
}
