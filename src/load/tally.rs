//! Where all that was measured comes together.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::load_run::{Incident, Second};

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
    series: Vec<Second>,
    /// Of the second that is not over.
    current: Histogram<u64>,
    current_errors: u64,
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
            series: Vec::new(),
            current: histogram(),
            current_errors: 0,
        }
    }

    /// Counts a request that has ended and was judged.
    pub(crate) fn record(&mut self, sample: &Sample, failure: Option<&Failure>) {
        if let Some(failure) = failure {
            self.note(sample, failure);
        }
        if sample.due < self.begin || sample.due >= self.end {
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

fn histogram() -> Histogram<u64> {
    Histogram::new(3).expect("three significant digits are allowed")
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
