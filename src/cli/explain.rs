//! `oidcheck explain`.

use clap::Args;

use super::exit;
use super::terminal::Terminal;
use crate::conformance::{Options, Plan, nearest};
use crate::error::ConfigError;
use crate::report::console::Style;
use crate::requirement::Requirement;

const EXAMPLES: &str = "Example: oidcheck explain OIDCC-2-6";

/// Tells all that is known of a requirement: what it demands, who judges it, what breaks it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExplainArgs {
    /// The id of a requirement
    requirement: String,
}

pub(super) fn explain(args: &ExplainArgs, terminal: Terminal) -> Result<u8, ConfigError> {
    let plan = Plan::new(&Options::default())?;
    let Some(row) = plan.catalogue().get(&args.requirement) else {
        let ids = plan.catalogue().iter().map(|row| row.id.as_str());
        return Err(ConfigError::new(format!(
            "`{}` is no known requirement; the nearest ids are {}",
            args.requirement,
            nearest(&args.requirement, ids).join(", ")
        )));
    };
    terminal.print(&text(&plan, row, terminal.out));
    Ok(exit::PASSED)
}

fn text(plan: &Plan, row: &Requirement, style: Style) -> String {
    let mut text = format!("{} {}\n{}\n", style.bold(&row.id), row.level, row.summary);
    let mut field = |name: &str, values: &[String]| {
        for (i, value) in values.iter().enumerate() {
            let name = if i == 0 { name } else { "" };
            text += &format!("{}  {value}\n", style.dim(&format!("{name:>11}")));
        }
    };
    field("section:", std::slice::from_ref(&row.url));
    let also: Vec<String> = row
        .also
        .iter()
        .map(|also| format!("{} {}", also.id, also.level))
        .collect();
    field("also:", &also);
    let scenarios: Vec<String> = plan
        .scenarios()
        .filter(|(_, judged)| judged.iter().any(|r| r.id == row.id))
        .map(|(s, _)| format!("{}:{}  {}", s.file, s.line, s.id))
        .collect();
    field("scenario:", &scenarios);
    field("unjudged:", row.no_scenario.as_slice());
    let faults: Vec<String> = mock_idp::faults()
        .iter()
        .filter(|fault| fault.breaks.iter().any(|id| is_of(row, id)))
        .map(|fault| format!("{}  {}", fault.id, fault.summary))
        .collect();
    field("fault:", &faults);
    field("no fault:", row.no_fault.as_slice());
    let example = match mock_idp::faults()
        .iter()
        .find(|f| f.breaks.iter().any(|id| is_of(row, id)))
    {
        Some(fault) => format!("oidcheck run {} --fault {}", row.id, fault.id),
        None => format!("oidcheck run {}", row.id),
    };
    if !scenarios.is_empty() {
        field("try:", &[example]);
    }
    text
}

fn is_of(row: &Requirement, id: &str) -> bool {
    row.id == id || row.also.iter().any(|also| also.id == id)
}
