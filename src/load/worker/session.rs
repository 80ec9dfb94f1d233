//! What a worker does as its master says, from the registration to the end.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use super::link::{Link, Master};
use super::play::{End, Play, Scene, Stage};
use super::usage::{self, Usage};
use super::wire::{FromMaster, Spawn, State, ToMaster, count};
use crate::load::builder::{LoadError, LoadOptions, Progress};
use crate::load::{Scenario, Stop, safety};
use crate::load_run::LoadRun;
use crate::provider::ProviderConfig;

/// Locust's master takes a worker for missing after three of these.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often the master hears of what was measured.
const REPORT: Duration = Duration::from_secs(3);
/// A master that does not know us after so long never will.
const ACK_LIMIT: Duration = Duration::from_secs(10);
/// A master answers every heartbeat: one that is silent for so long is gone, and with it the person who could stop us.
const SILENCE_LIMIT: Duration = Duration::from_secs(10);
/// The pause between two attempts to reach the master.
const PAUSE: Duration = Duration::from_secs(1);

/// What a worker tells of itself.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkerEvent {
    /// The master can't be reached; it is tried again.
    Waiting(String),
    /// The master knows us, as the worker of this number.
    Registered(Option<u64>),
    /// So many users are at work.
    Users(usize),
    /// What can't be done; the master knows it, too.
    Refused(String),
    /// The master is gone; all users have stopped.
    Lost(String),
    /// Nobody is at work any more, and everything is measured.
    Ended {
        /// Which of the swarms that this worker had users in, from 1.
        swarm: usize,
        /// What was measured, by scenario.
        runs: Vec<LoadRun>,
    },
}

type Listener = dyn Fn(WorkerEvent) + Send + Sync;

/// A worker of a [Locust](https://docs.locust.io/en/2.47.0/running-distributed.html) master of version 2.47.
///
/// The master says how many users are at work; it knows scenarios by the names of the classes in its locustfile, where
/// `TokenRefresh` and `token_refresh` both stand for the scenario `token_refresh`. Neither side proves who it is and
/// nothing is encrypted: the network between them must be trusted.
pub struct Worker {
    master: Master,
    stage: Stage,
    stop: Stop,
    silence: Duration,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("master", &self.master)
            .finish_non_exhaustive()
    }
}

impl Worker {
    /// A worker that plays `scenarios` against the provider of `config`, as `master` says. What they say of a workload
    /// and its length is left aside.
    pub fn new(
        master: Master,
        config: ProviderConfig,
        scenarios: impl Into<Arc<[Scenario]>>,
    ) -> Self {
        Self {
            master,
            stage: Stage {
                config,
                scenarios: scenarios.into(),
                options: LoadOptions::default(),
                observer: Arc::new(|_| {}),
            },
            stop: Stop::default(),
            silence: SILENCE_LIMIT,
        }
    }

    /// With these options. `allow_hosts` is about the host of the master, too; a broken rule of `abort_on` ends the
    /// worker.
    #[must_use]
    pub fn options(mut self, options: LoadOptions) -> Self {
        self.stage.options = options;
        self
    }

    /// Tells `observer` of the load, several times a second.
    #[must_use]
    pub fn observer(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.stage.observer = Arc::new(observer);
        self
    }

    /// A handle that ends the worker.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Works until the master quits or the worker is stopped. A master that can't be reached, or vanishes, is waited
    /// for.
    ///
    /// # Errors
    /// The provider or the master may not be loaded or asked, or the only scenario can't be played.
    pub async fn run(
        self,
        told: impl Fn(WorkerEvent) + Send + Sync + 'static,
    ) -> Result<(), LoadError> {
        let allowed = &self.stage.options.allow_hosts;
        safety::check_master(&self.master.host, self.master.port, allowed).await?;
        safety::check_issuer(&self.stage.config.issuer, allowed).await?;
        if let [only] = &*self.stage.scenarios {
            // Before anybody counts on us.
            self.stage.load(only).prepare().await?;
        }
        let mut swarms = 0;
        loop {
            let Some(link) = self.reach(&told).await else {
                return Ok(());
            };
            let session = Session::new(&self, link, &told, swarms);
            let (after, played) = session.serve().await;
            swarms = played;
            match after {
                After::Lost(why) => told(WorkerEvent::Lost(why)),
                After::Ready | After::Over => return Ok(()),
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.stop.requested() => return Ok(()),
            }
        }
    }

    /// Connects to the master, as often as it takes; nothing where the worker is stopped.
    async fn reach(&self, told: &Listener) -> Option<Link> {
        let mut last = None;
        loop {
            let opened = tokio::select! {
                opened = Link::open(&self.master, node()) => opened,
                () = self.stop.requested() => return None,
            };
            match opened {
                Ok(link) => return Some(link),
                Err(why) => {
                    if last.as_ref() != Some(&why) {
                        told(WorkerEvent::Waiting(why.clone()));
                        last = Some(why);
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.stop.requested() => return None,
            }
        }
    }
}

/// A name that no other worker has, nor an earlier connection of this one: a master that has not noticed the end of
/// that one would not let the same name in.
fn node() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let letters = host.chars();
    let host: String = letters
        .filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c))
        .take(64)
        .collect();
    let host = if host.is_empty() { "oidcheck" } else { &host };
    format!("{host}_{:032x}", rand::random::<u128>())
}

/// What follows on the end of a play, or of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
enum After {
    /// The worker can be given users again.
    Ready,
    /// The worker ends.
    Over,
    /// The master is gone.
    Lost(String),
}

/// What a worker does.
#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// Nobody is at work.
    Idle,
    /// Users are at work, or are about to be.
    Playing,
    /// They are to stop.
    Settling(After),
    /// They have stopped; tokens are revoked and the like.
    Finishing(After),
}

/// One connection to a master.
struct Session<'a> {
    worker: &'a Worker,
    /// None when it is gone.
    link: Option<Link>,
    told: &'a Listener,
    /// How many swarms there were.
    swarms: usize,
    play: Option<Play>,
    phase: Phase,
    state: State,
    at_work: BTreeMap<String, usize>,
    /// A word of the master was heard last.
    heard: Instant,
    /// Whether the master knows us.
    registered: bool,
    /// The clock of the last order.
    ordered: f64,
    /// An order that must wait until the last play is over.
    waiting: Option<Spawn>,
    stop_timeout: Duration,
    usage: Usage,
}

impl<'a> Session<'a> {
    fn new(worker: &'a Worker, link: Link, told: &'a Listener, swarms: usize) -> Self {
        Self {
            worker,
            link: Some(link),
            told,
            swarms,
            play: None,
            phase: Phase::Idle,
            state: State::Ready,
            at_work: BTreeMap::new(),
            heard: Instant::now(),
            registered: false,
            ordered: f64::NEG_INFINITY,
            waiting: None,
            stop_timeout: Duration::ZERO,
            usage: Usage::new(),
        }
    }

    /// Serves the master until one of both ends; tells how many swarms there have been.
    async fn serve(mut self) -> (After, usize) {
        let mut heartbeat = interval(HEARTBEAT);
        let mut report = interval(REPORT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        report.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut interrupted = false;
        self.ready();
        let after = loop {
            let over = tokio::select! {
                message = heard(self.link.as_mut()) => self.hear(message),
                scene = played(self.play.as_mut()) => self.see(scene),
                _ = heartbeat.tick() => self.beat(),
                _ = report.tick() => self.report(),
                () = self.worker.stop.requested(), if !interrupted => {
                    interrupted = true;
                    self.interrupt()
                }
            };
            if let Some(after) = over {
                break after;
            }
        };
        if let Some(link) = self.link.take() {
            link.close().await;
        }
        (after, self.swarms)
    }

    /// Offers us to the master.
    fn ready(&mut self) {
        self.state = State::Ready;
        self.registered = false;
        self.heard = Instant::now();
        self.say(ToMaster::ClientReady);
    }

    fn hear(&mut self, message: Result<FromMaster, String>) -> Option<After> {
        let message = match message {
            Ok(message) => message,
            Err(why) => return self.lose(&why),
        };
        self.heard = Instant::now();
        match message {
            FromMaster::Ack(index) => {
                if !std::mem::replace(&mut self.registered, true) {
                    (self.told)(WorkerEvent::Registered(index));
                }
            }
            FromMaster::Spawn(spawn) => self.spawn(spawn),
            FromMaster::Stop => match self.phase {
                Phase::Idle => {
                    self.say(ToMaster::ClientStopped);
                    self.ready();
                }
                _ => self.end(After::Ready, None),
            },
            FromMaster::Quit => {
                if self.phase == Phase::Idle {
                    return Some(After::Over);
                }
                self.end(After::Over, None);
            }
            FromMaster::Reconnect => return self.lose("it asked for a new connection"),
            FromMaster::Heartbeat => {}
            FromMaster::Other(kind) => tracing::debug!("the master said {kind:?}"),
        }
        None
    }

    fn spawn(&mut self, spawn: Spawn) {
        if spawn.timestamp <= self.ordered {
            return;
        }
        self.ordered = spawn.timestamp;
        self.stop_timeout = spawn.stop_timeout;
        match (&self.phase, &self.play) {
            (Phase::Playing, Some(play)) => play.set(spawn.users),
            (Phase::Idle, _) => {
                self.play = Some(Play::begin(self.worker.stage.clone(), spawn.users));
                self.phase = Phase::Playing;
            }
            _ => {
                self.waiting = Some(spawn);
                return;
            }
        }
        self.state = State::Spawning;
        self.say(ToMaster::Spawning);
    }

    /// Ends what is played, if it is not ending yet; `after` is what follows in either case.
    fn end(&mut self, after: After, why: Option<String>) {
        match &mut self.phase {
            Phase::Idle => {}
            // Once it is to be over nothing else follows.
            Phase::Settling(then) | Phase::Finishing(then) => {
                if *then != After::Over {
                    *then = after;
                }
            }
            Phase::Playing => {
                self.phase = Phase::Settling(after);
                if let Some(play) = &self.play {
                    let grace = match why {
                        None => self.stop_timeout,
                        Some(_) => Duration::ZERO,
                    };
                    play.end(End { grace, why });
                }
            }
        }
    }

    fn see(&mut self, scene: Scene) -> Option<After> {
        match scene {
            Scene::At(users) => {
                self.state = State::Running;
                (self.told)(WorkerEvent::Users(users.values().sum()));
                self.at_work.clone_from(&users);
                self.say(ToMaster::SpawningComplete(users));
            }
            Scene::Refused(why) => {
                self.say(ToMaster::Exception(why.clone()));
                (self.told)(WorkerEvent::Refused(why));
            }
            Scene::Settled => self.settled(),
            Scene::Ended(runs) => return self.ended(runs),
        }
        None
    }

    fn settled(&mut self) {
        self.at_work.values_mut().for_each(|users| *users = 0);
        self.say_stats();
        let after = match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Settling(after) | Phase::Finishing(after) => after,
            // Nobody has told it to: it was stopped from within. A master that knew us would have us begin anew.
            Phase::Idle | Phase::Playing => After::Over,
        };
        match after {
            After::Ready => self.say(ToMaster::ClientStopped),
            After::Over => self.say(ToMaster::Quit),
            After::Lost(_) => {}
        }
        self.phase = Phase::Finishing(after);
    }

    fn ended(&mut self, runs: Vec<LoadRun>) -> Option<After> {
        self.play = None;
        if !runs.is_empty() {
            self.swarms += 1;
            (self.told)(WorkerEvent::Ended {
                swarm: self.swarms,
                runs,
            });
        }
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Finishing(After::Ready) if self.link.is_some() => {
                self.ready();
                if let Some(spawn) = self.waiting.take() {
                    self.ordered = f64::NEG_INFINITY;
                    self.spawn(spawn);
                }
                None
            }
            Phase::Finishing(after @ (After::Over | After::Lost(_))) => Some(after),
            _ => Some(After::Lost("what was played died".to_owned())),
        }
    }

    fn beat(&mut self) -> Option<After> {
        let silent = self.heard.elapsed();
        let finishing = matches!(self.phase, Phase::Finishing(_));
        if !self.registered && silent > ACK_LIMIT {
            return self.lose("it does not let us in");
        }
        // A master that has been told of our end says nothing more until we are ready again.
        if !finishing && silent > self.worker.silence {
            let seconds = self.worker.silence.as_secs_f64();
            return self.lose(&format!("no word for {seconds} s"));
        }
        let heartbeat = ToMaster::Heartbeat {
            state: self.state,
            cpu: self.usage.cpu(),
            memory: usage::memory(),
        };
        self.say(heartbeat);
        None
    }

    fn report(&mut self) -> Option<After> {
        if matches!(self.phase, Phase::Playing | Phase::Settling(_)) {
            self.say_stats();
        }
        None
    }

    fn say_stats(&mut self) {
        if let Some(play) = &self.play {
            let stats = play.report(count(&self.at_work));
            self.say(ToMaster::Stats(stats));
        }
    }

    /// The worker is to end.
    fn interrupt(&mut self) -> Option<After> {
        let why = self.worker.stop.reason().unwrap_or_default();
        let idle = self.phase == Phase::Idle;
        if idle || matches!(self.phase, Phase::Finishing(_)) {
            self.say(ToMaster::Quit);
        }
        self.end(After::Over, Some(why));
        idle.then_some(After::Over)
    }

    /// The master is gone.
    fn lose(&mut self, why: &str) -> Option<After> {
        self.link = None;
        let after = After::Lost(why.to_owned());
        if self.phase == Phase::Idle {
            return Some(after);
        }
        self.end(after, Some(format!("the Locust master vanished: {why}")));
        None
    }

    /// What can't be said is not: whoever reads the connection hears that it is gone.
    fn say(&mut self, message: ToMaster) {
        if let Some(link) = &self.link
            && let Err(why) = link.say(message)
        {
            tracing::debug!("not said to the master: {why}");
        }
    }
}

#[cfg(test)]
impl Worker {
    /// With less patience.
    pub(super) fn silence(mut self, limit: Duration) -> Self {
        self.silence = limit;
        self
    }
}

/// What the master says next; never where it is gone.
async fn heard(link: Option<&mut Link>) -> Result<FromMaster, String> {
    match link {
        Some(link) => link.next().await,
        None => std::future::pending().await,
    }
}

/// What happens next on the stage; never where nothing is played.
async fn played(play: Option<&mut Play>) -> Scene {
    match play {
        Some(play) => play.next().await,
        None => std::future::pending().await,
    }
}
