//! Keys and tokens for tests: any header and claims, signed in any way.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaKeyPair,
};
use serde_json::{Value, json};

use super::algorithm::Algorithm;
use super::base64url;

/// A key pair with its JWK.
pub(crate) struct TestKey {
    kid: &'static str,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(&'static str, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

pub(crate) static RSA: LazyLock<TestKey> = LazyLock::new(|| rsa("rsa"));
pub(crate) static OTHER_RSA: LazyLock<TestKey> = LazyLock::new(|| rsa("other-rsa"));
pub(crate) static P256: LazyLock<TestKey> = LazyLock::new(|| ec("p256", "P-256"));
pub(crate) static OTHER_P256: LazyLock<TestKey> = LazyLock::new(|| ec("other-p256", "P-256"));
pub(crate) static P384: LazyLock<TestKey> = LazyLock::new(|| ec("p384", "P-384"));
pub(crate) static P521: LazyLock<TestKey> = LazyLock::new(|| ec("p521", "P-521"));
pub(crate) static K1: LazyLock<TestKey> = LazyLock::new(|| ec("k1", "secp256k1"));
pub(crate) static ED: LazyLock<TestKey> = LazyLock::new(|| TestKey {
    kid: "ed",
    pair: Pair::Ed25519(Ed25519KeyPair::generate().unwrap()),
});

fn rsa(kid: &'static str) -> TestKey {
    TestKey {
        kid,
        pair: Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
    }
}

fn ec(kid: &'static str, crv: &'static str) -> TestKey {
    let signing = match crv {
        "P-256" => &ECDSA_P256_SHA256_FIXED_SIGNING,
        "P-384" => &ECDSA_P384_SHA384_FIXED_SIGNING,
        "P-521" => &ECDSA_P521_SHA512_FIXED_SIGNING,
        _ => &ECDSA_P256K1_SHA256_FIXED_SIGNING,
    };
    TestKey {
        kid,
        pair: Pair::Ec(crv, EcdsaKeyPair::generate(signing).unwrap()),
    }
}

impl TestKey {
    /// The public JWK.
    pub(crate) fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Rsa(pair) => json!({
                "kty": "RSA", "kid": self.kid,
                "n": base64url::encode(pair.public_key().modulus().big_endian_without_leading_zero()),
                "e": base64url::encode(pair.public_key().exponent().big_endian_without_leading_zero()),
            }),
            Pair::Ec(crv, pair) => {
                let (x, y) =
                    pair.public_key().as_ref()[1..].split_at(pair.public_key().as_ref().len() / 2);
                json!({
                    "kty": "EC", "kid": self.kid, "crv": crv,
                    "x": base64url::encode(x), "y": base64url::encode(y),
                })
            }
            Pair::Ed25519(pair) => json!({
                "kty": "OKP", "kid": self.kid, "crv": "Ed25519",
                "x": base64url::encode(pair.public_key().as_ref()),
            }),
        }
    }

    /// A signature by `alg`, which must fit the key.
    pub(crate) fn sign(&self, alg: Algorithm, input: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let encoding: &dyn aws_lc_rs::signature::RsaEncoding = match alg {
                    Algorithm::RS384 => &RSA_PKCS1_SHA384,
                    Algorithm::RS512 => &RSA_PKCS1_SHA512,
                    Algorithm::PS256 => &RSA_PSS_SHA256,
                    Algorithm::PS384 => &RSA_PSS_SHA384,
                    Algorithm::PS512 => &RSA_PSS_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, input, &mut signature).unwrap();
                signature
            }
            Pair::Ec(_, pair) => pair.sign(&random, input).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(input).as_ref().to_vec(),
        }
    }
}

/// A MAC with `secret`.
pub(crate) fn mac(alg: Algorithm, secret: &[u8], input: &[u8]) -> Vec<u8> {
    let algorithm = match alg {
        Algorithm::HS384 => hmac::HMAC_SHA384,
        Algorithm::HS512 => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    hmac::sign(&hmac::Key::new(algorithm, secret), input)
        .as_ref()
        .to_vec()
}

/// A compact JWS of the texts `header` and `claims`, signed by `sign`.
pub(crate) fn compact(header: &str, claims: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let input = format!(
        "{}.{}",
        base64url::encode(header.as_bytes()),
        base64url::encode(claims.as_bytes())
    );
    let signature = base64url::encode(&sign(input.as_bytes()));
    format!("{input}.{signature}")
}
