//! Knows the secrets of a run and replaces them in any text by stable, numbered placeholders.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::spellings::{Spellings, WINDOW};

/// Shorter values are replaced by place only: as text they turn up everywhere by chance.
pub(super) const BY_VALUE_FROM: usize = WINDOW;

/// A part of a secret that no encoding changes is hunted for alone where it is so long.
const PART_FROM: usize = 16;

/// All that form encoding leaves alone.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The secrets seen so far, and the placeholder of each.
#[derive(Default)]
pub struct Redactor {
    placeholders: HashMap<String, Arc<str>>,
    counts: HashMap<String, usize>,
    public: HashSet<String>,
    spellings: Spellings,
}

impl Redactor {
    /// Remembers a secret and gives its placeholder, such as `«access_token#1»`. The same value always gets
    /// the same placeholder, whatever it is called the second time.
    pub fn learn(&mut self, kind: &str, value: &str) -> String {
        if let Some(known) = self.placeholders.get(value) {
            return known.to_string();
        }
        if value.is_empty() || self.public.contains(value) || is_placeholder(value) {
            return value.to_owned();
        }
        let n = self.counts.entry(kind.to_owned()).or_default();
        *n += 1;
        let placeholder = format!("«{kind}#{n}»");
        let shared: Arc<str> = Arc::from(placeholder.as_str());
        if value.len() >= BY_VALUE_FROM {
            self.add_spellings(value, &shared);
        }
        self.placeholders.insert(value.to_owned(), shared);
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

    /// Whether this value is replaced wherever it turns up.
    pub fn hunts(&self, value: &str) -> bool {
        value.len() >= BY_VALUE_FROM && self.knows(value)
    }

    /// `text` with every known secret of at least 8 characters replaced, in whatever encoding of ours it
    /// stands there.
    pub fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut out: Option<String> = None;
        let mut copied = 0;
        let mut at = 0;
        while let Some(place) = self.spellings.next(text.as_bytes(), at) {
            let rest = &text.as_bytes()[place..];
            let found = self.spellings.longest(rest).or_else(|| {
                self.spellings
                    .cut_short(rest, |beginning| self.stays(beginning))
            });
            let Some((length, placeholder)) = found else {
                at = place + 1;
                continue;
            };
            let out = out.get_or_insert_with(String::new);
            out.push_str(&text[copied..place]);
            out.push_str(placeholder);
            at = place + length;
            copied = at;
        }
        match out {
            None => Cow::Borrowed(text),
            Some(mut out) => {
                out.push_str(&text[copied..]);
                Cow::Owned(out)
            }
        }
    }

    /// Whether the beginning of a secret is something else by itself.
    fn stays(&self, beginning: &[u8]) -> bool {
        std::str::from_utf8(beginning)
            .is_ok_and(|beginning| self.public.contains(beginning) || self.knows(beginning))
    }

    fn add_spellings(&mut self, value: &str, placeholder: &Arc<str>) {
        let mut spellings = vec![value.to_owned()];
        // Most secrets are made of characters that these encodings leave alone.
        if !value.bytes().all(is_unreserved) {
            let percent = utf8_percent_encode(value, FORM).to_string();
            spellings.push(percent.replace("%20", "+"));
            spellings.push(lower_hex(&percent));
            spellings.push(percent);
            spellings.push(html(value));
            if let Ok(json) = serde_json::to_string(value) {
                spellings.push(json.trim_matches('"').to_owned());
            }
        }
        spellings.push(STANDARD.encode(value));
        spellings.push(URL_SAFE_NO_PAD.encode(value));
        // Other encodings, and several one upon the other, leave these characters alone.
        let parts = value.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        let long = parts.filter(|part| looks_random(part) && !self.public.contains(*part));
        spellings.extend(long.map(str::to_owned));
        for spelling in spellings {
            self.spellings.insert(spelling, placeholder);
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

/// What form encoding, HTML and JSON leave alone.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Whether a part of a secret is one by itself, rather than a host name or a word.
fn looks_random(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    part.len() >= PART_FROM && digits >= 2 && part.bytes().any(|b| b.is_ascii_alphabetic())
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
    fn a_secret_goes_under_several_encodings() {
        let secret = "c2VjcmV0LXNlY3JldC1zZWNy/w+1==";
        let mut redactor = Redactor::default();
        redactor.learn("cookie", secret);
        let twice = utf8_percent_encode(secret, FORM).to_string();
        for text in [
            secret.replace('/', "\\/").replace('=', "\\u003d"),
            secret.replace('/', "&#x2F;").replace('=', "&#61;"),
            utf8_percent_encode(&twice, FORM).to_string(),
        ] {
            let scrubbed = redactor.scrub(&text);
            assert!(!scrubbed.contains("c2VjcmV0"), "{text} -> {scrubbed}");
        }
    }

    #[test]
    fn the_beginning_of_a_secret_goes_where_a_text_was_cut() {
        let mut redactor = Redactor::default();
        redactor.publish("conformance-basic");
        redactor.learn("client_secret", "conformance-basic-secret");
        for (text, scrubbed) in [
            (
                "no JSON: \"conformance-basic-sec\"",
                "no JSON: \"«client_secret#1»\"",
            ),
            (
                "conformance-bas… (90 characters)",
                "«client_secret#1»… (90 characters)",
            ),
            ("x conformance-basic-s", "x «client_secret#1»"),
            ("client_id=conformance-basic", "client_id=conformance-basic"),
            ("conformance-basic-other", "conformance-basic-other"),
            ("conforma…", "conforma…"),
        ] {
            assert_eq!(redactor.scrub(text), scrubbed);
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
