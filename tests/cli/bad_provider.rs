//! Providers that answer with nonsense, or not at all: a run ends in bounded time, and is saved.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::{arg, folder, oidcheck, provider_file, read_json, scenario_ids};

/// What a provider does with a request.
#[derive(Debug, Clone, Copy)]
enum Nonsense {
    HundredMegabytes,
    EndlessRedirect,
    InvalidUtf8,
    Html,
    DeepJson,
    Silence,
    ClosedAtOnce,
    NoHttp,
}

use Nonsense::{
    ClosedAtOnce, DeepJson, EndlessRedirect, Html, HundredMegabytes, InvalidUtf8, NoHttp, Silence,
};

fn answer(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // Whoever asked may have gone away.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
}

impl Nonsense {
    fn serve(self, stream: &mut TcpStream, path: &str) {
        const JSON: &str = "200 OK\r\ncontent-type: application/json";
        match self {
            HundredMegabytes => {
                let head =
                    format!("HTTP/1.1 {JSON}\r\ncontent-length: 104857600\r\n\r\n{{\"a\":\"");
                let mut sent = stream.write_all(head.as_bytes());
                for _ in 0..1600 {
                    if sent.is_err() {
                        break;
                    }
                    sent = stream.write_all(&[b'x'; 65_536]);
                }
            }
            EndlessRedirect => {
                let n = path.len();
                answer(stream, &format!("302 Found\r\nlocation: {path}/{n}"), b"");
            }
            InvalidUtf8 => answer(stream, JSON, b"{\"issuer\":\"\xff\xfe\",\"a\":\"\x80\"}"),
            Html => answer(
                stream,
                "200 OK\r\ncontent-type: text/html",
                b"<h1>Welcome</h1>",
            ),
            DeepJson => answer(stream, JSON, "[".repeat(10_000).as_bytes()),
            Silence => thread::sleep(Duration::from_secs(4)),
            ClosedAtOnce => {}
            NoHttp => {
                let _ = stream.write_all(b"220 mail.example ESMTP\r\n");
            }
        }
    }
}

/// A provider that answers so, with right metadata where they are asked for if `after_discovery`.
fn provider(nonsense: Nonsense, after_discovery: bool) -> String {
    provider_with(nonsense, after_discovery, metadata)
}

fn provider_with(nonsense: Nonsense, after_discovery: bool, of: fn(&str) -> Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let issuer = format!("http://{}", listener.local_addr().expect("it is bound"));
    let metadata = of(&issuer).to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let metadata = metadata.clone();
            thread::spawn(move || {
                let mut request = vec![0; 16_384];
                let n = stream.read(&mut request).unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..n]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or("/");
                if after_discovery && path.starts_with("/.well-known/openid-configuration") {
                    answer(
                        &mut stream,
                        "200 OK\r\ncontent-type: application/json",
                        metadata.as_bytes(),
                    );
                } else {
                    nonsense.serve(&mut stream, path);
                }
            });
        }
    });
    issuer
}

fn metadata(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "registration_endpoint": format!("{issuer}/register"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "introspection_endpoint": format!("{issuer}/introspect"),
        "end_session_endpoint": format!("{issuer}/logout"),
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
    })
}

/// Two endpoints that no request can be sent to: one that every provider must have, and one that it may.
fn unusable(issuer: &str) -> Value {
    let mut metadata = metadata(issuer);
    let long = format!("{issuer}/{}", "x".repeat(70_000));
    metadata["authorization_endpoint"] = long.clone().into();
    metadata["revocation_endpoint"] = long.into();
    metadata
}

const FILE: &str = r#"
scopes = ["openid", "profile", "email", "offline_access"]
[[client]]
id = "a"
auth = "client_secret_basic"
secret = "0123456789abcdef"
redirect_uris = ["https://127.0.0.1:8765/callback", "https://127.0.0.1:8765/callback2"]
post_logout_redirect_uris = ["https://127.0.0.1:8765/post-logout"]
[[client]]
id = "b"
auth = "client_secret_post"
secret = "0123456789abcdef"
redirect_uris = ["https://127.0.0.1:8765/callback"]
[[client]]
id = "c"
auth = "none"
redirect_uris = ["https://127.0.0.1:8765/callback"]
[[user]]
username = "alice"
password = "wonderland-pw-1"
[[user]]
username = "bob"
password = "builder-pw-1"
"#;

fn check(name: &str, issuer: &str, codes: &[i32]) {
    let out = folder(&format!("bad-provider-{name}"));
    let file = provider_file(&out, &format!("issuer = \"{issuer}\"\n{FILE}"));
    let begun = Instant::now();
    let ran = oidcheck(&[
        "run",
        "-p",
        arg(&file),
        "--max-time",
        "1",
        "--connect-timeout",
        "1s",
        "--deadline",
        "20s",
        "--quiet",
        "--report",
        "html,junit,markdown",
        "--out",
        arg(&out),
    ]);
    assert!(
        codes.contains(&ran.code),
        "{name}: {}\n{}\n{}",
        ran.code,
        ran.out,
        ran.err
    );
    // The deadline and some room for a busy machine; what hangs takes longer.
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "{name}: {:?}",
        begun.elapsed()
    );
    let run = read_json(&out.join("run.json"));
    assert!(!scenario_ids(&run).is_empty(), "{name}: {run}");
    assert_eq!(run["interrupted"], false, "{name}");
    // What stands in the report is not the hundred megabytes.
    let size = std::fs::metadata(out.join("run.json"))
        .expect("it is there")
        .len();
    assert!(size < 20_000_000, "{name}: {size}");
}

/// Each on a thread of its own, because most of them wait.
fn check_all(after_discovery: bool, rows: &[(Nonsense, &'static [i32])]) {
    thread::scope(|scope| {
        for (nonsense, codes) in rows {
            scope.spawn(move || {
                let name = format!("{nonsense:?}-{after_discovery}");
                check(&name, &provider(*nonsense, after_discovery), codes);
            });
        }
    });
}

#[test]
fn nonsense_instead_of_metadata_ends_the_run() {
    // What is answered, but is no metadata document, violates a requirement (OIDCD-4.2-1); what is not answered
    // can't be judged.
    check_all(
        false,
        &[
            (HundredMegabytes, &[3]),
            (EndlessRedirect, &[1]),
            (InvalidUtf8, &[1]),
            (Html, &[1]),
            (DeepJson, &[1]),
            (Silence, &[3]),
            (ClosedAtOnce, &[3]),
            (NoHttp, &[3]),
        ],
    );
}

#[test]
fn nonsense_behind_right_metadata_ends_the_run() {
    check_all(
        true,
        &[
            (HundredMegabytes, &[1, 3]),
            (EndlessRedirect, &[1, 3]),
            (InvalidUtf8, &[1, 3]),
            (Html, &[1, 3]),
            (DeepJson, &[1, 3]),
            (Silence, &[1, 3]),
            (ClosedAtOnce, &[1, 3]),
            (NoHttp, &[1, 3]),
        ],
    );
}

#[test]
fn nobody_there_ends_the_run() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port is free");
    check("refused", &format!("http://{port}"), &[3]);
}

#[test]
fn an_endpoint_that_cannot_be_asked_is_not_asked_elsewhere() {
    let issuer = provider_with(Html, true, unusable);
    let out = folder("unusable-endpoint");
    let file = provider_file(&out, &format!("issuer = \"{issuer}\"\n{FILE}"));
    let ids = ["OIDCD-3-6", "OIDCC-2-6", "RFC7009-2.2-1"];
    let run = ["run", "-p", arg(&file), "--out", arg(&out)];
    oidcheck(&[&run, &ids[..]].concat()).expect_code(1);
    let run = read_json(&out.join("run.json"));
    let outcomes = |id: &str| -> Vec<(String, String)> {
        let scenarios = run["scenarios"].as_array().map_or(&[][..], Vec::as_slice);
        let has_id = |s: &&Value| {
            s["tags"]
                .as_array()
                .is_some_and(|tags| tags.contains(&id.into()))
        };
        let told = |s: &Value| (s["outcome"].to_string(), s["reason"].to_string());
        scenarios.iter().filter(has_id).map(told).collect()
    };
    for (id, outcome, reason) in [
        ("OIDCD-3-6", "fail", ""),
        (
            "OIDCC-2-6",
            "error",
            "blocked by OIDCD-3-6: expected authorization_endpoint, a URL that can be asked",
        ),
        ("RFC7009-2.2-1", "error", "blocked by OIDCD-3-6"),
    ] {
        let all = outcomes(id);
        assert!(!all.is_empty(), "{id}");
        for (came, why) in all {
            assert_eq!(came, format!("\"{outcome}\""), "{id}: {why}");
            assert!(why.contains(reason), "{id}: {why}");
        }
    }
    let asked = run["exchanges"].as_array().map_or(&[][..], Vec::as_slice);
    for exchange in asked {
        let url = exchange["request"]["url"].as_str().unwrap_or_default();
        assert!(url.starts_with(&format!("{issuer}/.well-known/")), "{url}");
    }
}
