//! Providers that can't be loaded, and those that go away.

use std::time::Duration;

use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{incident, saved};
use crate::program::{
    arg, beside, command, folder, mock, oidcheck, oidcheck_beside, preset, provider_file,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_dies_in_the_middle_is_counted_and_the_run_goes_on() {
    let idp = mock(|builder| builder).await;
    let out = folder("load-dies");
    let file = provider_file(&out, &preset(&idp.issuer()));
    let arguments = [
        "load",
        "client_credentials",
        "-p",
        arg(&file),
        "--rate",
        "50",
        "--warmup",
        "0",
        "--duration",
        "3s",
        "--out",
        arg(&out),
    ];
    let load = tokio::spawn(beside(command(&arguments)));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    drop(idp);
    let ran = load.await.expect("nobody panics");
    ran.expect_code(1)
        .says("failed error-rate<1%")
        .says("client_credentials connect x");
    let run = saved(&out);
    assert_eq!(run["duration_ms"], 3000);
    assert_eq!(run["all"]["count"], 150);
    let incident = incident(&run, "connect");
    assert_eq!(incident["wrong"], false);
    // After the first answers, and not at the end.
    let first = incident["first_at_ms"].as_i64().expect("a number");
    assert!((1..2500).contains(&first), "{first}");
    assert!(run["flows"]["completed"].as_u64() > Some(0));
}

#[test]
fn a_provider_that_is_not_there_is_no_result() {
    let out = folder("load-down");
    for scenario in ["discovery", "client_credentials", "login"] {
        let file = provider_file(&out, &preset("http://127.0.0.1:9"));
        let reports = out.join("reports");
        oidcheck(&["load", scenario, "-p", arg(&file), "--out", arg(&reports)])
            .expect_code(3)
            .says("127.0.0.1:9 can't be reached");
        assert!(!reports.exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_that_all_fail_are_said_before_the_load() {
    let idp = mock(|builder| builder).await;
    let out = folder("load-no-login");
    let wrong = preset(&idp.issuer()).replace("password = \"", "password = \"wrong-");
    let file = provider_file(&out, &wrong);
    oidcheck_beside(&[
        "load",
        "token_refresh",
        "-p",
        arg(&file),
        "--duration",
        "1s",
    ])
    .await
    .expect_code(3)
    .says("no login succeeded");
}

#[test]
fn drivers_that_ask_somebody_else_are_refused() {
    let out = folder("load-drivers");
    for driver in ["\"manual\"", "\"command\"\ncommand = [\"true\"]"] {
        let text = preset("http://127.0.0.1:9")
            .replace("driver = \"form\"", &format!("driver = {driver}"));
        assert!(text.contains(driver));
        let file = provider_file(&out, &text);
        for scenario in ["login", "token_refresh"] {
            oidcheck(&["load", scenario, "-p", arg(&file)])
                .expect_code(2)
                .says("under load the login driver is `form` or `none`");
        }
        // Where nobody logs in it does not matter.
        oidcheck(&["load", "client_credentials", "-p", arg(&file)])
            .expect_code(3)
            .says("can't be reached");
    }
}

/// A provider that can be found and sends who logs in to another host; its keys are at `keys`.
async fn leads_elsewhere(keys: &str) -> MockServer {
    let server = MockServer::start().await;
    let at = |name: &str| format!("{}/{name}", server.uri());
    let metadata = json!({
        "issuer": server.uri(),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": match keys {
            "" => at("jwks"),
            elsewhere => elsewhere.to_owned(),
        },
    });
    let found = ResponseTemplate::new(200);
    let redirect = ResponseTemplate::new(302);
    for (place, answer) in [
        (
            "/.well-known/openid-configuration",
            found.clone().set_body_json(metadata),
        ),
        ("/jwks", found.set_body_json(json!({ "keys": [] }))),
        (
            "/authorize",
            redirect.insert_header("location", "https://elsewhere.invalid/login"),
        ),
    ] {
        let mock = Mock::given(path(place)).respond_with(answer);
        mock.mount(&server).await;
    }
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_leads_to_another_host_is_not_followed() {
    let out = folder("load-elsewhere");
    for (keys, code, says) in [
        ("", 3, "the login leads to a page on `elsewhere.invalid`"),
        (
            "https://elsewhere.invalid/jwks",
            2,
            "jwks_uri of the metadata is on `elsewhere.invalid`",
        ),
    ] {
        let server = leads_elsewhere(keys).await;
        let file = provider_file(&out, &preset(&server.uri()));
        for workload in [
            ["login", "--rate", "20"],
            ["login", "--users", "2"],
            ["token_refresh", "--rate", "20"],
        ] {
            let mut arguments = vec!["load", "-p", arg(&file), "--duration", "2s"];
            arguments.extend(workload);
            oidcheck_beside(&arguments)
                .await
                .expect_code(code)
                .says(says)
                .says("--allow-host elsewhere.invalid");
        }
    }
}
