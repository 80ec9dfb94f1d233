//! Load scenarios: which flow, how much of it, and what it must hold.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{Threshold, Word};
use crate::duration;
use crate::error::ConfigError;

/// The scenarios inside the program, by name.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// The scenario that is run where none is named.
pub const DEFAULT: &str = "login";
/// More steps than any flow has, repetitions counted.
const FLOW_LIMIT: usize = 1000;
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
        let raw: FileText = toml::from_str(text).map_err(|e| ConfigError::toml(file, text, &e))?;
        Reader { file, text }.read(name, raw)
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
        let mut held = Held {
            refresh_token: setup.refresh_tokens > 0,
            ..Held::default()
        };
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

/// What a pass holds on its way, so that a flow that can't work is found before the first request.
#[derive(Default)]
struct Held {
    code: bool,
    access_token: Option<Owner>,
    refresh_token: bool,
    id_token: bool,
}

/// In whose name an access token was issued.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    User,
    Client,
}

impl Held {
    fn step(&mut self, word: Word) -> Result<(), &'static str> {
        match word {
            Word::Discovery | Word::Jwks => {}
            // Whoever logs in begins anew.
            Word::Login | Word::Authorize => {
                *self = Self {
                    code: true,
                    ..Self::default()
                };
            }
            Word::Exchange => {
                if !self.code {
                    return Err("`exchange` needs a code: `login` or `authorize` before each");
                }
                *self = Self {
                    code: false,
                    access_token: Some(Owner::User),
                    refresh_token: true,
                    id_token: true,
                };
            }
            Word::Refresh => {
                if !self.refresh_token {
                    return Err(
                        "`refresh` needs a refresh token: `exchange` before it, or refresh_tokens in [setup]",
                    );
                }
                self.access_token = Some(Owner::User);
            }
            Word::ClientCredentials => self.access_token = Some(Owner::Client),
            Word::Introspect => {
                if self.access_token.is_none() {
                    return Err(
                        "an access token is needed: `exchange`, `refresh` or `client_credentials` before it",
                    );
                }
            }
            Word::Userinfo => {
                if self.access_token != Some(Owner::User) {
                    return Err(
                        "`userinfo` needs a user's access token: `exchange` or `refresh` before it",
                    );
                }
            }
            Word::Revoke => {
                if !self.refresh_token && self.access_token.is_none() {
                    return Err(
                        "`revoke` needs a token: `exchange`, `refresh` or `client_credentials` before each",
                    );
                }
                // Whether the other one survives is the provider's matter.
                self.refresh_token = false;
                self.access_token = None;
            }
            Word::Logout => {
                if !self.id_token {
                    return Err("`logout` needs an ID Token: `exchange` before it");
                }
                *self = Self::default();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "flow = ['login', 'exchange', 'refresh*3']\n[workload]\nusers = 3\n";

    fn parse(text: &str) -> Result<Scenario, ConfigError> {
        Scenario::parse("mine.toml", "mine", text)
    }

    #[test]
    fn the_shipped_scenarios_are_right() {
        let shipped = Scenario::shipped().unwrap();
        assert_eq!(shipped.len(), SHIPPED.len());
        for scenario in shipped {
            assert!(scenario.summary.ends_with('.'), "{}", scenario.name);
            assert_eq!(scenario.access_tokens, AccessTokens::Fresh);
            assert!(!scenario.thresholds.is_empty(), "{}", scenario.name);
        }
        assert_eq!(Scenario::load(DEFAULT).unwrap().name, DEFAULT);
    }

    #[test]
    fn a_file_is_read() {
        let scenario = parse(
            "flow = ['login', 'exchange', 'refresh*3', 'userinfo']
             access_tokens = 'may_repeat'
             id_tokens = 1
             thresholds = ['p95<500ms for refresh']
             [teardown]
             revoke = true
             [workload]
             rate = 100
             rate_from = 10
             duration = '2m'
             warmup = 0
             [races]
             code = 8",
        )
        .unwrap();
        use Word::{Exchange, Login, Refresh, Userinfo};
        assert_eq!(
            scenario.flow,
            [Login, Exchange, Refresh, Refresh, Refresh, Userinfo]
        );
        assert_eq!(scenario.access_tokens, AccessTokens::MayRepeat);
        assert!((scenario.id_tokens - 1.0).abs() < f64::EPSILON);
        assert_eq!(scenario.duration, Duration::from_secs(120));
        assert_eq!(scenario.warmup, Duration::ZERO);
        assert_eq!(
            scenario.workload,
            Workload::Open {
                rate: 100.0,
                rate_from: 10.0,
                connections: CONNECTIONS
            }
        );
        assert_eq!((scenario.races.code, scenario.races.rounds), (8, 3));
        assert!(scenario.teardown.revoke && scenario.needs_login());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        assert!(parse(RIGHT).is_ok());
        for (text, line, says) in [
            (
                "flow = ['loggin']\n[workload]\nusers = 1",
                1,
                "`loggin` is no word of a flow",
            ),
            ("flow = []\n[workload]\nusers = 1", 1, "`flow` has no step"),
            (
                "flow = ['login',\n'exchange*x']\n[workload]\nusers = 1",
                2,
                "`exchange*3`",
            ),
            (
                "flow = ['refresh*0']\n[workload]\nusers = 1",
                1,
                "`refresh*3`",
            ),
            (
                "flow = ['jwks*999999']\n[workload]\nusers = 1",
                1,
                "more than 1000 steps",
            ),
            (
                "flow = ['exchange']\n[workload]\nusers = 1",
                1,
                "`exchange` needs a code",
            ),
            (
                "flow = ['login', 'exchange', 'exchange']\n[workload]\nusers = 1",
                1,
                "needs a code",
            ),
            (
                "flow = ['login', 'exchange*2']\n[workload]\nusers = 1",
                1,
                "needs a code",
            ),
            (
                "flow = ['client_credentials',\n'userinfo']\n[workload]\nusers = 1",
                2,
                "a user's access token",
            ),
            (
                "flow = ['client_credentials', 'revoke*2']\n[workload]\nusers = 1",
                1,
                "needs a token",
            ),
            (
                "flow = ['login', 'exchange', 'login', 'refresh']\n[workload]\nusers = 1",
                1,
                "needs a refresh token",
            ),
            (
                "flow = ['jwks', 'jwks*18446744073709551615']\n[workload]\nusers = 1",
                1,
                "more than 1000 steps",
            ),
            (
                "flow = ['refresh']\n[workload]\nusers = 1",
                1,
                "refresh_tokens in [setup]",
            ),
            (
                "flow = ['userinfo']\n[workload]\nusers = 1",
                1,
                "a user's access token",
            ),
            (
                "flow = ['introspect']\n[workload]\nusers = 1",
                1,
                "an access token is needed",
            ),
            (
                "flow = ['jwks']\n[workload]\nrate = 0",
                3,
                "`rate` is starts of the flow per second",
            ),
            ("flow = ['jwks']\n[workload]\nrate = nan", 3, "`rate` is"),
            ("flow = ['jwks']\n[workload]\nrate = -1", 3, "`rate` is"),
            (
                "flow = ['jwks']\n[workload]\nrate = 5\nrate_from = 0",
                4,
                "`rate_from` is",
            ),
            (
                "flow = ['jwks']\n[workload]\nusers = 0",
                3,
                "`users` is between 1 and",
            ),
            (
                "flow = ['jwks']\n[workload]\nusers = 1\nrate = 1",
                2,
                "are both there",
            ),
            (
                "flow = ['jwks']\n[workload]\nwarmup = 1",
                2,
                "`users` (a closed workload) or `rate`",
            ),
            (
                "flow = ['jwks']\n[workload]\nusers = 1\nconnections = 3",
                4,
                "`connections` is for an open",
            ),
            (
                "flow = ['jwks']\n[workload]\nrate = 1\nramp = '3s'",
                4,
                "`ramp` is for a closed",
            ),
            (
                "flow = ['jwks']\n[workload]\nrate = 1\nduration = 'soon'",
                4,
                "`duration`: a length of time",
            ),
            (
                "flow = ['jwks']\n[workload]\nrate = 1\nduration = 0",
                4,
                "`duration`: a length of time",
            ),
            (
                "flow = ['jwks']\n[workload]\nrate = 1\nspeed = 3",
                4,
                "unknown field `speed`",
            ),
            (
                "flows = ['jwks']\n[workload]\nrate = 1",
                1,
                "unknown field `flows`",
            ),
            (
                "flow = ['jwks']\nid_tokens = 2\n[workload]\nrate = 1",
                2,
                "`id_tokens` is a part",
            ),
            (
                "flow = ['jwks']\nthresholds = ['p95<1s',\n'p101<1s']\n[workload]\nrate = 1",
                3,
                "`p101<1s`",
            ),
            (
                "flow = ['jwks']\nthresholds = ['p95<1s for token']\n[workload]\nrate = 1",
                2,
                "no request `token` in this flow",
            ),
            (
                "flow = ['login']\n[workload]\nusers = 1\n[races]\ncode = 1",
                5,
                "`code` is between 2 and 64",
            ),
            ("flow = [", 1, ""),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.file.as_deref(), Some("mine.toml"), "{text}");
            assert_eq!(error.line, Some(line), "{text}: {error}");
            assert!(error.message.contains(says), "{text}: {error}");
        }
        let error = Scenario::load("logon").unwrap_err();
        assert!(error.message.contains("token_refresh"), "{error}");
    }
}
