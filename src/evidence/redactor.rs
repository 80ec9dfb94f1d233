//! Knows the secrets of a run and replaces them in any text by stable, numbered placeholders.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Shorter values are replaced by place only: as text they turn up everywhere by chance.
const BY_VALUE_FROM: usize = 8;

/// All that form encoding leaves alone.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The secrets seen so far, and the placeholder of each.
#[derive(Default)]
pub struct Redactor {
    placeholders: HashMap<String, String>,
    counts: HashMap<String, usize>,
    public: HashSet<String>,
    /// Every spelling that is replaced by value, by its first eight bytes; the longest first.
    spellings: HashMap<[u8; BY_VALUE_FROM], Vec<(String, String)>>,
}

impl Redactor {
    /// Remembers a secret and gives its placeholder, such as `«access_token#1»`. The same value always gets
    /// the same placeholder, whatever it is called the second time.
    pub fn learn(&mut self, kind: &str, value: &str) -> String {
        if let Some(known) = self.placeholders.get(value) {
            return known.clone();
        }
        if value.is_empty() || self.public.contains(value) || is_placeholder(value) {
            return value.to_owned();
        }
        let n = self.counts.entry(kind.to_owned()).or_default();
        *n += 1;
        let placeholder = format!("«{kind}#{n}»");
        self.placeholders
            .insert(value.to_owned(), placeholder.clone());
        if value.len() >= BY_VALUE_FROM {
            self.add_spellings(value, &placeholder);
        }
        placeholder
    }

    /// A value that the run itself made and that is no secret (state, nonce, a redirect URI): it stays
    /// readable even where it stands in the place of a secret.
    pub fn publish(&mut self, value: &str) {
        if !self.placeholders.contains_key(value) {
            self.public.insert(value.to_owned());
        }
    }

    /// Whether this very value is a known secret.
    pub fn knows(&self, value: &str) -> bool {
        self.placeholders.contains_key(value)
    }

    /// `text` with every known secret of at least 8 characters replaced, in whatever encoding of ours it
    /// stands there.
    pub fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let bytes = text.as_bytes();
        let mut out: Option<String> = None;
        let mut copied = 0;
        let mut at = 0;
        while at + BY_VALUE_FROM <= bytes.len() {
            if let Some((len, placeholder)) = self.match_at(bytes, at) {
                let out = out.get_or_insert_with(String::new);
                out.push_str(&text[copied..at]);
                out.push_str(placeholder);
                at += len;
                copied = at;
            } else {
                at += 1;
            }
        }
        match out {
            None => Cow::Borrowed(text),
            Some(mut out) => {
                out.push_str(&text[copied..]);
                Cow::Owned(out)
            }
        }
    }

    fn match_at(&self, bytes: &[u8], at: usize) -> Option<(usize, &str)> {
        let window: [u8; BY_VALUE_FROM] = bytes.get(at..at + BY_VALUE_FROM)?.try_into().ok()?;
        let candidates = self.spellings.get(&window)?;
        candidates
            .iter()
            .find(|(spelling, _)| bytes[at..].starts_with(spelling.as_bytes()))
            .map(|(spelling, placeholder)| (spelling.len(), placeholder.as_str()))
    }

    fn add_spellings(&mut self, value: &str, placeholder: &str) {
        let mut spellings = vec![value.to_owned()];
        let percent = utf8_percent_encode(value, FORM).to_string();
        spellings.push(percent.replace("%20", "+"));
        spellings.push(lower_hex(&percent));
        spellings.push(percent);
        spellings.push(html(value));
        if let Ok(json) = serde_json::to_string(value) {
            spellings.push(json.trim_matches('"').to_owned());
        }
        spellings.push(STANDARD.encode(value));
        for spelling in spellings {
            let Some(first) = spelling.as_bytes().get(..BY_VALUE_FROM) else {
                continue;
            };
            let Ok(window) = <[u8; BY_VALUE_FROM]>::try_from(first) else {
                continue;
            };
            let entry = self.spellings.entry(window).or_default();
            if entry.iter().all(|(known, _)| *known != spelling) {
                entry.push((spelling, placeholder.to_owned()));
                entry.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
            }
        }
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

fn is_placeholder(value: &str) -> bool {
    value.starts_with('«') && value.ends_with('»')
}

fn lower_hex(percent: &str) -> String {
    let mut out = String::with_capacity(percent.len());
    let mut after = 0;
    for c in percent.chars() {
        if c == '%' {
            after = 2;
            out.push(c);
        } else if after > 0 {
            after -= 1;
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

fn html(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_placeholder() {
        let mut redactor = Redactor::default();
        assert_eq!(redactor.learn("code", "abcdefgh-1"), "«code#1»");
        assert_eq!(redactor.learn("code", "abcdefgh-2"), "«code#2»");
        assert_eq!(redactor.learn("form_field", "abcdefgh-1"), "«code#1»");
    }

    #[test]
    fn a_known_secret_goes_in_every_spelling() {
        let secret = "pa/ss wörd&<1>\"x";
        let mut redactor = Redactor::default();
        redactor.learn("password", secret);
        for text in [
            secret.to_owned(),
            format!("before {secret} after {secret}"),
            utf8_percent_encode(secret, FORM).to_string(),
            utf8_percent_encode(secret, FORM)
                .to_string()
                .replace("%20", "+"),
            html(secret),
            serde_json::to_string(secret).unwrap(),
            format!("Basic {}", STANDARD.encode(secret)),
        ] {
            let scrubbed = redactor.scrub(&text);
            assert!(scrubbed.contains("«password#1»"), "{text} -> {scrubbed}");
            let rest = scrubbed.replace("«password#1»", "");
            assert!(!rest.contains("rd"), "{text} -> {scrubbed}");
        }
    }

    #[test]
    fn the_longest_secret_wins() {
        let mut redactor = Redactor::default();
        redactor.learn("code", "aaaaaaaabbbb");
        redactor.learn("access_token", "aaaaaaaabbbbcccc");
        assert_eq!(
            redactor.scrub("x aaaaaaaabbbbcccc y"),
            "x «access_token#1» y"
        );
        assert_eq!(redactor.scrub("x aaaaaaaabbbbc y"), "x «code#1»c y");
    }

    #[test]
    fn short_and_public_values_stay() {
        let mut redactor = Redactor::default();
        assert_eq!(redactor.learn("password", "short"), "«password#1»");
        assert_eq!(redactor.scrub("short and sweet"), "short and sweet");
        redactor.publish("state-0123456789");
        assert_eq!(
            redactor.learn("form_field", "state-0123456789"),
            "state-0123456789"
        );
        assert_eq!(redactor.scrub("state-0123456789"), "state-0123456789");
    }

    #[test]
    fn text_that_is_not_ascii_survives() {
        let mut redactor = Redactor::default();
        redactor.learn("code", "geheimnis-ß");
        assert_eq!(redactor.scrub("ü geheimnis-ß ö"), "ü «code#1» ö");
        assert_eq!(redactor.scrub("ünïcödé ohne"), "ünïcödé ohne");
    }
}
