//! Ctrl-C, SIGTERM and kill -9 in the middle of a run.
#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mock_idp::{MockIdp, Transport};

use crate::program::{
    arg, command, folder, mock, oidcheck, oidcheck_beside, preset, provider_file, read, read_json,
    scenario_ids,
};

/// A mock that takes its time, so that a run can be caught in the middle.
async fn slow_mock() -> MockIdp {
    let idp = mock(|builder| builder).await;
    let delay = Transport::Delay(Duration::from_millis(60));
    idp.control()
        .carry(&idp.issuer(), delay)
        .expect("it is its issuer");
    idp
}

/// A run that has finished two scenarios and has more to do.
fn in_the_middle(idp: &MockIdp, out: &Path) -> Child {
    let file = provider_file(out, &preset(&idp.issuer()));
    let arguments = [
        "run",
        "OIDCC-3.1.2.1",
        "-p",
        arg(&file),
        "--jobs",
        "1",
        "--out",
        arg(out),
    ];
    let mut command = command(&arguments);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.expect("the binary starts");
    let begun = Instant::now();
    while finished(out) < 2 {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{}",
            read(&out.join("run.jsonl"))
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

fn finished(out: &Path) -> usize {
    let journal = read(&out.join("run.jsonl"));
    journal
        .lines()
        .filter(|line| line.starts_with("{\"scenario\":"))
        .count()
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(status.expect("kill is there").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_writes_what_is_there() {
    let idp = slow_mock().await;
    for name in ["-INT", "-TERM"] {
        let out = folder(&format!("signal{name}"));
        let mut child = in_the_middle(&idp, &out);
        signal(&child, name);
        let status = child.wait().expect("it ends");
        assert_eq!(status.code(), Some(3), "{name}");
        let run = read_json(&out.join("run.json"));
        assert_eq!(run["interrupted"], true);
        assert!(scenario_ids(&run).len() >= 2, "{name}");
        assert!(
            !run["unfinished"].as_array().expect("a list").is_empty(),
            "{name}"
        );
        let (journal, rebuilt) = (out.join("run.jsonl"), out.join("rebuilt"));
        oidcheck(&["report", arg(&journal), "--out", arg(&rebuilt)]).expect_code(0);
        assert_eq!(read(&rebuilt.join("run.json")), read(&out.join("run.json")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_loses_no_finished_scenario() {
    let idp = slow_mock().await;
    let out = folder("killed");
    let mut child = in_the_middle(&idp, &out);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let kept = finished(&out);
    assert!(!out.join("run.json").exists());
    let (journal, rebuilt) = (out.join("run.jsonl"), out.join("rebuilt"));
    oidcheck(&[
        "report",
        arg(&journal),
        "--report",
        "json,html",
        "--out",
        arg(&rebuilt),
    ])
    .expect_code(0);
    let run = read_json(&rebuilt.join("run.json"));
    assert_eq!(run["interrupted"], true);
    let ids = scenario_ids(&run);
    assert_eq!(ids.len(), kept);
    // The exchanges that they point to are there too.
    let exchanges = run["exchanges"].as_array().expect("a list");
    let known: Vec<_> = exchanges.iter().map(|e| &e["id"]).collect();
    let scenarios = run["scenarios"].as_array().expect("a list");
    let named = scenarios
        .iter()
        .filter_map(|s| s["exchanges"].as_array())
        .flatten();
    for id in named {
        assert!(known.contains(&id), "exchange {id}");
    }
    // What was not finished is run again, and nothing else but what did not pass.
    idp.control()
        .carry(&idp.issuer(), Transport::Normal)
        .expect("it is its issuer");
    let again = out.join("again");
    let file = out.join("provider.toml");
    let arguments = [
        "run",
        "-p",
        arg(&file),
        "--rerun",
        arg(&journal),
        "--out",
        arg(&again),
    ];
    let mut command = command(&arguments);
    let status = tokio::task::spawn_blocking(move || command.output()).await;
    let status = status
        .expect("nobody panics")
        .expect("the binary starts")
        .status;
    assert!(matches!(status.code(), Some(0 | 4)), "{status}");
    let second = read_json(&again.join("run.json"));
    assert_eq!(serde_json::json!(scenario_ids(&second)), run["unfinished"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_loses_no_failure_that_waits_to_be_confirmed() {
    let idp = mock(|builder| builder).await;
    let issuer = idp.issuer_with("id_token.wrong_aud");
    let delay = Transport::Delay(Duration::from_millis(60));
    idp.control()
        .carry(&issuer, delay)
        .expect("it is its issuer");
    let out = folder("killed-suspect");
    let file = provider_file(&out, &preset(&issuer));
    let arguments = ["run", "OIDCC-2", "-p", arg(&file), "--out", arg(&out)];
    let mut command = command(&arguments);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.expect("the binary starts");
    let journal = out.join("run.jsonl");
    let begun = Instant::now();
    while !read(&journal).contains("not judged again alone: the run ended before") {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{}",
            read(&journal)
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    assert!(!out.join("run.json").exists());
    let rebuilt = out.join("rebuilt");
    oidcheck(&["report", arg(&journal), "--out", arg(&rebuilt)]).expect_code(0);
    let run = read_json(&rebuilt.join("run.json"));
    assert_eq!(run["interrupted"], true);
    assert!(
        run["totals"]["fail"].as_u64() > Some(0),
        "{}",
        run["totals"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_deadline_the_rest_is_an_error_at_once() {
    let idp = slow_mock().await;
    let out = folder("deadline");
    let file = provider_file(&out, &preset(&idp.issuer()));
    let begun = Instant::now();
    let arguments = [
        "run",
        "OIDCC-3.1.2.1",
        "-p",
        arg(&file),
        "--jobs",
        "1",
        "--deadline",
        "1s",
        "--out",
        arg(&out),
    ];
    oidcheck_beside(&arguments)
        .await
        .expect_code(3)
        .says("the run's deadline has passed")
        .says("oidcheck doctor");
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
    let run = read_json(&out.join("run.json"));
    assert_eq!(run["interrupted"], false);
    assert!(run["totals"]["error"].as_u64() > Some(0));
}
