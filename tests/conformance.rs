//! The features against the fault-free mock IdP, on both of its mounts: no fail, no warn, no error.

use mock_idp::{Builder, MockIdp};
use oidcheck::builtin;
use oidcheck::conformance::Conformance;
use oidcheck::finding::Outcome;
use oidcheck::run::Run;

async fn run(builder: Builder) -> Run {
    let idp = builder.strict().start().await.expect("the mock starts");
    let config = builtin::provider(&idp, &idp.issuer()).expect("the preset is right");
    Conformance::of(config)
        .control(builtin::control(&idp))
        .run()
        .await
        .expect("the features are right")
}

fn assert_clean(run: &Run) {
    let mut wrong = Vec::new();
    for scenario in &run.scenarios {
        let bad = [
            Outcome::Fail,
            Outcome::Warn,
            Outcome::Error,
            Outcome::Review,
        ];
        if bad.contains(&scenario.outcome) {
            wrong.push(format!(
                "{} {} {:?}",
                scenario.outcome, scenario.id, scenario.reason
            ));
            for check in &scenario.checks {
                if bad.contains(&check.outcome) {
                    wrong.push(format!(
                        "    {} {} expected {:?}, actual {:?}, {:?}",
                        check.outcome, check.requirement, check.expected, check.actual, check.note
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mock_on_hyper_with_tls_has_no_finding() {
    assert_clean(&run(MockIdp::builder().tls()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mock_on_wiremock_has_no_finding() {
    assert_clean(&run(MockIdp::builder().wiremock()).await);
}
