//! What a browser asks, measured.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::Request;
use url::Url;

use super::Shared;
use crate::http::{Answer, Transport, TransportError};
use crate::load::carrier::Carrier;
use crate::load::meter::Meter;

/// The transport of a user's browser.
pub(super) struct Pages {
    carrier: Arc<dyn Carrier>,
    meter: Arc<Meter>,
    names: Mutex<Names>,
    on_its_way: AtomicBool,
    shared: Arc<Shared>,
    /// Why a request of this journey was not sent: its host may not be loaded.
    foreign: Mutex<Option<String>>,
}

/// What the next request is called, and those after it.
#[derive(Debug, Clone, Copy)]
struct Names {
    next: &'static str,
    later: &'static str,
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

impl Pages {
    pub(super) fn new(carrier: Arc<dyn Carrier>, meter: Arc<Meter>, shared: Arc<Shared>) -> Self {
        Self {
            carrier,
            meter,
            shared,
            foreign: Mutex::default(),
            names: Mutex::new(Names {
                next: "login",
                later: "login",
            }),
            on_its_way: AtomicBool::new(false),
        }
    }

    /// A journey begins: its first request is called `first`, those after it `later`.
    pub(super) fn begin(&self, first: &'static str, later: &'static str) {
        *lock(&self.names) = Names { next: first, later };
        *lock(&self.foreign) = None;
    }

    /// Whether the journey would have led to a host that may not be loaded, and what the user can do. Nothing was
    /// sent there.
    pub(super) fn foreign(&self) -> Option<String> {
        lock(&self.foreign).take()
    }

    /// The journey was given up. A request that was on its way has ended with it.
    pub(super) fn give_up(&self) {
        if self.on_its_way.swap(false, Ordering::Relaxed) {
            self.meter.ended(None);
        }
    }

    fn name(&self) -> &'static str {
        let mut names = lock(&self.names);
        let name = names.next;
        names.next = names.later;
        name
    }

    /// # Errors
    /// The host may not be loaded. That is the end of the run: every user would be led there.
    async fn check(&self, url: &Url) -> Result<(), TransportError> {
        let checked = self
            .shared
            .subject
            .hosts
            .check("the login leads to a page", url);
        checked.await.map_err(|why| {
            self.shared.stop.request(&why);
            *lock(&self.foreign) = Some(why.clone());
            TransportError::Unsendable(why)
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Transport for Pages {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        _purpose: &'a str,
    ) -> BoxFuture<'a, Result<Answer, TransportError>> {
        Box::pin(async move {
            let url = Url::parse(&request.uri().to_string())
                .map_err(|_| TransportError::Unsendable("its URL is wrong".to_owned()))?;
            self.check(&url).await?;
            self.meter.sending(self.name());
            self.on_its_way.store(true, Ordering::Relaxed);
            let response = self.carrier.carry(request).await;
            self.on_its_way.store(false, Ordering::Relaxed);
            self.meter
                .ended(response.as_ref().ok().map(http::Response::status));
            Ok(Answer {
                response: response?,
                exchange: 0,
                url,
                received_at: SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .map_or(0.0, |since| since.as_secs_f64()),
            })
        })
    }

    /// Nothing is recorded.
    fn learn(&self, _name: &str, _secret: &str) {}

    fn scrub(&self, text: &str) -> String {
        text.to_owned()
    }
}
