//! Both mounts over real sockets: the same requests get the same answers.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]

use std::collections::BTreeMap;

use mock_idp::MockIdp;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Map, Value};

const SECRET: &str = mock_idp::accounts::CLIENT_SECRET;
const CALLBACK: &str = mock_idp::accounts::REDIRECT_URIS[0];

/// An answer without what may differ: the date, random values, the origin.
#[derive(Debug, PartialEq)]
struct Shape {
    status: StatusCode,
    headers: BTreeMap<String, String>,
    body: String,
}

struct Browser {
    http: Client,
    issuer: String,
    cookies: BTreeMap<String, String>,
    shapes: Vec<Shape>,
}

impl Browser {
    fn new(idp: &MockIdp) -> Self {
        let mut builder = Client::builder().redirect(Policy::none()).no_proxy();
        builder = match idp.ca_pem() {
            Some(pem) => builder.tls_certs_only([Certificate::from_pem(pem.as_bytes()).unwrap()]),
            None => builder,
        };
        Self {
            http: builder.build().unwrap(),
            issuer: idp.issuer(),
            cookies: BTreeMap::new(),
            shapes: Vec::new(),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.issuer)
        };
        self.http.request(method, url)
    }

    async fn send(&mut self, request: RequestBuilder) -> (Response, String) {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if cookies.is_empty() {
            request
        } else {
            request.header("cookie", cookies.join("; "))
        };
        let mut response = request.send().await.unwrap();
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.unwrap() {
            body.extend_from_slice(&piece);
        }
        let body = String::from_utf8(body).unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let (name, value) = cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
                .unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self.shapes.push(shape(&self.issuer, &response, &body));
        (response, body)
    }

    async fn submit(&mut self, page: &str, fields: &[(&str, &str)]) -> (Response, String) {
        let attribute = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let form = page.split("<form").nth(1).unwrap();
        let mut all: Vec<(String, String)> = form
            .split("<input")
            .skip(1)
            .filter(|tag| tag.contains("type=\"hidden\""))
            .map(|tag| (attribute(tag, "name"), attribute(tag, "value")))
            .collect();
        all.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let request = self
            .request(Method::POST, &attribute(form, "action"))
            .form(&all);
        self.send(request).await
    }
}

/// Everything random here is 43 characters of base64url, a JWT, or the length of one of them.
fn shape(issuer: &str, response: &Response, body: &str) -> Shape {
    let host = issuer.split("://").nth(1).unwrap();
    let plain = |text: &str| {
        let text = text
            .replace(issuer, "ISSUER")
            .replace(&issuer.replace(':', "%3A").replace('/', "%2F"), "ISSUER");
        let mut out = String::new();
        let mut word = String::new();
        for character in text.replace(host, "HOST").chars().chain(['\n']) {
            if character.is_ascii_alphanumeric() || "-_.".contains(character) {
                word.push(character);
            } else {
                out.push_str(if word.len() >= 43 { "RANDOM" } else { &word });
                out.push(character);
                word.clear();
            }
        }
        out.trim_end().replace("; Secure", "")
    };
    // Only https pins https; and two secrets of one length may still encode to different ones.
    let skipped = [
        "date",
        "strict-transport-security",
        "transfer-encoding",
        "connection",
    ];
    let headers = response
        .headers()
        .iter()
        .filter(|(name, _)| !skipped.contains(&name.as_str()) && name.as_str() != "content-length")
        .map(|(name, value)| (name.to_string(), plain(value.to_str().unwrap())))
        .collect();
    // Times differ by the moment of the request.
    let body = match serde_json::from_str::<Map<String, Value>>(body) {
        Ok(mut document) => {
            document.retain(|name, _| name != "iat" && name != "exp");
            plain(&serde_json::to_string(&document).unwrap())
        }
        Err(_) => plain(body),
    };
    Shape {
        status: response.status(),
        headers,
        body,
    }
}

/// A sequence that touches every endpoint.
async fn walk(idp: &MockIdp) -> Vec<Shape> {
    let mut browser = Browser::new(idp);
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/jwks",
        "/no-such-endpoint",
        "/f/no.such_fault/jwks",
        "/token",
        "/userinfo",
        "/authorize",
    ] {
        let request = browser.request(Method::GET, path);
        browser.send(request).await;
    }
    let query = format!(
        "/authorize?client_id=conformance-client&redirect_uri={CALLBACK}&response_type=code&scope=openid+email&state=s&nonce=n"
    );
    let request = browser.request(Method::GET, &query);
    let (_, page) = browser.send(request).await;
    let (_, page) = browser
        .submit(&page, &[("username", "alice"), ("password", "wrong")])
        .await;
    let (_, page) = browser
        .submit(
            &page,
            &[("username", "alice"), ("password", "wonderland-pw-1")],
        )
        .await;
    let (answer, _) = browser.submit(&page, &[("action", "allow")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let code = location
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();

    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    let request = browser
        .request(Method::POST, "/token")
        .form(&form)
        .basic_auth("conformance-client", Some("wrong"));
    browser.send(request).await;
    let request = browser
        .request(Method::POST, "/token")
        .form(&form)
        .basic_auth("conformance-client", Some(SECRET));
    let (answer, tokens) = browser.send(request).await;
    assert_eq!(answer.status(), StatusCode::OK, "{tokens}");
    let tokens: Map<String, Value> = serde_json::from_str(&tokens).unwrap();
    let access_token = tokens["access_token"].as_str().unwrap();
    let request = browser
        .request(Method::GET, "/userinfo")
        .bearer_auth(access_token);
    let (answer, _) = browser.send(request).await;
    assert_eq!(answer.status(), StatusCode::OK);
    for path in ["/introspect", "/revoke", "/introspect"] {
        let request = browser
            .request(Method::POST, path)
            .form(&[("token", access_token)])
            .basic_auth("conformance-client", Some(SECRET));
        browser.send(request).await;
    }
    let hint = tokens["id_token"].as_str().unwrap();
    let post_logout = mock_idp::accounts::POST_LOGOUT_REDIRECT_URIS[0];
    let path =
        format!("/logout?id_token_hint={hint}&post_logout_redirect_uri={post_logout}&state=bye");
    let request = browser.request(Method::GET, &path);
    let (answer, _) = browser.send(request).await;
    assert_eq!(
        answer.headers()["location"],
        format!("{post_logout}?state=bye")
    );
    let request = browser.request(Method::DELETE, "/token");
    browser.send(request).await;
    let request = browser
        .request(Method::POST, "/token")
        .header("content-type", "text/plain")
        .body("x".repeat(2 << 20));
    browser.send(request).await;
    browser.shapes
}

#[tokio::test]
async fn both_mounts_answer_alike() {
    let wiremock = MockIdp::builder()
        .strict()
        .wiremock()
        .start()
        .await
        .unwrap();
    let https = MockIdp::builder().strict().tls().start().await.unwrap();
    let http = MockIdp::builder()
        .strict()
        .plain_hyper()
        .start()
        .await
        .unwrap();
    let expected = walk(&wiremock).await;
    for (idp, name) in [(&https, "https"), (&http, "http")] {
        let shapes = walk(idp).await;
        assert_eq!(shapes.len(), expected.len());
        for (index, (own, other)) in shapes.iter().zip(&expected).enumerate() {
            assert_eq!(own, other, "request {index} over {name}");
        }
    }
}

#[tokio::test]
async fn a_server_that_was_shut_down_is_gone() {
    let idp = MockIdp::builder().plain_hyper().start().await.unwrap();
    let url = format!("{}/jwks", idp.issuer());
    let http = Client::builder().no_proxy().build().unwrap();
    assert_eq!(
        http.get(&url).send().await.unwrap().status(),
        StatusCode::OK
    );
    idp.shutdown().await;
    assert!(http.get(&url).send().await.is_err());
}
