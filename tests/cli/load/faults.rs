//! What the mock IdP breaks under load alone: the run goes on, counts by kind and says when it began.

use mock_idp::Algorithm;
use serde_json::{Map, Value, json};

use super::{incident, load, saved, whole_life};
use crate::program::{arg, folder, mock, oidcheck, oidcheck_beside, preset, provider_file};

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_breaks_down_is_counted_by_kind_and_the_run_goes_on() {
    let idp = mock(|builder| builder).await;
    for (fault, kind) in [
        ("token_endpoint.busy", "temporarily_unavailable"),
        ("token_endpoint.resets", "broken"),
        ("token_endpoint.hangs", "timed_out"),
    ] {
        let out = folder(fault);
        let issuer = idp.issuer_with(fault);
        // Its keys are made when they are needed first, which takes a while.
        let signed = idp
            .control()
            .sign(&issuer, Algorithm::Rs256, "JWT", &Map::new());
        signed.expect("it is its issuer");
        let file = provider_file(&out, &preset(&issuer));
        oidcheck_beside(&[
            "load",
            "client_credentials",
            "-p",
            arg(&file),
            "--rate",
            "250",
            "--warmup",
            "0",
            "--duration",
            "1s",
            "--max-time",
            "2s",
            "--out",
            arg(&out),
        ])
        .await
        .expect_code(1)
        .says("failed error-rate<1%")
        .says("1 threshold failed");
        let run = saved(&out);
        // The endpoint bears 200 requests.
        let request = &run["requests"][0];
        assert_eq!(request["count"], 250, "{fault}");
        assert_eq!(request["errors"], json!({ kind: 50 }), "{fault}");
        assert_eq!(run["flows"]["failed"], 50, "{fault}");
        assert_eq!(run["kept_pace"], true, "{fault}");
        // It began when the 201st was due, not when somebody noticed.
        let incident = incident(&run, kind);
        assert_eq!(incident["wrong"], false, "{fault}");
        let first = incident["first_at_ms"].as_i64().expect("a number");
        assert!((700..1900).contains(&first), "{fault}: {first}");
        let all: u64 = seconds(&run).map(errors).sum();
        assert_eq!(all, 50, "{fault}");
    }
}

fn seconds(run: &Value) -> impl Iterator<Item = &Value> {
    run["series"].as_array().into_iter().flatten()
}

fn errors(second: &Value) -> u64 {
    second["errors"].as_u64().expect("a number")
}

#[test]
fn a_freeze_is_in_the_percentiles_of_an_open_workload() {
    let out = folder("load-freezes");
    // The endpoint stands still for 400 ms of every two seconds: a fifth of the requests waits, up to 400 ms, so that
    // one in a hundred waits at least 380 ms.
    load(&[
        "client_credentials",
        "--fault",
        "token_endpoint.freezes",
        "--rate",
        "100",
        "--duration",
        "2s",
        "--threshold",
        "p99<350ms",
        "--out",
        arg(&out),
    ])
    .expect_code(1)
    .says("failed p99<350ms");
    let run = saved(&out);
    let request = &run["requests"][0];
    assert_eq!(request["count"], 200);
    assert_eq!(request["errors"], json!({}));
    let p90 = request["latency_ms"]["p90"].as_f64().expect("a number");
    assert!(p90 > 150.0, "{p90}");
}

#[test]
fn a_slow_endpoint_fails_a_rule_on_latency() {
    load(&[
        "client_credentials",
        "--fault",
        "token_endpoint.slow",
        "--rate",
        "20",
        "--threshold",
        "p50<250ms",
        "--threshold",
        "error-rate<=0",
    ])
    .expect_code(1)
    .says("failed p50<250ms")
    .says("ok     error-rate<=0");
}

#[test]
fn a_token_that_is_issued_twice_is_wrong() {
    let out = folder("load-repeated");
    for (scenario, fault, request) in [
        (
            "client_credentials",
            "token_response.repeated_access_token",
            "client_credentials",
        ),
        ("token_refresh", "refresh.repeated_token", "refresh"),
    ] {
        let arguments = [
            scenario,
            "--fault",
            fault,
            "--rate",
            "50",
            "--out",
            arg(&out),
        ];
        load(&arguments)
            .expect_code(1)
            .says("Answers were wrong")
            .says("repeated_token");
        let run = saved(&out);
        let incidents = run["incidents"].as_array().expect("a list");
        // The logins of the setup get tokens, too.
        let mut repeated = incidents.iter().filter(|i| i["kind"] == "repeated_token");
        let incident = repeated.find(|i| i["request"] == request);
        assert_eq!(incident.expect(request)["wrong"], true);
    }
}

#[test]
fn who_wins_a_race_twice_is_wrong() {
    let out = folder("load-races");
    let scenario = whole_life(&out);
    for (fault, of, requirement) in [
        ("code.race", "code", "RFC6749-4.1.2-4"),
        ("refresh.race", "refresh_token", "RFC9700-4.14.2-9"),
    ] {
        let arguments = [
            "load",
            arg(&scenario),
            "--fault",
            fault,
            "--report",
            "junit",
            "--out",
            arg(&out),
        ];
        oidcheck(&arguments)
            .expect_code(1)
            .says("Answers were wrong")
            .says("several were accepted in 1 of 1 round");
        let run = saved(&out);
        let races = run["races"].as_array().expect("a list");
        for race in races {
            assert_eq!(race["ok"], race["of"] != of, "{race}");
        }
        let race = races.iter().find(|race| race["of"] == of);
        assert_eq!(race.expect("it was run")["requirement"], requirement);
        // Nothing but the race was wrong.
        assert_eq!(run["incidents"], json!([]));
    }
}

#[test]
fn what_is_wrong_before_the_measured_time_is_wrong() {
    let out = folder("load-aside");
    for (scenario, fault, request) in [
        ("token_refresh", "id_token.wrong_key", "setup: exchange"),
        ("jwks", "metadata.issuer_slash", "setup: discovery"),
    ] {
        let mine = out.join("jwks.toml");
        std::fs::write(&mine, "flow = ['jwks']\n[workload]\nrate = 10\n")
            .expect("it can be written");
        let scenario = match scenario {
            "jwks" => arg(&mine),
            shipped => shipped,
        };
        let arguments = [
            scenario,
            "--fault",
            fault,
            "--rate",
            "10",
            "--out",
            arg(&out),
        ];
        load(&arguments)
            .expect_code(1)
            .says("Answers were wrong")
            .says(request);
        let run = saved(&out);
        let incident = &run["incidents"][0];
        assert_eq!(incident["request"], request);
        assert_eq!(incident["wrong"], true);
        assert!(incident["first_at_ms"].as_i64() < Some(0), "{incident}");
    }
}

#[test]
fn a_race_that_could_not_be_judged_is_no_success() {
    let out = folder("load-race-unjudged");
    let scenario = whole_life(&out);
    oidcheck(&[
        "load",
        arg(&scenario),
        "--fault",
        "token_error.server_error",
        "--report",
        "junit",
        "--out",
        arg(&out),
    ])
    .expect_code(3)
    .says("A race could not be judged");
    let run = saved(&out);
    for race in run["races"].as_array().expect("a list") {
        assert_eq!(race["ok"], Value::Null, "{race}");
    }
    let junit = std::fs::read_to_string(out.join("load-junit.xml")).expect("it is there");
    assert!(junit.contains("it could not be judged"), "{junit}");
}
