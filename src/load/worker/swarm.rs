//! The users of one scenario, from the setup to the result.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use time::OffsetDateTime;
use tokio::task::JoinHandle;

use super::crowd::Crowd;
use super::stats::Stats;
use crate::http::{ClientOptions, Wire};
use crate::load::Stop;
use crate::load::builder::{Load, LoadError, lock};
use crate::load::result::{Made, Phases};
use crate::load::scenario::Workload;
use crate::load::tally::Tally;
use crate::load::visit::Visits;
use crate::load_run::{LoadRun, PhaseFigures};

/// Longer than any load: the master says when it ends.
const OPEN_END: Duration = Duration::from_secs(365 * 86_400);

/// A scenario that is played.
#[derive(Debug)]
pub(super) struct Swarm {
    load: Arc<Load>,
    client: ClientOptions,
    visits: Visits,
    setup: Option<PhaseFigures>,
    began: (Instant, OffsetDateTime),
    tally: Arc<Mutex<Tally>>,
    pub(super) stats: Arc<Stats>,
    crowd: Crowd,
    /// The numbers of users that there were.
    most: usize,
    changes: usize,
    /// Passes that were under way at the end.
    unfinished: u64,
    watch: JoinHandle<()>,
}

impl Swarm {
    /// Looks at the provider and does what the scenario wants done before. The measured time begins when this ends.
    ///
    /// # Errors
    /// The provider can't be loaded.
    pub(super) async fn begin(load: Arc<Load>) -> Result<Self, LoadError> {
        let (subject, client) = load.prepare().await?;
        let visits = Visits::new(subject, &load.scenario, load.stop());
        let setup = load.set_up(&visits, &client).await?;
        if let Some(nothing) = setup.as_ref().filter(|setup| setup.done == 0)
            && visits.is_wrong()
        {
            // There will be no result that it could stand in.
            return Err(LoadError::Unavailable(nothing.summary.clone()));
        }
        let wire = Wire::new(&client)?;
        let stats = Arc::new(Stats::new(&load.scenario.name));
        let began = (Instant::now(), OffsetDateTime::from(SystemTime::now()));
        let mut tally = Tally::new(began.0, began.0 + OPEN_END);
        tally.tell(load.options.metrics.clone());
        tally.tell_witness(stats.clone());
        let tally = Arc::new(Mutex::new(tally));
        let users = Arc::new(visits.clone());
        let watch = tokio::spawn({
            let (load, tally) = (Arc::clone(&load), Arc::clone(&tally));
            async move { load.watch(&tally).await }
        });
        Ok(Self {
            crowd: Crowd::new(users, Arc::clone(&tally), wire, client.clone(), load.stop()),
            load,
            client,
            visits,
            setup,
            began,
            tally,
            stats,
            most: 0,
            changes: 0,
            unfinished: 0,
            watch,
        })
    }

    /// What stops it from within.
    pub(super) fn stop(&self) -> Stop {
        self.load.stop()
    }

    /// Has so many users at work.
    pub(super) fn set(&mut self, count: usize) {
        self.changes += usize::from(count != self.crowd.len());
        self.most = self.most.max(count);
        self.crowd.set(count);
    }

    /// Ends when the load was stopped from within: by a rule of `--abort-on`, or because no refresh token is left.
    pub(super) async fn stopped(&self) -> String {
        let stop = self.load.stop();
        stop.requested().await;
        stop.reason().unwrap_or_default()
    }

    /// Has nobody at work any more. The measured time ends with this.
    pub(super) async fn settle(&mut self, grace: Duration) {
        // What is waited for now is not measured time.
        lock(&self.tally).cut(Instant::now());
        self.crowd.end(grace).await;
        self.watch.abort();
        self.unfinished += lock(&self.tally).leave_out_unfinished();
    }

    /// Does what the scenario wants done afterwards, and gives the result; none where no user ever was at work.
    /// `why` says what ended it, if not the master.
    pub(super) async fn finish(self, why: Option<&str>) -> Result<Option<LoadRun>, LoadError> {
        if let Some(why) = why {
            self.load.stop().request(why);
        }
        let raced = self.load.race(&self.visits, &self.client).await?;
        let teardown = self.load.tear_down(&self.visits, &self.client).await?;
        if self.most == 0 {
            return Ok(None);
        }
        let mut scenario = self.load.scenario.clone();
        scenario.workload = Workload::Closed {
            users: self.most,
            ramp: Duration::ZERO,
        };
        scenario.warmup = Duration::ZERO;
        let load = self.load.with_scenario(scenario);
        let begin = self.began.0;
        let tally = std::mem::replace(&mut *lock(&self.tally), Tally::new(begin, begin));
        let stopped = load.stop().reason();
        let made = Made::of(tally, self.began, &load.scenario, None, stopped);
        let phases = Phases {
            setup: self.setup.clone(),
            raced,
            teardown,
        };
        let mut run = load.result(&self.visits, made, phases);
        if self.unfinished > 0 {
            run.notes.push(format!(
                "{} passes of the flow were under way when the Locust master ended the load; they are not counted. Its option --stop-timeout waits for them.",
                self.unfinished
            ));
        }
        if self.changes > 1 {
            run.notes.push(format!(
                "The Locust master changed the number of users {} times; {} were the most. All of it is measured, without a warm-up.",
                self.changes, self.most
            ));
        }
        Ok(Some(run))
    }
}

impl Drop for Swarm {
    fn drop(&mut self) {
        self.watch.abort();
    }
}
