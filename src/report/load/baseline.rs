//! A load run against an earlier one.

use super::console::ms;
use crate::load_run::{LoadRun, RequestFigures};

/// A figure then and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The request name.
    pub name: String,
    /// Which figure.
    pub figure: &'static str,
    /// Then, with its unit.
    pub before: String,
    /// Now, with its unit.
    pub now: String,
    /// Now over then; a dash where there is nothing to divide.
    pub ratio: String,
}

/// What changed from `earlier` to `run`, request by request. A request that only one of them made is not compared.
pub fn changes(run: &LoadRun, earlier: &LoadRun) -> Vec<Change> {
    let mut changes = Vec::new();
    for now in run.requests.iter().chain([&run.all]) {
        let found = earlier.requests.iter().chain([&earlier.all]);
        let Some(before) = found.into_iter().find(|figures| figures.name == now.name) else {
            continue;
        };
        changes.extend(of_request(now, before));
    }
    changes
}

/// Whether both runs can be compared at all; the sentence says why not.
pub fn differs(run: &LoadRun, earlier: &LoadRun) -> Option<String> {
    if run.scenario.flow != earlier.scenario.flow {
        return Some(format!(
            "the baseline is of another flow ({})",
            earlier.scenario.flow.join(", ")
        ));
    }
    (run.workload != earlier.workload)
        .then(|| "the baseline was measured under another workload".to_owned())
}

fn of_request(now: &RequestFigures, before: &RequestFigures) -> [Change; 4] {
    let time = |figure, now_ms: Option<f64>, before_ms: Option<f64>| Change {
        name: now.name.clone(),
        figure,
        before: format!("{} ms", ms(before_ms)),
        now: format!("{} ms", ms(now_ms)),
        ratio: ratio(now_ms, before_ms),
    };
    [
        Change {
            name: now.name.clone(),
            figure: "per s",
            before: format!("{:.1}", before.rate_per_s),
            now: format!("{:.1}", now.rate_per_s),
            ratio: ratio(Some(now.rate_per_s), Some(before.rate_per_s)),
        },
        time("p50", now.latency_ms.p50, before.latency_ms.p50),
        time("p99", now.latency_ms.p99, before.latency_ms.p99),
        Change {
            name: now.name.clone(),
            figure: "errors",
            before: before.failed().to_string(),
            now: now.failed().to_string(),
            ratio: "-".to_owned(),
        },
    ]
}

fn ratio(now: Option<f64>, before: Option<f64>) -> String {
    match (now, before) {
        (Some(now), Some(before)) if before > 0.0 => format!("{:.2}", now / before),
        _ => "-".to_owned(),
    }
}
