//! A load run in which everything occurs.

use crate::load_run::{
    Capacity, CapacityStep, FlowFigures, Incident, LOAD_SCHEMA_VERSION, LoadRun, MergedPart,
    Percentiles, PhaseFigures, RaceResult, RequestFigures, ScenarioInfo, Second, ThresholdVerdict,
    WorkloadInfo, WorkloadKind,
};
use crate::report::fixture::run;

fn figures(name: &str, count: u64, failed: u64, scale: f64) -> RequestFigures {
    let times = |scale: f64| Percentiles {
        p50: Some(1.5 * scale),
        p90: Some(4.0 * scale),
        p95: Some(6.25 * scale),
        p99: Some(48.0 * scale),
        p999: Some(120.0 * scale),
        max: Some(401.0 * scale),
        mean: Some(2.125 * scale),
    };
    RequestFigures {
        name: name.to_owned(),
        count,
        errors: [("http_503".to_owned(), failed)]
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .collect(),
        rate_per_s: count as f64 / 3.0,
        latency_ms: times(scale),
        service_ms: times(scale / 2.0),
        distribution: vec![
            (0.0, 0.5 * scale),
            (90.0, 4.0 * scale),
            (99.0, 48.0 * scale),
            (100.0, 401.0 * scale),
        ],
        latency_histogram: Some("HISTFAAA".to_owned()),
        service_histogram: Some("HISTFAAB".to_owned()),
    }
}

/// The run.
pub(crate) fn load_run() -> LoadRun {
    let of = run();
    let second = |at_ms: u64, requests: u64, errors: u64| Second {
        at_ms,
        requests,
        errors,
        due: 100,
        in_flight: 3,
        p50: (requests > 0).then_some(1.5),
        p95: (requests > 0).then_some(6.25),
        p99: (requests > 0).then_some(48.0),
        max: (requests > 0).then_some(401.0),
    };
    LoadRun {
        schema_version: LOAD_SCHEMA_VERSION,
        tool: of.tool,
        provider: of.provider,
        scenario: ScenarioInfo {
            name: "token_refresh".to_owned(),
            summary: "Refresh tokens are used one after another.".to_owned(),
            flow: vec!["refresh".to_owned(), "userinfo".to_owned()],
        },
        workload: WorkloadInfo {
            kind: WorkloadKind::Open,
            rate: Some(100.0),
            rate_from: Some(50.0),
            connections: Some(256),
            users: None,
            warmup_ms: 5_000,
        },
        started: "2026-11-21T12:00:00Z".to_owned(),
        duration_ms: 3_000,
        interrupted: true,
        stopped: Some("Ctrl-C".to_owned()),
        kept_pace: Some(true),
        unsent: 0,
        flows: FlowFigures {
            started: 300,
            completed: 297,
            failed: 3,
        },
        all: figures("all", 597, 3, 1.0),
        requests: vec![
            figures("refresh", 300, 3, 1.5),
            figures("userinfo", 297, 0, 0.5),
        ],
        thresholds: vec![
            ThresholdVerdict {
                name: "all".to_owned(),
                rule: "error-rate<1%".to_owned(),
                ok: Some(true),
                observed: "0.503 %".to_owned(),
            },
            ThresholdVerdict {
                name: "refresh".to_owned(),
                rule: "p99<50ms for refresh".to_owned(),
                ok: Some(false),
                observed: "72.000 ms".to_owned(),
            },
            ThresholdVerdict {
                name: "all".to_owned(),
                rule: "rps>=10".to_owned(),
                ok: None,
                observed: "not judged".to_owned(),
            },
        ],
        incidents: vec![
            Incident {
                request: "refresh".to_owned(),
                kind: "http_503".to_owned(),
                count: 2,
                first_at_ms: -1_200,
                last_at_ms: 1_700,
                wrong: false,
                example: "expected 200, got 503 with an empty body".to_owned(),
            },
            Incident {
                request: "refresh".to_owned(),
                kind: "repeated_token".to_owned(),
                count: 1,
                first_at_ms: 2_100,
                last_at_ms: 2_100,
                wrong: true,
                example: "expected a new access token, got one that was issued before".to_owned(),
            },
        ],
        races: vec![
            RaceResult {
                of: "code".to_owned(),
                requirement: "RFC6749-4.1.2-2".to_owned(),
                parallel: 8,
                rounds: 3,
                winners: vec![1, 1, 1],
                ok: Some(true),
                actual: "never more than one was accepted in 3 rounds".to_owned(),
            },
            RaceResult {
                of: "refresh_token".to_owned(),
                requirement: "RFC9700-4.14.2-5".to_owned(),
                parallel: 8,
                rounds: 3,
                winners: vec![1, 2, 1],
                ok: Some(false),
                actual: "several were accepted in 1 of 3 rounds, up to 2".to_owned(),
            },
            RaceResult {
                of: "code".to_owned(),
                requirement: "RFC6749-4.1.2-7".to_owned(),
                parallel: 16,
                rounds: 0,
                winners: Vec::new(),
                ok: None,
                actual: "it could not be judged: status 500 (http_500)".to_owned(),
            },
        ],
        series: vec![
            second(1_000, 199, 0),
            second(2_000, 0, 0),
            second(3_000, 398, 3),
        ],
        setup: Some(PhaseFigures {
            summary: "logins that fill the pool of refresh tokens".to_owned(),
            done: 50,
            failed: 0,
            duration_ms: 1_234,
        }),
        teardown: Some(PhaseFigures {
            summary: "refresh tokens revoked".to_owned(),
            done: 49,
            failed: 1,
            duration_ms: 321,
        }),
        capacity: Some(Capacity {
            held: Some(100.0),
            broke: Some(105.0),
            steps: vec![
                CapacityStep {
                    rate: 100.0,
                    ok: true,
                    wrong: false,
                    why: None,
                    p50: Some(1.5),
                    p99: Some(48.0),
                },
                CapacityStep {
                    rate: 105.0,
                    ok: false,
                    wrong: true,
                    why: Some("answers were wrong: exchange, repeated_token".to_owned()),
                    p50: Some(1.75),
                    p99: Some(51.0),
                },
            ],
        }),
        system: vec![("issuer".to_owned(), "https://id.example.test".to_owned())],
        merged_from: vec![MergedPart {
            file: "one/load.json".to_owned(),
            started: "2026-11-21T12:00:00Z".to_owned(),
            duration_ms: 3_000,
            count: 597,
            rate_per_s: 199.0,
        }],
        notes: vec!["This machine was late with its arrivals.".to_owned()],
    }
}
