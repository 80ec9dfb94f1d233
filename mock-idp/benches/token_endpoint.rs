//! Token requests one after another over one connection, on both mounts: `token_endpoint/<wiremock|hyper>/<grant>`.
//!
//! `cargo bench --bench token_endpoint`; what a core bears at most is for `benches/wrk/run.sh` to say.

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use mock_idp::{Algorithm, MockIdp};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::{Map, Value};

const REDIRECT_URI: &str = "http://localhost:1/cb";
const GRANTS: [&str; 3] = ["client_credentials", "authorization_code", "refresh_token"];

/// One relying party.
struct Rp {
    http: Client,
    issuer: String,
}

impl Rp {
    fn new(idp: &MockIdp) -> Self {
        let builder = Client::builder().redirect(Policy::none()).no_proxy();
        Self {
            http: builder.build().expect("a client"),
            issuer: idp.issuer(),
        }
    }

    async fn code(&self) -> String {
        let query = "client_id=app&response_type=code&scope=openid+offline_access&prompt=consent";
        let url = format!(
            "{}/authorize?{query}&redirect_uri={REDIRECT_URI}",
            self.issuer
        );
        let answer = self.http.get(url).send().await.expect("an answer");
        let location = answer.headers()["location"].to_str().expect("a URL");
        let (_, rest) = location.split_once("code=").expect("a code");
        rest.split('&').next().unwrap_or_default().to_owned()
    }

    /// Sends a token request, and says how long it took.
    async fn token(&self, form: &[(&str, &str)]) -> (Duration, Map<String, Value>) {
        let request = self.http.post(format!("{}/token", self.issuer));
        let request = request.basic_auth("app", Some("x")).form(form);
        let begun = Instant::now();
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let body = answer.bytes().await.expect("a body");
        let took = begun.elapsed();
        assert_eq!(status, StatusCode::OK);
        (took, serde_json::from_slice(&body).expect("JSON"))
    }

    async fn redeem(&self) -> (Duration, Map<String, Value>) {
        let code = self.code().await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
        ];
        self.token(&form).await
    }

    /// How long so many token requests take, without what goes before them.
    async fn measure(&self, grant: &str, count: u64) -> Duration {
        let mut total = Duration::ZERO;
        let mut tokens = match grant {
            "refresh_token" => self.redeem().await.1,
            _ => Map::new(),
        };
        for _ in 0..count {
            let (took, answer) = match grant {
                "authorization_code" => self.redeem().await,
                "refresh_token" => {
                    let token = tokens["refresh_token"].as_str().unwrap_or_default();
                    self.token(&[("grant_type", grant), ("refresh_token", token)])
                        .await
                }
                _ => self.token(&[("grant_type", grant)]).await,
            };
            total += took;
            tokens = answer;
        }
        total
    }
}

fn token_endpoint(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    for (name, builder) in [
        ("wiremock", MockIdp::builder().wiremock()),
        ("hyper", MockIdp::builder().plain_hyper()),
    ] {
        let idp = runtime
            .block_on(builder.signing(Algorithm::Es256).start())
            .expect("the mock starts");
        let rp = Rp::new(&idp);
        let mut group = criterion.benchmark_group(format!("token_endpoint/{name}"));
        for grant in GRANTS {
            group.bench_function(grant, |bencher| {
                bencher.iter_custom(|count| runtime.block_on(rp.measure(grant, count)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, token_endpoint);
criterion_main!(benches);
