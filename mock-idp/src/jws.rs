//! Compact JWS, written and read without opinions (<https://www.rfc-editor.org/rfc/rfc7515#section-3.1>).
//!
//! A JWT library refuses to make the tokens that a fault needs: here header, payload and signature are what the caller
//! says.

use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::keys::SigningKey;

/// What makes the third part of a JWS.
#[derive(Debug, Clone)]
pub(crate) enum Signer {
    /// A private key of the key pool.
    Key(Arc<SigningKey>),
    /// A private RSA key, by PSS where it is for PKCS #1 v1.5, and the other way round.
    OtherPadding(Arc<SigningKey>),
    /// A private P-256 key, the signature in DER.
    Der(Arc<SigningKey>),
    /// HMAC with SHA-256 and these octets.
    Hmac(Vec<u8>),
    /// HMAC with SHA-512 and these octets.
    Hmac512(Vec<u8>),
    /// No signature at all: these octets.
    Octets(Vec<u8>),
    /// Nothing: the third part is empty.
    Unsigned,
}

/// The octets of a JSON object.
pub(crate) fn octets(object: &Map<String, Value>) -> Vec<u8> {
    serde_json::to_vec(object).expect("a JSON object can be written")
}

/// Writes a token as others expect it: a header with `alg`, `typ` and `kid`, and the signature of the key.
pub(crate) fn write_signed(typ: &str, claims: &impl Serialize, key: Arc<SigningKey>) -> String {
    #[derive(Serialize)]
    struct Header<'h> {
        alg: &'static str,
        typ: &'h str,
        kid: &'h str,
    }
    let header = Header {
        alg: key.algorithm.name(),
        typ,
        kid: &key.kid,
    };
    write_raw(
        &json::<128>(&header),
        &json::<512>(claims),
        &Signer::Key(key),
    )
}

/// JSON of about this length.
fn json<const LENGTH: usize>(value: &impl Serialize) -> Vec<u8> {
    let mut octets = Vec::with_capacity(LENGTH);
    serde_json::to_writer(&mut octets, value).expect("strings and numbers can be written");
    octets
}

/// Writes `header.payload.signature`.
#[cfg(test)]
pub(crate) fn write(
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
    signer: &Signer,
) -> String {
    write_raw(&octets(header), &octets(claims), signer)
}

/// Writes `header.payload.signature`; the header is taken as it is, whatever the signer.
pub(crate) fn write_raw(header: &[u8], payload: &[u8], signer: &Signer) -> String {
    let mut jws = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 96);
    URL_SAFE_NO_PAD.encode_string(header, &mut jws);
    jws.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut jws);
    let message = jws.as_bytes();
    let signature = match signer {
        Signer::Key(key) => key.sign(message),
        Signer::OtherPadding(key) => key.sign_with_other_padding(message),
        Signer::Der(key) => der(&key.sign(message)),
        Signer::Hmac(secret) => mac(hmac::HMAC_SHA256, secret, message),
        Signer::Hmac512(secret) => mac(hmac::HMAC_SHA512, secret, message),
        Signer::Octets(octets) => octets.clone(),
        Signer::Unsigned => Vec::new(),
    };
    jws.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut jws);
    jws
}

fn mac(algorithm: hmac::Algorithm, secret: &[u8], message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(algorithm, secret);
    hmac::sign(&key, message).as_ref().to_vec()
}

/// Two numbers of the same size as an ASN.1 SEQUENCE of two INTEGERs.
fn der(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let mut content = Vec::new();
    for number in [r, s] {
        let start = number.iter().position(|octet| *octet != 0);
        let number = &number[start.unwrap_or(number.len().saturating_sub(1))..];
        let is_negative = number.first().is_some_and(|octet| octet & 0x80 != 0);
        content.push(2);
        content.push(number.len() as u8 + u8::from(is_negative));
        if is_negative {
            content.push(0);
        }
        content.extend_from_slice(number);
    }
    let mut sequence = vec![0x30, content.len() as u8];
    sequence.append(&mut content);
    sequence
}

/// A JWS that was taken apart; nothing about it is verified yet.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    message: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parsed<'a> {
    /// Takes a compact JWS apart, if it is one and both parts are JSON objects.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let object = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
            serde_json::from_slice::<Map<String, Value>>(&bytes).ok()
        };
        Some(Self {
            header: object(header)?,
            claims: object(payload)?,
            message,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// The value of `alg`.
    pub(crate) fn alg(&self) -> Option<&str> {
        self.header.get("alg")?.as_str()
    }

    /// Whether the header asks for an extension, of which none is understood here
    /// (<https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11>).
    pub(crate) fn is_critical(&self) -> bool {
        self.header.contains_key("crit")
    }

    /// A claim that is a string.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// A claim that is a NumericDate, in whole seconds.
    pub(crate) fn seconds(&self, claim: &str) -> Option<u64> {
        let value = self.claims.get(claim)?;
        value.as_u64().or_else(|| {
            value
                .as_f64()
                .filter(|number| *number >= 0.0)
                .map(|number| number as u64)
        })
    }

    /// Whether `aud` is one of these values, or an array that holds one.
    pub(crate) fn is_for(&self, audiences: &[&str]) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => audiences.contains(&one.as_str()),
            Some(Value::Array(many)) => many
                .iter()
                .filter_map(Value::as_str)
                .any(|one| audiences.contains(&one)),
            _ => false,
        }
    }

    /// Whether the signature is one of this key, and `alg` agrees.
    pub(crate) fn verifies_with(&self, key: &SigningKey) -> bool {
        self.alg() == Some(key.algorithm.name())
            && key.verifies(self.message.as_bytes(), &self.signature)
    }

    /// Whether the signature is one of this secret with HS256.
    pub(crate) fn verifies_with_secret(&self, secret: &str) -> bool {
        self.alg() == Some("HS256")
            && hmac::verify(
                &hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
                self.message.as_bytes(),
                &self.signature,
            )
            .is_ok()
    }

    /// Whether the signature is one of this public key. The type of the key decides the algorithm, `alg` has to agree.
    pub(crate) fn verifies_with_jwk(&self, jwk: &Value) -> bool {
        self.verify(jwk).unwrap_or(false)
    }

    fn verify(&self, jwk: &Value) -> Option<bool> {
        let alg = self.alg()?;
        if jwk.get("alg").is_some_and(|expected| expected != alg)
            || jwk.get("use").is_some_and(|usage| usage != "sig")
        {
            return Some(false);
        }
        let bytes = |member: &str| URL_SAFE_NO_PAD.decode(jwk.get(member)?.as_str()?).ok();
        let (message, signature) = (self.message.as_bytes(), self.signature.as_slice());
        let verified = match (alg, jwk.get("kty")?.as_str()?) {
            ("RS256", "RSA") => RsaPublicKeyComponents {
                n: bytes("n")?,
                e: bytes("e")?,
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            ("PS256", "RSA") => RsaPublicKeyComponents {
                n: bytes("n")?,
                e: bytes("e")?,
            }
            .verify(&RSA_PSS_2048_8192_SHA256, message, signature),
            ("ES256", "EC") if jwk.get("crv")? == "P-256" => {
                let point = [vec![4], bytes("x")?, bytes("y")?].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            ("EdDSA", "OKP") if jwk.get("crv")? == "Ed25519" => {
                UnparsedPublicKey::new(&ED25519, bytes("x")?).verify(message, signature)
            }
            _ => return Some(false),
        };
        Some(verified.is_ok())
    }
}

/// The hash of `at_hash` and `c_hash`: the left half of SHA-256, which goes with all algorithms that sign here. Ed25519
/// hashes with SHA-512 inside (<https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken>).
pub(crate) fn half_hash(alg: &str, value: &str) -> String {
    let algorithm = if alg == "EdDSA" {
        &aws_lc_rs::digest::SHA512
    } else {
        &aws_lc_rs::digest::SHA256
    };
    let digest = aws_lc_rs::digest::digest(algorithm, value.as_bytes());
    let half = digest.as_ref().len() / 2;
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..half])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::{self, Algorithm};

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn every_key_signs_what_its_jwk_verifies() {
        for key in keys::generation(0).iter() {
            let header = object(&json!({ "alg": key.algorithm.name(), "kid": key.kid }));
            let token = write(
                &header,
                &object(&json!({ "sub": "x" })),
                &Signer::Key(key.clone()),
            );
            let parsed = Parsed::read(&token).unwrap();
            for other in keys::generation(0).iter() {
                let is_same = other.kid == key.kid;
                assert_eq!(parsed.verifies_with_jwk(&other.public_jwk()), is_same);
                assert_eq!(parsed.verifies_with(other), is_same);
            }
            // An independent reader agrees.
            let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.public_jwk()).unwrap();
            let (message, signature) = token.rsplit_once('.').unwrap();
            let algorithm = key.algorithm.name().parse().unwrap();
            let decoding = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
            assert!(
                jsonwebtoken::crypto::verify(signature, message.as_bytes(), &decoding, algorithm)
                    .unwrap()
            );
        }
    }

    #[test]
    fn a_secret_verifies_only_its_own_mac() {
        let header = object(&json!({ "alg": "HS256" }));
        let token = write(&header, &Map::new(), &Signer::Hmac(b"one".to_vec()));
        let parsed = Parsed::read(&token).unwrap();
        assert!(parsed.verifies_with_secret("one"));
        assert!(!parsed.verifies_with_secret("two"));
        let unsigned = write(
            &object(&json!({ "alg": "none" })),
            &Map::new(),
            &Signer::Unsigned,
        );
        let parsed = Parsed::read(&unsigned).unwrap();
        assert!(!parsed.verifies_with_secret(""));
        assert!(!parsed.verifies_with_jwk(&keys::generation(0).key(Algorithm::Rs256).public_jwk()));
    }

    #[test]
    fn what_is_no_jws_is_not_read() {
        for text in [
            "",
            "a",
            "a.b",
            "a.b.c",
            "e30.e30",
            "e30.W10.",
            "e30..",
            "ŝ.e30.e30",
        ] {
            assert!(Parsed::read(text).is_none(), "{text}");
        }
        assert!(Parsed::read("e30.e30.").is_some());
    }

    // The example of https://openid.net/specs/openid-connect-core-1_0.html#code-id_tokenExample has at_hash and c_hash.
    #[test]
    fn half_hashes_are_those_of_the_specification() {
        assert_eq!(
            half_hash("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
        assert_eq!(
            half_hash(
                "RS256",
                "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
            ),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }
}
