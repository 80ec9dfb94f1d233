//! Text of a provider, made harmless for the place where it is shown.
//!
//! Whatever could move a cursor, hide text or turn its direction is shown as `\u{..}`; then each format's own
//! escape applies.

use std::fmt::Write as _;

use serde::Serialize;

/// One line: every control and format character is shown as `\u{..}`.
pub(super) fn line(text: &str) -> String {
    visible(text, |_| false)
}

/// Several lines: line feeds and tabs stay.
pub(super) fn block(text: &str) -> String {
    visible(&text.replace("\r\n", "\n"), |c| matches!(c, '\n' | '\t'))
}

/// One line of at most `limit` characters.
pub(super) fn short(text: &str, limit: usize) -> String {
    let count = text.chars().count();
    if count <= limit {
        return line(text);
    }
    let head: String = text.chars().take(limit).collect();
    format!("{}… ({} more characters)", line(&head), count - limit)
}

/// Markdown text in which no character of `text` means anything.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = line(text);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Neither a mention nor an address to click on.
            '@' => out.push_str("&#64;"),
            ':' if chars.peek() == Some(&'/') => out.push_str("&#58;"),
            '.' if out.ends_with("www") => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|'
            | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    // A list item, a heading or a rule is made by how a line begins.
    let digits = out.chars().take_while(char::is_ascii_digit).count();
    if out.starts_with(['-', '=']) || (digits > 0 && out[digits..].starts_with('.')) {
        out.insert(digits, '\\');
    }
    out
}

/// A Markdown code span.
pub(super) fn code(text: &str) -> String {
    let text = line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A Markdown code span inside a table.
pub(super) fn cell_code(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A Markdown link whose label is already Markdown; the label alone when `url` is no web address.
pub(super) fn link(label: &str, url: &str) -> String {
    let Some(url) = web(url) else {
        return label.to_owned();
    };
    let mut target = String::new();
    for c in line(url).chars() {
        match c {
            '<' | '>' | '(' | ')' | '|' | '\\' | '`' | '"' | ' ' => {
                // Writing to a string can't fail.
                let _ = write!(target, "%{:02X}", c as u32);
            }
            _ => target.push(c),
        }
    }
    format!("[{label}]({target})")
}

/// `url` when it leads to the web, so that no other scheme is ever made clickable.
pub(super) fn web(url: &str) -> Option<&str> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    is_web.then_some(url)
}

/// JSON that can stand inside an HTML `script` element.
pub(super) fn script_json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("the results model is JSON with string keys");
    escape_json(&json, |c| matches!(c, '<' | '>' | '&'))
}

/// The same JSON with every hidden character in its escaped form, so that the file can be shown as it is.
pub(super) fn json(json: &str) -> String {
    escape_json(json, |_| false)
}

/// Hidden characters, and those that `also` names, can only stand in the strings of a JSON text, and there they
/// can be escaped; a line feed is what an indented text has between its parts.
fn escape_json(json: &str, also: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if also(c) || (is_hidden(c) && c != '\n') {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string can't fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn visible(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) && !keep(c) {
            // Writing to a string can't fail.
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        } else {
            out.push(c);
        }
    }
    out
}

/// Controls, characters without a width or that turn the direction, and what XML can't hold.
/// The page's script (`html/page.js`) has the same set.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown() {
        for (text, expected) in [
            ("plain «text» ✓", "plain «text» ✓"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\nb\tc\0", "a\\u{a}b\\u{9}c\\u{0}"),
            ("\u{202e}txt.exe", "\\u{202e}txt.exe"),
            (
                "\u{9b}31m\u{7f}\u{feff}\u{ffff}",
                "\\u{9b}31m\\u{7f}\\u{feff}\\u{ffff}",
            ),
        ] {
            assert_eq!(line(text), expected);
        }
        assert_eq!(block("a\r\n\tb\rc\u{1b}"), "a\n\tb\\u{d}c\\u{1b}");
        assert_eq!(short("abcdef", 4), "abcd… (2 more characters)");
        assert_eq!(short("abcd", 4), "abcd");
    }

    #[test]
    fn markdown_keeps_no_meaning() {
        for (text, expected) in [
            ("a | b", "a \\| b"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("[x](https://a)", "\\[x\\]\\(https&#58;//a\\)"),
            ("@team", "&#64;team"),
            ("www.evil.test 09:30", "www&#46;evil.test 09:30"),
            ("- item", "\\- item"),
            ("1. item", "1\\. item"),
            ("# head", "\\# head"),
            ("a\n# b", "a\\\\u\\{a\\}\\# b"),
        ] {
            assert_eq!(markdown(text), expected);
        }
    }

    #[test]
    fn a_code_span_can_not_be_left() {
        for (text, expected) in [
            ("aud", "`aud`"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            ("a|b", "`a|b`"),
            (" ", "(empty)"),
        ] {
            assert_eq!(code(text), expected);
        }
        assert_eq!(cell_code("a|b"), "`a\\|b`");
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(link("x", "https://a.test/#b"), "[x](https://a.test/#b)");
        assert_eq!(
            link("x", "https://a.test/)<b> c"),
            "[x](https://a.test/%29%3Cb%3E%20c)"
        );
        assert_eq!(link("x", "javascript:alert(1)"), "x");
    }

    #[test]
    fn script_json_holds_nothing_that_ends_a_script() {
        let hostile = "</script><!--\u{2028}&\u{202e}\u{e0041}";
        let json = script_json(&hostile);
        assert!(json.is_ascii() && !json.contains(['<', '>', '&']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }
}
