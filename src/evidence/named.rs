//! Secrets in texts of which nothing else is known: scripts, broken JSON, header fields, nested URLs.
//!
//! A value is one when the name of a secret stands right before it, in whatever encoding the two are joined;
//! or when it has the form of a JWT.

use percent_encoding::percent_decode_str;

use super::places::{by_place, kind_of};
use super::redactor::Redactor;

/// How a quotation mark may be written.
const QUOTES: [&str; 10] = [
    "\\\"", "\"", "'", "&quot;", "&#34;", "&#39;", "&#x27;", "%22", "\\u0022", "\\u0027",
];
/// How what joins a name and its value may be written.
const JOINTS: [&str; 9] = [
    "=", ":", "%3D", "%3d", "&#61;", "&#x3D;", "\\u003d", "%253D", "%3A",
];
/// Where a value without quotation marks ends, besides at a character that no value has.
const ENDS: [&str; 7] = ["%26", "%23", "%22", "%20", "%2526", "&", "\\u0026"];

/// `text` with such values replaced; `None` where there are none.
pub(super) fn replace(redactor: &mut Redactor, text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        // Words are ASCII, so every place found here lies between two characters.
        let end = end_of(bytes, at, is_word);
        let found = jwt(text, at).or_else(|| named(text, at, end));
        let Some(found) = found else {
            at = end;
            continue;
        };
        let value = &text[found.start..found.end];
        let plain = percent_decode_str(value).decode_utf8_lossy();
        let placeholder = by_place(redactor, found.kind, &plain);
        if placeholder != plain {
            let out = out.get_or_insert_with(String::new);
            out.push_str(&text[copied..found.start]);
            out.push_str(&placeholder);
            copied = found.end;
        }
        at = found.end.max(end);
    }
    out.map(|mut out| {
        out.push_str(&text[copied..]);
        out
    })
}

struct Found {
    kind: &'static str,
    start: usize,
    end: usize,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// What a value without quotation marks may hold.
fn is_value(byte: u8) -> bool {
    is_word(byte) || b".~+/=%|!*$@".contains(&byte)
}

fn end_of(bytes: &[u8], start: usize, is: impl Fn(u8) -> bool) -> usize {
    bytes[start..]
        .iter()
        .position(|byte| !is(*byte))
        .map_or(bytes.len(), |length| start + length)
}

/// A JWS or JWE in the compact form that begins at `at`.
fn jwt(text: &str, at: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    // The base64url of `{"`, with which every JOSE header begins.
    if !bytes[at..].starts_with(b"eyJ") {
        return None;
    }
    let mut end = end_of(bytes, at, is_word);
    let header = end - at;
    let mut parts = 1;
    while parts < 5 && bytes.get(end) == Some(&b'.') {
        end = end_of(bytes, end + 1, is_word);
        parts += 1;
    }
    (header >= 10 && parts >= 3).then_some(Found {
        kind: "jwt",
        start: at,
        end,
    })
}

/// The value that follows the word in `at..end`, where this word is the name of a secret.
fn named(text: &str, at: usize, end: usize) -> Option<Found> {
    let word = &text[at..end];
    let before = at.checked_sub(1).map(|i| text.as_bytes()[i]);
    // The end of an escaped separator looks like the beginning of the word.
    let escape = match before {
        Some(b'%') if word.starts_with("25") => 4,
        Some(b'%') => 2,
        Some(b'\\') if word.starts_with('u') => 5,
        _ => 0,
    };
    let inner = word.get(escape..).filter(|_| escape > 0);
    let kind = inner.and_then(kind_of).or_else(|| kind_of(word))?;
    let mut rest = &text[end..];
    skip(&mut rest, &QUOTES);
    rest = rest.trim_start_matches(' ');
    let joint = skip(&mut rest, &JOINTS)?;
    rest = rest.trim_start_matches(' ');
    let quote = skip(&mut rest, &QUOTES);
    let start = text.len() - rest.len();
    let quoted = quote.and_then(|quote| quoted(rest, quote));
    let length = quoted.unwrap_or_else(|| {
        let run = end_of(rest.as_bytes(), 0, is_value);
        let run = &rest[..run];
        let ends = ENDS.iter().filter_map(|end| run.find(end));
        ends.min().unwrap_or(run.len())
    });
    let value = &rest[..length];
    if value.is_empty() || value.starts_with('«') {
        return None;
    }
    // A colon without quotation marks stands in sentences, styles, and before what is no text.
    if matches!(joint, ":" | "%3A") && quote.is_none() {
        return None;
    }
    Some(Found {
        kind,
        start,
        end: start + length,
    })
}

/// The length of what stands before the closing quotation mark; `None` where there is none, or where it
/// belongs to something else.
fn quoted(rest: &str, quote: &str) -> Option<usize> {
    let length = rest.find(quote)?;
    let value = &rest[..length];
    let crosses = value.contains('\n') || (quote != "\"" && value.contains('"'));
    (!crosses).then_some(length)
}

/// Goes past the first of these that `rest` begins with.
fn skip(rest: &mut &str, any: &[&'static str]) -> Option<&'static str> {
    let found = any.iter().find(|what| rest.starts_with(**what))?;
    *rest = &rest[found.len()..];
    Some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_named_is_replaced() {
        for (text, redacted) in [
            (
                "access_token=gho_16C7e42F&scope=repo",
                "access_token=«access_token#1»&scope=repo",
            ),
            (
                r#"{"access_token":"ab1","expires_in":3600,"x":[[["#,
                r#"{"access_token":"«access_token#1»","expires_in":3600,"x":[[["#,
            ),
            (
                r#"{"accessToken" : "ab1", "code": 400}"#,
                r#"{"accessToken" : "«access_token#1»", "code": 400}"#,
            ),
            (
                r#"location.href = "https://rp/cb?code=ab1";"#,
                r#"location.href = "https://rp/cb?code=«code#1»";"#,
            ),
            (
                r#"<meta http-equiv=refresh content="0;url=/cb?state=1&amp;code=ab1">"#,
                r#"<meta http-equiv=refresh content="0;url=/cb?state=1&amp;code=«code#1»">"#,
            ),
            (
                "/login?to=%2Fcb%3Fcode%3Dab1%26state%3D2",
                "/login?to=%2Fcb%3Fcode%3D«code#1»%26state%3D2",
            ),
            (
                r#"{\"refresh_token\":\"ab1\"}"#,
                r#"{\"refresh_token\":\"«refresh_token#1»\"}"#,
            ),
            ("x=eyJhbGciOiJub25lIn0.eyJhIjoxfQ.", "x=«jwt#1»"),
            (
                "/x?j=%7B%22token%22%3A%22ab1%22%7D",
                "/x?j=%7B%22token%22%3A%22«token#1»%22%7D",
            ),
            (
                r#"{"error_description":"token='ab1 is wrong","hint":"it's"}"#,
                r#"{"error_description":"token='«token#1» is wrong","hint":"it's"}"#,
            ),
            (
                r#"{"a":"token=\"ab1 is wrong","b":1}"#,
                r#"{"a":"token=\"«token#1» is wrong","b":1}"#,
            ),
            ("/cb#eyJhbGciOiJub25lIn0.e30.c2ln", "/cb#«jwt#1»"),
            (
                r#"x\u0026code\u003dab1\u0026y"#,
                r#"x\u0026code\u003d«code#1»\u0026y"#,
            ),
        ] {
            let mut redactor = Redactor::default();
            let out = replace(&mut redactor, text);
            assert_eq!(out.as_deref(), Some(redacted), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_it_stays() {
        for text in [
            "response_type=code&state=1",
            r#"{"grant_types_supported":["password","code"]}"#,
            "Error code: the request is wrong",
            r#"{"code":404,"error":"x"}"#,
            "Bearer error=\"invalid_token\", scope=\"openid\"",
            "code:hover { color: red }",
            r#"<input name="password" type="password" autocomplete="current-password">"#,
            "code=«code#1»",
            "claims=%7B%22id_token%22%3A%7B%22auth_time%22%3Anull%7D%7D",
            "claims=%7B%22id_token%22%3A+null%7D",
            "code_challenge=abcdef",
            "code=",
        ] {
            assert_eq!(replace(&mut Redactor::default(), text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_will_do(text in "(code|token|=|:|%3D|%|\"|'|eyJ|\\.|é|«|a1|\\\\u|&){0,40}") {
            replace(&mut Redactor::default(), &text);
        }
    }
}
