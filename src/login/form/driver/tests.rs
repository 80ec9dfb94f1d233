//! Journeys against a server that plays a script.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::login::Decision;
use crate::login::NoLogin;
use crate::login::test::{agent, client, journey};

/// A request as it came: the first line, the header fields in lower case, the body.
#[derive(Debug, Clone)]
struct Got {
    line: String,
    headers: String,
    body: String,
}

impl Got {
    fn has(&self, header: &str) -> bool {
        self.headers.lines().any(|line| line == header)
    }
}

/// What the script answers; `None` is silence.
type Script = dyn Fn(&Got) -> Option<String> + Send + Sync;

struct Server {
    base: String,
    seen: Arc<Mutex<Vec<Got>>>,
}

impl Server {
    async fn start(script: impl Fn(&Got) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                tokio::spawn(async move {
                    let Some(got) = read_request(&mut socket).await else {
                        return;
                    };
                    log.lock().unwrap().push(got.clone());
                    match script(&got) {
                        Some(answer) => {
                            let _ = socket.write_all(answer.as_bytes()).await;
                        }
                        None => std::future::pending().await,
                    }
                });
            }
        });
        Self { base, seen }
    }

    fn seen(&self) -> Vec<Got> {
        self.seen.lock().unwrap().clone()
    }

    fn lines(&self) -> Vec<String> {
        let line = |got: &Got| match got.body.as_str() {
            "" => got.line.clone(),
            body => format!("{} {body}", got.line),
        };
        self.seen().iter().map(line).collect()
    }

    async fn travel(&self, decision: Decision) -> Result<Arrival, LoginError> {
        self.travel_from("/authorize?client_id=x&redirect_uri=y", decision)
            .await
    }

    async fn travel_from(&self, path: &str, decision: Decision) -> Result<Arrival, LoginError> {
        let mut journey = journey(&format!("{}{path}", self.base));
        journey.decision = decision;
        let driver = FormDriver::new(Vec::new(), Duration::from_secs(20));
        driver.travel(&agent(), journey).await
    }
}

async fn read_request(socket: &mut tokio::net::TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
            let headers: Vec<String> = headers
                .lines()
                .filter_map(|header| header.split_once(": "))
                .map(|(name, value)| format!("{}: {value}", name.to_lowercase()))
                .collect();
            let length = headers
                .iter()
                .find_map(|header| header.strip_prefix("content-length: "))
                .and_then(|length| length.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                let line = line.trim_end_matches(" HTTP/1.1").to_owned();
                return Some(Got {
                    line,
                    headers: headers.join("\n"),
                    body: body.to_owned(),
                });
            }
        }
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn answer(status: u16, headers: &[&str], body: &str) -> Option<String> {
    let headers: String = headers.iter().map(|h| format!("{h}\r\n")).collect();
    let length = body.len();
    Some(format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    ))
}

fn page(body: &str) -> Option<String> {
    answer(200, &["Content-Type: text/html; charset=utf-8"], body)
}

fn redirect(status: u16, to: &str) -> Option<String> {
    answer(status, &[&format!("Location: {to}")], "")
}

fn callback_of(arrival: Arrival) -> Callback {
    match arrival.end {
        End::RedirectUri(callback) => callback,
        End::Page { answer, kind } => panic!("{kind:?} {} {}", answer.status(), answer.text()),
    }
}

const LOGIN: &str = "<form method=post action=/login><input name=username><input type=password name=password></form>";
const CONSENT: &str = "<p>App wants access.</p><form method=post action=/consent><button name=d value=no>Deny</button><button name=d value=yes>Allow</button></form>";
const CALLBACK: &str = "http://127.0.0.1:8765/callback?code=c&state=s";
const GIVEN: &str = "username=alice&password=wonderland-pw-1";

/// A provider with a login and a consent page that looks at what a careful server looks at.
fn provider(got: &Got) -> Option<String> {
    let in_session = got.headers.contains("sid=1");
    match got.line.as_str() {
        "GET /authorize?client_id=x&redirect_uri=y" if in_session => page(CONSENT),
        "GET /authorize?client_id=x&redirect_uri=y" => redirect(302, "login"),
        "GET /login" => answer(
            200,
            &[
                "Content-Type: text/html",
                "Set-Cookie: csrf=1; Path=/login; Secure; HttpOnly",
            ],
            LOGIN,
        ),
        "POST /login" if !got.headers.contains("csrf=1") => answer(403, &[], "no cookie"),
        "POST /login" if got.body == GIVEN => answer(
            303,
            &[
                "Location: /authorize?client_id=x&redirect_uri=y",
                "Set-Cookie: sid=1; Path=/; Secure; SameSite=None",
            ],
            "",
        ),
        "POST /login" => page(LOGIN),
        "POST /consent" if got.headers.contains("csrf=1") => answer(500, &[], "wrong path"),
        "POST /consent" if got.body == "d=yes" => redirect(302, CALLBACK),
        "POST /consent" => redirect(302, "http://127.0.0.1:8765/callback?error=access_denied"),
        _ => answer(404, &[], ""),
    }
}

#[tokio::test]
async fn login_and_consent() {
    let server = Server::start(provider).await;
    let arrival = server.travel(Decision::Agree).await.unwrap();
    assert!(arrival.met(PageKind::Login) && arrival.met(PageKind::Consent));
    assert_eq!(arrival.exchanges.len(), 5);
    let last = *arrival.exchanges.last().unwrap();
    let callback = callback_of(arrival);
    assert_eq!(
        (callback.url.as_str(), callback.status, callback.exchange),
        (CALLBACK, 302, last)
    );
    let seen = server.seen();
    assert!(
        seen.iter()
            .all(|got| got.headers.contains("accept: text/html"))
    );
    let sent = &seen[2];
    assert_eq!(sent.line, "POST /login");
    assert!(
        sent.has(&format!("referer: {}/login", server.base)),
        "{sent:?}"
    );
    assert!(sent.has(&format!("origin: {}", server.base)), "{sent:?}");
    assert!(sent.has("sec-fetch-site: same-origin"), "{sent:?}");
    assert!(!seen[3].headers.contains("origin:"), "{:?}", seen[3]);
}

#[tokio::test]
async fn who_refuses() {
    let server = Server::start(provider).await;
    let arrival = server.travel(Decision::Refuse).await.unwrap();
    assert!(callback_of(arrival).url.ends_with("error=access_denied"));
}

#[tokio::test]
async fn who_only_looks() {
    let server = Server::start(provider).await;
    let arrival = server.travel(Decision::Look).await.unwrap();
    assert!(
        matches!(&arrival.end, End::Page { kind: PageKind::Login, answer } if answer.text() == LOGIN)
    );
    assert_eq!(arrival.pages.len(), 1);
    let driver = NoLogin::new(Duration::from_secs(20));
    let start = format!("{}/authorize?client_id=x&redirect_uri=y", server.base);
    let arrival = driver.travel(&agent(), journey(&start)).await.unwrap();
    assert!(matches!(
        &arrival.end,
        End::Page {
            kind: PageKind::Login,
            ..
        }
    ));
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")));
}

#[tokio::test]
async fn a_wrong_password_is_said_without_it() {
    for status in [200, 401] {
        let server = Server::start(move |got| match got.line.as_str() {
            "POST /login" => answer(status, &["Content-Type: text/html"], LOGIN),
            _ => page(LOGIN),
        })
        .await;
        let error = server.travel(Decision::Agree).await.unwrap_err();
        let expected = format!("POST {}/login -> {status}", server.base);
        assert!(
            matches!(&error, LoginError::Rejected { page } if *page == expected),
            "{error}"
        );
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn the_login_page_may_come_back_by_a_redirect() {
    let server = Server::start(|got| match got.line.as_str() {
        "POST /login" => redirect(303, "/login?failed=1"),
        _ => page(LOGIN),
    })
    .await;
    let error = server.travel(Decision::Agree).await.unwrap_err();
    assert!(matches!(error, LoginError::Rejected { .. }), "{error}");
}

#[tokio::test]
async fn two_pages_and_a_second_login_that_was_asked_for() {
    let server = Server::start(|got| match (got.line.as_str(), got.body.as_str()) {
        ("POST /name", "login=alice") => page(
            "<form method=post action=/pw><input name=login value=alice readonly><input type=password name=pw></form>",
        ),
        ("POST /pw", "login=alice&pw=wonderland-pw-1") if got.headers.contains("once=1") => redirect(302, CALLBACK),
        // The session was there, but the request asks for a new login.
        ("POST /pw", _) => answer(302, &["Location: /authorize?prompt=login", "Set-Cookie: once=1"], ""),
        ("GET /authorize?prompt=login", _) if got.headers.contains("once=1") => page(
            "<form method=post action=/pw><input name=login value=alice readonly><input type=password name=pw></form>",
        ),
        _ => page("<form method=post action=/name><label>Login <input name=login></label></form>"),
    })
    .await;
    let arrival = server
        .travel_from("/authorize?prompt=login", Decision::Agree)
        .await
        .unwrap();
    assert_eq!(arrival.pages.len(), 3);
    assert_eq!(callback_of(arrival).url, CALLBACK);
}

#[tokio::test]
async fn the_method_after_a_redirect() {
    for (status, expected) in [
        (301, "GET /next"),
        (302, "GET /next"),
        (303, "GET /next"),
        (307, "POST /next username=alice&password=wonderland-pw-1"),
        (308, "POST /next username=alice&password=wonderland-pw-1"),
    ] {
        let server = Server::start(move |got| match got.line.as_str() {
            "POST /login" => redirect(status, "/next"),
            "GET /next" | "POST /next" => redirect(302, CALLBACK),
            _ => page(LOGIN),
        })
        .await;
        let arrival = server.travel(Decision::Agree).await.unwrap();
        assert_eq!(callback_of(arrival).url, CALLBACK);
        assert_eq!(server.lines()[2], expected, "{status}");
    }
}

#[tokio::test]
async fn redirects_that_lead_nowhere() {
    for (location, expected) in [
        (None, "it has no Location"),
        (Some(""), "its Location is empty"),
        (Some("http://["), "its Location is no URL"),
        (Some("http://127.0.0.1:99999/"), "its Location is no URL"),
        (Some("javascript:alert(1)"), "it goes to a javascript: URL"),
        (
            Some("com.example:/cb?code=geheim"),
            "it goes to a com.example: URL",
        ),
    ] {
        let server = Server::start(move |_| match location {
            Some(location) => redirect(302, location),
            None => answer(302, &[], ""),
        })
        .await;
        let error = server.travel(Decision::Agree).await.unwrap_err();
        assert!(matches!(error, LoginError::BadRedirect { .. }), "{error}");
        let error = error.to_string();
        assert!(
            error.contains(expected) && !error.contains("geheim"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn endless_redirects_and_pages() {
    let server =
        Server::start(|got| redirect(302, &format!("{}x", got.line.replace("GET ", "")))).await;
    let error = server.travel(Decision::Agree).await.unwrap_err();
    assert!(
        matches!(error, LoginError::TooManySteps { steps: 25, .. }),
        "{error}"
    );
    assert_eq!(server.seen().len(), 25);
    let server = Server::start(|_| page(CONSENT)).await;
    let error = server.travel(Decision::Agree).await.unwrap_err();
    assert!(matches!(error, LoginError::TooManySteps { .. }), "{error}");
}

#[tokio::test]
async fn the_browser_goes_to_no_redirect_uri() {
    for location in [
        CALLBACK,
        "http://127.0.0.1:8765/elsewhere",
        "//127.0.0.1:8765/callback#access_token=x",
    ] {
        let server = Server::start(move |_| redirect(302, location)).await;
        let callback = callback_of(server.travel(Decision::Agree).await.unwrap());
        assert!(callback.url.ends_with(location), "{}", callback.url);
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_fragment_is_inherited() {
    let server = Server::start(|got| match got.line.as_str() {
        "GET /a" => redirect(302, "http://127.0.0.1:8765/callback"),
        _ => redirect(302, "/a#id_token=x"),
    })
    .await;
    let callback = callback_of(server.travel(Decision::Agree).await.unwrap());
    assert_eq!(callback.url, "http://127.0.0.1:8765/callback#id_token=x");
}

#[tokio::test]
async fn a_form_that_posts_itself_is_not_sent() {
    let server = Server::start(|_| {
        page("<body onload='document.forms[0].submit()'><form method=post action='http://127.0.0.1:8765/callback'><input type=hidden name=code value=c><input type=hidden name=state value='a&amp;b'></form>")
    })
    .await;
    let arrival = server.travel(Decision::Look).await.unwrap();
    assert!(arrival.pages.is_empty());
    let callback = callback_of(arrival);
    assert_eq!(
        (callback.url.as_str(), callback.status),
        ("http://127.0.0.1:8765/callback", 200)
    );
    let form = callback.form.unwrap();
    assert_eq!(
        form,
        [
            ("code".to_owned(), "c".to_owned()),
            ("state".to_owned(), "a&b".to_owned())
        ]
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn what_a_browser_would_not_tell() {
    let server = Server::start(|got| match got.line.as_str() {
        "POST /login" => redirect(302, CALLBACK),
        _ => answer(
            200,
            &["Content-Type: text/html", "Referrer-Policy: no-referrer"],
            LOGIN,
        ),
    })
    .await;
    server.travel(Decision::Agree).await.unwrap();
    let sent = &server.seen()[1];
    assert!(
        sent.has("origin: null") && !sent.headers.contains("referer:"),
        "{sent:?}"
    );
}

#[tokio::test]
async fn multipart_and_plain_forms() {
    for (encoding, expected) in [
        (
            "multipart/form-data",
            "name=\"password\"\r\n\r\nwonderland-pw-1\r\n------",
        ),
        (
            "text/plain",
            "username=alice\r\npassword=wonderland-pw-1\r\n",
        ),
    ] {
        let form = LOGIN.replace("<form ", &format!("<form enctype={encoding} "));
        let server = Server::start(move |got| match got.line.as_str() {
            "POST /login" => redirect(302, CALLBACK),
            _ => page(&form),
        })
        .await;
        server.travel(Decision::Agree).await.unwrap();
        let sent = &server.seen()[1];
        assert!(sent.body.contains(expected), "{sent:?}");
        assert!(
            sent.headers.contains(&format!("content-type: {encoding}")),
            "{sent:?}"
        );
    }
}

#[tokio::test]
async fn a_logout_page_of_frames() {
    let server = Server::start(|got| match got.line.as_str() {
        "GET /bye" => page(
            "<iframe src=/out1></iframe><iframe src=/out2></iframe><iframe src='http://127.0.0.1:8765/fc'></iframe>\
             <iframe src='http://127.0.0.1:9/x'></iframe><script>location = '…'</script>\
             <a href='http://127.0.0.1:8765/post-logout?state=s'>Continue</a>",
        ),
        _ => page(""),
    })
    .await;
    let driver = FormDriver::new(Vec::new(), Duration::from_secs(20));
    let bye = format!("{}/bye", server.base);
    let errand = |errand| Journey {
        errand,
        ..journey(&bye)
    };
    let authorization = driver.travel(&agent(), errand(Errand::Authorization)).await;
    assert!(authorization.is_err(), "{authorization:?}");
    assert_eq!(server.lines(), ["GET /bye"]);
    let logout = driver.travel(&agent(), errand(Errand::Logout)).await;
    assert_eq!(
        callback_of(logout.unwrap()).url,
        "http://127.0.0.1:8765/post-logout?state=s"
    );
    let lines = server.lines();
    assert_eq!(lines[1..], ["GET /bye", "GET /out1", "GET /out2"]);
}

#[tokio::test]
async fn answers_that_are_no_pages() {
    for (what, answer) in [
        (
            "JSON",
            answer(
                400,
                &["Content-Type: application/json"],
                "{\"error\":\"invalid_request\"}",
            ),
        ),
        (
            "a form in a text",
            answer(200, &["Content-Type: text/plain"], LOGIN),
        ),
        ("nothing", answer(200, &[], "")),
        ("no content", answer(204, &[], "")),
        (
            "a login form that is not HTML",
            answer(200, &["Content-Type: image/png"], LOGIN),
        ),
    ] {
        let server = Server::start(move |_| answer.clone()).await;
        let arrival = server.travel(Decision::Agree).await.unwrap();
        assert!(
            matches!(
                arrival.end,
                End::Page {
                    kind: PageKind::Final,
                    ..
                }
            ),
            "{what}"
        );
        assert_eq!(server.seen().len(), 1, "{what}");
    }
}

#[tokio::test]
async fn half_dead_servers() {
    let huge = page(&"<p>x".repeat(100_000));
    for (what, answer, expected) in [
        ("silence", None, "did not answer within 1 s"),
        ("a huge page", huge, "is longer than 262144 bytes"),
        (
            "half an answer",
            Some("HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\nx".to_owned()),
            "broke off",
        ),
        ("no HTTP", Some("hello\r\n\r\n".to_owned()), "broke off"),
    ] {
        let server = Server::start(move |_| answer.clone()).await;
        let error = server
            .travel(Decision::Agree)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{what}: {error}");
    }
}

#[tokio::test]
async fn what_is_filled_in_is_redacted_whatever_it_is_called() {
    let server = Server::start(|got| match got.line.as_str() {
        "POST /go" => redirect(302, CALLBACK),
        _ => page(
            "<form method=post action=/go><input name=a><input type=password name=b><input type=password name=c></form>",
        ),
    })
    .await;
    let rule: PageRule = toml::from_str(
        "match = '*'\nfill = { a = '$username', b = '$password', c = 'second-secret' }",
    )
    .unwrap();
    let driver = FormDriver::new(vec![rule], Duration::from_secs(20));
    let client = client();
    let agent = UserAgent::new(client.clone());
    let start = format!("{}/authorize", server.base);
    driver.travel(&agent, journey(&start)).await.unwrap();
    assert_eq!(
        server.lines()[1],
        "POST /go a=alice&b=wonderland-pw-1&c=second-secret"
    );
    let recorded = format!("{:?}", client.recorder().exchanges());
    assert!(
        !recorded.contains("wonderland-pw-1") && !recorded.contains("second-secret"),
        "{recorded}"
    );
    assert!(recorded.contains("b=«password#1»"), "{recorded}");
}

#[tokio::test]
async fn a_rule_gives_the_password_once() {
    let server =
        Server::start(|_| page("<form method=post action=/go><input name=b></form>")).await;
    let rule = toml::from_str("match = '*'\nfill = { b = '$password' }").unwrap();
    let driver = FormDriver::new(vec![rule], Duration::from_secs(20));
    let start = format!("{}/authorize", server.base);
    let error = driver.travel(&agent(), journey(&start)).await.unwrap_err();
    assert!(matches!(error, LoginError::Rejected { .. }), "{error}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn the_whole_journey_is_bounded() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(100));
        page(CONSENT)
    })
    .await;
    let driver = FormDriver::new(Vec::new(), Duration::from_millis(350));
    let start = format!("{}/authorize", server.base);
    let error = driver.travel(&agent(), journey(&start)).await.unwrap_err();
    assert!(matches!(error, LoginError::TooSlow { .. }), "{error}");
}
