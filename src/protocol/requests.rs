//! Raw requests: the method, the URL, the body, and nothing that the caller did not ask for.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use serde_json::Value;
use thiserror::Error;
use url::{Position, Url};

use super::Parameters;

/// A request that can't be built as it was asked for. Nothing else is sent in its place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// What the URL says has no place in a request line.
    #[error("no request can be sent to `{url}`: {cause}")]
    Url {
        /// The URL without its query, which may hold secrets.
        url: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A header field holds neither line feeds nor other control characters.
    #[error("no {0} header field can hold the token")]
    Token(String),
}

impl RequestError {
    fn url(url: &str, cause: &http::uri::InvalidUri) -> Self {
        let url = match Url::parse(url) {
            Ok(url) => url[..Position::AfterPath].to_owned(),
            Err(_) => url.split(['?', '#']).next().unwrap_or_default().to_owned(),
        };
        let mut short: String = url.chars().take(200).collect();
        if short.len() < url.len() {
            short.push('…');
        }
        Self::Url {
            url: short,
            cause: cause.to_string(),
        }
    }
}

/// An authorization request ([Core 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)):
/// by GET the parameters stand in the query, by POST in the body. A query that the endpoint has already is
/// kept ([RFC 6749 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)).
///
/// # Errors
/// The URL can't be asked, for instance because it is too long.
pub fn authorization_request(
    endpoint: &Url,
    method: &Method,
    parameters: &Parameters,
) -> Result<Request<Bytes>, RequestError> {
    if *method == Method::POST {
        return form_request(endpoint, parameters);
    }
    let mut request = get_request(&with_query(endpoint, parameters))?;
    *request.method_mut() = method.clone();
    Ok(request)
}

/// The request with a text added to its query as it stands.
///
/// # Errors
/// No URL can hold the text.
pub fn with_raw_query(
    mut request: Request<Bytes>,
    text: &str,
) -> Result<Request<Bytes>, RequestError> {
    let separator = if request.uri().query().is_some() {
        '&'
    } else {
        '?'
    };
    let url = format!("{}{separator}{text}", request.uri());
    *request.uri_mut() = url.parse().map_err(|e| RequestError::url(&url, &e))?;
    Ok(request)
}

/// `endpoint` with the parameters added to its query.
pub(crate) fn with_query(endpoint: &Url, parameters: &Parameters) -> Url {
    let mut url = endpoint.clone();
    if !parameters.is_empty() {
        let encoded = parameters.encode();
        let query = match endpoint.query() {
            Some(own) if !own.is_empty() => format!("{own}&{encoded}"),
            _ => encoded,
        };
        url.set_query(Some(&query));
    }
    url
}

/// A form sent by POST.
///
/// # Errors
/// The URL can't be asked.
pub fn form_request(
    endpoint: &Url,
    parameters: &Parameters,
) -> Result<Request<Bytes>, RequestError> {
    let mut request = raw(Method::POST, endpoint, Bytes::from(parameters.encode()))?;
    request.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    if parameters.is_empty() {
        // Else nothing would say that there is a body, if an empty one
        // (https://www.rfc-editor.org/rfc/rfc9110#section-8.6).
        request
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    Ok(request)
}

/// The same request with another body, whose length the transport then says.
pub fn with_body(mut request: Request<Bytes>, body: impl Into<Bytes>) -> Request<Bytes> {
    request.headers_mut().remove(CONTENT_LENGTH);
    *request.body_mut() = body.into();
    request
}

/// How a client request carries its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carriage {
    /// As a form sent by POST, which is right.
    Form,
    /// As a JSON object sent by POST.
    Json,
    /// By another method: PUT has a form in its body, the others have a query.
    Method(Method),
}

/// A request to an endpoint that clients call directly, carried rightly or not.
///
/// # Errors
/// The URL can't be asked.
pub fn token_request(
    endpoint: &Url,
    parameters: &Parameters,
    carriage: &Carriage,
) -> Result<Request<Bytes>, RequestError> {
    match carriage {
        Carriage::Form => form_request(endpoint, parameters),
        Carriage::Json => {
            let members = parameters
                .iter()
                .map(|(name, value)| (name.to_owned(), Value::from(value)))
                .collect();
            json_request(Method::POST, endpoint, &Value::Object(members).to_string())
        }
        Carriage::Method(method) => {
            let mut request = if *method == Method::PUT {
                form_request(endpoint, parameters)?
            } else {
                get_request(&with_query(endpoint, parameters))?
            };
            *request.method_mut() = method.clone();
            Ok(request)
        }
    }
}

/// A GET without anything.
///
/// # Errors
/// The URL can't be asked.
pub fn get_request(url: &Url) -> Result<Request<Bytes>, RequestError> {
    raw(Method::GET, url, Bytes::new())
}

/// A JSON text, or what is taken for one, sent by `method`.
///
/// # Errors
/// The URL can't be asked.
pub fn json_request(method: Method, url: &Url, body: &str) -> Result<Request<Bytes>, RequestError> {
    let mut request = raw(method, url, Bytes::copy_from_slice(body.as_bytes()))?;
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// Adds a bearer token ([RFC 6750 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
///
/// # Errors
/// No header field can hold the token.
pub fn with_bearer(
    mut request: Request<Bytes>,
    scheme: &str,
    token: &str,
) -> Result<Request<Bytes>, RequestError> {
    let mut value = HeaderValue::try_from(format!("{scheme} {token}"))
        .map_err(|_| RequestError::Token("Authorization".to_owned()))?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(request)
}

fn raw(method: Method, url: &Url, body: Bytes) -> Result<Request<Bytes>, RequestError> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    // A fragment never goes over the wire.
    let mut url = url.clone();
    url.set_fragment(None);
    let uri = url.as_str().parse();
    *request.uri_mut() = uri.map_err(|e| RequestError::url(url.as_str(), &e))?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_can_be_carried_wrongly() {
        let endpoint = Url::parse("https://op.example/token").unwrap();
        let parameters = Parameters::new([("code", "a b")]);
        for (carriage, method, uri, body) in [
            (Carriage::Form, Method::POST, "/token", "code=a+b"),
            (Carriage::Json, Method::POST, "/token", r#"{"code":"a b"}"#),
            (
                Carriage::Method(Method::PUT),
                Method::PUT,
                "/token",
                "code=a+b",
            ),
            (
                Carriage::Method(Method::GET),
                Method::GET,
                "/token?code=a+b",
                "",
            ),
        ] {
            let request = token_request(&endpoint, &parameters, &carriage).unwrap();
            assert_eq!(request.method(), method);
            assert_eq!(request.uri().path_and_query().unwrap(), uri);
            assert_eq!(request.body(), body);
        }
    }

    #[test]
    fn another_body_has_another_length() {
        let endpoint = Url::parse("https://op.example/token").unwrap();
        let empty = form_request(&endpoint, &Parameters::default()).unwrap();
        assert_eq!(empty.headers()[CONTENT_LENGTH], "0");
        let request = with_body(empty, "code=%ZZ");
        assert!(!request.headers().contains_key(CONTENT_LENGTH));
        assert_eq!(request.body(), "code=%ZZ");
    }

    #[test]
    fn the_endpoint_keeps_its_own_query() {
        let endpoint = Url::parse("https://op.example/authorize?tenant=a").unwrap();
        let parameters = Parameters::new([("scope", "openid email")]);
        let get = authorization_request(&endpoint, &Method::GET, &parameters).unwrap();
        assert_eq!(
            get.uri(),
            "https://op.example/authorize?tenant=a&scope=openid+email"
        );
        let post = authorization_request(&endpoint, &Method::POST, &parameters).unwrap();
        assert_eq!(post.uri(), "https://op.example/authorize?tenant=a");
        assert_eq!(post.body(), "scope=openid+email");
    }

    #[test]
    fn a_text_is_added_to_the_query_as_it_stands() {
        for (url, expected) in [
            ("https://op.example/a?b=c", "https://op.example/a?b=c&x=%ZZ"),
            ("https://op.example/a", "https://op.example/a?x=%ZZ"),
        ] {
            let request = get_request(&Url::parse(url).unwrap()).unwrap();
            assert_eq!(with_raw_query(request, "x=%ZZ").unwrap().uri(), expected);
        }
    }

    #[test]
    fn what_cannot_be_built_is_not_sent_elsewhere() {
        let endpoint = Url::parse("https://op.example/authorize").unwrap();
        let good = || get_request(&endpoint).unwrap();
        let long = Parameters::new([("request", "x".repeat(70_000))]);
        let by_mail = Url::parse("mailto:a@op.example?secret=s").unwrap();
        let too_long = "no request can be sent to `https://op.example/authorize`: uri too long";
        for (built, says) in [
            (
                authorization_request(&endpoint, &Method::GET, &long),
                too_long,
            ),
            (
                get_request(&by_mail),
                "no request can be sent to `mailto:a@op.example`: ",
            ),
            (
                with_raw_query(good(), "a b"),
                "no request can be sent to `https://op.example/authorize`: invalid uri character",
            ),
            (
                with_bearer(good(), "Bearer", "a\nb"),
                "no Authorization header field can hold the token",
            ),
        ] {
            let error = built.unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
