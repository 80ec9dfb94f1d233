//! `oidcheck load`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mock_idp::MockIdp;

use super::arguments::{OutputArgs, ProviderArgs};
use super::exit;
use super::load_board::Plan;
use super::load_live::Live;
use super::load_reports::LoadReports;
#[cfg(feature = "distributed")]
use super::load_worker::{Work, WorkerArgs};
use super::report_load::read;
use super::signals::Signals;
use super::subject::built_in;
use super::terminal::Terminal;
use crate::error::ConfigError;
#[cfg(feature = "distributed")]
use crate::load::Master;
use crate::load::scenario::{self, Workload, check_rate};
use crate::load::{Load, LoadError, LoadOptions, Metrics, Scenario, Stop, Threshold};
use crate::load_run::LoadRun;
use crate::provider::ProviderConfig;
use crate::report::load as report;

const EXAMPLES: &str = "\
Examples:
  oidcheck load                                      ten users sign in, against the built-in mock IdP
  oidcheck load --list                               the scenarios
  oidcheck load client_credentials --rate 200 --duration 1m --threshold 'p99<250ms'
  oidcheck load token_refresh -p provider.toml --report html --out reports/load
  oidcheck load mine.toml -p provider.toml --allow-host id.example.test

A rule is METRIC OPERATOR LIMIT [for REQUEST]: p95<500ms, p99.9<=2s for exchange, avg<20ms, max<5s, error-rate<1%,
rps>=200.";

/// Loads a provider and measures: open or closed workload, every answer judged
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LoadArgs {
    /// A shipped scenario (--list), or the path of a scenario file [default: login]
    #[arg(value_name = "SCENARIO")]
    scenario: Option<String>,
    #[command(flatten)]
    provider: ProviderArgs,
    /// Lists the shipped scenarios
    #[arg(help_heading = "Load", long)]
    list: bool,
    /// Lets the built-in mock IdP break a rule (`oidcheck mock --faults`); may be repeated
    #[arg(help_heading = "Load", long, value_name = "FAULT", conflicts_with_all = ["provider", "issuer"])]
    fault: Vec<String>,
    /// A host that may be loaded although it is not this machine; may be repeated
    #[arg(help_heading = "Load", long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Closed workload: so many users, each of whom begins anew when the last pass has ended
    #[arg(help_heading = "Load", long, value_name = "N", conflicts_with = "rate", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    users: Option<u32>,
    /// Open workload: so many starts of the flow per second, whatever the provider does
    #[arg(help_heading = "Load", long, value_name = "PER_SECOND", value_parser = rate)]
    rate: Option<f64>,
    /// Open workload: the most connections
    #[arg(help_heading = "Load", long, value_name = "N", conflicts_with = "users", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    connections: Option<u16>,
    /// Raises --rate until a threshold breaks, and reports the highest rate that held
    #[arg(help_heading = "Load", long)]
    find_capacity: bool,
    /// The measured time
    #[arg(help_heading = "Load", long, value_name = "TIME", value_parser = measured)]
    duration: Option<Duration>,
    /// The time before it
    #[arg(help_heading = "Load", long, value_name = "TIME", value_parser = warmup)]
    warmup: Option<Duration>,
    /// A rule that the figures must hold, besides those of the scenario; may be repeated
    #[arg(help_heading = "Load", long, value_name = "RULE")]
    threshold: Vec<Threshold>,
    /// A rule that stops the run as soon as it is broken; may be repeated
    #[arg(help_heading = "Load", long, value_name = "RULE")]
    abort_on: Vec<Threshold>,
    /// An earlier load.json to compare with
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    baseline: Option<PathBuf>,
    /// Serves figures for Prometheus at /metrics while the load is made, for instance on 127.0.0.1:9464
    #[arg(long, value_name = "ADDRESS", help_heading = "Reports")]
    metrics: Option<SocketAddr>,
    #[cfg(feature = "distributed")]
    #[command(flatten)]
    worker: WorkerArgs,
    #[command(flatten)]
    output: OutputArgs,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().map_err(|_| "is a number".to_owned())?;
    check_rate(rate)
}

fn measured(text: &str) -> Result<Duration, String> {
    time(text, false)
}

fn warmup(text: &str) -> Result<Duration, String> {
    time(text, true)
}

fn time(text: &str, may_be_zero: bool) -> Result<Duration, String> {
    scenario::time(text, may_be_zero).ok_or_else(|| crate::duration::EXPECTED.to_owned())
}

pub(super) async fn load(args: LoadArgs, terminal: Terminal) -> Result<u8, ConfigError> {
    if args.list {
        for scenario in Scenario::shipped()? {
            terminal.print(&format!("{:<20} {}\n", scenario.name, scenario.summary));
        }
        return Ok(exit::PASSED);
    }
    // Before we listen, or goose would take our place.
    crate::load::claim_interrupts();
    let mut signals = Signals::listen();
    #[cfg(feature = "distributed")]
    if let Some(master) = args.worker.master.clone() {
        return work(args, master, signals, terminal).await;
    }
    let scenario = args.scenario()?;
    let baseline = args.baseline.as_deref().map(read).transpose()?;
    let (config, mock) = args.provider().await?;
    let live = Live::new(
        terminal,
        args.output.quiet,
        Plan::new(&scenario, &config.name),
    );
    let options = args.options(terminal).await?;
    let load = Load::new(config, scenario).options(options);
    let reports = LoadReports::new(args.output.out.clone(), &args.output.report);
    let stop = load.stop();
    let load = load.observer(live.observer());
    let made = tokio::select! {
        made = make(load, args.find_capacity) => made,
        () = interrupted(&mut signals, &stop, &live, terminal) => {
            live.finish();
            return Ok(exit::UNJUDGED);
        }
    };
    live.finish();
    drop(mock);
    let run = match made {
        Ok(run) => run,
        Err(LoadError::Config(error)) => return Err(error),
        Err(LoadError::Unavailable(reason)) => {
            terminal.complain(&reason);
            return Ok(exit::UNJUDGED);
        }
    };
    terminal.print(&report::console(&run, terminal.out));
    if let Some(earlier) = &baseline {
        terminal.print(&report::comparison(&run, earlier, terminal.out));
    }
    let written = reports.write(&run, baseline.as_ref());
    Ok(args.output.tell(written, exit::of_load(&run), terminal))
}

/// The same as a worker of a Locust master.
#[cfg(feature = "distributed")]
async fn work(
    args: LoadArgs,
    master: Master,
    mut signals: Signals,
    terminal: Terminal,
) -> Result<u8, ConfigError> {
    let roles = args.roles()?;
    let (config, _mock) = args.provider().await?;
    let options = args.options(terminal).await?;
    let work = Work::new(master, config, roles, options, &args.output, terminal);
    let (stop, live) = (work.stop(), work.live());
    tokio::select! {
        code = work.run() => code,
        () = interrupted(&mut signals, &stop, &live, terminal) => {
            live.finish();
            Ok(exit::UNJUDGED)
        }
    }
}

async fn make(load: Load, find_capacity: bool) -> Result<LoadRun, LoadError> {
    match find_capacity {
        true => load.find_capacity().await,
        false => load.run().await,
    }
}

/// The first signal stops the load, whose report is then written; this ends with the second.
async fn interrupted(signals: &mut Signals, stop: &Stop, live: &Live, terminal: Terminal) {
    signals.next().await;
    live.aside(|| terminal.say("oidcheck: stopping; once more aborts without reports"));
    stop.request("Ctrl-C");
    signals.next().await;
}

impl LoadArgs {
    /// The scenario with what the options say instead.
    fn scenario(&self) -> Result<Scenario, ConfigError> {
        let mut scenario = Scenario::load(self.scenario.as_deref().unwrap_or(scenario::DEFAULT))?;
        if let Some(users) = self.users {
            let ramp = match scenario.workload {
                Workload::Closed { ramp, .. } => ramp,
                Workload::Open { .. } => Duration::from_secs(1),
            };
            scenario.workload = Workload::Closed {
                users: users as usize,
                ramp,
            };
        }
        if let Some(rate) = self.rate {
            let connections = match scenario.workload {
                Workload::Open { connections, .. } => connections,
                Workload::Closed { .. } => scenario::CONNECTIONS,
            };
            scenario.workload = Workload::Open {
                rate,
                rate_from: rate,
                connections,
            };
        }
        if let Some(wanted) = self.connections {
            match &mut scenario.workload {
                Workload::Open { connections, .. } => *connections = usize::from(wanted),
                Workload::Closed { .. } => {
                    return Err(ConfigError::new(
                        "--connections is for an open workload; this scenario is closed (--rate makes it open)",
                    ));
                }
            }
        }
        scenario.duration = self.duration.unwrap_or(scenario.duration);
        scenario.warmup = self.warmup.unwrap_or(scenario.warmup);
        for rule in &self.threshold {
            known("--threshold", rule, &scenario)?;
            scenario.thresholds.push(rule.clone());
        }
        for rule in &self.abort_on {
            known("--abort-on", rule, &scenario)?;
        }
        Ok(scenario)
    }

    /// What a worker can play: the scenario that is named, or else all shipped ones, each with the rules that are about
    /// its requests.
    #[cfg(feature = "distributed")]
    fn roles(&self) -> Result<Vec<Scenario>, ConfigError> {
        if self.scenario.is_some() {
            return Ok(vec![self.scenario()?]);
        }
        let mut shipped = Scenario::shipped()?;
        for rule in &self.abort_on {
            let mut flows = shipped.iter().map(|scenario| &scenario.flow);
            if flows.all(|flow| scenario::unknown_request(rule, flow).is_some()) {
                return Err(nobody_asks("--abort-on", rule));
            }
        }
        for rule in &self.threshold {
            let mut about = 0;
            for scenario in &mut shipped {
                if scenario::unknown_request(rule, &scenario.flow).is_none() {
                    scenario.thresholds.push(rule.clone());
                    about += 1;
                }
            }
            if about == 0 {
                return Err(nobody_asks("--threshold", rule));
            }
        }
        Ok(shipped)
    }

    /// How the load is made; Prometheus is served from now on.
    async fn options(&self, terminal: Terminal) -> Result<LoadOptions, ConfigError> {
        let metrics = match self.metrics {
            Some(address) => {
                let metrics = Metrics::default();
                let (bound, _) = metrics.serve(address).await?;
                terminal.say(&format!("metrics on http://{bound}/metrics"));
                Some(metrics)
            }
            None => None,
        };
        Ok(LoadOptions {
            client: self.provider.client_options(),
            allow_hosts: self.allow_host.clone(),
            abort_on: self.abort_on.clone(),
            metrics,
        })
    }

    /// The provider of the options, or the built-in mock IdP, which stops when it is dropped.
    async fn provider(&self) -> Result<(ProviderConfig, Option<MockIdp>), ConfigError> {
        if let Some(config) = self.provider.config()? {
            return Ok((config, None));
        }
        let (config, mock) = built_in(&self.fault).await?;
        Ok((config, Some(mock)))
    }
}

/// A rule about a request that none of the shipped scenarios makes could only fail.
#[cfg(feature = "distributed")]
fn nobody_asks(option: &str, rule: &Threshold) -> ConfigError {
    let rule = rule.rule();
    ConfigError::new(format!("{option}: `{rule}`: no scenario has this request"))
}

fn known(option: &str, rule: &Threshold, scenario: &Scenario) -> Result<(), ConfigError> {
    match scenario::unknown_request(rule, &scenario.flow) {
        Some(message) => Err(ConfigError::new(format!("{option}: {message}"))),
        None => Ok(()),
    }
}
