//! Provider files to begin with.

/// What is known of released providers, by the name of the preset: `[[known]]` blocks.
const KNOWN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/known.rs"));

/// A provider file that the binary carries.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

impl Preset {
    /// What it is for: the first line of the file.
    pub fn summary(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        let text = first.trim_start_matches(['#', ' ']);
        text.trim_end_matches([':', '.'])
    }
}

impl Preset {
    /// The `[[known]]` blocks for what this provider is known to do otherwise; empty where nothing is known.
    pub fn known(&self) -> &'static str {
        let found = KNOWN.iter().find(|(name, _)| *name == self.name);
        found.map_or("", |(_, blocks)| blocks)
    }
}

/// All presets; `generic` explains every key.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "generic",
        text: include_str!("presets/generic.toml"),
    },
    Preset {
        name: "authlib",
        text: include_str!("presets/authlib.toml"),
    },
    Preset {
        name: "keycloak",
        text: include_str!("presets/keycloak.toml"),
    },
    Preset {
        name: "mock",
        text: include_str!("presets/mock.toml"),
    },
    Preset {
        name: "oauth2-mock-server",
        text: include_str!("presets/oauth2-mock-server.toml"),
    },
    Preset {
        name: "oidc-provider",
        text: include_str!("presets/oidc-provider.toml"),
    },
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::provider::ProviderConfig;

    #[test]
    fn every_preset_is_listed_and_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/provider/presets");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let mut names: Vec<String> = PRESETS.iter().map(|p| format!("{}.toml", p.name)).collect();
        names.sort();
        assert_eq!(files, names);
        for preset in PRESETS {
            // What stands in the environment is not there in a test.
            let text = preset.text.replace("_env = ", " = ") + preset.known();
            ProviderConfig::parse(preset.name, &text, Path::new(".")).expect(preset.name);
            assert!(preset.known().is_empty() || preset.known().contains("[[known]]"));
            assert!(preset.summary().len() > 10, "{}", preset.name);
        }
    }
}
