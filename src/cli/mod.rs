//! The command line.

mod arguments;
mod doctor;
mod exit;
mod explain;
mod init;
mod known;
mod list;
#[cfg(feature = "load")]
mod load;
#[cfg(feature = "load")]
mod load_board;
#[cfg(feature = "load")]
mod load_live;
mod load_reports;
#[cfg(feature = "distributed")]
mod load_worker;
mod mock;
mod progress;
mod prompt;
#[cfg(feature = "load")]
mod redraw;
mod report;
mod report_load;
mod reports;
mod run;
mod signals;
mod steps;
mod subject;
mod terminal;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use terminal::{Color, Terminal};

/// What `--help` says below the subcommands.
const EXIT_CODES: &str = "\
Exit codes:
  0  nothing failed
  1  a requirement failed
  2  the configuration or the command line is wrong
  3  no requirement failed, but something could not be judged
  4  nothing was left to judge, or all was skipped

Example: oidcheck run -p provider.toml --report html,junit --out reports/latest";

/// Tells whether an OpenID Provider does what the specifications say.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_CODES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Colours: always, never, or auto (on a terminal; honours NO_COLOR and CLICOLOR_FORCE)
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    color: Color,
    /// Says on stderr what happens inside; twice says more. RUST_LOG overrides it
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArgs),
    Doctor(doctor::DoctorArgs),
    #[cfg(feature = "load")]
    Load(load::LoadArgs),
    List(list::ListArgs),
    Steps(steps::StepsArgs),
    Explain(explain::ExplainArgs),
    Init(init::InitArgs),
    Mock(mock::MockArgs),
    Report(report::ReportArgs),
}

impl Command {
    /// The threads that it runs on.
    fn runtime(&self) -> io::Result<Runtime> {
        match self {
            // Who serves may need every core.
            Self::Mock(args) => mock_idp::runtime(args.threads),
            _ => Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build(),
        }
    }
}

/// Runs the program; gives its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new(cli.color);
    log(cli.verbose, terminal);
    quiet_panics();
    let runtime = match cli.command.runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.complain(&format!("no runtime: {error}"));
            return ExitCode::from(exit::UNJUDGED);
        }
    };
    let result = match cli.command {
        Command::Run(args) => runtime.block_on(run::run(args, terminal)),
        Command::Doctor(args) => runtime.block_on(doctor::doctor(args, terminal)),
        #[cfg(feature = "load")]
        Command::Load(args) => runtime.block_on(load::load(args, terminal)),
        Command::List(args) => list::list(&args, terminal),
        Command::Steps(args) => Ok(steps::steps(&args, terminal)),
        Command::Explain(args) => explain::explain(&args, terminal),
        Command::Init(args) => init::init(&args, terminal),
        Command::Mock(args) => runtime.block_on(mock::mock(args, terminal)),
        Command::Report(args) => report::report(&args, terminal),
    };
    runtime.shutdown_background();
    ExitCode::from(result.unwrap_or_else(|error| {
        terminal.complain(&error.to_string());
        exit::CONFIG
    }))
}

/// Logs to stderr. Only our own crates: what others log of requests may hold secrets.
fn log(verbose: u8, terminal: Terminal) {
    let filter = std::env::var("RUST_LOG")
        .ok()
        .and_then(|text| EnvFilter::try_new(text).ok())
        .unwrap_or_else(|| {
            EnvFilter::new(match verbose {
                0 => "error",
                1 => "info",
                _ => "debug",
            })
        });
    let ours = tracing_subscriber::filter::filter_fn(|metadata| {
        let of = metadata.target().split("::").next();
        matches!(of, Some("oidcheck" | "mock_idp"))
    });
    tracing_subscriber::registry()
        .with(filter)
        .with(ours)
        .with(
            tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(terminal.err.colour)
                .with_target(false)
                .without_time(),
        )
        .init();
}

/// A panic in a step becomes an `error` in the report, redacted; its message may hold what a provider sent.
fn quiet_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("oidcheck-run") {
            let place = panic.location().map(ToString::to_string);
            tracing::error!("a step panicked at {}", place.unwrap_or_default());
        } else {
            usual(panic);
        }
    }));
}
