//! The mock IdP as a program.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mock_idp::{Algorithm, MockIdp, faults, runtime};
use tracing_subscriber::EnvFilter;

/// An OpenID Provider for tests that can break any single rule on request.
///
/// Prints `READY <issuer>` when it listens, and serves until it is interrupted. The issuer `<issuer>/f/<fault>` breaks
/// one rule; several faults are joined by `+`.
///
/// Example: mock-idp --tls --strict --port 8443 --ca-out ca.pem
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment)]
struct Arguments {
    /// Listen on this port of the loopback addresses; 0 lets the system choose
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Serve https, with a certificate authority that is made at start
    #[arg(long)]
    tls: bool,
    /// Know the clients and users of the manual only, and show login and consent pages
    #[arg(long)]
    strict: bool,
    /// Log in and consent by itself, also with --strict
    #[arg(long)]
    auto_approve: bool,
    /// Sign ID tokens with this algorithm: RS256, PS256, ES256 or EdDSA
    #[arg(long, default_value = "RS256", value_parser = algorithm)]
    signing: Algorithm,
    /// Serve with so many threads; by default with one for each core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Write the certificate authority, in PEM, to this file
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_out: Option<PathBuf>,
    /// Write the private key of the client conformance-private-key-jwt, in PEM, to this file
    #[arg(long, value_name = "FILE")]
    client_key_out: Option<PathBuf>,
    /// List the faults and exit
    #[arg(long)]
    faults: bool,
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    Algorithm::from_name(name).ok_or_else(|| "not one of RS256, PS256, ES256, EdDSA".to_owned())
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let served = runtime(arguments.threads)
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    if arguments.faults {
        for fault in faults() {
            say(&format!("{:<48} {}", fault.id, fault.summary));
        }
        return Ok(());
    }
    let mut builder = MockIdp::builder()
        .port(arguments.port)
        .signing(arguments.signing);
    builder = if arguments.tls {
        builder.tls()
    } else {
        builder.plain_hyper()
    };
    if arguments.strict {
        builder = builder.strict();
    }
    if arguments.auto_approve {
        builder = builder.auto_approve(true);
    }
    let idp = builder.start().await.map_err(|error| error.to_string())?;
    let files = [
        (arguments.ca_out, idp.ca_pem()),
        (arguments.client_key_out, Some(idp.client_key_pem())),
    ];
    for (path, text) in files {
        if let (Some(path), Some(text)) = (path, text) {
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
            say(&path.display().to_string());
        }
    }
    say(&format!("READY {}", idp.issuer()));
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| error.to_string())?;
    idp.shutdown().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the output of the program")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "the output of the program")]
fn complain(error: &str) {
    eprintln!("mock-idp: {error}");
}
