//! What is known before the first request: which scenarios are chosen, and how their checks are judged.

use std::sync::Arc;

use super::features::FeatureSet;
use super::options::Options;
use super::parser::{self, Planned};
use super::profile::Profile;
use super::runner::Chosen;
use super::selection::{Selection, Selector};
use crate::error::ConfigError;
use crate::requirement::{Catalogue, Level, Requirement};
use crate::steps::Judgement;

/// The scenarios that the options choose.
#[derive(Debug)]
pub struct Plan {
    /// The profile.
    pub profile: Profile,
    catalogue: Arc<Catalogue>,
    pub(super) chosen: Vec<Chosen>,
}

impl Plan {
    /// Reads the features and the catalogue, resolves every step and applies profile and selectors.
    ///
    /// # Errors
    /// A feature, a catalogue row, the profile's name or a selector is wrong.
    pub fn new(options: &Options) -> Result<Self, ConfigError> {
        let mut set = FeatureSet::embedded()?;
        for folder in &options.features {
            set.add_folder(folder)?;
        }
        let profile = find_profile(&set.profiles, &options.profile)?;
        let planned = parser::plan(&set, &profile)?;
        let catalogue = Arc::new(set.catalogue);
        let chosen = choose(options, planned, &profile, &catalogue)?;
        Ok(Self {
            profile,
            catalogue,
            chosen,
        })
    }

    /// The profiles that there are.
    ///
    /// # Errors
    /// Never in a binary whose tests pass: a file in it is wrong.
    pub fn profiles() -> Result<Vec<Profile>, ConfigError> {
        Ok(FeatureSet::embedded()?.profiles)
    }

    /// The catalogue, with the rows of the user's own features.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The level of a requirement in this profile, where no module has one of its own.
    pub fn level(&self, requirement: &Requirement) -> Level {
        let own = self.profile.levels.get(&requirement.id);
        own.copied().unwrap_or(requirement.level)
    }

    /// The chosen scenarios in the order of the features, each with the requirements that are judged.
    pub fn scenarios(&self) -> impl Iterator<Item = (&Planned, Vec<&Requirement>)> {
        self.chosen.iter().map(|chosen| {
            let ids = chosen.scenario.ids.iter();
            let judged = ids
                .filter(|id| chosen.selected.has(id))
                .filter_map(|id| self.catalogue().get(id))
                .collect();
            (&chosen.scenario, judged)
        })
    }
}

fn choose(
    options: &Options,
    planned: Vec<Planned>,
    profile: &Profile,
    catalogue: &Arc<Catalogue>,
) -> Result<Vec<Chosen>, ConfigError> {
    let parse = |texts: &[String]| {
        texts
            .iter()
            .map(|text| Selector::parse(text, &planned, catalogue))
            .collect::<Result<Vec<_>, _>>()
    };
    let selection = Selection {
        only: parse(&options.select)?,
        skip: parse(&options.skip)?,
        level: options.level,
    };
    let may_run = |scenario: &Planned| {
        let among = options.among.as_ref();
        among.is_none_or(|ids| ids.contains(&scenario.id))
    };
    Ok(planned
        .into_iter()
        .filter(may_run)
        .filter_map(|scenario| {
            let judgement = Judgement {
                catalogue: Arc::clone(catalogue),
                levels: profile.levels_for(&scenario.tags),
            };
            let level_of = |id: &str| catalogue.get(id).map(|row| judgement.level(row));
            let selected = selection.of(&scenario, profile, level_of, catalogue)?;
            Some(Chosen {
                scenario,
                selected,
                judgement: Arc::new(judgement),
            })
        })
        .collect())
}

fn find_profile(profiles: &[Profile], name: &str) -> Result<Profile, ConfigError> {
    profiles
        .iter()
        .find(|p| p.name == name)
        .cloned()
        .ok_or_else(|| {
            let names: Vec<&str> = profiles.iter().map(|p| p.name.as_str()).collect();
            ConfigError::new(format!(
                "`{name}` is no profile; there are {}",
                names.join(", ")
            ))
        })
}
