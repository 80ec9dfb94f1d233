//! Carries the requests of an open workload: hyper, HTTP/1.1, a pool of connections of our own.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::header::HOST;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::carrier::Carrier;
use crate::error::ConfigError;
use crate::http::{ClientOptions, TransportError, Wire, without_advice};

type Sender = SendRequest<Full<Bytes>>;

/// A pool of connections; those used last are used first, so that no more are open than are needed at once. How
/// many that are is up to those who send. It belongs to the runtime in which it is used first.
pub(crate) struct HyperCarrier {
    idle: Mutex<Vec<(Origin, Sender)>>,
    tls: TlsConnector,
    max_time: Duration,
    connect_timeout: Duration,
    body_limit: usize,
}

impl fmt::Debug for HyperCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperCarrier")
            .field("idle", &self.lock().len())
            .finish_non_exhaustive()
    }
}

/// Where a connection leads.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: Scheme,
    authority: Authority,
}

/// Why a request on an idle connection came to nothing.
enum Lost {
    /// The connection had been closed meanwhile; nothing was sent.
    Unsent(Request<Full<Bytes>>),
    /// The exchange failed.
    Failed(TransportError),
}

impl HyperCarrier {
    /// A pool without connections.
    ///
    /// # Errors
    /// The certificates of `options.cacert` can't be read.
    pub(crate) fn new(options: &ClientOptions) -> Result<Self, ConfigError> {
        Ok(Self::over(&Wire::new(options)?, options))
    }

    /// The same, where the certificates were read before.
    pub(crate) fn over(wire: &Wire, options: &ClientOptions) -> Self {
        Self {
            idle: Mutex::default(),
            tls: TlsConnector::from(Arc::new(wire.tls())),
            max_time: options.max_time,
            connect_timeout: options.connect_timeout,
            body_limit: options.body_limit,
        }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (origin, mut request) = origin_form(request)?;
        let host = bare(&origin.authority);
        // A connection that was closed while it was idle is none. Nothing is sent twice.
        while let Some(sender) = self.take(&origin) {
            match self.send(sender, &origin, request).await {
                Ok(response) => return Ok(response),
                Err(Lost::Unsent(back)) => request = back,
                Err(Lost::Failed(error)) => return Err(error),
            }
        }
        let sender = self.connect(&origin).await?;
        self.send(sender, &origin, request)
            .await
            .map_err(|lost| match lost {
                Lost::Unsent(_) => broken(host, "the connection was closed at once"),
                Lost::Failed(error) => error,
            })
    }

    async fn send(
        &self,
        mut sender: Sender,
        origin: &Origin,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, Lost> {
        let host = bare(&origin.authority);
        let response = match sender.try_send_request(request).await {
            Ok(response) => response,
            Err(mut error) => {
                return Err(match error.take_message() {
                    Some(request) => Lost::Unsent(request),
                    None => Lost::Failed(broken(host, &chain(error.error()))),
                });
            }
        };
        let (head, body) = response.into_parts();
        let body = Limited::new(body, self.body_limit)
            .collect()
            .await
            .map_err(|error| {
                Lost::Failed(if error.is::<LengthLimitError>() {
                    TransportError::TooLong {
                        host: host.to_owned(),
                        limit: self.body_limit,
                    }
                } else {
                    broken(host, &chain(&*error))
                })
            })?
            .to_bytes();
        if !sender.is_closed() {
            self.lock().push((origin.clone(), sender));
        }
        Ok(Response::from_parts(head, body))
    }

    fn take(&self, origin: &Origin) -> Option<Sender> {
        let mut idle = self.lock();
        loop {
            let index = idle.iter().rposition(|(of, _)| of == origin)?;
            let (_, sender) = idle.remove(index);
            if !sender.is_closed() {
                return Some(sender);
            }
        }
    }

    async fn connect(&self, origin: &Origin) -> Result<Sender, TransportError> {
        let host = bare(&origin.authority);
        let connecting = async {
            let port = origin.authority.port_u16();
            let name = bare_host(origin.authority.host());
            if origin.scheme == Scheme::HTTPS {
                let tcp = tcp(host, name, port.unwrap_or(443)).await?;
                let server = ServerName::try_from(name.to_owned())
                    .map_err(|e| TransportError::Unsendable(format!("its host is wrong: {e}")))?;
                let tls = self
                    .tls
                    .connect(server, tcp)
                    .await
                    .map_err(|e| TransportError::Tls {
                        host: host.to_owned(),
                        cause: e.to_string(),
                    })?;
                speak(host, tls).await
            } else {
                let tcp = tcp(host, name, port.unwrap_or(80)).await?;
                speak(host, tcp).await
            }
        };
        timeout(self.connect_timeout, connecting)
            .await
            .map_err(|_| TransportError::no_connection(host, self.connect_timeout))?
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Origin, Sender)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Carrier for HyperCarrier {
    fn carry(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let authority = request.uri().authority().cloned();
            timeout(self.max_time, self.exchange(request))
                .await
                .map_err(|_| TransportError::TimedOut {
                    host: authority.map_or_else(String::new, |host| bare(&host).to_owned()),
                    limit: self.max_time,
                })?
        })
    }
}

async fn tcp(host: &str, name: &str, port: u16) -> Result<TcpStream, TransportError> {
    let failed = |e: io::Error| TransportError::Connect {
        host: host.to_owned(),
        cause: e.to_string(),
    };
    let tcp = TcpStream::connect((name, port)).await.map_err(failed)?;
    tcp.set_nodelay(true).map_err(failed)?;
    Ok(tcp)
}

async fn speak<S>(host: &str, stream: S) -> Result<Sender, TransportError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|e| broken(host, &chain(&e)))?;
    tokio::spawn(async move {
        // Whoever waits for an answer hears of it.
        if let Err(error) = connection.await {
            tracing::debug!("a connection ended: {error}");
        }
    });
    Ok(sender)
}

/// The request as it goes over the wire: the path alone, and `Host`.
fn origin_form(request: Request<Bytes>) -> Result<(Origin, Request<Full<Bytes>>), TransportError> {
    let (mut head, body) = request.into_parts();
    let parts = head.uri.into_parts();
    let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
        return Err(TransportError::Unsendable("its URL has no host".to_owned()));
    };
    head.uri = match parts.path_and_query {
        Some(path) => Uri::from(path),
        None => Uri::from_static("/"),
    };
    if !head.headers.contains_key(HOST) {
        let host = HeaderValue::from_str(bare(&authority))
            .map_err(|e| TransportError::Unsendable(format!("its host is wrong: {e}")))?;
        head.headers.insert(HOST, host);
    }
    let request = Request::from_parts(head, Full::new(body));
    Ok((Origin { scheme, authority }, request))
}

/// Host and port: user information is neither for the wire nor for a report.
pub(super) fn bare(authority: &Authority) -> &str {
    let all = authority.as_str();
    all.rsplit_once('@').map_or(all, |(_, host)| host)
}

/// Without the brackets of an IPv6 address.
fn bare_host(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

fn broken(host: &str, cause: &str) -> TransportError {
    TransportError::Broken {
        host: host.to_owned(),
        cause: cause.to_owned(),
    }
}

/// An error and what caused it, in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    without_advice(text)
}
