//! Turns what goes over the wire into redacted exchanges.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Arc, MutexGuard};
use std::thread;

use bytes::Bytes;
use serde_json::Value;

use super::backlog::{Backlog, Kept, Task};
use super::record::{Draft, End, Ended};
use super::redactor::{BY_VALUE_FROM, Redactor};
use crate::run::Exchange;

/// Fewer exchanges than this are not worth a thread.
const LEAST_PART: usize = 100;

/// The recorder of one run.
///
/// Redaction goes on beside the run: an exchange is handed over here and has its id at once. Whoever looks at what
/// is recorded sees all that was handed over before.
#[derive(Default)]
pub struct Recorder {
    backlog: Backlog,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What waits to be redacted is full of secrets.
        f.debug_struct("Recorder")
            .field("exchanges", &self.count())
            .finish_non_exhaustive()
    }
}

impl Recorder {
    /// Remembers a secret that the configuration holds (a client's secret, a password).
    pub fn learn(&self, kind: &str, value: &str) {
        self.backlog.add(Task::Learn {
            kind: kind.to_owned(),
            value: value.to_owned(),
        });
    }

    /// Remembers a value that is no secret wherever it stands (a state, a nonce, a redirect URI).
    pub fn publish(&self, value: &str) {
        self.backlog.add(Task::Publish(value.to_owned()));
    }

    /// `text` without the secrets known so far.
    pub fn scrub(&self, text: &str) -> String {
        // Nothing so short is hunted for: no need to wait.
        if text.len() < BY_VALUE_FROM {
            return text.to_owned();
        }
        self.kept().redactor.scrub(text).into_owned()
    }

    /// Records an exchange that was answered; gives its id.
    pub fn answered(&self, draft: Draft, response: &http::Response<Bytes>) -> u32 {
        self.ended(draft, End::Answer(response.clone()))
    }

    /// Records an exchange that ended without a whole answer; gives its id.
    pub fn unanswered(&self, draft: Draft, error: &str) -> u32 {
        self.ended(draft, End::Error(error.to_owned()))
    }

    fn ended(&self, draft: Draft, end: End) -> u32 {
        self.backlog
            .add(Task::Record(Box::new(Ended::new(draft, end))))
    }

    /// The exchange of this id.
    pub fn exchange(&self, id: u32) -> Option<Exchange> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        let kept = self.kept();
        let exchange = Exchange::clone(kept.exchanges.get(index)?);
        Some(scrubbed(&kept.redactor, exchange))
    }

    /// All exchanges so far, in the order in which they were answered, without any secret known by now.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let kept = self.kept();
        let Kept {
            redactor,
            exchanges,
        } = &*kept;
        let clean = |part: &[Arc<Exchange>]| -> Vec<Exchange> {
            let part = part.iter();
            part.map(|exchange| scrubbed(redactor, Exchange::clone(exchange)))
                .collect()
        };
        // At the end of a run nothing else is left to do: each processor takes a part.
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let length = exchanges.len().div_ceil(processors).max(LEAST_PART);
        thread::scope(|scope| {
            let parts: Vec<_> = exchanges
                .chunks(length)
                .map(|part| scope.spawn(move || clean(part)))
                .collect();
            parts
                .into_iter()
                .flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        })
    }

    /// All exchanges so far as they were redacted when they were recorded. A secret that became known later may
    /// still stand in them: they are for the rules, whose texts pass through [`Recorder::scrub`], and for nothing
    /// that is kept.
    pub fn recorded(&self) -> Vec<Arc<Exchange>> {
        self.kept().exchanges.clone()
    }

    /// How many exchanges there are.
    pub fn count(&self) -> usize {
        self.backlog.count()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.backlog.settled()
    }
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
    use std::time::Instant;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::super::record::BODY_KEPT;
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

    #[test]
    fn what_was_handed_over_is_seen_at_once_and_in_order() {
        let recorder = Recorder::default();
        let mut last = 0;
        for n in 1..=1_000 {
            let secret = format!("secret-number-{n}-0123456789");
            recorder.learn("token", &secret);
            let url = format!("https://op.example/{n}?x={secret}");
            last = recorder.answered(
                Draft::new(&request(&url), "page"),
                &answer("text/plain", &secret),
            );
            assert_eq!((last, recorder.count()), (n, n as usize));
            if n % 97 == 0 {
                let exchange = recorder.exchange(n).unwrap();
                assert_eq!(exchange.response.unwrap().body, format!("«token#{n}»"));
            }
        }
        let all = recorder.exchanges();
        assert_eq!(all.len(), last as usize);
        for (exchange, n) in all.iter().zip(1..) {
            let url = format!("https://op.example/{n}?x=«token#{n}»");
            assert_eq!((exchange.id, &exchange.request.url), (n, &url));
        }
    }

    #[test]
    fn several_may_hand_over_side_by_side() {
        let recorder = Recorder::default();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let recorder = &recorder;
                scope.spawn(move || {
                    for n in 0..100 {
                        let url = format!("https://op.example/{thread}/{n}");
                        let draft = Draft::new(&request(&url), "page");
                        let id = recorder.answered(draft, &answer("text/plain", "x"));
                        let exchange = recorder.exchange(id).unwrap();
                        assert_eq!((exchange.id, exchange.request.url), (id, url));
                    }
                });
            }
        });
        assert_eq!(recorder.exchanges().len(), 400);
    }

    #[test]
    fn what_waits_does_not_show_in_debug_output() {
        let recorder = Recorder::default();
        recorder.learn("password", "pa55word-0123456789");
        assert!(!format!("{recorder:?}").contains("pa55"));
    }
}
