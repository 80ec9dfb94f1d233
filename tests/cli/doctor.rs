//! `oidcheck doctor` names the field to change.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use serde_json::Value;

use crate::program::{arg, folder, mock, oidcheck, oidcheck_beside, preset, provider_file};

#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_is_named_with_its_field() {
    let idp = mock(|builder| builder).await;
    let right = preset(&idp.issuer());
    let once = |from: &str, to: &str| right.replacen(from, to, 1);
    for (text, code, says) in [
        (right.clone(), 0, "✓ client conformance-cc"),
        (
            preset(&format!("{}/", idp.issuer())),
            2,
            "change: issuer = \"",
        ),
        (preset("http://127.0.0.1:9"), 3, "can't be reached"),
        (
            once("secret-0123456789", "secret-wrong"),
            2,
            "change: secret_env (or secret), auth or id of [[client]] \"conformance-client\"",
        ),
        (
            once("wonderland-pw-1", "wrong-password"),
            2,
            "change: password_env (or password) of [[user]] \"alice\"",
        ),
        (
            once("8765/callback", "8765/elsewhere"),
            2,
            "change: redirect_uris of [[client]] \"conformance-client\": register https://127.0.0.1:8765/elsewhere",
        ),
        (
            once("id = \"conformance-client\"", "id = \"nobody\""),
            2,
            "of [[client]] \"nobody\"",
        ),
    ] {
        let file = provider_file(&folder("doctor"), &text);
        oidcheck_beside(&["doctor", "-p", arg(&file)])
            .await
            .expect_code(code)
            .says(says);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_not_trusted_is_named() {
    let idp = mock(mock_idp::Builder::tls).await;
    let folder = folder("doctor-tls");
    let file = provider_file(&folder, &preset(&idp.issuer()));
    oidcheck_beside(&["doctor", "-p", arg(&file)])
        .await
        .expect_code(2)
        .says("change: cacert: ");
    let ca = folder.join("ca.pem");
    std::fs::write(&ca, idp.ca_pem().expect("it speaks TLS")).expect("a file can be written");
    oidcheck_beside(&["doctor", "-p", arg(&file), "--cacert", arg(&ca)])
        .await
        .expect_code(0);
    oidcheck_beside(&["doctor", "-p", arg(&file), "--insecure"])
        .await
        .expect_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lacking_is_counted() {
    let idp = mock(|builder| builder).await;
    let ran = oidcheck_beside(&["doctor", "--issuer", &idp.issuer(), "--format", "json"])
        .await
        .expect_code(0);
    let value: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!(value["exit_code"], 0);
    let lacking = value["diagnosis"]["lacking"].as_array().expect("a list");
    let user = lacking
        .iter()
        .find(|lack| lack["capability"] == "user")
        .expect("no user");
    assert!(user["skips"].as_u64() > Some(0), "{user}");
    assert!(
        user["reason"]
            .as_str()
            .is_some_and(|r| r.contains("[[user]]")),
        "{user}"
    );
}

#[test]
fn a_page_that_is_not_understood_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let issuer = format!("http://{}", listener.local_addr().expect("it is bound"));
    let metadata = serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
    })
    .to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 8192];
            let n = stream.read(&mut request).unwrap_or_default();
            let request = String::from_utf8_lossy(&request[..n]).into_owned();
            let (media_type, body) = if request.starts_with("GET /.well-known/") {
                ("application/json", metadata.as_str())
            } else {
                (
                    "text/html",
                    "<form method=post><p>Solve this riddle<input name=riddle required><button name=a>Left</button>\
                     <button name=b>Right</button></form>",
                )
            };
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            // Whoever asked may have gone away.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let file = provider_file(&folder("doctor-riddle"), &preset(&issuer));
    oidcheck(&["doctor", "-p", arg(&file)])
        .expect_code(2)
        .says("a page was not understood")
        .says("change: [[login.page]]");
}
