//! Profiles: which scenarios belong to a certification, and what it judges otherwise than the catalogue.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::error::ConfigError;
use crate::requirement::{Catalogue, Level};

/// The profile that is used unless another is asked for.
pub(super) const DEFAULT: &str = "all";

/// One profile of `features/profiles.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// Every scenario belongs to it.
    #[serde(default)]
    pub everything: bool,
    /// The modules of the OpenID Foundation's suite that belong to it (`@oidf.<module>`).
    #[serde(default)]
    pub modules: Vec<String>,
    /// Ids, or prefixes of ids, of requirements that belong to it.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// Levels that it sets otherwise than the catalogue.
    #[serde(default)]
    pub levels: HashMap<String, Level>,
    /// Scenarios that wait belong to it.
    #[serde(default)]
    pub slow: bool,
    /// The values of what varies (`@vary.<name>`).
    #[serde(default)]
    pub vary: BTreeMap<String, Vec<String>>,
}

impl Profile {
    /// Whether a scenario with these effective tags belongs to it.
    pub fn has(&self, tags: &[String]) -> bool {
        self.everything
            || tags.iter().any(|tag| {
                tag.strip_prefix("oidf.")
                    .is_some_and(|module| self.modules.iter().any(|m| m == module))
                    || self.requirements.iter().any(|r| Catalogue::selects(r, tag))
            })
    }
}

/// Reads `profiles.toml`.
pub(super) fn read(path: &str, text: &str) -> Result<Vec<Profile>, ConfigError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        profile: Vec<Profile>,
    }
    let file: File = toml::from_str(text).map_err(|e| ConfigError::toml(path, text, &e))?;
    Ok(file.profile)
}
