use std::borrow::Cow;
use std::time::{Duration, Instant};

use serde_json::json;

use super::merge;
use crate::load::tally::{Failure, Sample, Tally};
use crate::load_run::{LoadRun, Second};

/// A request of a run: its name, the microseconds that it took, and how it failed.
type Request = (&'static str, u64, Option<&'static str>);

/// A run of three seconds that began so many milliseconds after noon.
fn run(after_noon_ms: u32, requests: &[Request]) -> LoadRun {
    let begin = Instant::now();
    let mut tally = Tally::new(begin, begin + Duration::from_secs(3));
    for (n, (name, us, kind)) in requests.iter().enumerate() {
        let sent = begin + Duration::from_millis(n as u64 % 2_000);
        let sample = Sample {
            name,
            status: None,
            due: sent,
            counts_at: sent,
            sent,
            done: sent + Duration::from_micros(*us),
        };
        let failure = kind.map(|kind| Failure {
            kind: Cow::Borrowed(kind),
            wrong: kind == "id_token",
            example: format!("took {us}"),
        });
        tally.pass_started(sent);
        tally.record(&sample, failure.as_ref());
        tally.pass_ended(sent, kind.is_none());
    }
    let measured = tally.finish(&["authorize", "exchange"]);
    let started = format!("2026-11-21T12:00:{:06.3}Z", f64::from(after_noon_ms) / 1e3);
    let mut run: LoadRun = serde_json::from_value(json!({
        "schema_version": 1,
        "tool": {"name": "oidcheck", "version": "0"},
        "provider": {"name": "x", "issuer": "https://x"},
        "scenario": {"name": "login", "summary": "", "flow": ["login", "exchange"]},
        "workload": {"kind": "closed", "users": 2, "warmup_ms": 0},
        "started": started,
        "duration_ms": 3_000,
        "kept_pace": null,
        "flows": measured.flows,
        "all": measured.all,
        "requests": measured.requests,
        "thresholds": [
            {"name": "all", "rule": "error-rate<10%", "ok": true, "observed": ""},
            {"name": "exchange", "rule": "p99<100ms for exchange", "ok": true, "observed": ""},
        ],
        "incidents": measured.incidents,
        "series": measured.series,
        "system": [["issuer", "https://x"], ["load made by", format!("machine {after_noon_ms}")]],
        "notes": ["A note."],
    }))
    .unwrap();
    run.notes.push(format!("Note {after_noon_ms}."));
    run
}

fn merged(runs: Vec<LoadRun>) -> Result<LoadRun, String> {
    let named = runs.into_iter().enumerate();
    let named: Vec<_> = named
        .map(|(n, run)| (format!("{n}/load.json"), run))
        .collect();
    merge(&named).map_err(|error| error.to_string())
}

/// Requests of every length, some of which failed.
fn requests(seed: u64, count: usize) -> Vec<Request> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    (0..count)
        .map(|_| {
            let name = ["authorize", "exchange"][(next() % 2) as usize];
            let us = 10u64.pow(u32::try_from(next() % 6).unwrap()) + next() % 1_000;
            let kind = [None, None, None, Some("http_503"), Some("id_token")];
            (name, us, kind[(next() % 5) as usize])
        })
        .collect()
}

#[test]
fn the_sum_is_what_one_machine_would_have_measured() {
    let (one, two) = (requests(1, 4_000), requests(2, 3_001));
    let both: Vec<Request> = one.iter().chain(&two).copied().collect();
    let parts = vec![run(0, &one), run(200, &two)];
    let rates: Vec<f64> = parts.iter().map(|part| part.all.rate_per_s).collect();
    let sum = merged(parts).unwrap();
    let whole = run(0, &both);
    assert_eq!(sum.flows, whole.flows);
    for (sum, whole) in sum
        .requests
        .iter()
        .chain([&sum.all])
        .zip(whole.requests.iter().chain([&whole.all]))
    {
        let mut expected = whole.clone();
        expected.rate_per_s = sum.rate_per_s;
        assert_eq!(*sum, expected);
        assert!((sum.rate_per_s - whole.rate_per_s).abs() < 1e-6);
    }
    assert!((sum.all.rate_per_s - rates.iter().sum::<f64>()).abs() < 1e-9);
    assert_eq!(sum.workload.users, Some(4));
    assert_eq!(sum.duration_ms, 3_200);
    assert_eq!(sum.started, "2026-11-21T12:00:00.000Z");
    let incidents: u64 = sum.incidents.iter().map(|i| i.count).sum();
    assert_eq!(incidents, sum.all.failed());
    assert!(sum.is_wrong());
    let counted: u64 = sum.series.iter().map(|second| second.requests).sum();
    assert_eq!(counted, sum.all.count);
    let from: Vec<_> = sum
        .merged_from
        .iter()
        .map(|p| (p.file.as_str(), p.count))
        .collect();
    assert_eq!(from, [("0/load.json", 4_000), ("1/load.json", 3_001)]);
    // A sum can be added to, and knows all its parts.
    let third = merged(vec![sum, run(100, &one)]).unwrap();
    assert_eq!((third.all.count, third.merged_from.len()), (11_001, 3));
}

#[test]
fn rules_are_judged_on_the_sum() {
    let slow = ("exchange", 900_000, None);
    let fast = ("exchange", 1_000, None);
    // One of 60 is slow: of the first part's requests one of 50.
    let one: Vec<Request> = [slow].into_iter().chain([fast; 49]).collect();
    for (count, ok) in [(10, false), (1_000, true)] {
        let sum = merged(vec![run(0, &one), run(1, &vec![fast; count])]).unwrap();
        let verdicts: Vec<_> = sum
            .thresholds
            .iter()
            .map(|t| (t.rule.as_str(), t.ok))
            .collect();
        let expected = [
            ("error-rate<10%", Some(true)),
            ("p99<100ms for exchange", Some(ok)),
        ];
        assert_eq!(verdicts, expected);
    }
    let mut other = run(1, &one);
    other.thresholds.pop();
    let sum = merged(vec![run(0, &one), other]).unwrap();
    assert!(sum.thresholds.is_empty());
    assert!(
        sum.notes
            .iter()
            .any(|note| note.contains("thresholds of the parts differ"))
    );
    let mut behind = run(1, &one);
    behind.unsent = 1;
    let sum = merged(vec![run(0, &one), behind]).unwrap();
    assert!(sum.thresholds.iter().all(|verdict| verdict.ok.is_none()));
    // What one part could not judge.
    let mut gave_up = run(1, &one);
    gave_up.thresholds[0].ok = None;
    let sum = merged(vec![run(0, &one), gave_up]).unwrap();
    assert_eq!(sum.thresholds[0].ok, None);
    assert!(sum.thresholds[1].ok.is_some());
}

#[test]
fn a_rate_that_was_not_made_at_once_holds_no_rule() {
    for (after_noon_ms, ok) in [(100, Some(true)), (2_000, None)] {
        let part = |after_noon_ms| {
            let mut run = run(after_noon_ms, &[("exchange", 1_000, None); 30]);
            run.thresholds.truncate(1);
            run.thresholds[0].rule = "rps>=15".to_owned();
            run
        };
        let sum = merged(vec![part(0), part(after_noon_ms)]).unwrap();
        assert_eq!(sum.thresholds[0].ok, ok, "{after_noon_ms}");
    }
}

#[test]
fn nothing_is_added_twice() {
    let part = |after_noon_ms| run(after_noon_ms, &[("exchange", 1_000, None)]);
    let told = merged(vec![part(0), part(1), part(0)]).unwrap_err();
    assert!(
        told.contains("2/load.json") && told.contains("is in 0/load.json, too"),
        "{told}"
    );
    let sum = merged(vec![part(0), part(1)]).unwrap();
    let told = merged(vec![sum, part(1)]).unwrap_err();
    assert!(told.contains("is in 0/load.json, too"), "{told}");
}

#[test]
fn seconds_are_matched_to_the_nearest() {
    let second = |at_ms: u64, requests: u64, ms: f64| Second {
        at_ms,
        requests,
        errors: 1,
        in_flight: 2,
        p50: (requests > 0).then_some(ms),
        max: (requests > 0).then_some(ms),
        ..Second::default()
    };
    let with = |after_noon_ms, series: &[Second]| {
        let mut run = run(after_noon_ms, &[("exchange", 1, None)]);
        run.series = series.to_vec();
        run
    };
    let one = with(
        0,
        &[
            second(1_000, 5, 1.0),
            second(2_000, 5, 2.0),
            second(2_500, 5, 3.0),
        ],
    );
    let two = with(
        1_400,
        &[
            second(1_000, 7, 4.0),
            second(2_000, 0, 0.0),
            second(2_900, 1, 9.0),
        ],
    );
    let sum = merged(vec![one, two]).unwrap();
    let told: Vec<_> = sum
        .series
        .iter()
        .map(|s| (s.at_ms, s.requests, s.errors, s.in_flight, s.p50, s.max))
        .collect();
    assert_eq!(
        told,
        [
            (1_000, 5, 1, 2, Some(1.0), Some(1.0)),
            // Nobody knows the median of both.
            (2_000, 12, 2, 4, None, Some(4.0)),
            (3_000, 5, 2, 4, Some(3.0), Some(3.0)),
            (3_900, 1, 1, 2, Some(9.0), Some(9.0)),
        ]
    );
    assert!(
        sum.notes
            .iter()
            .any(|note| note.contains("Only 1.6 of 4.4 s")),
        "{:?}",
        sum.notes
    );
}

#[test]
fn what_the_parts_say_of_themselves_is_kept_apart() {
    let sum = merged(vec![run(0, &[("exchange", 1, None)]), run(5, &[])]).unwrap();
    let notes = &sum.notes;
    for expected in [
        "0/load.json, 1/load.json: A note.",
        "0/load.json: Note 0.",
        "1/load.json: Note 5.",
    ] {
        assert!(notes.iter().any(|note| note == expected), "{notes:?}");
    }
    let names: Vec<&str> = sum.system.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "issuer",
            "load made by (0/load.json)",
            "load made by (1/load.json)"
        ]
    );
}

#[test]
fn what_is_no_part_of_one_load_is_refused() {
    type Change = fn(&mut LoadRun);
    let histogram = |change: fn(&mut Vec<u8>), run: &mut LoadRun| {
        use base64::Engine as _;
        let coder = base64::engine::general_purpose::STANDARD;
        let text = run.requests[0].service_histogram.take().unwrap();
        let mut bytes = coder.decode(text).unwrap();
        change(&mut bytes);
        run.requests[0].service_histogram = Some(coder.encode(bytes));
    };
    let changes: [(Change, &str); 16] = [
        (
            |r| r.provider.issuer = "https://y".to_owned(),
            "`provider.issuer` is \"https://y\"",
        ),
        (|r| r.scenario.name = "other".to_owned(), "`scenario.name`"),
        (
            |r| r.scenario.flow.push("userinfo".to_owned()),
            "`scenario.flow`",
        ),
        (
            |r| r.workload.kind = crate::load_run::WorkloadKind::Open,
            "`workload.kind` is open, and closed",
        ),
        (|r| r.workload.rate = Some(1e300), "`workload.rate`"),
        (|r| r.started = "noon".to_owned(), "`started` is no time"),
        (
            |r| r.started = "2026-11-21T12:00:03.001Z".to_owned(),
            "when the others had ended",
        ),
        (
            |r| r.started = "9999-11-21T12:00:00Z".to_owned(),
            "when the others had ended",
        ),
        (|r| r.duration_ms = u64::MAX, "`duration_ms`"),
        (
            |r| r.all.latency_histogram = None,
            "`all.latency_histogram` is missing",
        ),
        (
            |r| r.requests[0].service_histogram = Some("?".to_owned()),
            "`requests[0].service_histogram` is no base64",
        ),
        (
            |r| r.requests[0].service_histogram = Some("A".repeat(2 << 20)),
            "is longer than",
        ),
        (
            |r| r.requests[0].service_histogram = Some("AAAA".to_owned()),
            "too short",
        ),
        (
            |r| r.requests[0].count += 1,
            "`requests[0].latency_histogram` holds 1 requests, and `count` says 2",
        ),
        (|r| r.all.rate_per_s = f64::NAN, "`all.rate_per_s`"),
        (
            |r| r.all.errors = [("x".to_owned(), u64::MAX)].into(),
            "`all.errors` are more",
        ),
    ];
    let good = || run(0, &[("exchange", 1_000, None)]);
    for (change, says) in changes {
        let mut wrong = run(1, &[("exchange", 1_000, None)]);
        change(&mut wrong);
        let told = merged(vec![good(), wrong]).unwrap_err();
        assert!(
            told.contains(says) && told.contains("1/load.json"),
            "{told}, not {says}"
        );
    }
    type Spoil = fn(&mut Vec<u8>);
    let spoiled: [(Spoil, &str); 6] = [
        (|bytes| bytes[3] ^= 0xff, "is no histogram"),
        (|bytes| bytes.truncate(41), "cut off"),
        (|bytes| bytes.push(0), "cut off"),
        (|bytes| bytes[7] = 0xff, "cut off"),
        // Of more digits, or up to a higher value: more memory than ours would take.
        (|bytes| bytes[15] = 5, "other bounds or digits"),
        (|bytes| bytes[24] = 0xff, "other bounds or digits"),
    ];
    for (change, says) in spoiled {
        let mut wrong = good();
        histogram(change, &mut wrong);
        let told = merged(vec![good(), wrong]).unwrap_err();
        assert!(told.contains(says), "{told}, not {says}");
    }
    let mut many = good();
    many.requests = vec![many.requests[0].clone(); 101];
    assert!(
        merged(vec![good(), many])
            .unwrap_err()
            .contains("`requests` are more")
    );
}

#[test]
fn bytes_that_are_no_counts_are_refused_without_a_panic() {
    use base64::Engine as _;
    let coder = base64::engine::general_purpose::STANDARD;
    let good = run(0, &requests(3, 500));
    let text = good.requests[0].latency_histogram.clone().unwrap();
    let bytes = coder.decode(text).unwrap();
    let mut refused = 0;
    for at in 40..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut spoiled = bytes.clone();
            spoiled[at] ^= flip;
            let mut wrong = good.clone();
            wrong.requests[0].latency_histogram = Some(coder.encode(spoiled));
            refused += usize::from(merged(vec![good.clone(), wrong]).is_err());
        }
    }
    assert!(
        refused > bytes.len(),
        "{refused} of {}",
        3 * (bytes.len() - 40)
    );
}
