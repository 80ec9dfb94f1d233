//! The open workload: the clock decides when a pass of the flow begins, whatever the provider does.
//!
//! A provider that stalls gets no respite: what was due meanwhile waits, and its latency counts from when it was due.
//! A closed loop would hide the stall.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::carrier::Carrier;
use super::hyper_carrier::HyperCarrier;
use super::meter::{CountsBy, Meter};
use super::pace::{Schedule, wait_until};
use super::stop::Stop;
use super::tally::{Tally, histogram, micros};
use super::user::{User, Users};
use crate::error::ConfigError;
use crate::http::ClientOptions;

/// What was due may be sent so long after the end of the measured time.
const GRACE: Duration = Duration::from_secs(1);

/// An open workload.
#[derive(Debug, Clone)]
pub(crate) struct OpenPlan {
    /// When passes begin.
    pub(crate) schedule: Schedule,
    /// The most passes at once, each with one connection at a time.
    pub(crate) connections: usize,
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
    /// Passes that were given up when the time for the last answers was over.
    pub(crate) abandoned: u64,
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
                limit: plan.connections,
                inner: Mutex::default(),
                changed: Notify::new(),
            });
            let outcome = runtime.block_on(generate(&plan, &crowd, &stop));
            runtime.shutdown_background();
            // Nobody listens where the run was dropped.
            let _ = tell.send(outcome);
        })
        .map_err(failed)?;
    told.await
        .map_err(|_| ConfigError::new("the thread that makes the load died"))
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
            plan.options.max_time,
        ),
    };
    crowd.all_sent_by(end + GRACE).await;
    let unsent = crowd.close();
    crowd.all_done_by(Instant::now() + patience + GRACE).await;
    OpenOutcome {
        unsent,
        abandoned: crowd.lock().busy as u64,
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
    inner: Mutex<Inner>,
    changed: Notify,
}

#[derive(Default)]
struct Inner {
    idle: Vec<Box<dyn User>>,
    /// Due, and not sent.
    waiting: VecDeque<Instant>,
    busy: usize,
    closed: bool,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("idle", &self.idle.len())
            .field("waiting", &self.waiting.len())
            .field("busy", &self.busy)
            .finish_non_exhaustive()
    }
}

impl Crowd {
    fn arrive(self: &Arc<Self>, due: Instant) {
        self.tally().due(due);
        let mut inner = self.lock();
        if inner.busy >= self.limit {
            inner.waiting.push_back(due);
            return;
        }
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
            match inner.waiting.pop_front() {
                Some(next) if !inner.closed => due = next,
                _ => {
                    inner.busy -= 1;
                    inner.idle.push(user);
                    if inner.waiting.is_empty() {
                        self.changed.notify_one();
                    }
                    return;
                }
            }
        }
    }

    async fn all_sent_by(&self, limit: Instant) {
        self.until(limit, |inner| inner.waiting.is_empty()).await;
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

    /// Nothing is sent any more; tells how many had not been.
    fn close(&self) -> u64 {
        let mut inner = self.lock();
        inner.closed = true;
        let unsent = inner.waiting.len() as u64;
        inner.waiting.clear();
        unsent
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
