//! Makes a redacted exchange of what went over the wire.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::Value;

use super::redactor::Redactor;
use super::{curl, places};
use crate::run::{DecodedToken, Direction, Exchange, RequestRecord, ResponseRecord};

/// A record keeps this much of a body, in characters.
pub(super) const BODY_KEPT: usize = 32 * 1024;

/// A token has no more characters, so that a body is not cut inside of one.
const TOKEN_LIMIT: usize = 8 * 1024;

/// A request on its way: what the recorder needs once the answer is there.
pub struct Draft {
    direction: Direction,
    purpose: String,
    begun: Instant,
    request: http::Request<Bytes>,
}

/// How an exchange ended.
pub(super) enum End {
    /// With an answer.
    Answer(http::Response<Bytes>),
    /// Without a whole one; what the network said.
    Error(String),
}

/// An exchange that has ended, as it was: nothing is redacted yet.
pub(super) struct Ended {
    pub(super) draft: Draft,
    pub(super) end: End,
    pub(super) duration: Duration,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

impl Draft {
    /// Notes a request that is about to be sent.
    pub fn new(request: &http::Request<Bytes>, purpose: &str) -> Self {
        Self {
            direction: Direction::Sent,
            purpose: purpose.to_owned(),
            begun: Instant::now(),
            request: request.clone(),
        }
    }

    /// Notes a request that the provider sent to us.
    pub fn received(request: &http::Request<Bytes>, purpose: &str) -> Self {
        Self {
            direction: Direction::Received,
            ..Self::new(request, purpose)
        }
    }
}

impl Ended {
    /// Notes how the request ended, now.
    pub(super) fn new(draft: Draft, end: End) -> Self {
        Self {
            duration: draft.begun.elapsed(),
            draft,
            end,
        }
    }

    /// How many bytes its bodies have.
    pub(super) fn size(&self) -> usize {
        let answer = match &self.end {
            End::Answer(response) => response.body().len(),
            End::Error(error) => error.len(),
        };
        self.draft.request.body().len() + answer
    }

    /// The exchange without its secrets; `id` is its number in the run, which began at `begun`.
    pub(super) fn redacted(&self, redactor: &mut Redactor, id: u32, begun: Instant) -> Exchange {
        let request = &self.draft.request;
        match &self.end {
            End::Answer(response) => {
                let page = is_page(response);
                let request = request_record(redactor, request, page || is_browser(request));
                let text = String::from_utf8_lossy(response.body());
                let tokens = tokens(redactor, response, &text);
                let headers = places::headers(redactor, response.headers());
                let (kept, body_cut) = beginning(&text);
                let body = places::body(redactor, response.headers(), kept, page);
                let response = ResponseRecord {
                    status: response.status().as_u16(),
                    headers,
                    body,
                    body_bytes: response.body().len(),
                    body_cut,
                };
                Exchange {
                    response: Some(response),
                    tokens,
                    ..self.unanswered(id, begun, request)
                }
            }
            End::Error(error) => {
                let request = request_record(redactor, request, is_browser(request));
                let error = places::text(redactor, error);
                Exchange {
                    error: Some(error),
                    ..self.unanswered(id, begun, request)
                }
            }
        }
    }

    /// What stands for an exchange that could not be redacted, a defect of ours: nothing of it is kept.
    pub(super) fn withheld(&self, id: u32, begun: Instant) -> Exchange {
        let request = RequestRecord {
            method: self.draft.request.method().to_string(),
            url: String::new(),
            headers: Vec::new(),
            body: String::new(),
        };
        Exchange {
            error: Some("harness: the exchange could not be redacted".to_owned()),
            ..self.unanswered(id, begun, request)
        }
    }

    fn unanswered(&self, id: u32, begun: Instant, request: RequestRecord) -> Exchange {
        let started = self.draft.begun.saturating_duration_since(begun);
        Exchange {
            id,
            direction: self.draft.direction,
            purpose: self.draft.purpose.clone(),
            started_ms: u64::try_from(started.as_millis()).unwrap_or(u64::MAX),
            duration_ms: (self.duration.as_secs_f64() * 1e6).round() / 1e3,
            curl: curl::command(&request),
            request,
            response: None,
            error: None,
            tokens: Vec::new(),
        }
    }
}

fn request_record(
    redactor: &mut Redactor,
    request: &http::Request<Bytes>,
    page: bool,
) -> RequestRecord {
    let text = String::from_utf8_lossy(request.body());
    RequestRecord {
        method: request.method().to_string(),
        url: places::url(redactor, &request.uri().to_string()),
        headers: places::headers(redactor, request.headers()),
        body: places::body(redactor, request.headers(), beginning(&text).0, page),
    }
}

/// What only a browser sends: then the form fields are those of a page, not protocol parameters.
fn is_browser(request: &http::Request<Bytes>) -> bool {
    request
        .headers()
        .get(http::header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"))
}

fn is_page(response: &http::Response<Bytes>) -> bool {
    response
        .headers()
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().contains("html"))
}

/// Takes the tokens of an answer apart, by the places where tokens stand: JSON members and the Location.
fn tokens(
    redactor: &mut Redactor,
    response: &http::Response<Bytes>,
    text: &str,
) -> Vec<DecodedToken> {
    let mut found = Vec::new();
    if let Ok(Value::Object(members)) = serde_json::from_str(text) {
        for name in ["id_token", "access_token", "logout_token"] {
            if let Some(Value::String(token)) = members.get(name) {
                found.extend(decode(redactor, name, token));
            }
        }
    } else if text.len() < BODY_KEPT {
        found.extend(decode(redactor, "jwt", text.trim()));
    }
    if let Some(location) = response.headers().get(http::header::LOCATION) {
        let location = String::from_utf8_lossy(location.as_bytes());
        let parameters = location.split_once(['#', '?']).map_or("", |(_, rest)| rest);
        for (name, value) in url::form_urlencoded::parse(parameters.as_bytes()) {
            if name == "id_token" || name == "access_token" {
                found.extend(decode(redactor, &name, &value));
            }
        }
    }
    found
}

fn decode(redactor: &mut Redactor, kind: &str, token: &str) -> Option<DecodedToken> {
    let mut parts = token.split('.');
    let mut header = json_part(parts.next()?)?;
    let mut claims = json_part(parts.next()?)?;
    let placeholder = redactor.learn(kind, token);
    for part in [&mut header, &mut claims] {
        places::json(redactor, part);
    }
    Some(DecodedToken {
        placeholder,
        header,
        claims,
    })
}

fn json_part(part: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    value.is_object().then_some(value)
}

/// The beginning of a long body, and whether there was more. It is cut before it is redacted, so that a long
/// body costs no more than a short one, and never inside of what may be a secret: the rest of it would not be
/// recognised.
fn beginning(text: &str) -> (&str, bool) {
    // It has no more characters than bytes.
    if text.len() <= BODY_KEPT {
        return (text, false);
    }
    let Some((end, next)) = text.char_indices().nth(BODY_KEPT) else {
        return (text, false);
    };
    let kept = &text[..end];
    let may_be_secret = |c: char| c.is_ascii_alphanumeric() || "-_.~+/=%".contains(c);
    let whole = if may_be_secret(next) {
        kept.trim_end_matches(may_be_secret)
    } else {
        kept
    };
    // No token is that long: a text without any space is cut where it is.
    if kept.len() - whole.len() > TOKEN_LIMIT {
        return (kept, true);
    }
    (whole, true)
}
