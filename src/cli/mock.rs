//! `oidcheck mock`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use mock_idp::MockIdp;

use super::exit;
use super::signals::Signals;
use super::terminal::Terminal;
use crate::conformance::nearest;
use crate::error::ConfigError;
use crate::report::console::Style;

const EXAMPLES: &str = "\
Examples:
  oidcheck mock --port 9000                  any client and any redirect_uri will do, nobody is asked
  oidcheck mock --strict --tls --ca-out ca.pem
  oidcheck mock --faults                     what it can break";

/// Serves the mock IdP, which can break any single rule
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct MockArgs {
    /// The port on the loopback addresses; 0 lets the system choose
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Serves https; the certificate authority is made at start
    #[arg(long)]
    tls: bool,
    /// Knows registered clients and redirect URIs only, and shows real login and consent pages
    #[arg(long)]
    strict: bool,
    /// Serves with so many threads [default: one for each core]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,
    /// Writes the certificate of the authority (PEM)
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_out: Option<PathBuf>,
    /// Writes the private key of the client conformance-private-key-jwt (PEM)
    #[arg(long, value_name = "FILE")]
    client_key_out: Option<PathBuf>,
    /// Lists the faults, and what each breaks
    #[arg(long)]
    faults: bool,
}

pub(super) async fn mock(args: MockArgs, terminal: Terminal) -> Result<u8, ConfigError> {
    if args.faults {
        terminal.print(&faults(terminal.out));
        return Ok(exit::PASSED);
    }
    let mut signals = Signals::listen();
    let builder = MockIdp::builder().port(args.port);
    let builder = if args.tls {
        builder.tls()
    } else {
        builder.plain_hyper()
    };
    let builder = if args.strict {
        builder.strict()
    } else {
        builder
    };
    let idp = builder
        .start()
        .await
        .map_err(|e| ConfigError::new(format!("the mock IdP does not start: {e}")))?;
    let files = [
        (&args.ca_out, idp.ca_pem()),
        (&args.client_key_out, Some(idp.client_key_pem())),
    ];
    for (path, text) in files {
        if let (Some(path), Some(text)) = (path, text) {
            std::fs::write(path, text).map_err(|e| {
                ConfigError::file(path.display().to_string(), format!("can't be written: {e}"))
            })?;
            terminal.print(&format!("{}\n", path.display()));
        }
    }
    terminal.print(&format!("READY {}\n", idp.issuer()));
    terminal.say(&format!(
        "A fault is switched on by the issuer's path: {}\nThe clients and users stand in `oidcheck init mock`. Ctrl-C ends it.",
        idp.issuer_with("id_token.wrong_aud")
    ));
    signals.next().await;
    idp.shutdown().await;
    Ok(exit::PASSED)
}

fn faults(style: Style) -> String {
    let faults = mock_idp::faults();
    let mut text = String::new();
    for fault in faults {
        text += &format!(
            "{}  {}\n",
            style.bold(&format!("{:<44}", fault.id)),
            if fault.shows_under_load() {
                "under load".to_owned()
            } else {
                fault.breaks.join(" ")
            }
        );
        text += &format!("    {}\n", fault.summary);
    }
    text + &format!(
        "\n{} faults. `oidcheck run --fault ID` runs against a mock with one; the issuer path /f/ID+ID switches them on.\n",
        faults.len()
    )
}

/// Whether the mock IdP knows the fault; the nearest names if not.
pub(super) fn check_fault(id: &str) -> Result<(), ConfigError> {
    let all = || mock_idp::faults().iter().map(|fault| fault.id);
    if all().any(|known| known == id) {
        return Ok(());
    }
    Err(ConfigError::new(format!(
        "`{id}` is no fault; the nearest names are {}",
        nearest(id, all()).join(", ")
    )))
}
