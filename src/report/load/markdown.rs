//! A load run as Markdown, for job summaries and pull requests.

use std::fmt::Write as _;

use super::super::escape::{code, markdown};
use super::baseline::{changes, differs};
use super::console::{moment, ms, workload};
use super::verdict;
use crate::load_run::{LoadRun, RequestFigures};

/// The file.
pub(super) fn render(run: &LoadRun, baseline: Option<&LoadRun>) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "# {}: {}\n\n**{}.** {}.\n",
        markdown(&run.scenario.name),
        markdown(&run.provider.name),
        markdown(&verdict(run).1),
        markdown(&workload(run))
    );
    text.push_str("| request | count | errors | per s | p50 | p95 | p99 | p99.9 | max |\n");
    text.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for figures in run
        .requests
        .iter()
        .chain((run.requests.len() != 1).then_some(&run.all))
    {
        row(&mut text, figures);
    }
    text.push_str("\nTimes in milliseconds, to the last byte.\n");
    if !run.thresholds.is_empty() {
        text.push_str("\n| threshold | observed | |\n|---|---|---|\n");
        for rule in &run.thresholds {
            let word = match rule.ok {
                Some(true) => "held",
                Some(false) => "**failed**",
                None => "not judged",
            };
            let (rule, observed) = (code(&rule.rule), markdown(&rule.observed));
            let _ = writeln!(text, "| {rule} | {observed} | {word} |");
        }
    }
    if !run.incidents.is_empty() {
        text.push_str("\n| what went wrong | count | first sent | |\n|---|--:|--:|---|\n");
        for incident in &run.incidents {
            let _ = writeln!(
                text,
                "| {} {}{} | {} | {} | {} |",
                markdown(&incident.request),
                markdown(&incident.kind),
                if incident.wrong { " (wrong)" } else { "" },
                incident.count,
                moment(incident.first_at_ms),
                markdown(&incident.example)
            );
        }
    }
    for race in &run.races {
        let _ = writeln!(
            text,
            "\n{} {}: {}.",
            match race.ok {
                Some(true) => "",
                Some(false) => "**wrong**",
                None => "**not judged**",
            },
            markdown(&race.requirement),
            markdown(&race.actual)
        );
    }
    if let Some(earlier) = baseline {
        against(&mut text, run, earlier);
    }
    for note in &run.notes {
        let _ = writeln!(text, "\n> {}", markdown(note));
    }
    text
}

fn against(text: &mut String, run: &LoadRun, earlier: &LoadRun) {
    text.push_str("\n## Against the baseline\n");
    if let Some(why) = differs(run, earlier) {
        let _ = writeln!(text, "\n{}.", markdown(&why));
    }
    text.push_str("\n| request | figure | before | now | now / before |\n|---|---|--:|--:|--:|\n");
    for change in changes(run, earlier) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            markdown(&change.name),
            change.figure,
            change.before,
            change.now,
            change.ratio
        );
    }
}

fn row(text: &mut String, figures: &RequestFigures) {
    let latency = &figures.latency_ms;
    let _ = writeln!(
        text,
        "| {} | {} | {} | {:.1} | {} | {} | {} | {} | {} |",
        markdown(&figures.name),
        figures.count,
        figures.failed(),
        figures.rate_per_s,
        ms(latency.p50),
        ms(latency.p95),
        ms(latency.p99),
        ms(latency.p999),
        ms(latency.max)
    );
}
