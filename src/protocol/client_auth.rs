//! Client authentication
//! ([Core 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication),
//! [RFC 6749 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3),
//! [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523)), right and wrong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::assertion::{Assertion, ClientAuthError, JWT_BEARER};
use super::{Carriage, Parameters, token_request};

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
    /// As [`Authentication::Basic`], with every character escaped that is no letter and no digit, as HTML 4.01
    /// does, to which RFC 6749 appendix B refers.
    BasicEscaped {
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
    /// A JWT in the body that was signed before.
    Signed(String),
    /// Several at once.
    Both(Box<Authentication>, Box<Authentication>),
}

impl std::fmt::Debug for Authentication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::ClientId(_) => "ClientId(…)",
            Self::Basic { .. } | Self::BasicEscaped { .. } => "Basic(…)",
            Self::Post { .. } => "Post(…)",
            Self::Query { .. } => "Query(…)",
            Self::Jwt(_) | Self::Signed(_) => "Jwt(…)",
            Self::Both(..) => "Both(…)",
        })
    }
}

impl Authentication {
    /// A form POST to `endpoint` with these credentials.
    ///
    /// # Errors
    /// An assertion can't be signed, or the URL can't be asked.
    pub fn post(
        &self,
        endpoint: &Url,
        parameters: &Parameters,
    ) -> Result<Request<Bytes>, ClientAuthError> {
        self.request(endpoint, parameters, &Carriage::Form)
    }

    /// A request to `endpoint` with these credentials, carried as `carriage` says.
    ///
    /// # Errors
    /// An assertion can't be signed, or the URL can't be asked.
    pub fn request(
        &self,
        endpoint: &Url,
        parameters: &Parameters,
        carriage: &Carriage,
    ) -> Result<Request<Bytes>, ClientAuthError> {
        let mut endpoint = endpoint.clone();
        let mut parameters = parameters.clone();
        let mut header = None;
        self.apply(&mut endpoint, &mut parameters, &mut header)?;
        let mut request = token_request(&endpoint, &parameters, carriage)?;
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
            Self::Basic { id, secret } => *header = Some(basic(&encoded(id), &encoded(secret))),
            Self::BasicEscaped { id, secret } => {
                *header = Some(basic(&escaped(id), &escaped(secret)));
            }
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
                // A caller may have named another one.
                if parameters.get("client_assertion_type").is_none() {
                    parameters.set("client_assertion_type", JWT_BEARER);
                }
                parameters.set("client_assertion", assertion.sign()?);
            }
            Self::Signed(jwt) => {
                parameters.set("client_assertion_type", JWT_BEARER);
                parameters.set("client_assertion", jwt);
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
fn basic(id: &str, secret: &str) -> HeaderValue {
    let pair = STANDARD.encode(format!("{id}:{secret}"));
    let mut value = HeaderValue::try_from(format!("Basic {pair}"))
        .expect("base64 consists of characters that a header field can hold");
    value.set_sensitive(true);
    value
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
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
    fn every_special_character_can_be_escaped() {
        let request = post(&Authentication::BasicEscaped {
            id: "my-client".to_owned(),
            secret: "a_b".to_owned(),
        });
        let header = request.headers()[AUTHORIZATION].to_str().unwrap();
        let pair = STANDARD
            .decode(header.strip_prefix("Basic ").unwrap())
            .unwrap();
        assert_eq!(pair, b"my%2Dclient:a%5Fb");
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
}
