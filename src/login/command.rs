//! A program of the user's logs in, for instance with a real browser.
//!
//! It gets one line of JSON on its standard input:
//!
//! ```json
//! {"url": "https://op.example/authorize?…", "username": "alice", "password": "…",
//!  "redirect_uris": ["https://rp.example/callback"], "decision": "agree", "purpose": "…"}
//! ```
//!
//! and writes to its standard output either the URL that the browser would have gone to, or JSON:
//!
//! ```json
//! {"url": "https://rp.example/callback", "form": {"code": "…", "state": "…"}}
//! ```
//!
//! `form` is what a page would have posted there. Where no redirect came about it says what the user saw
//! instead: `{"page": {"url": "https://op.example/error", "status": 400, "body": "<html>…"}}`. Where the
//! journey begins with a POST, `method`, `content_type` and `body` say so.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Method;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use url::Url;

use super::destination::Destination;
use super::walk::start_url;
use super::{Arrival, Decision, End, Journey, LoginDriver, LoginError, PageKind, told};
use crate::http::{Answer, UserAgent};

/// What the program writes beyond this is not read.
const OUTPUT_LIMIT: usize = 1024 * 1024;
/// How much of what it complains about is shown, in characters.
const COMPLAINT_SHOWN: usize = 500;
/// What it left running may hold its output open; that long is waited after its own end.
const AFTER_END: Duration = Duration::from_millis(300);

/// Runs a program for each journey.
#[derive(Debug)]
pub struct CommandDriver {
    program: String,
    arguments: Vec<String>,
    max_time: Duration,
}

impl CommandDriver {
    /// Runs `program`, and kills it after `max_time`.
    pub fn new(program: &str, arguments: &[String], max_time: Duration) -> Self {
        Self {
            program: program.to_owned(),
            arguments: arguments.to_vec(),
            max_time,
        }
    }

    async fn run(&self, agent: &UserAgent, journey: &Journey<'_>) -> Result<Arrival, LoginError> {
        let start = start_url(&journey.start)?;
        let destination = Destination::new(journey.redirect_uris, &start);
        agent.transport().learn("password", &journey.user.password);
        let output =
            self.output(&input(journey, &start))
                .await
                .map_err(|failure| match failure {
                    Failure::TooSlow => LoginError::TooSlow {
                        limit: self.max_time,
                    },
                    Failure::Why(why) => failed(why),
                })?;
        if !output.success {
            let complaint = agent
                .transport()
                .scrub(&String::from_utf8_lossy(&output.errors));
            return Err(failed(format!(
                "{} ended with {}: {}",
                self.program,
                output.status,
                last_part(&complaint)
            )));
        }
        arrival(&destination, &output.text).map_err(failed)
    }

    async fn output(&self, input: &str) -> Result<Output, Failure> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| Failure::Why(format!("{} can't be started: {e}", self.program)))?;
        let text = Collected::default();
        let errors = Collected::default();
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let write = async {
            if let Some(mut stdin) = stdin {
                // A program that does not read its input may be right all the same.
                let _ = stdin.write_all(input.as_bytes()).await;
                let _ = stdin.write_all(b"\n").await;
            }
        };
        let read = async { futures::join!(write, text.read(stdout), errors.read(stderr)) };
        tokio::pin!(read);
        let limit = tokio::time::sleep(self.max_time);
        tokio::pin!(limit);
        let mut all_read = false;
        let status = loop {
            tokio::select! {
                status = child.wait() => {
                    break status.map_err(|e| Failure::Why(format!("{}: {e}", self.program)))?;
                }
                _ = &mut read, if !all_read => all_read = true,
                () = &mut limit => {
                    // The handle is the process's own; nothing else is touched.
                    let _ = child.kill().await;
                    return Err(Failure::TooSlow);
                }
            }
        };
        if !all_read {
            let _ = tokio::time::timeout(AFTER_END, &mut read).await;
        }
        Ok(Output {
            success: status.success(),
            status: status.to_string(),
            text: String::from_utf8_lossy(&text.take()).into_owned(),
            errors: errors.take(),
        })
    }
}

impl LoginDriver for CommandDriver {
    fn travel<'a>(
        &'a self,
        agent: &'a UserAgent,
        journey: Journey<'a>,
    ) -> BoxFuture<'a, Result<Arrival, LoginError>> {
        async move { self.run(agent, &journey).await }.boxed()
    }

    fn name(&self) -> &'static str {
        "command"
    }
}

enum Failure {
    TooSlow,
    Why(String),
}

struct Output {
    success: bool,
    status: String,
    text: String,
    errors: Vec<u8>,
}

#[derive(Default, Clone)]
struct Collected(Arc<Mutex<Vec<u8>>>);

impl Collected {
    /// Reads to the end, so that the program is never held up, and keeps the first part.
    async fn read(&self, from: Option<impl AsyncRead + Unpin>) {
        let Some(mut from) = from else { return };
        let mut buffer = [0; 8192];
        while let Ok(n @ 1..) = from.read(&mut buffer).await {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let room = OUTPUT_LIMIT.saturating_sub(kept.len());
            kept.extend_from_slice(&buffer[..n.min(room)]);
        }
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn failed(why: String) -> LoginError {
    LoginError::External {
        driver: "command",
        why,
    }
}

fn input(journey: &Journey<'_>, start: &Url) -> String {
    let decision = match journey.decision {
        Decision::Agree => "agree",
        Decision::Refuse => "refuse",
        Decision::Look => "look",
    };
    let mut input = json!({
        "url": start.as_str(),
        "username": journey.user.username,
        "password": journey.user.password,
        "redirect_uris": journey.redirect_uris,
        "decision": decision,
        "purpose": journey.purpose,
    });
    if journey.start.method() != Method::GET {
        let content_type = journey.start.headers().get(CONTENT_TYPE);
        input["method"] = json!(journey.start.method().as_str());
        input["content_type"] = json!(content_type.and_then(|value| value.to_str().ok()));
        input["body"] = json!(String::from_utf8_lossy(journey.start.body()));
    }
    input.to_string()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    url: Option<String>,
    form: Option<Form>,
    page: Option<SaidPage>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Members(BTreeMap<String, String>),
    Pairs(Vec<(String, String)>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidPage {
    url: String,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    body: String,
}

fn ok() -> u16 {
    200
}

fn arrival(destination: &Destination<'_>, text: &str) -> Result<Arrival, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it wrote nothing; the callback URL was expected".to_owned());
    }
    if !text.starts_with('{') {
        return told::arrival(destination, text, None);
    }
    // What the reader says may repeat what was written; only the place is told.
    let said: Said = serde_json::from_str(text).map_err(|e| {
        format!(
            "the JSON it wrote has other members than url, form and page, or is broken (line {}, column {})",
            e.line(),
            e.column()
        )
    })?;
    match said {
        Said {
            url: Some(url),
            form,
            page: None,
        } => {
            let form = form.map(|form| match form {
                Form::Members(members) => members.into_iter().collect(),
                Form::Pairs(pairs) => pairs,
            });
            told::arrival(destination, &url, form)
        }
        Said {
            url: None,
            form: None,
            page: Some(page),
        } => page_end(page),
        _ => Err("the JSON it wrote needs either url (with or without form) or page".to_owned()),
    }
}

fn page_end(page: SaidPage) -> Result<Arrival, String> {
    let url = Url::parse(&page.url).map_err(|e| format!("the page it gave has no URL: {e}"))?;
    let response = http::Response::builder()
        .status(page.status)
        .header(CONTENT_TYPE, "text/html; charset=utf-8")
        .body(Bytes::from(page.body))
        .map_err(|e| format!("the page it gave: {e}"))?;
    let received_at = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |d| d.as_secs_f64());
    Ok(Arrival {
        end: End::Page {
            answer: Answer {
                response,
                exchange: 0,
                url,
                received_at,
            },
            kind: PageKind::Final,
        },
        pages: Vec::new(),
        exchanges: Vec::new(),
    })
}

/// The end of a text, where programs say what went wrong, on one line.
fn last_part(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    match text.char_indices().rev().nth(COMPLAINT_SHOWN - 1) {
        Some((at, _)) if at > 0 => format!("…{}", &text[at..]),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::test::{agent, journey};

    async fn run(script: &str, max_time: Duration) -> Result<Arrival, LoginError> {
        let arguments = ["-c".to_owned(), script.to_owned()];
        let driver = CommandDriver::new("/bin/sh", &arguments, max_time);
        driver
            .travel(
                &agent(),
                journey("http://127.0.0.1:1/authorize?client_id=x"),
            )
            .await
    }

    #[tokio::test]
    async fn the_program_gets_the_journey_and_gives_the_callback() {
        let script = r#"read -r line
            case "$line" in
              *'"url":"http://127.0.0.1:1/authorize?client_id=x"'*'"password":"wonderland-pw-1"'*'"decision":"agree"'*) ;;
              *) exit 3 ;;
            esac
            echo 'http://127.0.0.1:8765/callback?code=abc'"#;
        let arrival = run(script, Duration::from_secs(10)).await.unwrap();
        let End::RedirectUri(callback) = arrival.end else {
            panic!("no callback")
        };
        assert_eq!(callback.url, "http://127.0.0.1:8765/callback?code=abc");
        assert_eq!(callback.form, None);
    }

    #[tokio::test]
    async fn a_form_that_posts_itself() {
        let script = r#"echo '{"url": "http://127.0.0.1:8765/callback", "form": {"code": "abc"}}'"#;
        let arrival = run(script, Duration::from_secs(10)).await.unwrap();
        let End::RedirectUri(callback) = arrival.end else {
            panic!("no callback")
        };
        assert_eq!(
            callback.form,
            Some(vec![("code".to_owned(), "abc".to_owned())])
        );
    }

    #[tokio::test]
    async fn a_page() {
        let script =
            r#"echo '{"page": {"url": "http://127.0.0.1:1/error", "status": 400, "body": "no"}}'"#;
        let arrival = run(script, Duration::from_secs(10)).await.unwrap();
        let End::Page { answer, kind } = arrival.end else {
            panic!("no page")
        };
        assert_eq!((answer.status(), kind), (400, PageKind::Final));
    }

    #[tokio::test]
    async fn what_goes_wrong_is_said_without_secrets() {
        for (script, expected) in [
            (
                "echo bad wonderland-pw-1 >&2; exit 2",
                "exit status: 2: bad «password#1»",
            ),
            ("true", "wrote nothing"),
            ("echo secret-code", "is no URL"),
            (
                "echo 'http://127.0.0.1:1/?code=secret-code'",
                "at none of the redirect URIs",
            ),
            ("echo '{\"code\": \"secret-code\"}'", "line 1, column"),
            ("echo '{}'", "needs either url"),
        ] {
            let error = run(script, Duration::from_secs(10))
                .await
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected), "{script}: {error}");
            assert!(!error.contains("secret-code"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_program_that_is_not_there() {
        let driver = CommandDriver::new("/nowhere/login", &[], Duration::from_secs(1));
        let error = driver
            .travel(&agent(), journey("http://127.0.0.1:1/authorize"))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("can't be started"), "{error}");
    }

    #[tokio::test]
    async fn it_is_killed_at_the_limit() {
        let begun = std::time::Instant::now();
        let error = run("exec sleep 30", Duration::from_millis(200))
            .await
            .unwrap_err();
        assert_eq!(
            error,
            LoginError::TooSlow {
                limit: Duration::from_millis(200)
            }
        );
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn what_it_leaves_behind_holds_nothing_up() {
        let begun = std::time::Instant::now();
        let script = "sleep 3 & echo 'http://127.0.0.1:8765/callback?code=a'";
        run(script, Duration::from_secs(10)).await.unwrap();
        assert!(begun.elapsed() < Duration::from_millis(2500));
    }

    #[tokio::test]
    async fn endless_output_is_cut() {
        let script = "yes | head -c 5000000; echo";
        let error = run(script, Duration::from_secs(10)).await.unwrap_err();
        assert!(error.to_string().contains("is no URL"), "{error}");
    }
}
