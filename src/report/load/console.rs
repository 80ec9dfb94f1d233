//! A load run on a terminal.

use std::fmt::Write as _;

use super::super::console::Style;
use super::super::escape::line;
use super::baseline::{changes, differs};
use crate::finding::Outcome;
use crate::load_run::{Capacity, LoadRun, RequestFigures, WorkloadInfo, WorkloadKind};

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
    let _ = writeln!(text, "{}", style.dim(&folded(&workload(run), 0, 0)));
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
        let _ = writeln!(text, "\n{}", style.dim(&folded(&line(note), 0, 0)));
    }
    text
}

/// Columns of a usual terminal.
const WIDTH: usize = 80;

/// Breaks a long text between words. So many columns are taken before it, and so many stay free in later lines.
fn folded(text: &str, taken: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut width = taken;
    for word in text.split(' ') {
        let length = word.chars().count();
        if out.is_empty() {
        } else if width + 1 + length > WIDTH {
            let _ = write!(out, "\n{:indent$}", "");
            width = indent;
        } else {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out
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
        WorkloadInfo { users, .. } => {
            let users = users.unwrap_or_default();
            format!("closed: {users} user{}", if users == 1 { "" } else { "s" })
        }
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

/// Milliseconds in three digits or so; what was not measured is no number.
pub fn ms(value: Option<f64>) -> String {
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
            "  {} {} {} x {}",
            style.outcome(outcome, word),
            line(&incident.request),
            line(&incident.kind),
            incident.count,
        );
        let told = format!(
            "sent from {} to {}: {}",
            moment(incident.first_at_ms),
            moment(incident.last_at_ms),
            line(&incident.example)
        );
        let example = folded(&told, 8, 8);
        let _ = writeln!(text, "        {}", style.dim(&example));
    }
}

/// A moment of the load, in seconds of the measured time.
pub(in crate::report) fn moment(at_ms: i64) -> String {
    let seconds = at_ms as f64 / 1e3;
    // Less would be shown as 0.
    match at_ms <= -50 {
        true => format!("{seconds:.1} s (not measured)"),
        false => format!("{:.1} s", seconds.max(0.0)),
    }
}

fn races(text: &mut String, run: &LoadRun, style: Style) {
    if run.races.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", style.bold("Races"));
    for race in &run.races {
        let (outcome, word) = match race.ok {
            Some(true) => (Outcome::Pass, "ok   "),
            Some(false) => (Outcome::Fail, "wrong"),
            None => (Outcome::Error, "unjudged"),
        };
        let told = format!(
            "{} {} uses of one {} at once: {}",
            line(&race.requirement),
            race.parallel,
            line(&race.of.replace('_', " ")),
            line(&race.actual)
        );
        let told = folded(&told, word.len() + 3, 8);
        let word = style.outcome(outcome, word);
        let _ = writeln!(text, "  {word} {told}");
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
        let told = format!(
            "{:>8} per second  p50 {:>6}  p99 {:>6} ms  {}",
            step.rate,
            ms(step.p50),
            ms(step.p99),
            line(step.why.as_deref().unwrap_or_default())
        );
        let word = style.outcome(outcome, if step.ok { "held " } else { "broke" });
        let _ = writeln!(text, "  {word} {}", told.trim_end());
    }
    let told = folded(&capacity_told(capacity, "above"), 2, 2);
    let _ = writeln!(text, "  {told}");
}

/// What the search came to; its figures stand `there`.
pub(in crate::report) fn capacity_told(capacity: &Capacity, there: &str) -> String {
    match (capacity.held, capacity.broke) {
        (Some(held), Some(broke)) => format!(
            "The highest rate that held is {held} starts of the flow per second; {broke} did not. The figures {there} are those of {held}."
        ),
        (Some(held), None) => format!(
            "{held} starts of the flow per second held, and the search ended before any rate broke. The figures {there} are those of {held}."
        ),
        (None, _) => {
            format!("No rate held. The figures {there} are those of the last one that was tried.")
        }
    }
}

fn pace(text: &mut String, run: &LoadRun, style: Style) {
    if run.kept_pace == Some(false) {
        let head = "pace not kept:";
        let told = format!(
            "{} arrivals that were due had not been sent one second after the end: the rate was not reached, and \
             thresholds are not judged. More connections (and refresh tokens, where a flow begins with them), a faster \
             machine or a lower rate may help.",
            run.unsent
        );
        said(text, head, &told, style);
    }
    if let Some(reason) = &run.stopped {
        said(text, "stopped early:", &line(reason), style);
    }
}

/// What kept the load from being what was asked for.
fn said(text: &mut String, head: &str, told: &str, style: Style) {
    let told = folded(told, head.len() + 1, 0);
    let head = style.outcome(Outcome::Error, head);
    let _ = writeln!(text, "\n{head} {told}");
}
