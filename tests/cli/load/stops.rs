//! What ends a load before its time.

use serde_json::Value;

use super::{load, saved};
use crate::program::{arg, folder};

#[test]
fn a_rule_of_abort_on_ends_the_run_with_a_report() {
    let out = folder("load-abort");
    load(&[
        "client_credentials",
        "--fault",
        "token_endpoint.busy",
        "--rate",
        "250",
        "--duration",
        "60s",
        "--abort-on",
        "error-rate<10%",
        "--abort-on",
        "rps>=20",
        "--out",
        arg(&out),
    ])
    .expect_code(1)
    .says("stopped early: --abort-on error-rate<10%: it was");
    let run = saved(&out);
    assert_eq!(run["interrupted"], true);
    let duration = run["duration_ms"].as_u64().expect("a number");
    assert!((900..10_000).contains(&duration), "{duration}");
    assert!(run["requests"][0]["errors"]["temporarily_unavailable"].as_u64() > Some(0));
}

#[test]
fn a_provider_whose_tokens_are_used_up_ends_the_run() {
    let out = folder("load-used-up");
    load(&[
        "token_refresh",
        "--fault",
        "refresh.repeated_token",
        "--rate",
        "100",
        "--duration",
        "30s",
        "--out",
        arg(&out),
    ])
    .expect_code(1)
    .says("no refresh token is left");
    assert_eq!(saved(&out)["interrupted"], true);
}

#[cfg(unix)]
mod signals {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use super::{Value, arg, folder, saved};
    use crate::program::command;

    /// A load that is being measured.
    struct Running {
        child: Child,
        stderr: BufReader<std::process::ChildStderr>,
    }

    fn start(arguments: &[&str]) -> Running {
        let all: Vec<&str> = ["load", "--warmup", "0", "--duration", "60s"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let mut child = command(&all)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut running = Running { child, stderr };
        running.until("measuring");
        running
    }

    impl Running {
        /// Reads stderr up to the line that says it.
        fn until(&mut self, text: &str) {
            let mut line = String::new();
            while !line.contains(text) {
                line.clear();
                let read = self.stderr.read_line(&mut line).expect("it is UTF-8");
                assert!(read > 0, "it never said `{text}`");
            }
        }

        fn interrupt(&self, signal: &str) {
            let kill = Command::new("kill")
                .args([signal, &self.child.id().to_string()])
                .status();
            assert!(kill.expect("kill is there").success());
        }

        /// The exit code and what was written to stdout.
        fn end(mut self) -> (Option<i32>, String) {
            let mut out = String::new();
            let mut stdout = self.child.stdout.take().expect("it is piped");
            stdout.read_to_string(&mut out).expect("it is UTF-8");
            (self.child.wait().expect("it ends").code(), out)
        }
    }

    #[test]
    fn a_signal_leaves_the_report_of_what_was_measured() {
        for (name, workload, signal) in [
            ("open", ["--rate", "50"], "-INT"),
            ("closed", ["--users", "2"], "-INT"),
            ("terminated", ["--rate", "50"], "-TERM"),
        ] {
            let out = folder(&format!("load-signal-{name}"));
            let mut arguments = vec!["client_credentials", "--out", arg(&out)];
            arguments.extend(workload);
            let mut running = start(&arguments);
            std::thread::sleep(Duration::from_millis(300));
            running.interrupt(signal);
            running.until("stopping; once more aborts without reports");
            let (code, said) = running.end();
            assert_eq!(code, Some(3), "{name}\n{said}");
            assert!(said.contains("stopped early: Ctrl-C"), "{name}\n{said}");
            let run = saved(&out);
            assert_eq!(run["interrupted"], true, "{name}");
            assert_eq!(run["stopped"], "Ctrl-C", "{name}");
            let count = run["all"]["count"].as_u64();
            assert!(count > Some(0), "{name}: {count:?}");
            assert!(run["duration_ms"].as_u64() < Some(30_000), "{name}");
        }
    }

    #[test]
    fn a_provider_that_hangs_does_not_keep_who_has_enough() {
        let out = folder("load-signal-hangs");
        let fault = ["--fault", "token_endpoint.hangs", "--rate", "400"];
        let mut arguments = vec!["client_credentials", "--out", arg(&out)];
        arguments.extend(fault);
        let mut running = start(&arguments);
        std::thread::sleep(Duration::from_millis(1200));
        let begun = Instant::now();
        running.interrupt("-INT");
        running.until("stopping");
        let (code, said) = running.end();
        // The provider would have had ten seconds.
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("had not ended"), "{said}");
        let run = saved(&out);
        assert_ne!(run["all"]["count"], Value::from(0));
    }

    #[test]
    fn the_second_signal_aborts_without_reports() {
        let out = folder("load-signal-twice");
        let mut running = start(&[
            "client_credentials",
            "--fault",
            "token_endpoint.hangs",
            "--rate",
            "400",
            "--out",
            arg(&out),
        ]);
        std::thread::sleep(Duration::from_millis(1200));
        running.interrupt("-INT");
        running.until("stopping");
        running.interrupt("-INT");
        let (code, said) = running.end();
        assert_eq!(code, Some(3), "{said}");
        assert_eq!(said, "");
        assert!(!out.join("load.json").exists());
    }
}
