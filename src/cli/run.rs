//! `oidcheck run`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::arguments::{OutputArgs, ProviderArgs, SelectionArgs, time};
use super::progress::{Progress, Show};
use super::reports::Reports;
use super::signals::Signals;
use super::subject::Subject;
use super::terminal::Terminal;
use super::{exit, known};
use crate::conformance::{Options, Stop};
use crate::error::ConfigError;
use crate::finding::Outcome;
use crate::report::{console, read_run};
use crate::run::Run;

const EXAMPLES: &str = "\
Examples:
  oidcheck run                                       everything, against the built-in mock IdP
  oidcheck run --fault id_token.wrong_aud            the same, and the mock breaks a rule
  oidcheck run -p provider.toml --report html        a provider, with a page in reports/latest
  oidcheck run -p provider.toml --profile basic --level must OIDCC-3.1
  oidcheck run -p provider.toml --rerun reports/latest/run.json";

/// Runs the features against a provider, or against the built-in mock IdP
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RunArgs {
    #[command(flatten)]
    selection: SelectionArgs,
    #[command(flatten)]
    provider: ProviderArgs,
    /// Lets the built-in mock IdP break a rule (`oidcheck mock --faults`); may be repeated
    #[arg(help_heading = "Run", long, value_name = "FAULT", conflicts_with_all = ["provider", "issuer"])]
    fault: Vec<String>,
    /// Runs scenarios that wait for a long time too
    #[arg(help_heading = "Run", long)]
    slow: bool,
    /// How many scenarios run side by side
    #[arg(help_heading = "Run", short, long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// The longest that the run may take, long waits on purpose not counted
    #[arg(help_heading = "Run", long, value_name = "TIME", value_parser = time, default_value = "5m")]
    deadline: Duration,
    /// Runs only what failed, could not be judged or was not finished in an earlier run (run.json or run.jsonl)
    #[arg(help_heading = "Run", long, value_name = "RUN")]
    rerun: Option<PathBuf>,
    /// Fails when a declared deviation no longer occurs
    #[arg(help_heading = "Run", long)]
    deny_stale: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn run(args: RunArgs, terminal: Terminal) -> Result<u8, ConfigError> {
    let mut signals = Signals::listen();
    let options = args.options()?;
    let subject = Subject::new(&args.provider, &args.fault, terminal).await?;
    let reports = Reports::prepare(args.output.out.clone(), &args.output.report)?;
    let conformance = subject.conformance.options(options);
    let show = match (args.output.quiet, terminal.draws && !subject.by_hand) {
        (true, _) => Show::Nothing,
        (false, true) => Show::Bar,
        (false, false) => Show::Lines,
    };
    let recorder = conformance.recorder();
    let journal = reports.as_ref().map(|r| r.journal(recorder.clone()));
    let conformance =
        conformance.observer(Box::new(Progress::new(show, terminal, recorder, journal)));
    let stop = conformance.stop();
    let run = tokio::select! {
        run = conformance.run() => match (run, &reports) {
            (Err(error), Some(reports)) => {
                reports.withdraw();
                return Err(error);
            }
            (run, _) => run?,
        },
        () = interrupted(&mut signals, &stop, terminal) => return Ok(exit::UNJUDGED),
    };
    drop(subject.mock);
    let mut code = exit::of(&run, args.deny_stale);
    terminal.print(&console::render(&run, terminal.out));
    let more = match &reports {
        Some(reports) => format!("oidcheck report --known {}", reports.run_json().display()),
        None => "add --out DIR, then oidcheck report --known DIR/run.json".to_owned(),
    };
    terminal.print(&known::section(&run, &more));
    if let Some(reports) = reports {
        code = args.output.tell(reports.write(&run), code, terminal);
    }
    if code == exit::UNJUDGED && !run.interrupted && args.provider.is_named() {
        terminal.say("`oidcheck doctor` with the same provider options may say what to change");
    }
    if code == exit::NOTHING {
        let why = match (run.scenarios.is_empty(), &args.rerun) {
            (true, Some(path)) => format!("nothing to run again in {}", path.display()),
            (true, None) => "profile, selectors and --skip leave nothing".to_owned(),
            (false, _) => "all scenarios were skipped".to_owned(),
        };
        terminal.complain(&format!("nothing was judged: {why}"));
    }
    Ok(code)
}

/// The first signal stops the run, which then writes what is there; this ends with the second.
async fn interrupted(signals: &mut Signals, stop: &Stop, terminal: Terminal) {
    signals.next().await;
    terminal.say("oidcheck: stopping; once more aborts without reports");
    stop.request();
    signals.next().await;
}

impl RunArgs {
    fn options(&self) -> Result<Options, ConfigError> {
        let mut options = Options {
            slow: self.slow,
            jobs: usize::from(self.jobs),
            deadline: self.deadline,
            ..Options::default()
        };
        if let Some(path) = &self.rerun {
            let earlier = load_run(path)?;
            options.among = Some(to_run_again(&earlier));
            options.profile = earlier.profile;
        }
        self.selection.apply(&mut options);
        self.provider.apply(&mut options);
        Ok(options)
    }
}

/// Reads a saved run.
pub(super) fn load_run(path: &Path) -> Result<Run, ConfigError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|e| ConfigError::file(&name, format!("can't be read: {e}")))?;
    read_run(&name, &text)
}

/// The ids of what failed, could not be judged or was not finished.
fn to_run_again(run: &Run) -> HashSet<String> {
    let again = run
        .scenarios
        .iter()
        .filter(|scenario| matches!(scenario.outcome, Outcome::Fail | Outcome::Error))
        .map(|scenario| &scenario.id);
    again.chain(&run.unfinished).cloned().collect()
}
