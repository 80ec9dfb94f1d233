//! `oidcheck doctor`.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::arguments::{ProviderArgs, TextFormat, time};
use super::exit;
use super::subject::Subject;
use super::terminal::{Terminal, visible};
use crate::conformance::{Diagnosis, Health, Options};
use crate::error::ConfigError;
use crate::finding::Outcome;
use crate::report::console::{Style, mark};

const EXAMPLES: &str = "\
Exit codes: 0 all is well, 2 the provider file has to be changed, 3 something could not be found out

Examples:
  oidcheck doctor -p provider.toml
  oidcheck doctor --issuer https://id.example.test/realms/test --format json";

/// Says what is wrong with a provider file, and what a run will skip
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    provider: ProviderArgs,
    /// The profile whose scenarios are counted
    #[arg(long, value_name = "NAME", default_value = "all")]
    profile: String,
    /// The longest that it may take
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "2m")]
    deadline: Duration,
    /// How to write
    #[arg(long, value_enum, default_value_t)]
    format: TextFormat,
}

pub(super) async fn doctor(args: DoctorArgs, terminal: Terminal) -> Result<u8, ConfigError> {
    let mut options = Options {
        profile: args.profile.clone(),
        deadline: args.deadline,
        ..Options::default()
    };
    args.provider.apply(&mut options);
    let subject = Subject::new(&args.provider, &[], terminal).await?;
    let diagnosis = subject.conformance.options(options).diagnose().await?;
    drop(subject.mock);
    let code = match diagnosis.health() {
        Health::Good => exit::PASSED,
        Health::Wrong => exit::CONFIG,
        Health::Unknown => exit::UNJUDGED,
    };
    terminal.print(&match args.format {
        TextFormat::Text => text(&diagnosis, terminal.out),
        TextFormat::Json => format!("{:#}\n", json!({"exit_code": code, "diagnosis": diagnosis})),
    });
    Ok(code)
}

fn text(diagnosis: &Diagnosis, style: Style) -> String {
    let width = diagnosis.looks.iter().map(|look| look.at.chars().count());
    let width = width.max().unwrap_or_default().min(36);
    let mut text = String::new();
    for look in &diagnosis.looks {
        let outcome = match look.health {
            Health::Good => Outcome::Pass,
            Health::Wrong => Outcome::Fail,
            Health::Unknown => Outcome::Error,
        };
        let head = style.outcome(outcome, mark(outcome));
        let at = visible(&look.at).replace('\n', " ");
        let seen = visible(&look.seen).replace('\n', " ");
        text += &format!("{head} {at:<width$}  {seen}\n");
        if let Some(change) = &look.change {
            let change = visible(change).replace('\n', " ");
            text += &format!("  {:width$}  {} {change}\n", "", style.bold("change:"));
        }
    }
    if !diagnosis.found.is_empty() {
        text += &format!(
            "\n{}  {}\n",
            style.bold("Found"),
            diagnosis.found.join(", ")
        );
    }
    if !diagnosis.lacking.is_empty() {
        text += &format!("\n{}\n", style.bold("Will be skipped"));
        for lack in &diagnosis.lacking {
            let s = if lack.skips == 1 { "" } else { "s" };
            let n = format!("({} scenario{s})", lack.skips);
            text += &format!(
                "  {:<20} {} {}\n",
                lack.capability,
                visible(&lack.reason),
                style.dim(&n)
            );
        }
    }
    text
}
