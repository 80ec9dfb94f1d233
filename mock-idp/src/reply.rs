//! What the core answers: an HTTP response, and how the mount is to carry it.

use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, LOCATION, PRAGMA,
};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

/// How an answer is carried. The wiremock mount can do `Normal`, `Delay` and `Hang`, the hyper mounts all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Transport {
    /// At once and whole.
    #[default]
    Normal,
    /// Nothing is sent for this long.
    Delay(Duration),
    /// Nothing is ever sent, and the connection stays open.
    Hang,
    /// The connection is closed without an answer.
    Reset,
    /// The connection is closed after so many octets of the body.
    Truncate(usize),
    /// The body is sent in pieces of one octet with this pause between them.
    Trickle(Duration),
}

/// An answer of the core.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) response: Response<Bytes>,
    pub(crate) transport: Transport,
}

impl Reply {
    fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        Self {
            response,
            transport: Transport::Normal,
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::new(status, Bytes::new())
    }

    /// A JSON document.
    pub(crate) fn json(status: StatusCode, document: &Map<String, Value>) -> Self {
        let mut body = Vec::with_capacity(1_024);
        serde_json::to_writer(&mut body, document).expect("a JSON object can be written");
        Self::new(status, body).with_static(CONTENT_TYPE, "application/json")
    }

    /// A JWT on its own.
    pub(crate) fn jwt(text: &str) -> Self {
        Self::new(StatusCode::OK, text.to_owned()).with(CONTENT_TYPE, "application/jwt")
    }

    /// A page for a person.
    pub(crate) fn html(status: StatusCode, page: String) -> Self {
        Self::new(status, page).with(CONTENT_TYPE, "text/html; charset=utf-8")
    }

    /// A redirect after a form: 303, because 307 would send the password on
    /// (<https://www.rfc-editor.org/rfc/rfc9700#section-4.12>).
    pub(crate) fn see_other(location: &str) -> Self {
        Self::empty(StatusCode::SEE_OTHER).with(LOCATION, location)
    }

    /// The body is longer than anybody needs.
    pub(crate) fn body_too_long() -> Self {
        Self::empty(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// The same with a header set. A value that is no header value is left out.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// The same with a header set that never varies, which costs nothing.
    fn with_static(mut self, name: HeaderName, value: &'static str) -> Self {
        let value = HeaderValue::from_static(value);
        self.response.headers_mut().insert(name, value);
        self
    }

    /// Sets a header. A value that is no header value is left out.
    pub(crate) fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.response.headers_mut().insert(name, value);
        }
    }

    /// Adds a header beside those of its name.
    pub(crate) fn add(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.response.headers_mut().append(name, value);
        }
    }

    /// Marked not to be stored (<https://www.rfc-editor.org/rfc/rfc6749#section-5.1>).
    pub(crate) fn uncached(self) -> Self {
        self.with_static(CACHE_CONTROL, "no-store")
            .with_static(PRAGMA, "no-cache")
    }

    /// Open to scripts of any origin: nothing that answers here goes by cookies.
    pub(crate) fn with_cors(self, methods: &'static str) -> Self {
        self.with_static(ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            .with_static(ACCESS_CONTROL_ALLOW_METHODS, methods)
            .with_static(ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type")
    }
}
