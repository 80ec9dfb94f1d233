//! Rules on the serialization.

use crate::finding::Finding;
use crate::jwt::base64url::Base64Problem;
use crate::jwt::compact::{CompactError, Part};

use super::IdToken;

/// Three segments of base64url without padding or white space
/// ([RFC 7515 section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).
pub fn is_compact(token: &IdToken) -> Finding {
    judge(
        token,
        "three base64url segments, joined by dots, without padding or white space",
        |problem| match problem {
            CompactError::Base64(_, Base64Problem::TrailingBits) => false,
            CompactError::TooLong(_)
            | CompactError::Segments(_)
            | CompactError::Encrypted
            | CompactError::WhiteSpace
            | CompactError::Empty(_)
            | CompactError::Base64(..) => true,
            CompactError::Json(..)
            | CompactError::NotAnObject(..)
            | CompactError::Duplicate(..) => false,
        },
    )
}

/// The unused bits of the last character of a segment are zero
/// ([RFC 4648 section 3.5](https://www.rfc-editor.org/rfc/rfc4648#section-3.5)).
pub fn is_canonical(token: &IdToken) -> Finding {
    judge(token, "canonical base64url", |problem| {
        matches!(
            problem,
            CompactError::Base64(_, Base64Problem::TrailingBits)
        )
    })
}

/// The header is a JSON object in UTF-8 ([RFC 7515 section 4](https://www.rfc-editor.org/rfc/rfc7515#section-4)).
pub fn header_is_json_object(token: &IdToken) -> Finding {
    token.on_header(|_| Finding::Met)
}

/// The claims are a JSON object in UTF-8 ([RFC 7519 section 7.2](https://www.rfc-editor.org/rfc/rfc7519#section-7.2)).
pub fn claims_are_json_object(token: &IdToken) -> Finding {
    token.on_claims(|_| Finding::Met)
}

/// No header parameter comes twice ([RFC 7515 section 4](https://www.rfc-editor.org/rfc/rfc7515#section-4)).
pub fn header_names_are_unique(token: &IdToken) -> Finding {
    token.on_header(|_| unique(token, Part::Header))
}

/// No claim comes twice ([RFC 7519 section 4](https://www.rfc-editor.org/rfc/rfc7519#section-4)).
pub fn claim_names_are_unique(token: &IdToken) -> Finding {
    token.on_claims(|_| unique(token, Part::Payload))
}

fn unique(token: &IdToken, part: Part) -> Finding {
    judge(token, "each member name once", |problem| {
        matches!(problem, CompactError::Duplicate(of, pointer)
            if *of == part && pointer.matches('/').count() == 1)
    })
}

fn judge(token: &IdToken, expected: &str, breaks: impl Fn(&CompactError) -> bool) -> Finding {
    let problems: Vec<String> = match token.jws() {
        Ok(jws) => jws
            .problems()
            .filter(|problem| breaks(problem))
            .map(ToString::to_string)
            .collect(),
        Err(error) => vec![error.to_string()],
    };
    Finding::met_if(problems.is_empty(), expected, || problems.join("; "))
}
