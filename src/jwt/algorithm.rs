//! The signature and MAC algorithms of JOSE.

use std::fmt;
use std::str::FromStr;

use super::public_key::Curve;

/// A value of `alg` that can be verified here
/// ([RFC 7518 section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1), [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037),
/// [RFC 8812](https://www.rfc-editor.org/rfc/rfc8812), [RFC 9864](https://www.rfc-editor.org/rfc/rfc9864)). `none` is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the wire value")]
pub enum Algorithm {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    ES256K,
    EdDSA,
    Ed25519,
}

/// Which keys an algorithm takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// A shared secret.
    Hmac,
    /// `kty` RSA.
    Rsa,
    /// `kty` EC with this curve.
    Ec(Curve),
    /// `kty` OKP with `crv` Ed25519.
    Ed25519,
}

/// The hash function of an algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// Why a value of `alg` can't be verified here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlgorithmError {
    /// `none`: there is no signature.
    #[error("alg is none")]
    None,
    /// Registered for signatures, but not built here: nothing can be said about the signature.
    #[error("alg {0} is registered but can't be verified here")]
    NotSupported(String),
    /// No signature algorithm of the registry; names are case-sensitive.
    #[error("alg {0:?} is no registered signature algorithm")]
    Unknown(String),
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::ES256K,
        Self::EdDSA,
        Self::Ed25519,
    ];

    /// The wire value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::ES256K => "ES256K",
            Self::EdDSA => "EdDSA",
            Self::Ed25519 => "Ed25519",
        }
    }

    /// Which keys it takes.
    pub fn family(self) -> Family {
        match self {
            Self::HS256 | Self::HS384 | Self::HS512 => Family::Hmac,
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => {
                Family::Rsa
            }
            Self::ES256 => Family::Ec(Curve::P256),
            Self::ES384 => Family::Ec(Curve::P384),
            Self::ES512 => Family::Ec(Curve::P521),
            Self::ES256K => Family::Ec(Curve::Secp256k1),
            Self::EdDSA | Self::Ed25519 => Family::Ed25519,
        }
    }

    /// Its hash function; that of Ed25519 is SHA-512 ([RFC 8032 section 5.1](https://www.rfc-editor.org/rfc/rfc8032#section-5.1)).
    pub fn hash(self) -> Hash {
        match self {
            Self::HS256 | Self::RS256 | Self::PS256 | Self::ES256 | Self::ES256K => Hash::Sha256,
            Self::HS384 | Self::RS384 | Self::PS384 | Self::ES384 => Hash::Sha384,
            Self::HS512 | Self::RS512 | Self::PS512 | Self::ES512 | Self::EdDSA | Self::Ed25519 => {
                Hash::Sha512
            }
        }
    }
}

impl Hash {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// Its usual name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The length of its output in octets.
    pub fn octets(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = AlgorithmError;

    fn from_str(alg: &str) -> Result<Self, AlgorithmError> {
        const NOT_SUPPORTED: [&str; 4] = ["Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"];
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == alg)
            .ok_or_else(|| match alg {
                "none" => AlgorithmError::None,
                _ if NOT_SUPPORTED.contains(&alg) => AlgorithmError::NotSupported(alg.to_owned()),
                _ => AlgorithmError::Unknown(alg.chars().take(40).collect()),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_case_sensitive() {
        for known in Algorithm::ALL {
            assert_eq!(known.as_str().parse(), Ok(known));
        }
        for (alg, error) in [
            ("none", AlgorithmError::None),
            ("None", AlgorithmError::Unknown("None".to_owned())),
            ("none ", AlgorithmError::Unknown("none ".to_owned())),
            ("rs256", AlgorithmError::Unknown("rs256".to_owned())),
            ("RS1", AlgorithmError::Unknown("RS1".to_owned())),
            ("", AlgorithmError::Unknown(String::new())),
            ("Ed448", AlgorithmError::NotSupported("Ed448".to_owned())),
        ] {
            assert_eq!(alg.parse::<Algorithm>(), Err(error), "{alg}");
        }
    }
}
