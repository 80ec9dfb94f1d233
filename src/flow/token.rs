//! Requests to the endpoints that clients call directly.

use std::time::{SystemTime, UNIX_EPOCH};

use http::Request;
use url::Url;

use super::authorize::random_text;
use super::{Halt, RelyingParty};
use crate::protocol::{Assertion, AssertionKey, Authentication, Carriage, JsonAnswer, Parameters};
use crate::provider::{AuthMethod, ClientConfig};

/// What token requests are recorded as.
pub(crate) const TOKEN_REQUEST: &str = "token request";

/// Who makes a request, and with which credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The client of the scenario, rightly authenticated.
    Client,
    /// The second client with a secret, rightly authenticated.
    AnotherClient,
    /// The client without authentication.
    PublicClient,
    /// The client of the scenario with its id alone.
    Unauthenticated,
    /// Nobody: no credentials and no `client_id`.
    Nobody,
    /// The client of the scenario with a wrong secret, by its own method.
    WrongSecret,
    /// The client of the scenario with a wrong secret in the `Authorization` header.
    WrongSecretInHeader,
    /// The client of the scenario with a wrong secret in the body.
    WrongSecretInBody,
    /// The client of the scenario with its secret in the `Authorization` header, whatever its method.
    SecretInHeader,
    /// The client of the scenario with its secret in the body, whatever its method.
    SecretInBody,
    /// The client of the scenario with every special character of its credentials escaped.
    Escaped,
    /// The client of the scenario by header and body at once.
    HeaderAndBody,
    /// The client of the scenario with id and secret in the query of the URL.
    SecretInQuery,
    /// The client of the scenario in the header, another client's id in the body.
    HeaderAndOtherId,
    /// A client that nobody registered.
    Unknown,
}

impl RelyingParty {
    /// The right credentials of a client for `endpoint`.
    ///
    /// # Errors
    /// The provider file lacks what the method needs.
    pub fn credentials(&self, client: &ClientConfig) -> Result<Authentication, Halt> {
        let id = client.id.clone();
        let secret = || secret_of(client);
        Ok(match client.auth {
            AuthMethod::None => Authentication::ClientId(id),
            AuthMethod::ClientSecretBasic => Authentication::Basic {
                id,
                secret: secret()?,
            },
            AuthMethod::ClientSecretPost => Authentication::Post {
                id,
                secret: secret()?,
            },
            AuthMethod::ClientSecretJwt => {
                Authentication::Jwt(self.assertion(client, AssertionKey::Secret(secret()?)))
            }
            AuthMethod::PrivateKeyJwt => {
                Authentication::Jwt(self.assertion(client, assertion_key(client)?))
            }
        })
    }

    /// The client of the provider file that authenticates by `method`.
    ///
    /// # Errors
    /// The file has none.
    pub fn client_with(&self, method: AuthMethod) -> Result<&ClientConfig, Halt> {
        self.config().client_with(method).ok_or_else(|| {
            Halt::missing(format!(
                "the provider file has no [[client]] with auth = \"{}\"",
                method.as_str()
            ))
        })
    }

    /// A right client assertion.
    pub fn assertion(&self, client: &ClientConfig, key: AssertionKey) -> Assertion {
        let key_id = client.key.as_ref().and_then(|key| key.key_id.clone());
        Assertion::new(key, key_id, &client.id, self.audience(), now())
    }

    /// The audience of right client assertions: the token endpoint, which
    /// [Core 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication) recommends, unless the
    /// provider turned out to take its issuer alone; a provider without token endpoint gets its issuer.
    pub fn audience(&self) -> &str {
        let settled = self.audience.get().map(String::as_str);
        let endpoint = self.provider.metadata.text("token_endpoint");
        settled.or(endpoint).unwrap_or(&self.config().issuer)
    }

    /// Whether client assertions may name the token endpoint for their audience.
    pub fn takes_token_endpoint(&self) -> bool {
        Some(self.audience()) == self.provider.metadata.text("token_endpoint")
    }

    /// Finds out, once in a run, which audience the provider takes in client assertions: to name the token
    /// endpoint is permitted ([RFC 7523 3](https://www.rfc-editor.org/rfc/rfc7523#section-3)) and need not be
    /// taken (the FAPI 2.0 Security Profile forbids it). Where every audience is refused, something else is wrong
    /// and the token endpoint stays.
    ///
    /// # Errors
    /// The network failed, or the assertion can't be signed.
    pub async fn settle_audience(&self, client: &ClientConfig) -> Result<(), Halt> {
        let by_assertion = matches!(
            client.auth,
            AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt
        );
        if !by_assertion {
            return Ok(());
        }
        self.audience
            .get_or_try_init(|| self.find_audience(client))
            .await?;
        Ok(())
    }

    async fn find_audience(&self, client: &ClientConfig) -> Result<String, Halt> {
        let endpoint = self.endpoint("token_endpoint")?.to_string();
        let published = self.provider.metadata.text("token_endpoint");
        let endpoint = published.map_or(endpoint, str::to_owned);
        for audience in [&endpoint, &self.config().issuer] {
            let key_id = client.key.as_ref().and_then(|key| key.key_id.clone());
            let key = assertion_key(client)?;
            let assertion = Assertion::new(key, key_id, &client.id, audience, now());
            let code = random_text(43);
            let parameters = Parameters::new([
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
            ]);
            let answer = self
                .token_request(
                    &Authentication::Jwt(assertion),
                    &parameters,
                    &Carriage::Form,
                )
                .await?;
            if !is_client_refused(&answer) {
                return Ok(audience.clone());
            }
        }
        Ok(endpoint)
    }

    /// The credentials of `caller`; `client` is the client of the scenario.
    ///
    /// # Errors
    /// The provider file lacks what it takes.
    pub fn credentials_of(
        &self,
        caller: Caller,
        client: &ClientConfig,
    ) -> Result<Authentication, Halt> {
        let id = client.id.clone();
        let wrong = format!("wrong-{}", random_text(24));
        let secret = || secret_of(client);
        let basic = |secret: String| Authentication::Basic {
            id: id.clone(),
            secret,
        };
        let post = |secret: String| Authentication::Post {
            id: id.clone(),
            secret,
        };
        Ok(match caller {
            Caller::Client => self.credentials(client)?,
            Caller::AnotherClient => self.credentials(self.other_client(client)?)?,
            Caller::PublicClient => {
                let public = self.config().public_client().ok_or_else(|| {
                    Halt::missing("the provider file has no [[client]] with auth = \"none\"")
                })?;
                if public.id == client.id {
                    return Err(Halt::missing(
                        "the provider file has no [[client]] with a secret or key beside the public one",
                    ));
                }
                self.credentials(public)?
            }
            // Its id alone is how a public client rightly asks.
            Caller::Unauthenticated if client.auth == AuthMethod::None => {
                return Err(Halt::missing(format!(
                    "client `{id}` is public: it has no authentication to leave out"
                )));
            }
            Caller::Unauthenticated => Authentication::ClientId(id),
            Caller::Nobody => Authentication::Absent,
            Caller::WrongSecret => match client.auth {
                AuthMethod::ClientSecretPost => post(wrong),
                AuthMethod::ClientSecretBasic => basic(wrong),
                AuthMethod::ClientSecretJwt => {
                    Authentication::Jwt(self.assertion(client, AssertionKey::Secret(wrong)))
                }
                AuthMethod::None | AuthMethod::PrivateKeyJwt => {
                    return Err(Halt::missing(format!(
                        "client `{}` has no secret that could be wrong",
                        client.id
                    )));
                }
            },
            Caller::WrongSecretInHeader => basic(wrong),
            Caller::WrongSecretInBody => post(wrong),
            Caller::SecretInHeader => basic(secret()?),
            Caller::SecretInBody => post(secret()?),
            Caller::Escaped => Authentication::BasicEscaped {
                id: id.clone(),
                secret: secret()?,
            },
            Caller::HeaderAndBody => {
                Authentication::Both(Box::new(basic(secret()?)), Box::new(post(secret()?)))
            }
            Caller::SecretInQuery => Authentication::Query {
                id,
                secret: secret()?,
            },
            Caller::HeaderAndOtherId => Authentication::Both(
                Box::new(basic(secret()?)),
                Box::new(Authentication::ClientId(
                    self.other_client(client)?.id.clone(),
                )),
            ),
            Caller::Unknown => Authentication::Basic {
                id: format!("unknown-{}", random_text(12)),
                secret: wrong,
            },
        })
    }

    /// A client with a secret or key, and redirect URIs, that is not `client`.
    ///
    /// # Errors
    /// The provider file has none.
    pub fn other_client(&self, client: &ClientConfig) -> Result<&ClientConfig, Halt> {
        let config = self.config();
        [config.another_client(), config.main_client()]
            .into_iter()
            .flatten()
            .find(|other| other.id != client.id && other.auth != AuthMethod::None)
            .ok_or_else(|| {
                Halt::missing(
                    "the provider file has no second [[client]] with a secret or key, and redirect_uris",
                )
            })
    }

    /// A form POST to an endpoint with these credentials.
    ///
    /// # Errors
    /// The network failed, or an assertion can't be signed.
    pub async fn post(
        &self,
        endpoint: &Url,
        authentication: &Authentication,
        parameters: &Parameters,
        purpose: &str,
    ) -> Result<JsonAnswer, Halt> {
        self.ask(authentication.post(endpoint, parameters)?, purpose)
            .await
    }

    /// A request to the token endpoint, carried rightly or not.
    ///
    /// # Errors
    /// The metadata have no token endpoint, the network failed, or an assertion can't be signed.
    pub async fn token_request(
        &self,
        authentication: &Authentication,
        parameters: &Parameters,
        carriage: &Carriage,
    ) -> Result<JsonAnswer, Halt> {
        let endpoint = self.endpoint("token_endpoint")?;
        let request = authentication.request(&endpoint, parameters, carriage)?;
        self.ask(request, TOKEN_REQUEST).await
    }

    /// Any request to an endpoint that answers with JSON.
    ///
    /// # Errors
    /// The network failed, or the provider wants fewer requests.
    pub async fn ask(
        &self,
        request: Request<bytes::Bytes>,
        purpose: &str,
    ) -> Result<JsonAnswer, Halt> {
        let answer = self.client().send(request, purpose).await?;
        match answer.held_back() {
            Some(why) => Err(Halt::unjudged(why.advice())),
            None => Ok(JsonAnswer::of(answer)),
        }
    }
}

/// Whether the endpoint refused the client itself, by the right error code or another one that is common.
pub(crate) fn is_client_refused(answer: &JsonAnswer) -> bool {
    answer.status() == 401
        || matches!(
            answer.error(),
            Some("invalid_client" | "unauthorized_client")
        )
}

/// What the assertions of a client are signed with.
///
/// # Errors
/// The provider file lacks the secret or the key.
pub(crate) fn assertion_key(client: &ClientConfig) -> Result<AssertionKey, Halt> {
    match (client.auth, &client.key) {
        (AuthMethod::PrivateKeyJwt, Some(key)) => {
            Ok(AssertionKey::Pem(key.pem.expose().to_owned()))
        }
        (AuthMethod::PrivateKeyJwt, None) => Err(missing(client, "key_file")),
        _ => secret_of(client).map(AssertionKey::Secret),
    }
}

fn secret_of(client: &ClientConfig) -> Result<String, Halt> {
    let secret = client.secret.as_ref();
    secret
        .map(|secret| secret.expose().to_owned())
        .ok_or_else(|| missing(client, "secret"))
}

fn missing(client: &ClientConfig, what: &str) -> Halt {
    Halt::missing(format!("client `{}` has no {what}", client.id))
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|d| i64::try_from(d.as_secs()).ok())
        .unwrap_or_default()
}
