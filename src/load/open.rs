//! The open workload: the clock decides when a pass of the flow begins, whatever the provider does.
//!
//! A provider that stalls gets no respite: what was due meanwhile waits, and its latency counts from when it was due.
//! A closed loop would hide the stall.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::carrier::Carrier;
use super::figures::{histogram, micros};
use super::hyper_carrier::HyperCarrier;
use super::meter::{CountsBy, Meter};
use super::pace::{Schedule, wait_until};
use super::stop::Stop;
use super::tally::Tally;
use super::user::{User, Users};
use crate::error::ConfigError;
use crate::http::ClientOptions;

/// What was due may be sent so long after the end of the measured time.
const GRACE: Duration = Duration::from_secs(1);
/// So often the limit of one exchange is waited for the last answers: a pass has several.
pub(super) const PATIENCE: u32 = 3;

/// An open workload.
#[derive(Debug, Clone)]
pub(crate) struct OpenPlan {
    /// When passes begin.
    pub(crate) schedule: Schedule,
    /// The most passes at once, each with one connection at a time and one refresh token of the pool, where the flow
    /// needs it: a pass that has to wait for its token has not begun.
    pub(crate) limit: usize,
    /// Limits, and which certificates are trusted.
    pub(crate) options: ClientOptions,
    /// The beginning of the warm-up.
    pub(crate) start: Instant,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenOutcome {
    /// Arrivals that were due and had not been sent a second after the end.
    pub(crate) unsent: u64,
    /// All arrivals, those of the warm-up too.
    pub(crate) arrived: u64,
    /// Those that had to wait because as many passes as the limit allows were under way.
    pub(crate) waited: u64,
    /// How late this machine was with the worst hundredth of the arrivals, whatever the provider did.
    pub(crate) late: Duration,
}

/// Runs it on a thread of its own, so that nothing else in the process delays an arrival.
///
/// # Errors
/// The certificates of the options can't be read, or the system gives no thread.
pub(crate) async fn run(
    plan: OpenPlan,
    users: Arc<dyn Users>,
    tally: Arc<Mutex<Tally>>,
    stop: Stop,
) -> Result<OpenOutcome, ConfigError> {
    let carrier = Arc::new(HyperCarrier::new(&plan.options)?);
    let failed = |e: io::Error| ConfigError::new(format!("no thread for the load: {e}"));
    let given_up = stop.clone();
    let (tell, told) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    std::thread::Builder::new()
        .name("oidcheck-load".to_owned())
        .spawn(move || {
            let crowd = Arc::new(Crowd {
                carrier,
                users,
                tally,
                limit: plan.limit,
                start: plan.start,
                schedule: plan.schedule,
                inner: Mutex::default(),
                changed: Notify::new(),
            });
            let outcome = runtime.block_on(generate(&plan, &crowd, &stop));
            runtime.shutdown_background();
            // Nobody listens where the run was dropped.
            let _ = tell.send(outcome);
        })
        .map_err(failed)?;
    let mut abandoned = Abandoned(Some(given_up));
    let outcome = told.await;
    abandoned.0 = None;
    outcome.map_err(|_| ConfigError::new("the thread that makes the load died"))
}

/// Stops the thread of a run that nobody waits for any more.
struct Abandoned(Option<Stop>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        if let Some(stop) = &self.0 {
            stop.request("nobody waits for its result");
        }
    }
}

async fn generate(plan: &OpenPlan, crowd: &Arc<Crowd>, stop: &Stop) -> OpenOutcome {
    let mut number = 0;
    let mut late = histogram();
    while let Some(after) = plan.schedule.due(number) {
        let due = plan.start + after;
        if Instant::now() < due {
            tokio::select! {
                () = wait_until(due) => {}
                () = stop.requested() => break,
            }
        } else if stop.is_requested() {
            break;
        } else if number.is_multiple_of(64) {
            // Behind the schedule: answers must be read nevertheless.
            tokio::task::yield_now().await;
        }
        late.saturating_record(micros(due.elapsed()));
        crowd.arrive(due);
        number += 1;
    }
    let now = Instant::now();
    // Whoever stops it does not wait for a provider that hangs.
    let (end, patience) = match stop.is_requested() {
        true => (now, Duration::ZERO),
        false => (
            now.max(plan.start + plan.schedule.warmup + plan.schedule.duration),
            plan.options.max_time * PATIENCE,
        ),
    };
    crowd.all_sent_by(end + GRACE).await;
    crowd.lock().closed = true;
    tokio::select! {
        () = crowd.all_done_by(Instant::now() + patience + GRACE) => {}
        () = stop.requested() => crowd.all_done_by(Instant::now() + GRACE).await,
    }
    let inner = crowd.lock();
    OpenOutcome {
        unsent: inner.unsent(),
        arrived: inner.arrived,
        waited: inner.waited,
        late: Duration::from_micros(late.value_at_quantile(0.99)),
    }
}

/// The users, and the arrivals that wait for one.
#[derive(Debug)]
struct Crowd {
    carrier: Arc<HyperCarrier>,
    users: Arc<dyn Users>,
    tally: Arc<Mutex<Tally>>,
    limit: usize,
    start: Instant,
    schedule: Schedule,
    inner: Mutex<Inner>,
    changed: Notify,
}

#[derive(Default)]
struct Inner {
    idle: Vec<Box<dyn User>>,
    /// How many were due so far. They are sent in their order, so that those that wait need no list.
    arrived: u64,
    /// How many of them were sent.
    sent: u64,
    waited: u64,
    busy: usize,
    closed: bool,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("idle", &self.idle.len())
            .field("unsent", &self.unsent())
            .field("busy", &self.busy)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn unsent(&self) -> u64 {
        self.arrived - self.sent
    }

    /// The number of the one that has waited longest, which is sent now.
    fn next(&mut self) -> Option<u64> {
        if self.closed || self.sent == self.arrived {
            return None;
        }
        self.sent += 1;
        Some(self.sent - 1)
    }
}

impl Crowd {
    fn arrive(self: &Arc<Self>, due: Instant) {
        self.tally().due(due);
        let mut inner = self.lock();
        inner.arrived += 1;
        if inner.busy >= self.limit {
            inner.waited += 1;
            return;
        }
        // Nobody waits where there is a free place.
        inner.sent += 1;
        inner.busy += 1;
        let user = inner.idle.pop();
        drop(inner);
        let user = user.unwrap_or_else(|| {
            let carrier: Arc<dyn Carrier> = self.carrier.clone();
            let meter = Arc::new(Meter::new(Arc::clone(&self.tally), CountsBy::Pass));
            self.users.user(carrier, meter)
        });
        tokio::spawn(Arc::clone(self).work(user, due));
    }

    /// One pass after another, as long as any is due.
    async fn work(self: Arc<Self>, mut user: Box<dyn User>, mut due: Instant) {
        loop {
            self.tally().pass_started(due);
            let right = user.pass(due).await;
            self.tally().pass_ended(due, right);
            let mut inner = self.lock();
            let next = inner.next().and_then(|number| self.schedule.due(number));
            if let Some(after) = next {
                due = self.start + after;
                continue;
            }
            inner.busy -= 1;
            inner.idle.push(user);
            self.changed.notify_one();
            return;
        }
    }

    async fn all_sent_by(&self, limit: Instant) {
        self.until(limit, |inner| inner.unsent() == 0).await;
    }

    async fn all_done_by(&self, limit: Instant) {
        self.until(limit, |inner| inner.busy == 0).await;
    }

    async fn until(&self, limit: Instant, reached: impl Fn(&Inner) -> bool) {
        while !reached(&self.lock()) {
            let soon = Instant::now() + Duration::from_millis(20);
            if soon >= limit {
                return;
            }
            // Not every change is told.
            let _ = tokio::time::timeout_at(soon.into(), self.changed.notified()).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::future::BoxFuture;

    use super::*;

    /// Users whose passes take some time, and what they were told to be due.
    #[derive(Debug)]
    struct Slow {
        pass: Duration,
        due: Arc<Mutex<Vec<Instant>>>,
    }

    struct One(Duration, Arc<Mutex<Vec<Instant>>>);

    impl User for One {
        fn pass(&mut self, due: Instant) -> BoxFuture<'_, bool> {
            self.1.lock().unwrap().push(due);
            Box::pin(async {
                tokio::time::sleep(self.0).await;
                true
            })
        }
    }

    impl Users for Slow {
        fn user(&self, _: Arc<dyn Carrier>, _: Arc<Meter>) -> Box<dyn User> {
            Box::new(One(self.pass, Arc::clone(&self.due)))
        }
    }

    /// Ten arrivals in a tenth of a second, two places.
    async fn ten(pass: Duration) -> (OpenOutcome, Vec<Duration>) {
        let start = Instant::now();
        let plan = OpenPlan {
            schedule: Schedule {
                rate_from: 100.0,
                rate: 100.0,
                warmup: Duration::ZERO,
                duration: Duration::from_millis(100),
            },
            limit: 2,
            options: ClientOptions {
                max_time: Duration::from_millis(10),
                ..ClientOptions::default()
            },
            start,
        };
        let due = Arc::new(Mutex::new(Vec::new()));
        let users = Slow {
            pass,
            due: Arc::clone(&due),
        };
        let tally = Tally::new(start, start + plan.schedule.duration);
        let tally = Arc::new(Mutex::new(tally));
        let outcome = run(plan, Arc::new(users), tally, Stop::default());
        let outcome = outcome.await.unwrap();
        let due = due.lock().unwrap();
        (outcome, due.iter().map(|due| *due - start).collect())
    }

    #[tokio::test]
    async fn who_finds_no_place_waits_and_stays_due() {
        let (outcome, due) = ten(Duration::from_millis(50)).await;
        assert_eq!(outcome.arrived, 10);
        assert!(outcome.waited > 0);
        let sent = 10 - outcome.unsent;
        let expected: Vec<_> = (0..sent).map(|n| Duration::from_millis(10 * n)).collect();
        assert_eq!(due, expected);
    }

    #[tokio::test]
    async fn what_was_not_sent_is_told() {
        let (outcome, due) = ten(Duration::from_secs(3600)).await;
        assert_eq!((outcome.arrived, outcome.unsent), (10, 8));
        assert_eq!((outcome.waited, due.len()), (8, 2));
    }
}
