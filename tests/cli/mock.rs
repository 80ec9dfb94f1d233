//! `oidcheck mock` serves, says where, and ends on a signal.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::program::{arg, command, folder, oidcheck, preset, provider_file};

#[test]
fn the_mock_serves_until_a_signal() {
    let place = folder("mock");
    let ca = place.join("ca.pem");
    let mut child = command(&["mock", "--strict", "--tls", "--ca-out", arg(&ca)])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let stdout = child.stdout.take().expect("it is piped");
    let ready = BufReader::new(stdout)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("READY ").map(str::to_owned));
    let issuer = ready.expect("it says where it is");
    for (issuer, code) in [
        (issuer.clone(), 0),
        (format!("{issuer}/f/id_token.wrong_aud"), 1),
    ] {
        let file = provider_file(&place, &format!("cacert = \"ca.pem\"\n{}", preset(&issuer)));
        oidcheck(&["run", "-p", arg(&file), "OIDCC-2-6"]).expect_code(code);
    }
    let id = child.id().to_string();
    let status = Command::new("kill").args(["-TERM", &id]).status();
    assert!(status.expect("kill is there").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
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
