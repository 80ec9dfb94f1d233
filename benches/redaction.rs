//! What recording an exchange costs, redaction included, by the kind of answer.
//!
//! `cargo bench --bench redaction`; ids `redaction/<what>/<secrets known before>`. With the number of known secrets
//! the time must stay as it is: a long run knows thousands.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use oidcheck::evidence::{Draft, Recorder};

/// So many secrets are known before an exchange is recorded.
const KNOWN: [usize; 3] = [0, 50, 5_000];

/// A recorder keeps what it records: after so many exchanges another one goes on.
const AT_ONCE: u64 = 200;

/// A request and what was answered.
struct Pair {
    what: &'static str,
    request: http::Request<Bytes>,
    response: http::Response<Bytes>,
}

fn redaction(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("redaction");
    for Pair {
        what,
        request,
        response,
    } in &pairs()
    {
        let size = request.body().len() + response.body().len();
        group.throughput(Throughput::Bytes(size as u64));
        for known in KNOWN {
            group.bench_function(BenchmarkId::new(*what, known), |bencher| {
                bencher.iter_custom(|iterations| {
                    let mut time = Duration::ZERO;
                    let mut left = iterations;
                    while left > 0 {
                        let now = left.min(AT_ONCE);
                        left -= now;
                        time += record(&recorder(known), request, response, now);
                    }
                    time
                });
            });
        }
    }
    for known in KNOWN {
        let recorder = recorder(known);
        for pair in pairs() {
            recorder.answered(Draft::new(&pair.request, "bench"), &pair.response);
        }
        group.throughput(Throughput::Elements(recorder.count() as u64));
        // What a report gets at the end: every exchange once more, without what became known meanwhile.
        group.bench_function(BenchmarkId::new("exchanges at the end", known), |bencher| {
            bencher.iter(|| recorder.exchanges());
        });
    }
    group.finish();
}

/// The time until so many of the same exchange are recorded. They are redacted on a thread beside; looking at what is
/// recorded waits for it.
fn record(
    recorder: &Recorder,
    request: &http::Request<Bytes>,
    response: &http::Response<Bytes>,
    times: u64,
) -> Duration {
    let begun = Instant::now();
    for _ in 0..times {
        let draft = Draft::new(black_box(request), "bench");
        recorder.answered(draft, black_box(response));
    }
    black_box(recorder.recorded());
    begun.elapsed()
}

/// A recorder that knows so many secrets and has its thread.
fn recorder(known: usize) -> Recorder {
    let recorder = Recorder::default();
    for n in 0..known {
        recorder.learn("access_token", &secret(n));
    }
    let request = http::Request::new(Bytes::new());
    recorder.unanswered(Draft::new(&request, "bench"), "no answer");
    recorder.recorded();
    recorder
}

/// As a provider makes them: 43 characters of the alphabet of base64url, never the same twice.
fn secret(n: usize) -> String {
    let octets: Vec<u8> = (0..4)
        .flat_map(|part| {
            (n as u64 * 4 + part)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .to_le_bytes()
        })
        .collect();
    URL_SAFE_NO_PAD.encode(octets)
}

fn pairs() -> Vec<Pair> {
    let jwt = |claims: &str| {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let header = part(r#"{"alg":"RS256","kid":"key-1","typ":"JWT"}"#);
        format!("{header}.{}.{}", part(claims), secret(900_001).repeat(8))
    };
    let id_token = jwt(
        r#"{"iss":"https://op.example","sub":"alice-subject","aud":"conformance-basic","exp":1795000300,"iat":1795000000,"nonce":"n-0S6_WzA2Mj","auth_time":1795000000,"at_hash":"77QmUPtjPfzWtF2AnpK9RQ"}"#,
    );
    let tokens = format!(
        r#"{{"access_token":"{}","token_type":"Bearer","expires_in":300,"refresh_token":"{}","id_token":"{id_token}","scope":"openid profile email"}}"#,
        secret(900_010),
        secret(900_011),
    );
    let code = secret(900_020);
    vec![
        Pair {
            what: "token response",
            request: http::Request::post("https://op.example/token")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("authorization", "Basic Y29uZm9ybWFuY2UtYmFzaWM6czNjcjN0LXMzY3IzdC0x")
                .body(Bytes::from(format!(
                    "grant_type=authorization_code&code={code}&redirect_uri=https%3A%2F%2Frp.example%2Fcb&code_verifier={}",
                    secret(900_021)
                )))
                .expect("a request"),
            response: answer("application/json", tokens),
        },
        Pair {
            what: "redirect",
            request: http::Request::get("https://op.example/authorize?response_type=code&client_id=conformance-basic&redirect_uri=https%3A%2F%2Frp.example%2Fcb&scope=openid&state=af0ifjsldkj")
                .header("accept", "text/html")
                .header("cookie", format!("session={}", secret(900_030)))
                .body(Bytes::new())
                .expect("a request"),
            response: http::Response::builder()
                .status(302)
                .header("location", format!("https://rp.example/cb?code={code}&state=af0ifjsldkj"))
                .body(Bytes::new())
                .expect("an answer"),
        },
        Pair {
            what: "HTML page of 20 KB",
            request: http::Request::get("https://op.example/login?flow=1")
                .header("accept", "text/html")
                .body(Bytes::new())
                .expect("a request"),
            response: answer("text/html; charset=utf-8", page(20 * 1024)),
        },
        Pair {
            what: "discovery document",
            request: http::Request::get("https://op.example/.well-known/openid-configuration")
                .body(Bytes::new())
                .expect("a request"),
            response: answer("application/json", metadata()),
        },
    ]
}

fn answer(content_type: &str, body: String) -> http::Response<Bytes> {
    http::Response::builder()
        .header("content-type", content_type)
        .header("cache-control", "no-store")
        .header("date", "Sat, 21 Nov 2026 12:00:00 GMT")
        .body(Bytes::from(body))
        .expect("an answer")
}

/// A login page with as much around the form as large providers have.
fn page(size: usize) -> String {
    let mut page = format!(
        "<!doctype html><html lang=en><head><title>Sign in</title><meta name=csrf-token content=\"{}\">\
         <style>.card {{ color: #333; margin: 0 auto }}</style></head><body>\
         <form method=post action=\"/login?execution={}\"><input type=hidden name=_csrf value=\"{}\">\
         <label>User name <input name=username></label><label>Password <input type=password name=password></label>\
         <button>Sign in</button></form>",
        secret(900_040),
        secret(900_041),
        secret(900_042),
    );
    let mut n = 0;
    while page.len() < size {
        n += 1;
        write!(
            page,
            "<div class=\"card card-{n}\"><a href=\"/help/topic-{n}?lang=en\">Topic {n}</a>\
             <p>What one should know before signing in: part {n} of many.</p></div>"
        )
        .expect("a string takes all");
    }
    page.push_str("</body></html>");
    page
}

fn metadata() -> String {
    let endpoints = [
        "authorization",
        "token",
        "userinfo",
        "revocation",
        "introspection",
        "registration",
    ];
    let mut members: Vec<String> = endpoints
        .iter()
        .map(|name| format!(r#""{name}_endpoint":"https://op.example/{name}""#))
        .collect();
    for name in [
        "response_types",
        "scopes",
        "claims",
        "grant_types",
        "id_token_signing_alg_values",
    ] {
        let values: Vec<String> = (0..12).map(|n| format!(r#""{name}-{n}""#)).collect();
        members.push(format!(r#""{name}_supported":[{}]"#, values.join(",")));
    }
    format!(r#"{{"issuer":"https://op.example",{}}}"#, members.join(","))
}

criterion_group!(benches, redaction);
criterion_main!(benches);
