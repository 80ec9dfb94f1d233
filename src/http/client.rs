//! Sends one request and gives back one whole answer, or says why there is none.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures::future::BoxFuture;
use thiserror::Error;
use url::{Position, Url};

use super::wire::{Wire, chain};
use super::{Deadline, Transport};
use crate::error::ConfigError;
use crate::evidence::{Draft, Recorder};

/// After this many exchanges with one host that ended unanswered one after another, the host is given up.
const UNANSWERED_LIMIT: u8 = 3;

/// How the transport behaves.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The longest that one exchange may take, to the last byte of the answer.
    pub max_time: Duration,
    /// The longest that a connection may take to be made, TLS included.
    pub connect_timeout: Duration,
    /// The longest body that is read, in bytes.
    pub body_limit: usize,
    /// Certificates (PEM) trusted besides those of the system.
    pub cacert: Option<Vec<u8>>,
    /// Take any certificate.
    pub insecure: bool,
    /// Nothing is sent any more once it has passed.
    pub deadline: Arc<Deadline>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            max_time: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            body_limit: 4 * 1024 * 1024,
            cacert: None,
            insecure: false,
            deadline: Arc::default(),
        }
    }
}

/// Why there is no (whole) answer. None of this counts for or against the provider.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransportError {
    /// No connection came about.
    #[error("{host} can't be reached: {cause}")]
    Connect {
        /// The host and port.
        host: String,
        /// What the network said.
        cause: String,
    },
    /// The certificate is not trusted, or TLS failed otherwise.
    #[error("TLS with {host} failed: {cause}")]
    Tls {
        /// The host and port.
        host: String,
        /// What TLS said.
        cause: String,
    },
    /// Nothing (or not all) came within the limit.
    #[error("{host} did not answer within {}", seconds(*.limit))]
    TimedOut {
        /// The host and port.
        host: String,
        /// The limit.
        limit: Duration,
    },
    /// The connection broke before the answer was whole, or what came is not HTTP.
    #[error("the answer of {host} broke off: {cause}")]
    Broken {
        /// The host and port.
        host: String,
        /// What the network said.
        cause: String,
    },
    /// The answer is longer than we read.
    #[error("the answer of {host} is longer than {limit} bytes")]
    TooLong {
        /// The host and port.
        host: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The host left several exchanges unanswered before, one after another.
    #[error(
        "{host} was given up: it left {UNANSWERED_LIMIT} exchanges unanswered, one after another"
    )]
    GivenUp {
        /// The host and port.
        host: String,
    },
    /// The run's time is up.
    #[error("the run's deadline has passed")]
    Deadline,
    /// The request itself can't be sent, for instance for its URL.
    #[error("the request can't be sent: {0}")]
    Unsendable(String),
}

impl TransportError {
    /// No connection came about in the time that one may take.
    pub(crate) fn no_connection(host: &str, limit: Duration) -> Self {
        Self::Connect {
            host: host.to_owned(),
            cause: format!("no connection in {}", seconds(limit)),
        }
    }
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}

/// A whole answer, as it came. Its `Debug` output holds neither header fields nor body, which may be secrets.
#[derive(Clone)]
pub struct Answer {
    /// Status, header fields and body.
    pub response: http::Response<Bytes>,
    /// The id of its exchange.
    pub exchange: u32,
    /// The URL that was asked.
    pub url: Url,
    /// When the last byte came, in seconds since 1970. Rules about time are judged at this moment.
    pub received_at: f64,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status())
            .field("url", &&self.url[..Position::AfterPath])
            .field("exchange", &self.exchange)
            .field("bytes", &self.response.body().len())
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The first header field of this name, where it is visible text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.response.body())
    }
}

/// Exchanges with a host that ended without an answer, one after another.
#[derive(Debug)]
struct Unanswered {
    count: u8,
    last: Instant,
}

/// Sends requests over one pool of connections and records each exchange. It has no cookies: see
/// [`super::UserAgent`].
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    wire: Wire,
    options: ClientOptions,
    recorder: Arc<Recorder>,
    unanswered: Mutex<HashMap<String, Unanswered>>,
}

impl Client {
    /// A transport that records into `recorder`.
    ///
    /// # Errors
    /// The certificates of `options.cacert` can't be read.
    pub fn new(options: ClientOptions, recorder: Arc<Recorder>) -> Result<Self, ConfigError> {
        let wire = Wire::new(&options)?;
        let http = wire.client()?;
        Ok(Self {
            http,
            wire,
            options,
            recorder,
            unanswered: Mutex::default(),
        })
    }

    /// Where the exchanges are recorded.
    pub fn recorder(&self) -> &Arc<Recorder> {
        &self.recorder
    }

    /// How it behaves.
    pub fn options(&self) -> &ClientOptions {
        &self.options
    }

    /// Sends `request`; `purpose` says in a few words what for.
    ///
    /// # Errors
    /// There is no whole answer.
    pub async fn send(
        &self,
        request: http::Request<Bytes>,
        purpose: &str,
    ) -> Result<Answer, TransportError> {
        let url = Url::parse(&request.uri().to_string())
            .map_err(|e| TransportError::Unsendable(format!("its URL is wrong: {e}")))?;
        let host = host_and_port(&url);
        self.may_send(&host)?;
        let draft = Draft::new(&request, purpose);
        let begun = Instant::now();
        let result = self.exchange(request, &host).await;
        self.count(&host, begun, result.as_ref().err());
        let received_at = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0.0, |d| d.as_secs_f64());
        match result {
            Ok(response) => Ok(Answer {
                exchange: self.recorder.answered(draft, &response),
                response,
                url,
                received_at,
            }),
            Err(error) => {
                self.recorder.unanswered(draft, &error.to_string());
                Err(error)
            }
        }
    }

    fn may_send(&self, host: &str) -> Result<(), TransportError> {
        if self.options.deadline.has_passed() {
            return Err(TransportError::Deadline);
        }
        let unanswered = self
            .unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if unanswered
            .get(host)
            .is_some_and(|host| host.count >= UNANSWERED_LIMIT)
        {
            return Err(TransportError::GivenUp {
                host: host.to_owned(),
            });
        }
        Ok(())
    }

    /// Exchanges that were on their way side by side count once: one broken connection may end them all.
    fn count(&self, host: &str, begun: Instant, error: Option<&TransportError>) {
        let mut unanswered = self
            .unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match error {
            None | Some(TransportError::TooLong { .. } | TransportError::Unsendable(_)) => {
                unanswered.remove(host);
            }
            Some(_) => {
                let now = Instant::now();
                let host = unanswered.entry(host.to_owned()).or_insert(Unanswered {
                    count: 0,
                    last: begun,
                });
                if begun >= host.last {
                    host.count = host.count.saturating_add(1);
                    host.last = now;
                }
            }
        }
    }

    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        host: &str,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request)
            .map_err(|e| TransportError::Unsendable(chain(&e)))?;
        let answer = self.http.execute(request).await;
        self.wire.receive(answer, || host.to_owned()).await
    }
}

impl Transport for Client {
    fn send<'a>(
        &'a self,
        request: http::Request<Bytes>,
        purpose: &'a str,
    ) -> BoxFuture<'a, Result<Answer, TransportError>> {
        Box::pin(Self::send(self, request, purpose))
    }

    fn learn(&self, name: &str, secret: &str) {
        self.recorder.learn(name, secret);
    }

    fn scrub(&self, text: &str) -> String {
        self.recorder.scrub(text)
    }
}

pub(crate) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the provider");
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::protocol::get_request;

    /// A host that closes every connection without a word; its URL, and a client.
    async fn silent_host() -> (Url, Client) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
                drop(stream);
            }
        });
        let client = Client::new(ClientOptions::default(), Arc::default()).unwrap();
        (Url::parse(&url).unwrap(), client)
    }

    #[tokio::test]
    async fn a_host_is_given_up_after_a_while() {
        let (url, client) = silent_host().await;
        for n in 0..5 {
            let error = client
                .send(get_request(&url).unwrap(), "test")
                .await
                .unwrap_err();
            let given_up = matches!(error, TransportError::GivenUp { .. });
            assert_eq!(given_up, n >= UNANSWERED_LIMIT, "{n}: {error}");
        }
    }

    #[tokio::test]
    async fn what_broke_at_once_counts_once() {
        let (url, client) = silent_host().await;
        let all = (0..8).map(|_| client.send(get_request(&url).unwrap(), "test"));
        for result in futures::future::join_all(all).await {
            assert!(
                !matches!(result, Err(TransportError::GivenUp { .. })),
                "{result:?}"
            );
        }
        let error = client
            .send(get_request(&url).unwrap(), "test")
            .await
            .unwrap_err();
        assert!(!matches!(error, TransportError::GivenUp { .. }), "{error}");
    }
}
