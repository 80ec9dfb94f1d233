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
    /// Levels that it sets otherwise within one module.
    #[serde(default)]
    pub levels_in: HashMap<String, HashMap<String, Level>>,
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
        let named = |tag: &String| self.requirements.iter().any(|r| Catalogue::selects(r, tag));
        self.everything
            || modules(tags).any(|module| self.modules.iter().any(|m| m == module))
            || tags.iter().any(named)
    }

    /// The levels that it sets otherwise in a scenario with these effective tags.
    pub(super) fn levels_for(&self, tags: &[String]) -> HashMap<String, Level> {
        let mut levels = self.levels.clone();
        for module in modules(tags) {
            let here = self.levels_in.get(module).into_iter().flatten();
            levels.extend(here.map(|(id, level)| (id.clone(), *level)));
        }
        levels
    }
}

/// The modules of the OpenID Foundation's suite that a scenario stands for.
fn modules(tags: &[String]) -> impl Iterator<Item = &str> {
    tags.iter().filter_map(|tag| tag.strip_prefix("oidf."))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::FeatureSet;

    #[test]
    fn a_level_may_be_another_in_one_module() {
        let text = r#"
            [[profile]]
            name = "basic"
            summary = "x"
            modules = ["reuse", "later"]
            levels = { A-1 = "MAY", A-2 = "MAY" }
            [profile.levels_in.reuse]
            A-1 = "SHOULD"
        "#;
        let profiles = read("profiles.toml", text).unwrap();
        for (tags, first, second) in [
            (&["oidf.reuse"][..], Level::Should, Level::May),
            (&["oidf.later"], Level::May, Level::May),
            (&["slow"], Level::May, Level::May),
        ] {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            let levels = profiles[0].levels_for(&tags);
            assert_eq!((levels["A-1"], levels["A-2"]), (first, second), "{tags:?}");
        }
        let wrong = text.replace("SHOULD", "SHOULDN'T");
        let error = read("profiles.toml", &wrong).unwrap_err().to_string();
        assert!(error.starts_with("profiles.toml:8: "), "{error}");
    }

    #[test]
    fn what_a_profile_sets_otherwise_is_there() {
        let set = FeatureSet::embedded().unwrap();
        for profile in &set.profiles {
            let within = profile.levels_in.values().flatten();
            for (id, level) in profile.levels.iter().chain(within) {
                let row = set.catalogue.get(id).filter(|row| row.id == *id);
                let own = row.map(|row| row.level);
                assert!(own.is_some_and(|own| own != *level), "{id} {own:?}");
            }
            for module in profile.levels_in.keys() {
                assert!(profile.modules.contains(module), "{module}");
            }
        }
    }
}
