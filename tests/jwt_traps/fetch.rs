//! Traps around fetching keys: what the cache does, with a fetcher that counts.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oidcheck::jwt::validator::{
    Error, Expected, FetchKeys, KeyCache, KeyCacheOptions, Rule, Validator, Warnings,
};
use serde_json::{Value, json};

use crate::case::*;
use crate::keys::*;

/// Answers one after another; the last one again and again.
#[derive(Clone)]
struct Answers(Arc<Inner>);

struct Inner {
    answers: Mutex<VecDeque<Result<Vec<u8>, String>>>,
    fetches: AtomicUsize,
    delay: Duration,
}

impl Answers {
    fn new(answers: impl IntoIterator<Item = Result<Value, &'static str>>) -> Self {
        Self::slow(answers, Duration::ZERO)
    }

    fn slow(
        answers: impl IntoIterator<Item = Result<Value, &'static str>>,
        delay: Duration,
    ) -> Self {
        let answers = answers.into_iter().map(|answer| {
            answer
                .map(|document| document.to_string().into_bytes())
                .map_err(str::to_owned)
        });
        Self(Arc::new(Inner {
            answers: Mutex::new(answers.collect()),
            fetches: AtomicUsize::new(0),
            delay,
        }))
    }

    fn fetches(&self) -> usize {
        self.0.fetches.load(Ordering::Relaxed)
    }
}

impl FetchKeys for Answers {
    async fn fetch(&self) -> Result<Vec<u8>, String> {
        self.0.fetches.fetch_add(1, Ordering::Relaxed);
        if !self.0.delay.is_zero() {
            tokio::time::sleep(self.0.delay).await;
        }
        let mut answers = self.0.answers.lock().unwrap();
        if answers.len() > 1 {
            answers.pop_front().unwrap()
        } else {
            answers.front().unwrap().clone()
        }
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn set(keys: &[&Key]) -> Value {
    json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()})
}

async fn validate(cache: &KeyCache<Answers>, token: &str) -> Result<Warnings, Error> {
    let validator = for_id().validator;
    validate_with(cache, &validator, token).await
}

async fn validate_with(
    cache: &KeyCache<Answers>,
    validator: &Validator,
    token: &str,
) -> Result<Warnings, Error> {
    let expected = Expected::default();
    let result = cache.validate(validator, token, &expected).await;
    result.map(|valid| valid.warnings())
}

/// Fetches for unknown keys whenever they come.
fn eager() -> KeyCacheOptions {
    KeyCacheOptions {
        min_interval: Duration::ZERO,
        ..KeyCacheOptions::default()
    }
}

pub(crate) fn other_issuer() -> Vec<Case> {
    // Each issuer has its keys; the token of one is judged with the keys of that one.
    wait(async {
        let own = KeyCache::new(Answers::new([Ok(set(&[&RSA]))]));
        let other = KeyCache::new(Answers::new([Ok(set(&[&ATTACKER]))]));
        let of_other = Validator::id_token("https://other.example.com", CLIENT).clock(|| NOW);
        let token = id().h("kid", "attacker").by(&ATTACKER);
        let same_kid = id().by(&ATTACKER);
        let theirs = id()
            .h("kid", "attacker")
            .c("iss", "https://other.example.com")
            .by(&ATTACKER);
        vec![
            Case::around(
                "a kid that only the other issuer has",
                Want::Reject(Rule::UnknownKey),
                validate(&own, &token).await,
            )
            .controlled(validate(&own, &id().sign()).await),
            Case::around(
                "the kid of our key",
                Want::Reject(Rule::Signature),
                validate(&own, &same_kid).await,
            ),
            Case::around(
                "control: right at the other issuer",
                Want::Accept,
                validate_with(&other, &of_other, &theirs).await,
            ),
        ]
    })
}

pub(crate) fn retired_key() -> Vec<Case> {
    wait(async {
        let fetch = Answers::new([Ok(set(&[&RSA])), Ok(set(&[&P256]))]);
        let options = KeyCacheOptions {
            max_age: Duration::from_millis(50),
            ..KeyCacheOptions::default()
        };
        let cache = KeyCache::with_options(fetch.clone(), options);
        let before = validate(&cache, &id().sign()).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        let after = validate(&cache, &id().sign()).await;
        assert!(fetch.fetches() >= 2);
        vec![
            Case::around(
                "after the set was fetched again",
                Want::Reject(Rule::UnknownKey),
                after,
            )
            .controlled(before),
        ]
    })
}

/// key-03
pub(crate) fn unknown_kid() -> Vec<Case> {
    wait(async {
        let fetch = Answers::new([Ok(set(&[&RSA]))]);
        let cache = KeyCache::with_options(fetch.clone(), eager());
        let control = validate(&cache, &id().sign()).await;
        let token = id().h("kid", "elsewhere").sign();
        let first = validate(&cache, &token).await;
        assert_eq!(fetch.fetches(), 2, "looked for once");
        let second = validate(&cache, &token).await;
        assert_eq!(fetch.fetches(), 2, "not again for the same kid");
        vec![
            Case::around("unknown", Want::Reject(Rule::UnknownKey), first).controlled(control),
            Case::around("unknown again", Want::Reject(Rule::UnknownKey), second),
        ]
    })
}

/// key-04
pub(crate) fn flood() -> Vec<Case> {
    wait(async {
        let fetch = Answers::slow([Ok(set(&[&RSA]))], Duration::from_millis(20));
        let cache = Arc::new(KeyCache::new(fetch.clone()));
        let control = validate(&cache, &id().sign()).await;
        let signature = id().sign().rsplit('.').next().unwrap().to_owned();
        let tasks: Vec<_> = (0..1000)
            .map(|n| {
                let cache = Arc::clone(&cache);
                let token = format!("{}.{signature}", id().h("kid", format!("k{n}")).input());
                tokio::spawn(async move { validate(&cache, &token).await })
            })
            .collect();
        let mut last = Ok(Warnings::default());
        for task in tasks {
            last = task.await.unwrap();
            assert_eq!(
                last.as_ref().map_err(Error::rule).err(),
                Some(Rule::UnknownKey)
            );
        }
        assert_eq!(fetch.fetches(), 2, "the first one, and one for all of them");
        // One after another, and the memory of them is bounded.
        let options = KeyCacheOptions {
            max_unknown: 8,
            ..eager()
        };
        let fetch = Answers::new([Ok(set(&[&RSA]))]);
        let cache = KeyCache::with_options(fetch.clone(), options);
        for n in 0..100 {
            let token = format!("{}.{signature}", id().h("kid", format!("k{n}")).input());
            assert!(validate(&cache, &token).await.is_err());
        }
        vec![
            Case::around("a thousand at once", Want::Reject(Rule::UnknownKey), last)
                .controlled(control),
            Case::around(
                "control: a good one after them",
                Want::Accept,
                validate(&cache, &id().sign()).await,
            ),
        ]
    })
}

/// key-27
pub(crate) fn no_set() -> Vec<Case> {
    let bodies: [(&str, &[u8]); 8] = [
        ("no member keys", b"{}"),
        ("an array", b"[]"),
        ("null", b"null"),
        ("keys is an object", br#"{"keys":{}}"#),
        ("HTML with 200", b"<!doctype html><p>Sign in"),
        ("nothing", b""),
        ("a doubled member", br#"{"keys":[],"keys":[]}"#),
        ("not UTF-8", b"\xff\xfe{}"),
    ];
    let control = wait(async {
        let cache = KeyCache::new(Answers::new([Ok(set(&[&RSA]))]));
        validate(&cache, &id().sign()).await
    });
    let mut cases = vec![
        Case::around(
            "no keys",
            Want::Reject(Rule::UnknownKey),
            wait(async {
                let cache = KeyCache::new(Answers::new([Ok(json!({"keys": []}))]));
                validate(&cache, &id().sign()).await
            }),
        )
        .controlled(control),
    ];
    for (label, body) in bodies {
        let outcome = wait(async {
            let cache = KeyCache::new(move || async move { Ok(body.to_vec()) });
            let validator = for_id().validator;
            let token = id().sign();
            let expected = Expected::default();
            let result = cache.validate(&validator, &token, &expected).await;
            result.map(|valid| valid.warnings())
        });
        assert!(outcome.as_ref().is_err_and(Error::is_undecided), "{label}");
        cases.push(Case::around(label, Want::Reject(Rule::Keys), outcome));
    }
    cases
}

/// key-28
pub(crate) fn unavailable() -> Vec<Case> {
    wait(async {
        let old = || KeyCacheOptions {
            max_age: Duration::ZERO,
            min_interval: Duration::ZERO,
            max_time: Duration::from_millis(50),
            ..KeyCacheOptions::default()
        };
        let fetch = Answers::new([Ok(set(&[&RSA])), Err("503")]);
        let stale = KeyCache::with_options(fetch.clone(), old());
        assert!(validate(&stale, &id().sign()).await.is_ok());
        let while_down = validate(&stale, &id().sign()).await;
        assert!(fetch.fetches() >= 2);

        let options = KeyCacheOptions {
            stale_for: Duration::ZERO,
            ..old()
        };
        let too_old = KeyCache::with_options(Answers::new([Ok(set(&[&RSA])), Err("503")]), options);
        let control = validate(&too_old, &id().sign()).await;
        let refused = validate(&too_old, &id().sign()).await;

        let down = KeyCache::new(Answers::new([Err("503")]));
        let without = validate(&down, &id().sign()).await;

        let hangs = Answers::slow([Ok(set(&[&RSA]))], Duration::from_secs(3600));
        let hangs = KeyCache::with_options(hangs, old());
        let timed_out = validate(&hangs, &id().sign()).await;
        for outcome in [&refused, &without, &timed_out] {
            assert!(outcome.as_ref().is_err_and(Error::is_undecided));
        }
        vec![
            Case::around("503, keys at hand", Want::Accept, while_down),
            Case::around("503, keys too old", Want::Reject(Rule::Keys), refused)
                .controlled(control),
            Case::around("503, no keys", Want::Reject(Rule::Keys), without),
            Case::around("no answer, no keys", Want::Reject(Rule::Keys), timed_out),
        ]
    })
}

/// ctrl-03
pub(crate) fn rotated() -> Vec<Case> {
    wait(async {
        let mut fresh = set(&[&RSA]);
        fresh["keys"]
            .as_array_mut()
            .unwrap()
            .push(ATTACKER.jwk_as("next"));
        let fetch = Answers::new([Ok(set(&[&RSA])), Ok(fresh)]);
        let cache = KeyCache::new(fetch.clone());
        let old = validate(&cache, &id().sign()).await;
        let new = validate(&cache, &id().h("kid", "next").by(&ATTACKER)).await;
        assert_eq!(fetch.fetches(), 2);
        vec![
            Case::around("the new key", Want::Accept, new),
            Case::around("the old key before", Want::Accept, old),
            Case::around(
                "the old key after",
                Want::Accept,
                validate(&cache, &id().sign()).await,
            ),
        ]
    })
}

/// Fetches through a connection to a server whose certificate nobody trusts.
pub(crate) fn untrusted_server() -> Vec<Case> {
    use mock_idp::MockIdp;
    use oidcheck::http::{ClientOptions, JwksClient};

    wait(async {
        let idp = MockIdp::builder().tls().start().await.unwrap();
        let attempt = async |cacert: Option<Vec<u8>>| {
            let options = ClientOptions {
                cacert,
                ..ClientOptions::default()
            };
            let cache = KeyCache::new(JwksClient::of_issuer(idp.issuer(), options).unwrap());
            let validator = for_id().validator;
            let token = id().sign();
            let expected = Expected::default();
            let result = cache.validate(&validator, &token, &expected).await;
            result.map(|valid| valid.warnings())
        };
        let refused = attempt(None).await;
        let reached = attempt(Some(idp.ca_pem().unwrap().as_bytes().to_vec())).await;
        let actual = refused.as_ref().unwrap_err().actual().to_owned();
        assert!(actual.contains("TLS"), "{actual}");
        vec![
            Case::around("not trusted", Want::Reject(Rule::Keys), refused),
            // Its keys are others than those of the token.
            Case::around("control: trusted", Want::Reject(Rule::UnknownKey), reached),
        ]
    })
}
