//! What both mounts do around the core: the clock, randomness, the observer.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::Request;

use crate::dispatch::Core;
use crate::observe::Observers;
use crate::reply::Reply;

/// The core in the real world.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) core: Arc<Core>,
    pub(crate) observers: Observers,
}

impl Service {
    pub(crate) fn handle(&self, request: &Request<Bytes>) -> Reply {
        self.observers.see(request);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        self.core.handle(request, now, &mut rand::rng())
    }
}
