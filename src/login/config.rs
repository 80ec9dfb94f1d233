//! The `[login]` table of a provider file.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::{CommandDriver, FormDriver, LoginDriver, ManualDriver, NoLogin, PageRule, Prompt};
use crate::duration;
use crate::error::ConfigError;

/// A machine needs no longer for a login.
const MACHINE_TIME: Duration = Duration::from_secs(60);
/// A person may.
const PERSON_TIME: Duration = Duration::from_secs(300);

/// How the user logs in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginConfig {
    /// Which driver.
    #[serde(default)]
    pub driver: DriverKind,
    /// What to do on pages that the driver `form` does not understand by itself; the first that matches a page
    /// counts.
    #[serde(default, rename = "page")]
    pub pages: Vec<PageRule>,
    /// The program of the driver `command`, with its arguments.
    pub command: Option<Vec<String>>,
    /// How long one journey may take: `"90s"`, `"2m"` or seconds. By default one minute, and five for `manual`.
    #[serde(default, deserialize_with = "length_of_time")]
    pub max_time: Option<Duration>,
}

/// The login drivers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DriverKind {
    /// Follows redirects, touches nothing.
    None,
    /// Fills plain HTML forms.
    #[default]
    Form,
    /// Runs a program of the user's.
    Command,
    /// Asks the person at the terminal.
    Manual,
}

/// The driver that the table asks for.
///
/// # Errors
/// The keys don't fit together, or `manual` is asked for where nobody sits at a terminal.
pub fn driver(config: &LoginConfig) -> Result<Arc<dyn LoginDriver>, ConfigError> {
    build(config, None)
}

/// The same, with a person to ask.
///
/// # Errors
/// The keys don't fit together.
pub fn driver_with_prompt(
    config: &LoginConfig,
    prompt: Arc<dyn Prompt>,
) -> Result<Arc<dyn LoginDriver>, ConfigError> {
    build(config, Some(prompt))
}

fn build(
    config: &LoginConfig,
    prompt: Option<Arc<dyn Prompt>>,
) -> Result<Arc<dyn LoginDriver>, ConfigError> {
    let kind = config.driver;
    if !config.pages.is_empty() && kind != DriverKind::Form {
        return Err(ConfigError::new(
            "[[login.page]] is for login.driver = \"form\" alone",
        ));
    }
    if config.command.is_some() && kind != DriverKind::Command {
        return Err(ConfigError::new(
            "login.command is for login.driver = \"command\" alone",
        ));
    }
    let machine_time = config.max_time.unwrap_or(MACHINE_TIME);
    Ok(match kind {
        DriverKind::None => Arc::new(NoLogin::new(machine_time)),
        DriverKind::Form => Arc::new(FormDriver::new(config.pages.clone(), machine_time)),
        DriverKind::Command => {
            let command = config.command.as_deref().unwrap_or_default();
            let Some((program, arguments)) = command.split_first() else {
                return Err(ConfigError::new(
                    "login.driver = \"command\" needs login.command = [\"program\", \"argument\", …]",
                ));
            };
            Arc::new(CommandDriver::new(program, arguments, machine_time))
        }
        DriverKind::Manual => {
            let prompt = prompt.ok_or_else(|| {
                ConfigError::new("login.driver = \"manual\" needs a person at a terminal")
            })?;
            Arc::new(ManualDriver::new(
                prompt,
                config.max_time.unwrap_or(PERSON_TIME),
            ))
        }
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Seconds(f64),
    Text(String),
}

fn length_of_time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let written = Written::deserialize(deserializer).map_err(|_| bad_length())?;
    let length = match written {
        Written::Seconds(seconds) => duration::of_seconds(seconds),
        Written::Text(text) => duration::parse(&text),
    };
    length.map(Some).ok_or_else(bad_length)
}

fn bad_length<E: serde::de::Error>() -> E {
    E::custom(duration::EXPECTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<LoginConfig, String> {
        toml::from_str(text).map_err(|e| e.message().to_owned())
    }

    #[test]
    fn the_table_of_the_documentation() {
        let config = read(
            r##"driver = "form"
            max_time = "2m"
            [[page]]
            match = "*/login-actions/authenticate*"
            fill = { username = "$username", password = "$password" }
            submit = "#kc-login""##,
        )
        .unwrap();
        assert_eq!(config.pages.len(), 1);
        assert_eq!(config.max_time, Some(Duration::from_secs(120)));
        assert_eq!(driver(&config).unwrap().name(), "form");
        assert_eq!(driver(&LoginConfig::default()).unwrap().name(), "form");
    }

    #[test]
    fn every_driver_can_be_built() {
        for (text, name) in [
            ("driver = 'none'", "none"),
            ("driver = 'form'", "form"),
            (
                "driver = 'command'\ncommand = ['x']\nmax_time = 5",
                "command",
            ),
        ] {
            assert_eq!(driver(&read(text).unwrap()).unwrap().name(), name);
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            ("driver = 'forms'", "unknown variant `forms`"),
            ("dirver = 'form'", "unknown field `dirver`"),
            ("max_time = 'long'", "a length of time is written"),
            ("max_time = -1", "a length of time is written"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        for (text, expected) in [
            ("driver = 'command'", "needs login.command"),
            ("driver = 'command'\ncommand = []", "needs login.command"),
            ("command = ['x']", "login.command is for"),
            (
                "driver = 'none'\n[[page]]\nmatch = '*'",
                "[[login.page]] is for",
            ),
            ("driver = 'manual'", "needs a person"),
        ] {
            let error = driver(&read(text).unwrap()).unwrap_err();
            assert!(error.message.contains(expected), "{error}");
        }
    }
}
