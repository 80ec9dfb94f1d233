//! What carries requests in a load run.

use std::fmt;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};

use crate::http::TransportError;

/// Carries one request and brings the whole answer, to the last byte of the body. Redirects are not followed, there
/// are no cookies, every wait and every body has a limit, and nothing is retried.
pub(crate) trait Carrier: Send + Sync + fmt::Debug {
    /// Carries `request`, whose URI is absolute.
    ///
    /// # Errors
    /// There is no whole answer.
    fn carry(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>>;
}
