//! Turns what goes over the wire into redacted exchanges.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::Value;

use super::redactor::Redactor;
use super::{curl, places};
use crate::run::{DecodedToken, Direction, Exchange, RequestRecord, ResponseRecord};

/// A record keeps this much of a body, in characters.
const BODY_KEPT: usize = 32 * 1024;

/// A token has no more characters, so that a body is not cut inside of one.
const TOKEN_LIMIT: usize = 8 * 1024;

/// A request on its way: what the recorder needs once the answer is there.
pub struct Draft {
    direction: Direction,
    purpose: String,
    begun: Instant,
    request: http::Request<Bytes>,
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

/// The recorder of one run.
#[derive(Debug)]
pub struct Recorder {
    begun: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    redactor: Redactor,
    exchanges: Vec<Arc<Exchange>>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            inner: Mutex::default(),
        }
    }
}

impl Recorder {
    /// Remembers a secret that the configuration holds (a client's secret, a password).
    pub fn learn(&self, kind: &str, value: &str) {
        self.lock().redactor.learn(kind, value);
    }

    /// Remembers a value that is no secret wherever it stands (a state, a nonce, a redirect URI).
    pub fn publish(&self, value: &str) {
        self.lock().redactor.publish(value);
    }

    /// `text` without the secrets known so far.
    pub fn scrub(&self, text: &str) -> String {
        self.lock().redactor.scrub(text).into_owned()
    }

    /// Records an exchange that was answered; gives its id.
    pub fn answered(&self, draft: Draft, response: &http::Response<Bytes>) -> u32 {
        let inner = &mut *self.lock();
        let redactor = &mut inner.redactor;
        let page = is_page(response);
        let request = request_record(redactor, &draft.request, page || is_browser(&draft.request));
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
        self.push(inner, draft, request, Some(response), None, tokens)
    }

    /// Records an exchange that ended without a whole answer; gives its id.
    pub fn unanswered(&self, draft: Draft, error: &str) -> u32 {
        let inner = &mut *self.lock();
        let browser = is_browser(&draft.request);
        let request = request_record(&mut inner.redactor, &draft.request, browser);
        let error = places::text(&mut inner.redactor, error);
        self.push(inner, draft, request, None, Some(error), Vec::new())
    }

    /// The exchange of this id.
    pub fn exchange(&self, id: u32) -> Option<Exchange> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        let inner = self.lock();
        let exchange = Exchange::clone(inner.exchanges.get(index)?);
        Some(scrubbed(&inner.redactor, exchange))
    }

    /// All exchanges so far, in the order in which they were answered, without any secret known by now.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let inner = self.lock();
        inner
            .exchanges
            .iter()
            .map(|exchange| scrubbed(&inner.redactor, Exchange::clone(exchange)))
            .collect()
    }

    /// All exchanges so far as they were redacted when they were recorded. A secret that became known later may
    /// still stand in them: they are for the rules, whose texts pass through [`Recorder::scrub`], and for nothing
    /// that is kept.
    pub fn recorded(&self) -> Vec<Arc<Exchange>> {
        self.lock().exchanges.clone()
    }

    /// How many exchanges there are.
    pub fn count(&self) -> usize {
        self.lock().exchanges.len()
    }

    fn push(
        &self,
        inner: &mut Inner,
        draft: Draft,
        request: RequestRecord,
        response: Option<ResponseRecord>,
        error: Option<String>,
        tokens: Vec<DecodedToken>,
    ) -> u32 {
        let id = u32::try_from(inner.exchanges.len() + 1).unwrap_or(u32::MAX);
        let started = draft.begun.saturating_duration_since(self.begun);
        inner.exchanges.push(Arc::new(Exchange {
            id,
            direction: draft.direction,
            purpose: draft.purpose,
            started_ms: u64::try_from(started.as_millis()).unwrap_or(u64::MAX),
            duration_ms: (draft.begun.elapsed().as_secs_f64() * 1e6).round() / 1e3,
            curl: curl::command(&request),
            request,
            response,
            error,
            tokens,
        }));
        id
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Replaces what was not known to be a secret yet when the exchange was recorded.
fn scrubbed(redactor: &Redactor, mut exchange: Exchange) -> Exchange {
    let clean = |text: &mut String| {
        if let std::borrow::Cow::Owned(scrubbed) = redactor.scrub(text) {
            *text = scrubbed;
        }
    };
    clean(&mut exchange.request.url);
    clean(&mut exchange.request.body);
    clean(&mut exchange.curl);
    exchange.error.iter_mut().for_each(clean);
    for (_, value) in &mut exchange.request.headers {
        clean(value);
    }
    if let Some(response) = &mut exchange.response {
        clean(&mut response.body);
        for (_, value) in &mut response.headers {
            clean(value);
        }
    }
    for token in &mut exchange.tokens {
        clean_json(redactor, &mut token.header);
        clean_json(redactor, &mut token.claims);
    }
    exchange
}

fn clean_json(redactor: &Redactor, value: &mut Value) {
    match value {
        Value::String(text) => {
            if let std::borrow::Cow::Owned(scrubbed) = redactor.scrub(text) {
                *text = scrubbed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clean_json(redactor, item)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| clean_json(redactor, member)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content_type: &str, body: &str) -> http::Response<Bytes> {
        http::Response::builder()
            .header("content-type", content_type)
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap()
    }

    fn request(url: &str) -> http::Request<Bytes> {
        http::Request::get(url).body(Bytes::new()).unwrap()
    }

    #[test]
    fn a_secret_learnt_late_is_gone_from_earlier_exchanges_too() {
        let recorder = Recorder::default();
        let draft = Draft::new(&request("https://op.example/x?y=late-secret-1"), "early");
        recorder.answered(draft, &answer("text/plain", "late-secret-1"));
        let draft = Draft::new(&request("https://op.example/token"), "token request");
        recorder.answered(
            draft,
            &answer("application/json", r#"{"access_token":"late-secret-1"}"#),
        );
        let text = serde_json::to_string(&recorder.exchanges()).unwrap();
        assert!(!text.contains("late-secret-1"), "{text}");
        assert!(text.contains("«access_token#1»"), "{text}");
    }

    #[test]
    fn tokens_are_shown_without_their_signature() {
        let recorder = Recorder::default();
        let token = format!(
            "{}.{}.c2lnbmF0dXJl",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#),
            URL_SAFE_NO_PAD.encode(r#"{"sub":"alice"}"#)
        );
        let draft = Draft::new(&request("https://op.example/token"), "token request");
        let id = recorder.answered(
            draft,
            &answer("application/json", &format!(r#"{{"id_token":"{token}"}}"#)),
        );
        let exchange = recorder.exchange(id).unwrap();
        assert_eq!(exchange.tokens[0].claims["sub"], "alice");
        assert_eq!(exchange.tokens[0].placeholder, "«id_token#1»");
        assert!(
            !serde_json::to_string(&exchange)
                .unwrap()
                .contains("c2lnbmF0dXJl")
        );
    }

    fn recorded(request: &http::Request<Bytes>, response: &http::Response<Bytes>) -> String {
        let recorder = Recorder::default();
        recorder.answered(Draft::new(request, "test"), response);
        serde_json::to_string(&recorder.exchanges()).unwrap()
    }

    #[test]
    fn no_place_gives_a_secret_away() {
        // Shorter than what is found by value, so the place alone must do.
        let s = "s3c.r3t";
        let jwt = format!("eyJhbGciOiJub25lIn0.e30.{s}");
        let get = request("https://op.example/x");
        for (content_type, body) in [
            (
                "text/html",
                format!("<form><input type=hidden name=\"code\" value=\"{s}\"></form>"),
            ),
            ("text/html", format!("<input name='_csrf' value='{s}'>")),
            ("Text/HTML", format!("<meta name=csrf-token content={s}>")),
            (
                "text/html",
                format!("<script>var t = {{\"access_token\":\"{s}\"}}</script>"),
            ),
            ("text/html", format!("<a href=\"/cb?a=1&amp;code={s}\">")),
            (
                "text/html",
                format!("<script>post('/cb', '{jwt}')</script>"),
            ),
            ("text/plain", format!("access_token={s}&token_type=bearer")),
            (
                "application/json",
                format!("{{\"access_token\":\"{s}\",\"x\":[["),
            ),
            ("application/json", format!("{{\"accessToken\":\"{s}\"}}")),
            (
                "application/json",
                format!("{{\"refresh_token\":[\"{s}\"]}}"),
            ),
            (
                "application/json",
                format!("{{\"deep\":{{\"x\":\"{jwt}\"}}}}"),
            ),
            (
                "application/json",
                format!("{{\"keys\":[{{\"kty\":\"RSA\",\"d\":\"{s}\"}}]}}"),
            ),
        ] {
            let text = recorded(&get, &answer(content_type, &body));
            assert!(!text.contains(s), "{body} -> {text}");
        }
        for (name, value) in [
            ("location", format!("https://rp.example/cb#code={s}")),
            ("location", format!("/login?to=%2Fcb%3Fcode%3D{s}")),
            ("location", format!("https://u:{s}@op.example/")),
            ("refresh", format!("0;url=https://rp.example/cb?code={s}")),
            (
                "link",
                format!("<https://rp.example/cb?id_token={s}>; rel=next"),
            ),
            (
                "www-authenticate",
                format!("Bearer error=\"invalid_token\", token=\"{s}\""),
            ),
            ("x-debug", jwt.clone()),
        ] {
            let mut response = answer("text/plain", "");
            let value = value.parse().unwrap();
            response
                .headers_mut()
                .insert(http::HeaderName::from_static(name), value);
            let text = recorded(&get, &response);
            assert!(!text.contains(s), "{name} -> {text}");
        }
        for (content_type, body) in [
            (
                "application/x-www-form-urlencoded",
                format!("j_password={s}"),
            ),
            (
                "application/x-www-form-urlencoded",
                format!("pwd={s}&user=a"),
            ),
            (
                "multipart/form-data; boundary=x",
                format!(
                    "--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{s}\r\n--x--"
                ),
            ),
        ] {
            let request = http::Request::post("https://op.example/login")
                .header("accept", "text/html")
                .header("content-type", content_type)
                .header(
                    "referer",
                    format!("https://op.example/login?session_code={s}"),
                )
                .body(Bytes::from(body.clone()))
                .unwrap();
            let text = recorded(&request, &answer("text/plain", ""));
            assert!(!text.contains(s), "{body} -> {text}");
        }
    }

    #[test]
    fn a_password_that_was_typed_is_known_however_short() {
        let recorder = Recorder::default();
        recorder.learn("password", "pw1");
        let request = http::Request::post("https://op.example/login")
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from_static(b"field_7=pw1&user=alice"))
            .unwrap();
        recorder.unanswered(Draft::new(&request, "login"), "no answer");
        let exchange = recorder.exchange(1).unwrap();
        assert_eq!(exchange.request.body, "field_7=«password#1»&user=alice");
        assert!(!format!("{:?}", Draft::new(&request, "login")).contains("pw1"));
    }

    #[test]
    fn a_body_is_not_cut_inside_of_a_secret() {
        let recorder = Recorder::default();
        let secret = "late-secret-0123456789";
        let body = format!("{} {secret} end", "é".repeat(BODY_KEPT - 10));
        let draft = Draft::new(&request("https://op.example/"), "page");
        let id = recorder.answered(draft, &answer("text/plain", &body));
        recorder.learn("password", secret);
        let response = recorder.exchange(id).unwrap().response.unwrap();
        assert!(response.body_cut);
        assert!(
            !response.body.contains("late"),
            "…{}",
            &response.body[2 * (BODY_KEPT - 10)..]
        );
    }

    #[test]
    fn secrets_among_the_claims_of_a_token_go_too() {
        let recorder = Recorder::default();
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"alice","password":"pw1"}"#);
        let body = format!(r#"{{"id_token":"eyJhbGciOiJub25lIn0.{claims}."}}"#);
        let draft = Draft::new(&request("https://op.example/token"), "token request");
        let id = recorder.answered(draft, &answer("application/json", &body));
        let claims = &recorder.exchange(id).unwrap().tokens[0].claims;
        assert_eq!(
            (&claims["sub"], &claims["password"]),
            (&"alice".into(), &"«password#1»".into())
        );
    }

    #[test]
    fn pages_made_to_be_slow_are_recorded_in_bounded_time() {
        let recorder = Recorder::default();
        let input = |n: usize| format!("<input name=a value=0123456789abcdef{n}>");
        let page: String = (0..100_000).map(input).collect();
        let begun = Instant::now();
        recorder.answered(
            Draft::new(&request("https://op.example/"), "page"),
            &answer("text/html", &page),
        );
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    }

    #[test]
    fn a_long_body_is_cut() {
        let recorder = Recorder::default();
        let draft = Draft::new(&request("https://op.example/"), "page");
        let id = recorder.answered(draft, &answer("text/plain", &"é".repeat(BODY_KEPT + 1)));
        let response = recorder.exchange(id).unwrap().response.unwrap();
        assert!(response.body_cut);
        assert_eq!(response.body.chars().count(), BODY_KEPT);
        assert_eq!(response.body_bytes, 2 * (BODY_KEPT + 1));
    }
}
