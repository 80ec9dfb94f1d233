//! base64url as JOSE wants it: no padding, no white space, one encoding per value.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// What was decoded, and what was wrong with the encoding although it could be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The octets.
    pub octets: Vec<u8>,
    /// A deviation that leaves no doubt about the octets.
    pub problem: Option<Base64Problem>,
}

/// What is wrong with a base64url text ([RFC 7515 section 2](https://www.rfc-editor.org/rfc/rfc7515#section-2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Base64Problem {
    /// It ends with `=`.
    #[error("padded with '='")]
    Padded,
    /// It uses `+` or `/`.
    #[error("in the standard alphabet ('+' or '/')")]
    StandardAlphabet,
    /// The unused bits of the last character are not zero
    /// ([RFC 4648 section 3.5](https://www.rfc-editor.org/rfc/rfc4648#section-3.5)).
    #[error("not canonical (unused bits of the last character are set)")]
    TrailingBits,
    /// It has a character of no base64 alphabet.
    #[error("not base64url (it contains {0:?})")]
    Character(char),
    /// No number of octets gives this length.
    #[error("not base64url (no octets give {0} characters)")]
    Length(usize),
}

/// Decodes `text`, forgiving padding, the standard alphabet and unused bits that are set, but naming them.
///
/// # Errors
/// A character outside both alphabets, or an impossible length.
pub fn decode(text: &str) -> Result<Decoded, Base64Problem> {
    if let Ok(octets) = URL_SAFE_NO_PAD.decode(text) {
        return Ok(Decoded {
            octets,
            problem: None,
        });
    }
    let unpadded = text.trim_end_matches('=');
    let wrong = unpadded
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '+' | '/'));
    if let Some(c) = wrong {
        return Err(Base64Problem::Character(c));
    }
    let problem = if unpadded.len() < text.len() {
        Base64Problem::Padded
    } else if unpadded.contains(['+', '/']) {
        Base64Problem::StandardAlphabet
    } else {
        Base64Problem::TrailingBits
    };
    let octets = FORGIVING
        .decode(unpadded.replace('+', "-").replace('/', "_"))
        .map_err(|_| Base64Problem::Length(unpadded.len()))?;
    Ok(Decoded {
        octets,
        problem: Some(problem),
    })
}

/// Encodes `octets` without padding.
pub fn encode(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_no_doubt_is_decoded_and_named() {
        use Base64Problem::*;
        for (text, octets, problem) in [
            ("", &b""[..], None),
            ("_-8", &[0xff, 0xef][..], None),
            ("YQ", b"a", None),
            ("YQ==", b"a", Some(Padded)),
            ("YQ=", b"a", Some(Padded)),
            ("/+8", &[0xff, 0xef][..], Some(StandardAlphabet)),
            ("YR", b"a", Some(TrailingBits)),
        ] {
            let decoded = decode(text).unwrap();
            assert_eq!(decoded.octets, octets, "{text}");
            assert_eq!(decoded.problem, problem, "{text}");
        }
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        use Base64Problem::*;
        for (text, problem) in [
            ("YQ Q", Character(' ')),
            ("YQ\n", Character('\n')),
            ("Y=Q", Character('=')),
            ("YQ%3D", Character('%')),
            ("é", Character('é')),
            ("A", Length(1)),
            ("AAAAA", Length(5)),
        ] {
            assert_eq!(decode(text), Err(problem), "{text:?}");
        }
    }
}
