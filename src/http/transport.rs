//! What carries a request to the provider, seen from those who only want it carried.

use std::fmt;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::Request;

use super::{Answer, TransportError};

/// Carries requests: the recorded client of a conformance run, or one of the clients of a load run. No
/// transport follows redirects or keeps cookies.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends `request`; `purpose` says in a few words what for.
    ///
    /// # Errors
    /// There is no whole answer.
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        purpose: &'a str,
    ) -> BoxFuture<'a, Result<Answer, TransportError>>;

    /// Tells of a secret that is about to be sent, with the word that names it in a report.
    fn learn(&self, name: &str, secret: &str);

    /// `text` without the secrets that are known.
    fn scrub(&self, text: &str) -> String;
}
