//! The features against the fault-free mock IdP, on both of its mounts: no fail, no warn, no error.

use mock_idp::{Builder, MockIdp};
use oidcheck::builtin;
use oidcheck::conformance::{Conformance, Options};
use oidcheck::finding::Outcome;
use oidcheck::login::DriverKind;
use oidcheck::provider::AuthMethod;
use oidcheck::run::Run;
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

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

/// What failed, as requirement and what came.
fn failed(run: &Run) -> Vec<String> {
    let checks = run.scenarios.iter().flat_map(|scenario| &scenario.checks);
    checks
        .filter(|check| check.outcome == Outcome::Fail)
        .map(|check| format!("{}: {}", check.requirement, check.actual))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_client_alone_is_not_asked_for_credentials() {
    let idp = MockIdp::builder().strict().wiremock().start().await;
    let idp = idp.expect("the mock starts");
    let mut config = builtin::provider(&idp, &idp.issuer()).expect("the preset is right");
    config
        .clients
        .retain(|client| client.auth == AuthMethod::None);
    let run = Conformance::of(config).run().await;
    let run = run.expect("the features are right");
    assert_eq!(failed(&run), Vec::<String>::new());
}

/// Some faults break one requirement and are what another one leaves to the provider.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_provider_may_choose_fails_nothing_else() {
    let idp = MockIdp::builder().strict().wiremock().start().await;
    let idp = idp.expect("the mock starts");
    let without_access_tokens: &[&str] = &[
        "RFC6750-3.1-4",
        "RFC7009-2.1-9",
        "RFC7009-2.2-2",
        "RFC7662-2.2-5",
    ];
    for (choice, public, requirements) in [
        (
            "revocation.access_token_refused",
            true,
            without_access_tokens,
        ),
        ("revocation.predecessor_revived", true, &["RFC7009-2.1-10"]),
        (
            "token_response.repeated_access_token",
            true,
            &["RFC6749-10.10"],
        ),
        ("refresh.repeated_token", true, &["RFC6749-10.10"]),
        ("refresh.reuse_keeps_family", false, &["RFC9700-4.14.2"]),
        ("refresh.reusable", false, &["RFC9700-4.14.2"]),
    ] {
        let issuer = idp.issuer_with(choice);
        let mut config = builtin::provider(&idp, &issuer).expect("the preset is right");
        if !public {
            let word = "public_client".to_owned();
            config.capabilities.insert(word, false);
        }
        let run = Conformance::of(config)
            .options(Options {
                select: requirements.iter().map(ToString::to_string).collect(),
                ..Options::default()
            })
            .run()
            .await
            .expect("the features are right");
        let checks = run.scenarios.iter().flat_map(|scenario| &scenario.checks);
        let wrong: Vec<&str> = checks
            .filter(|check| matches!(check.outcome, Outcome::Fail | Outcome::Warn))
            .map(|check| check.requirement.as_str())
            .collect();
        assert_eq!(wrong, Vec::<&str>::new(), "{choice}");
    }
}

/// A new browser is let in without a page, and so is one that asks for a login.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_may_know_everybody_without_a_page() {
    let builder = MockIdp::builder().strict().wiremock().auto_approve(true);
    let idp = builder.start().await.expect("the mock starts");
    let mut config = builtin::provider(&idp, &idp.issuer()).expect("the preset is right");
    config.login.driver = DriverKind::None;
    let run = Conformance::of(config)
        .options(Options {
            select: ["OIDCC-3.1.2.3", "OIDCC-3.1.2.1", "OIDCR-2-8"]
                .map(str::to_owned)
                .into(),
            ..Options::default()
        })
        .run()
        .await
        .expect("the features are right");
    assert_eq!(failed(&run), Vec::<String>::new());
    assert!(outcomes(&run).any(|outcome| outcome == Outcome::Pass));
}

/// RFC 9126 5: nothing can be said about plain requests where there are none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_may_take_pushed_requests_alone() {
    let idp = MockIdp::builder().strict().wiremock().start().await;
    let idp = idp.expect("the mock starts");
    let issuer = idp.issuer();
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "require_pushed_authorization_requests": true,
    });
    lay_over(&idp, "/.well-known/openid-configuration", 200, &metadata).await;
    let run = select(&idp, &["OIDCC", "RFC6749-3.1", "RFC6749-4.1"]).await;
    assert_eq!(failed(&run), Vec::<String>::new());
    let reasons = run.scenarios.iter().filter_map(|one| one.reason.as_deref());
    assert!(reasons.filter(|one| one.contains("pushed")).count() > 20);
}

/// Registration 3 lets it: what is held back is no answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_may_limit_the_rate_of_requests() {
    let idp = MockIdp::builder().strict().wiremock().start().await;
    let idp = idp.expect("the mock starts");
    let slow_down = json!({"error": "slow_down"});
    lay_over(&idp, "/register", 429, &slow_down).await;
    let run = select(&idp, &["OIDCR", "RFC7591"]).await;
    assert_eq!(failed(&run), Vec::<String>::new());
    assert!(outcomes(&run).any(|outcome| outcome == Outcome::Error));
    lay_over(&idp, "/authorize", 429, &slow_down).await;
    let run = select(&idp, &["OIDCC-3.1.2"]).await;
    assert_eq!(failed(&run), Vec::<String>::new());
    assert!(outcomes(&run).any(|outcome| outcome == Outcome::Error));
}

fn outcomes(run: &Run) -> impl Iterator<Item = Outcome> {
    run.scenarios.iter().map(|scenario| scenario.outcome)
}

/// Lets this path give another answer from now on.
async fn lay_over(idp: &MockIdp, at: &str, status: u16, body: &Value) {
    Mock::given(path(at))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .with_priority(1)
        .mount(idp.wiremock().expect("it is on wiremock"))
        .await;
}

async fn select(idp: &MockIdp, requirements: &[&str]) -> Run {
    let config = builtin::provider(idp, &idp.issuer()).expect("the preset is right");
    Conformance::of(config)
        .options(Options {
            select: requirements.iter().map(ToString::to_string).collect(),
            ..Options::default()
        })
        .run()
        .await
        .expect("the features are right")
}

/// As the FAPI 2.0 Security Profile wants it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_may_take_its_issuer_alone_as_audience() {
    let idp = MockIdp::builder().strict().wiremock().start().await;
    let idp = idp.expect("the mock starts");
    let issuer = idp.issuer_with("client_assertion.token_endpoint_refused");
    let config = builtin::provider(&idp, &issuer).expect("the preset is right");
    let run = Conformance::of(config)
        .options(Options {
            select: ["RFC7521", "RFC7523", "OIDCC-9"].map(str::to_owned).into(),
            ..Options::default()
        })
        .run()
        .await
        .expect("the features are right");
    assert_eq!(failed(&run), Vec::<String>::new());
    let accepted = run.scenarios.iter().flat_map(|scenario| &scenario.checks);
    let mut accepted = accepted.filter(|check| check.requirement == "RFC7523-3-1");
    assert!(accepted.any(|check| check.outcome == Outcome::Pass));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mock_on_hyper_with_tls_has_no_finding() {
    assert_clean(&run(MockIdp::builder().tls()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mock_on_wiremock_has_no_finding() {
    assert_clean(&run(MockIdp::builder().wiremock()).await);
}
