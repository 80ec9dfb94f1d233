//! Raw requests: the method, the URL, the body, and nothing that the caller did not ask for.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use serde_json::Value;
use url::Url;

use super::Parameters;

/// An authorization request ([Core 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)):
/// by GET the parameters stand in the query, by POST in the body. A query that the endpoint has already is
/// kept ([RFC 6749 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)).
pub fn authorization_request(
    endpoint: &Url,
    method: &Method,
    parameters: &Parameters,
) -> Request<Bytes> {
    if *method == Method::POST {
        return form_request(endpoint, parameters);
    }
    let mut request = get_request(&with_query(endpoint, parameters));
    *request.method_mut() = method.clone();
    request
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
pub fn form_request(endpoint: &Url, parameters: &Parameters) -> Request<Bytes> {
    let mut request = raw(Method::POST, endpoint, Bytes::from(parameters.encode()));
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
    request
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
pub fn token_request(
    endpoint: &Url,
    parameters: &Parameters,
    carriage: &Carriage,
) -> Request<Bytes> {
    match carriage {
        Carriage::Form => form_request(endpoint, parameters),
        Carriage::Json => {
            let members = parameters
                .iter()
                .map(|(name, value)| (name.to_owned(), Value::from(value)))
                .collect();
            json_request(Method::POST, endpoint, &Value::Object(members))
        }
        Carriage::Method(method) => {
            let mut request = if *method == Method::PUT {
                form_request(endpoint, parameters)
            } else {
                get_request(&with_query(endpoint, parameters))
            };
            *request.method_mut() = method.clone();
            request
        }
    }
}

/// A GET without anything.
pub fn get_request(url: &Url) -> Request<Bytes> {
    raw(Method::GET, url, Bytes::new())
}

/// JSON sent by `method`.
pub fn json_request(method: Method, url: &Url, body: &Value) -> Request<Bytes> {
    let mut request = raw(method, url, Bytes::from(body.to_string()));
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    request
}

/// Adds a bearer token ([RFC 6750 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)). A token that no
/// header field can hold is left out.
pub fn with_bearer(mut request: Request<Bytes>, scheme: &str, token: &str) -> Request<Bytes> {
    if let Ok(mut value) = HeaderValue::try_from(format!("{scheme} {token}")) {
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    request
}

fn raw(method: Method, url: &Url, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    // A fragment never goes over the wire.
    let mut url = url.clone();
    url.set_fragment(None);
    if let Ok(uri) = url.as_str().parse() {
        *request.uri_mut() = uri;
    }
    request
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
            let request = token_request(&endpoint, &parameters, &carriage);
            assert_eq!(request.method(), method);
            assert_eq!(request.uri().path_and_query().unwrap(), uri);
            assert_eq!(request.body(), body);
        }
    }

    #[test]
    fn another_body_has_another_length() {
        let endpoint = Url::parse("https://op.example/token").unwrap();
        let empty = form_request(&endpoint, &Parameters::default());
        assert_eq!(empty.headers()[CONTENT_LENGTH], "0");
        let request = with_body(empty, "code=%ZZ");
        assert!(!request.headers().contains_key(CONTENT_LENGTH));
        assert_eq!(request.body(), "code=%ZZ");
    }

    #[test]
    fn the_endpoint_keeps_its_own_query() {
        let endpoint = Url::parse("https://op.example/authorize?tenant=a").unwrap();
        let parameters = Parameters::new([("scope", "openid email")]);
        let get = authorization_request(&endpoint, &Method::GET, &parameters);
        assert_eq!(
            get.uri(),
            "https://op.example/authorize?tenant=a&scope=openid+email"
        );
        let post = authorization_request(&endpoint, &Method::POST, &parameters);
        assert_eq!(post.uri(), "https://op.example/authorize?tenant=a");
        assert_eq!(post.body(), "scope=openid+email");
    }
}
