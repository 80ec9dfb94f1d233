//! `oidcheck load` as a user meets it.

mod baseline;
mod capacity;
mod faults;
mod files;
mod metrics;
mod providers;
mod secrets;
mod stops;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{arg, folder, oidcheck, read_json};

/// Short enough for a test, long enough for a second of the course.
const SHORT: [&str; 4] = ["--duration", "1s", "--warmup", "0"];

/// Runs a load to its end; the arguments may say another length.
fn load(arguments: &[&str]) -> crate::program::Ran {
    let mut all = vec!["load"];
    all.extend(arguments);
    for option in SHORT.chunks(2) {
        if !arguments.contains(&option[0]) {
            all.extend(option);
        }
    }
    oidcheck(&all)
}

/// A scenario with every word that needs a user, of two users who begin at once.
fn whole_life(folder: &Path) -> PathBuf {
    let text = r#"
        flow = ["login", "exchange", "userinfo", "refresh*3", "introspect", "revoke", "logout"]
        id_tokens = 1.0
        [workload]
        users = 2
        ramp = 0
        warmup = 0
        duration = "300ms"
        [races]
        code = 8
        refresh_token = 8
        rounds = 1
    "#;
    let path = folder.join("whole.toml");
    std::fs::write(&path, text).expect("a file can be written");
    path
}

/// The load.json of a run.
fn saved(out: &Path) -> Value {
    read_json(&out.join("load.json"))
}

/// What went wrong in a run, of this kind.
fn incident<'a>(run: &'a Value, kind: &str) -> &'a Value {
    let all = run["incidents"].as_array().expect("a list");
    let found = all.iter().find(|incident| incident["kind"] == kind);
    found.expect(kind)
}

#[test]
fn an_open_workload_brings_the_rate_that_was_asked() {
    let out = folder("load-open");
    let place = arg(&out);
    load(&[
        "client_credentials",
        "--rate",
        "20",
        "--threshold",
        "rps>=20 for client_credentials",
        "--report",
        "html,junit,markdown",
        "--out",
        place,
    ])
    .expect_code(0)
    .says("Every answer was right, every threshold held");
    let text = std::fs::read_to_string(out.join("load.json")).expect("load.json is there");
    let run: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(run["workload"]["kind"], "open");
    assert_eq!(run["kept_pace"], true);
    assert_eq!(run["duration_ms"], 1000);
    let request = &run["requests"][0];
    assert_eq!(request["name"], "client_credentials");
    // Due every 50 ms of one second, whatever the machine does.
    assert_eq!(request["count"], 20);
    assert_eq!(request["rate_per_s"], 20.0);
    for figure in ["p50", "p90", "p95", "p99", "p999", "max"] {
        assert!(request["latency_ms"][figure].is_f64(), "{figure}");
        assert!(request["service_ms"][figure].is_f64(), "{figure}");
    }
    for name in ["load.json", "load.html", "load-junit.xml", "load.md"] {
        let text = std::fs::read_to_string(out.join(name)).expect(name);
        assert!(!text.contains("conformance-secret"), "{name}");
    }
    // The saved run is a baseline of the next.
    let saved = out.join("load.json");
    let baseline = arg(&saved);
    load(&["client_credentials", "--rate", "10", "--baseline", baseline])
        .expect_code(0)
        .says("another workload");
}

#[test]
fn a_closed_workload_signs_users_in() {
    let out = folder("load-closed");
    let place = arg(&out);
    load(&["login", "--users", "2", "--out", place]).expect_code(0);
    let text = std::fs::read_to_string(out.join("load.json")).expect("load.json is there");
    let run: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(run["workload"]["kind"], "closed");
    assert_eq!(run["kept_pace"], Value::Null);
    let names: Vec<&str> = run["requests"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|request| request["name"].as_str())
        .collect();
    assert_eq!(names, ["authorize", "login", "exchange", "userinfo"]);
    assert_eq!(run["races"][0]["ok"], true);
    assert!(run["flows"]["completed"].as_u64() > Some(0));
}

#[test]
fn what_is_wrong_fails_although_it_is_fast() {
    load(&[
        "client_credentials",
        "--fault",
        "token_response.token_type_wrong",
    ])
    .expect_code(1)
    .says("token_type");
    load(&["client_credentials", "--threshold", "p50<1us"])
        .expect_code(1)
        .says("failed p50<1us");
}

#[test]
fn what_the_user_must_mend_is_found_first() {
    let out = folder("load-mend");
    let file = out.join("mine.toml");
    std::fs::write(&file, "flow = ['jwks']\n[workload]\nrate = 0\n").expect("it can be written");
    let path = arg(&file);
    for (arguments, says) in [
        (&["load", path][..], "mine.toml:3: `rate`"),
        (&["load", "logon"], "no load scenario `logon`"),
        (&["load", "--rate", "0"], "more than 0"),
        (
            &["load", "--users", "3", "--rate", "3"],
            "cannot be used with",
        ),
        (&["load", "--threshold", "p95<fast"], "p95<fast"),
        (
            &["load", "--threshold", "p95<1s for token"],
            "no request `token` in this flow",
        ),
        (
            &[
                "load",
                "discovery",
                "--issuer",
                "https://id.example.invalid",
            ],
            "--allow-host id.example.invalid",
        ),
        (
            &[
                "load",
                "client_credentials",
                "--issuer",
                "http://127.0.0.1:9",
            ],
            "[[client]]",
        ),
        (&["load", "login", "--find-capacity"], "add --rate"),
    ] {
        oidcheck(arguments).expect_code(2).says(says);
    }
    oidcheck(&["load", "discovery", "--issuer", "http://127.0.0.1:9"])
        .expect_code(3)
        .says("can't be reached");
}
