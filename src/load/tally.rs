//! Where all that was measured comes together.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;

use super::course::Course;
use super::figures::{Figures, View};
use super::metrics::Metrics;
use crate::load_run::{FlowFigures, Incident, RequestFigures, Second, ThresholdVerdict};

/// The most kinds of error that are told apart; what comes after them counts as `other`. A provider that makes up
/// error codes must not fill our memory.
pub(super) const KINDS_LIMIT: usize = 64;
/// What they count as.
pub(super) const OTHER: &str = "other";
/// Nothing is judged before.
const SETTLED: Duration = Duration::from_secs(1);

/// A request that has ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// The word of the flow, or a page on its way.
    pub(crate) name: &'static str,
    /// The status of the answer, where there was one.
    pub(crate) status: Option<StatusCode>,
    /// From when its latency counts.
    pub(crate) due: Instant,
    /// What decides whether it belongs to the measured time: open, when its pass was due; closed, when it was sent.
    pub(crate) counts_at: Instant,
    /// When it was sent.
    pub(crate) sent: Instant,
    /// When the last byte had come.
    pub(crate) done: Instant,
}

/// How a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// An OAuth error code, a status, or what the network did.
    pub(crate) kind: Cow<'static, str>,
    /// An answer came and it was wrong: not merely slow, refused for load, or absent.
    pub(crate) wrong: bool,
    /// Expected and actual, without secrets.
    pub(crate) example: String,
}

/// Hears of every request that was judged, those outside of the measured time included.
pub(super) trait Witness: Send + Sync + std::fmt::Debug {
    fn heard(&self, sample: &Sample, failure: Option<&Failure>);
}

/// Counts, histograms and the course of a load run.
#[derive(Debug)]
pub(crate) struct Tally {
    /// The measured time begins here …
    begin: Instant,
    /// … and ends here.
    end: Instant,
    all: Figures,
    requests: BTreeMap<&'static str, Figures>,
    incidents: Vec<Incident>,
    flows: FlowFigures,
    course: Course,
    metrics: Option<Metrics>,
    witness: Option<Arc<dyn Witness>>,
}

impl Tally {
    /// Nothing yet; what is measured lies between `begin` and `end`.
    pub(crate) fn new(begin: Instant, end: Instant) -> Self {
        Self {
            begin,
            end,
            all: Figures::new(),
            requests: BTreeMap::new(),
            incidents: Vec::new(),
            flows: FlowFigures::default(),
            course: Course::new(begin),
            metrics: None,
            witness: None,
        }
    }

    /// A pass of the flow is due, whether or not it can begin.
    pub(crate) fn due(&mut self, due: Instant) {
        self.course.due(due);
    }

    /// Time has passed: seconds in which nothing ended are part of the course, too.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.course.advance(now.min(self.end));
    }

    /// The end came early: what is measured ends at `now`.
    pub(crate) fn cut(&mut self, now: Instant) {
        self.end = self.end.min(now.max(self.begin));
    }

    /// All that was measured, in the order of `names` (names that are not in it come last).
    pub(crate) fn finish(mut self, names: &[&str]) -> Measured {
        let seconds = self.seconds();
        self.course.finish(self.end);
        let place = |name: &str| names.iter().position(|n| *n == name).unwrap_or(names.len());
        let mut requests: Vec<RequestFigures> = self
            .requests
            .iter()
            .map(|(name, figures)| figures.result(name, figures.rate(seconds)))
            .collect();
        requests.sort_by_key(|figures| place(&figures.name));
        self.incidents.sort_by_key(|incident| incident.first_at_ms);
        Measured {
            length: self.end - self.begin,
            all: self.all.result("all", self.all.rate(seconds)),
            requests,
            incidents: self.incidents,
            flows: self.flows,
            series: self.course.seconds,
        }
    }

    /// How things stand.
    pub(crate) fn snapshot(&self, now: Instant) -> Snapshot {
        Snapshot {
            scenario: String::new(),
            at: offset(self.begin, now),
            last: self.course.seconds.last().copied(),
            requests: self.all.latency.len(),
            errors: self.all.errors.clone(),
            flows: self.flows,
            in_flight: self.course.in_flight,
            standings: Vec::new(),
            thresholds: Vec::new(),
        }
    }

    /// How the requests of each of `names` stand, and all of them. What this costs everybody waits for.
    pub(crate) fn standings(&self, names: &[&'static str]) -> Vec<Standing> {
        let by_name = names
            .iter()
            .filter_map(|name| Some(self.requests.get(name)?.standing(name)));
        by_name.chain([self.all.standing("all")]).collect()
    }

    /// What went wrong so far.
    pub(crate) fn incidents(&self) -> &[Incident] {
        &self.incidents
    }

    /// A pass of the flow begins, due at `due`.
    pub(crate) fn pass_started(&mut self, due: Instant) {
        self.course.in_flight += 1;
        self.flows.started += u64::from(self.measures(due));
    }

    /// The pass that was due at `due` has ended; `right` says whether every answer was.
    pub(crate) fn pass_ended(&mut self, due: Instant, right: bool) {
        self.course.in_flight = self.course.in_flight.saturating_sub(1);
        if self.measures(due) {
            self.flows.completed += u64::from(right);
            self.flows.failed += u64::from(!right);
        }
    }

    /// Passes of the flow in the measured time.
    pub(crate) fn flows(&self) -> FlowFigures {
        self.flows
    }

    /// Counts passes that are under way no more as begun, and tells how many they were: whoever ends the load as it was
    /// to be ended has not given them up.
    #[cfg(feature = "distributed")]
    pub(crate) fn leave_out_unfinished(&mut self) -> u64 {
        let unfinished = self.flows.abandoned();
        self.flows.started -= unfinished;
        unfinished
    }

    /// Whether what was due at `due` belongs to the measured time.
    pub(crate) fn measures(&self, due: Instant) -> bool {
        (self.begin..self.end).contains(&due)
    }

    /// The figures of one request name, or of all requests; none where there was no such request.
    pub(crate) fn view(&self, name: Option<&str>) -> Option<View<'_>> {
        let figures = match name {
            Some(name) => self.requests.get(name)?,
            None => &self.all,
        };
        figures.view(figures.rate(self.seconds()))
    }

    /// The same, where the measured time goes on at `now`; nothing in its first second, which tells nothing of a rate.
    pub(crate) fn view_so_far(&self, name: Option<&str>, now: Instant) -> Option<View<'_>> {
        let view = self.view(name)?;
        let so_far = now.min(self.end).saturating_duration_since(self.begin);
        (so_far >= SETTLED).then(|| view.over(so_far.as_secs_f64()))
    }

    fn seconds(&self) -> f64 {
        (self.end - self.begin).as_secs_f64()
    }

    /// Tells `metrics` of every request, too, those of the warm-up included.
    pub(crate) fn tell(&mut self, metrics: Option<Metrics>) {
        self.metrics = metrics;
    }

    /// Tells `witness` of every request, too.
    #[cfg(feature = "distributed")]
    pub(super) fn tell_witness(&mut self, witness: Arc<dyn Witness>) {
        self.witness = Some(witness);
    }

    /// Counts a request that has ended and was judged.
    pub(crate) fn record(&mut self, sample: &Sample, failure: Option<&Failure>) {
        if let Some(failure) = failure {
            self.note(sample, failure);
        }
        if let Some(metrics) = &self.metrics {
            metrics.record(sample.name, sample.status, sample.done - sample.due);
        }
        if let Some(witness) = &self.witness {
            witness.heard(sample, failure);
        }
        if !self.measures(sample.counts_at) {
            return;
        }
        self.course.record(sample, failure.is_some());
        self.all.record(sample, failure);
        self.requests
            .entry(sample.name)
            .or_insert_with(Figures::new)
            .record(sample, failure);
    }

    fn note(&mut self, sample: &Sample, failure: &Failure) {
        // When the provider began to fail, not when it was noticed: who hangs is noticed after the time limit.
        let at = offset_ms(self.begin, sample.sent);
        let find = |kind: &str| {
            self.incidents.iter().position(|i| {
                i.request == sample.name && i.kind == kind && i.wrong == failure.wrong
            })
        };
        let full = self.incidents.len() >= KINDS_LIMIT;
        let (kind, known) = match find(&failure.kind) {
            // What is wrong is noticed however many kinds there are; requests have few names.
            None if full => (OTHER, find(OTHER)),
            known => (&*failure.kind, known),
        };
        match known.and_then(|index| self.incidents.get_mut(index)) {
            Some(incident) => {
                incident.count += 1;
                incident.first_at_ms = incident.first_at_ms.min(at);
                incident.last_at_ms = incident.last_at_ms.max(at);
            }
            None => self.incidents.push(Incident {
                request: sample.name.to_owned(),
                kind: kind.to_owned(),
                count: 1,
                first_at_ms: at,
                last_at_ms: at,
                wrong: failure.wrong,
                example: failure.example.clone(),
            }),
        }
    }
}

/// All that was measured.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The measured time.
    pub(crate) length: Duration,
    /// All requests together.
    pub(crate) all: RequestFigures,
    /// By name.
    pub(crate) requests: Vec<RequestFigures>,
    /// What went wrong.
    pub(crate) incidents: Vec<Incident>,
    /// Passes of the flow.
    pub(crate) flows: FlowFigures,
    /// Second by second.
    pub(crate) series: Vec<Second>,
}

/// How things stand while the load is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The load scenario.
    pub scenario: String,
    /// Seconds from the beginning of the measured time; negative in the warm-up.
    pub at: f64,
    /// The last second that is over.
    pub last: Option<Second>,
    /// Requests in the measured time.
    pub requests: u64,
    /// Failed ones by kind; a second old at most.
    pub errors: BTreeMap<String, u64>,
    /// Passes of the flow in the measured time.
    pub flows: FlowFigures,
    /// Passes under way.
    pub in_flight: u64,
    /// By request, all of them last; a second old at most.
    pub standings: Vec<Standing>,
    /// The rules, judged on what there is so far; a second old at most.
    pub thresholds: Vec<ThresholdVerdict>,
}

/// How the requests of one name stand in the measured time.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The word of the flow, or `all`.
    pub name: &'static str,
    /// How many, failed ones too.
    pub count: u64,
    /// Failed ones.
    pub failed: u64,
    /// Latency in milliseconds: p50, p95 and p99; none where nothing was measured.
    pub latency_ms: [Option<f64>; 3],
}

pub(super) fn offset_ms(begin: Instant, at: Instant) -> i64 {
    (offset(begin, at) * 1e3) as i64
}

/// Seconds from `begin`, negative before it.
fn offset(begin: Instant, at: Instant) -> f64 {
    match at.checked_duration_since(begin) {
        Some(after) => after.as_secs_f64(),
        None => -(begin - at).as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: usize, wrong: bool) -> Failure {
        Failure {
            kind: format!("err_{kind}").into(),
            wrong,
            example: String::new(),
        }
    }

    #[test]
    fn a_provider_that_makes_up_codes_hides_nothing() {
        let begin = Instant::now();
        let mut tally = Tally::new(begin, begin + Duration::from_secs(1));
        let sample = Sample {
            name: "exchange",
            status: None,
            due: begin,
            counts_at: begin,
            sent: begin,
            done: begin,
        };
        for kind in 0..2 * KINDS_LIMIT {
            tally.record(&sample, Some(&failed(kind, false)));
        }
        for kind in 0..3 {
            tally.record(&sample, Some(&failed(kind, true)));
        }
        let measured = tally.finish(&[]);
        assert_eq!(measured.incidents.len(), KINDS_LIMIT + 2);
        let others = measured.incidents.iter().filter(|i| i.kind == OTHER);
        let others: Vec<_> = others.map(|i| (i.count, i.wrong)).collect();
        assert_eq!(others, [(KINDS_LIMIT as u64, false), (3, true)]);
    }

    #[test]
    fn the_rate_so_far_is_that_of_the_time_so_far() {
        let begin = Instant::now();
        let mut tally = Tally::new(begin, begin + Duration::from_secs(10));
        let sample = Sample {
            name: "jwks",
            status: None,
            due: begin,
            counts_at: begin,
            sent: begin,
            done: begin,
        };
        for _ in 0..20 {
            tally.record(&sample, None);
        }
        let rate = |seconds| {
            let now = begin + Duration::from_secs(seconds);
            tally.view_so_far(Some("jwks"), now).map(|view| view.rate())
        };
        assert_eq!(
            [rate(0), rate(1), rate(4), rate(20)],
            [None, Some(20.0), Some(5.0), Some(2.0)]
        );
    }
}
