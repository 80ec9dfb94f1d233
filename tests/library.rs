//! The library as a project uses it in its own tests.

use mock_idp::MockIdp;
use oidcheck::Conformance;
use oidcheck::finding::Outcome;

fn run_against(issuer: String) -> Conformance {
    let secret = mock_idp::accounts::CLIENT_SECRET;
    Conformance::new(issuer)
        .client("conformance-client", "client_secret_basic", secret)
        .redirect_uri("https://127.0.0.1:8765/callback")
        .user("alice", "wonderland-pw-1")
        .select("OIDCC-2-6")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_in_one_process_do_not_disturb_each_other() {
    let (one, other) = tokio::join!(
        MockIdp::builder().strict().start(),
        MockIdp::builder().strict().start()
    );
    let (one, other) = (one.expect("it starts"), other.expect("it starts"));
    // They may go to other threads, and a panic in one would be its own.
    let right = tokio::spawn(run_against(one.issuer()).run());
    let wrong = tokio::spawn(run_against(other.issuer_with("id_token.wrong_aud")).run());
    let right = right.await.expect("nobody panics").expect("it is right");
    let wrong = wrong.await.expect("nobody panics").expect("it is right");
    assert_eq!(right.totals.pass, right.totals.sum());
    assert!(wrong.totals.fail > 0);
    for (run, idp) in [(&right, &one), (&wrong, &other)] {
        assert!(run.scenarios.iter().all(|s| s.outcome != Outcome::Error));
        let mut asked = run.exchanges.iter().map(|exchange| &exchange.request.url);
        assert!(asked.all(|url| url.starts_with(&idp.issuer())));
    }
}

#[tokio::test]
async fn a_run_without_client_and_user_registers_and_skips() {
    let idp = MockIdp::builder()
        .strict()
        .start()
        .await
        .expect("it starts");
    let run = Conformance::new(idp.issuer())
        .run()
        .await
        .expect("it is right");
    assert!(run.totals.pass > 0 && run.totals.skip > 0);
    assert_eq!(
        (run.totals.fail, run.totals.error),
        (0, 0),
        "{:?}",
        run.totals
    );
    let reasons = run.scenarios.iter().filter_map(|s| s.reason.as_deref());
    let reasons: Vec<&str> = reasons.collect();
    assert!(
        reasons.contains(&"the provider file has no [[user]]"),
        "{reasons:?}"
    );
    assert!(
        !reasons.iter().any(|r| r.contains("no [[client]]")),
        "{reasons:?}"
    );
}
