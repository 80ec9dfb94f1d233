//! What a browser asks, measured.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::Request;
use url::Url;

use crate::http::{Answer, Transport, TransportError};
use crate::load::carrier::Carrier;
use crate::load::meter::Meter;

/// The transport of a user's browser.
pub(super) struct Pages {
    carrier: Arc<dyn Carrier>,
    meter: Arc<Meter>,
    names: Mutex<Names>,
    on_its_way: AtomicBool,
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
    pub(super) fn new(carrier: Arc<dyn Carrier>, meter: Arc<Meter>) -> Self {
        Self {
            carrier,
            meter,
            names: Mutex::new(Names {
                next: "login",
                later: "login",
            }),
            on_its_way: AtomicBool::new(false),
        }
    }

    /// A journey begins: its first request is called `first`, those after it `later`.
    pub(super) fn begin(&self, first: &'static str, later: &'static str) {
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = Names { next: first, later };
    }

    /// The journey was given up. A request that was on its way has ended with it.
    pub(super) fn give_up(&self) {
        if self.on_its_way.swap(false, Ordering::Relaxed) {
            self.meter.ended(None);
        }
    }

    fn name(&self) -> &'static str {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let name = names.next;
        names.next = names.later;
        name
    }
}

impl Transport for Pages {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        _purpose: &'a str,
    ) -> BoxFuture<'a, Result<Answer, TransportError>> {
        Box::pin(async move {
            let url = Url::parse(&request.uri().to_string());
            self.meter.sending(self.name());
            self.on_its_way.store(true, Ordering::Relaxed);
            let response = self.carrier.carry(request).await;
            self.on_its_way.store(false, Ordering::Relaxed);
            self.meter
                .ended(response.as_ref().ok().map(http::Response::status));
            Ok(Answer {
                response: response?,
                exchange: 0,
                url: url.map_err(|_| TransportError::Unsendable("its URL is wrong".to_owned()))?,
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
