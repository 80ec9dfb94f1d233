//! `oidcheck mock` serves, says where, and ends on a signal.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::program::{arg, command, folder, oidcheck, preset, provider_file};

#[test]
fn the_mock_serves_until_a_signal() {
    let place = folder("mock");
    let ca = place.join("ca.pem");
    let (child, issuer) = served(&["mock", "--strict", "--tls", "--ca-out", arg(&ca)]);
    for (issuer, code) in [
        (issuer.clone(), 0),
        (format!("{issuer}/f/id_token.wrong_aud"), 1),
    ] {
        let file = provider_file(&place, &format!("cacert = \"ca.pem\"\n{}", preset(&issuer)));
        oidcheck(&["run", "-p", arg(&file), "OIDCC-2-6"]).expect_code(code);
    }
    ends(child);
}

/// The mock, once it says where it is, and where that is.
fn served(arguments: &[&str]) -> (Child, String) {
    let mut child = command(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let stdout = child.stdout.take().expect("it is piped");
    let ready = BufReader::new(stdout)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("READY ").map(str::to_owned));
    (child, ready.expect("it says where it is"))
}

fn ends(mut child: Child) {
    let id = child.id().to_string();
    let status = Command::new("kill").args(["-TERM", &id]).status();
    assert!(status.expect("kill is there").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn the_mock_serves_with_as_many_threads_as_are_asked_for() {
    // One serves on the thread of the program.
    for (asked, expected) in [("1", 0), ("3", 3)] {
        let (child, issuer) = served(&["mock", "--strict", "--threads", asked]);
        let place = folder(&format!("mock-threads-{asked}"));
        let file = provider_file(&place, &preset(&issuer));
        oidcheck(&["run", "-p", arg(&file), "OIDCC-2-6"]).expect_code(0);
        let tasks = std::fs::read_dir(format!("/proc/{}/task", child.id())).expect("it runs");
        let names =
            tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
        let workers = names.filter(|name| name.starts_with("tokio")).count();
        assert_eq!(workers, expected, "{asked}");
        ends(child);
    }
    oidcheck(&["mock", "--threads", "0"])
        .expect_code(2)
        .says("--threads");
}

#[test]
fn the_lists_are_there() {
    for (arguments, says) in [
        (&["mock", "--faults"][..], "id_token.wrong_aud"),
        (&["init"], "keycloak"),
        (&["init", "generic"], "# [[known]]"),
        (
            &["steps", "refresh"],
            "When {caller} uses the refresh token",
        ),
        (&["steps"], "@needs.refresh_token"),
        (
            &["explain", "OIDCC-2-6"],
            "oidcheck run OIDCC-2-6 --fault id_token.",
        ),
        (&["list", "--profiles"], "basic"),
        (&["list", "--requirements", "OIDCC-2"], "OIDCC-2-6"),
    ] {
        oidcheck(arguments).expect_code(0).says(says);
    }
}
