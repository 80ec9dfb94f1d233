//! The closed workload: users who begin anew when the last pass has ended, played by goose.
//!
//! goose plays the users and counts their requests; what is reported comes from our own [`Tally`], for goose times
//! to the header fields and knows whole seconds alone. Its run has no end of its own: ours ends it.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::task::AtomicWaker;
use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionResult};
use goose::{GooseAttack, GooseError, trigger_killswitch};
use thiserror::Error;

use super::Stop;
use super::goose_carrier::{Endpoints, GooseCarrier};
use super::meter::{CountsBy, Meter};
use super::tally::Tally;
use super::user::{User, Users};
use crate::http::Wire;

/// goose launches all users in this time; when each of them begins is our matter.
pub(crate) const LAUNCH: Duration = Duration::from_millis(200);
/// A user whose time is up looks so often whether goose has noticed.
const REST: Duration = Duration::from_millis(10);

/// How the load is made.
#[derive(Debug, Clone)]
pub(crate) struct ClosedPlan {
    /// Users at work side by side.
    pub(crate) users: usize,
    /// The first of them begins now, [`LAUNCH`] from now at least.
    pub(crate) start: Instant,
    /// They begin one after another over this time.
    pub(crate) ramp: Duration,
    /// The beginning of the measured time.
    pub(crate) begin: Instant,
    /// No pass begins later. What is under way then is gone through with …
    pub(crate) end: Instant,
    /// … for so long.
    pub(crate) patience: Duration,
    /// Trust and limits of the users' HTTP clients.
    pub(crate) wire: Arc<Wire>,
    /// The issuer.
    pub(crate) host: String,
    /// What ends it early: what is under way then is abandoned.
    pub(crate) stop: Stop,
}

/// What goose says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClosedOutcome {
    /// The requests that goose counted since all users had been launched.
    pub(crate) requests: usize,
    /// Users who were not at work when the measured time began.
    pub(crate) late: usize,
}

/// goose does not run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("goose does not run: {0}")]
pub(crate) struct ClosedError(String);

impl From<GooseError> for ClosedError {
    fn from(error: GooseError) -> Self {
        Self(error.to_string())
    }
}

/// The right to run goose: what stops it is one switch for the whole process.
#[derive(Debug)]
pub(crate) struct Turn {
    _held: tokio::sync::MutexGuard<'static, ()>,
}

/// Waits until no other closed workload runs in this process. To be done before any time is fixed.
pub(crate) async fn turn() -> Turn {
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    Turn {
        _held: TURN.lock().await,
    }
}

/// Lets `users` go through their flow again and again, measured into `tally`, until the end of the plan.
///
/// # Errors
/// goose does not run; the provider is not to blame.
pub(crate) async fn run(
    turn: Option<Turn>,
    plan: ClosedPlan,
    users: Arc<dyn Users>,
    tally: Arc<Mutex<Tally>>,
) -> Result<ClosedOutcome, ClosedError> {
    let _turn = match turn {
        Some(turn) => turn,
        None => self::turn().await,
    };
    claim_interrupts();
    silence();
    let _interruptible = Interruptible::new(&plan.stop);
    let (count, host) = (plan.users, plan.host.clone());
    let stage = Arc::new(Stage::new(plan, users.as_ref(), &tally));
    let attack = GooseAttack::initialize_with_config(configuration(count)?)?
        .set_client_builder_without_cookies(GooseClientBuilder::new().without_cookies())?
        .register_scenario(
            Scenario::new("oidcheck")
                .set_host(&host)
                .register_transaction(stage.entrance())
                .register_transaction(stage.turns()),
        )
        .execute();
    let stopping = async {
        let over = stage.plan.end + stage.plan.patience;
        let stopped = stage.plan.stop.requested();
        let _ = tokio::time::timeout_at(over.into(), stopped).await;
        stage.whistle.blow();
        std::future::pending().await
    };
    let metrics = tokio::select! {
        metrics = attack => metrics?,
        () = stopping => return Err(ClosedError("it was stopped".to_owned())),
    };
    let requests = metrics.requests.values();
    Ok(ClosedOutcome {
        requests: requests.map(|r| r.success_count + r.fail_count).sum(),
        late: stage.late.load(Ordering::Relaxed),
    })
}

/// goose with everything off that is not ours: no controller, no report, no printing, no thresholds, no end.
fn configuration(users: usize) -> Result<GooseConfiguration, GooseError> {
    let mut configuration = GooseConfiguration::parse_args_default::<&str>(&[])?;
    configuration.users = Some(users);
    configuration.increase_rate = Some((users as f32 * 2.0 / LAUNCH.as_secs_f32()).to_string());
    configuration.quiet = 1;
    configuration.no_telnet = true;
    configuration.no_print_metrics = true;
    configuration.no_error_summary = true;
    configuration.no_transaction_metrics = true;
    configuration.no_scenario_metrics = true;
    configuration.no_percentiles_over_time = true;
    configuration.no_threshold_abort = true;
    configuration.no_gzip = true;
    Ok(configuration)
}

/// All users.
struct Stage {
    plan: ClosedPlan,
    /// By goose's number; a user who has left has none.
    seats: Vec<tokio::sync::Mutex<Option<Player>>>,
    /// Those who have not left.
    playing: AtomicUsize,
    late: AtomicUsize,
    whistle: Whistle,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

/// One user, between goose and us.
struct Player {
    user: Box<dyn User>,
    carrier: Arc<GooseCarrier>,
    meter: Arc<Meter>,
    endpoints: Endpoints,
    ear: Arc<AtomicWaker>,
    begins: Instant,
    has_begun: bool,
}

/// What ends passes that are under way. To listen for it costs next to nothing, and everybody does so with every
/// pass; [`Stop`] has a lock that all of them would wait for.
#[derive(Default)]
struct Whistle {
    blown: AtomicBool,
    ears: Mutex<Vec<Arc<AtomicWaker>>>,
}

impl Whistle {
    fn ear(&self) -> Arc<AtomicWaker> {
        let ear = Arc::new(AtomicWaker::new());
        self.ears().push(Arc::clone(&ear));
        ear
    }

    fn blow(&self) {
        self.blown.store(true, Ordering::SeqCst);
        for ear in self.ears().iter() {
            ear.wake();
        }
    }

    /// What comes of `work`, unless the whistle is blown before it has ended.
    async fn unless_blown<T>(&self, ear: &AtomicWaker, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            ear.register(context.waker());
            match self.blown.load(Ordering::SeqCst) {
                true => Poll::Ready(None),
                false => Poll::Pending,
            }
        })
        .await
    }

    fn ears(&self) -> MutexGuard<'_, Vec<Arc<AtomicWaker>>> {
        self.ears.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage {
    fn new(plan: ClosedPlan, users: &dyn Users, tally: &Arc<Mutex<Tally>>) -> Self {
        let whistle = Whistle::default();
        let seat = |n: usize| {
            let carrier = Arc::new(GooseCarrier::default());
            let meter = Arc::new(Meter::new(Arc::clone(tally), CountsBy::Request));
            let part = n as f64 / plan.users as f64;
            Some(Player {
                user: users.user(carrier.clone(), Arc::clone(&meter)),
                carrier,
                meter,
                endpoints: Endpoints::default(),
                ear: whistle.ear(),
                begins: plan.start + plan.ramp.mul_f64(part),
                has_begun: false,
            })
        };
        Self {
            seats: (0..plan.users)
                .map(|n| tokio::sync::Mutex::new(seat(n)))
                .collect(),
            playing: AtomicUsize::new(plan.users),
            late: AtomicUsize::new(0),
            whistle,
            plan,
        }
    }

    /// What goose calls for each user at the beginning.
    fn entrance(self: &Arc<Self>) -> Transaction {
        let stage = Arc::clone(self);
        Transaction::new(Arc::new(move |user| {
            let stage = Arc::clone(&stage);
            Box::pin(async move { stage.enter(user).await })
        }))
        .set_on_start()
    }

    /// What goose calls for each user again and again.
    fn turns(self: &Arc<Self>) -> Transaction {
        let stage = Arc::clone(self);
        Transaction::new(Arc::new(move |user| {
            let stage = Arc::clone(&stage);
            Box::pin(async move {
                stage.turn(user).await;
                Ok(())
            })
        }))
    }

    /// Each user has connections and TLS sessions of its own.
    async fn enter(&self, user: &mut GooseUser) -> TransactionResult {
        user.set_client_builder(self.plan.wire.builder()).await?;
        Ok(())
    }

    /// One pass of the flow, or the end.
    async fn turn(&self, user: &mut GooseUser) {
        let Some(seat) = self.seats.get(user.weighted_users_index) else {
            return tokio::time::sleep(REST).await;
        };
        let mut seat = seat.lock().await;
        let Some(player) = seat.as_mut() else {
            return tokio::time::sleep(REST).await;
        };
        if Instant::now() < player.begins {
            tokio::select! {
                () = tokio::time::sleep_until(player.begins.min(self.plan.end).into()) => {}
                () = self.plan.stop.requested() => {}
            }
        }
        let due = Instant::now();
        if due >= self.plan.end || self.plan.stop.is_requested() {
            // Gives back what the user has leased.
            *seat = None;
            if self.playing.fetch_sub(1, Ordering::Relaxed) == 1 {
                trigger_killswitch("the time is up");
            }
            return;
        }
        if !std::mem::replace(&mut player.has_begun, true) && due > self.plan.begin + LAUNCH {
            self.late.fetch_add(1, Ordering::Relaxed);
        }
        player.meter.pass_started(due);
        let wire = &self.plan.wire;
        let driven = player.carrier.drive(
            player.user.pass(due),
            user,
            &mut player.endpoints,
            wire,
            &player.meter,
        );
        if let Some(right) = self.whistle.unless_blown(&player.ear, driven).await {
            player.meter.pass_ended(due, right);
        }
    }
}

/// The closed workloads that Ctrl-C stops.
static INTERRUPTIBLE: Mutex<Option<HashMap<usize, Stop>>> = Mutex::new(None);

/// Puts a handler of ours where goose would put its own, which ends the process at the second Ctrl-C without a
/// report. Ours stops the closed workloads that run, and nothing else.
///
/// Whoever listens for Ctrl-C must begin to listen after this, for there is one place for the first handler: a
/// program calls it first, then listens.
pub(crate) fn claim_interrupts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let claimed = ctrlc::set_handler(|| {
            for stop in interruptible().iter().flat_map(HashMap::values) {
                stop.request("Ctrl-C");
            }
        });
        if let Err(error) = claimed {
            tracing::debug!("Ctrl-C is taken: {error}");
        }
    });
}

/// goose writes its warnings, in which URLs stand, to whatever takes the records of the crate `log`, and to the
/// terminal where nothing does.
fn silence() {
    struct Nowhere;
    impl log::Log for Nowhere {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            false
        }
        fn log(&self, _: &log::Record<'_>) {}
        fn flush(&self) {}
    }
    // Somebody else's is theirs to decide on.
    let _ = log::set_logger(&Nowhere);
}

/// A closed workload that Ctrl-C stops, as long as it runs.
struct Interruptible(usize);

impl Interruptible {
    fn new(stop: &Stop) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        interruptible()
            .get_or_insert_default()
            .insert(number, stop.clone());
        Self(number)
    }
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        if let Some(all) = interruptible().as_mut() {
            all.remove(&self.0);
        }
    }
}

fn interruptible() -> MutexGuard<'static, Option<HashMap<usize, Stop>>> {
    INTERRUPTIBLE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(feature = "cli")]
#[cfg(test)]
mod tests {
    use futures::future::BoxFuture;
    use mock_idp::{MockIdp, Transport};

    use super::*;
    use crate::http::ClientOptions;
    use crate::load::carrier::Carrier;
    use crate::load::tally::Measured;
    use crate::load::visit::Visits;
    use crate::load::visit::tests::visits;

    /// What is done after the `n`th pass.
    type After = Arc<dyn Fn(usize, &Stop) + Send + Sync>;

    /// Users whose passes are counted.
    struct Counted {
        visits: Visits,
        pass: Arc<dyn Fn() + Send + Sync>,
    }

    impl fmt::Debug for Counted {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Counted")
        }
    }

    struct CountedUser {
        user: Box<dyn User>,
        pass: Arc<dyn Fn() + Send + Sync>,
    }

    impl Users for Counted {
        fn user(&self, carrier: Arc<dyn Carrier>, meter: Arc<Meter>) -> Box<dyn User> {
            Box::new(CountedUser {
                user: self.visits.user(carrier, meter),
                pass: Arc::clone(&self.pass),
            })
        }
    }

    impl User for CountedUser {
        fn pass(&mut self, due: Instant) -> BoxFuture<'_, bool> {
            Box::pin(async move {
                let right = self.user.pass(due).await;
                (self.pass)();
                right
            })
        }
    }

    /// Load by four users, until it is stopped or the time is up.
    async fn load(visits: Visits, time: Duration, after: After) -> (Measured, usize) {
        let options = ClientOptions {
            max_time: Duration::from_secs(1),
            ..ClientOptions::default()
        };
        let wire = Arc::new(Wire::new(&options).unwrap());
        let turn = turn().await;
        let begin = Instant::now();
        let tally = Arc::new(Mutex::new(Tally::new(begin, begin + time)));
        let plan = ClosedPlan {
            users: 4,
            start: begin,
            ramp: Duration::from_millis(20),
            begin,
            end: begin + time,
            patience: Duration::from_secs(5),
            wire,
            host: visits.subject().issuer.clone(),
            stop: Stop::default(),
        };
        let (passes, stop) = (AtomicUsize::new(0), plan.stop.clone());
        let users = Counted {
            visits,
            pass: Arc::new(move || after(passes.fetch_add(1, Ordering::Relaxed) + 1, &stop)),
        };
        let outcome = run(Some(turn), plan, Arc::new(users), Arc::clone(&tally));
        let requests = outcome.await.unwrap().requests;
        let tally = Arc::into_inner(tally)
            .expect("goose has ended")
            .into_inner();
        let mut tally = tally.unwrap();
        tally.cut(Instant::now());
        (tally.finish(&[]), requests)
    }

    /// It is stopped after `n` passes.
    fn stop_after(n: usize) -> After {
        Arc::new(move |passes, stop| {
            if passes == n {
                stop.request("enough");
            }
        })
    }

    async fn mock() -> MockIdp {
        let mock = MockIdp::builder().strict().plain_hyper();
        mock.start().await.unwrap()
    }

    const FLOW: &str = "flow = ['client_credentials', 'introspect']";

    const HOUR: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn users_begin_anew_until_it_is_stopped() {
        let idp = mock().await;
        let visits = visits(&idp, &idp.issuer(), FLOW).await;
        let (measured, by_goose) = load(visits, HOUR, stop_after(40)).await;
        let requests = measured.requests.iter();
        let names: Vec<_> = requests.map(|r| (r.name.as_str(), r.failed())).collect();
        assert_eq!(names, [("client_credentials", 0), ("introspect", 0)]);
        // The last one is abandoned where it stopped the run itself.
        assert!(measured.flows.completed >= 39, "{:?}", measured.flows);
        assert_eq!(measured.flows.failed, 0);
        assert!(measured.all.count >= 80);
        // goose forgets what was sent before all users had been launched, and has one request that was abandoned.
        assert!(by_goose as u64 <= measured.all.count + 4, "{by_goose}");
        assert!(measured.incidents.is_empty(), "{:?}", measured.incidents);
    }

    #[tokio::test]
    async fn what_is_wrong_is_counted_and_the_run_goes_on() {
        let idp = mock().await;
        let issuer = idp.issuer_with("token_response.token_type_wrong");
        let visits = visits(&idp, &issuer, FLOW).await;
        let (measured, _) = load(visits, HOUR, stop_after(20)).await;
        assert!(measured.flows.failed >= 19 && measured.flows.completed == 0);
        assert_eq!(measured.all.errors["token_type"], measured.all.count);
        assert!(measured.incidents[0].wrong);
    }

    #[tokio::test]
    async fn a_provider_that_resets_and_hangs_is_counted_by_kind() {
        let idp = mock().await;
        let issuer = idp.issuer();
        let visits = visits(&idp, &issuer, FLOW).await;
        let control = idp.control();
        let after: After = Arc::new(move |passes, stop| {
            let transport = match passes {
                20 => Transport::Reset,
                30 => Transport::Truncate(5),
                40 => Transport::Hang,
                // Three may have been on their way before.
                46 => Transport::Normal,
                60 => return stop.request("enough"),
                _ => return,
            };
            control.carry(&issuer, transport).unwrap();
        });
        let (measured, _) = load(visits, HOUR, after).await;
        for kind in ["broken", "timed_out"] {
            let mut incidents = measured.incidents.iter();
            let incident = incidents.find(|incident| incident.kind == kind);
            assert!(incident.is_some_and(|incident| !incident.wrong), "{kind}");
            assert!(measured.all.errors.contains_key(kind), "{kind}");
        }
        assert!(measured.flows.completed >= 20, "{:?}", measured.flows);
    }

    #[tokio::test]
    async fn it_ends_when_the_time_is_up() {
        let idp = mock().await;
        let visits = visits(&idp, &idp.issuer(), FLOW).await;
        let ended = load(visits, Duration::from_millis(50), stop_after(usize::MAX));
        let (measured, _) = tokio::time::timeout(Duration::from_secs(60), ended)
            .await
            .expect("it ends");
        assert_eq!(measured.length, Duration::from_millis(50));
    }
}
