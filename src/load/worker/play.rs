//! Has users at work as it was told last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{join_all, select_all};
use rmpv::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::roles::{role, unknown};
use super::stats::{self, Stats};
use super::swarm::Swarm;
use crate::load::builder::{Load, LoadError, LoadOptions, Observer};
use crate::load::{Scenario, Stop};
use crate::load_run::LoadRun;
use crate::provider::ProviderConfig;

/// What users may play, and where.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) config: ProviderConfig,
    pub(super) scenarios: Arc<[Scenario]>,
    pub(super) options: LoadOptions,
    pub(super) observer: Observer,
}

impl Stage {
    /// The load of one scenario, which nothing has stopped yet.
    pub(super) fn load(&self, scenario: &Scenario) -> Load {
        Load {
            config: self.config.clone(),
            scenario: scenario.clone(),
            options: self.options.clone(),
            observer: Arc::clone(&self.observer),
            stop: Stop::default(),
        }
    }
}

/// How many users of each class are to be at work.
#[derive(Debug, Clone, Default)]
struct Target {
    users: BTreeMap<String, usize>,
    end: Option<End>,
}

/// How it ends.
#[derive(Debug, Clone, Default)]
pub(super) struct End {
    /// How long users may go on with their last pass.
    pub(super) grace: Duration,
    /// What ended it, if not the master.
    pub(super) why: Option<String>,
}

/// What happens on the stage.
#[derive(Debug)]
pub(super) enum Scene {
    /// So many users of each class are at work.
    At(BTreeMap<String, usize>),
    /// What can't be played, or what stopped it from within.
    Refused(String),
    /// Nobody is at work any more, and everything is measured.
    Settled,
    /// What had to be done afterwards is done.
    Ended(Vec<LoadRun>),
}

/// A play that goes on until it is ended.
#[derive(Debug)]
pub(super) struct Play {
    target: watch::Sender<Target>,
    scenes: mpsc::UnboundedReceiver<Scene>,
    stats: Measures,
    task: JoinHandle<()>,
}

/// What is measured for the master, by scenario.
type Measures = Arc<Mutex<Vec<Arc<Stats>>>>;

impl Play {
    /// Begins with so many users of each class.
    pub(super) fn begin(stage: Stage, users: BTreeMap<String, usize>) -> Self {
        let (target, wanted) = watch::channel(Target { users, end: None });
        let (tell, scenes) = mpsc::unbounded_channel();
        let stats = Measures::default();
        let play = Director {
            stage,
            wanted,
            tell,
            stats: Arc::clone(&stats),
            swarms: Vec::new(),
            refused: BTreeSet::new(),
        };
        Self {
            target,
            scenes,
            stats,
            task: tokio::spawn(play.direct()),
        }
    }

    /// From now on so many users of each class are to be at work.
    pub(super) fn set(&self, users: BTreeMap<String, usize>) {
        self.target.send_modify(|target| target.users = users);
    }

    /// Ends it. Who says so again can make it end sooner; the first reason is the one that counts.
    pub(super) fn end(&self, end: End) {
        self.target.send_modify(|target| {
            let known = target.end.get_or_insert_with(|| end.clone());
            known.grace = known.grace.min(end.grace);
            known.why = known.why.take().or(end.why);
        });
    }

    /// What happens next.
    pub(super) async fn next(&mut self) -> Scene {
        let scene = self.scenes.recv().await;
        // The task tells that it has ended, unless it died.
        scene.unwrap_or_else(|| Scene::Ended(Vec::new()))
    }

    /// What was measured since the last report.
    pub(super) fn report(&self, users: Value) -> Value {
        let stats = lock(&self.stats);
        let stats: Vec<&Stats> = stats.iter().map(Arc::as_ref).collect();
        stats::report(&stats, users)
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Director {
    stage: Stage,
    wanted: watch::Receiver<Target>,
    tell: mpsc::UnboundedSender<Scene>,
    stats: Measures,
    /// By the name of the scenario.
    swarms: Vec<(String, Swarm)>,
    /// Classes that can't be played; that was told.
    refused: BTreeSet<String>,
}

impl Director {
    async fn direct(mut self) {
        let End { grace, mut why } = self.follow().await;
        let mut wanted = self.wanted.clone();
        let sooner = async {
            let is_sooner = |target: &Target| target.end.as_ref().is_some_and(|e| e.grace < grace);
            if wanted.wait_for(is_sooner).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let hastened = tokio::select! {
            () = settle(&mut self.swarms, grace) => false,
            () = sooner => true,
        };
        if hastened {
            settle(&mut self.swarms, Duration::ZERO).await;
        }
        let end = self.wanted.borrow().end.clone();
        why = why.or(end.and_then(|end| end.why));
        self.tell(Scene::Settled);
        let swarms = std::mem::take(&mut self.swarms);
        let stops: Vec<Stop> = swarms.iter().map(|(_, swarm)| swarm.stop()).collect();
        let mut wanted = self.wanted.clone();
        // Races are cut short where there is a reason to end; a stop of the master is none.
        let cut_short = async {
            let has_reason = |target: &Target| target.end.as_ref().is_some_and(|e| e.why.is_some());
            if let Ok(target) = wanted.wait_for(has_reason).await {
                let end = target.end.as_ref();
                let why = end.and_then(|end| end.why.as_deref()).unwrap_or_default();
                stops.iter().for_each(|stop| stop.request(why));
            }
            std::future::pending::<()>().await;
        };
        let finished = async {
            let mut runs = Vec::new();
            for (_, swarm) in swarms {
                match swarm.finish(why.as_deref()).await {
                    Ok(run) => runs.extend(run),
                    Err(error) => self.tell(Scene::Refused(error.to_string())),
                }
            }
            runs
        };
        tokio::select! {
            runs = finished => self.tell(Scene::Ended(runs)),
            () = cut_short => {}
        }
    }

    /// Has users at work as wanted, until all is to end.
    async fn follow(&mut self) -> End {
        loop {
            let target = self.wanted.borrow_and_update().clone();
            if let Some(end) = target.end {
                return end;
            }
            let at_work = self.cast(&target.users).await;
            if self.is_over() {
                continue;
            }
            self.tell(Scene::At(at_work));
            let stops = self.swarms.iter().map(|(_, swarm)| swarm.stopped().boxed());
            let stops: Vec<_> = stops.collect();
            let stopped = async {
                match stops.is_empty() {
                    true => std::future::pending().await,
                    false => select_all(stops).await.0,
                }
            };
            let why = tokio::select! {
                changed = self.wanted.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => "nobody waits for the result".to_owned(),
                },
                why = stopped => why,
            };
            self.tell(Scene::Refused(why.clone()));
            return End {
                grace: Duration::ZERO,
                why: Some(why),
            };
        }
    }

    /// Has so many users of each class at work; tells how many are. Several classes may stand for one scenario.
    async fn cast(&mut self, users: &BTreeMap<String, usize>) -> BTreeMap<String, usize> {
        let mut roles: BTreeMap<String, usize> = BTreeMap::new();
        for (class, count) in users {
            match role(class, &self.stage.scenarios) {
                Some(scenario) => *roles.entry(scenario.name.clone()).or_default() += count,
                None if *count > 0 => self.refuse(class, unknown(class, &self.stage.scenarios)),
                None => {}
            }
        }
        // Those who are at work hear of it before others are set up, which may take long.
        for (name, swarm) in &mut self.swarms {
            if let Some(count) = roles.remove(name.as_str()) {
                swarm.set(count);
            }
        }
        for (name, count) in roles {
            if count > 0 && !self.is_over() {
                self.add(&name, count).await;
            }
        }
        let is_played = |class: &str| {
            let scenario = role(class, &self.stage.scenarios);
            scenario.is_some_and(|scenario| self.swarms.iter().any(|(n, _)| *n == scenario.name))
        };
        let at_work = users.iter().map(|(class, count)| match is_played(class) {
            true => (class.clone(), *count),
            false => (class.clone(), 0),
        });
        at_work.collect()
    }

    /// Sets a scenario up and has so many users at work in it, unless it was refused before.
    async fn add(&mut self, name: &str, count: usize) {
        let scenarios = Arc::clone(&self.stage.scenarios);
        let scenario = scenarios.iter().find(|scenario| scenario.name == name);
        let Some(scenario) = scenario.filter(|_| !self.refused.contains(name)) else {
            return;
        };
        match self.begin(scenario).await {
            Ok(mut swarm) => {
                lock(&self.stats).push(Arc::clone(&swarm.stats));
                if !self.is_over() {
                    swarm.set(count);
                }
                self.swarms.push((name.to_owned(), swarm));
            }
            Err(error) => self.refuse(name, format!("{name}: {error}")),
        }
    }

    /// Sets a scenario up, unless all is to end meanwhile.
    async fn begin(&self, scenario: &Scenario) -> Result<Swarm, LoadError> {
        let load = Arc::new(self.stage.load(scenario));
        let stop = load.stop();
        let mut wanted = self.wanted.clone();
        let over = async move {
            let _ = wanted.wait_for(|target| target.end.is_some()).await;
            stop.request("it was ended during the setup");
            // What has been set up is undone later.
            std::future::pending().await
        };
        tokio::select! {
            swarm = Swarm::begin(load) => swarm,
            never = over => never,
        }
    }

    fn refuse(&mut self, class: &str, why: String) {
        if self.refused.insert(class.to_owned()) {
            self.tell(Scene::Refused(why));
        }
    }

    fn is_over(&self) -> bool {
        self.wanted.borrow().end.is_some()
    }

    fn tell(&self, scene: Scene) {
        // Where nobody listens any more, nobody needs to know.
        let _ = self.tell.send(scene);
    }
}

/// Has nobody at work any more; who is on the last pass may go on for `grace`.
async fn settle(swarms: &mut [(String, Swarm)], grace: Duration) {
    join_all(swarms.iter_mut().map(|(_, swarm)| swarm.settle(grace))).await;
}

fn lock(stats: &Mutex<Vec<Arc<Stats>>>) -> MutexGuard<'_, Vec<Arc<Stats>>> {
    stats.lock().unwrap_or_else(PoisonError::into_inner)
}
