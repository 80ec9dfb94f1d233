//! Requests of a pass through the user that goose lent us.
//!
//! goose gives its user to a transaction by exclusive reference, and a pass wants a carrier that it can share. So the
//! carrier only lays the request down; the transaction, which polls the pass, finds it there, has the user send it,
//! and lays the answer down in turn. All of this happens in one task: nothing is spawned and nobody waits for a lock.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::BoxFuture;
use goose::goose::{GooseRequest, GooseUser};
use http::{Request, Response, Uri};
use url::Url;

use super::carrier::Carrier;
use super::client_carrier::{host_of, to_url, unsent};
use super::meter::Meter;
use crate::http::{TransportError, Wire};

/// The carrier of one user of goose's.
#[derive(Default)]
pub(super) struct GooseCarrier {
    table: Mutex<Table>,
}

type Outcome = Result<Response<Bytes>, TransportError>;

/// What lies between the pass and the transaction that polls it.
#[derive(Default)]
enum Table {
    #[default]
    Empty,
    Asked(Request<Bytes>),
    Answered(Outcome),
}

impl fmt::Debug for GooseCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GooseCarrier").finish_non_exhaustive()
    }
}

impl Carrier for GooseCarrier {
    fn carry(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        *self.lock() = Table::Asked(request);
        Box::pin(Answer(self))
    }
}

/// Waits for the answer. Nobody needs to be woken: who lays it down polls the pass next.
struct Answer<'a>(&'a GooseCarrier);

impl Future for Answer<'_> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Outcome> {
        let mut table = self.0.lock();
        match std::mem::take(&mut *table) {
            Table::Answered(outcome) => Poll::Ready(outcome),
            other => {
                *table = other;
                Poll::Pending
            }
        }
    }
}

impl Drop for Answer<'_> {
    /// A pass that does not wait any longer has nothing on the table.
    fn drop(&mut self) {
        *self.0.lock() = Table::Empty;
    }
}

impl GooseCarrier {
    /// Lets `user` send what `pass` asks for, until the pass has ended.
    pub(super) async fn drive<T>(
        &self,
        mut pass: BoxFuture<'_, T>,
        user: &mut GooseUser,
        endpoints: &mut Endpoints,
        wire: &Wire,
        meter: &Meter,
    ) -> T {
        loop {
            // The end of the pass, or the next request.
            let next = poll_fn(|context| {
                if let Poll::Ready(end) = pass.as_mut().poll(context) {
                    return Poll::Ready(Ok(end));
                }
                let mut table = self.lock();
                match std::mem::take(&mut *table) {
                    Table::Asked(request) => Poll::Ready(Err(request)),
                    other => {
                        *table = other;
                        Poll::Pending
                    }
                }
            });
            match next.await {
                Ok(end) => return end,
                Err(request) => {
                    let outcome = send(request, user, endpoints, wire, meter.name()).await;
                    *self.lock() = Table::Answered(outcome);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Endpoints that are asked again and again: their URLs are read once.
#[derive(Debug, Default)]
pub(super) struct Endpoints(Vec<(Uri, Url)>);

impl Endpoints {
    /// No flow has more.
    const LIMIT: usize = 8;

    fn unsent(&mut self, request: Request<Bytes>) -> Result<reqwest::Request, TransportError> {
        if let Some((_, url)) = self.0.iter().find(|(uri, _)| uri == request.uri()) {
            return Ok(to_url(request, url.clone()));
        }
        let uri = request.uri().clone();
        let request = unsent(request)?;
        // One with a query is another one next time.
        if uri.query().is_none() && self.0.len() < Self::LIMIT {
            self.0.push((uri, request.url().clone()));
        }
        Ok(request)
    }
}

/// One request through goose, which counts it under `name`, and its answer to the last byte.
async fn send(
    request: Request<Bytes>,
    user: &mut GooseUser,
    endpoints: &mut Endpoints,
    wire: &Wire,
    name: &'static str,
) -> Outcome {
    let host = host_of(request.uri());
    let request = endpoints.unsent(request)?;
    let builder = reqwest::RequestBuilder::from_parts(user.client.clone(), request);
    let request = GooseRequest::builder()
        .set_request_builder(builder)
        .name(name)
        .build();
    // It has no error but that of its throttle, which is off.
    let answer = user
        .request(request)
        .await
        .map_err(|_| TransportError::Unsendable("goose does not send it".to_owned()))?;
    wire.receive(answer.response, || host.to_string()).await
}
