//! What all our HTTP clients have in common: trust, limits, and how an answer is read to its end.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use rustls::client::Resumption;

use super::trust;
use super::{ClientOptions, TransportError};
use crate::error::ConfigError;

/// A browser keeps a connection that nobody uses for so long.
const IDLE: Duration = Duration::from_secs(20);
/// TLS sessions that one client may resume: one host has a few at most.
const SESSIONS: usize = 8;

/// Trust and limits of HTTP clients, read once for any number of them.
#[derive(Clone)]
pub(crate) struct Wire {
    tls: rustls::ClientConfig,
    max_time: Duration,
    connect_timeout: Duration,
    body_limit: usize,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("max_time", &self.max_time)
            .finish_non_exhaustive()
    }
}

impl Wire {
    /// Trust and limits as `options` say.
    ///
    /// # Errors
    /// The certificates of `options.cacert` can't be read.
    pub(crate) fn new(options: &ClientOptions) -> Result<Self, ConfigError> {
        // Several versions of a provider's stack may be linked into one test binary; be explicit.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Ok(Self {
            tls: if options.insecure {
                trust::none()?
            } else {
                trust::tls(options.cacert.as_deref())?
            },
            max_time: options.max_time,
            connect_timeout: options.connect_timeout,
            body_limit: options.body_limit,
        })
    }

    /// A client that sends requests as they are written: no redirect followed, no cookies, no proxy, no
    /// compression asked for, HTTP/1.1. It shares no TLS session with another one.
    pub(crate) fn builder(&self) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            // Another package may turn compression on for the whole program.
            .no_gzip()
            // Requests go out as they were written, a forged Host included; HTTP/2 has a place of its own for it.
            .http1_only()
            .connect_timeout(self.connect_timeout)
            .timeout(self.max_time)
            .pool_idle_timeout(IDLE)
            .tls_backend_preconfigured(self.tls())
    }

    /// Such a client.
    ///
    /// # Errors
    /// The system has not what it takes.
    pub(crate) fn client(&self) -> Result<reqwest::Client, ConfigError> {
        let client = self.builder().build();
        client.map_err(|e| ConfigError::new(format!("no HTTP client: {}", chain(&e))))
    }

    /// TLS for HTTP/1.1.
    pub(crate) fn tls(&self) -> rustls::ClientConfig {
        let mut tls = self.tls.clone();
        tls.resumption = Resumption::in_memory_sessions(SESSIONS);
        tls
    }

    /// Reads an answer to its end. `host` names the provider in errors.
    ///
    /// # Errors
    /// There is no whole answer.
    pub(crate) async fn receive(
        &self,
        answer: Result<reqwest::Response, reqwest::Error>,
        host: impl Fn() -> String,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let mut answer = answer.map_err(|e| self.explain(&e, host()))?;
        let mut head = http::Response::new(());
        *head.status_mut() = answer.status();
        *head.version_mut() = answer.version();
        *head.headers_mut() = std::mem::take(answer.headers_mut());
        let body = self.body(&mut answer, host).await?;
        Ok(head.map(|()| body))
    }

    async fn body(
        &self,
        answer: &mut reqwest::Response,
        host: impl Fn() -> String,
    ) -> Result<Bytes, TransportError> {
        let mut whole = Bytes::new();
        let mut gathered = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| self.explain(&e, host()))? {
            if whole.len() + gathered.len() + chunk.len() > self.body_limit {
                return Err(TransportError::TooLong {
                    host: host(),
                    limit: self.body_limit,
                });
            }
            // Most bodies come in one piece, which need not be copied.
            if whole.is_empty() && gathered.is_empty() {
                whole = chunk;
                continue;
            }
            gathered.extend_from_slice(&std::mem::take(&mut whole));
            gathered.extend_from_slice(&chunk);
        }
        Ok(if gathered.is_empty() {
            whole
        } else {
            gathered.freeze()
        })
    }

    fn explain(&self, error: &reqwest::Error, host: String) -> TransportError {
        let cause = chain(error);
        if error.is_timeout() && error.is_connect() {
            TransportError::no_connection(&host, self.connect_timeout)
        } else if error.is_timeout() {
            let limit = self.max_time;
            TransportError::TimedOut { host, limit }
        } else if error.is_builder() {
            TransportError::Unsendable(cause)
        } else if is_of_tls(&cause) {
            TransportError::Tls { host, cause }
        } else if error.is_connect() {
            TransportError::Connect { host, cause }
        } else {
            TransportError::Broken { host, cause }
        }
    }
}

/// Whether TLS failed. A connection that ends without a farewell is named by rustls too, but it only broke.
fn is_of_tls(cause: &str) -> bool {
    ["certificate", "tls", "TLS"]
        .iter()
        .any(|word| cause.contains(word))
        && !cause.contains("close_notify")
}

/// The innermost cause says what happened; the outer ones repeat the URL, which may hold secrets.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if std::ptr::eq(
        innermost as *const _ as *const (),
        error as *const _ as *const (),
    ) {
        // Nothing inside: what reqwest says without the URL.
        return "the request failed".to_owned();
    }
    without_advice(innermost.to_string())
}

/// What a library says went wrong, without the page where it explains itself to whoever called it.
pub(crate) fn without_advice(mut text: String) -> String {
    if let Some(end) = text.find(": https://docs.rs/") {
        text.truncate(end);
    }
    text
}
