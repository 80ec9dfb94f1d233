//! A load run on a terminal.

use std::fmt::Write as _;

use super::super::console::Style;
use super::super::escape::line;
use super::baseline::{changes, differs};
use crate::finding::Outcome;
use crate::load_run::{LoadRun, RequestFigures, Second, WorkloadInfo, WorkloadKind};

/// Columns of the table.
const HEAD: [&str; 9] = [
    "request", "count", "errors", "per s", "p50", "p95", "p99", "p99.9", "max",
];

/// The whole result.
pub fn console(run: &LoadRun, style: Style) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}  {}",
        style.bold(&line(&run.scenario.name)),
        line(&run.provider.name)
    );
    let _ = writeln!(text, "{}", style.dim(&workload(run)));
    text.push('\n');
    table(&mut text, run, style);
    flows(&mut text, run);
    errors(&mut text, run, style);
    races(&mut text, run, style);
    thresholds(&mut text, run, style);
    pace(&mut text, run, style);
    capacity(&mut text, run, style);
    let _ = writeln!(text, "\n{}", {
        let (outcome, verdict) = super::verdict(run);
        style.outcome(outcome, &verdict)
    });
    for note in &run.notes {
        let _ = writeln!(text, "\n{}", style.dim(&line(note)));
    }
    text
}

/// One line while the load is made.
pub fn progress(at: f64, last: Option<&Second>, requests: u64, in_flight: u64) -> String {
    let phase = if at < 0.0 { "warm-up" } else { "measuring" };
    let Some(last) = last else {
        return format!("{phase} {:>4.0} s  {in_flight} under way", at.abs());
    };
    format!(
        "{phase} {:>4.0} s  {} per second  p50 {} p95 {} p99 {} ms  {} errors  {requests} requests  {in_flight} under way",
        at.abs(),
        last.requests,
        ms(last.p50),
        ms(last.p95),
        ms(last.p99),
        last.errors,
    )
}

/// Against an earlier run.
pub fn comparison(run: &LoadRun, earlier: &LoadRun, style: Style) -> String {
    let mut text = format!("\n{}\n", style.bold("Against the baseline"));
    if let Some(why) = differs(run, earlier) {
        let _ = writeln!(text, "  {}", style.outcome(Outcome::Warn, &line(&why)));
    }
    for change in changes(run, earlier) {
        let _ = writeln!(
            text,
            "  {:<20} {:<7} {:>12} -> {:>12}  x {}",
            line(&change.name),
            change.figure,
            change.before,
            change.now,
            change.ratio
        );
    }
    text
}

/// How the load was made, in words.
pub(in crate::report) fn workload(run: &LoadRun) -> String {
    let seconds = |ms: u64| format!("{} s", ms as f64 / 1e3);
    let kind = match &run.workload {
        WorkloadInfo {
            kind: WorkloadKind::Open,
            rate,
            rate_from,
            connections,
            ..
        } => {
            let rate = rate.unwrap_or_default();
            let rate = match rate_from {
                Some(from) => format!("{from} to {rate}"),
                None => rate.to_string(),
            };
            let connections = connections.unwrap_or_default();
            format!("open: {rate} starts per second, at most {connections} connections")
        }
        WorkloadInfo { users, .. } => format!("closed: {} users", users.unwrap_or_default()),
    };
    format!(
        "{kind}, measured for {} after {} of warm-up",
        seconds(run.duration_ms),
        seconds(run.workload.warmup_ms)
    )
}

fn table(text: &mut String, run: &LoadRun, style: Style) {
    let mut rows: Vec<[String; 9]> = vec![HEAD.map(str::to_owned)];
    rows.extend(run.requests.iter().map(row));
    if run.requests.len() != 1 {
        rows.push(row(&run.all));
    }
    let widths: Vec<usize> = (0..HEAD.len())
        .map(|column| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        })
        .collect();
    for (index, row) in rows.iter().enumerate() {
        let mut out = format!("  {:<width$}", row[0], width = widths[0]);
        for (cell, width) in row.iter().zip(&widths).skip(1) {
            let _ = write!(out, "  {cell:>width$}");
        }
        let out = if index == 0 { style.dim(&out) } else { out };
        let _ = writeln!(text, "{out}");
    }
    let _ = writeln!(
        text,
        "{}",
        style.dim(match run.workload.kind {
            WorkloadKind::Open =>
                "  times in ms, to the last byte, from the moment when the request was due",
            WorkloadKind::Closed => "  times in ms, to the last byte, from the moment of sending",
        })
    );
}

fn row(figures: &RequestFigures) -> [String; 9] {
    let latency = &figures.latency_ms;
    [
        line(&figures.name),
        figures.count.to_string(),
        figures.failed().to_string(),
        format!("{:.1}", figures.rate_per_s),
        ms(latency.p50),
        ms(latency.p95),
        ms(latency.p99),
        ms(latency.p999),
        ms(latency.max),
    ]
}

/// Three digits or so; what was not measured is no number.
pub(in crate::report) fn ms(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value < 10.0 => format!("{value:.2}"),
        Some(value) if value < 100.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.0}"),
    }
}

fn flows(text: &mut String, run: &LoadRun) {
    let flows = run.flows;
    let seconds = run.duration_ms as f64 / 1e3;
    let _ = writeln!(
        text,
        "\n  passes of the flow: {} begun ({:.1} per second), {} right, {} failed",
        flows.started,
        if seconds > 0.0 {
            flows.started as f64 / seconds
        } else {
            0.0
        },
        flows.completed,
        flows.failed
    );
}

fn errors(text: &mut String, run: &LoadRun, style: Style) {
    if run.incidents.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", style.bold("What went wrong"));
    for incident in &run.incidents {
        let outcome = if incident.wrong {
            Outcome::Fail
        } else {
            Outcome::Warn
        };
        let word = if incident.wrong { "wrong" } else { "error" };
        let _ = writeln!(
            text,
            "  {} {} {} x {}, from {:.1} s to {:.1} s",
            style.outcome(outcome, word),
            line(&incident.request),
            line(&incident.kind),
            incident.count,
            incident.first_at_ms as f64 / 1e3,
            incident.last_at_ms as f64 / 1e3,
        );
        let _ = writeln!(text, "        {}", style.dim(&line(&incident.example)));
    }
}

fn races(text: &mut String, run: &LoadRun, style: Style) {
    if run.races.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", style.bold("Races"));
    for race in &run.races {
        let outcome = if race.ok {
            Outcome::Pass
        } else {
            Outcome::Fail
        };
        let _ = writeln!(
            text,
            "  {} {} {} uses of one {}, {} times: {}",
            style.outcome(outcome, if race.ok { "ok   " } else { "wrong" }),
            line(&race.requirement),
            race.parallel,
            line(&race.of.replace('_', " ")),
            race.rounds,
            line(&race.actual)
        );
    }
}

fn thresholds(text: &mut String, run: &LoadRun, style: Style) {
    if run.thresholds.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", style.bold("Thresholds"));
    for rule in &run.thresholds {
        let (outcome, word) = match rule.ok {
            Some(true) => (Outcome::Pass, "ok    "),
            Some(false) => (Outcome::Fail, "failed"),
            None => (Outcome::Skip, "unjudged"),
        };
        let _ = writeln!(
            text,
            "  {} {}: {}",
            style.outcome(outcome, word),
            line(&rule.rule),
            line(&rule.observed)
        );
    }
}

fn capacity(text: &mut String, run: &LoadRun, style: Style) {
    let Some(capacity) = &run.capacity else {
        return;
    };
    let _ = writeln!(text, "\n{}", style.bold("Capacity"));
    for step in &capacity.steps {
        let outcome = if step.ok {
            Outcome::Pass
        } else {
            Outcome::Fail
        };
        let _ = writeln!(
            text,
            "  {} {:>8} per second  p50 {} p99 {} ms  {}",
            style.outcome(outcome, if step.ok { "held " } else { "broke" }),
            step.rate,
            ms(step.p50),
            ms(step.p99),
            line(step.why.as_deref().unwrap_or_default())
        );
    }
    let _ = match (capacity.held, capacity.broke) {
        (Some(held), Some(broke)) => writeln!(
            text,
            "  The highest rate that held is {held} starts per second; {broke} did not. The figures above are those of {held}."
        ),
        (Some(held), None) => writeln!(
            text,
            "  {held} starts per second held, and the search ended before any rate broke."
        ),
        (None, _) => writeln!(text, "  No rate held."),
    };
}

fn pace(text: &mut String, run: &LoadRun, style: Style) {
    if run.kept_pace == Some(false) {
        let _ = writeln!(
            text,
            "\n{} {} arrivals that were due had not been sent one second after the end: the rate was not reached, and \
             thresholds are not judged. More connections, a faster machine or a lower rate may help.",
            style.outcome(Outcome::Error, "pace not kept:"),
            run.unsent
        );
    }
    if let Some(reason) = &run.stopped {
        let _ = writeln!(
            text,
            "\n{} {}",
            style.outcome(Outcome::Error, "stopped early:"),
            line(reason)
        );
    }
}
