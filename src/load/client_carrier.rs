//! Requests outside of the measured time: setup, races, teardown.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use url::Url;

use super::carrier::Carrier;
use super::hyper_carrier::bare;
use crate::error::ConfigError;
use crate::http::{TransportError, Wire};

/// Carries requests side by side, over as many connections as it takes.
pub(crate) struct ClientCarrier {
    http: reqwest::Client,
    wire: Arc<Wire>,
}

impl fmt::Debug for ClientCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCarrier").finish_non_exhaustive()
    }
}

impl ClientCarrier {
    /// A carrier without connections yet.
    ///
    /// # Errors
    /// No HTTP client can be made.
    pub(crate) fn new(wire: Arc<Wire>) -> Result<Self, ConfigError> {
        Ok(Self {
            http: wire.client()?,
            wire,
        })
    }
}

impl Carrier for ClientCarrier {
    fn carry(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let host = host_of(request.uri());
            let request = unsent(request)?;
            self.wire
                .receive(self.http.execute(request).await, || host.to_string())
                .await
        })
    }
}

/// `request` for the HTTP client.
///
/// # Errors
/// Its URL is none that can be asked.
pub(super) fn unsent(request: Request<Bytes>) -> Result<reqwest::Request, TransportError> {
    let url = Url::parse(&request.uri().to_string());
    // What the parser says of it may repeat the URL, which may hold secrets.
    let url = url.map_err(|_| TransportError::Unsendable("its URL is wrong".to_owned()))?;
    Ok(to_url(request, url))
}

/// The same, where the URL has been read before.
pub(super) fn to_url(request: Request<Bytes>, url: Url) -> reqwest::Request {
    let (parts, body) = request.into_parts();
    let mut request = reqwest::Request::new(parts.method, url);
    *request.headers_mut() = parts.headers;
    *request.body_mut() = Some(body.into());
    request
}

/// Host and port, for errors.
pub(super) fn host_of(uri: &http::Uri) -> impl fmt::Display + use<> {
    struct Host(Option<http::uri::Authority>);
    impl fmt::Display for Host {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0.as_ref().map_or("the provider", bare))
        }
    }
    // Shares the octets of the URL.
    Host(uri.authority().cloned())
}
