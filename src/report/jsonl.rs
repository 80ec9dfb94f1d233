//! `run.jsonl`: the journal of a run, one line per finished scenario, so that a killed run loses nothing finished.
//!
//! The first line is `{"run": {…}}`, the run without scenarios and exchanges; then come `{"exchange": {…}}` and
//! `{"scenario": {…}}` in any order, an exchange before the first scenario that points to it; the last line is
//! `{"end": {…}}` unless the run was killed. A failure that is yet to be confirmed has a line already, and another one
//! once it is finished: the later line counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::escape;
use super::json::{check_version, not_a_run};
use crate::error::ConfigError;
use crate::run::{
    Exchange, ProviderInfo, Role, Run, SCHEMA_VERSION, ScenarioResult, StaleKnown, Tool, Totals,
};

/// One line of the journal when it is written.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Written<'a> {
    Run(Header),
    Exchange(&'a Exchange),
    Scenario(&'a ScenarioResult),
    End(End),
}

/// One line of the journal when it is read.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Run(Header),
    Exchange(Box<Exchange>),
    Scenario(Box<ScenarioResult>),
    End(End),
}

/// What is known when a run begins.
#[derive(Serialize, Deserialize)]
struct Header {
    schema_version: u32,
    tool: Tool,
    role: Role,
    provider: ProviderInfo,
    started: String,
    profile: String,
    /// The ids of all scenarios that were to run, in the order of the features.
    scenarios: Vec<String>,
}

/// What is known when it ends.
#[derive(Serialize, Deserialize)]
struct End {
    duration_ms: u64,
    interrupted: bool,
    stale_known: Vec<StaleKnown>,
}

/// The first line, without a line feed. What `run` has under `unfinished` is what is to run.
pub fn header_line(run: &Run) -> String {
    let ended = run.scenarios.iter().map(|scenario| &scenario.id);
    write(&Written::Run(Header {
        schema_version: run.schema_version,
        tool: run.tool.clone(),
        role: run.role,
        provider: run.provider.clone(),
        started: run.started.clone(),
        profile: run.profile.clone(),
        scenarios: ended.chain(&run.unfinished).cloned().collect(),
    }))
}

/// The line of an exchange, without a line feed.
pub fn exchange_line(exchange: &Exchange) -> String {
    write(&Written::Exchange(exchange))
}

/// The line of a finished scenario, without a line feed.
pub fn scenario_line(scenario: &ScenarioResult) -> String {
    write(&Written::Scenario(scenario))
}

/// The last line, without a line feed.
pub fn end_line(run: &Run) -> String {
    write(&Written::End(End {
        duration_ms: run.duration_ms,
        interrupted: run.interrupted,
        stale_known: run.stale_known.clone(),
    }))
}

fn write(line: &Written<'_>) -> String {
    let line = serde_json::to_string(line).expect("the results model is JSON with string keys");
    escape::json(&line)
}

/// Whether the text begins as a journal does.
pub(super) fn is_journal(text: &str) -> bool {
    text.trim_start().starts_with("{\"run\":")
}

/// Rebuilds a run. A torn last line is left out; without an end the run counts as interrupted.
///
/// A scenario or an exchange that stands there twice counts as the later line has it.
pub(super) fn read(file: &str, text: &str) -> Result<Run, ConfigError> {
    let mut header = None;
    let mut end = None;
    let mut exchanges = BTreeMap::new();
    let mut scenarios: BTreeMap<String, (usize, ScenarioResult)> = BTreeMap::new();
    let lines: Vec<&str> = text.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let line = match serde_json::from_str(line) {
            Ok(line) => line,
            // Only the last line can be torn, and a whole one ends with a line feed.
            Err(_) if i + 1 == lines.len() && header.is_some() && !text.ends_with('\n') => break,
            Err(error) => return Err(ConfigError::line(file, i + 1, not_a_run(&error))),
        };
        match line {
            Line::Run(run) => {
                check_version(file, run.schema_version)?;
                header = Some(run);
            }
            Line::Exchange(exchange) => {
                exchanges.insert(exchange.id, *exchange);
            }
            Line::Scenario(scenario) => {
                scenarios.insert(scenario.id.clone(), (i, *scenario));
            }
            Line::End(line) => end = Some(line),
        }
    }
    let header = header
        .ok_or_else(|| ConfigError::line(file, 1, "is no saved run: the first line is torn"))?;
    // Scenarios end in any order; a person looks for them where the features have them.
    let mut unfinished = Vec::new();
    let mut ended = Vec::new();
    for id in header.scenarios {
        match scenarios.remove(&id) {
            Some((_, scenario)) => ended.push(scenario),
            None => unfinished.push(id),
        }
    }
    let mut unexpected: Vec<(usize, ScenarioResult)> = scenarios.into_values().collect();
    unexpected.sort_by_key(|(line, _)| *line);
    ended.extend(unexpected.into_iter().map(|(_, scenario)| scenario));
    let exchanges: Vec<Exchange> = exchanges.into_values().collect();
    let last_sign = exchanges
        .iter()
        .map(|e| e.started_ms + e.duration_ms.ceil() as u64)
        .max();
    let end = end.unwrap_or(End {
        duration_ms: last_sign.unwrap_or(0),
        interrupted: true,
        stale_known: Vec::new(),
    });
    let mut run = Run {
        schema_version: SCHEMA_VERSION,
        tool: header.tool,
        role: header.role,
        provider: header.provider,
        started: header.started,
        duration_ms: end.duration_ms,
        profile: header.profile,
        interrupted: end.interrupted,
        totals: Totals::default(),
        requirements: Totals::default(),
        unfinished,
        scenarios: ended,
        exchanges,
        stale_known: end.stale_known,
    };
    run.recount();
    Ok(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn journal(run: &Run) -> Vec<String> {
        let mut lines = vec![header_line(run)];
        lines.extend(run.exchanges.iter().rev().map(exchange_line));
        lines.extend(run.scenarios.iter().rev().map(scenario_line));
        lines.push(end_line(run));
        lines
    }

    #[test]
    fn a_whole_journal_gives_the_run() {
        let run = fixture::run();
        let text = journal(&run).join("\n") + "\n";
        assert!(is_journal(&text));
        assert_eq!(read("run.jsonl", &text), Ok(run));
    }

    #[test]
    fn a_killed_run_keeps_every_finished_scenario() {
        let run = fixture::run();
        let lines = journal(&run);
        let whole = lines[..lines.len() - 2].join("\n") + "\n";
        let torn = format!("{whole}{}", &lines[lines.len() - 2][..40]);
        for text in [whole, torn] {
            let read = read("run.jsonl", &text).expect("a journal");
            assert!(read.interrupted);
            // The last line but one was the first scenario of the features.
            assert_eq!(read.scenarios, run.scenarios[1..]);
            assert_eq!(read.unfinished, [run.scenarios[0].id.clone()]);
            assert_eq!(read.totals.sum(), run.totals.sum() - 1);
            assert_eq!(read.duration_ms, 133);
        }
    }

    #[test]
    fn the_later_line_counts() {
        let run = fixture::run();
        let mut again = run.scenarios[0].clone();
        again.duration_ms = 99;
        let text = [
            header_line(&run),
            scenario_line(&run.scenarios[0]),
            scenario_line(&again),
        ];
        let read = read("run.jsonl", &text.join("\n")).expect("a journal");
        assert_eq!(read.scenarios, [again]);
    }

    #[test]
    fn a_spoiled_journal_is_refused_with_its_line() {
        let run = fixture::run();
        let lines = journal(&run);
        for (text, says) in [
            (
                "{\"run\": {".to_owned(),
                "run.jsonl:1: is no saved run: EOF",
            ),
            (
                format!("{}\n{{\"exch\n{}\n", lines[0], lines[1]),
                "run.jsonl:2: is no saved run",
            ),
            (
                format!("{}\n{{\"judge\": 1}}\n", lines[0]),
                "run.jsonl:2: is no saved run: unknown variant",
            ),
            (
                lines[0].replace("\"schema_version\":1", "\"schema_version\":9"),
                "schema version 9",
            ),
            (lines[1].clone(), "the first line is torn"),
        ] {
            let error = read("run.jsonl", &text)
                .expect_err("must be refused")
                .to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
