//! Who goes through the flow: what the workloads know of it.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use futures::future::BoxFuture;

use super::carrier::Carrier;
use super::meter::Meter;

/// A user who goes through the flow again and again: one browser, one connection at a time.
pub(crate) trait User: Send {
    /// Goes through the flow once, its first request due at `due`, and tells whether every answer was right. Every
    /// request is measured and judged when this ends.
    fn pass(&mut self, due: Instant) -> BoxFuture<'_, bool>;
}

/// Where users come from.
pub(crate) trait Users: Send + Sync + fmt::Debug {
    /// A new user who sends through `carrier` and is measured by `meter`.
    fn user(&self, carrier: Arc<dyn Carrier>, meter: Arc<Meter>) -> Box<dyn User>;
}
