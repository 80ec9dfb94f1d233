//! What a request presents to prove which client it is from.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::context::Context;
use crate::fault::Check;
use crate::oauth_error::OauthError;
use crate::params::{self, Params};

/// The value of `client_assertion_type` (<https://www.rfc-editor.org/rfc/rfc7523#section-2.2>).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The credentials of a request, of one method.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Presented {
    Basic {
        id: String,
        secret: String,
    },
    Post {
        id: String,
        secret: String,
    },
    Assertion {
        id: Option<String>,
        jwt: String,
    },
    /// A `client_id` and nothing else.
    Id(String),
    Nothing,
}

impl Presented {
    /// Reads the credentials of a request; more than one method is an error.
    pub(super) fn read(ctx: &Context<'_>, params: &Params) -> Result<Self, OauthError> {
        if ctx.omits(Check::ClientSecretQuery)
            && let Ok(query) = ctx.query()
            && let (Some(id), Some(secret)) = (query.get("client_id"), query.get("client_secret"))
        {
            // As good as a header.
            let (id, secret) = (id.to_owned(), secret.to_owned());
            return Ok(Self::Basic { id, secret });
        }
        let id = params.get("client_id").map(str::to_owned);
        let secret = params.get("client_secret").map(str::to_owned);
        let jwt = params.get("client_assertion").map(str::to_owned);
        let has_header = ctx
            .request
            .headers()
            .contains_key(http::header::AUTHORIZATION);
        let methods =
            usize::from(has_header) + usize::from(secret.is_some()) + usize::from(jwt.is_some());
        if methods > 1 && !ctx.omits(Check::ClientAuthOnce) {
            return Err(OauthError::invalid_request(
                "more than one client authentication method",
            ));
        }
        if has_header {
            let (own, secret) = ctx
                .authorization("Basic")
                .and_then(|credentials| {
                    if ctx.omits(Check::BasicEncoding) {
                        read_plain_basic(credentials)
                    } else {
                        read_basic(credentials)
                    }
                })
                .ok_or_else(|| OauthError::invalid_client(&ctx.issuer.url))?;
            let agrees = id.is_none_or(|id| id == own);
            return if agrees || ctx.omits(Check::ClientIdMatches) {
                Ok(Self::Basic { id: own, secret })
            } else {
                Err(OauthError::invalid_request(
                    "client_id is not the client of the Authorization header",
                ))
            };
        }
        if let Some(jwt) = jwt {
            return match params.get("client_assertion_type") {
                Some(JWT_BEARER) => Ok(Self::Assertion { id, jwt }),
                Some(_) if ctx.omits(Check::AssertionType) => Ok(Self::Assertion { id, jwt }),
                _ => Err(OauthError::invalid_request(
                    "client_assertion_type is not the one of JWTs",
                )),
            };
        }
        Ok(match (id, secret) {
            (Some(id), Some(secret)) => Self::Post { id, secret },
            (Some(id), None) => Self::Id(id),
            (None, _) => Self::Nothing,
        })
    }
}

/// The id and the secret of a Basic header, which are form-encoded first
/// (<https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1>).
fn read_basic(credentials: &str) -> Option<(String, String)> {
    let bytes = STANDARD.decode(credentials).ok()?;
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let (id, secret) = bytes.split_at(colon);
    Some((params::decode(id).ok()?, params::decode(&secret[1..]).ok()?))
}

/// What a careless server reads: it knows nothing of form encoding.
fn read_plain_basic(credentials: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_decoded_twice() {
        let encode = |text: &str| STANDARD.encode(text);
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(read_basic(&encode("id:secret")), pair("id", "secret"));
        assert_eq!(
            read_basic(&encode("a%3Ab:%2B%25+%C3%A9:x")),
            pair("a:b", "+% é:x")
        );
        assert_eq!(read_basic(&encode("id:")), pair("id", ""));
        for bad in [
            "",
            "é",
            "!!",
            &encode("id"),
            &encode("id:%"),
            &encode("id:%ff"),
        ] {
            assert_eq!(read_basic(bad), None, "{bad}");
        }
    }
}
