//! The command line.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "talking to the terminal is what this module is for"
)]

mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The configuration or the command line is wrong.
const EXIT_CONFIG: u8 = 2;

/// Tells whether an OpenID Provider does what the specifications say.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the features against a provider, or against the built-in mock IdP.
    Run(run::RunArgs),
}

/// Runs the program; gives its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("oidcheck: no runtime: {e}");
            return ExitCode::from(3);
        }
    };
    let result = match cli.command {
        Command::Run(args) => runtime.block_on(run::run(args)),
    };
    result.unwrap_or_else(|error| {
        eprintln!("oidcheck: {error}");
        ExitCode::from(EXIT_CONFIG)
    })
}
