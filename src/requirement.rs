//! The catalogue: what the specifications demand, one row per requirement.
//!
//! The requirement id (`OIDCC-2-6`) is the one key of the whole product. Rows stand in
//! `features/<specification>/requirements.toml`, beside the scenarios that judge them.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::error::ConfigError;

/// How strongly a requirement binds the provider.
///
/// The keywords of [BCP 14](https://www.rfc-editor.org/info/bcp14) with their negations folded in
/// (SHALL and REQUIRED are `Must`, RECOMMENDED is `Should`, OPTIONAL is `May`), and three levels for what
/// the texts say without a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// MUST, MUST NOT, SHALL, REQUIRED: a violation fails.
    Must,
    /// Behaviour, wire format or error code that the text lays down without a keyword: a violation fails.
    Stated,
    /// SHOULD, SHOULD NOT, RECOMMENDED: a violation warns.
    Should,
    /// The keyword binds the client; what the provider does follows from it: a violation warns.
    Derived,
    /// MAY, OPTIONAL: a note.
    May,
    /// Good practice that no text demands: a note.
    Practice,
}

impl Level {
    /// All levels, the strongest first.
    pub const ALL: [Self; 6] = [
        Self::Must,
        Self::Stated,
        Self::Should,
        Self::Derived,
        Self::May,
        Self::Practice,
    ];

    /// The word as it stands in the catalogue and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Stated => "STATED",
            Self::Should => "SHOULD",
            Self::Derived => "DERIVED",
            Self::May => "MAY",
            Self::Practice => "PRACTICE",
        }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The same fact stated by another specification (or another section), possibly at another level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    /// The other requirement id.
    pub id: String,
    /// The level that it has there.
    pub level: Level,
}

/// One row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `<specification>-<section>-<n>`; `n` is our own and never changes.
    pub id: String,
    /// How strongly it binds.
    pub level: Level,
    /// What it demands, in our words.
    pub summary: String,
    /// The section of the specification.
    pub url: String,
    /// The same fact stated elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    /// Why no fault of the mock IdP breaks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_fault: Option<String>,
    /// Why no scenario judges it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_scenario: Option<String>,
}

/// All requirements that a run knows, by id.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    rows: BTreeMap<String, Requirement>,
    also: HashMap<String, String>,
}

impl Catalogue {
    /// Adds the rows of one `requirements.toml`; `file` names it in errors.
    ///
    /// # Errors
    /// A row that can't be read, an id that is there already or has the wrong shape.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), ConfigError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            requirement: Vec<toml::Spanned<Requirement>>,
        }
        let parsed: File = toml::from_str(text).map_err(|e| ConfigError::toml(file, text, &e))?;
        for row in parsed.requirement {
            let at = row.span();
            let row = row.into_inner();
            if !has_id_shape(&row.id) {
                return Err(ConfigError::at(
                    file,
                    text,
                    at,
                    format!(
                        "`{}` is no requirement id (<specification>-<section>-<number>)",
                        row.id
                    ),
                ));
            }
            if self.get(&row.id).is_some() {
                return Err(ConfigError::at(
                    file,
                    text,
                    at,
                    format!("requirement `{}` is there twice", row.id),
                ));
            }
            for also in &row.also {
                let other = self.get(&also.id).map(|other| other.id.clone());
                if let Some(other) = other.or_else(|| (also.id == row.id).then(|| row.id.clone())) {
                    return Err(ConfigError::at(
                        file,
                        text,
                        at,
                        format!("`{}` under `also` stands for `{other}` already", also.id),
                    ));
                }
                self.also.insert(also.id.clone(), row.id.clone());
            }
            self.rows.insert(row.id.clone(), row);
        }
        Ok(())
    }

    /// The requirement of this id; an id that a row names under `also` finds that row.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.rows
            .get(id)
            .or_else(|| self.rows.get(self.also.get(id)?))
    }

    /// All rows in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.rows.values()
    }

    /// Whether `selector` is an id, or a prefix of one after which the id goes on with `.` or `-`.
    pub fn selects(selector: &str, id: &str) -> bool {
        id.strip_prefix(selector)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    }
}

/// Whether `id` reads `<specification>-<section>-<number>`.
pub fn has_id_shape(id: &str) -> bool {
    let mut parts = id.rsplitn(2, '-');
    let number = parts.next().unwrap_or_default();
    let rest = parts.next().unwrap_or_default();
    !number.is_empty()
        && number
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        && number.starts_with(|c: char| c.is_ascii_digit())
        && rest.contains('-')
        && rest
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_')
        && rest.starts_with(|c: char| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = r#"
[[requirement]]
id = "OIDCC-2-6"
level = "MUST"
summary = "aud contains the client_id"
url = "https://openid.net/specs/openid-connect-core-1_0.html#IDToken"
also = [{ id = "OIDCC-3.1.3.7-3", level = "MUST" }]
"#;

    #[test]
    fn a_row_is_found_by_either_id() {
        let mut catalogue = Catalogue::default();
        catalogue.add("requirements.toml", ROWS).unwrap();
        assert_eq!(catalogue.get("OIDCC-2-6").unwrap().level, Level::Must);
        assert_eq!(catalogue.get("OIDCC-3.1.3.7-3").unwrap().id, "OIDCC-2-6");
        assert!(catalogue.get("OIDCC-2").is_none());
    }

    #[test]
    fn a_bad_row_names_file_and_line() {
        for (text, says) in [
            (
                ROWS.replace("level = \"MUST\"\ns", "level = \"MOST\"\ns"),
                "requirements.toml:4",
            ),
            (
                ROWS.replace("OIDCC-2-6", "OIDCC"),
                "`OIDCC` is no requirement id",
            ),
            (format!("{ROWS}{ROWS}"), "there twice"),
            (
                format!("{ROWS}{}", ROWS.replace("OIDCC-2-6", "OIDCC-2-7")),
                "`OIDCC-3.1.3.7-3` under `also` stands for `OIDCC-2-6` already",
            ),
            (
                ROWS.replace("OIDCC-3.1.3.7-3", "OIDCC-2-6"),
                "`OIDCC-2-6` under `also` stands for",
            ),
            (format!("{ROWS}colour = 1"), "colour"),
        ] {
            let mut catalogue = Catalogue::default();
            let error = catalogue
                .add("requirements.toml", &text)
                .expect_err("must be refused")
                .to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_prefix_ends_where_a_part_of_the_id_ends() {
        for (selector, id, selected) in [
            ("OIDCC-2-6", "OIDCC-2-6", true),
            ("OIDCC-2", "OIDCC-2-6", true),
            ("OIDCC-3.1", "OIDCC-3.1.2.1-4", true),
            ("OIDCC", "OIDCC-2-6", true),
            ("OIDCC-2-1", "OIDCC-2-15", false),
            ("OIDCC-1", "OIDCC-16.17-1", false),
            ("OIDC", "OIDCC-2-6", false),
        ] {
            assert_eq!(
                Catalogue::selects(selector, id),
                selected,
                "{selector} {id}"
            );
        }
    }
}
