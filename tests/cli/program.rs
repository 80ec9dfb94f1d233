//! Runs the binary, and gives it something to run against.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use mock_idp::{Builder, MockIdp};
use serde_json::Value;

/// What a run of the binary came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Asserts the exit code, and shows all where it is another.
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// Asserts that stdout or stderr say it, wherever their lines end.
    pub(crate) fn says(self, text: &str) -> Self {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = flat(text);
        let said = [&self.out, &self.err]
            .iter()
            .any(|out| flat(out).contains(&expected));
        assert!(said, "`{text}` is not in:\n{}\n{}", self.out, self.err);
        self
    }
}

/// The binary with an environment of which nothing depends.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oidcheck"));
    command.args(arguments).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_LOG"] {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end.
pub(crate) fn oidcheck(arguments: &[&str]) -> Ran {
    Ran::of(command(arguments).output().expect("the binary starts"))
}

/// Runs it to its end while this process serves the provider.
pub(crate) async fn oidcheck_beside(arguments: &[&str]) -> Ran {
    beside(command(arguments)).await
}

/// Runs a command to its end while this process serves the provider.
pub(crate) async fn beside(mut command: Command) -> Ran {
    let output = tokio::task::spawn_blocking(move || command.output());
    Ran::of(
        output
            .await
            .expect("nobody panics")
            .expect("the binary starts"),
    )
}

/// An empty folder of this name.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("cli")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// The path as an argument.
pub(crate) fn arg(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| format!("{}: {e}", path.display()))
}

/// A file that is JSON.
pub(crate) fn read_json(path: &Path) -> Value {
    serde_json::from_str(&read(path)).unwrap_or_else(|e| Value::String(format!("no JSON: {e}")))
}

/// The ids of the scenarios of a run.
pub(crate) fn scenario_ids(run: &Value) -> Vec<&str> {
    let scenarios = run["scenarios"].as_array().map_or(&[][..], Vec::as_slice);
    scenarios.iter().filter_map(|s| s["id"].as_str()).collect()
}

/// A strict mock IdP in this process.
pub(crate) async fn mock(change: impl FnOnce(Builder) -> Builder) -> MockIdp {
    let builder = change(MockIdp::builder().strict().plain_hyper());
    builder.start().await.expect("the mock starts")
}

/// The provider file of the mock IdP, for one of its issuers.
pub(crate) fn preset(issuer: &str) -> String {
    include_str!("../../src/provider/presets/mock.toml")
        .replace("https://localhost:9443\"\n", &format!("{issuer}\"\n"))
}

/// Writes a provider file.
pub(crate) fn provider_file(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("provider.toml");
    std::fs::write(&path, text).expect("a file can be written");
    path
}
