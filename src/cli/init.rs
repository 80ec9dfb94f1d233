//! `oidcheck init`.

use clap::Args;

use super::exit;
use super::terminal::Terminal;
use crate::conformance::nearest;
use crate::error::ConfigError;
use crate::provider::presets::PRESETS;

const EXAMPLES: &str = "\
Examples:
  oidcheck init                              lists the presets
  oidcheck init keycloak > provider.toml     begins with one
  oidcheck doctor -p provider.toml           says what is wrong with it";

/// Prints a provider file to begin with
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct InitArgs {
    /// The preset; without one they are listed
    preset: Option<String>,
}

pub(super) fn init(args: &InitArgs, terminal: Terminal) -> Result<u8, ConfigError> {
    let Some(name) = &args.preset else {
        let width = PRESETS
            .iter()
            .map(|p| p.name.len())
            .max()
            .unwrap_or_default();
        for preset in PRESETS {
            let name = terminal.out.bold(&format!("{:<width$}", preset.name));
            terminal.print(&format!("{name}  {}\n", preset.summary()));
        }
        return Ok(exit::PASSED);
    };
    match PRESETS.iter().find(|preset| preset.name == name) {
        Some(preset) => {
            terminal.print(preset.text);
            if !preset.known().is_empty() {
                terminal.print(&format!("\n{}", preset.known()));
            }
            Ok(exit::PASSED)
        }
        None => Err(ConfigError::new(format!(
            "`{name}` is no preset; the nearest names are {}",
            nearest(name, PRESETS.iter().map(|preset| preset.name)).join(", ")
        ))),
    }
}
