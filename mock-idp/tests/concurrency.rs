//! What holds when requests come at once, and the faults that only then show.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]

use std::time::{Duration, Instant};

use mock_idp::MockIdp;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Map, Value};
use tokio::task::JoinSet;

const AT_ONCE: usize = 16;
const REDIRECT_URI: &str = "http://localhost:1/cb";

async fn hyper() -> MockIdp {
    MockIdp::builder().plain_hyper().start().await.unwrap()
}

fn client() -> Client {
    let builder = Client::builder().redirect(Policy::none()).no_proxy();
    builder.build().unwrap()
}

async fn code(http: &Client, issuer: &str) -> String {
    let query = "client_id=app&response_type=code&scope=openid+offline_access&prompt=consent";
    let url = format!("{issuer}/authorize?{query}&redirect_uri={REDIRECT_URI}");
    let answer = http.get(url).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    let (_, rest) = location.split_once("code=").unwrap();
    rest.split('&').next().unwrap().to_owned()
}

async fn token(http: &Client, issuer: &str, form: &[(&str, &str)]) -> reqwest::Result<Response> {
    let request = http.post(format!("{issuer}/token"));
    request.basic_auth("app", Some("x")).form(form).send().await
}

/// The form of a code or of a refresh token.
fn form<'f>(grant_type: &'f str, value: &'f str) -> [(&'f str, &'f str); 3] {
    let name = if grant_type == "refresh_token" {
        "refresh_token"
    } else {
        "code"
    };
    [
        ("grant_type", grant_type),
        (name, value),
        ("redirect_uri", REDIRECT_URI),
    ]
}

async fn tokens(http: &Client, issuer: &str) -> Map<String, Value> {
    let code = code(http, issuer).await;
    let answer = token(http, issuer, &form("authorization_code", &code)).await;
    answer.unwrap().json().await.unwrap()
}

/// Uses a code or a refresh token many times at once; gives the token responses of those that succeeded.
async fn race(
    http: &Client,
    issuer: &str,
    grant_type: &'static str,
    value: &str,
) -> Vec<Map<String, Value>> {
    let mut requests = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (http, issuer, value) = (http.clone(), issuer.to_owned(), value.to_owned());
        requests.spawn(async move {
            let answer = token(&http, &issuer, &form(grant_type, &value)).await;
            let answer = answer.unwrap();
            let status = answer.status();
            let document: Map<String, Value> = answer.json().await.unwrap();
            if status != StatusCode::OK {
                assert_eq!(
                    (status.as_u16(), &document["error"]),
                    (400, &"invalid_grant".into())
                );
                return None;
            }
            Some(document)
        });
    }
    requests.join_all().await.into_iter().flatten().collect()
}

async fn is_good(http: &Client, issuer: &str, tokens: &Map<String, Value>) -> (bool, bool) {
    let access_token = tokens["access_token"].as_str().unwrap();
    let request = http.get(format!("{issuer}/userinfo"));
    let answer = request.bearer_auth(access_token).send().await.unwrap();
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let refreshed = token(http, issuer, &form("refresh_token", refresh_token)).await;
    (
        answer.status() == StatusCode::OK,
        refreshed.unwrap().status() == StatusCode::OK,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_uses_wins_and_then_its_tokens_are_dead() {
    let (idp, http) = (hyper().await, client());
    let issuer = idp.issuer();
    for _ in 0..5 {
        let code = code(&http, &issuer).await;
        let won = race(&http, &issuer, "authorization_code", &code).await;
        assert_eq!(won.len(), 1);
        assert_eq!(is_good(&http, &issuer, &won[0]).await, (false, false));

        let first = tokens(&http, &issuer).await;
        let refresh_token = first["refresh_token"].as_str().unwrap();
        let won = race(&http, &issuer, "refresh_token", refresh_token).await;
        assert_eq!(won.len(), 1);
        assert_eq!(is_good(&http, &issuer, &won[0]).await, (false, false));
        assert_eq!(is_good(&http, &issuer, &first).await, (false, false));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_uses_race_many_win_and_a_later_one_does_not() {
    let (idp, http) = (hyper().await, client());
    let issuer = idp.issuer_with("code.race+refresh.race");
    let code = code(&http, &issuer).await;
    let won = race(&http, &issuer, "authorization_code", &code).await;
    assert!(won.len() > 1, "{} won", won.len());
    assert!(
        race(&http, &issuer, "authorization_code", &code)
            .await
            .is_empty()
    );
    assert_eq!(is_good(&http, &issuer, &won[0]).await, (false, false));

    let first = tokens(&http, &issuer).await;
    let refresh_token = first["refresh_token"].as_str().unwrap();
    let won = race(&http, &issuer, "refresh_token", refresh_token).await;
    assert!(won.len() > 1, "{} won", won.len());
    assert!(
        race(&http, &issuer, "refresh_token", refresh_token)
            .await
            .is_empty()
    );

    // One after another nothing is wrong.
    let first = tokens(&http, &issuer).await;
    let refresh_token = first["refresh_token"].as_str().unwrap();
    for expected in [StatusCode::OK, StatusCode::BAD_REQUEST] {
        let answer = token(&http, &issuer, &form("refresh_token", refresh_token)).await;
        assert_eq!(answer.unwrap().status(), expected);
    }
}

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_endpoint_gives_in_after_two_hundred_requests() {
    let idp = hyper().await;
    let (http, impatient) = (
        client(),
        Client::builder()
            .timeout(Duration::from_millis(300))
            .no_proxy()
            .build()
            .unwrap(),
    );
    for fault in ["busy", "hangs", "resets"] {
        let issuer = idp.issuer_with(&format!("token_endpoint.{fault}"));
        for _ in 0..200 {
            let answer = token(&http, &issuer, &OWN).await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{fault}");
        }
        let answer = token(&impatient, &issuer, &OWN).await;
        match fault {
            "busy" => {
                let answer = answer.unwrap();
                assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
                assert_eq!(answer.headers()["retry-after"], "1");
            }
            "hangs" => assert!(answer.unwrap_err().is_timeout()),
            _ => {
                let error = answer.unwrap_err();
                assert!(error.is_request() && !error.is_timeout(), "{error:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_endpoint_is_slow_or_freezes() {
    let (idp, http) = (hyper().await, client());
    let issuer = idp.issuer_with("token_endpoint.slow");
    let begun = Instant::now();
    token(&http, &issuer, &OWN).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(300));

    let issuer = idp.issuer_with("token_endpoint.freezes");
    let begun = Instant::now();
    let mut longest = Duration::ZERO;
    while begun.elapsed() < Duration::from_millis(2_100) {
        let sent = Instant::now();
        let answer = token(&http, &issuer, &OWN).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        longest = longest.max(sent.elapsed());
    }
    assert!(longest > Duration::from_millis(300), "{longest:?}");
}

#[tokio::test]
async fn tokens_that_should_be_new_are_not() {
    let (idp, http) = (hyper().await, client());
    for (fault, name) in [
        ("token_response.repeated_access_token", "access_token"),
        ("refresh.repeated_token", "refresh_token"),
    ] {
        for (issuer, is_broken) in [(idp.issuer(), false), (idp.issuer_with(fault), true)] {
            let first = tokens(&http, &issuer).await;
            let second = tokens(&http, &issuer).await;
            let third = tokens(&http, &issuer).await;
            assert_eq!(first[name] == second[name], is_broken, "{fault}");
            assert_ne!(second[name], third[name], "{fault}");
        }
    }
}
