//! Load scenarios: which flow, how much of it, and what it must hold.

mod file;
mod held;

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::{Threshold, Word};
use crate::duration;
use crate::error::ConfigError;

/// The scenarios inside the program, by name.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// The scenario that is run where none is named.
pub const DEFAULT: &str = "login";
/// More users than one machine can play.
pub(crate) const USERS_LIMIT: usize = 100_000;
/// More starts per second than one machine can make.
pub(crate) const RATE_LIMIT: f64 = 1e6;
/// Open workload: the connections that are allowed where the file does not say.
pub(crate) const CONNECTIONS: usize = 256;

/// A load scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name: that of the file, without `.toml`.
    pub name: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// The steps of one pass, repetitions written out.
    pub flow: Vec<Word>,
    /// Whether the same access token may be issued twice.
    pub access_tokens: AccessTokens,
    /// The part of the ID Tokens that is verified fully, from 0 to 1. The first one always is.
    pub id_tokens: f64,
    /// What is done before.
    pub setup: Setup,
    /// What is done afterwards.
    pub teardown: Teardown,
    /// How much of it.
    pub workload: Workload,
    /// The time before the measured time.
    pub warmup: Duration,
    /// The measured time.
    pub duration: Duration,
    /// What it must hold.
    pub thresholds: Vec<Threshold>,
    /// Parallel uses of what may be used once, after the measured time.
    pub races: Races,
}

/// Whether access tokens may repeat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokens {
    /// A repeated access token is an error of kind `repeated_token`.
    #[default]
    Fresh,
    /// A provider that hands out the same access token while it is valid is right to do so.
    MayRepeat,
}

/// What is done before the measured time, at no one's cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Setup {
    /// So many logins fill a pool of refresh tokens; each pass of the flow takes one.
    pub refresh_tokens: usize,
}

/// What is done after the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Teardown {
    /// Refresh tokens of the pool are revoked.
    pub revoke: bool,
}

/// Who decides when a pass begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Workload {
    /// Users, each of whom begins anew when the last pass has ended.
    Closed {
        /// How many.
        users: usize,
        /// They begin one after another over this time, which belongs to the warm-up.
        ramp: Duration,
    },
    /// The clock.
    Open {
        /// Starts of the flow per second at the end of the measured time.
        rate: f64,
        /// At its beginning; the same unless the rate is ramped.
        rate_from: f64,
        /// The most connections.
        connections: usize,
    },
}

/// Parallel uses of what may be used once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Races {
    /// Uses of one code at once; 0 for no race.
    pub code: usize,
    /// Uses of one refresh token at once; 0 for no race.
    pub refresh_token: usize,
    /// How often each is tried.
    pub rounds: usize,
}

impl Scenario {
    /// The names of the shipped scenarios with their summaries.
    ///
    /// # Errors
    /// Never in a program whose tests pass: a shipped scenario is wrong.
    pub fn shipped() -> Result<Vec<Self>, ConfigError> {
        SHIPPED
            .iter()
            .map(|(name, text)| Self::parse(&format!("scenarios/{name}.toml"), name, text))
            .collect()
    }

    /// A shipped scenario by its name, or the file at this path.
    ///
    /// # Errors
    /// There is neither, or something in it is wrong: file, key and line.
    pub fn load(name_or_path: &str) -> Result<Self, ConfigError> {
        if let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == name_or_path) {
            return Self::parse(&format!("scenarios/{name}.toml"), name, text);
        }
        let path = Path::new(name_or_path);
        if !name_or_path.contains(['/', '\\', '.']) {
            let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            return Err(ConfigError::new(format!(
                "no load scenario `{name_or_path}`; there are {names}, or give the path of a file"
            )));
        }
        let text = std::fs::read_to_string(path)
            .map_err(|e| ConfigError::file(name_or_path, format!("can't be read: {e}")))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse(name_or_path, &name, &text)
    }

    /// Reads the text of a scenario; `file` names it in errors.
    ///
    /// # Errors
    /// Something in it is wrong: file, key and line.
    pub fn parse(file: &str, name: &str, text: &str) -> Result<Self, ConfigError> {
        file::read(file, name, text)
    }

    /// The names of the requests of one pass, in their order.
    pub fn request_names(&self) -> Vec<&'static str> {
        request_names(&self.flow)
    }

    /// Whether the flow needs a user who logs in.
    pub fn needs_login(&self) -> bool {
        self.setup.refresh_tokens > 0
            || self.races != Races::default()
            || self
                .flow
                .iter()
                .any(|word| matches!(word, Word::Login | Word::Authorize))
    }
}

/// A length of time, and 0 where `may_be_zero`.
pub(crate) fn time(text: &str, may_be_zero: bool) -> Option<Duration> {
    if may_be_zero && matches!(text.trim(), "0" | "0s") {
        return Some(Duration::ZERO);
    }
    duration::parse(text)
}

/// Starts of the flow per second that make sense.
pub(crate) fn check_rate(rate: f64) -> Result<f64, String> {
    if rate > 0.0 && rate <= RATE_LIMIT {
        Ok(rate)
    } else {
        Err(format!(
            "is starts of the flow per second, more than 0 and up to {RATE_LIMIT}"
        ))
    }
}

/// What is wrong with a rule about a request that the flow never makes.
pub(crate) fn unknown_request(rule: &Threshold, flow: &[Word]) -> Option<String> {
    let request = rule.request()?;
    let names = request_names(flow);
    (!names.contains(&request)).then(|| {
        format!(
            "`{}`: no request `{request}` in this flow; there are {}",
            rule.rule(),
            names.join(", ")
        )
    })
}

fn request_names(flow: &[Word]) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for word in flow {
        let made: &[&'static str] = match word {
            Word::Login | Word::Authorize => &["authorize", "login"],
            other => &[other.as_str()],
        };
        for name in made {
            if !names.contains(name) {
                names.push(name);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests;
