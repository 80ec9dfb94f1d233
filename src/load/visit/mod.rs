//! Passes of a flow: what is asked word by word, and whether the answers are right.

mod activity;
mod pages;
mod sampler;
mod steps;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use futures::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::aside::{Aside, Asides};
use super::carrier::Carrier;
use super::judge::Remembered;
use super::ledger::Ledger;
use super::meter::Meter;
use super::pool::{Entry, First, Pool};
use super::scenario::{AccessTokens, Scenario};
use super::subject::{Calls, Subject};
use super::tally::Failure;
use super::user::{User, Users};
use super::{Stop, Word};
use crate::http::UserAgent;
use crate::load_run::Incident;
use activity::Activity;
use pages::Pages;
use sampler::Sampler;

/// The parameters of the client credentials grant
/// ([RFC 6749 4.4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2)).
pub(crate) const CLIENT_CREDENTIALS: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// Users who go through one flow.
#[derive(Debug, Clone)]
pub(crate) struct Visits {
    shared: Arc<Shared>,
    flow: Arc<[Word]>,
    /// Whether passes lease the refresh token that they begin with.
    from_pool: bool,
    offline: bool,
}

/// What all users of a run share, those of setup and races too.
#[derive(Debug)]
struct Shared {
    subject: Arc<Subject>,
    ledger: Ledger,
    samplers: Samplers,
    metadata: Remembered,
    key_set: Remembered,
    activity: Activity,
    pool: Pool,
    asides: Asides,
    /// Where logins that replace refresh tokens are made …
    replacing: OnceLock<(Arc<dyn Carrier>, Handle)>,
    /// … and those that are.
    replacements: Mutex<JoinSet<()>>,
    stop: Stop,
    users: AtomicUsize,
}

/// Which signed answers are verified fully. Each kind has a choice of its own: were they asked in turn, one choice
/// for all might always fall on the same kind.
#[derive(Debug)]
struct Samplers {
    id_tokens: Sampler,
    refreshed: Sampler,
    userinfo: Sampler,
}

impl Shared {
    fn replacements(&self) -> MutexGuard<'_, JoinSet<()>> {
        let replacements = self.replacements.lock();
        replacements.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visits {
    /// Users who go through the flow of `scenario`. A flow that finds no refresh token any more stops the run.
    pub(crate) fn new(subject: Arc<Subject>, scenario: &Scenario, stop: Stop) -> Self {
        let may_repeat = scenario.access_tokens == AccessTokens::MayRepeat;
        Self {
            flow: scenario.flow.as_slice().into(),
            from_pool: scenario.setup.refresh_tokens > 0,
            offline: subject.sign_in.as_ref().is_some_and(|s| s.offline),
            shared: Arc::new(Shared {
                subject,
                ledger: Ledger::new(may_repeat),
                samplers: Samplers {
                    id_tokens: Sampler::new(scenario.id_tokens),
                    refreshed: Sampler::new(scenario.id_tokens),
                    userinfo: Sampler::new(scenario.id_tokens),
                },
                metadata: Remembered::default(),
                key_set: Remembered::default(),
                activity: Activity::default(),
                pool: Pool::default(),
                asides: Asides::default(),
                replacing: OnceLock::new(),
                replacements: Mutex::default(),
                stop,
                users: AtomicUsize::new(0),
            }),
        }
    }

    /// Users of the same run who go through another flow, and ask for a refresh token where `offline` says so.
    pub(super) fn going(&self, flow: &[Word], offline: bool) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            flow: flow.into(),
            from_pool: false,
            offline,
        }
    }

    /// The provider.
    pub(crate) fn subject(&self) -> &Arc<Subject> {
        &self.shared.subject
    }

    /// The tokens that were issued.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.shared.ledger
    }

    /// What introspection said.
    pub(crate) fn activity(&self) -> &Activity {
        &self.shared.activity
    }

    /// The refresh tokens that wait.
    pub(crate) fn pool(&self) -> &Pool {
        &self.shared.pool
    }

    /// Has refresh tokens that were given up replaced by logins that `carrier` carries, in the runtime of the caller,
    /// so that they don't delay an arrival.
    pub(crate) fn replace_with(&self, carrier: Arc<dyn Carrier>) {
        let _ = self.shared.replacing.set((carrier, Handle::current()));
    }

    /// Logins that replace refresh tokens and have not been waited for.
    pub(super) fn replacements(&self) -> JoinSet<()> {
        std::mem::take(&mut self.shared.replacements())
    }

    /// A stop-watch for what is done outside of the measured time.
    pub(super) fn meter(&self, aside: Aside) -> Arc<Meter> {
        self.shared.asides.meter(aside)
    }

    /// Whether something was wrong outside of the measured time.
    pub(super) fn is_wrong(&self) -> bool {
        let defect = self.shared.subject.defect.as_ref();
        self.shared.asides.is_wrong() || defect.is_some_and(|defect| defect.wrong)
    }

    /// What went wrong outside of the measured time, which begins at `begin`.
    pub(super) fn incidents(&self, begin: Instant) -> Vec<Incident> {
        let defect = self.shared.subject.defect.iter().map(|failure| Incident {
            request: "setup: discovery".to_owned(),
            kind: failure.kind.clone().into_owned(),
            count: 1,
            first_at_ms: self.shared.asides.began_ms(begin),
            last_at_ms: self.shared.asides.began_ms(begin),
            wrong: failure.wrong,
            example: failure.example.clone(),
        });
        defect.chain(self.shared.asides.incidents(begin)).collect()
    }

    /// A new user.
    pub(super) fn visit(&self, carrier: Arc<dyn Carrier>, meter: Arc<Meter>) -> Visit {
        let shared = Arc::clone(&self.shared);
        let pages = Arc::new(Pages::new(Arc::clone(&carrier), Arc::clone(&meter), shared));
        Visit {
            number: self.shared.users.fetch_add(1, Ordering::Relaxed),
            shared: Arc::clone(&self.shared),
            flow: Arc::clone(&self.flow),
            from_pool: self.from_pool,
            offline: self.offline,
            agent: UserAgent::new(pages.clone()),
            pages,
            carrier,
            meter,
            held: Held::default(),
        }
    }
}

impl Users for Visits {
    fn user(&self, carrier: Arc<dyn Carrier>, meter: Arc<Meter>) -> Box<dyn User> {
        Box::new(self.visit(carrier, meter))
    }
}

/// One user: a browser, and what the client holds for them.
pub(crate) struct Visit {
    shared: Arc<Shared>,
    flow: Arc<[Word]>,
    from_pool: bool,
    offline: bool,
    number: usize,
    carrier: Arc<dyn Carrier>,
    meter: Arc<Meter>,
    pages: Arc<Pages>,
    agent: UserAgent,
    held: Held,
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("flow", &self.flow)
            .finish_non_exhaustive()
    }
}

/// What one pass has got so far.
#[derive(Default)]
struct Held {
    code: Option<Code>,
    access_token: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
    /// The `sub` of the first ID Token.
    sub: Option<String>,
    /// The first ID Token, where later ones may come.
    first: Option<First>,
    /// The answer to the last use of the refresh token was lost.
    in_doubt: bool,
    /// The access token is a client's own, not a user's.
    is_service: bool,
    /// The refresh token came from the pool.
    leased: bool,
}

/// A code and the request that it answers.
struct Code {
    code: String,
    nonce: String,
    verifier: String,
    iss: Option<String>,
}

impl User for Visit {
    fn pass(&mut self, due: Instant) -> BoxFuture<'_, bool> {
        Box::pin(async move { self.go(due).await.is_ok() })
    }
}

impl Visit {
    /// Goes through the flow once.
    ///
    /// # Errors
    /// The first answer that was wrong or absent.
    pub(super) async fn go(&mut self, due: Instant) -> Result<(), Failure> {
        self.end();
        self.meter.start(due);
        if self.from_pool {
            self.lease().await?;
        }
        let flow = Arc::clone(&self.flow);
        let mut result = Ok(());
        for word in flow.iter() {
            result = self.step(*word).await;
            self.meter.settle(result.as_ref().err());
            if result.is_err() {
                break;
            }
        }
        self.give_back();
        result
    }

    /// Takes the tokens that the last pass ended with.
    pub(super) fn take_entry(&mut self) -> Option<Entry> {
        Some(Entry {
            refresh_token: self.held.refresh_token.take()?,
            sub: self.held.sub.take(),
            first: self.held.first.take(),
            in_doubt: self.held.in_doubt,
        })
    }

    /// Takes the code that the last pass ended with, as the parameters that redeem it.
    pub(super) fn take_code(&mut self) -> Option<[(&'static str, String); 4]> {
        let code = self.held.code.take()?;
        let sign_in = self.shared.subject.sign_in.as_ref()?;
        Some([
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.code),
            ("redirect_uri", sign_in.redirect_uri.clone()),
            ("code_verifier", code.verifier),
        ])
    }

    async fn lease(&mut self) -> Result<(), Failure> {
        let Some(entry) = self.shared.pool.lease().await else {
            let why = "no refresh token is left: the provider refused every one of them, or the flow revoked them";
            self.shared.stop.request(why);
            return Err(Failure::absent("no_refresh_token", why));
        };
        self.held.refresh_token = Some(entry.refresh_token);
        self.held.sub = entry.sub;
        self.held.first = entry.first;
        self.held.in_doubt = entry.in_doubt;
        self.held.leased = true;
        Ok(())
    }

    /// Gives up a leased refresh token that was in doubt and was refused; a fresh login replaces it meanwhile.
    fn give_up(&mut self) {
        self.held.leased = false;
        self.shared.pool.give_up();
        let Some((carrier, runtime)) = self.shared.replacing.get() else {
            return self.shared.pool.replace(None);
        };
        let logins = Visits {
            shared: Arc::clone(&self.shared),
            flow: [Word::Login, Word::Exchange].into(),
            from_pool: false,
            offline: true,
        };
        let carrier = Arc::clone(carrier);
        let replacement = async move {
            let entry = logins.log_in(&carrier, Aside::Replacement).await;
            logins.pool().replace(entry.ok().flatten());
        };
        let mut replacements = self.shared.replacements();
        // Those that have ended need no place any more.
        while replacements.try_join_next().is_some() {}
        replacements.spawn_on(replacement, runtime);
    }

    fn give_back(&mut self) {
        if std::mem::take(&mut self.held.leased) {
            let entry = self.take_entry();
            self.shared.pool.give_back(entry);
        }
    }

    /// Forgets what the last pass has got.
    fn end(&mut self) {
        self.give_back();
        self.held = Held::default();
    }

    /// The calls of the client to which the access token was issued.
    fn calls(&self) -> Result<&Calls, Failure> {
        if !self.held.is_service {
            return self.user_calls();
        }
        let grant = self.shared.subject.grant.as_ref();
        let calls = grant.map(|grant| &grant.calls);
        calls.ok_or_else(|| unprepared("client for this grant"))
    }

    /// The calls of the client that signs users in: refresh tokens are issued to no other.
    fn user_calls(&self) -> Result<&Calls, Failure> {
        let sign_in = self.shared.subject.sign_in.as_ref();
        let calls = sign_in.map(|sign_in| &sign_in.calls);
        calls.ok_or_else(|| unprepared("client that signs users in"))
    }
}

impl Drop for Visit {
    /// A pass that is abandoned on its way must not keep a refresh token from its revocation.
    fn drop(&mut self) {
        self.give_back();
    }
}

/// The flow was not looked at when the subject was prepared: a defect of ours that must not look like the
/// provider's.
fn unprepared(what: &str) -> Failure {
    Failure::absent("unsendable", format!("the flow has no {what} here"))
}

// The mock comes with the feature `cli`.
#[cfg(feature = "cli")]
#[cfg(test)]
pub(super) mod tests;
