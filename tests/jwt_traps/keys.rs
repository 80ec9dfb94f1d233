//! Keys that are made for each run of the tests, and signatures of every kind, wrong ones too.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::encoding::Pkcs8V1Der;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use num_bigint::BigUint;
use oidcheck::jwt::algorithm::Algorithm;
use serde_json::{Value, json};

/// A key pair.
pub(crate) struct Key {
    pub(crate) kid: &'static str,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ec(&'static str, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

pub(crate) static RSA: LazyLock<Key> = LazyLock::new(|| rsa("rsa"));
/// Nobody publishes it.
pub(crate) static ATTACKER: LazyLock<Key> = LazyLock::new(|| rsa("attacker"));
pub(crate) static P256: LazyLock<Key> = LazyLock::new(|| ec("p256", "P-256"));
pub(crate) static P384: LazyLock<Key> = LazyLock::new(|| ec("p384", "P-384"));
pub(crate) static P521: LazyLock<Key> = LazyLock::new(|| ec("p521", "P-521"));
pub(crate) static K1: LazyLock<Key> = LazyLock::new(|| ec("k1", "secp256k1"));
pub(crate) static ED: LazyLock<Key> = LazyLock::new(|| Key {
    kid: "ed",
    pair: Pair::Ed25519(Ed25519KeyPair::generate().unwrap()),
});

fn rsa(kid: &'static str) -> Key {
    Key {
        kid,
        pair: Pair::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())),
    }
}

fn ec(kid: &'static str, crv: &'static str) -> Key {
    let signing = match crv {
        "P-256" => &ECDSA_P256_SHA256_FIXED_SIGNING,
        "P-384" => &ECDSA_P384_SHA384_FIXED_SIGNING,
        "P-521" => &ECDSA_P521_SHA512_FIXED_SIGNING,
        _ => &ECDSA_P256K1_SHA256_FIXED_SIGNING,
    };
    Key {
        kid,
        pair: Pair::Ec(crv, EcdsaKeyPair::generate(signing).unwrap()),
    }
}

pub(crate) fn b64(octets: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

pub(crate) fn unb64(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

pub(crate) fn sha256(octets: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, octets).as_ref().to_vec()
}

/// The key that signs with `alg`.
pub(crate) fn key_of(alg: Algorithm) -> &'static Key {
    use Algorithm::*;
    match alg {
        ES256 => &P256,
        ES384 => &P384,
        ES512 => &P521,
        ES256K => &K1,
        EdDSA | Ed25519 => &ED,
        _ => &RSA,
    }
}

impl Key {
    /// The public JWK.
    pub(crate) fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Rsa(_) => {
                let (n, e) = self.rsa_numbers();
                json!({"kty": "RSA", "kid": self.kid, "n": b64(n), "e": b64(e)})
            }
            Pair::Ec(crv, _) => {
                let (x, y) = self.coordinates();
                json!({"kty": "EC", "kid": self.kid, "crv": crv, "x": b64(x), "y": b64(y)})
            }
            Pair::Ed25519(pair) => json!({
                "kty": "OKP", "kid": self.kid, "crv": "Ed25519",
                "x": b64(pair.public_key()),
            }),
        }
    }

    /// The public JWK with another kid.
    pub(crate) fn jwk_as(&self, kid: &str) -> Value {
        let mut jwk = self.jwk();
        jwk["kid"] = json!(kid);
        jwk
    }

    /// Modulus and exponent.
    pub(crate) fn rsa_numbers(&self) -> (Vec<u8>, Vec<u8>) {
        let Pair::Rsa(pair) = &self.pair else {
            panic!("no RSA key")
        };
        let key = pair.public_key();
        (
            key.modulus().big_endian_without_leading_zero().to_vec(),
            key.exponent().big_endian_without_leading_zero().to_vec(),
        )
    }

    /// RSAPublicKey, DER encoded.
    pub(crate) fn pkcs1(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref().to_vec(),
            _ => panic!("no RSA key"),
        }
    }

    /// SubjectPublicKeyInfo, DER encoded.
    pub(crate) fn spki(&self) -> Vec<u8> {
        let (oid, key): (&[u8], Vec<u8>) = match &self.pair {
            Pair::Rsa(_) => (
                &[
                    0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0,
                ],
                self.pkcs1(),
            ),
            Pair::Ec("P-256", pair) => (
                &[
                    0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48,
                    0xce, 0x3d, 3, 1, 7,
                ],
                pair.public_key().as_ref().to_vec(),
            ),
            _ => panic!("not needed"),
        };
        let bits = der(3, &[&[0], key.as_slice()].concat());
        der(0x30, &[oid, &bits].concat())
    }

    /// The coordinates of an EC key.
    pub(crate) fn coordinates(&self) -> (Vec<u8>, Vec<u8>) {
        let Pair::Ec(_, pair) = &self.pair else {
            panic!("no EC key")
        };
        let point = &pair.public_key().as_ref()[1..];
        let (x, y) = point.split_at(point.len() / 2);
        (x.to_vec(), y.to_vec())
    }

    /// A signature by `alg`, which must fit the key.
    pub(crate) fn sign(&self, alg: Algorithm, input: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let encoding: &dyn RsaEncoding = match alg {
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

    /// The private exponent.
    pub(crate) fn private_exponent(&self) -> Vec<u8> {
        let Pair::Rsa(pair) = &self.pair else {
            panic!("no RSA key")
        };
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        // PrivateKeyInfo: version, algorithm, OCTET STRING of RSAPrivateKey: version, n, e, d, …
        let info = elements(elements(pkcs8.as_ref())[0].1);
        let key = elements(elements(info[2].1)[0].1);
        key[3].1.to_vec()
    }

    /// The bare RSA operation on an encoded message, however wrong that is.
    pub(crate) fn rsa_raw(&self, encoded: &[u8]) -> Vec<u8> {
        let n = BigUint::from_bytes_be(&self.rsa_numbers().0);
        let d = BigUint::from_bytes_be(&self.private_exponent());
        padded(&BigUint::from_bytes_be(encoded).modpow(&d, &n), 256)
    }
}

/// `number` in `length` octets.
pub(crate) fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let octets = number.to_bytes_be();
    [vec![0; length - octets.len()], octets].concat()
}

/// A DER element.
pub(crate) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut element = vec![tag];
    match length {
        0..=0x7f => element.push(u8::try_from(length).unwrap()),
        0x80..=0xff => element.extend([0x81, u8::try_from(length).unwrap()]),
        _ => {
            element.push(0x82);
            element.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    element.extend(content);
    element
}

/// The DER elements in `octets`, one after another.
fn elements(mut octets: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    while let [tag, first, rest @ ..] = octets {
        let (length, rest) = match first {
            0x81 => (usize::from(rest[0]), &rest[1..]),
            0x82 => (
                usize::from(u16::from_be_bytes([rest[0], rest[1]])),
                &rest[2..],
            ),
            short => (usize::from(*short), rest),
        };
        found.push((*tag, &rest[..length]));
        octets = &rest[length..];
    }
    found
}

/// PEM of a SubjectPublicKeyInfo.
pub(crate) fn pem(spki: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(spki);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}

/// A MAC.
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

/// EMSA-PSS with SHA-256 for 2048 bits ([RFC 8017 section 9.1.1](https://www.rfc-editor.org/rfc/rfc8017#section-9.1.1)), with a
/// salt of any length and MGF1 by any hash.
pub(crate) fn emsa_pss(input: &[u8], salt: &[u8], mgf: &'static digest::Algorithm) -> Vec<u8> {
    const LENGTH: usize = 256;
    let prefixed = [&[0; 8], sha256(input).as_slice(), salt].concat();
    let hash = sha256(&prefixed);
    let mut block = vec![0; LENGTH - hash.len() - 1];
    let at = block.len() - salt.len();
    block[at - 1] = 1;
    block[at..].copy_from_slice(salt);
    let mut mask: Vec<u8> = Vec::new();
    for counter in 0_u32.. {
        if mask.len() >= block.len() {
            break;
        }
        let seed = [hash.as_slice(), &counter.to_be_bytes()].concat();
        mask.extend(digest::digest(mgf, &seed).as_ref());
    }
    for (octet, mask) in block.iter_mut().zip(mask) {
        *octet ^= mask;
    }
    block[0] &= 0x7f;
    [block.as_slice(), &hash, &[0xbc]].concat()
}

/// EMSA-PKCS1-v1_5 for 2048 bits around a DigestInfo, with something after it instead of padding before it.
pub(crate) fn emsa_pkcs1(digest_info: &[u8], padding: usize, garbage: &[u8]) -> Vec<u8> {
    [
        &[0, 1],
        vec![0xff; padding].as_slice(),
        &[0],
        digest_info,
        garbage,
    ]
    .concat()
}

/// DigestInfo of SHA-256.
pub(crate) fn digest_info(input: &[u8], with_null: bool) -> Vec<u8> {
    let oid = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
    let null: &[u8] = if with_null { &[5, 0] } else { &[] };
    let algorithm = der(0x30, &[oid.as_slice(), null].concat());
    let octets = der(4, &sha256(input));
    der(0x30, &[algorithm, octets].concat())
}

/// A P-256 key of its own.
pub(crate) fn new_p256() -> Key {
    ec("p256", "P-256")
}
