//! Client authentication
//! ([Core 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication),
//! [RFC 6749 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3),
//! [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523)), right and wrong.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, HeaderValue};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};
use thiserror::Error;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::{Parameters, form_request};

/// What `client_assertion_type` says of a JWT.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The credentials that go with one request.
#[derive(Clone)]
pub enum Authentication {
    /// Nothing, not even the `client_id`.
    Absent,
    /// The `client_id` alone: a public client.
    ClientId(String),
    /// Id and secret in the `Authorization` header.
    Basic {
        /// The `client_id`.
        id: String,
        /// The secret.
        secret: String,
    },
    /// Id and secret in the body.
    Post {
        /// The `client_id`.
        id: String,
        /// The secret.
        secret: String,
    },
    /// Id and secret in the query of the URL, which no client may do.
    Query {
        /// The `client_id`.
        id: String,
        /// The secret.
        secret: String,
    },
    /// A JWT in the body.
    Jwt(Assertion),
    /// Several at once.
    Both(Box<Authentication>, Box<Authentication>),
}

impl std::fmt::Debug for Authentication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::ClientId(_) => "ClientId(…)",
            Self::Basic { .. } => "Basic(…)",
            Self::Post { .. } => "Post(…)",
            Self::Query { .. } => "Query(…)",
            Self::Jwt(_) => "Jwt(…)",
            Self::Both(..) => "Both(…)",
        })
    }
}

/// A client assertion before it is signed.
#[derive(Clone)]
pub struct Assertion {
    /// What signs it.
    pub key: AssertionKey,
    /// The `kid` of the header.
    pub key_id: Option<String>,
    /// The claims.
    pub claims: Map<String, Value>,
    /// `client_assertion_type`.
    pub assertion_type: String,
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
}

/// The key can't sign.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the client assertion can't be signed: {0}")]
pub struct ClientAuthError(String);

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
            assertion_type: JWT_BEARER.to_owned(),
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
        };
        let mut header = Header::new(algorithm);
        header.kid.clone_from(&self.key_id);
        jsonwebtoken::encode(&header, &self.claims, &key)
            .map_err(|e| ClientAuthError(e.to_string()))
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
    Err(ClientAuthError(
        "the key file holds no RSA, P-256 or Ed25519 private key in PKCS#8 PEM".to_owned(),
    ))
}

impl Authentication {
    /// A form POST to `endpoint` with these credentials.
    ///
    /// # Errors
    /// An assertion can't be signed.
    pub fn post(
        &self,
        endpoint: &Url,
        parameters: &Parameters,
    ) -> Result<Request<Bytes>, ClientAuthError> {
        let mut endpoint = endpoint.clone();
        let mut parameters = parameters.clone();
        let mut header = None;
        self.apply(&mut endpoint, &mut parameters, &mut header)?;
        let mut request = form_request(&endpoint, &parameters);
        if let Some(header) = header {
            request.headers_mut().insert(AUTHORIZATION, header);
        }
        Ok(request)
    }

    fn apply(
        &self,
        endpoint: &mut Url,
        parameters: &mut Parameters,
        header: &mut Option<HeaderValue>,
    ) -> Result<(), ClientAuthError> {
        match self {
            Self::Absent => {}
            Self::ClientId(id) => parameters.set("client_id", id),
            Self::Basic { id, secret } => *header = basic(id, secret),
            Self::Post { id, secret } => {
                parameters.set("client_id", id);
                parameters.set("client_secret", secret);
            }
            Self::Query { id, secret } => {
                endpoint
                    .query_pairs_mut()
                    .append_pair("client_id", id)
                    .append_pair("client_secret", secret);
            }
            Self::Jwt(assertion) => {
                parameters.set("client_assertion_type", &assertion.assertion_type);
                parameters.set("client_assertion", assertion.sign()?);
            }
            Self::Both(one, other) => {
                one.apply(endpoint, parameters, header)?;
                other.apply(endpoint, parameters, header)?;
            }
        }
        Ok(())
    }
}

/// Both parts are form-encoded before they are joined
/// ([RFC 6749 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
fn basic(id: &str, secret: &str) -> Option<HeaderValue> {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(id), encode(secret));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_endpoint() -> Url {
        Url::parse("https://op.example/token").unwrap()
    }

    fn post(authentication: &Authentication) -> Request<Bytes> {
        authentication
            .post(&token_endpoint(), &Parameters::new([("grant_type", "x")]))
            .unwrap()
    }

    #[test]
    fn basic_encodes_both_parts_first() {
        let request = post(&Authentication::Basic {
            id: "my client".to_owned(),
            secret: "a:b%+é".to_owned(),
        });
        let header = request.headers()[AUTHORIZATION].to_str().unwrap();
        let pair = STANDARD
            .decode(header.strip_prefix("Basic ").unwrap())
            .unwrap();
        assert_eq!(pair, b"my+client:a%3Ab%25%2B%C3%A9");
        assert_eq!(request.body(), "grant_type=x");
    }

    #[test]
    fn each_method_stands_in_its_place() {
        let (id, secret) = ("c".to_owned(), "s".to_owned());
        for (authentication, uri, body) in [
            (Authentication::Absent, "/token", "grant_type=x"),
            (
                Authentication::ClientId(id.clone()),
                "/token",
                "grant_type=x&client_id=c",
            ),
            (
                Authentication::Post {
                    id: id.clone(),
                    secret: secret.clone(),
                },
                "/token",
                "grant_type=x&client_id=c&client_secret=s",
            ),
            (
                Authentication::Query { id, secret },
                "/token?client_id=c&client_secret=s",
                "grant_type=x",
            ),
        ] {
            let request = post(&authentication);
            assert_eq!(request.uri().path_and_query().unwrap(), uri);
            assert_eq!(request.body(), body);
            assert!(!request.headers().contains_key(AUTHORIZATION));
        }
    }

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
}
