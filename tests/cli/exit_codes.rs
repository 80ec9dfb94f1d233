//! Exit codes are a contract.

use crate::program::{arg, folder, mock, oidcheck, oidcheck_beside, preset, provider_file};

#[test]
fn each_exit_code_has_its_meaning() {
    for (arguments, code, says) in [
        (&["run", "OIDCC-2-6"][..], 0, "1 pass, 0 fail"),
        (
            &["run", "OIDCC-2-6", "--fault", "id_token.wrong_aud"],
            1,
            "✗ OIDCC-2-6 MUST",
        ),
        (&["run", "OIDCC-2-666"], 2, "the nearest names are OIDCC-2-"),
        (&["run", "--profile", "basics"], 2, "`basics` is no profile"),
        (
            &["run", "--fault", "id_token.rong_aud"],
            2,
            "the nearest names are id_token.wrong_aud",
        ),
        (&["run", "--no-such-option"], 2, "--no-such-option"),
        (
            &["run", "--max-time", "soon"],
            2,
            "a length of time is written",
        ),
        (
            &["run", "--report", "pdf"],
            2,
            "there is no report format `pdf`",
        ),
        (
            &["run", "-p", "no-such-file.toml"],
            2,
            "no-such-file.toml: can't be read",
        ),
        (&["run", "--issuer", "op.example"], 2, "is no http(s) URL"),
        (
            &["run", "-p", "x.toml", "--issuer", "https://x"],
            2,
            "cannot be used with",
        ),
        (
            &["run", "--rerun", "no-such-run.json"],
            2,
            "no-such-run.json: can't be read",
        ),
        (
            &["run", "--issuer", "http://127.0.0.1:9"],
            3,
            "can't be reached: Connection refused",
        ),
        (
            &["run", "OIDCC-2-6", "--skip", "OIDCC-2-6"],
            4,
            "leave nothing",
        ),
        (
            &["list", "OIDCC-2-6", "--skip", "OIDCC-2-6"],
            4,
            "leave nothing",
        ),
        (
            &["explain", "OIDCC-2-666"],
            2,
            "the nearest ids are OIDCC-2-",
        ),
        (&["init", "keyclock"], 2, "the nearest names are keycloak"),
        (
            &["report", "Cargo.toml"],
            2,
            "Cargo.toml:1: is no saved run",
        ),
    ] {
        oidcheck(arguments).expect_code(code).says(says);
    }
}

#[test]
fn every_subcommand_has_an_example() {
    for name in [
        "run", "doctor", "list", "steps", "explain", "init", "mock", "report",
    ] {
        oidcheck(&[name, "--help"])
            .expect_code(0)
            .says(&format!("oidcheck {name}"))
            .says("Example");
    }
    oidcheck(&["--help"]).expect_code(0).says("Exit codes:");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_user_all_is_skipped() {
    let idp = mock(|builder| builder).await;
    oidcheck_beside(&["run", "--issuer", &idp.issuer(), "OIDCC-2-6"])
        .await
        .expect_code(4)
        .says("registered client")
        .says("the provider file has no [[user]]")
        .says("all scenarios were skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_deviation_does_not_fail_and_a_stale_one_may() {
    let idp = mock(|builder| builder).await;
    let known = "\n[[known]]\nrequirement = \"OIDCC-2-6\"\nreason = \"decided so\"\n";
    for (issuer, more, code, says) in [
        (
            idp.issuer_with("id_token.wrong_aud"),
            "",
            0,
            "known:  decided so",
        ),
        (idp.issuer(), "", 0, "Known deviations that no longer occur"),
        (
            idp.issuer(),
            "--deny-stale",
            1,
            "Known deviations that no longer occur",
        ),
    ] {
        let folder = folder(&format!("known-{code}-{}", issuer.contains("/f/")));
        let file = provider_file(&folder, &(preset(&issuer) + known));
        let mut arguments = vec!["run", "-p", arg(&file), "OIDCC-2-6"];
        arguments.extend((!more.is_empty()).then_some(more));
        oidcheck_beside(&arguments)
            .await
            .expect_code(code)
            .says(says);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_may_come_with_a_user() {
    let idp = crate::program::mock(|builder| builder).await;
    let issuer = idp.issuer();
    let run = ["run", "OIDCC-2-6", "--issuer", &issuer];
    let user = ["--username", "alice", "--password-env", "ALICE_PASSWORD"];
    for (more, password, code, says) in [
        (&[][..], None, 4, "the provider file has no [[user]]"),
        (&user[..], Some("wonderland-pw-1"), 0, "1 pass"),
        (
            &user[..],
            None,
            2,
            "the environment variable `ALICE_PASSWORD` is not set",
        ),
        (&user[..2], None, 2, "--password-env"),
    ] {
        let mut command = crate::program::command(&[&run, more].concat());
        command.env_remove("ALICE_PASSWORD");
        command.envs(password.map(|value| ("ALICE_PASSWORD", value)));
        crate::program::beside(command)
            .await
            .expect_code(code)
            .says(says);
    }
}
