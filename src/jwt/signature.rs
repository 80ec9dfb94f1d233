//! Verifying signatures and MACs.
//!
//! `jsonwebtoken` does it where it knows the algorithm, aws-lc-rs for ES512 and ES256K. Its provider is named
//! here instead of taking the process's default, which panics when another package turns on a second one.

use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;

use super::algorithm::{Algorithm, AlgorithmError, Family};
use super::public_key::{Curve, KeyError, PublicKey};

/// What a signature is verified with.
#[derive(Clone, Copy)]
pub enum VerifyingKey<'a> {
    /// A published public key.
    Public(&'a PublicKey),
    /// The octets of the UTF-8 representation of the `client_secret`
    /// ([OpenID Connect Core 1.0 section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
    Secret(&'a [u8]),
}

/// Why a signature is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The algorithm: `none`, unknown, or not built here.
    #[error(transparent)]
    Algorithm(#[from] AlgorithmError),
    /// The key can't be read.
    #[error("the key can't be used: {0}")]
    Key(KeyError),
    /// A key of another type or curve than the algorithm needs.
    #[error("{alg} needs {needs}")]
    KeyType {
        /// The algorithm.
        alg: Algorithm,
        /// The key that it needs.
        needs: &'static str,
    },
    /// An RSA key below 2048 bits ([RFC 7518 section 3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
    #[error("an RSA key of {0} bits (at least 2048 are needed)")]
    WeakRsaKey(usize),
    /// An RSA key of more than 8192 bits, which the library does not take: nothing can be said about it.
    #[error("an RSA key of {0} bits can't be verified here")]
    LargeRsaKey(usize),
    /// A MAC without a secret to verify it with.
    #[error("{0} needs a client_secret and there is none")]
    NoSecret(Algorithm),
    /// The signature does not belong to this text and key.
    #[error("the signature does not verify")]
    Mismatch,
}

impl SignatureError {
    /// A key of the wrong type or curve for `alg`.
    pub(crate) fn key_type(alg: Algorithm) -> Self {
        Self::KeyType {
            alg,
            needs: needs(alg.family()),
        }
    }

    /// Whether the fault lies with this verifier, so that nothing is known about the signature.
    pub fn is_undecided(&self) -> bool {
        matches!(
            self,
            Self::Algorithm(AlgorithmError::NotSupported(_))
                | Self::LargeRsaKey(_)
                | Self::Key(KeyError::NotSupported(_))
        )
    }
}

/// Verifies `signature` over `signing_input` ([RFC 7515 section 5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2)).
///
/// # Errors
/// What [`SignatureError`] names; the key must be of the type and curve that `alg` needs.
pub fn verify(
    alg: Algorithm,
    key: VerifyingKey<'_>,
    signing_input: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let holds = match (alg.family(), key) {
        (Family::Hmac, VerifyingKey::Secret([])) => return Err(SignatureError::NoSecret(alg)),
        (Family::Hmac, VerifyingKey::Secret(secret)) => {
            let key = DecodingKey::from_secret(secret);
            by_jsonwebtoken(alg, &key, signing_input, signature)
        }
        (Family::Rsa, VerifyingKey::Public(PublicKey::Rsa(key))) => match key.bits() {
            bits @ ..2048 => return Err(SignatureError::WeakRsaKey(bits)),
            bits @ 8193.. => return Err(SignatureError::LargeRsaKey(bits)),
            _ => by_jsonwebtoken(alg, &key.parsed, signing_input, signature),
        },
        (Family::Ec(curve), VerifyingKey::Public(PublicKey::Ec(key))) if key.curve == curve => {
            match curve {
                Curve::P256 | Curve::P384 => {
                    let key = DecodingKey::from_ec_der(&key.point);
                    by_jsonwebtoken(alg, &key, signing_input, signature)
                }
                Curve::P521 | Curve::Secp256k1 => {
                    key.parsed.verify_sig(signing_input, signature).is_ok()
                }
            }
        }
        (Family::Ed25519, VerifyingKey::Public(PublicKey::Ed25519(key))) => {
            by_jsonwebtoken(alg, &key.parsed, signing_input, signature)
        }
        _ => return Err(SignatureError::key_type(alg)),
    };
    if holds {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}

fn needs(family: Family) -> &'static str {
    match family {
        Family::Hmac => "the client_secret",
        Family::Rsa => "a key of kty RSA",
        Family::Ec(Curve::P256) => "a key of kty EC, crv P-256",
        Family::Ec(Curve::P384) => "a key of kty EC, crv P-384",
        Family::Ec(Curve::P521) => "a key of kty EC, crv P-521",
        Family::Ec(Curve::Secp256k1) => "a key of kty EC, crv secp256k1",
        Family::Ed25519 => "a key of kty OKP, crv Ed25519",
    }
}

fn by_jsonwebtoken(alg: Algorithm, key: &DecodingKey, message: &[u8], signature: &[u8]) -> bool {
    let alg = match alg {
        Algorithm::HS256 => jsonwebtoken::Algorithm::HS256,
        Algorithm::HS384 => jsonwebtoken::Algorithm::HS384,
        Algorithm::HS512 => jsonwebtoken::Algorithm::HS512,
        Algorithm::RS256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::RS384 => jsonwebtoken::Algorithm::RS384,
        Algorithm::RS512 => jsonwebtoken::Algorithm::RS512,
        Algorithm::PS256 => jsonwebtoken::Algorithm::PS256,
        Algorithm::PS384 => jsonwebtoken::Algorithm::PS384,
        Algorithm::PS512 => jsonwebtoken::Algorithm::PS512,
        Algorithm::ES256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::ES384 => jsonwebtoken::Algorithm::ES384,
        Algorithm::EdDSA | Algorithm::Ed25519 => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::ES512 | Algorithm::ES256K => return false,
    };
    (DEFAULT_PROVIDER.verifier_factory)(&alg, key)
        .is_ok_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwt::key::Jwk;
    use crate::jwt::test_token::{
        ED, K1, OTHER_P256, OTHER_RSA, P256, P384, P521, RSA, TestKey, mac,
    };

    const INPUT: &[u8] = b"header.payload";

    fn check(alg: Algorithm, key: &TestKey, signature: &[u8]) -> Result<(), SignatureError> {
        let jwk = Jwk::new(0, key.jwk());
        let key = VerifyingKey::Public(jwk.public_key().unwrap());
        verify(alg, key, INPUT, signature)
    }

    fn key_of(alg: Algorithm) -> &'static TestKey {
        match alg.family() {
            Family::Rsa => &RSA,
            Family::Ec(Curve::P256) => &P256,
            Family::Ec(Curve::P384) => &P384,
            Family::Ec(Curve::P521) => &P521,
            Family::Ec(Curve::Secp256k1) => &K1,
            _ => &ED,
        }
    }

    #[test]
    fn every_algorithm_accepts_its_signature_and_no_other() {
        for alg in Algorithm::ALL {
            if alg.family() == Family::Hmac {
                continue;
            }
            let key = key_of(alg);
            let signature = key.sign(alg, INPUT);
            assert_eq!(check(alg, key, &signature), Ok(()), "{alg}");
            let mismatch = Err(SignatureError::Mismatch);
            for at in [0, signature.len() - 1] {
                let mut changed = signature.clone();
                changed[at] ^= 0xff;
                assert_eq!(check(alg, key, &changed), mismatch, "{alg} octet {at}");
            }
            let length = signature.len();
            let zero = [signature.as_slice(), &[0]].concat();
            for wrong in [&[][..], &signature[..1], &signature[..length - 1], &zero] {
                assert_eq!(check(alg, key, wrong), mismatch, "{alg}");
            }
            let of_other_input = key.sign(alg, b"other");
            assert_eq!(check(alg, key, &of_other_input), mismatch, "{alg}");
        }
    }

    #[test]
    fn macs_need_the_whole_secret_and_the_whole_mac() {
        for alg in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let tag = mac(alg, b"secret", INPUT);
            let check =
                |secret: &[u8], tag: &[u8]| verify(alg, VerifyingKey::Secret(secret), INPUT, tag);
            assert_eq!(check(b"secret", &tag), Ok(()));
            assert_eq!(check(b"secret", &tag[..16]), Err(SignatureError::Mismatch));
            assert_eq!(check(b"secreT", &tag), Err(SignatureError::Mismatch));
            let with_nothing = mac(alg, b"", INPUT);
            assert_eq!(
                check(b"", &with_nothing),
                Err(SignatureError::NoSecret(alg))
            );
        }
    }

    #[test]
    fn the_key_must_fit_the_algorithm() {
        use Algorithm::*;
        for (alg, key) in [
            (RS256, &*P256),
            (ES256, &*RSA),
            (ES256, &*P384),
            (ES256, &*K1),
            (ES384, &*P256),
            (ES512, &*P256),
            (ES256K, &*P256),
            (EdDSA, &*P256),
            (HS256, &*RSA),
        ] {
            let error = check(alg, key, &[0; 64]).expect_err("must be refused");
            assert_eq!(error, SignatureError::key_type(alg));
        }
        let error = verify(RS256, VerifyingKey::Secret(b"secret"), INPUT, &[0; 256]);
        assert_eq!(error, Err(SignatureError::key_type(RS256)));
    }

    #[test]
    fn schemes_are_not_mixed_up() {
        use Algorithm::*;
        for (signed, read) in [
            (PS256, RS256),
            (RS256, PS256),
            (RS256, RS512),
            (PS384, PS256),
        ] {
            let signature = RSA.sign(signed, INPUT);
            assert_eq!(check(read, &RSA, &signature), Err(SignatureError::Mismatch));
        }
        let mismatch = Err(SignatureError::Mismatch);
        assert_eq!(check(RS256, &OTHER_RSA, &RSA.sign(RS256, INPUT)), mismatch);
        assert_eq!(
            check(ES256, &OTHER_P256, &P256.sign(ES256, INPUT)),
            mismatch
        );
    }

    #[test]
    fn malformed_ecdsa_signatures_are_refused() {
        let good = P256.sign(Algorithm::ES256, INPUT);
        let (r, s) = good.split_at(32);
        let n = P256_ORDER;
        let mut der = vec![0x30, 70, 2, 33, 0];
        der.extend(r);
        der.extend([2, 33, 0]);
        der.extend(s);
        for wrong in [
            vec![0; 64],
            [&[0; 32], s].concat(),
            [r, &[0; 32]].concat(),
            [n.as_slice(), s].concat(),
            [r, &n].concat(),
            [n, n].concat(),
            [&[0xff; 32], s].concat(),
            [&[0], r, s].concat(),
            der,
        ] {
            assert_eq!(
                check(Algorithm::ES256, &P256, &wrong),
                Err(SignatureError::Mismatch)
            );
        }
        let short = P521.sign(Algorithm::ES512, INPUT)[..128].to_vec();
        assert_eq!(
            check(Algorithm::ES512, &P521, &short),
            Err(SignatureError::Mismatch)
        );
    }

    #[test]
    fn the_other_half_of_an_ecdsa_signature_is_valid_too() {
        // (r, n - s): RFC 7518 has no rule against it.
        let good = P256.sign(Algorithm::ES256, INPUT);
        let mut other = good.clone();
        let mut borrow = 0;
        for at in (0..32).rev() {
            let difference = i16::from(P256_ORDER[at]) - i16::from(good[32 + at]) - borrow;
            borrow = i16::from(difference < 0);
            other[32 + at] = u8::try_from(difference.rem_euclid(256)).unwrap();
        }
        assert_ne!(good, other);
        assert_eq!(check(Algorithm::ES256, &P256, &other), Ok(()));
    }

    #[test]
    fn an_eddsa_signature_must_be_reduced() {
        // S + L instead of S.
        let mut signature = ED.sign(Algorithm::EdDSA, INPUT);
        let mut carry = 0;
        for at in 0..32 {
            let sum = u16::from(signature[32 + at]) + u16::from(ED25519_ORDER[at]) + carry;
            signature[32 + at] = u8::try_from(sum & 0xff).unwrap();
            carry = sum >> 8;
        }
        assert_eq!(
            check(Algorithm::EdDSA, &ED, &signature),
            Err(SignatureError::Mismatch)
        );
    }

    #[test]
    fn weak_and_huge_rsa_keys_have_errors_of_their_own() {
        for (octets, error) in [
            (64, SignatureError::WeakRsaKey(512)),
            (255, SignatureError::WeakRsaKey(2040)),
            (1025, SignatureError::LargeRsaKey(8200)),
        ] {
            let n = crate::jwt::base64url::encode(&vec![0xff; octets]);
            let jwk = serde_json::json!({"kty": "RSA", "n": n, "e": "AQAB"});
            let jwk = Jwk::new(0, jwk);
            let key = VerifyingKey::Public(jwk.public_key().unwrap());
            assert_eq!(verify(Algorithm::RS256, key, INPUT, &[0; 64]), Err(error));
        }
    }

    const P256_ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];

    const ED25519_ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
}
