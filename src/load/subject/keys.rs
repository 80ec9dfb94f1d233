//! The published keys, which may change while the load is made.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode};

use crate::jwt::key::JwkSet;
use crate::load::carrier::Carrier;

/// Keys are not fetched anew more often, however many tokens name a key that is not published …
const PAUSE: Duration = Duration::from_secs(10);
/// … unless the last attempt failed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// A provider that makes up names of keys must not fill our memory.
const NAMES_LIMIT: usize = 64;

/// The keys as they were published last.
#[derive(Debug)]
pub(crate) struct Keys {
    current: RwLock<Arc<JwkSet>>,
    /// Gets them; none where nobody's tokens are judged.
    request: Option<Request<Bytes>>,
    /// Whoever looks holds this: the others wait for what they find.
    looks: tokio::sync::Mutex<Looks>,
}

#[derive(Debug, Default)]
struct Looks {
    last: Option<Look>,
    /// The `kid`s that were not published at the last look although tokens had them.
    in_vain: HashSet<Option<String>>,
}

#[derive(Debug)]
struct Look {
    /// Before the request was sent.
    at: Instant,
    /// Why it brought no keys, where it brought none.
    failure: Option<String>,
}

/// Whether there are other keys than those that a token was judged by.
#[derive(Debug, Clone)]
pub(crate) enum Newer {
    /// There are.
    Set(Arc<JwkSet>),
    /// There were none when the token had come.
    None,
    /// Nobody knows: they could not be fetched, or not so soon.
    Unknown(String),
}

impl Keys {
    /// Keys that were fetched already; `request` gets them anew.
    pub(super) fn new(set: JwkSet, request: Option<Request<Bytes>>) -> Self {
        Self {
            current: RwLock::new(Arc::new(set)),
            request,
            looks: tokio::sync::Mutex::default(),
        }
    }

    /// The keys.
    pub(crate) fn current(&self) -> Arc<JwkSet> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keys for a token that came at `came` and that no key in `judged` fits: a provider may sign with a key that it
    /// has published meanwhile. `kid` is the token's.
    pub(crate) async fn newer(
        &self,
        judged: &Arc<JwkSet>,
        kid: Option<&str>,
        came: Instant,
        carrier: &dyn Carrier,
    ) -> Newer {
        if let Some(set) = self.other_than(judged) {
            return Newer::Set(set);
        }
        let Some(request) = &self.request else {
            return Newer::None;
        };
        let mut looks = self.looks.lock().await;
        if let Some(set) = self.other_than(judged) {
            return Newer::Set(set);
        }
        if let Some(known) = looks.say(kid, came) {
            return known;
        }
        let at = Instant::now();
        let fetched = fetch(request.clone(), carrier).await;
        let failure = match fetched {
            Ok(set) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(set);
                looks.in_vain.clear();
                None
            }
            Err(why) => Some(why),
        };
        looks.last = Some(Look {
            at,
            failure: failure.clone(),
        });
        match failure {
            Some(why) => Newer::Unknown(why),
            None => Newer::Set(self.current()),
        }
    }

    fn other_than(&self, judged: &Arc<JwkSet>) -> Option<Arc<JwkSet>> {
        let current = self.current();
        (!Arc::ptr_eq(&current, judged)).then_some(current)
    }
}

impl Looks {
    /// What the last look says of a token that came at `came`, judged by what it brought; nothing where it is time for
    /// another one.
    fn say(&mut self, kid: Option<&str>, came: Instant) -> Option<Newer> {
        let last = self.last.as_ref()?;
        let kid = kid.map(str::to_owned);
        if last.at >= came {
            return Some(match &last.failure {
                Some(why) => Newer::Unknown(why.clone()),
                None => {
                    if self.in_vain.len() < NAMES_LIMIT {
                        self.in_vain.insert(kid);
                    }
                    Newer::None
                }
            });
        }
        let ago = last.at.elapsed();
        let pause = match last.failure {
            Some(_) => PAUSE_AFTER_FAILURE,
            None => PAUSE,
        };
        if ago >= pause {
            return None;
        }
        // It was signed with by a key that was not published, and still is.
        if self.in_vain.contains(&kid) {
            return Some(Newer::None);
        }
        Some(Newer::Unknown(last.failure.clone().unwrap_or_else(|| {
            format!(
                "no published key fits; they were fetched {:.1} s before, and are not fetched again so soon",
                ago.as_secs_f64()
            )
        })))
    }
}

/// # Errors
/// There is no answer, or it is no JWK Set.
async fn fetch(request: Request<Bytes>, carrier: &dyn Carrier) -> Result<JwkSet, String> {
    let answer = carrier.carry(request).await;
    let answer = answer.map_err(|error| format!("the keys can't be fetched: {error}"))?;
    if answer.status() != StatusCode::OK {
        return Err(format!("the keys can't be fetched: {}", answer.status()));
    }
    let document = serde_json::from_slice(answer.body())
        .map_err(|_| "what is at jwks_uri is no JSON".to_owned())?;
    JwkSet::from_value(&document).map_err(|why| format!("what is at jwks_uri is no JWK Set: {why}"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::FutureExt as _;
    use futures::future::{BoxFuture, join_all};
    use http::Response;

    use super::*;
    use crate::http::TransportError;

    /// Answers after a while.
    #[derive(Debug)]
    struct Slow {
        status: u16,
        asked: AtomicUsize,
    }

    impl Carrier for Slow {
        fn carry(
            &self,
            _: Request<Bytes>,
        ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let answer = Response::builder().status(self.status);
            let answer = answer.body(Bytes::from_static(br#"{"keys":[]}"#)).unwrap();
            async move {
                tokio::time::sleep(Duration::from_millis(30)).await;
                Ok(answer)
            }
            .boxed()
        }
    }

    fn slow(status: u16) -> Slow {
        Slow {
            status,
            asked: AtomicUsize::new(0),
        }
    }

    fn keys() -> Keys {
        Keys::new(JwkSet::default(), Some(Request::default()))
    }

    #[tokio::test]
    async fn who_comes_while_the_keys_are_fetched_waits_for_them() {
        let (keys, carrier) = (keys(), slow(200));
        let before = keys.current();
        let came = Instant::now();
        let all = (0..10).map(|_| keys.newer(&before, Some("new"), came, &carrier));
        for newer in join_all(all).await {
            assert!(matches!(newer, Newer::Set(set) if !Arc::ptr_eq(&set, &before)));
        }
        // Somebody who still has the old ones.
        let late = keys.newer(&before, Some("new"), Instant::now(), &carrier);
        assert!(matches!(late.await, Newer::Set(_)));
        assert_eq!(carrier.asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_key_that_is_not_there_is_looked_for_once_in_a_while() {
        let (keys, carrier) = (keys(), slow(200));
        let came = Instant::now();
        keys.newer(&keys.current(), Some("a"), came, &carrier).await;
        for (kid, came, expected) in [
            (Some("a"), came, "none"),
            (None, came, "none"),
            // The same again, and another one, which may have been published since.
            (Some("a"), Instant::now(), "none"),
            (None, Instant::now(), "none"),
            (Some("b"), Instant::now(), "unknown"),
        ] {
            let found = keys.newer(&keys.current(), kid, came, &carrier).await;
            let found = match found {
                Newer::Set(_) => "set",
                Newer::None => "none",
                Newer::Unknown(_) => "unknown",
            };
            assert_eq!(found, expected, "{kid:?}");
        }
        assert_eq!(carrier.asked.load(Ordering::SeqCst), 1);
        let long_ago = Instant::now().checked_sub(PAUSE).unwrap();
        if let Some(last) = &mut keys.looks.lock().await.last {
            last.at = long_ago;
        }
        let now = Instant::now();
        keys.newer(&keys.current(), Some("b"), now, &carrier).await;
        assert_eq!(carrier.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn what_could_not_be_fetched_says_nothing_of_the_token() {
        let (keys, carrier) = (keys(), slow(503));
        let (before, came) = (keys.current(), Instant::now());
        let all = (0..10).map(|_| keys.newer(&before, Some("a"), came, &carrier));
        for newer in join_all(all).await {
            assert!(
                matches!(&newer, Newer::Unknown(why) if why.contains("503")),
                "{newer:?}"
            );
        }
        assert_eq!(carrier.asked.load(Ordering::SeqCst), 1);
    }
}
