use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use mock_idp::{MockIdp, Transport};

use super::*;
use crate::evidence::Recorder;
use crate::http::{Client, ClientOptions, TransportError, Wire};
use crate::load::client_carrier::ClientCarrier;
use crate::load::safety::Hosts;
use crate::provider::{AuthMethod, Known, ProviderConfig};

/// The provider file of the mock without TLS.
fn config(idp: &MockIdp, issuer: &str) -> ProviderConfig {
    crate::builtin::provider(idp, issuer).unwrap()
}

pub(in crate::load) async fn visits(idp: &MockIdp, issuer: &str, scenario: &str) -> Visits {
    visits_of(config(idp, issuer), scenario).await
}

fn declared(requirement: &str) -> Known {
    Known {
        requirement: requirement.to_owned(),
        reason: "so it is".to_owned(),
        variant: None,
        expected: None,
        place: None,
    }
}

async fn visits_of(config: ProviderConfig, scenario: &str) -> Visits {
    visits_at(config, scenario, Hosts::default()).await
}

async fn visits_at(config: ProviderConfig, scenario: &str, hosts: Hosts) -> Visits {
    let client = Client::new(ClientOptions::default(), Arc::new(Recorder::default())).unwrap();
    let text = format!("{scenario}\n[workload]\nusers = 1\n");
    let scenario = Scenario::parse("test.toml", "test", &text).unwrap();
    let subject = Subject::prepare(config, Arc::new(client), &scenario, hosts);
    let subject = subject.await.unwrap();
    Visits::new(Arc::new(subject), &scenario, Stop::default())
}

fn carrier() -> Arc<dyn Carrier> {
    let wire = Arc::new(Wire::new(&ClientOptions::default()).unwrap());
    Arc::new(ClientCarrier::new(wire).unwrap())
}

/// Answers for the provider at one path, and remembers where requests went.
#[derive(Debug)]
struct Detour {
    inner: Arc<dyn Carrier>,
    path: &'static str,
    answer: http::Response<Bytes>,
    hosts: Mutex<Vec<String>>,
}

impl Carrier for Detour {
    fn carry(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        self.hosts.lock().unwrap().push(host);
        match request.uri().path().ends_with(self.path) {
            true => Box::pin(async { Ok(self.answer.clone()) }),
            false => self.inner.carry(request),
        }
    }
}

fn visit(visits: &Visits) -> Visit {
    visits.visit(carrier(), visits.meter(Aside::Races))
}

async fn mock() -> MockIdp {
    MockIdp::builder()
        .strict()
        .plain_hyper()
        .start()
        .await
        .unwrap()
}

const WHOLE: &str = r#"flow = ["discovery", "jwks", "login", "exchange", "userinfo", "refresh*2", "introspect",
    "authorize", "exchange", "revoke", "logout", "client_credentials", "introspect", "revoke"]
    id_tokens = 1.0"#;

#[tokio::test]
async fn every_word_passes_where_nothing_is_wrong() {
    let idp = mock().await;
    let visits = visits(&idp, &idp.issuer(), WHOLE).await;
    for _ in 0..2 {
        let mut visit = visit(&visits);
        for _ in 0..2 {
            assert_eq!(visit.go(Instant::now()).await, Ok(()));
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_to_a_host_that_was_not_allowed() {
    let idp = mock().await;
    let redirect = http::Response::builder()
        .status(302)
        .header("location", "https://elsewhere.invalid/login")
        .body(Bytes::new());
    let form = http::Response::builder()
        .header("content-type", "text/html")
        .body(Bytes::from_static(
        br#"<form method="post" action="https://elsewhere.invalid/login"><input name="username">
        <input name="password" type="password"><input type="submit"></form>"#,
    ));
    let (redirect, form) = (redirect.unwrap(), form.unwrap());
    let scenario = "flow = ['login', 'exchange', 'logout']\n[races]\ncode = 2\nrefresh_token = 2";
    for (path, answer) in [
        ("/authorize", redirect.clone()),
        ("/authorize", form),
        ("/logout", redirect),
    ] {
        for allowed in [false, true] {
            let detour = Arc::new(Detour {
                inner: carrier(),
                path,
                answer: answer.clone(),
                hosts: Mutex::default(),
            });
            let carrier: Arc<dyn Carrier> = detour.clone();
            let hosts = match allowed {
                true => Hosts::new(&["elsewhere.invalid".to_owned()]),
                false => Hosts::default(),
            };
            let config = config(&idp, &idp.issuer());
            let visits = visits_at(config, scenario, hosts).await;
            let mut user = visits.visit(Arc::clone(&carrier), visits.meter(Aside::Races));
            let failure = user.go(Instant::now()).await.unwrap_err();
            let was_asked = || {
                let hosts = detour.hosts.lock().unwrap();
                hosts.iter().any(|host| host == "elsewhere.invalid")
            };
            assert_eq!(was_asked(), allowed, "{failure:?}");
            let stop = &visits.shared.stop;
            if allowed {
                assert_ne!(failure.kind, "foreign_host");
                assert!(!stop.is_requested());
                continue;
            }
            let told = (failure.kind.as_ref(), failure.wrong);
            assert_eq!(told, ("foreign_host", false), "{failure:?}");
            assert!(
                stop.reason()
                    .unwrap()
                    .contains("--allow-host elsewhere.invalid")
            );
            if path == "/logout" {
                continue;
            }
            // The same outside of the measured time.
            let filled = visits.fill(&carrier, 1, stop).await;
            assert_eq!(filled.figures.done, 0);
            let result = visits.race_code(&carrier, 2, 1).await.unwrap();
            assert_eq!(result.ok, None, "{result:?}");
            let result = visits.race_refresh_token(&carrier, 2, 1).await.unwrap();
            assert_eq!(result.ok, None, "{result:?}");
            assert!(!was_asked());
        }
    }
}

#[tokio::test]
async fn faults_are_noticed() {
    let idp = mock().await;
    for (fault, flow, expected) in [
        ("id_token.wrong_aud", "'login','exchange'", "id_token"),
        ("id_token.wrong_key", "'login','exchange'", "id_token"),
        ("id_token.nonce_wrong", "'login','exchange'", "id_token"),
        ("id_token.at_hash_wrong", "'login','exchange'", "id_token"),
        ("id_token.exp_past", "'login','exchange'", "id_token"),
        (
            "token_response.token_type_wrong",
            "'client_credentials'",
            "token_type",
        ),
        (
            "token_response.expires_in_text",
            "'client_credentials'",
            "shape",
        ),
        ("token_response.html", "'client_credentials'", "not_json"),
        (
            "token_response.status_201",
            "'client_credentials'",
            "http_201",
        ),
        (
            "token_response.without_id_token",
            "'login','exchange'",
            "shape",
        ),
        (
            "authorization_response.state_missing",
            "'login','exchange'",
            "redirect",
        ),
        (
            "authorization_response.code_in_fragment",
            "'login','exchange'",
            "redirect",
        ),
        (
            "userinfo.wrong_sub",
            "'login','exchange','userinfo'",
            "sub_mismatch",
        ),
        (
            "introspection.active_string",
            "'client_credentials','introspect'",
            "shape",
        ),
        (
            "token_response.repeated_access_token",
            "'login','exchange','refresh'",
            "repeated_token",
        ),
        (
            "refresh.id_token_other_sub",
            "'login','exchange','refresh'",
            "sub_mismatch",
        ),
        (
            "refresh.id_token_other_aud",
            "'login','exchange','refresh'",
            "id_token",
        ),
        (
            "refresh.id_token_other_nonce",
            "'login','exchange','refresh'",
            "id_token",
        ),
        (
            "logout.redirect_elsewhere",
            "'login','exchange','logout'",
            "redirect",
        ),
        ("jwks.keys_no_array", "'jwks'", "shape"),
        ("metadata.issuer_slash", "'discovery'", "issuer"),
    ] {
        let scenario = format!("flow = [{flow}]\nid_tokens = 1.0");
        let visits = visits(&idp, &idp.issuer_with(fault), &scenario).await;
        let failure = visit(&visits).go(Instant::now()).await.expect_err(fault);
        assert_eq!(
            (failure.kind.as_ref(), failure.wrong),
            (expected, true),
            "{fault}: {}",
            failure.example
        );
    }
}

#[tokio::test]
async fn a_provider_that_does_not_rotate_is_right() {
    let idp = mock().await;
    let scenario = "flow = ['login', 'exchange', 'refresh*3']";
    let visits = visits(&idp, &idp.issuer_with("refresh.not_rotated"), scenario).await;
    assert_eq!(visit(&visits).go(Instant::now()).await, Ok(()));
}

#[tokio::test]
async fn refresh_tokens_of_the_pool_are_used_and_revoked() {
    let idp = mock().await;
    let scenario = "flow = ['refresh']\n[setup]\nrefresh_tokens = 2";
    let visits = visits(&idp, &idp.issuer(), scenario).await;
    let (carrier, stop) = (carrier(), Stop::default());
    let filled = visits.fill(&carrier, 2, &stop).await;
    assert_eq!((filled.figures.done, filled.figures.failed), (2, 0));
    let mut users = [visit(&visits), visit(&visits)];
    for _ in 0..3 {
        for user in &mut users {
            assert_eq!(user.go(Instant::now()).await, Ok(()));
        }
    }
    let drained = visits.drain(&carrier, &stop).await;
    assert_eq!((drained.figures.done, drained.figures.failed), (2, 0));
    // Revoked: the provider refuses it, and then there is none left.
    visits.fill(&carrier, 1, &stop).await;
    let entries = visits.pool().take_all();
    entries
        .iter()
        .for_each(|entry| visits.pool().add(entry.clone()));
    visits.drain(&carrier, &stop).await;
    entries
        .into_iter()
        .for_each(|entry| visits.pool().add(entry));
    let mut kinds = Vec::new();
    for _ in 0..2 {
        kinds.push(users[0].go(Instant::now()).await.unwrap_err().kind);
    }
    assert_eq!(kinds, ["invalid_grant", "no_refresh_token"]);
    assert!(visits.shared.stop.is_requested());
}

#[tokio::test]
async fn a_login_gives_the_token_of_the_pool_back() {
    let idp = mock().await;
    for flow in [
        "'refresh', 'login', 'exchange'",
        "'login', 'exchange', 'refresh'",
        "'refresh', 'authorize'",
    ] {
        let scenario = format!("flow = [{flow}]\n[setup]\nrefresh_tokens = 1");
        let visits = visits(&idp, &idp.issuer(), &scenario).await;
        let (carrier, stop) = (carrier(), Stop::default());
        visits.fill(&carrier, 1, &stop).await;
        let mut user = visit(&visits);
        for _ in 0..3 {
            let pass = user.go(Instant::now());
            let ended = tokio::time::timeout(Duration::from_secs(30), pass).await;
            assert_eq!(ended.expect("the pool has a token"), Ok(()), "{flow}");
        }
        let drained = visits.drain(&carrier, &stop).await;
        assert_eq!(
            (drained.figures.done, visits.pool().used_up()),
            (1, 0),
            "{flow}"
        );
    }
}

#[tokio::test]
async fn a_replacement_that_comes_late_is_revoked_too() {
    let idp = mock().await;
    let scenario = "flow = ['refresh']\n[setup]\nrefresh_tokens = 1";
    let visits = visits(&idp, &idp.issuer(), scenario).await;
    let (carrier, stop) = (carrier(), Stop::default());
    visits.replace_with(Arc::clone(&carrier));
    visits.fill(&carrier, 1, &stop).await;
    let mut user = visit(&visits);
    user.lease().await.unwrap();
    user.give_up();
    let drained = visits.drain(&carrier, &stop).await;
    assert_eq!((drained.figures.done, drained.figures.failed), (1, 0));
    assert_eq!(visits.pool().doubts().replaced, 1);
}

#[tokio::test]
async fn what_is_wrong_outside_of_the_measured_time_is_told() {
    let idp = mock().await;
    let scenario = "flow = ['refresh']\nid_tokens = 1.0\n[setup]\nrefresh_tokens = 1";
    let carrier = carrier();
    let told = |visits: &Visits| -> Vec<_> {
        let incidents = visits.incidents(Instant::now()).into_iter();
        incidents.map(|i| (i.request, i.kind, i.wrong)).collect()
    };
    let expected = |request: &str, kind: &str| vec![(request.to_owned(), kind.to_owned(), true)];

    let bad_tokens = visits(&idp, &idp.issuer_with("id_token.wrong_key"), scenario).await;
    bad_tokens.fill(&carrier, 1, &Stop::default()).await;
    assert_eq!(told(&bad_tokens), expected("setup: exchange", "id_token"));
    assert!(bad_tokens.is_wrong());

    let other_issuer = visits(&idp, &idp.issuer_with("metadata.issuer_slash"), scenario).await;
    assert_eq!(told(&other_issuer), expected("setup: discovery", "issuer"));
    assert!(other_issuer.is_wrong());

    let mut declares = config(&idp, &idp.issuer_with("metadata.issuer_slash"));
    declares.known.push(declared("OIDCD-4.3-1"));
    let declares = visits_of(declares, scenario).await;
    assert_eq!(told(&declares), []);

    let right = visits(&idp, &idp.issuer(), scenario).await;
    right.fill(&carrier, 1, &Stop::default()).await;
    assert_eq!(told(&right), []);
    let detour: Arc<dyn Carrier> = Arc::new(Detour {
        inner: Arc::clone(&carrier),
        path: "/revoke",
        answer: http::Response::builder()
            .status(404)
            .body(Bytes::new())
            .unwrap(),
        hosts: Mutex::default(),
    });
    right.drain(&detour, &Stop::default()).await;
    assert_eq!(told(&right), expected("teardown: revoke", "http_404"));
}

#[tokio::test]
async fn the_time_of_the_login_outlives_a_refresh() {
    let idp = mock().await;
    for (fault, right) in [("", true), ("refresh.id_token_new_auth_time", false)] {
        let issuer = match fault {
            "" => idp.issuer_named("times", &[]),
            fault => idp.issuer_named("times", &[fault]),
        };
        let scenario = "flow = ['refresh']\nid_tokens = 1.0\n[setup]\nrefresh_tokens = 1";
        let visits = visits(&idp, &issuer, scenario).await;
        visits.fill(&carrier(), 1, &Stop::default()).await;
        let later = Duration::from_secs(5);
        idp.control().advance(&issuer, later).unwrap();
        let judged = visit(&visits).go(Instant::now()).await;
        assert_eq!(judged.is_ok(), right, "{fault}: {judged:?}");
        if let Err(failure) = judged {
            assert!(failure.wrong && failure.example.contains("auth_time"));
        }
    }
}

#[tokio::test]
async fn new_keys_of_the_provider_are_no_fault() {
    let idp = mock().await;
    let issuer = idp.issuer_named("rotates", &[]);
    let scenario = "flow = ['login', 'exchange']\nid_tokens = 1.0";
    let visits = visits(&idp, &issuer, scenario).await;
    let carrier = carrier();
    for _ in 0..2 {
        let users = (0..8).map(|_| async {
            let mut user = visits.visit(Arc::clone(&carrier), visits.meter(Aside::Races));
            user.go(Instant::now()).await
        });
        for passed in futures::future::join_all(users).await {
            assert_eq!(passed, Ok(()));
        }
        idp.control().rotate_keys(&issuer).unwrap();
    }
    // The pause forbids another look, which says nothing of the token.
    let failure = visit(&visits).go(Instant::now()).await.unwrap_err();
    assert_eq!((&*failure.kind, failure.wrong), ("keys_unavailable", false));
}

#[tokio::test]
async fn userinfo_is_not_judged_by_a_known_deviation() {
    let idp = mock().await;
    for (known, right) in [("OIDCC-5.3.2-6", true), ("OIDCC-5.3.2-1", false)] {
        let mut config = config(&idp, &idp.issuer_with("userinfo.wrong_sub"));
        config.known.push(declared(known));
        let visits = visits_of(config, "flow = ['login', 'exchange', 'userinfo']").await;
        let passed = visit(&visits).go(Instant::now()).await;
        assert_eq!(passed.is_ok(), right, "{known}: {passed:?}");
    }
}

#[tokio::test]
async fn a_known_deviation_is_not_judged() {
    let idp = mock().await;
    let mut config = config(&idp, &idp.issuer_with("id_token.wrong_aud+code.reusable"));
    for requirement in ["OIDCC-2-6", "RFC6749-4.1.2-4"] {
        config.known.push(declared(requirement));
    }
    let scenario = "flow = ['login', 'exchange']\nid_tokens = 1.0\n[races]\ncode = 2";
    let visits = visits_of(config, scenario).await;
    assert_eq!(visit(&visits).go(Instant::now()).await, Ok(()));
    let left_out = visits.race_code(&carrier(), 2, 1).await.unwrap_err();
    assert!(left_out.contains("so it is"), "{left_out}");
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_is_no_error() {
    let idp = mock().await;
    let scenario = "flow = ['refresh']\n[setup]\nrefresh_tokens = 1";
    for replaces in [true, false] {
        let issuer = idp.issuer_named(if replaces { "replaces" } else { "gives-up" }, &[]);
        let visits = visits(&idp, &issuer, scenario).await;
        if replaces {
            visits.replace_with(carrier());
        }
        visits.fill(&carrier(), 1, &Stop::default()).await;
        let mut user = visit(&visits);
        // The refresh token is replaced in an answer that does not come.
        idp.control().carry(&issuer, Transport::Reset).unwrap();
        assert_eq!(user.go(Instant::now()).await.unwrap_err().kind, "broken");
        idp.control().carry(&issuer, Transport::Normal).unwrap();
        let next = user
            .go(Instant::now())
            .await
            .map_err(|failure| failure.kind);
        let expected = match replaces {
            true => Ok(()),
            false => Err("no_refresh_token".into()),
        };
        assert_eq!(next, expected);
        let doubts = visits.pool().doubts();
        assert_eq!(
            (doubts.refused, doubts.replaced),
            (1, usize::from(replaces))
        );
        assert_eq!(visits.pool().used_up(), 0);
    }
}

#[tokio::test]
async fn a_refresh_token_that_lives_on_for_a_while_decides_nothing() {
    let idp = mock().await;
    for (auth, says) in [
        (AuthMethod::ClientSecretBasic, "as it may"),
        (AuthMethod::None, "more than some seconds"),
    ] {
        let mut config = config(&idp, &idp.issuer_with("refresh.reusable"));
        config.clients.retain(|client| client.auth == auth);
        let scenario = "flow = ['login', 'exchange']\n[races]\nrefresh_token = 4";
        let visits = visits_of(config, scenario).await;
        let result = visits.race_refresh_token(&carrier(), 4, 2).await.unwrap();
        assert_eq!((result.ok, result.rounds), (Some(true), 0), "{result:?}");
        assert!(result.actual.contains(says), "{result:?}");
    }
}

#[tokio::test]
async fn a_race_that_nobody_can_judge_is_none() {
    let idp = mock().await;
    let scenario = "flow = ['login', 'exchange']\n[races]\ncode = 4\nrefresh_token = 4";
    let visits = visits(&idp, &idp.issuer(), scenario).await;
    // The provider breaks down where it should refuse.
    let broken: Arc<dyn Carrier> = Arc::new(Detour {
        inner: carrier(),
        path: "/token",
        answer: http::Response::builder()
            .status(500)
            .body(Bytes::new())
            .unwrap(),
        hosts: Mutex::default(),
    });
    for result in [
        visits.race_code(&broken, 4, 2).await,
        visits.race_refresh_token(&broken, 4, 2).await,
    ] {
        let result = result.unwrap();
        assert_eq!((result.ok, result.rounds), (None, 0), "{result:?}");
        assert!(result.actual.contains("http_500"), "{result:?}");
    }
}

#[tokio::test]
async fn races_have_one_winner_unless_something_is_wrong() {
    let idp = mock().await;
    for (fault, code, refresh_token) in [
        ("", true, Ok(())),
        ("code.reusable", false, Ok(())),
        ("code.race", false, Ok(())),
        ("refresh.race", true, Err("several were accepted")),
        ("refresh.reusable", true, Ok(())),
        ("refresh.not_rotated", true, Ok(())),
    ] {
        let issuer = match fault {
            "" => idp.issuer(),
            fault => idp.issuer_with(fault),
        };
        let scenario = "flow = ['login', 'exchange']\n[races]\ncode = 4\nrefresh_token = 4";
        let visits = visits(&idp, &issuer, scenario).await;
        let carrier = carrier();
        let result = visits.race_code(&carrier, 4, 2).await.unwrap();
        assert_eq!(result.ok, Some(code), "{fault}: {result:?}");
        let result = visits.race_refresh_token(&carrier, 4, 2).await.unwrap();
        assert_eq!(
            result.ok,
            Some(refresh_token.is_ok()),
            "{fault}: {result:?}"
        );
        if let Err(says) = refresh_token {
            assert!(result.actual.contains(says), "{fault}: {result:?}");
        }
    }
}
