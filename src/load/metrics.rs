//! Figures for Prometheus while the load is made (`--metrics`): requests by endpoint and status, and their latency.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::error::ConfigError;

/// Upper bounds in seconds: from a millisecond, where a local provider answers, to the limit of one exchange.
const BUCKETS: [f64; 14] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0,
];
/// Whoever connects and says nothing is shown out.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    /// The word of the flow.
    endpoint: &'static str,
    /// The status code, or `none` where no answer came.
    status: &'static str,
}

/// Counters and histograms that a Prometheus server may ask for, warm-up included.
#[derive(Debug, Clone)]
pub struct Metrics {
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    registry: Arc<Registry>,
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::<Labels, Counter>::default();
        let durations: Family<Labels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let mut registry = Registry::default();
        registry.register(
            "oauth_requests",
            "Requests that have ended",
            requests.clone(),
        );
        registry.register(
            "oauth_request_duration_seconds",
            "Latency to the last byte of the body",
            durations.clone(),
        );
        Self {
            requests,
            durations,
            registry: Arc::new(registry),
        }
    }
}

impl Metrics {
    /// Counts a request that has ended.
    pub(crate) fn record(
        &self,
        endpoint: &'static str,
        status: Option<StatusCode>,
        latency: Duration,
    ) {
        let labels = Labels {
            endpoint,
            status: word(status),
        };
        self.requests.get_or_create(&labels).inc();
        self.durations
            .get_or_create(&labels)
            .observe(latency.as_secs_f64());
    }

    /// The text that a Prometheus server reads.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into memory does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Serves `GET /metrics` until the handle is aborted; the system chooses the port where `address` has 0.
    ///
    /// # Errors
    /// Nothing can listen there.
    pub async fn serve(
        &self,
        address: SocketAddr,
    ) -> Result<(SocketAddr, JoinHandle<()>), ConfigError> {
        let failed =
            |e: std::io::Error| ConfigError::new(format!("--metrics {address}: can't listen: {e}"));
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let metrics = self.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let metrics = metrics.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    let answer = metrics.answer(request.method(), request.uri().path());
                    async move { Ok::<_, Infallible>(answer) }
                });
                tokio::spawn(
                    http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(PATIENCE)
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        Ok((bound, serving))
    }

    fn answer(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
        let (status, body) = match (method, path) {
            (&Method::GET, "/metrics") => (StatusCode::OK, self.text()),
            (_, "/metrics") => (StatusCode::METHOD_NOT_ALLOWED, "GET alone\n".to_owned()),
            _ => (StatusCode::NOT_FOUND, "see /metrics\n".to_owned()),
        };
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = status;
        response.headers_mut().insert(
            CONTENT_TYPE,
            http::HeaderValue::from_static(
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
            ),
        );
        response
    }
}

/// The statuses that have a label of their own: those that endpoints of a provider use. A provider that makes up
/// status codes must not fill our memory.
fn word(status: Option<StatusCode>) -> &'static str {
    match status.map(|status| status.as_u16()) {
        None => "none",
        Some(200) => "200",
        Some(201) => "201",
        Some(204) => "204",
        Some(302) => "302",
        Some(303) => "303",
        Some(400) => "400",
        Some(401) => "401",
        Some(403) => "403",
        Some(404) => "404",
        Some(405) => "405",
        Some(429) => "429",
        Some(500) => "500",
        Some(502) => "502",
        Some(503) => "503",
        Some(504) => "504",
        Some(100..200) => "1xx",
        Some(200..300) => "2xx",
        Some(300..400) => "3xx",
        Some(400..500) => "4xx",
        Some(_) => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_prometheus_server_gets_counters_and_histograms() {
        let metrics = Metrics::default();
        let ok = Some(StatusCode::OK);
        metrics.record("exchange", ok, Duration::from_micros(1_500));
        metrics.record("exchange", ok, Duration::from_millis(30));
        metrics.record("refresh", None, Duration::from_secs(10));
        let (address, serving) = metrics
            .serve(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        serving.abort();
        for line in [
            "HTTP/1.1 200 OK",
            r#"oauth_requests_total{endpoint="exchange",status="200"} 2"#,
            r#"oauth_requests_total{endpoint="refresh",status="none"} 1"#,
            r#"oauth_request_duration_seconds_bucket{le="0.002",endpoint="exchange",status="200"} 1"#,
            r#"oauth_request_duration_seconds_bucket{le="0.05",endpoint="exchange",status="200"} 2"#,
            r#"oauth_request_duration_seconds_count{endpoint="refresh",status="none"} 1"#,
            "# EOF",
        ] {
            assert!(text.contains(line), "{line} in:\n{text}");
        }
    }
}
