//! What the page of a load run shows.

use serde::Serialize;

use super::super::escape::line;
use super::super::load::baseline::{self, differs};
use super::super::load::console::{capacity_told, moment, ms, workload};
use super::super::load::verdict;
use super::super::time::moment as when;
use super::chart::{Axis, Chart, Data, chart, nines};
use crate::load_run::{Incident, LoadRun, RequestFigures, Second};

/// More errors than anyone reads.
const INCIDENTS_LIMIT: usize = 100;

#[derive(Debug, Serialize)]
pub(super) struct View {
    title: String,
    tool: String,
    scenario: String,
    summary: String,
    flow: String,
    provider: String,
    issuer: String,
    started: String,
    workload: String,
    verdict: String,
    outcome: &'static str,
    stopped: Option<String>,
    unsent: Option<u64>,
    /// When errors began, and which.
    began: Option<String>,
    times: &'static str,
    is_open: bool,
    rows: Vec<Row>,
    flows: String,
    thresholds: Vec<Rule>,
    races: Vec<Race>,
    incidents: Vec<Wrong>,
    more_incidents: usize,
    charts: Vec<Chart>,
    capacity: Vec<Step>,
    capacity_told: Option<String>,
    baseline: Vec<Change>,
    baseline_differs: Option<String>,
    phases: Vec<String>,
    system: Vec<(String, String)>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    count: u64,
    failed: u64,
    rate: String,
    times: Vec<String>,
    service: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Rule {
    outcome: &'static str,
    word: &'static str,
    rule: String,
    observed: String,
}

#[derive(Debug, Serialize)]
struct Race {
    outcome: &'static str,
    word: &'static str,
    requirement: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Wrong {
    outcome: &'static str,
    word: &'static str,
    request: String,
    kind: String,
    count: u64,
    first: String,
    last: String,
    example: String,
}

#[derive(Debug, Serialize)]
struct Step {
    outcome: &'static str,
    word: &'static str,
    rate: String,
    p50: String,
    p99: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct Change {
    name: String,
    figure: &'static str,
    before: String,
    now: String,
    ratio: String,
}

/// The whole page.
pub(super) fn load(run: &LoadRun, baseline: Option<&LoadRun>) -> View {
    let (outcome, verdict) = verdict(run);
    View {
        title: format!("{}: {}", line(&run.scenario.name), line(&run.provider.name)),
        tool: format!("{} {}", line(&run.tool.name), line(&run.tool.version)),
        scenario: line(&run.scenario.name),
        summary: line(&run.scenario.summary),
        flow: line(&run.scenario.flow.join(" → ")),
        provider: line(&run.provider.name),
        issuer: line(&run.provider.issuer),
        started: line(&when(&run.started)),
        workload: workload(run),
        verdict,
        outcome: outcome.as_str(),
        stopped: run.stopped.as_deref().map(line),
        unsent: (run.kept_pace == Some(false)).then_some(run.unsent),
        began: began(run).map(|incident| {
            format!(
                "Errors began with {} of {}, sent at {}.",
                line(&incident.kind),
                line(&incident.request),
                moment(incident.first_at_ms)
            )
        }),
        times: match run.kept_pace {
            Some(_) => {
                "Milliseconds to the last byte. Latency counts from the moment when the request was due, service time from the moment when it was sent."
            }
            None => "Milliseconds to the last byte, from the moment of sending.",
        },
        is_open: run.kept_pace.is_some(),
        rows: run
            .requests
            .iter()
            .chain((run.requests.len() != 1).then_some(&run.all))
            .map(|figures| row(figures, run.kept_pace.is_some()))
            .collect(),
        flows: format!(
            "{} passes of the flow begun, {} right, {} failed",
            run.flows.started, run.flows.completed, run.flows.failed
        ),
        thresholds: run
            .thresholds
            .iter()
            .map(|rule| {
                let (outcome, word) = match rule.ok {
                    Some(true) => ("pass", "held"),
                    Some(false) => ("fail", "failed"),
                    None => ("skip", "not judged"),
                };
                Rule {
                    outcome,
                    word,
                    rule: line(&rule.rule),
                    observed: line(&rule.observed),
                }
            })
            .collect(),
        races: run
            .races
            .iter()
            .map(|race| {
                let (outcome, word) = match race.ok {
                    Some(true) => ("pass", "ok"),
                    Some(false) => ("fail", "wrong"),
                    None => ("error", "not judged"),
                };
                Race {
                    outcome,
                    word,
                    requirement: line(&race.requirement),
                    text: format!(
                        "{} uses of one {} at once: {}",
                        race.parallel,
                        line(&race.of.replace('_', " ")),
                        line(&race.actual)
                    ),
                }
            })
            .collect(),
        incidents: run
            .incidents
            .iter()
            .take(INCIDENTS_LIMIT)
            .map(|incident| Wrong {
                outcome: if incident.wrong { "fail" } else { "warn" },
                word: if incident.wrong { "wrong" } else { "error" },
                request: line(&incident.request),
                kind: line(&incident.kind),
                count: incident.count,
                first: moment(incident.first_at_ms),
                last: moment(incident.last_at_ms),
                example: line(&incident.example),
            })
            .collect(),
        more_incidents: run.incidents.len().saturating_sub(INCIDENTS_LIMIT),
        charts: charts(run),
        capacity: run
            .capacity
            .iter()
            .flat_map(|capacity| &capacity.steps)
            .map(|step| Step {
                outcome: if step.ok { "pass" } else { "fail" },
                word: if step.ok { "held" } else { "broke" },
                rate: step.rate.to_string(),
                p50: ms(step.p50),
                p99: ms(step.p99),
                why: line(step.why.as_deref().unwrap_or_default()),
            })
            .collect(),
        capacity_told: run
            .capacity
            .as_ref()
            .map(|capacity| capacity_told(capacity, "of this page")),
        baseline_differs: baseline
            .and_then(|earlier| differs(run, earlier))
            .map(|why| line(&why)),
        baseline: baseline
            .map(|earlier| changes(run, earlier))
            .unwrap_or_default(),
        phases: [("Setup", &run.setup), ("Teardown", &run.teardown)]
            .into_iter()
            .filter_map(|(name, phase)| {
                let phase = phase.as_ref()?;
                Some(format!(
                    "{name}: {}, {} done, {} failed, {:.1} s",
                    line(&phase.summary),
                    phase.done,
                    phase.failed,
                    phase.duration_ms as f64 / 1e3
                ))
            })
            .collect(),
        system: run
            .system
            .iter()
            .map(|(name, value)| (line(name), line(&listed(value))))
            .collect(),
        notes: run.notes.iter().map(|note| line(note)).collect(),
    }
}

/// What went wrong first.
fn began(run: &LoadRun) -> Option<&Incident> {
    run.incidents
        .iter()
        .min_by_key(|incident| incident.first_at_ms)
}

/// A list of texts without the marks of JSON; anything else as it is.
fn listed(value: &str) -> String {
    serde_json::from_str::<Vec<String>>(value)
        .map_or_else(|_| value.to_owned(), |all| all.join(", "))
}

fn row(figures: &RequestFigures, open: bool) -> Row {
    let cells = |p: &crate::load_run::Percentiles| {
        [p.p50, p.p90, p.p95, p.p99, p.p999, p.max].map(ms).to_vec()
    };
    Row {
        name: line(&figures.name),
        count: figures.count,
        failed: figures.failed(),
        rate: format!("{:.1}", figures.rate_per_s),
        times: cells(&figures.latency_ms),
        service: if open {
            cells(&figures.service_ms)
        } else {
            Vec::new()
        },
    }
}

fn charts(run: &LoadRun) -> Vec<Chart> {
    let over_time = |value: fn(&Second) -> Option<f64>, name: &str, class| Data {
        name: name.to_owned(),
        class,
        points: run
            .series
            .iter()
            .map(|second| (second.at_ms as f64 / 1e3, value(second)))
            .collect(),
    };
    let end = run.duration_ms as f64 / 1e3;
    let mut marks = Vec::new();
    if run
        .series
        .last()
        .is_some_and(|second| second.at_ms > run.duration_ms)
    {
        marks.push((end, "end of the measured time"));
    }
    if let Some(incident) = began(run) {
        marks.push(((incident.first_at_ms as f64 / 1e3).max(0.0), "errors begin"));
    }
    let mut rate = vec![over_time(|s| per_second(s, s.requests), "requests", "c1")];
    if run.kept_pace.is_some() {
        let mut due = over_time(|s| per_second(s, s.due), "passes due", "c2");
        // Nothing is due any more.
        due.points.retain(|(at, _)| *at <= end);
        rate.push(due);
    }
    let latency = vec![
        over_time(|s| s.p50, "p50", "c1"),
        over_time(|s| s.p95, "p95", "c2"),
        over_time(|s| s.p99, "p99", "c3"),
    ];
    let errors = vec![over_time(|s| per_second(s, s.errors), "errors", "c4")];
    let classes = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"];
    let distribution = run
        .requests
        .iter()
        .zip(classes.into_iter().cycle())
        .map(|(figures, class)| Data {
            name: line(&figures.name),
            class,
            points: figures
                .distribution
                .iter()
                .filter(|(percent, _)| *percent < 100.0)
                .map(|(percent, ms)| (nines(*percent), Some(*ms)))
                .collect(),
        })
        .collect();
    [
        chart("Requests", "per second", Axis::Time, rate, &marks),
        chart("Latency over time", "ms", Axis::Time, latency, &marks),
        chart("Latency distribution", "ms", Axis::Nines, distribution, &[]),
        run.series
            .iter()
            .any(|second| second.errors > 0)
            .then(|| {
                chart(
                    "Errors",
                    "per second, when they were noticed",
                    Axis::Time,
                    errors,
                    &marks,
                )
            })
            .flatten(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How many there would have been in a whole second: the last one may be a part of one. None for a part so small that
/// it tells nothing.
fn per_second(second: &Second, count: u64) -> Option<f64> {
    let length = match second.at_ms % 1000 {
        0 => 1000,
        part => part,
    };
    (length >= 100).then(|| count as f64 * 1000.0 / length as f64)
}

fn changes(run: &LoadRun, earlier: &LoadRun) -> Vec<Change> {
    baseline::changes(run, earlier)
        .into_iter()
        .map(|change| Change {
            name: line(&change.name),
            figure: change.figure,
            before: change.before,
            now: change.now,
            ratio: change.ratio,
        })
        .collect()
}
