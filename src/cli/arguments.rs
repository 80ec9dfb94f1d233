//! Options that several subcommands have, and how they are read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::exit;
use super::terminal::Terminal;
use crate::conformance::Options;
use crate::duration;
use crate::error::ConfigError;
#[cfg(feature = "load")]
use crate::http::ClientOptions;
use crate::login::Credentials;
use crate::provider::ProviderConfig;
use crate::report::Format;
use crate::requirement::Level;

/// Which provider is asked, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Provider")]
pub(super) struct ProviderArgs {
    /// The provider file (`oidcheck init` writes one)
    #[arg(short, long, value_name = "FILE")]
    pub(super) provider: Option<PathBuf>,
    /// The issuer, without a provider file; a client is registered where registration is open
    #[arg(long, value_name = "URL", conflicts_with = "provider")]
    pub(super) issuer: Option<String>,
    /// Who logs in, without a provider file
    #[arg(long, value_name = "NAME", requires_all = ["issuer", "password_env"])]
    username: Option<String>,
    /// The environment variable that holds the user's password
    #[arg(long, value_name = "VARIABLE", requires = "username")]
    password_env: Option<String>,
    /// Certificates to trust besides those of the system (PEM)
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Takes any certificate
    #[arg(short = 'k', long)]
    insecure: bool,
    /// The longest that a connection may take to be made
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "5s")]
    connect_timeout: Duration,
    /// The longest that one exchange may take
    #[arg(short = 'm', long, value_name = "TIME", value_parser = time, default_value = "10s")]
    max_time: Duration,
}

impl ProviderArgs {
    /// What the options say about the provider; none where they name none.
    pub(super) fn config(&self) -> Result<Option<ProviderConfig>, ConfigError> {
        let mut config = match (&self.provider, &self.issuer) {
            (Some(path), _) => ProviderConfig::load(path)?,
            (None, Some(issuer)) => ProviderConfig::of_issuer(issuer),
            (None, None) => return Ok(None),
        };
        if let (Some(username), Some(variable)) = (&self.username, &self.password_env) {
            let password = std::env::var(variable).map_err(|_| {
                ConfigError::new(format!(
                    "--password-env: the environment variable `{variable}` is not set"
                ))
            })?;
            config.users.push(Credentials {
                username: username.clone(),
                password,
            });
        }
        if let Some(path) = &self.cacert {
            config.cacert = Some(read(path)?);
        }
        Ok(Some(config))
    }

    /// Whether a provider is named, so that it is not the built-in mock IdP.
    pub(super) fn is_named(&self) -> bool {
        self.provider.is_some() || self.issuer.is_some()
    }

    /// How the provider is asked in a load run.
    #[cfg(feature = "load")]
    pub(super) fn client_options(&self) -> ClientOptions {
        ClientOptions {
            max_time: self.max_time,
            connect_timeout: self.connect_timeout,
            insecure: self.insecure,
            ..ClientOptions::default()
        }
    }

    /// How the provider is asked.
    pub(super) fn apply(&self, options: &mut Options) {
        options.insecure = self.insecure;
        options.connect_timeout = self.connect_timeout;
        options.max_time = self.max_time;
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path)
        .map_err(|e| ConfigError::file(path.display().to_string(), format!("can't be read: {e}")))
}

/// Which scenarios and checks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectionArgs {
    /// A tag (@x), a file or file:line, a requirement id or a prefix of ids, a scenario's id, or the name of a
    /// feature; several mean "or"
    #[arg(value_name = "SELECTOR")]
    select: Vec<String>,
    /// Leaves out what this selector chooses; may be repeated
    #[arg(long, value_name = "SELECTOR")]
    skip: Vec<String>,
    /// The profile (basic, config, …) [default: all]
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// The weakest level that is judged: must (MUST, STATED), should (SHOULD and DERIVED too) or may (all)
    #[arg(long, value_name = "LEVEL", value_enum)]
    level: Option<Weakest>,
    /// Adds the features (and the requirements.toml) of a folder; may be repeated
    #[arg(long, value_name = "DIR")]
    features: Vec<PathBuf>,
}

impl SelectionArgs {
    pub(super) fn apply(&self, options: &mut Options) {
        options.select.clone_from(&self.select);
        options.skip.clone_from(&self.skip);
        if let Some(profile) = &self.profile {
            options.profile.clone_from(profile);
        }
        options.level = self.level.map(Weakest::level);
        options.features.clone_from(&self.features);
    }
}

/// The weakest level that is judged.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Weakest {
    Must,
    Should,
    May,
}

impl Weakest {
    fn level(self) -> Level {
        match self {
            Self::Must => Level::Must,
            Self::Should => Level::Should,
            Self::May => Level::May,
        }
    }
}

/// What is written, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct OutputArgs {
    /// Reports to write: json, junit, html, markdown
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    pub(super) report: Vec<Format>,
    /// The folder for reports [default: reports/latest where one is asked for]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// No progress on stderr
    #[arg(short, long)]
    pub(super) quiet: bool,
}

impl OutputArgs {
    /// Says what was written, or why it could not be; gives the exit code, which was `code` until now.
    pub(super) fn tell(
        &self,
        written: Result<Vec<PathBuf>, String>,
        code: u8,
        terminal: Terminal,
    ) -> u8 {
        match written {
            Ok(paths) => {
                for path in paths.iter().filter(|_| !self.quiet) {
                    terminal.say(&format!("wrote {}", path.display()));
                }
                code
            }
            Err(error) => {
                terminal.complain(&error);
                match code {
                    exit::FAILED => code,
                    _ => exit::UNJUDGED,
                }
            }
        }
    }
}

/// A length of time on the command line.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    duration::parse(text).ok_or_else(|| duration::EXPECTED.to_owned())
}

/// How `list`, `doctor` and others write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TextFormat {
    #[default]
    Text,
    Json,
}
