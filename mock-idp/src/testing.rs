//! A relying party and a browser for tests of the core: no sockets, a clock that stands still unless it is moved, and
//! randomness from a seed.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{Method, Request, Response, StatusCode};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::accounts::{CLIENT_SECRET, REDIRECT_URIS};
use crate::dispatch::{Config, Core};
use crate::keys::Algorithm;

pub(crate) const ORIGIN: &str = "https://op.test";
pub(crate) const CALLBACK: &str = REDIRECT_URIS[0];
pub(crate) const CLIENT: &str = "conformance-client";

/// One browser and one relying party at one issuer.
pub(crate) struct Rp {
    core: Core,
    /// The path of the issuer.
    pub(crate) path: String,
    pub(crate) now: Cell<u64>,
    rng: RefCell<StdRng>,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Rp {
    /// At the issuer of a strict mock with these faults, joined by `+`.
    pub(crate) fn new(faults: &str) -> Self {
        let config = Config {
            origin: ORIGIN.to_owned(),
            signing: Algorithm::Es256,
            any_client: false,
            auto_approve: false,
        };
        Self::with(config, faults)
    }

    pub(crate) fn permissive() -> Self {
        let config = Config {
            origin: ORIGIN.to_owned(),
            signing: Algorithm::Es256,
            any_client: true,
            auto_approve: true,
        };
        Self::with(config, "")
    }

    fn with(config: Config, faults: &str) -> Self {
        Self {
            core: Core::new(config),
            path: if faults.is_empty() {
                String::new()
            } else {
                format!("/f/{faults}")
            },
            now: Cell::new(1_800_000_000),
            rng: RefCell::new(StdRng::seed_from_u64(7)),
            cookies: RefCell::default(),
        }
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{ORIGIN}{}", self.path)
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.now.set(self.now.get() + seconds);
    }

    /// Another browser.
    pub(crate) fn forget_cookies(&self) {
        self.cookies.borrow_mut().clear();
    }

    /// Sends a request as it is.
    pub(crate) fn send(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let reply = self.core.handle(
            request,
            Duration::from_secs(self.now.get()),
            &mut *self.rng.borrow_mut(),
        );
        reply.response
    }

    /// A request without cookies; `path` is that under the issuer, headers are `name: value`.
    pub(crate) fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<Bytes> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(
            &request
                .body(Bytes::copy_from_slice(body.as_bytes()))
                .unwrap(),
        )
    }

    pub(crate) fn get(&self, path: &str) -> Response<Bytes> {
        self.call(Method::GET, path, &[], "")
    }

    /// The browser asks for a URL of the issuer.
    pub(crate) fn browse(
        &self,
        method: Method,
        url: &str,
        form: &[(&str, &str)],
    ) -> Response<Bytes> {
        let target = url.strip_prefix(ORIGIN).unwrap_or(url);
        let cookies: Vec<String> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder().method(method).uri(target);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if !form.is_empty() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let response = self.send(&request.body(Bytes::from(encode(form))).unwrap());
        for cookie in response.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies
                    .borrow_mut()
                    .insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }

    /// Sends an authorization request, without answering pages.
    pub(crate) fn authorize(&self, params: &[(&str, &str)]) -> Response<Bytes> {
        self.browse(
            Method::GET,
            &format!("{}/authorize?{}", self.path, encode(params)),
            &[],
        )
    }

    /// Answers the form of a page with these fields added.
    pub(crate) fn submit(
        &self,
        page: &Response<Bytes>,
        fields: &[(&str, &str)],
    ) -> Response<Bytes> {
        let form = Form::of(page).expect("a page with a form");
        let mut all: Vec<(&str, &str)> = form
            .hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend(fields);
        self.browse(Method::POST, &form.action, &all)
    }

    /// Answers pages, logging in as this user and allowing everything, until there is something else.
    pub(crate) fn answer_pages(
        &self,
        mut response: Response<Bytes>,
        user: (&str, &str),
    ) -> Response<Bytes> {
        for _ in 0..4 {
            let page = text(&response);
            response = if page.contains("type=\"password\"") {
                self.submit(
                    &response,
                    &[
                        ("username", user.0),
                        ("password", user.1),
                        ("action", "login"),
                    ],
                )
            } else if page.contains("value=\"allow\"") {
                self.submit(&response, &[("action", "allow")])
            } else if page.contains("value=\"continue\"") {
                self.submit(&response, &[("action", "continue")])
            } else {
                return response;
            };
        }
        response
    }

    /// An authorization request of the client with the usual parameters and these, up to the answer at the callback.
    pub(crate) fn log_in(&self, client: &str, params: &[(&str, &str)]) -> Callback {
        let all = merged(
            &[
                ("client_id", client),
                ("redirect_uri", CALLBACK),
                ("response_type", "code"),
                ("scope", "openid"),
                ("state", "st"),
                ("nonce", "no"),
            ],
            params,
        );
        let response = self.answer_pages(self.authorize(&all), ALICE);
        Callback::of(&response)
    }

    /// A token request of [`CLIENT`] by Basic.
    pub(crate) fn token(&self, params: &[(&str, &str)]) -> Response<Bytes> {
        self.token_as(CLIENT, params)
    }

    pub(crate) fn token_as(&self, client: &str, params: &[(&str, &str)]) -> Response<Bytes> {
        self.post(
            "/token",
            &[("authorization", &basic(client, CLIENT_SECRET))],
            params,
        )
    }

    /// Redeems a code of [`CLIENT`].
    pub(crate) fn redeem(&self, code: &str) -> Response<Bytes> {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ])
    }

    /// Everything up to the tokens, with these parameters in the authorization request.
    pub(crate) fn tokens(&self, params: &[(&str, &str)]) -> Map<String, Value> {
        let callback = self.log_in(CLIENT, params);
        let response = self.redeem(callback.get("code"));
        assert_eq!(response.status(), StatusCode::OK, "{}", text(&response));
        json(&response)
    }

    pub(crate) fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        params: &[(&str, &str)],
    ) -> Response<Bytes> {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        self.call(Method::POST, path, &all, &encode(params))
    }

    pub(crate) fn userinfo(&self, token: &str) -> Response<Bytes> {
        self.call(
            Method::GET,
            "/userinfo",
            &[(AUTHORIZATION.as_str(), &format!("Bearer {token}"))],
            "",
        )
    }
}

pub(crate) const ALICE: (&str, &str) = ("alice", "wonderland-pw-1");
pub(crate) const BOB: (&str, &str) = ("bob", "builder-pw-1");

/// The first parameters, with those of the second changed; an empty value leaves one out.
pub(crate) fn merged<'a>(
    first: &[(&'a str, &'a str)],
    second: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = first
        .iter()
        .filter(|(name, _)| !second.iter().any(|(other, _)| other == name));
    kept.chain(second)
        .filter(|(_, value)| !value.is_empty())
        .copied()
        .collect()
}

pub(crate) fn encode(params: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish()
}

pub(crate) fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", encode(id), encode(secret)))
    )
}

pub(crate) fn text(response: &Response<Bytes>) -> String {
    String::from_utf8(response.body().to_vec()).unwrap()
}

pub(crate) fn json(response: &Response<Bytes>) -> Map<String, Value> {
    serde_json::from_slice(response.body())
        .unwrap_or_else(|error| panic!("{error}: {}", text(response)))
}

pub(crate) fn header<'r>(response: &'r Response<Bytes>, name: &str) -> &'r str {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
        .unwrap_or_default()
}

/// The status and the value of `error` of an answer.
pub(crate) fn error(response: &Response<Bytes>) -> (u16, String) {
    let document: Map<String, Value> = serde_json::from_slice(response.body()).unwrap_or_default();
    let error = document
        .get("error")
        .and_then(Value::as_str)
        .unwrap_or_default();
    (response.status().as_u16(), error.to_owned())
}

/// The claims of a JWT, unverified.
pub(crate) fn claims(jwt: &str) -> Map<String, Value> {
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// An authorization response.
#[derive(Debug)]
pub(crate) struct Callback {
    pub(crate) uri: String,
    /// `?`, `#` or `post`.
    pub(crate) mode: &'static str,
    pub(crate) params: Vec<(String, String)>,
}

impl Callback {
    pub(crate) fn of(response: &Response<Bytes>) -> Self {
        let location = header(response, LOCATION.as_str());
        if location.is_empty() {
            let form =
                Form::of(response).unwrap_or_else(|| panic!("no callback: {}", text(response)));
            assert!(
                form.hidden.iter().all(|(name, _)| name != "csrf"),
                "a page: {}",
                text(response)
            );
            return Self {
                uri: form.action,
                mode: "post",
                params: form.hidden,
            };
        }
        let at = location.find(['?', '#']).unwrap_or(location.len());
        let mode = if location[at..].starts_with('#') {
            "#"
        } else {
            "?"
        };
        let params = form_urlencoded::parse(location.get(at + 1..).unwrap_or_default().as_bytes());
        Self {
            uri: location[..at].to_owned(),
            mode,
            params: params.into_owned().collect(),
        }
    }

    /// The only value of a parameter; empty when there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        let mut values = self
            .params
            .iter()
            .filter(|(own, _)| own == name)
            .map(|(_, value)| value.as_str());
        let value = values.next().unwrap_or_default();
        assert!(values.next().is_none(), "{name} came twice");
        value
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.params.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// The form of one of our own pages, read as far as these need.
struct Form {
    action: String,
    hidden: Vec<(String, String)>,
}

impl Form {
    fn of(page: &Response<Bytes>) -> Option<Self> {
        let html = text(page);
        let attribute = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(unescape(rest.split('"').next()?))
        };
        let form = html.split("<form").nth(1)?;
        let hidden = form
            .split("<input")
            .skip(1)
            .filter(|tag| tag.contains("type=\"hidden\""))
            .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
            .collect();
        Some(Self {
            action: attribute(form, "action")?,
            hidden,
        })
    }
}

fn unescape(text: &str) -> String {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#13;", "\r"),
        ("&#10;", "\n"),
    ];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
        .replace("&amp;", "&")
}
