//! How a load stands, as a few lines for a terminal.

use console::measure_text_width;

use super::terminal::visible;
use crate::finding::Outcome;
use crate::load::scenario::Workload;
use crate::load::{Scenario, SearchStep, Snapshot, Standing};
use crate::load_run::ThresholdVerdict;
use crate::report::console::Style;
use crate::report::load::ms;

/// Cells of the bar that shows the time.
const BAR: usize = 24;
/// More rules than this are told as a number.
const RULES: usize = 4;
/// More kinds of error than this are told as a number.
const KINDS: usize = 6;

/// What does not change while the load is made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// Scenario and provider.
    title: String,
    /// Users, or starts per second.
    workload: String,
    /// Before the measured time, in seconds.
    warmup: f64,
    /// The measured time, in seconds; none where somebody else ends it.
    duration: Option<f64>,
}

impl Plan {
    /// What `scenario` does to `provider`.
    pub(super) fn new(scenario: &Scenario, provider: &str) -> Self {
        let (workload, ramp) = match scenario.workload {
            Workload::Open { rate, .. } => (format!("{rate} starts per second"), 0.0),
            Workload::Closed { users, ramp } => {
                let plural = if users == 1 { "" } else { "s" };
                (format!("{users} user{plural}"), ramp.as_secs_f64())
            }
        };
        Self {
            title: visible(&format!("{} · {provider}", scenario.name)),
            workload,
            warmup: scenario.warmup.as_secs_f64() + ramp,
            duration: Some(scenario.duration.as_secs_f64()),
        }
    }

    /// What a Locust master has done to `provider`.
    #[cfg(feature = "distributed")]
    pub(super) fn worker(provider: &str) -> Self {
        Self {
            title: visible(provider),
            workload: "worker of a Locust master".to_owned(),
            warmup: 0.0,
            duration: None,
        }
    }

    /// Where the load is in its time: the phase, the part that is over, and both in words.
    fn clock(&self, at: f64) -> (&'static str, Option<f64>, String) {
        if at < 0.0 {
            let over = (self.warmup + at).clamp(0.0, self.warmup);
            let told = format!("{over:.0} of {:.0} s, not measured", self.warmup);
            return ("warm-up", Some(part(over, self.warmup)), told);
        }
        let Some(whole) = self.duration else {
            return ("measuring", None, format!("{at:.0} s"));
        };
        let over = at.min(whole);
        let told = match at > whole + 0.5 {
            true => format!("{whole:.0} s, last answers"),
            false => format!("{over:.0} of {whole:.0} s"),
        };
        ("measuring", Some(part(over, whole)), told)
    }
}

fn part(over: f64, whole: f64) -> f64 {
    if whole > 0.0 { over / whole } else { 1.0 }
}

/// The title, and where the search is.
pub(super) fn head(plan: &Plan, search: Option<&SearchStep>, style: Style) -> Vec<String> {
    let workload = search.map_or_else(|| plan.workload.clone(), step);
    vec![format!("{} · {workload}", style.bold(&plan.title))]
}

/// Where the search for the highest rate is.
pub(super) fn step(step: &SearchStep) -> String {
    let mut text = format!("trying {} starts per second", step.rate);
    if let Some(held) = step.held {
        text = format!("{text}; {held} held");
    }
    if let Some(broke) = step.broke {
        text = format!("{text}; {broke} did not");
    }
    text
}

/// Clock, figures, errors and rules.
pub(super) fn body(plan: &Plan, now: &Snapshot, style: Style) -> Vec<String> {
    let (phase, part, told) = plan.clock(now.at);
    let bar = part.map_or(String::new(), |part| format!("{}  ", bar(part, style)));
    let mut lines = vec![format!(
        "{phase:<9}  {bar}{told}  {} under way",
        now.in_flight
    )];
    if now.at < 0.0 {
        return lines;
    }
    lines.push(match &now.last {
        Some(last) => format!(
            "last second: {} requests, {} failed, p50 {} p95 {} p99 {} ms",
            last.requests,
            last.errors,
            ms(last.p50),
            ms(last.p95),
            ms(last.p99)
        ),
        None => "last second: not over yet".to_owned(),
    });
    lines.push(String::new());
    lines.extend(table(&now.standings, style));
    if !now.errors.is_empty() {
        lines.push(String::new());
        lines.push(errors(now, style));
    }
    if !now.thresholds.is_empty() {
        lines.push(String::new());
        lines.extend(rules(&now.thresholds, style));
    }
    lines
}

/// One line that says it all, where nothing is drawn.
pub(super) fn line(plan: &Plan, now: &Snapshot) -> String {
    let (phase, _, told) = plan.clock(now.at);
    let mut text = format!("{} {phase} {told}", now.scenario);
    if let (Some(last), true) = (&now.last, now.at >= 0.0) {
        text = format!(
            "{text}: {} requests per second, p50 {} p95 {} p99 {} ms",
            last.requests,
            ms(last.p50),
            ms(last.p95),
            ms(last.p99)
        );
    }
    if !now.errors.is_empty() {
        text = format!("{text}; {}", kinds(now));
    }
    visible(&text)
}

fn bar(part: f64, style: Style) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the length of the bar"
    )]
    let done = (part.clamp(0.0, 1.0) * BAR as f64).round() as usize;
    let rest = style.dim(&"─".repeat(BAR - done));
    format!(
        "{}{rest}",
        style.outcome(Outcome::Review, &"━".repeat(done))
    )
}

fn table(standings: &[Standing], style: Style) -> Vec<String> {
    let rows: Vec<[String; 6]> = standings
        .iter()
        // One kind of request is all of them.
        .take(if standings.len() == 2 {
            1
        } else {
            standings.len()
        })
        .map(|row| {
            let [p50, p95, p99] = row.latency_ms.map(ms);
            let (count, failed) = (row.count.to_string(), row.failed.to_string());
            [row.name.to_owned(), count, failed, p50, p95, p99]
        })
        .collect();
    let head = ["", "requests", "failed", "p50 ms", "p95 ms", "p99 ms"].map(str::to_owned);
    let widths: [usize; 6] = std::array::from_fn(|column| {
        let cells = rows.iter().chain([&head]).map(|row| &row[column]);
        cells
            .map(|cell| measure_text_width(cell))
            .max()
            .unwrap_or(0)
    });
    let line = |row: &[String; 6], fails: bool| {
        let mut text = format!("{:<width$}", row[0], width = widths[0]);
        for (column, (cell, width)) in row.iter().zip(widths).enumerate().skip(1) {
            let cell = format!("{cell:>width$}");
            let cell = match fails && column == 2 {
                true => style.outcome(Outcome::Fail, &cell),
                false => cell,
            };
            text = format!("{text}  {cell}");
        }
        text
    };
    let mut lines = vec![style.dim(&line(&head, false))];
    lines.extend(rows.iter().map(|row| line(row, row[2] != "0")));
    lines
}

fn errors(now: &Snapshot, style: Style) -> String {
    let head = style.outcome(Outcome::Fail, "errors");
    format!("{head}  {}", visible(&kinds(now)))
}

/// Most often first.
fn kinds(now: &Snapshot) -> String {
    let mut all: Vec<_> = now.errors.iter().collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    let mut told: Vec<String> = all
        .iter()
        .take(KINDS)
        .map(|(kind, n)| format!("{kind} {n}"))
        .collect();
    if all.len() > KINDS {
        told.push(format!("{} more kinds", all.len() - KINDS));
    }
    told.join(", ")
}

fn rules(rules: &[ThresholdVerdict], style: Style) -> Vec<String> {
    // What fails is seen first.
    let mut all: Vec<_> = rules.iter().collect();
    all.sort_by_key(|rule| rule.ok != Some(false));
    let mut lines: Vec<String> = all
        .iter()
        .take(RULES)
        .map(|rule| {
            let (outcome, word) = match rule.ok {
                Some(true) => (Outcome::Pass, "holds"),
                Some(false) => (Outcome::Fail, "fails"),
                None => (Outcome::Skip, "-    "),
            };
            let told = rule
                .ok
                .map_or(String::new(), |_| format!(": {}", rule.observed));
            format!(
                "{}  {}{told}",
                style.outcome(outcome, word),
                visible(&rule.rule)
            )
        })
        .collect();
    if all.len() > RULES {
        lines.push(format!("{} more thresholds", all.len() - RULES));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::load_run::{FlowFigures, Second};

    const PLAIN: Style = Style { colour: false };

    fn plan() -> Plan {
        Plan::new(
            &Scenario::load("whole_life").unwrap(),
            "my \u{1b}[31m provider",
        )
    }

    fn snapshot(at: f64) -> Snapshot {
        let standing = |name| Standing {
            name,
            count: 1_234_567,
            failed: 12,
            latency_ms: [Some(1.234), Some(56.78), None],
        };
        Snapshot {
            scenario: "whole_life".to_owned(),
            at,
            last: Some(Second {
                requests: 1000,
                errors: 3,
                p50: Some(1.2),
                ..Second::default()
            }),
            requests: 1000,
            errors: (0..8u64)
                .map(|n| (format!("kind_{n}\u{1b}"), n + 1))
                .collect::<BTreeMap<_, _>>(),
            flows: FlowFigures::default(),
            in_flight: 7,
            standings: ["client_credentials", "introspect", "all"]
                .map(standing)
                .into(),
            thresholds: [Some(true), Some(false), None]
                .map(|ok| ThresholdVerdict {
                    name: "all".to_owned(),
                    rule: format!("p95<{}ms", if ok == Some(false) { 5 } else { 50 }),
                    ok,
                    observed: "56.780 ms".to_owned(),
                })
                .into(),
        }
    }

    #[test]
    fn the_clock_tells_the_phase() {
        let plan = plan();
        for (at, phase, part, told) in [
            (-7.0, "warm-up", 0.0, "0 of 7 s, not measured"),
            (-3.5, "warm-up", 0.5, "4 of 7 s, not measured"),
            (0.0, "measuring", 0.0, "0 of 30 s"),
            (15.0, "measuring", 0.5, "15 of 30 s"),
            (33.0, "measuring", 1.0, "30 s, last answers"),
        ] {
            assert_eq!(plan.clock(at), (phase, Some(part), told.to_owned()), "{at}");
        }
    }

    #[test]
    fn the_board_shows_figures_errors_and_what_fails_first() {
        let text = body(&plan(), &snapshot(15.0), PLAIN).join("\n");
        let expected = "\
measuring  ━━━━━━━━━━━━────────────  15 of 30 s  7 under way
last second: 1000 requests, 3 failed, p50 1.20 p95 - p99 - ms

                    requests  failed  p50 ms  p95 ms  p99 ms
client_credentials   1234567      12    1.23    56.8       -
introspect           1234567      12    1.23    56.8       -
all                  1234567      12    1.23    56.8       -

errors  kind_7\u{fffd} 8, kind_6\u{fffd} 7, kind_5\u{fffd} 6, kind_4\u{fffd} 5, kind_3\u{fffd} 4, kind_2\u{fffd} 3, 2 more kinds

fails  p95<5ms: 56.780 ms
holds  p95<50ms: 56.780 ms
-      p95<50ms";
        assert_eq!(text, expected);
        // In the warm-up nothing is measured.
        assert_eq!(body(&plan(), &snapshot(-1.0), PLAIN).len(), 1);
    }

    #[test]
    fn nothing_that_a_provider_says_steers_the_terminal() {
        let (plan, now) = (plan(), snapshot(15.0));
        let lines = [
            head(&plan, None, PLAIN),
            body(&plan, &now, PLAIN),
            vec![line(&plan, &now)],
        ];
        for line in lines.iter().flatten() {
            assert!(!line.contains('\u{1b}'), "{line:?}");
        }
    }

    #[test]
    fn the_search_says_what_it_knows() {
        let at = |held, broke| {
            step(&SearchStep {
                rate: 15.0,
                held,
                broke,
            })
        };
        assert_eq!(at(None, None), "trying 15 starts per second");
        assert_eq!(
            at(Some(10.0), Some(20.0)),
            "trying 15 starts per second; 10 held; 20 did not"
        );
    }
}
