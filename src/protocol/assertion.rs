//! Client assertions ([RFC 7523](https://www.rfc-editor.org/rfc/rfc7523)), right and wrong.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::RequestError;

/// What `client_assertion_type` says of a JWT.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client assertion before it is signed.
#[derive(Clone)]
pub struct Assertion {
    /// What signs it.
    pub key: AssertionKey,
    /// The `kid` of the header.
    pub key_id: Option<String>,
    /// The claims.
    pub claims: Map<String, Value>,
}

/// What signs an assertion.
#[derive(Clone)]
pub enum AssertionKey {
    /// The secret, by HS256.
    Secret(String),
    /// A private key (PKCS#8 PEM): RSA by RS256, P-256 by ES256, Ed25519 by EdDSA.
    Pem(String),
    /// Nothing: `alg` is `none`.
    Unsigned,
    /// By HS256, with the public half of a private key (PEM) for a secret.
    PublicHalfOf(String),
    /// By a key that is made on the spot and stands in the header as `jwk`; `alg` is `ES256`.
    OfHeader,
    /// Another key signs; then one character of the signature is changed.
    Tampered(Box<AssertionKey>),
}

/// A request can't be made with these credentials.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClientAuthError {
    /// The key can't sign.
    #[error("the client assertion can't be signed: {0}")]
    Key(String),
    /// The request itself can't be built.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl Assertion {
    /// The claims of a right assertion ([RFC 7523 3](https://www.rfc-editor.org/rfc/rfc7523#section-3)),
    /// valid for a minute from `now` (seconds since 1970).
    pub fn new(
        key: AssertionKey,
        key_id: Option<String>,
        client_id: &str,
        audience: &str,
        now: i64,
    ) -> Self {
        let jti: [u8; 16] = rand::random();
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "jti": URL_SAFE_NO_PAD.encode(jti),
            "iat": now,
            "exp": now + 60,
        });
        let Value::Object(claims) = claims else {
            unreachable!("a JSON object literal is an object")
        };
        Self {
            key,
            key_id,
            claims,
        }
    }

    /// Signs it.
    ///
    /// # Errors
    /// The key is none that we can sign with.
    pub fn sign(&self) -> Result<String, ClientAuthError> {
        let (algorithm, key) = match &self.key {
            AssertionKey::Secret(secret) => (
                Algorithm::HS256,
                EncodingKey::from_secret(secret.as_bytes()),
            ),
            AssertionKey::Pem(pem) => private_key(pem)?,
            AssertionKey::Unsigned => return Ok(self.unsigned()),
            AssertionKey::OfHeader => return self.signed_by_key_of_header(),
            AssertionKey::PublicHalfOf(pem) => (
                Algorithm::HS256,
                EncodingKey::from_secret(public_half(pem)?.as_bytes()),
            ),
            AssertionKey::Tampered(key) => {
                let key = (**key).clone();
                return Ok(tampered(
                    &Self {
                        key,
                        ..self.clone()
                    }
                    .sign()?,
                ));
            }
        };
        let mut header = Header::new(algorithm);
        header.kid.clone_from(&self.key_id);
        jsonwebtoken::encode(&header, &self.claims, &key)
            .map_err(|e| ClientAuthError::Key(e.to_string()))
    }

    fn signed_by_key_of_header(&self) -> Result<String, ClientAuthError> {
        let failed = |what: &str| ClientAuthError::Key(format!("no key could {what}"));
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| failed("be made"))?;
        // An uncompressed point: 0x04, x, y.
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let jwk = json!({
            "kty": "EC",
            "crv": "P-256",
            "x": URL_SAFE_NO_PAD.encode(x),
            "y": URL_SAFE_NO_PAD.encode(y),
        });
        let header = match &self.key_id {
            Some(kid) => json!({"alg": "ES256", "kid": kid, "jwk": jwk}),
            None => json!({"alg": "ES256", "jwk": jwk}),
        };
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(Value::Object(self.claims.clone()).to_string())
        );
        let signature = pair
            .sign(&SystemRandom::new(), message.as_bytes())
            .map_err(|_| failed("sign"))?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn unsigned(&self) -> String {
        format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
            URL_SAFE_NO_PAD.encode(Value::Object(self.claims.clone()).to_string())
        )
    }
}

/// Which algorithm a PEM key signs with: the first whose signature comes out.
fn private_key(pem: &str) -> Result<(Algorithm, EncodingKey), ClientAuthError> {
    let bytes = pem.as_bytes();
    let candidates = [
        (Algorithm::ES256, EncodingKey::from_ec_pem(bytes)),
        (Algorithm::RS256, EncodingKey::from_rsa_pem(bytes)),
        (Algorithm::EdDSA, EncodingKey::from_ed_pem(bytes)),
    ];
    for (algorithm, key) in candidates {
        if let Ok(key) = key
            && jsonwebtoken::encode(&Header::new(algorithm), &json!({}), &key).is_ok()
        {
            return Ok((algorithm, key));
        }
    }
    Err(ClientAuthError::Key(
        "the key file holds no RSA, P-256 or Ed25519 private key in PKCS#8 PEM".to_owned(),
    ))
}

/// The public key of a private one, both in PEM.
fn public_half(pem: &str) -> Result<String, ClientAuthError> {
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let unreadable = || ClientAuthError::Key("the key file holds no PKCS#8 PEM".to_owned());
    let der = STANDARD.decode(body.trim()).map_err(|_| unreadable())?;
    let public: PublicKeyX509Der<'static> =
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der) {
            key.public_key().as_der()
        } else if let Ok(key) = RsaKeyPair::from_pkcs8(&der) {
            key.public_key().as_der()
        } else {
            let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_| unreadable())?;
            key.public_key().as_der()
        }
        .map_err(|_| unreadable())?;
    let text = STANDARD.encode(public.as_ref());
    let mut out = "-----BEGIN PUBLIC KEY-----\n".to_owned();
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str("-----END PUBLIC KEY-----\n");
    Ok(out)
}

/// The token with another character in the middle of its signature: the last one may hold bits that no
/// reader looks at.
fn tampered(token: &str) -> String {
    let signature = token.rfind('.').map_or(0, |dot| dot + 1);
    let middle = signature + (token.len() - signature) / 2;
    let other = if token[middle..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    let mut token = token.to_owned();
    token.replace_range(middle..=middle, other);
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_says_who_and_for_whom() {
        let assertion = Assertion::new(
            AssertionKey::Secret("0123456789abcdef0123456789abcdef".to_owned()),
            None,
            "c",
            "https://op.example",
            1_000,
        );
        let token = assertion.sign().unwrap();
        let claims: Value = serde_json::from_slice(
            &URL_SAFE_NO_PAD
                .decode(token.split('.').nth(1).unwrap())
                .unwrap(),
        )
        .unwrap();
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("c"), &json!("c")));
        assert_eq!(claims["exp"], 1_060);
        assert!(claims["jti"].as_str().unwrap().len() >= 20);
    }

    #[test]
    fn what_is_no_key_is_said() {
        let assertion = Assertion::new(AssertionKey::Pem("no key".to_owned()), None, "c", "a", 0);
        assert!(assertion.sign().unwrap_err().to_string().contains("PKCS#8"));
    }

    #[test]
    fn a_key_in_the_header_verifies_the_assertion() {
        let assertion = Assertion::new(
            AssertionKey::OfHeader,
            Some("k".to_owned()),
            "c",
            "https://op.example",
            1_000,
        );
        let token = assertion.sign().unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.kid.as_deref(), Some("k"));
        let key = jsonwebtoken::DecodingKey::from_jwk(&header.jwk.unwrap()).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let verified =
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::ES256);
        assert!(verified.unwrap());
    }

    #[test]
    fn a_tampered_signature_has_another_character() {
        let assertion = |key| Assertion::new(key, None, "c", "a", 0);
        let secret = AssertionKey::Secret("0123456789abcdef0123456789abcdef".to_owned());
        let mut right = assertion(secret.clone());
        let mut wrong = assertion(AssertionKey::Tampered(Box::new(secret)));
        wrong.claims = right.claims.clone();
        right.key_id = None;
        wrong.key_id = None;
        let (right, wrong) = (right.sign().unwrap(), wrong.sign().unwrap());
        let differing = right.bytes().zip(wrong.bytes()).filter(|(a, b)| a != b);
        assert_eq!((differing.count(), right.len()), (1, wrong.len()));
        assert_eq!(
            right.rsplit_once('.').unwrap().0,
            wrong.rsplit_once('.').unwrap().0
        );
    }

    #[test]
    fn the_public_half_of_a_key_is_found() {
        let key = rcgen::KeyPair::generate().unwrap();
        assert_eq!(
            public_half(&key.serialize_pem())
                .unwrap()
                .replace("\r\n", "\n"),
            key.public_key_pem().replace("\r\n", "\n")
        );
        assert!(public_half("no key").is_err());
    }
}
