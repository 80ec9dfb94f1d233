//! JSON Web Keys and sets of them, read from the raw JSON so that a malformed key does not hide the others.

use std::fmt;

use base64::Engine as _;
use serde_json::Value;

use super::certificate::{self, CertificateKey};
use super::json;
use super::public_key::{self, KeyError, PublicKey};

/// The members that only a private or symmetric key has
/// ([RFC 7518 section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
pub const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// One JSON Web Key ([RFC 7517 section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)) as it stands in its set.
///
/// Its `Debug` shows `kid` and `kty` alone: a set that is wrong may hold a private key.
#[derive(Clone)]
pub struct Jwk {
    index: usize,
    raw: Value,
    public_key: Result<PublicKey, KeyError>,
}

impl Jwk {
    /// Reads the element number `index` (from 0) of a set.
    pub fn new(index: usize, raw: Value) -> Self {
        let public_key = public_key::read(&raw);
        Self {
            index,
            raw,
            public_key,
        }
    }

    /// The JSON as it was published.
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// The member `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.raw.get(name)
    }

    /// The member `name` where it is a string.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// The key ID.
    pub fn kid(&self) -> Option<&str> {
        self.str("kid")
    }

    /// The key type.
    pub fn kty(&self) -> Option<&str> {
        self.str("kty")
    }

    /// The only algorithm that the key is for.
    pub fn alg(&self) -> Option<&str> {
        self.str("alg")
    }

    /// What the key is for: `sig` or `enc`.
    pub fn key_use(&self) -> Option<&str> {
        self.str("use")
    }

    /// The operations that the key is for; what is no string is left out.
    pub fn key_ops(&self) -> Option<Vec<&str>> {
        let operations = self.get("key_ops")?.as_array()?;
        Some(operations.iter().filter_map(Value::as_str).collect())
    }

    /// The curve.
    pub fn crv(&self) -> Option<&str> {
        self.str("crv")
    }

    /// The names of the private or symmetric members that it has.
    pub fn private_members(&self) -> impl Iterator<Item = &'static str> {
        PRIVATE_MEMBERS
            .into_iter()
            .filter(|name| self.get(name).is_some())
    }

    /// The public key for signatures.
    ///
    /// # Errors
    /// Why it is none.
    pub fn public_key(&self) -> Result<&PublicKey, &KeyError> {
        self.public_key.as_ref()
    }

    /// Why `use`, `key_ops` or `alg` of the key forbid a signature with `alg`, if they do.
    pub fn forbids(&self, alg: &str) -> Option<String> {
        if let Some(other) = self.key_use().filter(|value| *value != "sig") {
            return Some(format!("its use is {other:?}"));
        }
        if let Some(operations) = self.key_ops()
            && !operations.contains(&"verify")
        {
            return Some(format!("its key_ops are {operations:?}"));
        }
        let same = |own: &str| own == alg || [own, alg].iter().all(|name| is_eddsa(name));
        self.alg()
            .filter(|own| !same(own))
            .map(|own| format!("its alg is {own:?}"))
    }

    /// What is wrong with `x5c`, where it stands: the bare key has to be that of its first certificate
    /// ([RFC 7517 section 4.7](https://www.rfc-editor.org/rfc/rfc7517#section-4.7)). A kind of key that is not known here can't be compared.
    pub fn certificate_problem(&self) -> Option<String> {
        let x5c = self.get("x5c")?;
        let certificate = match certificates(x5c) {
            Ok(certificates) => certificates.into_iter().next(),
            Err(problem) => return Some(problem),
        };
        let Some(certificate) = certificate else {
            return Some("x5c is empty".to_owned());
        };
        let certified = match certificate::public_key(&certificate) {
            Ok(certified) => certified,
            Err(error) => return Some(format!("x5c: {error}")),
        };
        match self.public_key() {
            Err(
                KeyError::UnknownType(_) | KeyError::UnknownCurve(_) | KeyError::NotSupported(_),
            ) => None,
            Err(error) => Some(format!("no bare key: {error}")),
            Ok(_) if certified == CertificateKey::Other => None,
            Ok(bare) if bare.is_certified(&certified) => None,
            Ok(_) => Some("the certificate has another key".to_owned()),
        }
    }

    /// Whether the key is published for encryption: by `use`, else by `key_ops`, else by `alg`.
    pub fn is_for_encryption(&self) -> bool {
        if let Some(value) = self.key_use() {
            return value == "enc";
        }
        if let Some(operations) = self.key_ops() {
            return operations
                .iter()
                .any(|op| matches!(*op, "encrypt" | "decrypt" | "wrapKey" | "unwrapKey"))
                || operations.iter().any(|op| op.starts_with("derive"));
        }
        self.alg()
            .is_some_and(|alg| alg.starts_with("RSA") || alg.starts_with("ECDH-ES"))
            || matches!(self.crv(), Some("X25519" | "X448"))
    }

    /// How a report names the key: by its place in the set and its `kid`.
    pub fn label(&self) -> String {
        match self.get("kid") {
            Some(kid) => format!("keys[{}] (kid {})", self.index, json::show(kid)),
            None => format!("keys[{}] (no kid)", self.index),
        }
    }
}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwk")
            .field("kid", &self.kid())
            .field("kty", &self.kty())
            .finish_non_exhaustive()
    }
}

/// A JSON Web Key Set ([RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
#[derive(Debug, Clone, Default)]
pub struct JwkSet {
    /// The keys in the order of the set, the malformed ones too.
    pub keys: Vec<Jwk>,
}

/// Why a document is no JWK Set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwkSetError {
    /// Not a JSON object.
    #[error("{0}, no JSON object")]
    NotAnObject(&'static str),
    /// No member `keys`.
    #[error("no member keys")]
    NoKeys,
    /// `keys` is no array.
    #[error("keys is {0}, no array")]
    KeysNotAnArray(&'static str),
}

impl JwkSet {
    /// Reads a parsed document.
    ///
    /// # Errors
    /// It is no object with an array `keys`.
    pub fn from_value(document: &Value) -> Result<Self, JwkSetError> {
        let members = document
            .as_object()
            .ok_or_else(|| JwkSetError::NotAnObject(json::kind(document)))?;
        let keys = members.get("keys").ok_or(JwkSetError::NoKeys)?;
        let keys = keys
            .as_array()
            .ok_or_else(|| JwkSetError::KeysNotAnArray(json::kind(keys)))?;
        Ok(Self {
            keys: keys
                .iter()
                .enumerate()
                .map(|(index, raw)| Jwk::new(index, raw.clone()))
                .collect(),
        })
    }

    /// The keys with this `kid`, compared exactly.
    pub fn with_kid(&self, kid: &str) -> impl Iterator<Item = &Jwk> {
        self.keys.iter().filter(move |key| key.kid() == Some(kid))
    }
}

/// The certificates of `x5c`, DER encoded; these are base64, not base64url.
///
/// # Errors
/// What is wrong with the member.
pub(crate) fn certificates(x5c: &Value) -> Result<Vec<Vec<u8>>, String> {
    let texts = x5c
        .as_array()
        .ok_or_else(|| format!("x5c is {}, no array", json::kind(x5c)))?;
    texts
        .iter()
        .map(|text| {
            let text = text
                .as_str()
                .ok_or_else(|| format!("x5c has {}, no string", json::kind(text)))?;
            base64::engine::general_purpose::STANDARD
                .decode(text)
                .map_err(|e| format!("x5c is no base64: {e}"))
        })
        .collect()
}

fn is_eddsa(alg: &str) -> bool {
    matches!(alg, "EdDSA" | "Ed25519")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jwt::test_token::ED;

    fn with(mut jwk: Value, name: &str, value: Value) -> Value {
        jwk[name] = value;
        jwk
    }

    #[test]
    fn what_a_key_is_for_is_respected() {
        for (name, value, forbids) in [
            ("use", json!("sig"), None),
            ("use", json!("enc"), Some("its use is \"enc\"")),
            ("key_ops", json!(["verify"]), None),
            (
                "key_ops",
                json!(["encrypt"]),
                Some("its key_ops are [\"encrypt\"]"),
            ),
            ("alg", json!("EdDSA"), None),
            ("alg", json!("Ed25519"), None),
            ("alg", json!("ES256"), Some("its alg is \"ES256\"")),
        ] {
            let jwk = Jwk::new(0, with(ED.jwk(), name, value));
            assert_eq!(jwk.forbids("EdDSA").as_deref(), forbids);
        }
    }

    #[test]
    fn a_set_keeps_malformed_keys_beside_good_ones() {
        let set = JwkSet::from_value(&json!({"keys": [7, {"kty": "RSA"}, ED.jwk()]})).unwrap();
        let usable: Vec<_> = set
            .keys
            .iter()
            .map(|key| key.public_key().is_ok())
            .collect();
        assert_eq!(usable, [false, false, true]);
        assert_eq!(set.keys[2].label(), "keys[2] (kid \"ed\")");
        for (document, error) in [
            (json!([]), JwkSetError::NotAnObject("an array")),
            (json!({}), JwkSetError::NoKeys),
            (
                json!({"keys": {}}),
                JwkSetError::KeysNotAnArray("an object"),
            ),
        ] {
            assert_eq!(JwkSet::from_value(&document).map(|_| ()), Err(error));
        }
    }

    #[test]
    fn debug_shows_no_key_material() {
        let private = with(ED.jwk(), "d", json!("c2VjcmV0"));
        assert!(!format!("{:?}", Jwk::new(0, private)).contains("c2Vj"));
    }
}
