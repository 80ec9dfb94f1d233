//! A JSON object read in one pass: where its members stand, nothing copied.
//!
//! It takes exactly the texts that [`json::parse`](crate::jwt::json::parse) takes and finds no doubled name in;
//! a fuzz target and a test hold that. What is wrong with a text that it refuses is worked out there.

use std::borrow::Cow;
use std::collections::HashSet;

/// What kind of value a [`Span`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    /// Without escapes: the characters between the quotation marks are the value.
    String,
    /// With at least one escape.
    EscapedString,
    Array,
    Object,
}

/// Where a value stands; of a string what is between its quotation marks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) kind: Kind,
    start: u32,
    end: u32,
}

/// What became of a member.
pub(super) enum Taken {
    /// It is known, and came for the first time.
    Once,
    /// It is known, and came before.
    Again,
    /// It is not known.
    Unknown,
}

/// Who wants to know the members of an object.
pub(super) trait Members {
    /// Takes in the member `name` (unescaped, UTF-8).
    fn member(&mut self, name: &[u8], value: Span) -> Taken;
}

/// The text is no JSON object, or has a member name twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Reads `text`, which has to be one JSON object, and hands its members to `members`.
pub(super) fn object(text: &str, members: &mut impl Members) -> Result<(), Malformed> {
    // Positions are kept in 32 bits.
    u32::try_from(text.len()).map_err(|_| Malformed)?;
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        depth: 0,
    };
    scanner.white_space();
    scanner.expect(b'{')?;
    scanner.object(members)?;
    scanner.white_space();
    if scanner.at == text.len() {
        Ok(())
    } else {
        Err(Malformed)
    }
}

impl Span {
    /// The value as it is written; of a string what is between its quotation marks.
    #[inline]
    pub(super) fn raw(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// The whole value as JSON.
    pub(super) fn json(self, text: &str) -> &str {
        match self.kind {
            Kind::String | Kind::EscapedString => text
                .get((self.start as usize).saturating_sub(1)..self.end as usize + 1)
                .unwrap_or_default(),
            _ => self.raw(text),
        }
    }

    /// The value of a string.
    #[inline]
    pub(super) fn string(self, text: &str) -> Option<Cow<'_, str>> {
        match self.kind {
            Kind::String => Some(Cow::Borrowed(self.raw(text))),
            Kind::EscapedString => serde_json::from_str(self.json(text)).ok().map(Cow::Owned),
            _ => None,
        }
    }

    /// Whether it is the string `wanted`.
    #[inline]
    pub(super) fn is(self, text: &str, wanted: &str) -> bool {
        match self.kind {
            Kind::String => self.raw(text) == wanted,
            Kind::EscapedString => self.string(text).is_some_and(|value| value == wanted),
            _ => false,
        }
    }

    /// The value of a number.
    #[inline]
    pub(super) fn number(self, text: &str) -> Option<f64> {
        /// So many digits fit into the 53 bits of a double.
        const EXACT: usize = 15;
        if self.kind != Kind::Number {
            return None;
        }
        let raw = self.raw(text);
        let digits = (raw.len() <= EXACT).then(|| {
            raw.bytes().try_fold(0_u64, |value, byte| {
                let digit = byte.wrapping_sub(b'0');
                (digit < 10).then(|| value * 10 + u64::from(digit))
            })
        });
        if let Some(value) = digits.flatten() {
            #[expect(clippy::cast_precision_loss, reason = "at most 15 digits")]
            return Some(value as f64);
        }
        raw.parse().ok().filter(|value: &f64| value.is_finite())
    }

    /// The elements of an array.
    pub(super) fn elements(self, text: &str) -> Elements<'_> {
        let end = if self.kind == Kind::Array {
            self.end as usize
        } else {
            0
        };
        let text = text.get(..end).unwrap_or_default();
        Elements(Scanner {
            text,
            bytes: text.as_bytes(),
            at: self.start as usize + 1,
            depth: 0,
        })
    }
}

/// The elements of an array that was read before.
pub(super) struct Elements<'t>(Scanner<'t>);

impl Iterator for Elements<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        self.0.white_space();
        if self.0.peek() == Some(b',') {
            self.0.at += 1;
            self.0.white_space();
        }
        // At the closing bracket there is no value.
        self.0.value().ok()
    }
}

/// Nobody asks for the members of an inner object; only their names have to differ.
struct Nobody;

impl Members for Nobody {
    #[inline]
    fn member(&mut self, _: &[u8], _: Span) -> Taken {
        Taken::Unknown
    }
}

/// The unknown names of an object.
#[derive(Default)]
struct Names<'t> {
    few: Vec<Cow<'t, [u8]>>,
    many: Option<HashSet<Cow<'t, [u8]>>>,
}

impl<'t> Names<'t> {
    /// Keeps `name` and says whether it is new.
    fn is_new(&mut self, name: Cow<'t, [u8]>) -> bool {
        /// A few names are compared one by one; with many that would take the square of the time.
        const FEW: usize = 32;
        if self.few.contains(&name) {
            return false;
        }
        if self.few.len() < FEW {
            self.few.push(name);
            return true;
        }
        self.many.get_or_insert_default().insert(name)
    }
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: u8,
}

/// As deep as `serde_json` goes.
const MAX_DEPTH: u8 = 127;

impl<'t> Scanner<'t> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    fn deeper(&mut self) -> Result<(), Malformed> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Malformed);
        }
        Ok(())
    }

    /// Reads from behind the opening brace to behind the closing one.
    fn object(&mut self, members: &mut impl Members) -> Result<(), Malformed> {
        self.deeper()?;
        let mut unknown = Names::default();
        self.white_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            self.depth -= 1;
            return Ok(());
        }
        loop {
            self.expect(b'"')?;
            let name = self.name()?;
            self.white_space();
            self.expect(b':')?;
            self.white_space();
            let value = self.value()?;
            match members.member(&name, value) {
                Taken::Once => {}
                Taken::Again => return Err(Malformed),
                Taken::Unknown if unknown.is_new(name) => {}
                Taken::Unknown => return Err(Malformed),
            }
            self.white_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    self.depth -= 1;
                    return Ok(());
                }
                _ => return Err(Malformed),
            }
            self.white_space();
        }
    }

    /// Reads a member name from behind its opening quotation mark to behind the closing one.
    #[inline]
    fn name(&mut self) -> Result<Cow<'t, [u8]>, Malformed> {
        let span = self.string()?;
        if span.kind == Kind::String {
            let octets = self.bytes.get(span.start as usize..span.end as usize);
            return octets.map(Cow::Borrowed).ok_or(Malformed);
        }
        let name = span.string(self.text).ok_or(Malformed)?;
        Ok(Cow::Owned(name.into_owned().into_bytes()))
    }

    fn array(&mut self) -> Result<(), Malformed> {
        self.deeper()?;
        self.white_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            self.depth -= 1;
            return Ok(());
        }
        loop {
            self.value()?;
            self.white_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    self.depth -= 1;
                    return Ok(());
                }
                _ => return Err(Malformed),
            }
            self.white_space();
        }
    }

    fn value(&mut self) -> Result<Span, Malformed> {
        let start = self.at;
        let kind = match self.peek().ok_or(Malformed)? {
            b'"' => {
                self.at += 1;
                return self.string();
            }
            b'{' => {
                self.at += 1;
                self.object(&mut Nobody)?;
                Kind::Object
            }
            b'[' => {
                self.at += 1;
                self.array()?;
                Kind::Array
            }
            b't' => self.word(b"true", Kind::Boolean)?,
            b'f' => self.word(b"false", Kind::Boolean)?,
            b'n' => self.word(b"null", Kind::Null)?,
            _ => self.number()?,
        };
        Ok(self.span(kind, start, self.at))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the length of the text was compared with 2^32"
    )]
    #[inline]
    fn span(&self, kind: Kind, start: usize, end: usize) -> Span {
        Span {
            kind,
            start: start as u32,
            end: end as u32,
        }
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<Kind, Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(kind)
        } else {
            Err(Malformed)
        }
    }

    #[inline]
    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    fn number(&mut self) -> Result<Kind, Malformed> {
        /// An integer of fewer digits fits into a double.
        const SURELY_FINITE: usize = 300;
        let start = self.at;
        let mut has_exponent = false;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            has_exponent = true;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        if has_exponent || self.at - start > SURELY_FINITE {
            let raw = self.text.get(start..self.at).unwrap_or_default();
            if !raw.parse().is_ok_and(f64::is_finite) {
                return Err(Malformed);
            }
        }
        Ok(Kind::Number)
    }

    /// Reads from behind the opening quotation mark to behind the closing one.
    #[inline]
    fn string(&mut self) -> Result<Span, Malformed> {
        let start = self.at;
        let mut kind = Kind::String;
        loop {
            self.at += plain(self.bytes.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(self.span(kind, start, self.at - 1));
                }
                Some(b'\\') => {
                    kind = Kind::EscapedString;
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err(Malformed),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        let escape = self.peek().ok_or(Malformed)?;
        self.at += 1;
        match escape {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => match self.code_unit()? {
                0xd800..=0xdbff => {
                    self.expect(b'\\')?;
                    self.expect(b'u')?;
                    match self.code_unit()? {
                        0xdc00..=0xdfff => Ok(()),
                        _ => Err(Malformed),
                    }
                }
                0xdc00..=0xdfff => Err(Malformed),
                _ => Ok(()),
            },
            _ => Err(Malformed),
        }
    }

    fn code_unit(&mut self) -> Result<u32, Malformed> {
        let digits = self.bytes.get(self.at..self.at + 4).ok_or(Malformed)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit, digit| {
            let digit = char::from(*digit).to_digit(16).ok_or(Malformed)?;
            Ok(unit << 4 | digit)
        })
    }
}

/// How many bytes at the beginning need no attention inside a string: no quotation mark, no backslash, no
/// control character. Eight bytes are looked at in one go.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (chunks, rest) = bytes.as_chunks::<8>();
    for (index, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        let found = has_zero(word ^ (ONES * u64::from(b'"')))
            | has_zero(word ^ (ONES * u64::from(b'\\')))
            | (word.wrapping_sub(ONES * 0x20) & !word & HIGH);
        if found != 0 {
            // What lies below the lowest bit found is right; borrows disturb only what lies above.
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let plain = rest
        .iter()
        .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20))
        .count();
    chunks.len() * 8 + plain
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::jwt::json;

    #[derive(Default)]
    struct All(Vec<(String, Span)>);

    impl Members for All {
        fn member(&mut self, name: &[u8], value: Span) -> Taken {
            self.0
                .push((String::from_utf8(name.to_vec()).unwrap(), value));
            Taken::Unknown
        }
    }

    /// Reads `text` here and with `serde_json` and compares.
    fn check(text: &str) -> bool {
        let mut all = All::default();
        let taken = object(text, &mut all).is_ok();
        let expected = json::parse(text.as_bytes())
            .ok()
            .filter(|document| document.value.is_object() && document.duplicates.is_empty());
        assert_eq!(taken, expected.is_some(), "{text}");
        if let Some(document) = expected {
            let members = document.value.as_object().unwrap();
            assert_eq!(all.0.len(), members.len(), "{text}");
            for (name, span) in all.0 {
                let value = &members[&name];
                assert_eq!(
                    &serde_json::from_str::<Value>(span.json(text)).unwrap(),
                    value
                );
                assert_eq!(span.string(text).as_deref(), value.as_str());
                assert_eq!(span.number(text), value.as_f64());
                let elements: Vec<Value> = span
                    .elements(text)
                    .map(|element| serde_json::from_str(element.json(text)).unwrap())
                    .collect();
                assert_eq!(
                    &elements,
                    value.as_array().unwrap_or(&Vec::new()),
                    "{text} {name}"
                );
            }
        }
        taken
    }

    #[test]
    fn it_reads_what_serde_json_reads() {
        let many = (0..100)
            .map(|n| format!("\"member {n}\":{n}"))
            .collect::<Vec<_>>()
            .join(",");
        for text in [
            "{}",
            " \t\r\n{ } ",
            r#"{"a":1}"#,
            r#"{ "a" : null , "b" : true , "c" : false }"#,
            r#"{"a":[],"b":[1,[2,{"c":[]}]],"c":["x", "y\"" ]}"#,
            r#"{"a":{"a":{"a":0}}}"#,
            r#"{"\u0061":"\u00e9\ud83d\ude00\n\/\"\\"}"#,
            r#"{"name with é and 漢字":"12345678\u0000"}"#,
            r#"{"a":-0,"b":1.5,"c":1E3,"d":17e-1,"e":-1.0e+2,"f":18446744073709551616,"g":1e-400}"#,
            r#"{"a":123456789012345,"b":1234567890123456,"c":9007199254740993,"d":0}"#,
            &format!("{{{many}}}"),
            &format!("{{\"a\":{}1{}}}", "[".repeat(126), "]".repeat(126)),
        ] {
            assert!(check(text), "{text}");
        }
    }

    #[test]
    fn it_refuses_what_serde_json_refuses() {
        let many = (0..100)
            .map(|n| format!("\"{n}\":{n}"))
            .collect::<Vec<_>>()
            .join(",");
        for text in [
            "",
            "{",
            "[]",
            "null",
            "1",
            "\"a\"",
            "{}{}",
            "{} x",
            "\u{feff}{}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1 "b":2}"#,
            r#"{,}"#,
            r#"{a:1}"#,
            r#"{'a':1}"#,
            r#"{"a":NaN}"#,
            r#"{"a":Infinity}"#,
            r#"{"a":-}"#,
            r#"{"a":01}"#,
            r#"{"a":+1}"#,
            r#"{"a":.5}"#,
            r#"{"a":1.}"#,
            r#"{"a":1e}"#,
            r#"{"a":1e400}"#,
            r#"{"a":0x1}"#,
            r#"{"a":tru}"#,
            r#"{"a":truth}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[1 2]}"#,
            r#"{"a":[}"#,
            r#"{/**/}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u12"}"#,
            r#"{"a":"\u12g4"}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":"\ud800\u0041"}"#,
            r#"{"a":"\udc00"}"#,
            "{\"a\":\"\n\"}",
            "{\"a\":\"\u{1f}1234567890\"}",
            r#"{"a":"b}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
            &format!("{{{many},\"99\":0}}"),
            &format!("{{\"a\":{}}}", "9".repeat(400)),
            &format!("{{\"a\":{}1{}}}", "[".repeat(127), "]".repeat(127)),
            &format!("{{\"a\":{}", "[".repeat(100_000)),
        ] {
            assert!(!check(text), "{text}");
        }
    }

    #[test]
    fn every_prefix_and_every_changed_byte_gives_the_same_as_serde_json() {
        let text = r#"{"iss":"https://a.test","aud":["x","\u0079"],"exp":1.5e9,"n":{"a":null,"b":[true,{}]}}"#;
        for at in 0..text.len() {
            check(&text[..at]);
            for byte in [b'"', b'\\', b'{', b'}', b'[', b']', b',', b'0', b' ', 1] {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = byte;
                check(std::str::from_utf8(&changed).unwrap());
            }
        }
    }
}
