//! The result of a load run, put together from what its parts brought.

use std::time::{Duration, Instant};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::builder::Load;
use super::open::OpenOutcome;
use super::scenario::{Scenario, Workload};
use super::tally::{Measured, Tally};
use super::visit::Visits;
use super::{judge, system};
use crate::load_run::{
    LOAD_SCHEMA_VERSION, LoadRun, PhaseFigures, RaceResult, ScenarioInfo, ThresholdVerdict,
    WorkloadInfo, WorkloadKind,
};
use crate::run::{ProviderInfo, Tool};

/// An arrival that is later than this is worth a note.
const LATE: Duration = Duration::from_millis(5);

/// What came of the workload.
pub(super) struct Made {
    begin: Instant,
    started: String,
    thresholds: Vec<ThresholdVerdict>,
    measured: Measured,
    pace: Option<Pace>,
    /// Users of a closed workload who were not at work when the measured time began.
    late_users: usize,
    stopped: Option<String>,
}

/// How an open workload kept its pace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// What the generator says.
    pub(super) outcome: OpenOutcome,
    /// The most passes at once.
    pub(super) limit: usize,
    /// What there are no more of.
    pub(super) lacks: &'static str,
}

impl Pace {
    /// What the reader must know of it, where so many requests were measured.
    fn notes(&self, measured: u64) -> Vec<String> {
        let OpenOutcome {
            unsent,
            arrived,
            waited,
            late,
        } = self.outcome;
        let mut notes = Vec::new();
        if late > LATE {
            notes.push(format!(
                "This machine was late with its arrivals: one in a hundred by more than {:.1} ms. Latency counts from when a request was due, so that is part of the figures.",
                late.as_secs_f64() * 1e3
            ));
        }
        if waited > arrived / 100 {
            notes.push(format!(
                "{waited} of {arrived} arrivals had to wait because all {} {} were in use; the wait is part of their latency.",
                self.limit, self.lacks
            ));
        }
        if unsent > 0 && measured == 0 {
            notes.push(
                "Nothing that was due in the measured time was sent: what was due in the warm-up still waited."
                    .to_owned(),
            );
        }
        notes
    }
}

impl Made {
    /// Judges what was measured from `begin`, which was `started`.
    pub(super) fn of(
        tally: Tally,
        (begin, started): (Instant, OffsetDateTime),
        scenario: &Scenario,
        pace: Option<Pace>,
        stopped: Option<String>,
    ) -> Self {
        // Whoever leaves out the slow ones judges the others.
        let whole = pace.is_none_or(|pace| pace.outcome.unsent == 0)
            && (stopped.is_some() || tally.flows().abandoned() == 0);
        let rules = scenario.thresholds.iter();
        let thresholds = rules
            .map(|rule| match tally.view(rule.request()) {
                // What was stopped had no time for this request.
                None if stopped.is_some() => rule.unjudged(),
                view if whole => rule.judge_view(view),
                _ => rule.unjudged(),
            })
            .collect();
        Self {
            begin,
            started: started.format(&Rfc3339).unwrap_or_default(),
            thresholds,
            measured: tally.finish(&scenario.request_names()),
            pace,
            late_users: 0,
            stopped,
        }
    }

    /// With so many users who began too late.
    pub(super) fn with_late_users(mut self, late_users: usize) -> Self {
        self.late_users = late_users;
        self
    }
}

/// What came of the races.
#[derive(Default)]
pub(super) struct Raced {
    results: Vec<RaceResult>,
    notes: Vec<String>,
    /// Whether the run was stopped before every race had been run.
    pub(super) cut_short: bool,
}

impl Raced {
    pub(super) fn add(&mut self, of: &str, result: Result<RaceResult, String>) {
        match result {
            Ok(result) => self.results.push(result),
            Err(why) => self.notes.push(format!("The race of one {of}: {why}.")),
        }
    }
}

/// What was done before and after.
#[derive(Default)]
pub(super) struct Phases {
    pub(super) setup: Option<PhaseFigures>,
    pub(super) raced: Raced,
    pub(super) teardown: Option<PhaseFigures>,
}

/// What this program is called in what it writes.
pub(super) fn tool() -> Tool {
    Tool {
        name: "oidcheck".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

impl Load {
    /// The whole result.
    pub(super) fn result(&self, visits: &Visits, made: Made, phases: Phases) -> LoadRun {
        let scenario = &self.scenario;
        let mut notes = notes(scenario, visits, &made);
        notes.extend(phases.raced.notes);
        let mut stopped = made.stopped;
        if phases.raced.cut_short {
            notes.push("The races had not been run when the run was stopped.".to_owned());
            stopped = stopped.or(self.stop.reason());
        }
        let mut measured = made.measured;
        measured.incidents.extend(visits.incidents(made.begin));
        measured
            .incidents
            .sort_by_key(|incident| incident.first_at_ms);
        LoadRun {
            schema_version: LOAD_SCHEMA_VERSION,
            tool: tool(),
            provider: ProviderInfo {
                name: self.config.name.clone(),
                issuer: self.config.issuer.clone(),
            },
            scenario: ScenarioInfo {
                name: scenario.name.clone(),
                summary: scenario.summary.clone(),
                flow: scenario.flow.iter().map(ToString::to_string).collect(),
            },
            workload: workload(scenario),
            started: made.started,
            duration_ms: u64::try_from(measured.length.as_millis()).unwrap_or(u64::MAX),
            interrupted: stopped.is_some(),
            stopped,
            kept_pace: made.pace.map(|pace| pace.outcome.unsent == 0),
            unsent: made.pace.map_or(0, |pace| pace.outcome.unsent),
            flows: measured.flows,
            all: measured.all,
            requests: measured.requests,
            thresholds: made.thresholds,
            incidents: measured.incidents,
            races: phases.raced.results,
            series: measured.series,
            setup: phases.setup,
            teardown: phases.teardown,
            capacity: None,
            system: system::describe(visits.subject()),
            merged_from: Vec::new(),
            notes,
        }
    }
}

fn workload(scenario: &Scenario) -> WorkloadInfo {
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let none = WorkloadInfo {
        kind: WorkloadKind::Open,
        rate: None,
        rate_from: None,
        connections: None,
        users: None,
        warmup_ms: ms(scenario.warmup),
    };
    match scenario.workload {
        Workload::Open {
            rate,
            rate_from,
            connections,
        } => WorkloadInfo {
            rate: Some(rate),
            rate_from: ((rate_from - rate).abs() > f64::EPSILON).then_some(rate_from),
            connections: Some(connections),
            ..none
        },
        Workload::Closed { users, ramp } => WorkloadInfo {
            kind: WorkloadKind::Closed,
            users: Some(users),
            warmup_ms: ms(ramp + scenario.warmup),
            ..none
        },
    }
}

/// What the reader of the figures must know.
fn notes(scenario: &Scenario, visits: &Visits, made: &Made) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(pace) = &made.pace {
        notes.extend(pace.notes(made.measured.all.count));
    }
    let abandoned = made.measured.flows.abandoned();
    if abandoned > 0 {
        notes.push(format!(
            "{abandoned} passes of the flow had not ended when {}; what they had not done is not in the figures.",
            match made.stopped {
                Some(_) => "the run was stopped",
                None => "the time for the last answers was over",
            }
        ));
    }
    notes.extend(visits.ledger().note(made.begin));
    for row in &visits.subject().known {
        if let Some(what) = judge::judged_by(row, scenario) {
            notes.push(format!(
                "{what} not judged by {}, a known deviation of this provider: {}.",
                row.requirement, row.reason
            ));
        }
    }
    notes.extend(visits.activity().note());
    let doubts = visits.pool().doubts();
    if doubts.refused > 0 {
        notes.push(format!(
            "{} refresh tokens were refused after the answer to their last use had been lost: the provider may have replaced them in it, so that this counts as no error. Fresh logins replaced {} of them.",
            doubts.refused, doubts.replaced
        ));
    }
    let used_up = visits.pool().used_up();
    if used_up > 0 {
        notes.push(format!(
            "{used_up} refresh tokens of the pool were used up: the provider refused them, or the flow revoked them."
        ));
    }
    if let Workload::Closed { users, .. } = scenario.workload {
        if made.late_users > 0 {
            notes.push(format!(
                "{} of {users} users were not at work when the measured time began: a longer ramp may help.",
                made.late_users
            ));
        }
        let tokens = scenario.setup.refresh_tokens;
        if (1..users).contains(&tokens) {
            notes.push(format!(
                "{users} users share {tokens} refresh tokens: no more than {tokens} of them are at work at once."
            ));
        }
        notes.push(
            "Closed workload: users wait for every answer before they ask again, so a stall of the provider is asked fewer questions, and percentiles hide it. For latency under a given rate use an open workload (--rate)."
                .to_owned(),
        );
    }
    notes
}
