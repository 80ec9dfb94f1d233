//! A run ends in bounded time, whatever the provider does and whenever it is stopped; what is finished is kept.

use std::time::{Duration, Instant};

use http::Method;
use mock_idp::MockIdp;
use oidcheck::builtin;
use oidcheck::conformance::{Conformance, Observer, Options, Stop};
use oidcheck::finding::Outcome;
use oidcheck::provider::ProviderConfig;
use oidcheck::run::ScenarioResult;

/// Breaks once so many scenarios are finished.
struct BreakAfter(usize);

impl Observer for BreakAfter {
    fn finished(&mut self, _scenario: &ScenarioResult) {
        self.0 -= 1;
        assert!(self.0 > 0, "out of paper");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_breaks_off_keeps_what_was_measured() {
    let idp = MockIdp::builder()
        .strict()
        .start()
        .await
        .expect("it starts");
    let config = builtin::provider(&idp, &idp.issuer()).expect("the preset is right");
    let run = Conformance::of(config)
        .select("OIDCC-2")
        .observer(Box::new(BreakAfter(5)))
        .run()
        .await
        .expect("the features are right");
    let (broken, kept): (Vec<_>, Vec<_>) = run.scenarios.iter().partition(|scenario| {
        let reason = scenario.reason.as_deref();
        reason == Some("harness: the run broke off: out of paper")
    });
    assert_eq!(kept.len(), 5);
    assert!(!broken.is_empty() && run.unfinished.is_empty());
    assert!(
        broken
            .iter()
            .all(|scenario| scenario.outcome == Outcome::Error)
    );
    assert!(run.totals.pass > 0 && !run.exchanges.is_empty());
}

/// Stops the run once so many scenarios are finished, or once so many clients are registered.
struct StopAfter {
    stop: Stop,
    finished: usize,
    noted: usize,
}

impl Observer for StopAfter {
    fn noted(&mut self, _text: &str) {
        self.noted = self.noted.saturating_sub(1);
        if self.noted == 0 {
            self.stop.request();
        }
    }

    fn finished(&mut self, _scenario: &ScenarioResult) {
        self.finished = self.finished.saturating_sub(1);
        if self.finished == 0 {
            self.stop.request();
        }
    }
}

fn stop_after(config: ProviderConfig, finished: usize, noted: usize) -> Conformance {
    let conformance = Conformance::of(config);
    let stop = conformance.stop();
    conformance.observer(Box::new(StopAfter {
        stop,
        finished,
        noted,
    }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_finished_is_kept_failures_too() {
    let idp = MockIdp::builder()
        .strict()
        .start()
        .await
        .expect("it starts");
    let issuer = idp.issuer_with("id_token.wrong_aud");
    let config = builtin::provider(&idp, &issuer).expect("the preset is right");
    let run = stop_after(config, 60, usize::MAX)
        .run()
        .await
        .expect("the features are right");
    assert!(run.interrupted);
    assert!(run.scenarios.len() > 60 && !run.unfinished.is_empty());
    for scenario in &run.scenarios {
        assert!(!run.unfinished.contains(&scenario.id), "{}", scenario.id);
    }
    // They were to be looked at again, alone.
    let mut failed = run.scenarios.iter().flat_map(|s| &s.checks);
    assert!(failed.any(|check| check.outcome == Outcome::Fail));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_were_registered_are_deleted() {
    let idp = MockIdp::builder()
        .strict()
        .keep_received()
        .start()
        .await
        .expect("it starts");
    for noted in [1, 2] {
        let run = stop_after(ProviderConfig::of_issuer(idp.issuer()), usize::MAX, noted)
            .run()
            .await
            .expect("the features are right");
        assert!(run.interrupted);
        assert!(run.scenarios.is_empty());
        let asked = |method: Method| {
            let all = idp.received();
            all.iter()
                .filter(|r| r.method == method && r.path.contains("regist"))
                .count()
        };
        assert!(asked(Method::POST) >= noted);
        // One that was on its way may be lost: its answer has not come.
        assert!(
            asked(Method::DELETE) + noted >= asked(Method::POST),
            "{noted}"
        );
        assert!(asked(Method::DELETE) > 0);
    }
}

#[tokio::test]
async fn a_provider_that_never_answers_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let issuer = format!(
        "http://{}",
        listener.local_addr().expect("it has an address")
    );
    let begun = Instant::now();
    let run = Conformance::new(issuer)
        .options(Options {
            max_time: Duration::from_millis(200),
            ..Options::default()
        })
        .run()
        .await
        .expect("the features are right");
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(!run.scenarios.is_empty() && !run.interrupted);
    for scenario in &run.scenarios {
        assert_eq!(scenario.outcome, Outcome::Error, "{}", scenario.id);
        assert!(scenario.reason.is_some(), "{}", scenario.id);
    }
}
