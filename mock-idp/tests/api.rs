//! The library as its users start and steer it.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mock_idp::{Algorithm, MockIdp, Transport};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, StatusCode};
use serde_json::{Map, Value};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

fn client(idp: &MockIdp) -> Client {
    let builder = Client::builder().redirect(Policy::none()).no_proxy();
    match idp.ca_pem() {
        Some(pem) => builder.tls_certs_only([Certificate::from_pem(pem.as_bytes()).unwrap()]),
        None => builder,
    }
    .build()
    .unwrap()
}

/// The tokens of a permissive issuer.
async fn tokens(http: &Client, issuer: &str) -> Map<String, Value> {
    let url = format!(
        "{issuer}/authorize?client_id=app&redirect_uri=http://localhost:1/cb&response_type=code&scope=openid+email"
    );
    let answer = http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let location = answer.headers()["location"].to_str().unwrap();
    let code = location
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "http://localhost:1/cb"),
    ];
    let answer = http
        .post(format!("{issuer}/token"))
        .basic_auth("app", Some("x"))
        .form(&form)
        .send()
        .await
        .unwrap();
    answer.json().await.unwrap()
}

fn claims(tokens: &Map<String, Value>) -> Map<String, Value> {
    use base64::Engine;
    let payload = tokens["id_token"]
        .as_str()
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap();
    serde_json::from_slice(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .unwrap(),
    )
    .unwrap()
}

#[tokio::test]
async fn one_line_starts_one_that_takes_any_client() {
    let idp = MockIdp::start().await;
    let http = client(&idp);
    let good = claims(&tokens(&http, &idp.issuer()).await);
    assert_eq!(
        (&good["iss"], &good["aud"]),
        (&idp.issuer().into(), &"app".into())
    );
    let bad = claims(&tokens(&http, &idp.issuer_with("id_token.wrong_aud")).await);
    assert_ne!(bad["aud"], "app");
}

#[tokio::test]
async fn a_test_can_lay_an_answer_on_top() {
    let idp = MockIdp::start().await;
    Mock::given(path("/jwks"))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(1)
        .with_priority(1)
        .expect(1)
        .mount(idp.wiremock().unwrap())
        .await;
    let http = client(&idp);
    let url = format!("{}/jwks", idp.issuer());
    assert_eq!(
        http.get(&url).send().await.unwrap().status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        http.get(&url).send().await.unwrap().status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn requests_are_observed_and_kept_when_asked_for() {
    let count = Arc::new(AtomicUsize::new(0));
    let paths = Arc::new(Mutex::new(Vec::new()));
    for keep in [false, true] {
        let (counter, seen) = (Arc::clone(&count), Arc::clone(&paths));
        let mut builder = MockIdp::builder().plain_hyper().observe(move |request| {
            counter.fetch_add(1, Ordering::Relaxed);
            seen.lock().unwrap().push(request.path.clone());
        });
        if keep {
            builder = builder.keep_received();
        }
        let idp = builder.start().await.unwrap();
        tokens(&client(&idp), &idp.issuer()).await;
        assert_eq!(idp.received().len(), if keep { 2 } else { 0 });
    }
    assert_eq!(count.load(Ordering::Relaxed), 4);
    assert_eq!(paths.lock().unwrap()[..2], ["/authorize", "/token"]);
}

#[tokio::test]
async fn issuers_are_steered_from_outside() {
    let idp = MockIdp::builder()
        .tls()
        .signing(Algorithm::EdDsa)
        .start()
        .await
        .unwrap();
    let http = client(&idp);
    let named = idp.issuer_named("clock", &[]);
    let control = idp.control();
    control.advance(&named, Duration::from_secs(5_000)).unwrap();
    let (here, there) = (
        claims(&tokens(&http, &idp.issuer()).await),
        claims(&tokens(&http, &named).await),
    );
    let ahead = there["iat"].as_u64().unwrap() - here["iat"].as_u64().unwrap();
    assert!((5_000..5_060).contains(&ahead), "{ahead}");

    let keys = async || {
        let document: Map<String, Value> = http
            .get(format!("{named}/jwks"))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        document["keys"].as_array().unwrap().len()
    };
    assert_eq!(keys().await, 4);
    control.rotate_keys(&named).unwrap();
    assert_eq!(keys().await, 8);
    let access = tokens(&http, &named).await["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let userinfo = async || {
        http.get(format!("{named}/userinfo"))
            .bearer_auth(&access)
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(userinfo().await, StatusCode::OK);
    control.forget(&named).unwrap();
    assert_eq!(userinfo().await, StatusCode::UNAUTHORIZED);
    assert_eq!(keys().await, 4);
    for unknown in [
        "https://op.test",
        &format!("{}/f/no.such", idp.issuer()),
        &format!("{}x", idp.issuer()),
    ] {
        assert!(
            control.advance(unknown, Duration::ZERO).is_err(),
            "{unknown}"
        );
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_told() {
    let first = MockIdp::builder().plain_hyper().start().await.unwrap();
    let port: u16 = first.issuer().rsplit(':').next().unwrap().parse().unwrap();
    for builder in [
        MockIdp::builder().plain_hyper(),
        MockIdp::builder().wiremock(),
        MockIdp::builder().tls(),
    ] {
        let error = builder.port(port).start().await.unwrap_err();
        assert!(error.to_string().contains("port"), "{error}");
    }
}

#[tokio::test]
async fn answers_come_late_in_pieces_or_not_at_all() {
    for builder in [MockIdp::builder().plain_hyper(), MockIdp::builder().tls()] {
        let idp = builder.start().await.unwrap();
        let http = client(&idp);
        let issuer = idp.issuer_named("slow", &[]);
        let url = format!("{issuer}/no-user");
        let body = async |url: &str| http.get(url).send().await?.text().await;
        let carry = |transport| idp.control().carry(&issuer, transport).unwrap();
        let jwks = format!("{issuer}/jwks");
        let whole = body(&jwks).await.unwrap();

        carry(Transport::Reset);
        assert!(http.get(&jwks).send().await.is_err());
        carry(Transport::Truncate(10));
        let cut = http.get(&jwks).send().await.unwrap();
        assert_eq!(cut.status(), StatusCode::OK);
        assert!(cut.text().await.is_err());
        // A short one: a timer has milliseconds.
        let refusal = async || {
            let answer = http.post(format!("{issuer}/token")).send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        carry(Transport::Normal);
        let expected = refusal().await;
        carry(Transport::Trickle(Duration::from_micros(10)));
        assert_eq!(refusal().await, expected);
        carry(Transport::Delay(Duration::from_millis(100)));
        let start = Instant::now();
        assert_eq!(body(&jwks).await.unwrap(), whole);
        assert!(start.elapsed() >= Duration::from_millis(100));
        // Others are not disturbed.
        assert!(body(&format!("{}/jwks", idp.issuer())).await.is_ok());
        assert_eq!(
            http.get(&url).send().await.unwrap().status(),
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
#[should_panic(expected = "there is no fault id_token.wrong_audience")]
async fn a_fault_that_is_none_is_told() {
    MockIdp::start()
        .await
        .issuer_with("code.reusable+id_token.wrong_audience");
}

#[tokio::test]
async fn a_token_that_a_test_makes_is_one_of_the_issuer() {
    let idp = MockIdp::start().await;
    let claims = serde_json::json!({ "iss": idp.issuer(), "sub": "x" });
    let claims = claims.as_object().unwrap();
    let keys = client(&idp).get(format!("{}/jwks", idp.issuer()));
    let keys: jsonwebtoken::jwk::JwkSet = keys.send().await.unwrap().json().await.unwrap();
    for algorithm in Algorithm::ALL {
        let signed = idp
            .control()
            .sign(&idp.issuer(), algorithm, "logout+jwt", claims);
        let token = signed.unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.typ.as_deref(), Some("logout+jwt"));
        let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
        let mut validation = jsonwebtoken::Validation::new(algorithm.name().parse().unwrap());
        validation.required_spec_claims.clear();
        let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
        let decoded = jsonwebtoken::decode::<Map<String, Value>>(&token, &key, &validation);
        assert_eq!(&decoded.unwrap().claims, claims);
    }
}
