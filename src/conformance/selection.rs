//! Which scenarios run, and which of their checks are judged.

use std::collections::HashSet;

use super::parser::Planned;
use super::profile::Profile;
use crate::error::ConfigError;
use crate::requirement::{Catalogue, Level};
use crate::steps::Selected;

/// One selector of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// A tag.
    Tag(String),
    /// A feature file, and a line inside a scenario of it.
    File(String, Option<usize>),
    /// A requirement id, or a prefix of ids.
    Requirement(String),
    /// The name of a feature.
    Feature(String),
    /// The stable id of a scenario.
    Scenario(String),
}

impl Selector {
    /// Reads a selector: `@x` a tag; with `.feature` a file or `file:line`; an id or a prefix of ids; a
    /// scenario's id; else the name of a feature.
    ///
    /// # Errors
    /// It matches nothing in the catalogue or the features; the nearest names are given.
    pub fn parse(
        text: &str,
        planned: &[Planned],
        catalogue: &Catalogue,
    ) -> Result<Self, ConfigError> {
        if let Some(tag) = text.strip_prefix('@') {
            if planned.iter().any(|s| s.has_tag(tag)) {
                return Ok(Self::Tag(tag.to_owned()));
            }
            let tags = planned.iter().flat_map(|s| &s.tags).map(String::as_str);
            return Err(nothing(text, tag, tags));
        }
        if text.contains(".feature") {
            return file(text, planned);
        }
        let named = |id: &str| Catalogue::selects(text, id);
        if catalogue
            .iter()
            .any(|r| named(&r.id) || r.also.iter().any(|also| named(&also.id)))
        {
            return Ok(Self::Requirement(text.to_owned()));
        }
        if planned.iter().any(|s| s.id == text) {
            return Ok(Self::Scenario(text.to_owned()));
        }
        if planned.iter().any(|s| s.feature.eq_ignore_ascii_case(text)) {
            return Ok(Self::Feature(text.to_owned()));
        }
        let names = planned
            .iter()
            .map(|s| s.feature.as_str())
            .chain(catalogue.iter().map(|r| r.id.as_str()));
        Err(nothing(text, text, names))
    }

    /// Whether it chooses this scenario as a whole.
    fn takes(&self, scenario: &Planned) -> bool {
        match self {
            Self::Tag(tag) => scenario.has_tag(tag),
            Self::File(path, line) => {
                same_file(path, &scenario.file)
                    && line.is_none_or(|l| (scenario.line..=scenario.last_line).contains(&l))
            }
            Self::Requirement(_) => false,
            Self::Feature(name) => scenario.feature.eq_ignore_ascii_case(name),
            Self::Scenario(id) => scenario.id == *id,
        }
    }

    /// Whether it chooses the check of this id.
    fn takes_check(&self, id: &str, catalogue: &Catalogue) -> bool {
        let Self::Requirement(prefix) = self else {
            return false;
        };
        let row = catalogue.get(id);
        Catalogue::selects(prefix, id)
            || row.is_some_and(|r| {
                Catalogue::selects(prefix, &r.id)
                    || r.also
                        .iter()
                        .any(|also| Catalogue::selects(prefix, &also.id))
            })
    }
}

fn file(text: &str, planned: &[Planned]) -> Result<Selector, ConfigError> {
    let (path, line) = match text.rsplit_once(':') {
        Some((path, line)) if path.ends_with(".feature") => match line.parse() {
            Ok(line) => (path, Some(line)),
            Err(_) => {
                return Err(ConfigError::new(format!(
                    "`{text}`: `{line}` is no line number"
                )));
            }
        },
        _ => (text, None),
    };
    let selector = Selector::File(path.to_owned(), line);
    if planned.iter().any(|s| selector.takes(s)) {
        return Ok(selector);
    }
    if planned.iter().any(|s| same_file(path, &s.file)) {
        return Err(ConfigError::new(format!(
            "`{text}`: no scenario stands on that line"
        )));
    }
    let files = planned.iter().map(|s| s.file.as_str());
    Err(nothing(text, path, files))
}

fn same_file(asked: &str, file: &str) -> bool {
    let asked = asked.strip_prefix("./").unwrap_or(asked);
    file == asked || file.ends_with(&format!("/{asked}"))
}

/// Nothing has this name; the nearest ones are given.
fn nothing<'a>(text: &str, name: &str, names: impl Iterator<Item = &'a str>) -> ConfigError {
    ConfigError::new(format!(
        "`{text}` matches nothing; the nearest names are {}",
        nearest(name, names).join(", ")
    ))
}

/// The three names that are most like `name`: those that contain it first.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let mut near: Vec<(usize, &str)> = names
        .collect::<HashSet<_>>()
        .into_iter()
        .map(|candidate| {
            let lower = candidate.to_lowercase();
            let distance = if lower.contains(&name) {
                0
            } else {
                strsim::damerau_levenshtein(&lower, &name)
            };
            (distance, candidate)
        })
        .collect();
    near.sort();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// What the command line asks for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Several mean "or"; none means everything.
    pub only: Vec<Selector>,
    /// What to leave out.
    pub skip: Vec<Selector>,
    /// The weakest level that is judged; all where `None`.
    pub level: Option<Level>,
}

impl Selection {
    /// Which checks of a scenario are judged; `None` where the scenario is not chosen.
    pub fn of(
        &self,
        scenario: &Planned,
        profile: &Profile,
        level_of: impl Fn(&str) -> Option<Level>,
        catalogue: &Catalogue,
    ) -> Option<Selected> {
        if !profile.has(&scenario.tags) || self.skip.iter().any(|s| s.takes(scenario)) {
            return None;
        }
        let whole = self.only.is_empty() || self.only.iter().any(|s| s.takes(scenario));
        let ids: HashSet<String> = scenario
            .ids
            .iter()
            .filter(|id| whole || self.only.iter().any(|s| s.takes_check(id, catalogue)))
            .filter(|id| !self.skip.iter().any(|s| s.takes_check(id, catalogue)))
            .filter(|id| {
                self.level
                    .is_none_or(|weakest| level_of(id).is_none_or(|l| within(l, weakest)))
            })
            .cloned()
            .collect();
        if ids.is_empty() {
            None
        } else if ids.len() == scenario.ids.len() {
            Some(Selected::All)
        } else {
            Some(Selected::Ids(ids))
        }
    }
}

/// `must` = MUST, STATED; `should` adds SHOULD, DERIVED; `may` = all.
fn within(level: Level, weakest: Level) -> bool {
    match weakest {
        Level::Must | Level::Stated => matches!(level, Level::Must | Level::Stated),
        Level::Should | Level::Derived => !matches!(level, Level::May | Level::Practice),
        Level::May | Level::Practice => true,
    }
}
