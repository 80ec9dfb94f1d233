//! The JWS compact serialization, read so that a malformed one can still be judged.

use std::fmt;

use serde_json::{Map, Value};

use super::base64url::{self, Base64Problem};
use super::json::{self, JsonError};

/// The longest token that is looked at, in bytes.
pub const MAX_LENGTH: usize = 1 << 20;

/// One of the three segments of a JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The JOSE header.
    Header,
    /// The JWS payload: the claims.
    Payload,
    /// The JWS signature.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// What is wrong with a compact serialization.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompactError {
    /// Longer than [`MAX_LENGTH`].
    #[error("{0} bytes, more than is looked at")]
    TooLong(usize),
    /// Not three segments.
    #[error("{0} segments instead of 3")]
    Segments(usize),
    /// Five segments: a JWE ([RFC 7516 section 7.1](https://www.rfc-editor.org/rfc/rfc7516#section-7.1)), which can't be judged without decrypting it.
    #[error("a JWE (5 segments)")]
    Encrypted,
    /// White space before or after it.
    #[error("white space around the token")]
    WhiteSpace,
    /// Nothing between two dots.
    #[error("{0}: empty")]
    Empty(Part),
    /// A segment that is no base64url, or not as it should be.
    #[error("{0}: {1}")]
    Base64(Part, Base64Problem),
    /// Octets that are no JSON.
    #[error("{0}: {1}")]
    Json(Part, JsonError),
    /// JSON that is no object.
    #[error("{0}: {1}, no JSON object")]
    NotAnObject(Part, &'static str),
    /// A member name that comes more than once, as JSON Pointer.
    #[error("{0}: the member {1:?} comes more than once")]
    Duplicate(Part, String),
}

impl CompactError {
    /// Which segment it is about, if one.
    pub fn part(&self) -> Option<Part> {
        match self {
            Self::TooLong(_) | Self::Segments(_) | Self::Encrypted | Self::WhiteSpace => None,
            Self::Empty(part)
            | Self::Base64(part, _)
            | Self::Json(part, _)
            | Self::NotAnObject(part, _)
            | Self::Duplicate(part, _) => Some(*part),
        }
    }
}

/// Whether this is an encrypted token: five segments, and a header with `enc`
/// ([RFC 7516 section 7.1](https://www.rfc-editor.org/rfc/rfc7516#section-7.1)). Five segments alone are a broken JWS.
pub fn is_jwe(text: &str) -> bool {
    let mut segments = text.trim().split('.');
    let header = segments.next().unwrap_or_default();
    let header = base64url::decode(header)
        .ok()
        .and_then(|decoded| serde_json::from_slice::<Value>(&decoded.octets).ok());
    let encrypts = header.is_some_and(|header| header.get("enc").is_some_and(Value::is_string));
    encrypts && segments.count() == 4
}

/// A JWS in compact serialization ([RFC 7515 section 3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)).
///
/// Its `Debug` shows the header alone: claims are personal data and the whole is a credential.
#[derive(Clone)]
pub struct Jws {
    text: String,
    payload_at: usize,
    signature_at: usize,
    header: Result<Map<String, Value>, CompactError>,
    claims: Result<Map<String, Value>, CompactError>,
    signature: Result<Vec<u8>, CompactError>,
    defects: Vec<CompactError>,
}

impl Jws {
    /// Reads `text`. Each segment that can't be read is an error of its own; what leaves no doubt about the
    /// content (padding, a doubled member) is kept in [`Jws::defects`].
    ///
    /// # Errors
    /// Too long, or not three segments.
    pub fn parse(text: &str) -> Result<Self, CompactError> {
        if text.len() > MAX_LENGTH {
            return Err(CompactError::TooLong(text.len()));
        }
        let mut defects = Vec::new();
        let trimmed = text.trim();
        if trimmed.len() < text.len() {
            defects.push(CompactError::WhiteSpace);
        }
        let mut segments = trimmed.split('.');
        let (Some(header), Some(payload), Some(signature), None) = (
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
        ) else {
            return Err(match trimmed.split('.').count() {
                5 => CompactError::Encrypted,
                count => CompactError::Segments(count),
            });
        };
        Ok(Self {
            payload_at: header.len() + 1,
            signature_at: header.len() + payload.len() + 2,
            header: object(Part::Header, header, &mut defects),
            claims: object(Part::Payload, payload, &mut defects),
            signature: octets(Part::Signature, signature, &mut defects),
            text: trimmed.to_owned(),
            defects,
        })
    }

    /// The JOSE header.
    ///
    /// # Errors
    /// What kept it from being read.
    pub fn header(&self) -> Result<&Map<String, Value>, &CompactError> {
        self.header.as_ref()
    }

    /// The JWT claims set.
    ///
    /// # Errors
    /// What kept it from being read.
    pub fn claims(&self) -> Result<&Map<String, Value>, &CompactError> {
        self.claims.as_ref()
    }

    /// The octets of the signature; none for an unsecured JWS.
    ///
    /// # Errors
    /// What kept it from being read.
    pub fn signature(&self) -> Result<&[u8], &CompactError> {
        self.signature.as_deref()
    }

    /// What the signature is about ([RFC 7515 section 5.1](https://www.rfc-editor.org/rfc/rfc7515#section-5.1)).
    pub fn signing_input(&self) -> &str {
        &self.text[..self.signature_at - 1]
    }

    /// The segments as they were sent: header, payload, signature.
    pub fn segments(&self) -> [&str; 3] {
        [
            &self.text[..self.payload_at - 1],
            &self.text[self.payload_at..self.signature_at - 1],
            &self.text[self.signature_at..],
        ]
    }

    /// What is wrong with the serialization although it could be read.
    pub fn defects(&self) -> &[CompactError] {
        &self.defects
    }

    /// Everything that is wrong with the serialization, read or not.
    pub fn problems(&self) -> impl Iterator<Item = &CompactError> {
        self.defects
            .iter()
            .chain(self.header.as_ref().err())
            .chain(self.claims.as_ref().err())
            .chain(self.signature.as_ref().err())
    }
}

impl fmt::Debug for Jws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jws")
            .field("header", &self.header)
            .field("defects", &self.defects)
            .finish_non_exhaustive()
    }
}

fn octets(
    part: Part,
    segment: &str,
    defects: &mut Vec<CompactError>,
) -> Result<Vec<u8>, CompactError> {
    let decoded = base64url::decode(segment).map_err(|e| CompactError::Base64(part, e))?;
    defects.extend(decoded.problem.map(|e| CompactError::Base64(part, e)));
    Ok(decoded.octets)
}

fn object(
    part: Part,
    segment: &str,
    defects: &mut Vec<CompactError>,
) -> Result<Map<String, Value>, CompactError> {
    if segment.is_empty() {
        return Err(CompactError::Empty(part));
    }
    let octets = octets(part, segment, defects)?;
    let document = json::parse(&octets).map_err(|e| CompactError::Json(part, e))?;
    let duplicates = document.duplicates.into_iter();
    defects.extend(duplicates.map(|pointer| CompactError::Duplicate(part, pointer)));
    match document.value {
        Value::Object(members) => Ok(members),
        other => Err(CompactError::NotAnObject(part, json::kind(&other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn b64(text: &str) -> String {
        base64url::encode(text.as_bytes())
    }

    #[test]
    fn an_encrypted_token_is_told_from_a_broken_one() {
        let header = |text: &str| b64(text);
        let jwe = header(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
        let jws = header(r#"{"alg":"RS256"}"#);
        for (text, expected) in [
            (format!("{jwe}.a.b.c.d"), true),
            (format!(" {jwe}..b.c.d\n"), true),
            (format!("{jwe}.a.b.c"), false),
            (format!("{jws}.a.b.c.d"), false),
            (format!("{jws}.a.b"), false),
            ("x.a.b.c.d".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_jwe(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_well_formed_token_is_taken_apart() {
        let text = format!(
            "{}.{}.{}",
            b64(r#"{"alg":"x"}"#),
            b64(r#"{"sub":"a"}"#),
            "AQI"
        );
        let jws = Jws::parse(&text).unwrap();
        assert_eq!(jws.header().unwrap()["alg"], "x");
        assert_eq!(jws.claims().unwrap()["sub"], "a");
        assert_eq!(jws.signature().unwrap(), [1, 2]);
        assert_eq!(jws.segments().join("."), text);
        assert!(text.starts_with(jws.signing_input()));
        assert_eq!(jws.problems().count(), 0);
        assert!(!format!("{jws:?}").contains("sub"));
    }

    #[test]
    fn what_is_not_three_segments_is_no_jws() {
        for (text, error) in [
            ("", CompactError::Segments(1)),
            ("a.b", CompactError::Segments(2)),
            ("a.b.c.d", CompactError::Segments(4)),
            ("a.b.c.d.e", CompactError::Encrypted),
            ("a.b.c.d.e.f", CompactError::Segments(6)),
            ("{\"payload\":\"\"}", CompactError::Segments(1)),
            ("a%2Eb%2Ec", CompactError::Segments(1)),
        ] {
            assert_eq!(Jws::parse(text).map(|_| ()), Err(error), "{text}");
        }
        let long = "a".repeat(MAX_LENGTH + 1);
        assert!(matches!(Jws::parse(&long), Err(CompactError::TooLong(_))));
    }

    #[test]
    fn each_problem_names_its_segment() {
        let (header, claims) = (b64(r#"{"alg":"x"}"#), b64(r#"{"sub":"a"}"#));
        for (text, says) in [
            (format!(" {header}.{claims}.AQI"), "white space around"),
            (format!("{header}.{claims}.AQI\n"), "white space around"),
            (format!("{header}..AQI"), "payload: empty"),
            (format!(".{claims}.AQI"), "header: empty"),
            (format!("{header}==.{claims}.AQI"), "header: padded"),
            (format!("{header}.{claims}.AQJ"), "signature: not canonical"),
            (
                format!("{header}.{claims}.+/8"),
                "signature: in the standard",
            ),
            (format!("{header}.a b.AQI"), "payload: not base64url"),
            (
                format!("{header}.{}.AQI", b64("[]")),
                "payload: an array, no JSON object",
            ),
            (
                format!("{}.{claims}.AQI", b64(r#"{"alg":1,"a\u006cg":2}"#)),
                "header: the member \"/alg\" comes more than once",
            ),
            (format!("{header}.{}.AQI", b64("{}x")), "payload: not JSON"),
            (
                format!("Bearer {header}.{claims}.AQI"),
                "header: not base64url",
            ),
        ] {
            let jws = Jws::parse(&text).unwrap();
            let problems: Vec<_> = jws.problems().map(ToString::to_string).collect();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].starts_with(says), "{problems:?}");
        }
    }
}
