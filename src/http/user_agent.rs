//! What a browser adds to the transport: cookies, and the header fields of a navigation.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use cookie_store::CookieStore;
use http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use url::Url;

use super::{Answer, Transport, TransportError};

/// The browser of one user: one jar of cookies. Redirects are not followed; that is a login driver's work.
///
/// Cookies marked `Secure` are sent to loopback hosts over plain http too, as browsers do.
pub struct UserAgent {
    transport: Arc<dyn Transport>,
    jar: Mutex<CookieStore>,
}

impl fmt::Debug for UserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Cookies are secrets.
        f.debug_struct("UserAgent").finish_non_exhaustive()
    }
}

impl UserAgent {
    /// A browser without cookies.
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport,
            jar: Mutex::new(CookieStore::default()),
        }
    }

    /// The transport below.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// Sends `request` as a browser would when the user goes there: with cookies, `Accept`,
    /// `Accept-Language` and `User-Agent` unless the request has its own.
    ///
    /// # Errors
    /// There is no whole answer.
    pub async fn navigate(
        &self,
        mut request: http::Request<Bytes>,
        purpose: &str,
    ) -> Result<Answer, TransportError> {
        let url = Url::parse(&request.uri().to_string())
            .map_err(|e| TransportError::Unsendable(format!("its URL is wrong: {e}")))?;
        let headers = request.headers_mut();
        for (name, value) in [
            (
                ACCEPT,
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            ),
            (ACCEPT_LANGUAGE, "en"),
            (USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64) oidcheck"),
        ] {
            headers
                .entry(name)
                .or_insert(HeaderValue::from_static(value));
        }
        if let Some(cookies) = self.cookies_for(&url) {
            headers.insert(COOKIE, cookies);
        }
        let answer = self.transport.send(request, purpose).await?;
        self.keep(answer.response.headers(), &url);
        Ok(answer)
    }

    fn cookies_for(&self, url: &Url) -> Option<HeaderValue> {
        let jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> = jar
            .get_request_values(url)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if pairs.is_empty() {
            return None;
        }
        let mut cookies = HeaderValue::try_from(pairs.join("; ")).ok()?;
        cookies.set_sensitive(true);
        Some(cookies)
    }

    fn keep(&self, headers: &HeaderMap, url: &Url) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        for line in headers.get_all(SET_COOKIE) {
            // A cookie that a browser would not keep either is no error of the journey.
            if let Ok(line) = line.to_str() {
                let _ = jar.parse(line, url);
            }
        }
    }
}
