//! The rules of a provider file for pages that can't be guessed: `[[login.page]]`.

use std::collections::BTreeMap;
use std::fmt;

use scraper::Selector;
use serde::{Deserialize, Deserializer};
use url::Url;

/// What to do on one page, or on several alike.
///
/// ```toml
/// [[login.page]]
/// match = "*/login-actions/authenticate*"
/// fill = { username = "$username", password = "$password" }
/// submit = "#kc-login"
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRule {
    /// Which pages: a pattern for the whole URL or, where it begins with `/`, for its path. `*` stands for any
    /// text.
    #[serde(rename = "match")]
    pub pages: Pattern,
    /// What to write into which fields, by name or id. `$username` and `$password` stand for the user's. A
    /// checkbox is ticked by `"true"` and left empty by `"false"`.
    #[serde(default)]
    pub fill: BTreeMap<String, String>,
    /// What to press: the button, form or link that this CSS selector finds first. Without it, the button that
    /// the driver would press.
    pub submit: Option<Css>,
    /// What to press when the user refuses.
    pub refuse: Option<Css>,
}

// What is filled in may be a secret.
impl fmt::Debug for PageRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageRule")
            .field("match", &self.pages)
            .field("fill", &self.fill.keys())
            .field("submit", &self.submit)
            .field("refuse", &self.refuse)
            .finish()
    }
}

impl PageRule {
    /// Whether it gives the user's name or password away.
    pub fn logs_in(&self) -> bool {
        self.fill
            .values()
            .any(|value| value == "$username" || value == "$password")
    }

    /// Whether it gives the password away.
    pub fn gives_password(&self) -> bool {
        self.fill.values().any(|value| value == "$password")
    }
}

/// A pattern in which `*` stands for any text.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// Whether the page at `url` is meant.
    pub fn matches(&self, url: &Url) -> bool {
        let whole = if self.0.starts_with('/') {
            url.path()
        } else {
            url.as_str()
        };
        glob(&self.0, whole)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// A CSS selector.
#[derive(Clone, PartialEq, Eq)]
pub struct Css {
    written: String,
    selector: Selector,
}

impl Css {
    /// Reads a selector.
    ///
    /// # Errors
    /// It is none; the text says so.
    pub fn parse(written: &str) -> Result<Self, String> {
        match Selector::parse(written) {
            Ok(selector) => Ok(Self {
                written: written.to_owned(),
                selector,
            }),
            Err(_) => Err(format!("{written:?} is no CSS selector")),
        }
    }

    /// The selector.
    pub fn selector(&self) -> &Selector {
        &self.selector
    }
}

impl fmt::Debug for Css {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.written, f)
    }
}

impl fmt::Display for Css {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for Css {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        Self::parse(&written).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, url, expected) in [
            ("*/login*", "https://op.example/a/login?x=1", true),
            ("*/login", "https://op.example/a/login?x=1", false),
            ("/a/login", "https://op.example/a/login?x=1", true),
            ("/a/*/c", "https://op.example/a/b/b/c", true),
            ("/a/*/c", "https://op.example/a/c", false),
            ("https://op.example/x", "https://op.example/x", true),
            ("*", "https://op.example/x", true),
            ("*/a*/a", "https://op.example/a", false),
            ("", "https://op.example/a", false),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(
                Pattern::new(pattern).matches(&url),
                expected,
                "{pattern} {url}"
            );
        }
    }

    #[test]
    fn a_rule_is_read_from_toml() {
        let rule: PageRule = toml::from_str(
            r##"match = "/x"
            fill = { u = "$username", p = "$password" }
            submit = "#go""##,
        )
        .unwrap();
        assert!(rule.gives_password());
        assert!(!format!("{rule:?}").contains("$password"), "{rule:?}");
        for (text, expected) in [
            ("match = '/x'\nsubmit = '##'", "is no CSS selector"),
            ("match = '/x'\nsubmitt = 'a'", "unknown field `submitt`"),
            ("submit = 'a'", "missing field `match`"),
        ] {
            let error = toml::from_str::<PageRule>(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
