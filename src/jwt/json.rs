//! JSON that remembers which member names came twice.
//!
//! `serde_json` keeps the last of several members of one name, which is one of the two behaviours that
//! [RFC 7519 section 4](https://www.rfc-editor.org/rfc/rfc7519#section-4) allows a reader; a check has to know that there were several.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A JSON text and the names of members that it has more than once.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The value; of several members of one name the last.
    pub value: Value,
    /// Where a name came again, as [JSON Pointer](https://www.rfc-editor.org/rfc/rfc6901); at most 16.
    pub duplicates: Vec<String>,
}

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not UTF-8 ([RFC 8259 section 8.1](https://www.rfc-editor.org/rfc/rfc8259#section-8.1)).
    #[error("not UTF-8")]
    NotUtf8,
    /// A byte order mark, which [RFC 8259 section 8.1](https://www.rfc-editor.org/rfc/rfc8259#section-8.1) forbids.
    #[error("not JSON (it begins with a byte order mark)")]
    ByteOrderMark,
    /// Not JSON, or deeper than 128 levels, or a number that does not fit.
    #[error("not JSON ({0})")]
    Syntax(String),
}

/// Reads one JSON text.
///
/// # Errors
/// What [`JsonError`] names.
pub fn parse(octets: &[u8]) -> Result<Document, JsonError> {
    let text = std::str::from_utf8(octets).map_err(|_| JsonError::NotUtf8)?;
    if text.starts_with('\u{feff}') {
        return Err(JsonError::ByteOrderMark);
    }
    let duplicates = RefCell::new(Vec::new());
    let seed = Seed {
        place: Place::Root,
        duplicates: &duplicates,
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = seed
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|e| JsonError::Syntax(e.to_string()))?;
    Ok(Document {
        value,
        duplicates: duplicates.into_inner(),
    })
}

/// What kind of JSON value `value` is, with its article, for a sentence.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// `value` as JSON, cut after about 100 characters.
pub fn show(value: &Value) -> String {
    const LIMIT: usize = 100;
    let text = value.to_string();
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text,
    }
}

const MAX_DUPLICATES: usize = 16;

/// The way from the root to a value; on the stack, so that a text without duplicates costs nothing.
enum Place<'a> {
    Root,
    Member(&'a Place<'a>, &'a str),
    Element(&'a Place<'a>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(parent, name) => {
                write!(f, "{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Self::Element(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

struct Seed<'a> {
    place: Place<'a>,
    duplicates: &'a RefCell<Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element_seed(Seed {
            place: Place::Element(&self.place, elements.len()),
            duplicates: self.duplicates,
        })? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let place = Place::Member(&self.place, &name);
            if members.contains_key(&name) {
                let mut duplicates = self.duplicates.try_borrow_mut().map_err(A::Error::custom)?;
                if duplicates.len() < MAX_DUPLICATES {
                    duplicates.push(place.to_string());
                }
            }
            let value = access.next_value_seed(Seed {
                place,
                duplicates: self.duplicates,
            })?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_of_several_members_counts_and_all_are_named() {
        let document =
            parse(br#"{"a":1,"\u0061":2,"b":[{"c":1,"c":2}],"d/e":{"~":0,"~":1}}"#).unwrap();
        assert_eq!(document.value, json!({"a":2,"b":[{"c":2}],"d/e":{"~":1}}));
        assert_eq!(document.duplicates, ["/a", "/b/0/c", "/d~1e/~0"]);
    }

    #[test]
    fn every_kind_of_value_is_kept() {
        let text = br#" {"n":null,"t":true,"i":-1,"u":18446744073709551615,"f":1.5,"e":17e8,"s":"\u00e9","a":[]} "#;
        let document = parse(text).unwrap();
        assert_eq!(
            document.value,
            serde_json::from_slice::<Value>(text).unwrap()
        );
        assert!(document.duplicates.is_empty());
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        for (text, says) in [
            (&b""[..], "EOF"),
            (b"{} {}", "trailing characters"),
            (b"{\"a\":1,}", "trailing comma"),
            (b"{\"a\":NaN}", "expected value"),
            (b"{'a':1}", "key must be a string"),
            (b"{\"a\":1e400}", "number out of range"),
            (b"{/**/}", "key must be a string"),
            (b"{\"a\":0x1}", "expected `,` or `}`"),
            (b"\"\\ud800\"", "hex escape"),
            (b"\xff\xfe{\x00}\x00", "not UTF-8"),
            (b"\xef\xbb\xbf{}", "byte order mark"),
            (deep.as_bytes(), "recursion limit"),
        ] {
            let error = parse(text).expect_err("must be refused").to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(show(&json!(["a"])), r#"["a"]"#);
        assert!(show(&json!("é".repeat(500))).ends_with("… (502 characters)"));
    }
}
