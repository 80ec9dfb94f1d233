//! Walks from request to request as a browser does: redirects are followed, nothing else.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, ORIGIN, REFERER};
use http::{HeaderName, HeaderValue, Method, Request};
use url::Url;

use super::destination::Destination;
use super::referrer::{Policy, site};
use super::{Callback, LoginError};
use crate::http::{Answer, UserAgent};

/// No login needs more requests than this.
const STEP_LIMIT: usize = 25;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Where the walk stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Before a redirect URI.
    Callback(Callback),
    /// On a page, or whatever else is no redirect.
    Page(Answer),
}

/// A request on its way.
pub(crate) struct Go {
    /// The target.
    pub(crate) url: Url,
    /// The method.
    pub(crate) method: Method,
    /// The media type and the body.
    pub(crate) body: Option<(String, Bytes)>,
    /// The page that it comes from.
    pub(crate) from: Option<From>,
}

/// The page that a request comes from.
#[derive(Debug, Clone)]
pub(crate) struct From {
    /// Its URL.
    pub(crate) url: Url,
    /// What it lets others know.
    pub(crate) policy: Policy,
}

/// A browser on a journey.
pub(crate) struct Walk<'a> {
    agent: &'a UserAgent,
    purpose: &'a str,
    /// Where it stops.
    pub(crate) destination: Destination<'a>,
    /// The exchanges so far.
    pub(crate) exchanges: Vec<u32>,
    /// The URLs asked since the last form was sent.
    pub(crate) trail: Vec<Url>,
    steps: usize,
    last: String,
}

impl std::fmt::Debug for Walk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URLs of the trail may hold secrets.
        f.debug_struct("Walk")
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

impl<'a> Walk<'a> {
    /// A browser that has not moved yet.
    pub(crate) fn new(
        agent: &'a UserAgent,
        purpose: &'a str,
        destination: Destination<'a>,
    ) -> Self {
        Self {
            agent,
            purpose,
            destination,
            exchanges: Vec::new(),
            trail: Vec::new(),
            steps: 0,
            last: String::new(),
        }
    }

    /// Sends the request that begins the journey, with its own header fields, and follows redirects.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub(crate) async fn start(&mut self, mut request: Request<Bytes>) -> Result<Stop, LoginError> {
        let url = start_url(&request)?;
        let headers = request.headers_mut();
        for (name, value) in [
            (SEC_FETCH_DEST, "document"),
            (SEC_FETCH_MODE, "navigate"),
            (SEC_FETCH_SITE, "cross-site"),
        ] {
            headers
                .entry(name)
                .or_insert(HeaderValue::from_static(value));
        }
        let go = Go {
            url,
            method: request.method().clone(),
            body: body_of(&request),
            from: None,
        };
        let answer = self.send(request, &go).await?;
        self.follow(go, answer).await
    }

    /// Sends a request and follows redirects.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub(crate) async fn go(&mut self, go: Go) -> Result<Stop, LoginError> {
        self.trail.clear();
        let answer = self.send(self.request(&go, "document")?, &go).await?;
        self.follow(go, answer).await
    }

    /// Loads what a page shows inside itself. What comes of it is of no matter to the page.
    pub(crate) async fn load_frame(&mut self, url: Url, from: From) {
        let go = Go {
            url,
            method: Method::GET,
            body: None,
            from: Some(from),
        };
        if let Ok(request) = self.request(&go, "iframe")
            && let Ok(answer) = self.send(request, &go).await
        {
            tracing::debug!(status = answer.status(), "frame loaded");
        }
    }

    async fn follow(&mut self, mut go: Go, mut answer: Answer) -> Result<Stop, LoginError> {
        loop {
            let status = answer.status();
            if let Some(why) = answer.held_back() {
                return Err(LoginError::HeldBack(why));
            }
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                return Ok(Stop::Page(answer));
            }
            let (written, url) = self.location(&answer)?;
            if self.destination.is_at(&url) {
                return Ok(Stop::Callback(Callback {
                    url: written,
                    form: None,
                    status,
                    exchange: answer.exchange,
                    received_at: answer.received_at,
                }));
            }
            if !matches!(url.scheme(), "http" | "https") {
                return Err(self.bad_redirect(&format!(
                    "it goes to a {}: URL that is no redirect URI of this journey",
                    url.scheme()
                )));
            }
            let becomes_get = match status {
                303 => go.method != Method::GET && go.method != Method::HEAD,
                301 | 302 => go.method == Method::POST,
                _ => false,
            };
            if becomes_get {
                go.method = Method::GET;
                go.body = None;
            }
            if let Some(from) = &mut go.from
                && let Some(policy) = answer.header("referrer-policy").and_then(Policy::parse)
            {
                from.policy = policy;
            }
            go.url = url;
            answer = self.send(self.request(&go, "document")?, &go).await?;
        }
    }

    /// The Location as it was written and what it means; a fragment is inherited
    /// (<https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2>).
    fn location(&self, answer: &Answer) -> Result<(String, Url), LoginError> {
        let Some(location) = answer.response.headers().get(LOCATION) else {
            return Err(self.bad_redirect("it has no Location"));
        };
        let written = String::from_utf8_lossy(location.as_bytes()).into_owned();
        if written.trim().is_empty() {
            return Err(self.bad_redirect("its Location is empty"));
        }
        let mut url = answer
            .url
            .join(&written)
            .map_err(|e| self.bad_redirect(&format!("its Location is no URL: {e}")))?;
        let inherited = match (url.fragment(), answer.url.fragment()) {
            (None, Some(fragment)) => format!("#{fragment}"),
            _ => String::new(),
        };
        if !inherited.is_empty() {
            url.set_fragment(answer.url.fragment());
        }
        let written = match Url::parse(&written) {
            Ok(_) => written + &inherited,
            Err(_) => url.to_string(),
        };
        Ok((written, url))
    }

    fn request(&self, go: &Go, dest: &'static str) -> Result<Request<Bytes>, LoginError> {
        let mut url = go.url.clone();
        url.set_fragment(None);
        let mut builder = Request::builder()
            .method(go.method.clone())
            .uri(url.as_str())
            .header(SEC_FETCH_DEST, dest)
            .header(SEC_FETCH_MODE, "navigate");
        let site = go
            .from
            .as_ref()
            .map_or("cross-site", |from| site(&from.url, &url));
        builder = builder.header(SEC_FETCH_SITE, site);
        if let Some(from) = &go.from {
            if let Some(referer) = from.policy.referer(&from.url, &url) {
                builder = builder.header(REFERER, referer);
            }
            if go.method != Method::GET && go.method != Method::HEAD {
                builder = builder.header(ORIGIN, from.policy.origin(&from.url, &url));
            }
        }
        let body = match &go.body {
            Some((media_type, body)) => {
                builder = builder.header(CONTENT_TYPE, media_type);
                body.clone()
            }
            None => Bytes::new(),
        };
        builder
            .body(body)
            .map_err(|e| self.bad_redirect(&format!("its target can't be asked: {e}")))
    }

    async fn send(&mut self, request: Request<Bytes>, go: &Go) -> Result<Answer, LoginError> {
        let page = name(&go.method, &go.url, None);
        if self.steps >= STEP_LIMIT {
            return Err(LoginError::TooManySteps {
                steps: self.steps,
                page: self.last.clone(),
            });
        }
        self.steps += 1;
        self.last = page;
        self.trail.push(go.url.clone());
        let mut answer = self.agent.navigate(request, self.purpose).await?;
        // The fragment is not sent, but a redirect inherits it.
        answer.url.set_fragment(go.url.fragment());
        self.last = name(&go.method, &go.url, Some(answer.status()));
        self.exchanges.push(answer.exchange);
        Ok(answer)
    }

    /// The last answer, as method, URL and status. What follows the path is left out, for it may hold secrets.
    pub(crate) fn here(&self) -> String {
        self.last.clone()
    }

    fn bad_redirect(&self, why: &str) -> LoginError {
        LoginError::BadRedirect {
            page: self.here(),
            why: why.to_owned(),
        }
    }
}

/// The URL of the request that begins a journey.
///
/// # Errors
/// It is none that can be asked.
pub(crate) fn start_url(request: &Request<Bytes>) -> Result<Url, LoginError> {
    Url::parse(&request.uri().to_string()).map_err(|e| LoginError::BadRedirect {
        page: request.method().to_string(),
        why: format!("the journey begins nowhere: {e}"),
    })
}

fn body_of(request: &Request<Bytes>) -> Option<(String, Bytes)> {
    let media_type = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    Some((media_type.to_owned(), request.body().clone()))
}

fn name(method: &Method, url: &Url, status: Option<u16>) -> String {
    let url = &url[..url::Position::AfterPath];
    match status {
        Some(status) => format!("{method} {url} -> {status}"),
        None => format!("{method} {url}"),
    }
}
