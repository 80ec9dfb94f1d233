//! Rules on the JOSE header.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use base64_simd::{AsOut as _, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::error::{Error, Rule, quoted};
use super::scan::{self, Kind, Members, Span, Taken};
use super::validator::TokenKind;
use super::warning::{Warning, Warnings};
use crate::jwt::algorithm::{Algorithm, AlgorithmError};
use crate::jwt::base64url;
use crate::jwt::compact::{CompactError, Part};
use crate::jwt::criteria;
use crate::jwt::json;

/// Where the header parameters stand that the rules ask for.
#[derive(Default)]
struct Slots {
    alg: Option<Span>,
    kid: Option<Span>,
    typ: Option<Span>,
    cty: Option<Span>,
    jwk: Option<Span>,
    jku: Option<Span>,
    x5u: Option<Span>,
    x5c: Option<Span>,
    enc: Option<Span>,
    /// `crit` or `b64`, which are rare and looked at closely.
    extension: bool,
    /// A claim.
    claim: bool,
}

impl Members for Slots {
    #[inline]
    fn member(&mut self, name: &[u8], value: Span) -> Taken {
        let slot = match name {
            b"alg" => &mut self.alg,
            b"kid" => &mut self.kid,
            b"typ" => &mut self.typ,
            b"cty" => &mut self.cty,
            b"jwk" => &mut self.jwk,
            b"jku" => &mut self.jku,
            b"x5u" => &mut self.x5u,
            b"x5c" => &mut self.x5c,
            b"enc" => &mut self.enc,
            b"crit" | b"b64" => {
                self.extension = true;
                return Taken::Unknown;
            }
            _ => {
                self.claim |= criteria::REPLICATED
                    .iter()
                    .any(|claim| claim.as_bytes() == name);
                return Taken::Unknown;
            }
        };
        match slot.replace(value) {
            None => Taken::Once,
            Some(_) => Taken::Again,
        }
    }
}

/// A header that keeps all rules on it.
pub(super) struct Header<'h> {
    /// None for `none`.
    pub(super) alg: Option<Algorithm>,
    pub(super) kid: Option<Cow<'h, str>>,
    pub(super) warnings: Warnings,
    /// The header as a whole where it repeats claims.
    pub(super) replicated: Option<Map<String, Value>>,
}

/// Decodes a segment into `short`, or into `long` where it does not fit.
///
/// `base64_simd` takes what [`base64url::decode`] takes without a problem (a test holds that), in
/// a third of the time.
pub(super) fn decode<'b>(
    part: Part,
    segment: &str,
    short: &'b mut [MaybeUninit<u8>],
    long: &'b mut Vec<u8>,
) -> Result<&'b [u8], Error> {
    if segment.len() <= short.len() {
        let octets = URL_SAFE_NO_PAD.decode(segment.as_bytes(), short.as_out());
        return octets
            .map(|octets| &*octets)
            .map_err(|_| undecodable(part, segment));
    }
    decode_long(part, segment, long)?;
    Ok(long)
}

/// Decodes a segment into `long`.
pub(super) fn decode_long(part: Part, segment: &str, long: &mut Vec<u8>) -> Result<(), Error> {
    URL_SAFE_NO_PAD
        .decode_append(segment, long)
        .map_err(|_| undecodable(part, segment))
}

/// A segment that has to be there.
pub(super) fn check_not_empty(part: Part, segment: &str) -> Result<(), Error> {
    if segment.is_empty() {
        let actual = CompactError::Empty(part).to_string();
        return Err(Error::new(Rule::Serialization, SEGMENTS, actual));
    }
    Ok(())
}

/// Why a segment is no canonical base64url.
pub(super) fn undecodable(part: Part, segment: &str) -> Error {
    let problem = match base64url::decode(segment) {
        Err(problem) => Some(problem),
        Ok(decoded) => decoded.problem,
    };
    let actual = problem.map_or_else(
        || format!("{part}: too long"),
        |problem| CompactError::Base64(part, problem).to_string(),
    );
    Error::new(Rule::Serialization, SEGMENTS, actual)
}

/// Why a text is no JSON object with distinct names.
pub(super) fn malformed(part: Part, octets: &[u8]) -> Error {
    let expected = format!("{part}, a JSON object with distinct member names");
    let (rule, problem) = match json::parse(octets) {
        Err(error) => (Rule::Json, CompactError::Json(part, error)),
        Ok(document) => match (document.duplicates.into_iter().next(), document.value) {
            (_, value) if !value.is_object() => (
                Rule::Json,
                CompactError::NotAnObject(part, json::kind(&value)),
            ),
            (pointer, _) => {
                let pointer = pointer.unwrap_or_default().chars().take(100).collect();
                (Rule::UniqueNames, CompactError::Duplicate(part, pointer))
            }
        },
    };
    Error::new(rule, expected, problem.to_string())
}

pub(super) const SEGMENTS: &str = "three segments of base64url, joined by dots";

/// Reads a header and judges it.
pub(super) fn read(text: &str, kind: TokenKind) -> Result<Header<'_>, Error> {
    let mut slots = Slots::default();
    scan::object(text, &mut slots).map_err(|_| malformed(Part::Header, text.as_bytes()))?;
    let alg = algorithm(text, slots.alg)?;
    let kid = slots
        .kid
        .map(|span| {
            span.string(text)
                .ok_or_else(|| parameter("kid, a string", span.json(text)))
        })
        .transpose()?;
    check_type(text, slots.typ, kind)?;
    if let Some(cty) = slots.cty {
        return Err(Error::new(
            Rule::ContentType,
            "no cty",
            format!("cty {}", quoted(cty.json(text))),
        ));
    }
    if slots.enc.is_some() {
        return Err(Error::new(
            Rule::Encrypted,
            "the header of a JWS",
            "a header with enc, as of a JWE",
        ));
    }
    let mut warnings = Warnings::default();
    for (name, slot, wanted) in [
        ("jwk", slots.jwk, Kind::Object),
        ("jku", slots.jku, Kind::String),
        ("x5u", slots.x5u, Kind::String),
        ("x5c", slots.x5c, Kind::Array),
    ] {
        let Some(span) = slot else { continue };
        let is_string = span.kind == Kind::EscapedString && wanted == Kind::String;
        if span.kind != wanted && !is_string {
            return Err(parameter(
                &format!("{name} of its type, or none"),
                span.json(text),
            ));
        }
        warnings.add(Warning::KeyInHeader);
    }
    let mut replicated = None;
    if slots.extension || slots.claim {
        let header: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| malformed(Part::Header, text.as_bytes()))?;
        check_extensions(&header)?;
        replicated = slots.claim.then_some(header);
    }
    Ok(Header {
        alg,
        kid,
        warnings,
        replicated,
    })
}

/// The claims that the header repeats are the same in the payload.
pub(super) fn check_replicated(header: &Map<String, Value>, claims: &str) -> Result<(), Error> {
    let claims: Map<String, Value> =
        serde_json::from_str(claims).map_err(|_| malformed(Part::Payload, claims.as_bytes()))?;
    let other = criteria::REPLICATED.into_iter().find(|name| {
        header
            .get(*name)
            .is_some_and(|value| claims.get(*name) != Some(value))
    });
    other.map_or(Ok(()), |name| {
        Err(Error::new(
            Rule::ReplicatedClaims,
            format!("{name} alike in header and claims"),
            "different values",
        ))
    })
}

fn parameter(expected: &str, json: &str) -> Error {
    Error::new(Rule::HeaderParameter, expected, quoted(json))
}

fn algorithm(text: &str, slot: Option<Span>) -> Result<Option<Algorithm>, Error> {
    let expected = "alg, the name of a signature algorithm";
    let Some(span) = slot else {
        return Err(Error::new(Rule::Algorithm, expected, "no alg"));
    };
    let Some(alg) = span.string(text) else {
        let actual = format!("alg {}", quoted(span.json(text)));
        return Err(Error::new(Rule::Algorithm, expected, actual));
    };
    match alg.parse() {
        Ok(alg) => Ok(Some(alg)),
        Err(AlgorithmError::None) => Ok(None),
        Err(error) => Err(Error::new(Rule::Algorithm, expected, error.to_string())),
    }
}

fn check_type(text: &str, slot: Option<Span>, kind: TokenKind) -> Result<(), Error> {
    let Some(span) = slot else {
        return match kind {
            TokenKind::AccessToken => Err(Error::new(Rule::Type, kind.types(), "no typ")),
            TokenKind::IdToken | TokenKind::LogoutToken => Ok(()),
        };
    };
    let typ = span
        .string(text)
        .ok_or_else(|| parameter("typ, a string", span.json(text)))?;
    let fits = match kind {
        TokenKind::IdToken => typ == "JWT" || criteria::media_type(&typ) == "jwt",
        TokenKind::AccessToken => typ == "at+jwt" || criteria::media_type(&typ) == "at+jwt",
        TokenKind::LogoutToken => {
            matches!(criteria::media_type(&typ).as_str(), "logout+jwt" | "jwt")
        }
    };
    if fits {
        Ok(())
    } else {
        let actual = format!("typ {}", quoted(&typ));
        Err(Error::new(Rule::Type, kind.types(), actual))
    }
}

fn check_extensions(header: &Map<String, Value>) -> Result<(), Error> {
    if let Some(problem) = criteria::crit_problem(header) {
        let expected = "an array of distinct extension names that the header has";
        return Err(Error::new(Rule::Critical, expected, problem));
    }
    if let Some(unknown) = criteria::unknown_critical(header) {
        return Err(Error::new(
            Rule::Critical,
            "no critical extension that is not known",
            format!("crit with {}", json::show(unknown)),
        ));
    }
    let b64 = header.get("b64");
    if !criteria::is_encoded(b64) {
        return Err(Error::new(
            Rule::EncodedPayload,
            "no b64, or true",
            b64.map_or_else(String::new, json::show),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let (mut short, mut long) = ([MaybeUninit::uninit(); 16], Vec::new());
        let found = decode(Part::Signature, text, &mut short, &mut long);
        let expected = base64url::decode(text)
            .ok()
            .filter(|decoded| decoded.problem.is_none())
            .map(|decoded| decoded.octets);
        assert_eq!(found.ok().map(<[u8]>::to_vec), expected, "{text:?}");
    }

    #[test]
    fn both_decoders_take_the_same_texts() {
        const ODD: [&str; 12] = ["A", "Q", "g", "w", "_", "-", "+", "/", "=", " ", "\n", "é"];
        for prefix in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            for a in ODD {
                check(&format!("{prefix}{a}"));
                for b in ODD {
                    check(&format!("{prefix}{a}{b}"));
                    check(&format!("{a}{prefix}{b}"));
                    for c in ODD {
                        check(&format!("{prefix}{a}{b}{c}"));
                    }
                }
            }
        }
        for last in 0..=u8::MAX {
            let character = char::from(last);
            check(&format!("A{character}"));
            check(&format!("AA{character}"));
            check(&format!("AAA{character}"));
        }
    }
}
