//! The mount on hyper, over http or https: for load, and for transport that is slow or breaks.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;

use super::Service;
use crate::dispatch::LONGEST_BODY;
use crate::reply::{Reply, Transport};

/// A client that has not sent its request, or shaken hands, in this time is dropped.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a broken body waits before it breaks.
const FLUSH: Duration = Duration::from_millis(20);

/// The listening sockets: IPv4 loopback, and the same port on IPv6 where there is any, because `localhost` may mean
/// either.
pub(crate) struct Listeners {
    sockets: Vec<TcpListener>,
    /// The port of all of them.
    pub(crate) port: u16,
}

impl Listeners {
    /// Binds a port; 0 lets the system choose.
    pub(crate) async fn bind(port: u16) -> io::Result<Self> {
        const ATTEMPTS: usize = 16;
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let chosen = first.local_addr()?.port();
            match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, chosen))).await {
                Ok(second) => {
                    return Ok(Self {
                        sockets: vec![first, second],
                        port: chosen,
                    });
                }
                // Somebody else has it there, and would get what is meant for us.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && port == 0 => {
                    last = Some(error)
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
                // No IPv6 here.
                Err(_) => {
                    return Ok(Self {
                        sockets: vec![first],
                        port: chosen,
                    });
                }
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
    }
}

/// A running server; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    /// Serves until the server is dropped.
    pub(crate) fn start(
        listeners: Listeners,
        tls: Option<rustls::ServerConfig>,
        service: &Service,
    ) -> Self {
        let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        let accept = |socket| tokio::spawn(accept(socket, acceptor.clone(), service.clone()));
        Self {
            tasks: listeners.sockets.into_iter().map(accept).collect(),
        }
    }

    /// Stops, and waits until the sockets are closed.
    pub(crate) async fn stop(mut self) {
        for task in std::mem::take(&mut self.tasks) {
            task.abort();
            // An error says that it was stopped.
            let _ = task.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, service: Service) {
    // Connections end with this task: the set is dropped with it.
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match stream {
            Ok((stream, _)) => {
                // Small answers should not wait for more.
                let _ = stream.set_nodelay(true);
                connections.spawn(connect(stream, tls.clone(), service.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

async fn connect(stream: TcpStream, tls: Option<TlsAcceptor>, service: Service) {
    match tls {
        None => serve(stream, service).await,
        Some(acceptor) => match tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => serve(stream, service).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        },
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, service: Service) {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        // Answers are small: one buffer is cheaper than two.
        .writev(false);
    builder.http2().timer(TokioTimer::new());
    let answer = service_fn(move |request| answer(service.clone(), request));
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), answer).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken on request")
    }
}

impl std::error::Error for Broken {}

async fn answer(service: Service, request: Request<Incoming>) -> Result<Response<Pieces>, Broken> {
    let (parts, body) = request.into_parts();
    let collected =
        tokio::time::timeout(PATIENCE, Limited::new(body, LONGEST_BODY).collect()).await;
    let body = match collected {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => return Ok(refused(Reply::body_too_long())),
        Err(_) => return Ok(refused(Reply::empty(StatusCode::REQUEST_TIMEOUT))),
    };
    let reply = service.handle(&Request::from_parts(parts, body));
    carry(reply).await
}

async fn carry(reply: Reply) -> Result<Response<Pieces>, Broken> {
    let (parts, body) = reply.response.into_parts();
    let pieces = match reply.transport {
        Transport::Normal => Pieces::whole(body),
        Transport::Delay(delay) => {
            tokio::time::sleep(delay).await;
            Pieces::whole(body)
        }
        Transport::Hang => return std::future::pending().await,
        Transport::Reset => return Err(Broken),
        Transport::Truncate(length) => Pieces {
            breaks_after: Some(length),
            ..Pieces::whole(body)
        },
        Transport::Trickle(pause) => Pieces {
            pause: Some((pause, None)),
            ..Pieces::whole(body)
        },
    };
    Ok(Response::from_parts(parts, pieces))
}

fn refused(reply: Reply) -> Response<Pieces> {
    let (parts, body) = reply.response.into_parts();
    let mut response = Response::from_parts(parts, Pieces::whole(body));
    // What is left of the request has not been read.
    response
        .headers_mut()
        .insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A body that is sent at once, octet by octet, or not to its end.
struct Pieces {
    rest: Bytes,
    breaks_after: Option<usize>,
    flushed: Option<Pin<Box<Sleep>>>,
    pause: Option<(Duration, Option<Pin<Box<Sleep>>>)>,
}

impl Pieces {
    fn whole(rest: Bytes) -> Self {
        Self {
            rest,
            breaks_after: None,
            flushed: None,
            pause: None,
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = &mut *self;
        if let Some(length) = this.breaks_after {
            if length == 0 {
                // What went before has to be on its way.
                let timer = this
                    .flushed
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep(FLUSH)));
                return timer.as_mut().poll(cx).map(|()| Some(Err(Broken)));
            }
            this.breaks_after = Some(0);
            let piece = this.rest.split_to(length.min(this.rest.len()));
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if this.rest.is_empty() {
            return Poll::Ready(None);
        }
        let Some((pause, sleep)) = &mut this.pause else {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut this.rest)))));
        };
        let timer = sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(*pause)));
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        timer.as_mut().reset(Instant::now() + *pause);
        Poll::Ready(Some(Ok(Frame::data(this.rest.split_to(1)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.breaks_after.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
