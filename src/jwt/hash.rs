//! `at_hash` and `c_hash`.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::algorithm::Hash;
use super::base64url;

/// The base64url encoded left half of the hash of `value`, an access token or a code
/// ([OpenID Connect Core 1.0 section 3.1.3.6](https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken)).
pub fn half_hash(hash: Hash, value: &str) -> String {
    let full = digest::digest(digest_of(hash), value.as_bytes());
    base64url::encode(&full.as_ref()[..hash.octets() / 2])
}

/// Whether `text` is the [`half_hash`] of `value`.
pub(crate) fn is_half_hash(hash: Hash, value: &str, text: &str) -> bool {
    // Half of the longest hash, in base64url.
    let mut encoded = [0; 43];
    let full = digest::digest(digest_of(hash), value.as_bytes());
    let half = full.as_ref().get(..hash.octets() / 2).unwrap_or_default();
    URL_SAFE_NO_PAD
        .encode_slice(half, &mut encoded)
        .is_ok_and(|length| encoded.get(..length) == Some(text.as_bytes()))
}

fn digest_of(hash: Hash) -> &'static digest::Algorithm {
    match hash {
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_hold() {
        // OpenID Connect Core 1.0, appendix A.3 and A.4.
        for (value, half) in [
            (
                "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
                "77QmUPtjPfzWtF2AnpK9RQ",
            ),
            (
                "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk",
                "LDktKdoQak3Pk0cnXxCltA",
            ),
        ] {
            assert_eq!(half_hash(Hash::Sha256, value), half);
        }
    }

    #[test]
    fn half_of_each_hash() {
        for (hash, characters) in [(Hash::Sha256, 22), (Hash::Sha384, 32), (Hash::Sha512, 43)] {
            let half = half_hash(hash, "token");
            assert_eq!(half.len(), characters);
            assert!(is_half_hash(hash, "token", &half));
            assert!(!is_half_hash(hash, "tokeN", &half));
            assert!(!is_half_hash(hash, "token", ""));
        }
    }
}
