//! What was measured of the requests of one name, or of all.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer as _, V2Serializer};

use super::tally::{Failure, KINDS_LIMIT, OTHER, Sample, Standing};
use crate::load_run::{Percentiles, RequestFigures};

/// What was measured of some requests.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) latency: Histogram<u64>,
    pub(super) service: Histogram<u64>,
    pub(super) errors: BTreeMap<String, u64>,
}

/// The figures of some requests, to be judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    figures: &'a Figures,
    rate: f64,
}

impl View<'_> {
    /// The same, made in so many seconds.
    pub(super) fn over(self, seconds: f64) -> Self {
        Self {
            rate: self.figures.rate(seconds),
            ..self
        }
    }

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
        self.rate
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
    /// For the report; `rate_per_s` of them were made in a second.
    pub(super) fn result(&self, name: &str, rate_per_s: f64) -> RequestFigures {
        let count = self.latency.len();
        RequestFigures {
            name: name.to_owned(),
            count,
            errors: self.errors.clone(),
            rate_per_s,
            latency_ms: percentiles(&self.latency),
            service_ms: percentiles(&self.service),
            distribution: distribution(&self.latency),
            latency_histogram: encode(&self.latency),
            service_histogram: encode(&self.service),
        }
    }

    /// For whoever looks on.
    pub(super) fn standing(&self, name: &'static str) -> Standing {
        let is_measured = !self.latency.is_empty();
        let at = |part: f64| is_measured.then(|| self.latency.value_at_quantile(part) as f64 / 1e3);
        Standing {
            name,
            count: self.latency.len(),
            failed: self.errors.values().sum(),
            latency_ms: [0.5, 0.95, 0.99].map(at),
        }
    }

    /// To be judged, where there are any; `rate` of them were made in a second.
    pub(super) fn view(&self, rate: f64) -> Option<View<'_>> {
        (!self.latency.is_empty()).then_some(View {
            figures: self,
            rate,
        })
    }

    /// How many there were in a second of these.
    pub(super) fn rate(&self, seconds: f64) -> f64 {
        match seconds > 0.0 {
            true => self.latency.len() as f64 / seconds,
            false => 0.0,
        }
    }

    pub(super) fn new() -> Self {
        Self {
            latency: histogram(),
            service: histogram(),
            errors: BTreeMap::new(),
        }
    }

    /// Counts one.
    pub(super) fn record(&mut self, sample: &Sample, failure: Option<&Failure>) {
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

fn percentiles(histogram: &Histogram<u64>) -> Percentiles {
    if histogram.is_empty() {
        return Percentiles::default();
    }
    let at = |part: f64| Some(histogram.value_at_quantile(part) as f64 / 1e3);
    Percentiles {
        p50: at(0.5),
        p90: at(0.9),
        p95: at(0.95),
        p99: at(0.99),
        p999: at(0.999),
        max: Some(histogram.max() as f64 / 1e3),
        mean: Some((histogram.mean() * 1e3).round() / 1e6),
    }
}

/// Points that are even on a scale of nines: ten to each of them, as far as there are requests to tell.
fn distribution(histogram: &Histogram<u64>) -> Vec<(f64, f64)> {
    if histogram.is_empty() {
        return Vec::new();
    }
    let nines = (histogram.len() as f64).log10();
    let steps = (nines * 10.0).floor().max(0.0) as u32;
    let mut points: Vec<(f64, f64)> = (0..=steps)
        .map(|step| {
            let part = 1.0 - 10f64.powf(-f64::from(step) / 10.0);
            let ms = histogram.value_at_quantile(part) as f64 / 1e3;
            ((part * 1e8).round() / 1e6, ms)
        })
        .collect();
    points.push((100.0, histogram.max() as f64 / 1e3));
    points
}

/// The whole distribution, so that those of several machines can be added up exactly.
fn encode(histogram: &Histogram<u64>) -> Option<String> {
    let mut bytes = Vec::new();
    V2Serializer::new().serialize(histogram, &mut bytes).ok()?;
    Some(STANDARD.encode(bytes))
}

/// Of microseconds, up to an hour: no exchange may take so long. What is longer counts as an hour.
pub(super) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 3_600_000_000, 3).expect("the bounds are in order")
}

pub(super) fn micros(length: Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}
