//! The key of the clients that a run registers for `private_key_jwt`.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::Halt;
use crate::provider::{ClientKey, Secret};

/// The `kid` that the key is registered by.
const KEY_ID: &str = "oidcheck-1";

/// A P-256 key, made for one run and never written anywhere.
#[derive(Debug, Clone)]
pub(super) struct RunKey {
    /// The private key.
    pub(super) key: ClientKey,
    /// The JWK Set with the public one.
    pub(super) jwks: Value,
}

impl RunKey {
    /// A new key.
    ///
    /// # Errors
    /// The random source of the system failed.
    pub(super) fn generate() -> Result<Self, Halt> {
        let failed = |_| Halt::unjudged("no key could be made for a registered client");
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document =
            EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).map_err(failed)?;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref())
            .map_err(|_| Halt::unjudged("no key could be made for a registered client"))?;
        // An uncompressed point: 0x04, x, y.
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let jwks = json!({ "keys": [{
            "kty": "EC",
            "crv": "P-256",
            "kid": KEY_ID,
            "use": "sig",
            "x": URL_SAFE_NO_PAD.encode(x),
            "y": URL_SAFE_NO_PAD.encode(y),
        }] });
        Ok(Self {
            key: ClientKey {
                pem: Secret::new(pem(document.as_ref())),
                key_id: Some(KEY_ID.to_owned()),
            },
            jwks,
        })
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out.push_str("-----END PRIVATE KEY-----\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Assertion, AssertionKey};

    #[test]
    fn the_key_signs_assertions() {
        let own = RunKey::generate().unwrap();
        let key = AssertionKey::Pem(own.key.pem.expose().to_owned());
        let assertion = Assertion::new(key, own.key.key_id, "c", "https://op.example", 0);
        let header = jsonwebtoken::decode_header(assertion.sign().unwrap()).unwrap();
        assert_eq!(header.alg, jsonwebtoken::Algorithm::ES256);
        assert_eq!(own.jwks["keys"][0]["kid"], KEY_ID);
    }
}
