//! Counts and histograms, added up exactly.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;

use crate::load::figures::{Figures, View, histogram};
use crate::load_run::{LoadRun, RequestFigures};

/// More request names than any flow has.
const REQUESTS_LIMIT: usize = 100;
/// More than any machines can make; it keeps sums finite.
pub(super) const RATE_LIMIT: f64 = 1e12;
/// Longer than the text of any histogram of ours.
const TEXT_LIMIT: usize = 1 << 20;
/// What comes before the counts of a histogram: cookie, length, offset, digits, lowest and highest value, ratio.
const HEAD: usize = 40;

/// The requests of one name in all parts.
#[derive(Debug)]
pub(super) struct Sum {
    figures: Figures,
    rate_per_s: f64,
}

impl Sum {
    fn new() -> Self {
        Self {
            figures: Figures::new(),
            rate_per_s: 0.0,
        }
    }

    /// For a rule.
    pub(super) fn view(&self) -> Option<View<'_>> {
        self.figures.view(self.rate_per_s)
    }

    /// For the report.
    pub(super) fn result(&self, name: &str) -> RequestFigures {
        self.figures.result(name, self.rate_per_s)
    }

    /// Adds a part; `key` says where it stands in its file.
    fn add(&mut self, part: &RequestFigures, key: &str) -> Result<(), String> {
        let histograms = [
            (
                &mut self.figures.latency,
                &part.latency_histogram,
                "latency",
            ),
            (
                &mut self.figures.service,
                &part.service_histogram,
                "service",
            ),
        ];
        for (sum, text, what) in histograms {
            let key = format!("{key}.{what}_histogram");
            let text = text.as_ref().ok_or_else(|| {
                format!("`{key}` is missing: without it nothing can be added up exactly")
            })?;
            let read = decode(text).map_err(|why| format!("`{key}` {why}"))?;
            if read.len() != part.count {
                let (held, count) = (read.len(), part.count);
                return Err(format!(
                    "`{key}` holds {held} requests, and `count` says {count}"
                ));
            }
            sum.add(read)
                .map_err(|error| format!("`{key}` can't be added: {error}"))?;
        }
        if !(0.0..=RATE_LIMIT).contains(&part.rate_per_s) {
            return Err(format!(
                "`{key}.rate_per_s` is not between 0 and {RATE_LIMIT:e}"
            ));
        }
        let failed = part
            .errors
            .values()
            .try_fold(0, |sum: u64, n| sum.checked_add(*n));
        if failed.is_none_or(|failed| failed > part.count) {
            return Err(format!("`{key}.errors` are more than `count`"));
        }
        for (kind, n) in &part.errors {
            let errors = self.figures.errors.entry(kind.clone()).or_default();
            *errors = errors.saturating_add(*n);
        }
        self.rate_per_s += part.rate_per_s;
        Ok(())
    }
}

/// All requests, and those of each name in the order of the flow.
#[derive(Debug)]
pub(super) struct Sums {
    pub(super) all: Sum,
    /// In the order in which they were met.
    names: Vec<String>,
    by_name: BTreeMap<String, Sum>,
}

impl Sums {
    pub(super) fn new() -> Self {
        Self {
            all: Sum::new(),
            names: Vec::new(),
            by_name: BTreeMap::new(),
        }
    }

    /// Adds what one machine measured.
    ///
    /// # Errors
    /// The key of what can't be added, and why.
    pub(super) fn add(&mut self, run: &LoadRun) -> Result<(), String> {
        self.all.add(&run.all, "all")?;
        if run.requests.len() > REQUESTS_LIMIT {
            return Err(format!("`requests` are more than {REQUESTS_LIMIT}"));
        }
        for (index, part) in run.requests.iter().enumerate() {
            if !self.by_name.contains_key(&part.name) {
                self.names.push(part.name.clone());
            }
            let sum = self.by_name.entry(part.name.clone());
            let sum = sum.or_insert_with(Sum::new);
            sum.add(part, &format!("requests[{index}]"))?;
        }
        Ok(())
    }

    /// The requests of one name, or all.
    pub(super) fn view(&self, name: Option<&str>) -> Option<View<'_>> {
        match name {
            Some(name) => self.by_name.get(name)?.view(),
            None => self.all.view(),
        }
    }

    /// For the report.
    pub(super) fn requests(&self) -> Vec<RequestFigures> {
        let names = self.names.iter();
        names
            .filter_map(|name| Some(self.by_name.get(name)?.result(name)))
            .collect()
    }
}

/// How a histogram of version 2 begins that is not packed.
const COOKIE: u32 = 0x1c84_9313;

/// Reads a histogram that another run has written. It is laid out as ours, or it could not be added exactly; and
/// because it is, its size is known before it is read.
fn decode(text: &str) -> Result<Histogram<u64>, String> {
    if text.len() > TEXT_LIMIT {
        return Err(format!("is longer than {TEXT_LIMIT} characters"));
    }
    let bytes = STANDARD
        .decode(text)
        .map_err(|error| format!("is no base64: {error}"))?;
    let head: &[u8; HEAD] = bytes.first_chunk().ok_or("is too short for a histogram")?;
    let word = |at: usize| {
        head[at..]
            .first_chunk()
            .map_or(0, |b| u32::from_be_bytes(*b))
    };
    let long = |at: usize| {
        head[at..]
            .first_chunk()
            .map_or(0, |b| u64::from_be_bytes(*b))
    };
    let ours = histogram();
    if word(0) != COOKIE {
        // A packed one has its bounds where they can't be looked at before it takes memory.
        return Err("is no histogram: it does not begin as one of version 2".to_owned());
    }
    if word(4) as usize != bytes.len() - HEAD {
        return Err("is cut off, or something follows it".to_owned());
    }
    if (word(12), long(16), long(24)) != (u32::from(ours.sigfig()), ours.low(), ours.high()) {
        return Err("has other bounds or digits than those of this version".to_owned());
    }
    Deserializer::new()
        .deserialize(&mut bytes.as_slice())
        .map_err(|error| format!("is no histogram: {error}"))
}
