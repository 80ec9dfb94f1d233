//! The keys of an issuer through the ready-made client: the mock IdP over TLS, and servers that answer with anything.

#![expect(clippy::unwrap_used, reason = "what fails to be set up fails the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mock_idp::{Algorithm, MockIdp, Transport};
use oidcheck::http::{ClientOptions, JwksClient};
use oidcheck::jwt::validator::{
    Error, Expected, KeyCache, KeyCacheOptions, Rule, ValidToken, Validator,
};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const CLIENT: &str = "client";

/// The mock over TLS, and how often it was asked for its keys.
async fn provider() -> (MockIdp, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let idp = MockIdp::builder()
        .tls()
        .observe(move |request| {
            seen.fetch_add(usize::from(request.path == "/jwks"), Ordering::Relaxed);
        })
        .start()
        .await
        .unwrap();
    (idp, count)
}

fn trusting(idp: &MockIdp) -> ClientOptions {
    ClientOptions {
        cacert: idp.ca_pem().map(String::into_bytes),
        ..ClientOptions::default()
    }
}

fn of(idp: &MockIdp) -> JwksClient {
    JwksClient::of_issuer(idp.issuer(), trusting(idp)).unwrap()
}

fn token(idp: &MockIdp) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let claims = json!({
        "iss": idp.issuer(), "sub": "alice", "aud": CLIENT, "exp": now + 300, "iat": now,
    });
    let control = idp.control();
    let signed = control.sign(
        &idp.issuer(),
        Algorithm::Rs256,
        "JWT",
        claims.as_object().unwrap(),
    );
    signed.unwrap()
}

async fn validate(
    cache: &KeyCache<JwksClient>,
    issuer: &str,
    token: &str,
) -> Result<ValidToken, Error> {
    let validator = Validator::id_token(issuer, CLIENT);
    cache
        .validate(&validator, token, &Expected::default())
        .await
}

/// Looks for unknown keys, and for keys that are old, whenever they are wanted.
fn eager() -> KeyCacheOptions {
    KeyCacheOptions {
        min_interval: Duration::ZERO,
        max_age: Duration::ZERO,
        ..KeyCacheOptions::default()
    }
}

/// There are no keys, for this reason.
fn expect_none(result: Result<ValidToken, Error>, says: &str) {
    let error = result.expect_err(says);
    assert!(error.is_undecided(), "{error}");
    assert!(error.actual().contains(says), "`{says}`: {error}");
}

#[tokio::test]
async fn a_rotation_takes_one_fetch() {
    let (idp, fetches) = provider().await;
    let (cache, issuer) = (KeyCache::new(of(&idp)), idp.issuer());
    let before = token(&idp);
    for _ in 0..3 {
        validate(&cache, &issuer, &before).await.unwrap();
    }
    assert_eq!(fetches.load(Ordering::Relaxed), 1);
    idp.control().rotate_keys(&issuer).unwrap();
    let after = token(&idp);
    for _ in 0..3 {
        validate(&cache, &issuer, &after).await.unwrap();
        // The retired key is still published.
        validate(&cache, &issuer, &before).await.unwrap();
    }
    assert_eq!(fetches.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_known_jwks_uri_needs_no_metadata() {
    let (idp, fetches) = provider().await;
    let uri = format!("{}/jwks", idp.issuer());
    let client = JwksClient::new(&uri, trusting(&idp)).unwrap();
    assert_eq!(format!("{client:?}"), format!("JwksClient({uri:?})"));
    let cache = KeyCache::new(client);
    let valid = validate(&cache, &idp.issuer(), &token(&idp)).await.unwrap();
    assert_eq!(valid.subject().as_deref(), Some("alice"));
    assert_eq!(fetches.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn the_id_token_of_a_response_finds_its_key() {
    let (idp, fetches) = provider().await;
    let (cache, issuer) = (KeyCache::new(of(&idp)), idp.issuer());
    cache.keys().await.unwrap();
    idp.control().rotate_keys(&issuer).unwrap();
    let validator = Validator::id_token(issuer.as_str(), CLIENT);
    let validate = async |body: Value| {
        let body = body.to_string();
        let expected = Expected::default();
        let result = cache.validate_response(&validator, body.as_bytes(), "openid", &expected);
        result.await
    };
    let response = json!({"access_token": "a", "token_type": "Bearer", "id_token": token(&idp)});
    let valid = validate(response).await.unwrap().unwrap();
    assert_eq!(valid.subject().as_deref(), Some("alice"));
    assert_eq!(fetches.load(Ordering::Relaxed), 2);
    let error = validate(json!({"access_token": "a"})).await.unwrap_err();
    assert_eq!(error.rule(), Rule::TokenResponse);
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_kids_fetch_no_more_than_once() {
    let (idp, fetches) = provider().await;
    let cache = Arc::new(KeyCache::new(of(&idp)));
    let (good, issuer) = (token(&idp), idp.issuer());
    validate(&cache, &issuer, &good).await.unwrap();
    let (_, rest) = good.split_once('.').unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            use base64::Engine as _;
            let header = json!({"alg": "RS256", "kid": format!("forged-{n}")}).to_string();
            let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header);
            let (forged, cache, issuer) = (
                format!("{header}.{rest}"),
                Arc::clone(&cache),
                issuer.clone(),
            );
            tokio::spawn(async move { validate(&cache, &issuer, &forged).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap_err().rule(), Rule::UnknownKey);
    }
    assert_eq!(fetches.load(Ordering::Relaxed), 2);
    validate(&cache, &issuer, &good).await.unwrap();
}

#[tokio::test]
async fn a_provider_that_is_down_leaves_the_old_keys() {
    let (idp, _) = provider().await;
    let (good, issuer) = (token(&idp), idp.issuer());
    for (transport, seconds, says) in [
        (Transport::Reset, 10, "broke off"),
        (Transport::Hang, 1, "did not answer within 1 s"),
        (Transport::Truncate(10), 10, "broke off"),
    ] {
        let options = || ClientOptions {
            max_time: Duration::from_secs(seconds),
            ..trusting(&idp)
        };
        idp.control().carry(&issuer, Transport::Normal).unwrap();
        let client = || JwksClient::of_issuer(issuer.clone(), options()).unwrap();
        let cache = KeyCache::with_options(client(), eager());
        validate(&cache, &issuer, &good).await.unwrap();
        idp.control().carry(&issuer, transport).unwrap();
        validate(&cache, &issuer, &good).await.unwrap();

        let none = KeyCache::new(client());
        expect_none(validate(&none, &issuer, &good).await, says);
        // They come when it is back, once the time between two fetches is over.
        let none = KeyCache::with_options(client(), eager());
        expect_none(validate(&none, &issuer, &good).await, says);
        idp.control().carry(&issuer, Transport::Normal).unwrap();
        validate(&none, &issuer, &good).await.unwrap();
    }
}

#[tokio::test]
async fn who_has_old_keys_does_not_wait_for_a_slow_provider() {
    let (idp, _) = provider().await;
    let (good, issuer) = (token(&idp), idp.issuer());
    let cache = Arc::new(KeyCache::with_options(of(&idp), eager()));
    validate(&cache, &issuer, &good).await.unwrap();
    idp.control().carry(&issuer, Transport::Hang).unwrap();
    let waits = {
        let (cache, issuer, good) = (Arc::clone(&cache), issuer.clone(), good.clone());
        tokio::spawn(async move { validate(&cache, &issuer, &good).await })
    };
    tokio::task::yield_now().await;
    let others = async {
        for _ in 0..10 {
            validate(&cache, &issuer, &good).await.unwrap();
        }
    };
    tokio::select! {
        () = others => {}
        first = waits => panic!("the fetch is over already: {:?}", first.map(|_| ())),
    }
}

#[tokio::test]
async fn an_untrusted_certificate_is_no_issuer() {
    let (idp, fetches) = provider().await;
    let client = JwksClient::of_issuer(idp.issuer(), ClientOptions::default()).unwrap();
    let cache = KeyCache::new(client);
    expect_none(validate(&cache, &idp.issuer(), &token(&idp)).await, "TLS");
    assert_eq!(fetches.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let (idp, _) = provider().await;
    let options = ClientOptions {
        body_limit: 500,
        ..trusting(&idp)
    };
    let client = JwksClient::new(&format!("{}/jwks", idp.issuer()), options).unwrap();
    let cache = KeyCache::new(client);
    let result = validate(&cache, &idp.issuer(), &token(&idp)).await;
    expect_none(result, "is longer than 500 bytes");
}

/// A server whose documents are these; what is asked else is 404.
async fn server(documents: &[(&str, ResponseTemplate)]) -> MockServer {
    let server = MockServer::start().await;
    for (at, answer) in documents {
        let mock = Mock::given(path(*at)).respond_with(answer.clone());
        mock.mount(&server).await;
    }
    server
}

async fn asked(server: &MockServer, at: &str) -> bool {
    let requests = server.received_requests().await.unwrap();
    requests.iter().any(|request| request.url.path() == at)
}

#[tokio::test]
async fn what_is_no_jwk_set_is_refused() {
    let (idp, _) = provider().await;
    let (good, issuer) = (token(&idp), idp.issuer());
    let text = |status: u16, body: &str| ResponseTemplate::new(status).set_body_string(body);
    for (answer, says) in [
        (text(200, "<!doctype html><p>Sign in"), "not JSON"),
        (text(200, r#"{"issuer":"x"}"#), "keys"),
        (text(200, ""), "not JSON"),
        (
            text(404, r#"{"keys":[]}"#),
            "/jwks answered with status 404",
        ),
        (text(503, ""), "status 503"),
        (text(201, r#"{"keys":[]}"#), "status 201"),
        (
            text(302, "").insert_header("location", "/elsewhere"),
            "status 302",
        ),
    ] {
        let elsewhere = text(200, r#"{"keys":[]}"#);
        let server = server(&[("/jwks", answer), ("/elsewhere", elsewhere)]).await;
        let uri = format!("{}/jwks", server.uri());
        let client = JwksClient::new(&uri, ClientOptions::default()).unwrap();
        let result = validate(&KeyCache::new(client), &issuer, &good).await;
        expect_none(result, says);
        assert!(!asked(&server, "/elsewhere").await, "{says}");
    }
}

#[tokio::test]
async fn metadata_say_where_the_keys_are() {
    let (idp, _) = provider().await;
    let good = token(&idp);
    let metadata = |document: Value| ResponseTemplate::new(200).set_body_json(document);
    let jwks = metadata(json!({"keys": []}));
    let found = "/.well-known/openid-configuration";
    let server = server(&[("/a/jwks", jwks)]).await;
    let base = server.uri();
    for (name, document, says) in [
        // An empty set: the token's key is not in it.
        (
            "right",
            json!({"issuer": format!("{base}/right"), "jwks_uri": format!("{base}/a/jwks")}),
            None,
        ),
        (
            "other",
            json!({"issuer": format!("{base}/right"), "jwks_uri": format!("{base}/a/jwks")}),
            Some("/right"),
        ),
        (
            "slash",
            json!({"issuer": format!("{base}/slash/"), "jwks_uri": format!("{base}/a/jwks")}),
            Some("/slash/"),
        ),
        (
            "none",
            json!({"issuer": format!("{base}/none")}),
            Some("none"),
        ),
        (
            "relative",
            json!({"issuer": format!("{base}/relative"), "jwks_uri": "/a/jwks"}),
            Some("/a/jwks"),
        ),
        (
            "plain",
            json!({"issuer": format!("{base}/plain"), "jwks_uri": "http://id.example.test/jwks"}),
            Some("no https URL"),
        ),
        (
            "file",
            json!({"issuer": format!("{base}/file"), "jwks_uri": "file:///etc/passwd"}),
            Some("no https URL"),
        ),
    ] {
        let mock = Mock::given(path(format!("/{name}{found}"))).respond_with(metadata(document));
        mock.mount(&server).await;
        let issuer = format!("{base}/{name}");
        let client = JwksClient::of_issuer(issuer.clone(), ClientOptions::default()).unwrap();
        let result = validate(&KeyCache::new(client), &issuer, &good).await;
        match says {
            Some(says) => expect_none(result, says),
            None => assert_eq!(result.unwrap_err().rule(), Rule::UnknownKey, "{name}"),
        }
    }
}

#[test]
fn plain_http_is_for_loopback_alone() {
    for (url, fine) in [
        ("https://id.example.test/a", true),
        ("http://127.0.0.1:8080", true),
        ("http://id.example.test", false),
        ("id.example.test", false),
        ("file:///etc/passwd", false),
    ] {
        let options = ClientOptions::default;
        assert_eq!(JwksClient::new(url, options()).is_ok(), fine, "{url}");
        assert_eq!(JwksClient::of_issuer(url, options()).is_ok(), fine, "{url}");
    }
}
