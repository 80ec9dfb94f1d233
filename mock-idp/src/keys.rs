//! Signing keys. Generating an RSA key takes a hundred milliseconds and more, so the keys are made once per process,
//! on first use, and shared by all issuers; rotation takes the next generation of that pool.
//!
//! A private key never leaves this module, and none is ever written to a file.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaKeyPair, VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A signature algorithm of ID tokens, see <https://www.rfc-editor.org/rfc/rfc7518#section-3.1>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519, see <https://www.rfc-editor.org/rfc/rfc8037#section-3.1>.
    EdDsa,
}

impl Algorithm {
    /// All algorithms, in the order of the metadata.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// The value of `alg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm that `alg` names, if it is one of these.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }
}

/// One private key with what the JWKS says of it.
pub(crate) struct SigningKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ecdsa(Box<EcdsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm.name(), self.kid)
    }
}

impl SigningKey {
    fn generate(algorithm: Algorithm) -> Self {
        // Key generation fails only when memory or the random source of the operating system does.
        let pair = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => Pair::Rsa(Box::new(
                RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048)
                    .expect("an RSA key can be generated"),
            )),
            Algorithm::Es256 => Pair::Ecdsa(Box::new(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                    .expect("a P-256 key can be generated"),
            )),
            Algorithm::EdDsa => {
                Pair::Ed25519(Ed25519KeyPair::generate().expect("an Ed25519 key can be generated"))
            }
        };
        let mut key = Self {
            algorithm,
            kid: String::new(),
            pair,
        };
        key.kid = key.thumbprint();
        key
    }

    /// The signature over `message`, in the form that JWS wants.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_padded(message, self.algorithm == Algorithm::Ps256)
    }

    /// As [`SigningKey::sign`], an RSA key by the padding that it is not for.
    pub(crate) fn sign_with_other_padding(&self, message: &[u8]) -> Vec<u8> {
        self.sign_padded(message, self.algorithm != Algorithm::Ps256)
    }

    fn sign_padded(&self, message: &[u8], is_pss: bool) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let padding: &'static dyn aws_lc_rs::signature::RsaEncoding = if is_pss {
                    &RSA_PSS_SHA256
                } else {
                    &RSA_PKCS1_SHA256
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &SystemRandom::new(), message, &mut signature)
                    .expect("the buffer has the length of the modulus");
                signature
            }
            Pair::Ecdsa(pair) => {
                let signature = pair
                    .sign(&SystemRandom::new(), message)
                    .expect("a P-256 key can sign");
                signature.as_ref().to_vec()
            }
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// Whether the signature over `message` is of this key.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let (algorithm, key): (&dyn VerificationAlgorithm, &[u8]) = match &self.pair {
            Pair::Rsa(pair) if self.algorithm == Algorithm::Ps256 => {
                (&RSA_PSS_2048_8192_SHA256, pair.public_key().as_ref())
            }
            Pair::Rsa(pair) => (&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref()),
            Pair::Ecdsa(pair) => (&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref()),
            Pair::Ed25519(pair) => (&ED25519, pair.public_key().as_ref()),
        };
        algorithm.verify_sig(key, message, signature).is_ok()
    }

    /// The public key with `kid`, `use` and `alg`, as it stands in the JWKS.
    pub(crate) fn public_jwk(&self) -> Value {
        let mut jwk = self.bare_jwk();
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(self.algorithm.name());
        jwk["kid"] = json!(self.kid);
        jwk
    }

    /// The SubjectPublicKeyInfo in PEM, which an attacker takes for an HMAC key.
    pub(crate) fn public_pem(&self) -> String {
        use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
        let der: PublicKeyX509Der<'_> = match &self.pair {
            Pair::Rsa(pair) => pair
                .public_key()
                .as_der()
                .expect("a public RSA key has a DER form"),
            Pair::Ecdsa(pair) => pair
                .public_key()
                .as_der()
                .expect("a public P-256 key has a DER form"),
            Pair::Ed25519(pair) => pair
                .public_key()
                .as_der()
                .expect("a public Ed25519 key has a DER form"),
        };
        pem("PUBLIC KEY", der.as_ref())
    }

    // The members that make the key and nothing else, in the order of https://www.rfc-editor.org/rfc/rfc7638#section-3.
    fn bare_jwk(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                json!({
                    "e": encode(public.exponent().big_endian_without_leading_zero()),
                    "kty": "RSA",
                    "n": encode(public.modulus().big_endian_without_leading_zero()),
                })
            }
            Pair::Ecdsa(pair) => {
                // An uncompressed point: 0x04, x, y.
                let point = pair.public_key().as_ref();
                json!({ "crv": "P-256", "kty": "EC", "x": encode(&point[1..33]), "y": encode(&point[33..65]) })
            }
            Pair::Ed25519(pair) => {
                json!({ "crv": "Ed25519", "kty": "OKP", "x": encode(pair.public_key().as_ref()) })
            }
        }
    }

    fn thumbprint(&self) -> String {
        let bare = self.bare_jwk().to_string();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bare.as_bytes());
        URL_SAFE_NO_PAD.encode(digest.as_ref())
    }
}

/// The four keys of one generation.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: [Arc<SigningKey>; 4],
}

impl KeySet {
    fn generate() -> Self {
        // The two RSA keys take nearly all of the time.
        let keys = std::thread::scope(|scope| {
            Algorithm::ALL
                .map(|algorithm| scope.spawn(move || Arc::new(SigningKey::generate(algorithm))))
                .map(|thread| thread.join().expect("key generation does not panic"))
        });
        Self { keys }
    }

    pub(crate) fn key(&self, algorithm: Algorithm) -> &Arc<SigningKey> {
        self.keys
            .iter()
            .find(|key| key.algorithm == algorithm)
            .unwrap_or(&self.keys[0])
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<SigningKey>> {
        self.keys.iter()
    }
}

/// The keys of one generation; they are made when they are first asked for.
pub(crate) fn generation(number: usize) -> Arc<KeySet> {
    static POOL: Mutex<Vec<Arc<KeySet>>> = Mutex::new(Vec::new());
    // A test that rotates without end must not make keys without end.
    const LIMIT: usize = 8;
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let index = number % LIMIT;
    while pool.len() <= index {
        pool.push(Arc::new(KeySet::generate()));
    }
    Arc::clone(&pool[index])
}

/// Keys that no JWKS of a fault-free issuer ever lists.
pub(crate) fn foreign() -> &'static KeySet {
    static FOREIGN: OnceLock<KeySet> = OnceLock::new();
    FOREIGN.get_or_init(KeySet::generate)
}

/// The key pair of the static client that authenticates by `private_key_jwt`.
pub(crate) struct ClientKey {
    pub(crate) public_jwk: Value,
    pub(crate) public_pem: String,
    pub(crate) private_pem: String,
}

/// The `kid` of [`client_key`].
pub(crate) const CLIENT_KID: &str = "client-1";

/// The static client's key, made once per process: the repository holds no private key.
pub(crate) fn client_key() -> &'static ClientKey {
    static KEY: OnceLock<ClientKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = SigningKey::generate(Algorithm::Es256);
        let mut public_jwk = key.public_jwk();
        public_jwk["kid"] = json!(CLIENT_KID);
        let Pair::Ecdsa(pair) = &key.pair else {
            unreachable!("an ES256 key is an ECDSA key")
        };
        let der = pair.to_pkcs8v1().expect("a P-256 key has a PKCS#8 form");
        ClientKey {
            public_jwk,
            public_pem: key.public_pem(),
            private_pem: pem("PRIVATE KEY", der.as_ref()),
        }
    })
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// The keys of one issuer: which generation signs, and which are still published.
#[derive(Debug, Default)]
pub(crate) struct KeyRing {
    number: usize,
    // The signing generation first; filled when it is first asked for.
    published: Vec<Arc<KeySet>>,
}

impl KeyRing {
    /// Retired keys stay in the JWKS for a while, so that what they signed can still be verified
    /// (<https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys>): here the last two generations.
    const RETIRED: usize = 2;

    pub(crate) fn rotate(&mut self) {
        self.published();
        self.number += 1;
        self.published.insert(0, generation(self.number));
        self.published.truncate(1 + Self::RETIRED);
    }

    pub(crate) fn current(&mut self) -> Arc<KeySet> {
        Arc::clone(&self.published()[0])
    }

    /// The published key with this id.
    pub(crate) fn find(&mut self, kid: &str) -> Option<Arc<SigningKey>> {
        let mut keys = self.published().iter().flat_map(|set| set.iter());
        keys.find(|key| key.kid == kid).cloned()
    }

    /// The generations of the JWKS, the signing one first; there is always one.
    pub(crate) fn published(&mut self) -> &[Arc<KeySet>] {
        if self.published.is_empty() {
            self.published.push(generation(self.number));
        }
        &self.published
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_differ_and_are_kept() {
        assert_eq!(
            generation(0).key(Algorithm::Rs256).kid,
            generation(0).key(Algorithm::Rs256).kid
        );
        assert_ne!(
            generation(0).key(Algorithm::Es256).kid,
            generation(1).key(Algorithm::Es256).kid
        );
        assert_ne!(
            generation(0).key(Algorithm::Rs256).kid,
            generation(0).key(Algorithm::Ps256).kid
        );
    }

    #[test]
    fn a_rotated_ring_publishes_the_retired_keys() {
        let mut ring = KeyRing::default();
        let before = ring.current().key(Algorithm::Es256).kid.clone();
        ring.rotate();
        let published = ring.published();
        assert_eq!(published.len(), 2);
        assert!(published[1].iter().any(|key| key.kid == before));
        assert_ne!(ring.current().key(Algorithm::Es256).kid, before);
    }

    #[test]
    fn public_jwks_hold_no_private_member() {
        for key in generation(0).iter() {
            let jwk = key.public_jwk();
            for member in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(
                    jwk.get(member).is_none(),
                    "{member} in {}",
                    key.algorithm.name()
                );
            }
        }
    }

    #[test]
    fn the_client_key_is_one_that_others_can_read() {
        jsonwebtoken::EncodingKey::from_ec_pem(client_key().private_pem.as_bytes()).unwrap();
    }
}
