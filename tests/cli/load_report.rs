//! `oidcheck report` of load runs: one once more, several added up.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::program::{arg, command, folder, oidcheck, read, read_json};

/// A load run of a second with 20 requests, which goes on beside others.
fn begin(out: &Path, scenario: &str) -> Child {
    let arguments = ["load", scenario, "--rate", "20", "--duration", "1s"];
    let rest = ["--warmup", "0", "--report", "junit", "--out", arg(out)];
    let all: Vec<&str> = arguments.iter().chain(&rest).copied().collect();
    let mut command = command(&all);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    child.expect("the binary starts")
}

/// Two runs side by side; where their load.json are.
fn two(name: &str) -> (PathBuf, [PathBuf; 2]) {
    let out = folder(name);
    let parts = ["one", "two"].map(|part| out.join(part));
    let children = parts
        .each_ref()
        .map(|part| begin(part, "client_credentials"));
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    // Each of them had a mock of its own, and began when the machine let it.
    let files = parts.map(|part| part.join("load.json"));
    for (file, started) in files.iter().zip(["12:00:00Z", "12:00:00.001Z"]) {
        let started = format!("2026-11-21T{started}");
        change(file, "/provider/issuer", json!("https://id.example.test"));
        change(file, "/started", json!(started));
    }
    (out, files)
}

fn change(file: &Path, pointer: &str, value: Value) {
    let mut run = read_json(file);
    *run.pointer_mut(pointer).expect("it is there") = value;
    std::fs::write(file, run.to_string()).expect("it can be written");
}

#[test]
fn two_machines_are_added_up() {
    let (out, [one, two]) = two("report-load");
    let sum = out.join("sum");
    let all = ["--report", "json,html,junit,markdown", "--out", arg(&sum)];
    let arguments = ["report", arg(&one), arg(&two)];
    let arguments: Vec<&str> = arguments.iter().chain(&all).copied().collect();
    oidcheck(&arguments).expect_code(0).says("load.html");
    let run = read_json(&sum.join("load.json"));
    assert_eq!(run["all"]["count"], 40);
    assert_eq!(run["all"]["rate_per_s"], 40.0);
    assert_eq!(run["workload"]["rate"], 40.0);
    assert_eq!(run["kept_pace"], true);
    assert_eq!(run["merged_from"][1]["file"], arg(&two));
    assert_eq!(run["thresholds"][0]["ok"], true);
    for name in ["load.html", "load-junit.xml", "load.md"] {
        assert!(!read(&sum.join(name)).is_empty(), "{name}");
    }
    // On the terminal, too; and once more as it was.
    oidcheck(&["report", arg(&one), arg(&two)])
        .expect_code(0)
        .says("Added up from 2 runs");
    let again = out.join("again");
    let saved = sum.join("load.json");
    oidcheck(&["report", arg(&saved), "--out", arg(&again)]).expect_code(0);
    assert_eq!(read(&again.join("load.json")), read(&saved));
    // The exit code is that of a load run.
    change(
        &two,
        "/incidents",
        json!([{
            "request": "client_credentials", "kind": "shape", "count": 1, "first_at_ms": 5, "last_at_ms": 5,
            "wrong": true, "example": "expected x"
        }]),
    );
    oidcheck(&["report", arg(&one), arg(&two)])
        .expect_code(1)
        .says("Answers were wrong");
}

#[test]
fn what_can_not_be_added_up_is_named() {
    let (out, [one, two]) = two("report-load-wrong");
    let (one, good) = (arg(&one), read(&two));
    let path = arg(&two);
    for (pointer, value, says) in [
        (
            "/provider/issuer",
            json!("https://other.example.test"),
            "`provider.issuer`",
        ),
        ("/scenario/flow", json!(["jwks"]), "`scenario.flow`"),
        (
            "/requests/0/latency_histogram",
            Value::Null,
            "`requests[0].latency_histogram` is missing",
        ),
        (
            "/requests/0/service_histogram",
            json!("HISTFAAA"),
            "`requests[0].service_histogram`",
        ),
        ("/all/count", json!(21), "`all.latency_histogram` holds 20"),
        ("/schema_version", json!(2), "schema version 2"),
        ("/started", json!("2020-01-01T00:00:00Z"), "`started`"),
    ] {
        std::fs::write(&two, &good).expect("it can be written");
        change(&two, pointer, value);
        oidcheck(&["report", one, path]).expect_code(2).says(says);
    }
    std::fs::write(&two, &good[..good.len() / 2]).expect("it can be written");
    oidcheck(&["report", one, path]).expect_code(2).says(path);
    oidcheck(&["report", one, "--matrix"])
        .expect_code(2)
        .says("--matrix is for run.json");
    let other = out.join("run.json");
    std::fs::write(&other, "{}").expect("it can be written");
    oidcheck(&["report", one, arg(&other)])
        .expect_code(2)
        .says("no report together");
    let absent = out.join("absent/load.json");
    oidcheck(&["report", one, arg(&absent)])
        .expect_code(2)
        .says("can't be read");
}
