//! `oidcheck list`.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use super::arguments::{SelectionArgs, TextFormat};
use super::exit;
use super::terminal::Terminal;
use crate::conformance::{Options, Plan, Planned};
use crate::error::ConfigError;
use crate::report::console::Style;
use crate::requirement::Requirement;

const EXAMPLES: &str = "\
Examples:
  oidcheck list                          all scenarios
  oidcheck list --profile basic @slow    those of a profile that wait
  oidcheck list --requirements RFC7009   the requirements of a specification, and who judges them
  oidcheck list --profiles               the profiles";

/// Lists scenarios (or requirements, or profiles) without asking any provider
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ListArgs {
    #[command(flatten)]
    selection: SelectionArgs,
    /// Lists the requirements that the scenarios judge
    #[arg(long, conflicts_with = "profiles")]
    requirements: bool,
    /// Lists the profiles
    #[arg(long)]
    profiles: bool,
    /// How to write
    #[arg(long, value_enum, default_value_t)]
    format: TextFormat,
}

pub(super) fn list(args: &ListArgs, terminal: Terminal) -> Result<u8, ConfigError> {
    let mut options = Options::default();
    args.selection.apply(&mut options);
    let plan = Plan::new(&options)?;
    let (style, json) = (terminal.out, args.format == TextFormat::Json);
    let text = match (args.profiles, args.requirements, json) {
        (true, _, true) => pretty(&profiles_json()?),
        (true, _, false) => profiles(style)?,
        (false, true, true) => pretty(&requirements_json(&plan)),
        (false, true, false) => requirements(&plan, style),
        (false, false, true) => pretty(&scenarios_json(&plan)),
        (false, false, false) => scenarios(&plan, style),
    };
    terminal.print(&text);
    let nothing = !args.profiles && plan.scenarios().next().is_none();
    if nothing {
        terminal.complain("profile, selectors and --skip leave nothing");
    }
    Ok(if nothing { exit::NOTHING } else { exit::PASSED })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn title(scenario: &Planned) -> String {
    match scenario.id.split_once('/') {
        Some((_, title)) => title.to_owned(),
        None => scenario.id.clone(),
    }
}

/// The tags that are not ids: what the scenario needs and how it runs.
fn words(scenario: &Planned) -> String {
    let tags = scenario.tags.iter();
    let words: Vec<String> = tags
        .filter(|tag| !scenario.ids.contains(tag))
        .map(|tag| format!("@{tag}"))
        .collect();
    words.join(" ")
}

fn scenarios(plan: &Plan, style: Style) -> String {
    let mut text = String::new();
    let mut file = "";
    let mut count = 0;
    for (scenario, judged) in plan.scenarios() {
        if scenario.file != file {
            let gap = if file.is_empty() { "" } else { "\n" };
            text += &format!(
                "{gap}{}  {}\n",
                style.bold(&scenario.feature),
                style.dim(&scenario.file)
            );
            file = &scenario.file;
        }
        count += 1;
        text += &format!(
            "  {:>4}  {}  {}\n",
            scenario.line,
            title(scenario),
            style.dim(&words(scenario))
        );
        let ids: Vec<&str> = judged.iter().map(|row| row.id.as_str()).collect();
        for line in wrapped(&ids, 88) {
            text += &format!("        {line}\n");
        }
    }
    let requirements = by_requirement(plan).len();
    text + &format!("\n{count} scenarios judge {requirements} requirements\n")
}

fn wrapped(words: &[&str], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push((*word).to_owned()),
        }
    }
    lines
}

fn scenarios_json(plan: &Plan) -> Value {
    plan.scenarios()
        .map(|(scenario, judged)| {
            json!({
                "id": scenario.id,
                "feature": scenario.feature,
                "file": scenario.file,
                "line": scenario.line,
                "name": scenario.name,
                "tags": scenario.tags,
                "needs": scenario.needs,
                "variant": scenario.variant,
                "requirements": judged.iter().map(|row| requirement_json(plan, row)).collect::<Value>(),
            })
        })
        .collect()
}

fn requirement_json(plan: &Plan, row: &Requirement) -> Value {
    json!({"id": row.id, "level": plan.level(row).as_str(), "summary": row.summary, "url": row.url})
}

/// The requirements that the chosen scenarios judge, each with its scenarios.
fn by_requirement(plan: &Plan) -> BTreeMap<&str, (&Requirement, Vec<&Planned>)> {
    let mut rows = BTreeMap::new();
    for (scenario, judged) in plan.scenarios() {
        for row in judged {
            let (_, scenarios) = rows
                .entry(row.id.as_str())
                .or_insert_with(|| (row, Vec::new()));
            if !scenarios.iter().any(|s: &&Planned| s.id == scenario.id) {
                scenarios.push(scenario);
            }
        }
    }
    rows
}

fn requirements(plan: &Plan, style: Style) -> String {
    let rows = by_requirement(plan);
    let mut text = String::new();
    for (row, scenarios) in rows.values() {
        text += &format!(
            "{:<20} {:<8}  {}  {}\n",
            row.id,
            plan.level(row).as_str(),
            row.summary,
            style.dim(&format!("({})", scenarios.len()))
        );
    }
    text + &format!(
        "\n{} requirements; in brackets how many scenarios judge each\n",
        rows.len()
    )
}

fn requirements_json(plan: &Plan) -> Value {
    by_requirement(plan)
        .values()
        .map(|(row, scenarios)| {
            let mut value = requirement_json(plan, row);
            value["scenarios"] = scenarios.iter().map(|s| json!(s.id)).collect();
            value
        })
        .collect()
}

fn profiles(style: Style) -> Result<String, ConfigError> {
    let all = Plan::profiles()?;
    let width = all.iter().map(|p| p.name.len()).max().unwrap_or_default();
    Ok(all
        .iter()
        .map(|p| {
            format!(
                "{}  {}\n",
                style.bold(&format!("{:<width$}", p.name)),
                p.summary
            )
        })
        .collect())
}

fn profiles_json() -> Result<Value, ConfigError> {
    let all = Plan::profiles()?;
    Ok(all
        .iter()
        .map(|p| json!({"name": p.name, "summary": p.summary, "slow": p.slow}))
        .collect())
}
