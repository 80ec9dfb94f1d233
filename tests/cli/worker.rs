//! `oidcheck load --worker` under a master, and what becomes of it without one.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mock_idp::MockIdp;
use rmpv::Value;
use serde_json::Value as Json;

use crate::locust_master::{Master, member};
use crate::program::{
    arg, command, folder, mock, oidcheck, preset, provider_file, read, read_json,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A mock that counts its requests.
async fn counting() -> (MockIdp, Arc<AtomicU64>) {
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    let idp = mock(|builder| {
        builder.observe(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        })
    });
    (idp.await, count)
}

/// A worker that plays `scenario`, or all, against `idp`.
fn worker(idp: &MockIdp, out: &Path, master: &str, scenario: &[&str]) -> Child {
    let file = provider_file(out, &preset(&idp.issuer()));
    let arguments = ["load", "--worker", "--master", master, "-p", arg(&file)];
    let out = ["--out", arg(out)];
    let all: Vec<&str> = arguments
        .iter()
        .chain(scenario)
        .chain(&out)
        .copied()
        .collect();
    let mut command = command(&all);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    child.expect("the binary starts")
}

/// Waits until it says this on stderr, and lets it say more.
fn says(child: &mut Child, text: &str) {
    let stderr = child.stderr.take().expect("it is piped");
    let mut lines = BufReader::new(stderr).lines();
    let mut said = String::new();
    let found = lines.by_ref().map_while(Result::ok).any(|line| {
        said += &format!("{line}\n");
        line.contains(text)
    });
    assert!(found, "`{text}` is not in:\n{said}");
    std::thread::spawn(move || lines.for_each(drop));
}

fn code(mut child: Child) -> Option<i32> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return status.code();
        }
        assert!(begun.elapsed() < PATIENCE, "it does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The requests that all reports together speak of.
fn reported(stats: &[Value]) -> u64 {
    let totals = stats.iter().map(|report| {
        let total = member(report, "stats_total");
        member(total, "num_requests").as_u64().expect("a number")
    });
    totals.sum()
}

async fn file(path: &Path) -> Json {
    let begun = Instant::now();
    while !path.exists() {
        assert!(begun.elapsed() < PATIENCE, "no {}", path.display());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    read_json(path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_says_how_many_users_are_at_work() {
    let (idp, _) = counting().await;
    let out = folder("worker");
    let mut master = Master::listen(0).await;
    let child = worker(&idp, &out, &master.address(), &["client_credentials"]);
    assert_eq!(master.hear("client_ready").await, Value::from(-1));
    let beat = master.hear("heartbeat").await;
    assert_eq!(member(&beat, "state"), &"ready".into());
    assert!(member(&beat, "current_cpu_usage").is_f64());

    for count in [2, 5, 1] {
        master.spawn(&[("ClientCredentials", count)]);
        assert_eq!(master.hear("spawning").await, Value::Nil);
        let complete = master.hear("spawning_complete").await;
        assert_eq!(member(&complete, "user_count"), &count.into());
        let classes = member(&complete, "user_classes_count");
        assert_eq!(member(classes, "ClientCredentials"), &count.into());
    }
    // A class that no scenario stands for is told of, and the others are at work.
    master.spawn(&[("ClientCredentials", 2), ("Nobody", 1), ("login", 0)]);
    let exception = master.hear("exception").await;
    let told = member(&exception, "msg").as_str().expect("a text");
    assert!(
        told.contains("`Nobody`") && told.contains("ClientCredentials"),
        "{told}"
    );
    let complete = master.hear("spawning_complete").await;
    assert_eq!(member(&complete, "user_count"), &2.into());

    let mut stats = vec![master.hear("stats").await];
    while reported(&stats) == 0 {
        stats.push(master.hear("stats").await);
    }
    let entry = &member(&stats[stats.len() - 1], "stats")
        .as_array()
        .expect("a list")[0];
    assert_eq!(member(entry, "name"), &"client_credentials".into());
    assert_eq!(member(entry, "num_failures"), &0.into());

    // What is no message of Locust's is left out, what is out of date, too.
    master.say("spawn", Value::Nil);
    master.say("made_up", Value::Nil);
    master.say("stop", Value::Nil);
    master.hear("client_stopped").await;
    master.hear("client_ready").await;
    stats.extend(master.all("stats"));
    let run = read_json(&out.join("load.json"));
    assert_eq!(run["all"]["count"], reported(&stats));
    assert_eq!(run["workload"]["users"], 5);
    assert_eq!(run["interrupted"], false);

    // Another swarm does not take the place of the first.
    master.spawn(&[("client_credentials", 1)]);
    master.hear("spawning_complete").await;
    while reported(&[master.hear("stats").await]) == 0 {}
    master.say("quit", Value::Nil);
    // One of the classes could not be played.
    assert_eq!(code(child), Some(3));
    let second = read_json(&out.join("swarm-2/load.json"));
    assert_eq!(second["workload"]["users"], 1);
    assert!(second["all"]["count"].as_u64() > Some(0));
    assert_eq!(read_json(&out.join("load.json")), run);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_vanishes_stops_the_load_and_may_come_back() {
    let (idp, count) = counting().await;
    let out = folder("worker-alone");
    // It is not there yet.
    let early = Master::listen(0).await;
    let (address, port) = (early.address(), early.port());
    early.vanish().await;
    let mut child = worker(&idp, &out, &address, &["client_credentials"]);
    says(&mut child, "waits for the Locust master");
    let mut master = Master::listen(port).await;
    master.hear("client_ready").await;
    master.spawn(&[("ClientCredentials", 2)]);
    master.hear("spawning_complete").await;
    while reported(&[master.hear("stats").await]) == 0 {}

    master.vanish().await;
    let run = file(&out.join("load.json")).await;
    assert_eq!(run["interrupted"], true);
    let stopped = run["stopped"].as_str().expect("a reason");
    assert!(stopped.contains("master vanished"), "{stopped}");
    let then = count.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(count.load(Ordering::Relaxed), then);

    let mut master = Master::listen(port).await;
    master.hear("client_ready").await;
    master.spawn(&[("ClientCredentials", 1)]);
    master.hear("spawning_complete").await;
    while reported(&[master.hear("stats").await]) == 0 {}
    assert!(count.load(Ordering::Relaxed) > then);
    // The person at the worker may end it, too.
    let pid = child.id().to_string();
    let killed = Command::new("kill").args(["-INT", &pid]).status();
    assert!(killed.expect("kill is there").success());
    master.hear("quit").await;
    assert_eq!(code(child), Some(3));
    let run = read_json(&out.join("swarm-2/load.json"));
    assert_eq!(run["stopped"], "Ctrl-C");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_scenario_the_master_may_ask_for_all() {
    let (idp, _) = counting().await;
    let out = folder("worker-all");
    let mut master = Master::listen(0).await;
    let child = worker(&idp, &out, &master.address(), &["--report", "markdown"]);
    master.hear("client_ready").await;
    master.spawn(&[("Discovery", 1), ("TokenRefresh", 1), ("Login", 0)]);
    master.hear("spawning_complete").await;
    let mut seen = Vec::new();
    while seen.len() < 2 {
        let report = master.hear("stats").await;
        for entry in member(&report, "stats").as_array().expect("a list") {
            let scenario = member(entry, "method").as_str().expect("a text").to_owned();
            if !seen.contains(&scenario) {
                seen.push(scenario);
            }
        }
    }
    master.say("quit", Value::Nil);
    assert_eq!(code(child), Some(0));
    let refresh = read_json(&out.join("token_refresh/load.json"));
    assert_eq!(refresh["scenario"]["name"], "token_refresh");
    // What was set up is undone.
    let done = (&refresh["setup"]["done"], &refresh["teardown"]["done"]);
    assert_eq!(done, (&50.into(), &50.into()));
    assert!(read(&out.join("discovery/load.md")).contains("discovery"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_of_its_own_ends_the_worker() {
    let (idp, count) = counting().await;
    let out = folder("worker-abort");
    let mut master = Master::listen(0).await;
    let rule = ["client_credentials", "--abort-on", "max<1us"];
    let child = worker(&idp, &out, &master.address(), &rule);
    master.hear("client_ready").await;
    master.spawn(&[("ClientCredentials", 2)]);
    let exception = master.hear("exception").await;
    let told = member(&exception, "msg").as_str().expect("a text");
    assert!(told.contains("--abort-on max<1us"), "{told}");
    master.hear("quit").await;
    assert_eq!(code(child), Some(3));
    let run = read_json(&out.join("load.json"));
    assert_eq!(run["all"]["count"], reported(&master.all("stats")));
    assert!(run["all"]["count"].as_u64() <= Some(count.load(Ordering::Relaxed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swarm_that_ends_in_its_setup_measures_nothing() {
    let (idp, count) = counting().await;
    let slow = mock_idp::Transport::Delay(Duration::from_millis(100));
    idp.control()
        .carry(&idp.issuer(), slow)
        .expect("it is its issuer");
    let out = folder("worker-setup");
    let mut master = Master::listen(0).await;
    let child = worker(&idp, &out, &master.address(), &["token_refresh"]);
    master.hear("client_ready").await;
    master.spawn(&[("TokenRefresh", 1)]);
    master.hear("spawning").await;
    let begun = Instant::now();
    // The logins have begun.
    while count.load(Ordering::Relaxed) < 20 {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    master.say("stop", Value::Nil);
    master.hear("client_stopped").await;
    master.hear("client_ready").await;
    assert!(master.all("spawning_complete").is_empty());
    master.say("quit", Value::Nil);
    assert_eq!(code(child), Some(0));
    assert!(!out.join("load.json").exists());
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    let master = ["--master", "127.0.0.1:1"];
    for (arguments, says) in [
        (&["--worker"][..], "--master"),
        (&["--master", "127.0.0.1:1"], "--worker"),
        (&["--worker", "--master", "127.0.0.1"], "HOST:PORT"),
        (&["--worker", "--users", "3"], "cannot be used with"),
        (&["--worker", "--rate", "3"], "cannot be used with"),
        (&["--worker", "--duration", "3s"], "cannot be used with"),
        (&["--worker", "--find-capacity"], "cannot be used with"),
        (
            &["--worker", "--threshold", "p50<1s for nothing"],
            "no scenario has this request",
        ),
        (&["logon", "--worker"], "no load scenario `logon`"),
        (
            &["--worker", "--issuer", "https://id.example.invalid"],
            "--allow-host id.example.invalid",
        ),
        (
            &["--worker", "--master", "192.0.2.1:5557"],
            "--allow-host 192.0.2.1",
        ),
    ] {
        let mut all = vec!["load"];
        all.extend(arguments);
        if !arguments.contains(&"--master") && arguments.len() > 1 {
            all.extend(master);
        }
        oidcheck(&all).expect_code(2).says(says);
    }
    // A provider that is not there is found before anybody counts on the worker.
    let absent = [
        "load",
        "discovery",
        "--issuer",
        "http://127.0.0.1:9",
        "--worker",
    ];
    let absent: Vec<&str> = absent.iter().chain(&master).copied().collect();
    oidcheck(&absent).expect_code(3).says("can't be reached");
}
