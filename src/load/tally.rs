//! Where all that was measured comes together.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::load_run::{FlowFigures, Incident, Second};

/// The most kinds of error that are told apart; what comes after them counts as `other`. A provider that makes up
/// error codes must not fill our memory.
const KINDS_LIMIT: usize = 64;
const OTHER: &str = "other";

/// A request that has ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// The word of the flow, or a page on its way.
    pub(crate) name: &'static str,
    /// From when its latency counts.
    pub(crate) due: Instant,
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
    series: Vec<Second>,
    /// Of the second that is not over.
    current: Histogram<u64>,
    current_errors: u64,
    in_flight: u64,
}

#[derive(Debug)]
struct Figures {
    latency: Histogram<u64>,
    service: Histogram<u64>,
    errors: BTreeMap<String, u64>,
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
            series: Vec::new(),
            current: histogram(),
            current_errors: 0,
            in_flight: 0,
        }
    }

    /// A pass of the flow begins, due at `due`.
    pub(crate) fn pass_started(&mut self, due: Instant) {
        self.in_flight += 1;
        self.flows.started += u64::from(self.measures(due));
    }

    /// The pass that was due at `due` has ended; `right` says whether every answer was.
    pub(crate) fn pass_ended(&mut self, due: Instant, right: bool) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if self.measures(due) {
            self.flows.completed += u64::from(right);
            self.flows.failed += u64::from(!right);
        }
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
        let seconds = (self.end - self.begin).as_secs_f64();
        (!figures.latency.is_empty()).then_some(View { figures, seconds })
    }

    /// Counts a request that has ended and was judged.
    pub(crate) fn record(&mut self, sample: &Sample, failure: Option<&Failure>) {
        if let Some(failure) = failure {
            self.note(sample, failure);
        }
        if !self.measures(sample.due) {
            return;
        }
        self.current
            .saturating_record(micros(sample.done - sample.due));
        self.current_errors += u64::from(failure.is_some());
        self.all.record(sample, failure);
        self.requests
            .entry(sample.name)
            .or_insert_with(Figures::new)
            .record(sample, failure);
    }

    fn note(&mut self, sample: &Sample, failure: &Failure) {
        let at = offset_ms(self.begin, sample.done);
        let full = self.incidents.len() >= KINDS_LIMIT;
        let known = self.incidents.iter_mut().find(|i| {
            i.request == sample.name && i.kind == failure.kind && i.wrong == failure.wrong
        });
        match known {
            Some(incident) => {
                incident.count += 1;
                incident.last_at_ms = at;
            }
            None if !full => self.incidents.push(Incident {
                request: sample.name.to_owned(),
                kind: failure.kind.clone().into_owned(),
                count: 1,
                first_at_ms: at,
                last_at_ms: at,
                wrong: failure.wrong,
                example: failure.example.clone(),
            }),
            None => {}
        }
    }
}

/// The figures of some requests, to be judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    figures: &'a Figures,
    seconds: f64,
}

impl View<'_> {
    /// How many there were, failed ones too.
    pub(crate) fn count(&self) -> u64 {
        self.figures.latency.len()
    }

    /// How many failed, in percent.
    pub(crate) fn error_percent(&self) -> f64 {
        let failed: u64 = self.figures.errors.values().sum();
        failed as f64 / self.count() as f64 * 100.0
    }

    /// How many there were in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.count() as f64 / self.seconds
    }

    /// The latency that so many percent did not exceed, in microseconds.
    pub(crate) fn percentile_us(&self, percent: f64) -> f64 {
        self.figures.latency.value_at_quantile(percent / 100.0) as f64
    }

    /// The mean latency in microseconds.
    pub(crate) fn mean_us(&self) -> f64 {
        self.figures.latency.mean()
    }

    /// The longest latency in microseconds.
    pub(crate) fn max_us(&self) -> f64 {
        self.figures.latency.max() as f64
    }
}

impl Figures {
    fn new() -> Self {
        Self {
            latency: histogram(),
            service: histogram(),
            errors: BTreeMap::new(),
        }
    }

    fn record(&mut self, sample: &Sample, failure: Option<&Failure>) {
        self.latency
            .saturating_record(micros(sample.done - sample.due));
        self.service
            .saturating_record(micros(sample.done - sample.sent));
        if let Some(failure) = failure {
            let kind: &str = &failure.kind;
            let full = self.errors.len() >= KINDS_LIMIT && !self.errors.contains_key(kind);
            let kind = if full { OTHER } else { kind };
            *self.errors.entry(kind.to_owned()).or_default() += 1;
        }
    }
}

/// Of microseconds, up to an hour: no exchange may take so long. What is longer counts as an hour.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 3_600_000_000, 3).expect("the bounds are in order")
}

fn micros(length: Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}

fn offset_ms(begin: Instant, at: Instant) -> i64 {
    let ms = |length: Duration| i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    match at.checked_duration_since(begin) {
        Some(after) => ms(after),
        None => -ms(begin - at),
    }
}
