//! `oidcheck run`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use mock_idp::MockIdp;

use crate::builtin;
use crate::conformance::{Conformance, Options};
use crate::error::ConfigError;
use crate::provider::ProviderConfig;

/// The options of `oidcheck run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The provider file; without it the built-in mock IdP is under test.
    #[arg(short = 'p', long)]
    provider: Option<PathBuf>,
    /// Chooses checks or scenarios.
    selector: Vec<String>,
}

pub(super) async fn run(args: RunArgs) -> Result<ExitCode, ConfigError> {
    let (conformance, idp) = match &args.provider {
        Some(path) => (Conformance::of(ProviderConfig::load(path)?), None),
        None => {
            let idp = MockIdp::builder()
                .strict()
                .tls()
                .start()
                .await
                .map_err(|e| ConfigError::new(e.to_string()))?;
            let config = builtin::provider(&idp, &idp.issuer())?;
            (
                Conformance::of(config).control(builtin::control(&idp)),
                Some(idp),
            )
        }
    };
    let run = conformance
        .options(Options {
            select: args.selector,
            ..Options::default()
        })
        .run()
        .await?;
    drop(idp);
    println!("{}", serde_json::to_string_pretty(&run).unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}
