//! What the master's own statistics are made of: counts since the last report, as Locust 2.47 has them.
//!
//! They are coarse, as Locust's are (two digits of a time); the exact distribution stays in `load.json`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rmpv::Value;

use super::wire::map;
use crate::load::figures::micros;
use crate::load::tally::{Failure, Sample, Witness};

/// More kinds of error are not told apart in one report; the rest counts as `other`.
const ERRORS_LIMIT: usize = 64;

/// Counts the requests of one scenario between two reports.
#[derive(Debug)]
pub(super) struct Stats {
    scenario: String,
    clock: Clock,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    entries: BTreeMap<&'static str, Entry>,
    errors: BTreeMap<(&'static str, String), Errors>,
    since: f64,
}

/// The requests of one name.
#[derive(Debug, Clone, Default)]
struct Entry {
    requests: u64,
    failures: u64,
    total_us: u64,
    min_us: Option<u64>,
    max_us: u64,
    /// By their times to two digits, in microseconds.
    times: BTreeMap<u64, u64>,
    per_second: BTreeMap<u64, u64>,
    failures_per_second: BTreeMap<u64, u64>,
    last: Option<f64>,
}

#[derive(Debug)]
struct Errors {
    error: String,
    occurrences: u64,
    first: f64,
    last: f64,
}

/// The time of day of a moment.
#[derive(Debug)]
struct Clock {
    instant: Instant,
    epoch: f64,
}

impl Clock {
    fn new() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            instant: Instant::now(),
            epoch: epoch.unwrap_or_default().as_secs_f64(),
        }
    }

    fn at(&self, moment: Instant) -> f64 {
        match moment.checked_duration_since(self.instant) {
            Some(after) => self.epoch + after.as_secs_f64(),
            None => self.epoch - (self.instant - moment).as_secs_f64(),
        }
    }
}

impl Stats {
    /// Nothing yet.
    pub(super) fn new(scenario: &str) -> Self {
        let clock = Clock::new();
        let since = clock.epoch;
        Self {
            scenario: scenario.to_owned(),
            clock,
            inner: Mutex::new(Inner {
                entries: BTreeMap::new(),
                errors: BTreeMap::new(),
                since,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness for Stats {
    fn heard(&self, sample: &Sample, failure: Option<&Failure>) {
        let at = self.clock.at(sample.done);
        let mut inner = self.lock();
        let time = sample.done - sample.due;
        let entry = inner.entries.entry(sample.name).or_default();
        entry.record(time, at, failure.is_some());
        if let Some(failure) = failure {
            inner.note(sample.name, failure, at);
        }
    }
}

impl Inner {
    fn note(&mut self, name: &'static str, failure: &Failure, at: f64) {
        let mut key = (name, failure.kind.clone().into_owned());
        if self.errors.len() >= ERRORS_LIMIT && !self.errors.contains_key(&key) {
            key.1 = "other".to_owned();
        }
        let errors = self.errors.entry(key).or_insert_with(|| Errors {
            error: format!("{}: {}", failure.kind, failure.example),
            occurrences: 0,
            first: at,
            last: at,
        });
        errors.occurrences += 1;
        errors.last = errors.last.max(at);
    }
}

impl Entry {
    fn record(&mut self, time: Duration, at: f64, failed: bool) {
        let us = micros(time);
        self.requests += 1;
        self.total_us = self.total_us.saturating_add(us);
        self.min_us = Some(self.min_us.map_or(us, |min| min.min(us)));
        self.max_us = self.max_us.max(us);
        *self.times.entry(two_digits(us)).or_default() += 1;
        let second = at as u64;
        *self.per_second.entry(second).or_default() += 1;
        if failed {
            self.failures += 1;
            *self.failures_per_second.entry(second).or_default() += 1;
        }
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }

    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.failures += other.failures;
        self.total_us = self.total_us.saturating_add(other.total_us);
        self.min_us = self.min_us.into_iter().chain(other.min_us).min();
        self.max_us = self.max_us.max(other.max_us);
        for (sum, part) in [
            (&mut self.times, &other.times),
            (&mut self.per_second, &other.per_second),
            (&mut self.failures_per_second, &other.failures_per_second),
        ] {
            for (key, count) in part {
                *sum.entry(*key).or_default() += count;
            }
        }
        self.last = match (self.last, other.last) {
            (Some(one), Some(two)) => Some(one.max(two)),
            (one, two) => one.or(two),
        };
    }

    fn value(&self, name: &str, method: &str, since: f64) -> Value {
        let counts = |counts: &BTreeMap<u64, u64>| {
            let pairs = counts.iter().map(|(key, n)| ((*key).into(), (*n).into()));
            Value::Map(pairs.collect())
        };
        let times = self
            .times
            .iter()
            .map(|(us, count)| (milliseconds(*us), (*count).into()));
        map([
            ("name", name.into()),
            ("method", method.into()),
            (
                "last_request_timestamp",
                self.last.map_or(Value::Nil, Value::from),
            ),
            ("start_time", since.into()),
            ("num_requests", self.requests.into()),
            ("num_none_requests", 0.into()),
            ("num_failures", self.failures.into()),
            ("total_response_time", milliseconds(self.total_us)),
            ("max_response_time", milliseconds(self.max_us)),
            (
                "min_response_time",
                self.min_us.map_or(Value::Nil, milliseconds),
            ),
            ("total_content_length", 0.into()),
            ("response_times", Value::Map(times.collect())),
            ("num_reqs_per_sec", counts(&self.per_second)),
            ("num_fail_per_sec", counts(&self.failures_per_second)),
        ])
    }
}

/// The report on all scenarios, which begins anew. `users` is what [`super::wire::count`] says of them.
pub(super) fn report(scenarios: &[&Stats], users: Value) -> Value {
    let mut entries = Vec::new();
    let mut errors = Vec::new();
    let mut total = Entry::default();
    let mut since = f64::INFINITY;
    for stats in scenarios {
        let method = &stats.scenario;
        let mut inner = stats.lock();
        let now = stats.clock.at(Instant::now());
        let began = std::mem::replace(&mut inner.since, now);
        since = since.min(began);
        for (name, entry) in std::mem::take(&mut inner.entries) {
            total.add(&entry);
            entries.push(entry.value(name, method, began));
        }
        for ((name, kind), found) in std::mem::take(&mut inner.errors) {
            // The same on every worker, so that the master adds them up.
            let key = format!("{method}.{name}.{kind}");
            let error = map([
                ("name", name.into()),
                ("method", method.as_str().into()),
                ("error", found.error.into()),
                ("occurrences", found.occurrences.into()),
                ("first_seen", found.first.into()),
                ("last_seen", found.last.into()),
            ]);
            errors.push((key.into(), error));
        }
    }
    if since.is_infinite() {
        since = Clock::new().epoch;
    }
    let mut members = vec![
        ("stats".into(), Value::Array(entries)),
        ("stats_total".into(), total.value("Aggregated", "", since)),
        ("errors".into(), Value::Map(errors)),
    ];
    if let Value::Map(users) = users {
        members.extend(users);
    }
    Value::Map(members)
}

/// Rounded to its first two digits: so few values stand for all times.
fn two_digits(us: u64) -> u64 {
    let mut unit = 1;
    while us / unit >= 100 {
        unit *= 10;
    }
    (us + unit / 2) / unit * unit
}

fn milliseconds(us: u64) -> Value {
    match us % 1000 {
        0 => (us / 1000).into(),
        _ => (us as f64 / 1e3).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn told(stats: &Stats, name: &'static str, us: u64, kind: Option<&str>) {
        let done = stats.clock.instant + Duration::from_secs(1);
        let sent = done - Duration::from_micros(us);
        let failure = kind.map(|kind| Failure {
            kind: Cow::Owned(kind.to_owned()),
            wrong: false,
            example: "expected 200".to_owned(),
        });
        let sample = Sample {
            name,
            status: None,
            due: sent,
            counts_at: sent,
            sent,
            done,
        };
        stats.heard(&sample, failure.as_ref());
    }

    fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
        path.iter()
            .fold(value, |value, key| match key.parse::<usize>() {
                Ok(index) if value.is_array() => &value.as_array().unwrap()[index],
                _ => {
                    let members = value.as_map().expect("a map");
                    let found = members.iter().find(|(k, _)| {
                        k.as_str() == Some(key)
                            || k.as_f64().map(|k| k.to_string()).as_deref() == Some(key)
                    });
                    &found.unwrap_or_else(|| panic!("no {key} in {value}")).1
                }
            })
    }

    #[test]
    fn times_have_two_digits() {
        for (us, expected) in [
            (0, 0),
            (7, 7),
            (99, 99),
            (104, 100),
            (105, 110),
            (999, 1_000),
            (1_449, 1_400),
            (1_450, 1_500),
            (58_760, 59_000),
            (999_999, 1_000_000),
            (3_600_000_000, 3_600_000_000),
        ] {
            assert_eq!(two_digits(us), expected, "{us}");
        }
    }

    #[test]
    fn a_report_is_what_locust_reads_and_begins_anew() {
        let stats = Stats::new("login");
        told(&stats, "exchange", 1_234, None);
        told(&stats, "exchange", 130, Some("invalid_grant"));
        told(&stats, "exchange", 2_000, Some("invalid_grant"));
        told(&stats, "userinfo", 150_000, None);
        let users = map([("user_count", 3.into())]);
        let report = |users| super::report(&[&stats], users);
        let first = report(users.clone());
        for (path, expected) in [
            (&["stats", "0", "name"][..], Value::from("exchange")),
            (&["stats", "0", "method"], "login".into()),
            (&["stats", "0", "num_requests"], 3.into()),
            (&["stats", "0", "num_failures"], 2.into()),
            (&["stats", "0", "num_none_requests"], 0.into()),
            (&["stats", "0", "total_response_time"], 3.364.into()),
            (&["stats", "0", "min_response_time"], 0.13.into()),
            (&["stats", "0", "max_response_time"], 2.into()),
            (&["stats", "0", "response_times", "1.2"], 1.into()),
            (&["stats", "0", "response_times", "0.13"], 1.into()),
            (&["stats", "0", "response_times", "2"], 1.into()),
            (&["stats", "1", "name"], "userinfo".into()),
            (&["stats_total", "name"], "Aggregated".into()),
            (&["stats_total", "num_requests"], 4.into()),
            (&["stats_total", "response_times", "150"], 1.into()),
            (
                &["errors", "login.exchange.invalid_grant", "occurrences"],
                2.into(),
            ),
            (
                &["errors", "login.exchange.invalid_grant", "error"],
                "invalid_grant: expected 200".into(),
            ),
            (&["user_count"], 3.into()),
        ] {
            assert_eq!(at(&first, path), &expected, "{path:?}");
        }
        let seconds = at(&first, &["stats", "0", "num_reqs_per_sec"])
            .as_map()
            .unwrap();
        let counted: u64 = seconds.iter().filter_map(|(_, n)| n.as_u64()).sum();
        assert_eq!(counted, 3);
        let second = report(users);
        assert_eq!(at(&second, &["stats"]), &Value::Array(Vec::new()));
        assert_eq!(at(&second, &["stats_total", "num_requests"]), &0.into());
        assert_eq!(
            at(&second, &["stats_total", "min_response_time"]),
            &Value::Nil
        );
        assert_eq!(at(&second, &["errors"]), &Value::Map(Vec::new()));
    }

    #[test]
    fn kinds_of_error_are_limited() {
        let stats = Stats::new("login");
        for n in 0..1_000 {
            told(&stats, "exchange", 1, Some(&format!("made_up_{n}")));
        }
        let report = report(&[&stats], Value::Nil);
        let errors = at(&report, &["errors"]).as_map().unwrap();
        assert_eq!(errors.len(), ERRORS_LIMIT + 1);
        let other = at(&report, &["errors", "login.exchange.other", "occurrences"]);
        assert_eq!(other, &(1_000 - ERRORS_LIMIT as u64).into());
    }
}
