//! Public keys for signatures, parsed once.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256K1_SHA256_FIXED, ECDSA_P384_SHA384_FIXED,
    ECDSA_P521_SHA512_FIXED, EcdsaVerificationAlgorithm, ParsedPublicKey,
};
use jsonwebtoken::DecodingKey;
use serde_json::Value;

use super::base64url::{self, Base64Problem};
use super::certificate::{CertificateKey, minimal};
use super::json;

/// The elliptic curves of ECDSA keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// secp256k1 ([RFC 8812](https://www.rfc-editor.org/rfc/rfc8812)).
    Secp256k1,
}

impl Curve {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::P256, Self::P384, Self::P521, Self::Secp256k1];

    /// The value of `crv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// The size of a coordinate in octets.
    pub fn octets(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub(crate) fn ecdsa(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED,
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
            Self::P521 => &ECDSA_P521_SHA512_FIXED,
            Self::Secp256k1 => &ECDSA_P256K1_SHA256_FIXED,
        }
    }
}

/// Why a JWK is no usable public signature key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// An element of `keys` that is no JSON object.
    #[error("{0}, no JSON object")]
    NotAnObject(&'static str),
    /// A member that this type of key must have.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A member of the wrong JSON type.
    #[error("{0} is {1} instead of a string")]
    NotAString(&'static str, &'static str),
    /// A member that is no base64url.
    #[error("{0}: {1}")]
    Base64(&'static str, Base64Problem),
    /// A member with the wrong number of octets.
    #[error("{member} has {octets} octets instead of {expected}")]
    Length {
        /// Which member.
        member: &'static str,
        /// How many octets it has.
        octets: usize,
        /// How many it should have.
        expected: usize,
    },
    /// `kty` oct: a shared secret has no place in a published set.
    #[error("a symmetric key (kty oct)")]
    Symmetric,
    /// A type that is not known here.
    #[error("kty {0:?} is not known")]
    UnknownType(String),
    /// A curve that is not known here, or not for signatures.
    #[error("crv {0:?} is no known curve for signatures")]
    UnknownCurve(String),
    /// A curve for signatures that is not built here (Ed448): nothing can be said about its signatures.
    #[error("crv {0} can't be verified here")]
    NotSupported(String),
    /// Coordinates that are no point of the curve.
    #[error("x and y are no point of {0}")]
    NotOnCurve(&'static str),
    /// An Ed25519 point of small order, for which signatures can be made up
    /// ([RFC 8032 section 5.1.7](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.7)).
    #[error("x is a point of small order")]
    SmallOrder,
    /// RSA numbers that can't be a key ([RFC 8017 section 3.1](https://www.rfc-editor.org/rfc/rfc8017#section-3.1)).
    #[error("{0}")]
    Rsa(&'static str),
}

/// A public key for signatures, parsed once.
#[derive(Clone)]
pub enum PublicKey {
    /// `kty` RSA.
    Rsa(RsaPublicKey),
    /// `kty` EC.
    Ec(EcPublicKey),
    /// `kty` OKP, `crv` Ed25519.
    Ed25519(Ed25519PublicKey),
}

impl PublicKey {
    /// Whether it is the key of a certificate.
    pub fn is_certified(&self, certified: &CertificateKey) -> bool {
        match (self, certified) {
            (Self::Rsa(key), CertificateKey::Rsa { n, e }) => key.n == *n && key.e == *e,
            (Self::Ec(key), CertificateKey::Ec { curve, point }) => {
                key.curve == *curve && is_same_point(&key.point, point)
            }
            (Self::Ed25519(key), CertificateKey::Ed25519(x)) => key.x == *x,
            _ => false,
        }
    }
}

/// Whether an uncompressed point (`04`, x, y) is the one of the certificate, which may be compressed: `02` for an
/// even y and `03` for an odd one, then x.
fn is_same_point(point: &[u8], certified: &[u8]) -> bool {
    let (Some((_, coordinates)), Some((form @ (2 | 3), x))) =
        (point.split_first(), certified.split_first())
    else {
        return point == certified;
    };
    let (own_x, y) = coordinates.split_at(coordinates.len() / 2);
    let parity = y.last().map(|last| 2 + (last & 1));
    own_x == x && parity == Some(*form)
}

/// An RSA public key.
#[derive(Clone)]
pub struct RsaPublicKey {
    /// The modulus without leading zero octets.
    pub n: Vec<u8>,
    /// The exponent without leading zero octets.
    pub e: Vec<u8>,
    pub(crate) parsed: DecodingKey,
}

impl RsaPublicKey {
    /// The length of the modulus in bits.
    pub fn bits(&self) -> usize {
        let first = self.n.first().copied().unwrap_or_default();
        self.n.len() * 8 - first.leading_zeros() as usize
    }
}

/// An elliptic curve public key.
#[derive(Clone)]
pub struct EcPublicKey {
    /// The curve.
    pub curve: Curve,
    /// The point: `04`, x, y.
    pub point: Vec<u8>,
    pub(crate) parsed: ParsedPublicKey,
}

/// An Ed25519 public key.
#[derive(Clone)]
pub struct Ed25519PublicKey {
    /// The octets of `x`.
    pub x: Vec<u8>,
    pub(crate) parsed: DecodingKey,
}

/// The octets of the base64url member `name`, with what was wrong with the encoding.
pub(crate) fn octets(
    raw: &Value,
    name: &'static str,
) -> Result<(Vec<u8>, Option<Base64Problem>), KeyError> {
    let value = raw.get(name).ok_or(KeyError::Missing(name))?;
    let text = value
        .as_str()
        .ok_or_else(|| KeyError::NotAString(name, json::kind(value)))?;
    let decoded = base64url::decode(text).map_err(|e| KeyError::Base64(name, e))?;
    Ok((decoded.octets, decoded.problem))
}

/// Reads the key of a JWK.
///
/// # Errors
/// Why it is no public key for signatures.
pub(crate) fn read(raw: &Value) -> Result<PublicKey, KeyError> {
    if !raw.is_object() {
        return Err(KeyError::NotAnObject(json::kind(raw)));
    }
    match string(raw, "kty")? {
        "RSA" => read_rsa(raw),
        "EC" => read_ec(raw),
        "OKP" => read_okp(raw),
        "oct" => Err(KeyError::Symmetric),
        other => Err(KeyError::UnknownType(other.to_owned())),
    }
}

fn string<'a>(raw: &'a Value, name: &'static str) -> Result<&'a str, KeyError> {
    let value = raw.get(name).ok_or(KeyError::Missing(name))?;
    value
        .as_str()
        .ok_or_else(|| KeyError::NotAString(name, json::kind(value)))
}

fn read_rsa(raw: &Value) -> Result<PublicKey, KeyError> {
    let n = minimal(&octets(raw, "n")?.0);
    let e = minimal(&octets(raw, "e")?.0);
    if n.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::Rsa("n is even"));
    }
    if e == [1] || e.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::Rsa("e is not an odd number of at least 3"));
    }
    let parsed = DecodingKey::from_rsa_raw_components(&n, &e);
    Ok(PublicKey::Rsa(RsaPublicKey { n, e, parsed }))
}

fn read_ec(raw: &Value) -> Result<PublicKey, KeyError> {
    let crv = string(raw, "crv")?;
    let curve = Curve::ALL
        .into_iter()
        .find(|curve| curve.as_str() == crv)
        .ok_or_else(|| KeyError::UnknownCurve(crv.to_owned()))?;
    let mut point = vec![4];
    for name in ["x", "y"] {
        // A coordinate without its leading zeros is a deviation of its own, but leaves no doubt about the key.
        let coordinate = minimal(&octets(raw, name)?.0);
        let missing = curve
            .octets()
            .checked_sub(coordinate.len())
            .ok_or(KeyError::Length {
                member: name,
                octets: coordinate.len(),
                expected: curve.octets(),
            })?;
        point.extend(std::iter::repeat_n(0, missing));
        point.extend(coordinate);
    }
    let parsed = ParsedPublicKey::new(curve.ecdsa(), &point)
        .map_err(|_| KeyError::NotOnCurve(curve.as_str()))?;
    Ok(PublicKey::Ec(EcPublicKey {
        curve,
        point,
        parsed,
    }))
}

fn read_okp(raw: &Value) -> Result<PublicKey, KeyError> {
    match string(raw, "crv")? {
        "Ed25519" => {}
        crv @ "Ed448" => return Err(KeyError::NotSupported(crv.to_owned())),
        crv => return Err(KeyError::UnknownCurve(crv.to_owned())),
    }
    let (x, _) = octets(raw, "x")?;
    if x.len() != 32 {
        return Err(KeyError::Length {
            member: "x",
            octets: x.len(),
            expected: 32,
        });
    }
    if is_small_order(&x) {
        return Err(KeyError::SmallOrder);
    }
    let parsed = DecodingKey::from_ed_der(&x);
    Ok(PublicKey::Ed25519(Ed25519PublicKey { x, parsed }))
}

/// The y coordinates (little-endian) of the eight points of small order of edwards25519, and the encodings
/// of three of them that are not reduced; the sign of x, in the highest bit, does not matter.
pub(crate) const SMALL_ORDER: [[u8; 32]; 7] = [
    little_endian_small(0),
    little_endian_small(1),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    little_endian_near_p(0xec),
    little_endian_near_p(0xed),
    little_endian_near_p(0xee),
];

const fn little_endian_small(value: u8) -> [u8; 32] {
    let mut octets = [0; 32];
    octets[0] = value;
    octets
}

const fn little_endian_near_p(lowest: u8) -> [u8; 32] {
    let mut octets = [0xff; 32];
    octets[0] = lowest;
    octets[31] = 0x7f;
    octets
}

fn is_small_order(x: &[u8]) -> bool {
    SMALL_ORDER
        .iter()
        .any(|point| point[..31] == x[..31] && point[31] == x[31] & 0x7f)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
    use serde_json::json;

    use super::*;
    use crate::jwt::test_token::{ED, K1, P256, P384, P521, RSA};

    fn with(mut jwk: Value, name: &str, value: Value) -> Value {
        jwk[name] = value;
        jwk
    }

    fn without(mut jwk: Value, name: &str) -> Value {
        jwk.as_object_mut().unwrap().remove(name);
        jwk
    }

    #[test]
    fn points_are_the_same_however_they_are_written() {
        let (even, odd) = ([4, 7, 8, 1, 2], [4, 7, 8, 1, 3]);
        for (point, certified, same) in [
            (even, &even[..], true),
            (even, &odd[..], false),
            (even, &[2, 7, 8], true),
            (even, &[3, 7, 8], false),
            (odd, &[3, 7, 8], true),
            (odd, &[3, 7, 9], false),
            (odd, &[], false),
        ] {
            assert_eq!(is_same_point(&point, certified), same, "{certified:?}");
        }
    }

    #[test]
    fn good_keys_are_read() {
        for key in [&RSA, &P256, &P384, &P521, &K1, &ED] {
            assert!(read(&key.jwk()).is_ok(), "{:?}", read(&key.jwk()).err());
        }
        let Ok(PublicKey::Rsa(rsa)) = read(&RSA.jwk()) else {
            panic!("no RSA key");
        };
        assert_eq!(rsa.bits(), 2048);
    }

    #[test]
    fn a_malformed_key_says_why() {
        for (raw, says) in [
            (json!("x"), "a string, no JSON object"),
            (json!({}), "kty is missing"),
            (json!({"kty": 1}), "kty is a number instead of a string"),
            (json!({"kty": "XYZ"}), "kty \"XYZ\" is not known"),
            (
                json!({"kty": "oct", "k": "AA"}),
                "a symmetric key (kty oct)",
            ),
            (json!({"kty": "RSA", "e": "AQAB"}), "n is missing"),
            (
                with(RSA.jwk(), "e", json!("AQ")),
                "e is not an odd number of at least 3",
            ),
            (
                with(RSA.jwk(), "e", json!("Ag")),
                "e is not an odd number of at least 3",
            ),
            (
                with(RSA.jwk(), "e", json!("AA")),
                "e is not an odd number of at least 3",
            ),
            (with(RSA.jwk(), "n", json!("Ag")), "n is even"),
            (with(RSA.jwk(), "n", json!("")), "n is even"),
            (
                with(RSA.jwk(), "n", json!("a b")),
                "n: not base64url (it contains ' ')",
            ),
            (
                with(P256.jwk(), "crv", json!("P-257")),
                "crv \"P-257\" is no known curve for signatures",
            ),
            (
                with(P256.jwk(), "x", json!("AA")),
                "x and y are no point of P-256",
            ),
            (
                with(P256.jwk(), "x", P384.jwk()["x"].clone()),
                "x has 48 octets instead of 32",
            ),
            (without(P256.jwk(), "y"), "y is missing"),
            (
                with(ED.jwk(), "crv", json!("X25519")),
                "crv \"X25519\" is no known curve for signatures",
            ),
            (
                with(ED.jwk(), "crv", json!("Ed448")),
                "crv Ed448 can't be verified here",
            ),
            (
                with(ED.jwk(), "x", json!("AA")),
                "x has 1 octets instead of 32",
            ),
        ] {
            let error = read(&raw).err().expect("must be refused").to_string();
            assert_eq!(error, says, "{raw}");
        }
    }

    #[test]
    fn points_of_small_order_are_refused_because_signatures_for_them_can_be_made_up() {
        // R = the neutral element and S = 0 hold for about one message in eight, or for all.
        let mut forged = [0; 64];
        forged[0] = 1;
        for point in SMALL_ORDER {
            let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url::encode(&point)});
            assert_eq!(read(&jwk).err(), Some(KeyError::SmallOrder));
            let is_forgeable = (0..=u8::MAX).any(|message| {
                UnparsedPublicKey::new(&ED25519, point)
                    .verify(&[message], &forged)
                    .is_ok()
            });
            // The library itself refuses the encodings that are not reduced.
            let is_reduced = point[31] != 0x7f || point[0] == 0xec;
            assert_eq!(is_forgeable, is_reduced, "{point:02x?}");
        }
    }
}
