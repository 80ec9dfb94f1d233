//! `oidcheck load --worker`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use clap::Args;

use super::arguments::OutputArgs;
use super::exit;
use super::load_board::Plan;
use super::load_live::Live;
use super::load_reports::LoadReports;
use super::terminal::{Terminal, visible};
use crate::error::ConfigError;
use crate::load::{LoadError, LoadOptions, Master, Scenario, Stop, Worker, WorkerEvent};
use crate::load_run::LoadRun;
use crate::provider::ProviderConfig;
use crate::report::load as report;

/// More than one machine.
#[derive(Debug, Args)]
#[command(next_help_heading = "Several machines")]
pub(super) struct WorkerArgs {
    /// Makes this process a worker of a Locust master (2.47), which says how many users are at work and for how long. A
    /// class in its locustfile stands for the scenario of its name (`TokenRefresh` or `token_refresh`); without SCENARIO
    /// all shipped ones can be asked for
    #[arg(long, requires = "master", conflicts_with_all = [
        "users", "rate", "connections", "find_capacity", "duration", "warmup", "baseline", "list",
    ])]
    pub(super) worker: bool,
    /// Where the Locust master listens. Nothing between both is encrypted or proves who it is: it must be on this machine,
    /// or named with --allow-host where the network can be trusted
    #[arg(long, value_name = "HOST:PORT", requires = "worker")]
    pub(super) master: Option<Master>,
}

/// A worker that is about to begin.
pub(super) struct Work {
    worker: Worker,
    live: Live,
    desk: Arc<Desk>,
}

impl Work {
    pub(super) fn new(
        master: Master,
        config: ProviderConfig,
        scenarios: Vec<Scenario>,
        options: LoadOptions,
        output: &OutputArgs,
        terminal: Terminal,
    ) -> Self {
        let live = Live::new(terminal, output.quiet, Plan::worker(&config.name));
        Self {
            worker: Worker::new(master.clone(), config, scenarios)
                .options(options)
                .observer(live.observer()),
            desk: Arc::new(Desk {
                master,
                terminal,
                quiet: output.quiet,
                reports: LoadReports::new(output.out.clone(), &output.report),
                code: AtomicU8::new(exit::PASSED),
                live: live.clone(),
            }),
            live,
        }
    }

    pub(super) fn stop(&self) -> Stop {
        self.worker.stop()
    }

    pub(super) fn live(&self) -> Live {
        self.live.clone()
    }

    /// Works until the master quits, or it is stopped; gives the exit code, the worst of all runs.
    pub(super) async fn run(self) -> Result<u8, ConfigError> {
        let desk = Arc::clone(&self.desk);
        let done = self.worker.run(move |event| desk.take(event)).await;
        self.live.finish();
        match done {
            Ok(()) => Ok(self.desk.code.load(Ordering::Relaxed)),
            Err(LoadError::Config(error)) => Err(error),
            Err(LoadError::Unavailable(reason)) => {
                self.desk.terminal.complain(&reason);
                Ok(exit::UNJUDGED)
            }
        }
    }
}

/// Where everything arrives that the worker tells.
struct Desk {
    master: Master,
    terminal: Terminal,
    quiet: bool,
    reports: LoadReports,
    code: AtomicU8,
    live: Live,
}

impl Desk {
    fn take(&self, event: WorkerEvent) {
        let master = &self.master;
        match event {
            WorkerEvent::Waiting(why) => {
                self.say(&format!("waits for the Locust master {master}: {why}"));
            }
            WorkerEvent::Registered(index) => {
                let number = index.map(|n| format!(" as number {n}")).unwrap_or_default();
                self.say(&format!(
                    "ready: the Locust master {master} knows this worker{number}"
                ));
            }
            WorkerEvent::Users(count) => self.say(&format!("{count} users at work")),
            WorkerEvent::Refused(why) => {
                self.live.aside(|| self.terminal.complain(&visible(&why)));
                self.worst(exit::UNJUDGED);
            }
            WorkerEvent::Lost(why) => {
                self.say(&format!(
                    "the Locust master {master} vanished ({why}); nobody is at work"
                ));
            }
            WorkerEvent::Ended { swarm, runs } => self.live.aside(|| {
                let several = runs.len() > 1;
                for run in &runs {
                    self.write(swarm, several, run);
                }
            }),
        }
    }

    fn write(&self, swarm: usize, several: bool, run: &LoadRun) {
        self.terminal
            .print(&report::console(run, self.terminal.out));
        self.worst(exit::of_load(run));
        let mut below = PathBuf::new();
        if swarm > 1 {
            below.push(format!("swarm-{swarm}"));
        }
        if several {
            below.push(&run.scenario.name);
        }
        match self.reports.write_below(&below, run) {
            Ok(paths) => {
                for path in paths.iter().filter(|_| !self.quiet) {
                    self.terminal.say(&format!("wrote {}", path.display()));
                }
            }
            Err(error) => {
                self.terminal.complain(&error);
                self.worst(exit::UNJUDGED);
            }
        }
    }

    /// A failure is worse than what could not be judged.
    fn worst(&self, code: u8) {
        let rank = |code| match code {
            exit::FAILED => 2,
            exit::PASSED => 0,
            _ => 1,
        };
        // One event after another.
        if rank(code) > rank(self.code.load(Ordering::Relaxed)) {
            self.code.store(code, Ordering::Relaxed);
        }
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            self.live.aside(|| self.terminal.say(&visible(text)));
        }
    }
}
