//! The results model of a load run: everything that was measured, ready to be saved, compared and rendered.
//!
//! The serialized form (`load.json`) is a contract: see `reports/load.schema.json`. Nothing in it is estimated:
//! a figure that was not measured is absent or `null`.

use serde::{Deserialize, Serialize};

use crate::run::{ProviderInfo, Tool};

/// The version of the serialized form; it grows when a reader of the old form could misread the new one.
pub const LOAD_SCHEMA_VERSION: u32 = 1;

/// One load run against one provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadRun {
    /// [`LOAD_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// What wrote it.
    pub tool: Tool,
    /// Who was under load.
    pub provider: ProviderInfo,
    /// What was done to it.
    pub scenario: ScenarioInfo,
    /// How much of it.
    pub workload: WorkloadInfo,
    /// When the measured time began, RFC 3339 in UTC.
    pub started: String,
    /// The measured time, without warm-up, setup and teardown, in milliseconds.
    pub duration_ms: u64,
    /// True when it was stopped before the end of the measured time; `stopped` says by what.
    #[serde(default)]
    pub interrupted: bool,
    /// What stopped it early: `Ctrl-C`, or the rule of `--abort-on`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// Open workload: whether every arrival that was due had been sent one second after the end. Null when
    /// closed.
    pub kept_pace: Option<bool>,
    /// Open workload: the arrivals that were due and were not sent.
    #[serde(default)]
    pub unsent: u64,
    /// The passes of the flow.
    pub flows: FlowFigures,
    /// All requests together.
    pub all: RequestFigures,
    /// By request name, in the order of the flow.
    pub requests: Vec<RequestFigures>,
    /// The rules that were asked for, judged.
    pub thresholds: Vec<ThresholdVerdict>,
    /// What went wrong, by request and kind, in the order in which it began.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// Parallel uses of what may be used once.
    #[serde(default)]
    pub races: Vec<RaceResult>,
    /// The measured time, second by second.
    #[serde(default)]
    pub series: Vec<Second>,
    /// Setup and teardown, where the scenario has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<PhaseFigures>,
    /// What was undone afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teardown: Option<PhaseFigures>,
    /// The search for the highest rate that holds, where there was one; the figures are those of that rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// The system under test and the machine that drove it, as name and value.
    pub system: Vec<(String, String)>,
    /// The runs of several machines that this one is the sum of; empty for a run of one machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_from: Vec<MergedPart>,
    /// What the reader must know to read the figures rightly, in sentences.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl LoadRun {
    /// Whether an answer was wrong or a race was won twice: a load run that is fast because it is wrong fails.
    pub fn is_wrong(&self) -> bool {
        let steps = self.capacity.iter().flat_map(|capacity| &capacity.steps);
        self.incidents.iter().any(|incident| incident.wrong)
            || self.races.iter().any(|race| race.ok == Some(false))
            || steps.into_iter().any(|step| step.wrong)
    }

    /// Why the run proves nothing although nothing in it was wrong: nobody may take it for a success. None where it
    /// is whole.
    pub fn unproven(&self) -> Option<&'static str> {
        let is_search = self.capacity.as_ref();
        if is_search.is_some_and(|capacity| capacity.held.is_none()) {
            Some("No rate held")
        } else if self.kept_pace == Some(false) {
            Some("The pace was not kept")
        } else if self.interrupted {
            Some("Stopped before its end")
        } else if self.all.count == 0 {
            Some("Nothing was measured")
        } else if self.flows.completed == 0 {
            Some("No pass of the flow succeeded")
        } else if self.flows.abandoned() > 0 {
            Some("Passes of the flow had to be given up at the end")
        } else if self.races.iter().any(|race| race.ok.is_none()) {
            Some("A race could not be judged")
        } else {
            None
        }
    }

    /// The thresholds that failed.
    pub fn failed_thresholds(&self) -> impl Iterator<Item = &ThresholdVerdict> {
        self.thresholds.iter().filter(|rule| rule.ok == Some(false))
    }
}

/// The load scenario that was run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioInfo {
    /// Its name.
    pub name: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// The words of its flow.
    pub flow: Vec<String>,
}

/// How the load was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkloadInfo {
    /// Open or closed.
    pub kind: WorkloadKind,
    /// Open: starts of the flow per second (at the end, where the rate was ramped).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Open, ramped: starts of the flow per second when the measured time begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_from: Option<f64>,
    /// Open: the most connections that were allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<usize>,
    /// Closed: users at work side by side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<usize>,
    /// The time before the measured time, ramp included, in milliseconds.
    pub warmup_ms: u64,
}

/// Who decides when the next pass of the flow begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkloadKind {
    /// The clock: arrival times are fixed in advance.
    Open,
    /// The provider: each user begins anew when the last pass has ended.
    Closed,
}

/// Passes of the flow in the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowFigures {
    /// Begun.
    pub started: u64,
    /// Ended with every answer right.
    pub completed: u64,
    /// Ended early, at an answer that was wrong or absent.
    pub failed: u64,
}

impl FlowFigures {
    /// Neither: under way when the run was stopped, or when the time for the last answers was over.
    pub fn abandoned(&self) -> u64 {
        self.started
            .saturating_sub(self.completed)
            .saturating_sub(self.failed)
    }
}

/// The requests of one name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RequestFigures {
    /// The word of the flow; `all` for all of them.
    pub name: String,
    /// How many, failed ones too.
    pub count: u64,
    /// Failed ones by kind: an OAuth error code, a status, or what the network did.
    pub errors: std::collections::BTreeMap<String, u64>,
    /// [`RequestFigures::count`] over the measured time; of several machines together, the sum of theirs.
    pub rate_per_s: f64,
    /// To the last byte of the body. Open workload: from the intended start for the first request of a flow, from
    /// the end of the one before for later ones. Closed: as `service_ms`.
    pub latency_ms: Percentiles,
    /// From the moment of sending to the last byte of the body.
    pub service_ms: Percentiles,
    /// Points of the distribution of `latency_ms`, for a chart: percent, and the milliseconds that so many did not exceed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distribution: Vec<(f64, f64)>,
    /// The whole distribution of `latency_ms` in microseconds: HdrHistogram V2, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_histogram: Option<String>,
    /// The whole distribution of `service_ms` in microseconds: HdrHistogram V2, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_histogram: Option<String>,
}

impl RequestFigures {
    /// The failed ones.
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }
}

/// Percentiles in milliseconds; all `null` where nothing was measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Percentiles {
    pub p50: Option<f64>,
    pub p90: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
    pub p999: Option<f64>,
    pub max: Option<f64>,
    pub mean: Option<f64>,
}

/// A rule and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThresholdVerdict {
    /// The request that it is about; `all` without one.
    pub name: String,
    /// The rule as it was written.
    pub rule: String,
    /// Whether it held; null where it was not judged.
    pub ok: Option<bool>,
    /// What was measured, with its unit.
    pub observed: String,
}

/// Something that went wrong, once or often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The request name; after `setup: `, `replacement: `, `races: ` or `teardown: ` where it was not measured.
    pub request: String,
    /// The kind of error.
    pub kind: String,
    /// How often.
    pub count: u64,
    /// When the first of them was sent, in milliseconds from the beginning of the measured time; negative in the
    /// warm-up.
    pub first_at_ms: i64,
    /// When the last of them was sent.
    pub last_at_ms: i64,
    /// True where an answer came and it was wrong: not merely slow, refused for load, or absent.
    pub wrong: bool,
    /// Expected and actual of the first, without secrets.
    pub example: String,
}

/// The search for the highest rate that holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// The highest rate at which every threshold held, every answer was right and the pace was kept: starts of the
    /// flow per second. Null where none did.
    pub held: Option<f64>,
    /// The lowest rate that did not; null where the search ended before.
    pub broke: Option<f64>,
    /// What was tried, in its order.
    pub steps: Vec<CapacityStep>,
}

/// One rate that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CapacityStep {
    /// Starts of the flow per second.
    pub rate: f64,
    /// Whether it held.
    pub ok: bool,
    /// Whether answers were wrong at this rate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wrong: bool,
    /// What broke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Latency of all requests in milliseconds.
    pub p50: Option<f64>,
    /// As above.
    pub p99: Option<f64>,
}

/// What became of parallel uses of one code or one refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaceResult {
    /// `code` or `refresh_token`.
    pub of: String,
    /// The requirement that it stands for.
    pub requirement: String,
    /// Uses at once.
    pub parallel: usize,
    /// How often it was tried.
    pub rounds: usize,
    /// How many uses succeeded, by round.
    pub winners: Vec<usize>,
    /// Whether it never happened that more than one succeeded, and in some round one did; null where no round could be
    /// judged.
    pub ok: Option<bool>,
    /// In words.
    pub actual: String,
}

/// One second of the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Second {
    /// Its end, in milliseconds from the beginning of the measured time.
    pub at_ms: u64,
    /// Requests that ended in it.
    pub requests: u64,
    /// Those of them that failed.
    pub errors: u64,
    /// Open workload: arrivals that were due in it.
    pub due: u64,
    /// Flows under way at its end.
    pub in_flight: u64,
    /// Latency in milliseconds; null where nothing ended.
    pub p50: Option<f64>,
    /// As above.
    pub p95: Option<f64>,
    /// As above.
    pub p99: Option<f64>,
    /// As above.
    pub max: Option<f64>,
}

/// A run that was added to others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MergedPart {
    /// The file, as it was named.
    pub file: String,
    /// When its measured time began, RFC 3339 in UTC.
    pub started: String,
    /// Its measured time in milliseconds.
    pub duration_ms: u64,
    /// Its requests, failed ones too.
    pub count: u64,
    /// [`MergedPart::count`] over its measured time.
    pub rate_per_s: f64,
}

/// What was done outside of the measured time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseFigures {
    /// In a few words.
    pub summary: String,
    /// How often it was done.
    pub done: u64,
    /// How often it failed.
    pub failed: u64,
    /// How long it took altogether, in milliseconds.
    pub duration_ms: u64,
}
