//! The features and the catalogue: those in the binary, and a user's own.

use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::profile::{self, Profile};
use crate::error::ConfigError;
use crate::requirement::Catalogue;

/// Every file under `features/` as it was when the binary was built.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/features.rs"));

/// A text and the path that a person would name it by.
#[derive(Debug, Clone)]
pub struct FeatureFile {
    /// The path, with `/` between its parts.
    pub path: String,
    /// The text.
    pub text: Cow<'static, str>,
}

/// Features, catalogue and profiles.
#[derive(Debug, Clone)]
pub struct FeatureSet {
    /// The `.feature` files, in the order of their paths; the rules on every exchange come last.
    pub features: Vec<FeatureFile>,
    /// The catalogue.
    pub catalogue: Catalogue,
    /// The profiles.
    pub profiles: Vec<Profile>,
    /// Nothing was added to what the binary carries.
    pub(super) is_embedded: bool,
}

impl FeatureSet {
    /// What the binary carries.
    ///
    /// # Errors
    /// Never in a binary whose tests pass: a file in it is wrong.
    pub fn embedded() -> Result<Self, ConfigError> {
        // A process may make many runs: the texts never change.
        static SET: OnceLock<Result<FeatureSet, ConfigError>> = OnceLock::new();
        SET.get_or_init(Self::read_embedded).clone()
    }

    fn read_embedded() -> Result<Self, ConfigError> {
        let mut set = Self {
            features: Vec::new(),
            catalogue: Catalogue::default(),
            profiles: Vec::new(),
            is_embedded: true,
        };
        for (path, text) in EMBEDDED {
            set.add(path, Cow::Borrowed(text))?;
        }
        set.order();
        Ok(set)
    }

    /// Adds the features of a folder, and its `requirements.toml` if there is one.
    ///
    /// # Errors
    /// The folder or a file in it can't be read, or a catalogue row is wrong.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), ConfigError> {
        self.is_embedded = false;
        let name = folder.display().to_string();
        let unreadable =
            |e: std::io::Error| ConfigError::file(&name, format!("can't be read: {e}"));
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            paths.push(entry.map_err(unreadable)?.path());
        }
        paths.sort();
        for path in paths {
            let is_feature = path.extension().is_some_and(|e| e == "feature");
            let is_catalogue = path.file_name().is_some_and(|n| n == "requirements.toml");
            if path.is_dir() {
                self.add_folder(&path)?;
            } else if is_feature || is_catalogue {
                let text = fs::read_to_string(&path).map_err(|e| {
                    ConfigError::file(path.display().to_string(), format!("can't be read: {e}"))
                })?;
                self.add(&path.display().to_string(), Cow::Owned(text))?;
            }
        }
        self.order();
        Ok(())
    }

    fn add(&mut self, path: &str, text: Cow<'static, str>) -> Result<(), ConfigError> {
        if path.ends_with(".feature") {
            self.features.push(FeatureFile {
                path: path.to_owned(),
                text,
            });
        } else if path.ends_with("profiles.toml") {
            self.profiles.extend(profile::read(path, &text)?);
        } else {
            self.catalogue.add(path, &text)?;
        }
        Ok(())
    }

    fn order(&mut self) {
        // Stable: what stands in one folder keeps its order.
        self.features
            .sort_by_key(|file| file.path.ends_with("every_exchange.feature"));
    }
}
