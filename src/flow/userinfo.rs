//! UserInfo requests ([Core 5.3.1](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoRequest)), right
//! and wrong.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use url::Url;

use super::authorize::random_text;
use super::{Halt, RelyingParty};
use crate::protocol::{
    JsonAnswer, Parameters, RequestError, authorization_request, form_request, get_request,
    with_bearer,
};

/// How an access token is sent to UserInfo, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presentation {
    /// By GET, in the `Authorization` header.
    Get,
    /// By POST, in the `Authorization` header.
    Post,
    /// By GET, with the scheme in lower case.
    LowerCaseScheme,
    /// By POST, in the form of the body.
    Body,
    /// By GET, in the query.
    Query,
    /// By POST, in the header and in the body.
    HeaderAndBody,
    /// By GET, in a form in the body.
    BodyOfGet,
    /// By POST, in a body of the type multipart/form-data.
    Multipart,
    /// Nowhere.
    Nothing,
    /// The scheme without a token.
    Empty,
    /// A token that nobody issued.
    Unknown,
    /// The token with one character changed.
    Altered,
}

impl RelyingParty {
    /// Asks UserInfo.
    ///
    /// # Errors
    /// The provider has no UserInfo endpoint, or the network failed.
    pub async fn userinfo(&self, token: &str, how: Presentation) -> Result<JsonAnswer, Halt> {
        let endpoint = self.endpoint("userinfo_endpoint")?;
        let request = match how {
            Presentation::Unknown => {
                let unknown = random_text(43);
                self.recorder().learn("access_token", &unknown);
                with_bearer(get_request(&endpoint)?, "Bearer", &unknown)?
            }
            Presentation::Altered => {
                let altered = altered(token);
                self.recorder().learn("access_token", &altered);
                with_bearer(get_request(&endpoint)?, "Bearer", &altered)?
            }
            _ => request(&endpoint, token, how)?,
        };
        self.ask(request, "UserInfo request").await
    }
}

fn request(endpoint: &Url, token: &str, how: Presentation) -> Result<Request<Bytes>, RequestError> {
    let parameters = Parameters::new([("access_token", token)]);
    match how {
        Presentation::Post => with_bearer(
            form_request(endpoint, &Parameters::default())?,
            "Bearer",
            token,
        ),
        Presentation::LowerCaseScheme => with_bearer(get_request(endpoint)?, "bearer", token),
        Presentation::Body => form_request(endpoint, &parameters),
        Presentation::Query => authorization_request(endpoint, &Method::GET, &parameters),
        Presentation::HeaderAndBody => {
            with_bearer(form_request(endpoint, &parameters)?, "Bearer", token)
        }
        Presentation::BodyOfGet => {
            let mut request = form_request(endpoint, &parameters)?;
            *request.method_mut() = Method::GET;
            Ok(request)
        }
        Presentation::Multipart => multipart(endpoint, token),
        Presentation::Nothing => get_request(endpoint),
        Presentation::Empty => {
            let mut request = get_request(endpoint)?;
            request
                .headers_mut()
                .insert(AUTHORIZATION, HeaderValue::from_static("Bearer"));
            Ok(request)
        }
        Presentation::Get | Presentation::Unknown | Presentation::Altered => {
            with_bearer(get_request(endpoint)?, "Bearer", token)
        }
    }
}

/// [RFC 7578](https://www.rfc-editor.org/rfc/rfc7578), one part.
fn multipart(endpoint: &Url, token: &str) -> Result<Request<Bytes>, RequestError> {
    let mut request = get_request(endpoint)?;
    *request.method_mut() = Method::POST;
    *request.body_mut() = Bytes::from(format!(
        "--oidcheck\r\nContent-Disposition: form-data; name=\"access_token\"\r\n\r\n{token}\r\n--oidcheck--\r\n"
    ));
    request.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("multipart/form-data; boundary=oidcheck"),
    );
    Ok(request)
}

/// The token with one letter or digit changed: in the middle of the signature of a JWT, else of the whole.
pub(crate) fn altered(token: &str) -> String {
    let mut octets = token.as_bytes().to_vec();
    let from = match token.matches('.').count() {
        2 => token.rfind('.').map_or(0, |dot| dot + 1),
        _ => 0,
    };
    let middle = from + (octets.len() - from) / 2;
    let place = (middle..octets.len())
        .chain(from..middle)
        .find(|at| octets[*at].is_ascii_alphanumeric());
    match place {
        Some(place) => octets[place] = if octets[place] == b'x' { b'y' } else { b'x' },
        None => octets.push(b'x'),
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_token_differs_in_one_character() {
        for (token, expected) in [
            ("abcdef", "abcxef"),
            ("abcxef", "abcyef"),
            ("a.b.cdef", "a.b.cdxf"),
            ("aaaaaa.b.c", "aaaaaa.b.x"),
            ("a--", "x--"),
            ("", "x"),
        ] {
            assert_eq!(altered(token), expected, "{token}");
        }
    }

    #[test]
    fn the_token_stands_in_one_place() {
        let endpoint = Url::parse("https://op.example/userinfo").expect("a URL");
        for (how, method, header, uri, body) in [
            (Presentation::Get, "GET", Some("Bearer t"), "/userinfo", ""),
            (
                Presentation::Post,
                "POST",
                Some("Bearer t"),
                "/userinfo",
                "",
            ),
            (
                Presentation::LowerCaseScheme,
                "GET",
                Some("bearer t"),
                "/userinfo",
                "",
            ),
            (
                Presentation::Body,
                "POST",
                None,
                "/userinfo",
                "access_token=t",
            ),
            (
                Presentation::BodyOfGet,
                "GET",
                None,
                "/userinfo",
                "access_token=t",
            ),
            (
                Presentation::Query,
                "GET",
                None,
                "/userinfo?access_token=t",
                "",
            ),
            (
                Presentation::HeaderAndBody,
                "POST",
                Some("Bearer t"),
                "/userinfo",
                "access_token=t",
            ),
            (Presentation::Nothing, "GET", None, "/userinfo", ""),
            (Presentation::Empty, "GET", Some("Bearer"), "/userinfo", ""),
        ] {
            let request = request(&endpoint, "t", how).expect("it can be built");
            let sent = request.headers().get(AUTHORIZATION);
            assert_eq!(request.method(), method, "{how:?}");
            assert_eq!(sent.and_then(|v| v.to_str().ok()), header, "{how:?}");
            assert_eq!(
                request.uri().to_string(),
                format!("https://op.example{uri}")
            );
            assert_eq!(request.body(), body, "{how:?}");
        }
    }
}
