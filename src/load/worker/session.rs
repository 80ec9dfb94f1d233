//! What a worker does as its master says, from the registration to the end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use super::link::Link;
use super::play::{End, Play, Scene};
use super::service::{Listener, Worker, WorkerEvent};
use super::usage::{self, Usage};
use super::wire::{FromMaster, Spawn, State, ToMaster, count};
use crate::load_run::LoadRun;

/// Locust's master takes a worker for missing after three of these.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often the master hears of what was measured.
const REPORT: Duration = Duration::from_secs(3);
/// A master that does not know us after so long never will.
const ACK_LIMIT: Duration = Duration::from_secs(10);
/// What follows on the end of a play, or of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum After {
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
pub(super) struct Session<'a> {
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
    stop_timeout: Duration,
    usage: Usage,
}

impl<'a> Session<'a> {
    pub(super) fn new(worker: &'a Worker, link: Link, told: &'a Listener, swarms: usize) -> Self {
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
            stop_timeout: Duration::ZERO,
            usage: Usage::new(),
        }
    }

    /// Serves the master until one of both ends; tells how many swarms there have been.
    pub(super) async fn serve(mut self) -> (After, usize) {
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
            // While the last play ends nobody can begin. A master that is still at it says so anew when we are ready:
            // an order that was kept here could outlive the stop after it.
            _ => return,
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
                if let (Some(play), Some(why)) = (&self.play, why) {
                    // What was to end in its own time is to end now.
                    play.end(End {
                        grace: Duration::ZERO,
                        why: Some(why),
                    });
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
