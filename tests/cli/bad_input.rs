//! A wrong provider file names file, key and line.

use crate::program::{arg, folder, oidcheck, provider_file};

#[test]
fn a_wrong_provider_file_is_told_with_its_line() {
    let good = "issuer = \"https://op.example\"\n[[client]]\nid = \"a\"\nauth = \"client_secret_basic\"\n\
                secret = \"0123456789\"\nredirect_uris = [\"https://localhost/cb\"]\n";
    let known = |id: &str| format!("{good}[[known]]\nrequirement = \"{id}\"\nreason = \"x\"\n");
    for (text, says) in [
        (good.replace("issuer", "isuer"), "provider.toml:1: "),
        (
            good.replace("https://op", "op"),
            "provider.toml:1: `issuer` is no URL",
        ),
        (good.replace("_basic", "_basics"), "provider.toml:4: "),
        (
            good.replace("secret = ", "secret_env = "),
            "provider.toml:5: `secret_env`: the environment variable",
        ),
        (
            good.replace("secret = \"0123456789\"\n", ""),
            "`secret_env` (or `secret`) is missing",
        ),
        (
            good.replace("https://localhost/cb", "localhost"),
            "provider.toml:6: `redirect_uris` is no URL",
        ),
        (
            format!("cacert = \"no-such.pem\"\n{good}"),
            "provider.toml:1: `cacert`: ",
        ),
        (
            format!("{good}[login]\ndriver = \"forms\"\n"),
            "provider.toml:8: ",
        ),
        (
            format!("{good}[capabilities]\nteleport = true\n"),
            "provider.toml:8: `teleport` is no capability",
        ),
        (known("teleport"), "provider.toml:7: "),
        (
            known("OIDCC-2-666"),
            "provider.toml:7: [[known]] names `OIDCC-2-666`, which is no known requirement",
        ),
        (
            format!("{good}[[known]]\nrequirement = \"OIDCC-2-6\"\n"),
            "missing field `reason`",
        ),
        (
            format!("{good}[login]\ndriver = \"manual\"\n"),
            "needs a person at a terminal",
        ),
    ] {
        let file = provider_file(&folder("bad-file"), &text);
        for command in ["run", "doctor"] {
            oidcheck(&[command, "-p", arg(&file)])
                .expect_code(2)
                .says(says);
        }
    }
}

#[test]
fn a_run_that_does_not_begin_leaves_no_folder() {
    let folder = folder("no-folder");
    let out = folder.join("new").join("reports");
    for arguments in [
        &["OIDCC-2-666"][..],
        &["--profile", "basics"],
        &["--issuer", "op.example"],
    ] {
        let more = ["--report", "html", "--out", arg(&out)];
        oidcheck(&[&["run"], arguments, &more].concat()).expect_code(2);
        assert!(!folder.join("new").exists(), "{arguments:?}");
    }
    // What was there before stays.
    std::fs::create_dir_all(&out).expect("a folder can be made");
    oidcheck(&["run", "OIDCC-2-666", "--out", arg(&out)]).expect_code(2);
    assert!(out.exists());
}
