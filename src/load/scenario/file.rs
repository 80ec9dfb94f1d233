//! The file of a scenario.

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::held::Held;
use super::{
    AccessTokens, CONNECTIONS, Races, Scenario, Setup, Teardown, USERS_LIMIT, Workload, check_rate,
    time, unknown_request,
};
use crate::duration;
use crate::error::ConfigError;
use crate::load::{Threshold, Word};

/// More steps than any flow has, repetitions counted.
const FLOW_LIMIT: usize = 1000;

/// Reads a scenario; `file` names the text in errors.
///
/// # Errors
/// Something in it is wrong: file, key and line.
pub(super) fn read(file: &str, name: &str, text: &str) -> Result<Scenario, ConfigError> {
    let raw: FileText = toml::from_str(text).map_err(|e| ConfigError::toml(file, text, &e))?;
    Reader { file, text }.read(name, raw)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    summary: Option<String>,
    flow: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    access_tokens: AccessTokens,
    id_tokens: Option<Spanned<f64>>,
    #[serde(default)]
    setup: SetupText,
    #[serde(default)]
    teardown: TeardownText,
    workload: Spanned<WorkloadText>,
    #[serde(default)]
    thresholds: Vec<Spanned<String>>,
    races: Option<RacesText>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetupText {
    refresh_tokens: Option<Spanned<usize>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TeardownText {
    #[serde(default)]
    revoke: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkloadText {
    users: Option<Spanned<usize>>,
    ramp: Option<Spanned<toml::Value>>,
    rate: Option<Spanned<f64>>,
    rate_from: Option<Spanned<f64>>,
    connections: Option<Spanned<usize>>,
    duration: Option<Spanned<toml::Value>>,
    warmup: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RacesText {
    code: Option<Spanned<usize>>,
    refresh_token: Option<Spanned<usize>>,
    rounds: Option<Spanned<usize>>,
}

type Span = std::ops::Range<usize>;

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn read(&self, name: &str, raw: FileText) -> Result<Scenario, ConfigError> {
        let setup = Setup {
            refresh_tokens: match raw.setup.refresh_tokens {
                Some(n) => self.within("refresh_tokens", &n, 1, USERS_LIMIT)?,
                None => 0,
            },
        };
        let id_tokens = match raw.id_tokens {
            Some(part) if (0.0..=1.0).contains(part.get_ref()) => part.into_inner(),
            Some(part) => {
                return Err(self.wrong(part.span(), "`id_tokens` is a part, from 0 to 1"));
            }
            None => 0.05,
        };
        let flow = self.flow(&raw.flow, setup)?;
        let (span, raw_workload) = (raw.workload.span(), raw.workload.into_inner());
        let thresholds = raw
            .thresholds
            .iter()
            .map(|rule| {
                let threshold: Threshold = rule
                    .get_ref()
                    .parse()
                    .map_err(|why| self.wrong(rule.span(), format!("`thresholds`: {why}")))?;
                self.known_request(rule.span(), &threshold, &flow)?;
                Ok(threshold)
            })
            .collect::<Result<_, ConfigError>>()?;
        Ok(Scenario {
            name: name.to_owned(),
            summary: raw.summary.unwrap_or_default(),
            flow,
            access_tokens: raw.access_tokens,
            id_tokens,
            setup,
            teardown: Teardown {
                revoke: raw.teardown.revoke,
            },
            warmup: self
                .time("warmup", raw_workload.warmup.as_ref(), true)?
                .unwrap_or(Duration::from_secs(5)),
            duration: self
                .time("duration", raw_workload.duration.as_ref(), false)?
                .unwrap_or(Duration::from_secs(30)),
            workload: self.workload(span, &raw_workload)?,
            thresholds,
            races: self.races(raw.races)?,
        })
    }

    fn flow(
        &self,
        raw: &Spanned<Vec<Spanned<String>>>,
        setup: Setup,
    ) -> Result<Vec<Word>, ConfigError> {
        let mut flow = Vec::new();
        let mut held = Held::new(setup.refresh_tokens > 0);
        for entry in raw.get_ref() {
            let (word, times) = self.step(entry)?;
            if times > FLOW_LIMIT - flow.len() {
                let message = format!("`flow`: more than {FLOW_LIMIT} steps in one pass");
                return Err(self.wrong(entry.span(), message));
            }
            for _ in 0..times {
                held.step(word)
                    .map_err(|lacks| self.wrong(entry.span(), format!("`flow`: {lacks}")))?;
            }
            flow.extend(std::iter::repeat_n(word, times));
        }
        if flow.is_empty() {
            return Err(self.wrong(raw.span(), "`flow` has no step"));
        }
        Ok(flow)
    }

    /// A word, or `word*times`.
    fn step(&self, entry: &Spanned<String>) -> Result<(Word, usize), ConfigError> {
        let text = entry.get_ref();
        let (name, times) = match text.split_once('*') {
            Some((name, times)) => (name.trim(), times.trim().parse().ok().filter(|n| *n > 0)),
            None => (text.as_str(), Some(1)),
        };
        let word = Word::parse(name).ok_or_else(|| {
            let words = Word::ALL.map(Word::as_str).join(", ");
            self.wrong(
                entry.span(),
                format!("`flow`: `{name}` is no word of a flow; the words are {words}"),
            )
        })?;
        let times = times.ok_or_else(|| {
            self.wrong(
                entry.span(),
                format!("`flow`: `{text}` does not say how often: write `{name}*3`"),
            )
        })?;
        Ok((word, times))
    }

    fn workload(&self, span: Span, raw: &WorkloadText) -> Result<Workload, ConfigError> {
        match (&raw.users, &raw.rate) {
            (Some(users), None) => {
                for (key, there) in [
                    ("rate_from", raw.rate_from.as_ref().map(Spanned::span)),
                    ("connections", raw.connections.as_ref().map(Spanned::span)),
                ] {
                    if let Some(span) = there {
                        let message = format!("`{key}` is for an open workload (`rate`) alone");
                        return Err(self.wrong(span, message));
                    }
                }
                Ok(Workload::Closed {
                    users: self.within("users", users, 1, USERS_LIMIT)?,
                    ramp: self
                        .time("ramp", raw.ramp.as_ref(), true)?
                        .unwrap_or(Duration::from_secs(1)),
                })
            }
            (None, Some(rate)) => {
                if let Some(ramp) = &raw.ramp {
                    let message = "`ramp` is for a closed workload (`users`); write `rate_from`";
                    return Err(self.wrong(ramp.span(), message));
                }
                let per_second = self.rate("rate", rate)?;
                Ok(Workload::Open {
                    rate: per_second,
                    rate_from: match &raw.rate_from {
                        Some(from) => self.rate("rate_from", from)?,
                        None => per_second,
                    },
                    connections: match &raw.connections {
                        Some(n) => self.within("connections", n, 1, 10_000)?,
                        None => CONNECTIONS,
                    },
                })
            }
            (Some(_), Some(_)) => Err(self.wrong(
                span,
                "`users` (closed) and `rate` (open) are both there; one decides",
            )),
            (None, None) => Err(self.wrong(
                span,
                "`users` (a closed workload) or `rate` (an open one) is missing",
            )),
        }
    }

    fn races(&self, raw: Option<RacesText>) -> Result<Races, ConfigError> {
        let Some(raw) = raw else {
            return Ok(Races::default());
        };
        let parallel = |key: &str, n: Option<Spanned<usize>>| match n {
            Some(n) => self.within(key, &n, 2, 64),
            None => Ok(0),
        };
        Ok(Races {
            code: parallel("code", raw.code)?,
            refresh_token: parallel("refresh_token", raw.refresh_token)?,
            rounds: match raw.rounds {
                Some(n) => self.within("rounds", &n, 1, 100)?,
                None => 3,
            },
        })
    }

    /// A rule about a request that the flow never makes could only fail.
    fn known_request(
        &self,
        span: Span,
        rule: &Threshold,
        flow: &[Word],
    ) -> Result<(), ConfigError> {
        unknown_request(rule, flow).map_or(Ok(()), |message| {
            Err(self.wrong(span, format!("`thresholds`: {message}")))
        })
    }

    fn within(
        &self,
        key: &str,
        n: &Spanned<usize>,
        least: usize,
        most: usize,
    ) -> Result<usize, ConfigError> {
        if (least..=most).contains(n.get_ref()) {
            return Ok(*n.get_ref());
        }
        let message = format!("`{key}` is between {least} and {most}");
        Err(self.wrong(n.span(), message))
    }

    fn rate(&self, key: &str, rate: &Spanned<f64>) -> Result<f64, ConfigError> {
        check_rate(*rate.get_ref())
            .map_err(|message| self.wrong(rate.span(), format!("`{key}` {message}")))
    }

    /// `"30s"`, `"2m"` or seconds; 0 where that makes sense.
    fn time(
        &self,
        key: &str,
        raw: Option<&Spanned<toml::Value>>,
        may_be_zero: bool,
    ) -> Result<Option<Duration>, ConfigError> {
        let Some(raw) = raw else { return Ok(None) };
        let text = match raw.get_ref() {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(seconds) => seconds.to_string(),
            toml::Value::Float(seconds) => seconds.to_string(),
            _ => String::new(),
        };
        time(&text, may_be_zero)
            .map(Some)
            .ok_or_else(|| self.wrong(raw.span(), format!("`{key}`: {}", duration::EXPECTED)))
    }

    fn wrong(&self, span: Span, message: impl Into<String>) -> ConfigError {
        ConfigError::at(self.file, self.text, span, message)
    }
}
