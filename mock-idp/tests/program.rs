//! The program.

use std::process::Stdio;

use reqwest::{Certificate, Client};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

#[tokio::test]
async fn it_says_where_it_is_and_writes_its_authority() {
    let ca = std::env::temp_dir().join(format!("mock-idp-ca-{}.pem", std::process::id()));
    let mut child = Command::new(env!("CARGO_BIN_EXE_mock-idp"))
        .args(["--tls", "--strict", "--ca-out"])
        .arg(&ca)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let issuer = loop {
        let line = lines
            .next_line()
            .await
            .unwrap()
            .expect("a line that says READY");
        if let Some(issuer) = line.strip_prefix("READY ") {
            break issuer.to_owned();
        }
        assert_eq!(line, ca.display().to_string());
    };
    let pem = std::fs::read(&ca).unwrap();
    std::fs::remove_file(&ca).unwrap();
    let http = Client::builder()
        .no_proxy()
        .tls_certs_only([Certificate::from_pem(&pem).unwrap()])
        .build()
        .unwrap();
    let url = format!("{issuer}/.well-known/openid-configuration");
    let document: serde_json::Value = http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(document["issuer"], issuer);
    child.kill().await.unwrap();
}

#[tokio::test]
async fn it_lists_the_faults() {
    let output = Command::new(env!("CARGO_BIN_EXE_mock-idp"))
        .arg("--faults")
        .output()
        .await
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), mock_idp::faults().len());
    assert!(text.contains("id_token.wrong_aud"));
}
