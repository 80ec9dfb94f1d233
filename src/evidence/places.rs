//! The places where secrets stand in a request or an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use scraper::Selector;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::redactor::Redactor;
use crate::html::Document;

/// Parameters and JSON members whose values are secrets wherever they stand, and what they are called.
const NAMES: &[(&str, &str)] = &[
    ("access_token", "access_token"),
    ("refresh_token", "refresh_token"),
    ("id_token", "id_token"),
    ("id_token_hint", "id_token"),
    ("code", "code"),
    ("device_code", "device_code"),
    ("code_verifier", "code_verifier"),
    ("client_secret", "client_secret"),
    ("client_assertion", "client_assertion"),
    ("assertion", "assertion"),
    ("subject_token", "access_token"),
    ("token", "token"),
    ("logout_token", "logout_token"),
    ("registration_access_token", "registration_access_token"),
    ("password", "password"),
    ("session_code", "session_code"),
    ("auth_req_id", "auth_req_id"),
];

/// What a parameter or member of this name is called when it is a secret.
fn kind_of(name: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known))
        .map(|(_, kind)| *kind)
}

/// `url` with the secrets of its query and its fragment replaced.
pub(super) fn url(redactor: &mut Redactor, url: &str) -> String {
    let (rest, fragment) = match url.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (url, None),
    };
    let (base, query) = match rest.split_once('?') {
        Some((base, query)) => (base, Some(query)),
        None => (rest, None),
    };
    let mut out = base.to_owned();
    if let Some(query) = query {
        out.push('?');
        out.push_str(&pairs(redactor, query, false));
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(&pairs(redactor, fragment, false));
    }
    redactor.scrub(&out).into_owned()
}

/// A form-encoded text with its secrets replaced; everything else stays as it was written. In the answer to
/// a login page (`page`) every value that looks like a secret is one.
pub(super) fn pairs(redactor: &mut Redactor, text: &str, page: bool) -> String {
    let parts: Vec<String> = text
        .split('&')
        .map(|part| {
            let Some((name, _)) = part.split_once('=') else {
                return part.to_owned();
            };
            let Some((plain_name, value)) = form_urlencoded::parse(part.as_bytes()).next() else {
                return part.to_owned();
            };
            let kind =
                kind_of(&plain_name).or((page && looks_secret(&value)).then_some("form_field"));
            match kind {
                Some(kind) if !value.is_empty() => {
                    format!("{name}={}", redactor.learn(kind, &value))
                }
                _ => part.to_owned(),
            }
        })
        .collect();
    redactor.scrub(&parts.join("&")).into_owned()
}

/// The header fields with credentials, cookies and secrets in URLs replaced.
pub(super) fn headers(redactor: &mut Redactor, headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let value = if *name == AUTHORIZATION {
                authorization(redactor, &text)
            } else if *name == COOKIE {
                cookies(redactor, &text)
            } else if *name == SET_COOKIE {
                set_cookie(redactor, &text)
            } else if *name == LOCATION {
                url(redactor, &text)
            } else {
                redactor.scrub(&text).into_owned()
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}

fn authorization(redactor: &mut Redactor, value: &str) -> String {
    let Some((scheme, credentials)) = value.split_once(' ') else {
        return redactor.learn("credentials", value);
    };
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("basic") {
        // The secret inside is a secret of its own.
        let decoded = STANDARD.decode(credentials).ok();
        if let Some(pair) = decoded.and_then(|bytes| String::from_utf8(bytes).ok())
            && let Some((_, secret)) = pair.split_once(':')
        {
            redactor.learn("client_secret", secret);
            if let Some((plain, _)) = form_urlencoded::parse(secret.as_bytes()).next() {
                redactor.learn("client_secret", &plain);
            }
        }
        return format!(
            "{scheme} {}",
            redactor.learn("basic_credentials", credentials)
        );
    }
    if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("dpop") {
        return format!("{scheme} {}", redactor.learn("access_token", credentials));
    }
    format!("{scheme} {}", redactor.learn("credentials", credentials))
}

fn cookies(redactor: &mut Redactor, value: &str) -> String {
    value
        .split("; ")
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => format!("{name}={}", cookie_value(redactor, value)),
            None => pair.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("; ")
}

fn set_cookie(redactor: &mut Redactor, line: &str) -> String {
    let (pair, attributes) = match line.split_once(';') {
        Some((pair, attributes)) => (pair, Some(attributes)),
        None => (line, None),
    };
    let mut out = match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", cookie_value(redactor, value)),
        None => redactor.scrub(pair).into_owned(),
    };
    if let Some(attributes) = attributes {
        out.push(';');
        out.push_str(&redactor.scrub(attributes));
    }
    out
}

fn cookie_value(redactor: &mut Redactor, value: &str) -> String {
    let value = value.trim_matches('"');
    if value.is_empty() {
        String::new()
    } else if looks_secret(value) || redactor.knows(value) {
        redactor.learn("cookie", value)
    } else {
        // Replaced here, but too plain to be hunted for elsewhere.
        "«cookie»".to_owned()
    }
}

/// A body with its secrets replaced.
pub(super) fn body(redactor: &mut Redactor, headers: &HeaderMap, text: &str, page: bool) -> String {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return pairs(redactor, text, page);
    }
    if content_type.starts_with("multipart/form-data") {
        multipart(redactor, text, page);
    }
    if content_type.contains("html") {
        html(redactor, text);
    }
    if content_type.starts_with("application/jwt")
        || content_type.starts_with("application/token-introspection+jwt")
    {
        redactor.learn("jwt", text.trim());
    }
    // Whatever it says it is: tokens in JSON are secrets.
    if let Ok(mut value) = serde_json::from_str::<Value>(text)
        && (value.is_object() || value.is_array())
    {
        let before = value.clone();
        json(redactor, &mut value);
        if value != before {
            return redactor.scrub(&value.to_string()).into_owned();
        }
    }
    redactor.scrub(text).into_owned()
}

fn json(redactor: &mut Redactor, value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (kind_of(name), &mut *member) {
                    (Some(kind), Value::String(secret)) => *secret = redactor.learn(kind, secret),
                    _ => json(redactor, member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| json(redactor, item)),
        _ => {}
    }
}

/// Learns the values of the fields of a page, so that the scrubbing that follows replaces them.
fn html(redactor: &mut Redactor, text: &str) {
    let Ok(inputs) = Selector::parse("input[value]") else {
        return;
    };
    let page = Document::parse(text).html;
    for input in page.select(&inputs) {
        let name = input.value().attr("name").unwrap_or_default();
        let value = input.value().attr("value").unwrap_or_default();
        if let Some(kind) = kind_of(name) {
            redactor.learn(kind, value);
        } else if looks_secret(value) {
            redactor.learn("form_field", value);
        }
    }
    let Ok(links) = Selector::parse("[action],[href]") else {
        return;
    };
    for element in page.select(&links) {
        for attribute in ["action", "href"] {
            if let Some(target) = element.value().attr(attribute) {
                url(redactor, target);
            }
        }
    }
}

fn multipart(redactor: &mut Redactor, text: &str, page: bool) {
    for part in text.split("\r\n--") {
        let Some((head, value)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let name = head
            .split("name=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_default();
        if let Some(kind) = kind_of(name) {
            redactor.learn(kind, value);
        } else if page && looks_secret(value) {
            redactor.learn("form_field", value);
        }
    }
}

/// Whether a value whose place says nothing looks made by a machine: a session id, a CSRF token.
fn looks_secret(value: &str) -> bool {
    value.len() >= 16
        && Url::parse(value).is_err()
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.+/=%~:|".contains(&b))
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::default()
    }

    #[test]
    fn parameters_are_secrets_by_name() {
        for (text, redacted) in [
            (
                "https://rp.example/cb?code=abc&state=xyz",
                "https://rp.example/cb?code=«code#1»&state=xyz",
            ),
            (
                "https://rp.example/cb#id_token=e.y.J&state=x",
                "https://rp.example/cb#id_token=«id_token#1»&state=x",
            ),
            ("https://op.example/login", "https://op.example/login"),
            ("/cb?code=&state=1", "/cb?code=&state=1"),
        ] {
            assert_eq!(url(&mut redactor(), text), redacted);
        }
    }

    #[test]
    fn the_secret_of_basic_credentials_is_known_afterwards() {
        let mut r = redactor();
        let credentials = STANDARD.encode("client:secret-0123456789");
        assert_eq!(
            authorization(&mut r, &format!("Basic {credentials}")),
            "Basic «basic_credentials#1»"
        );
        assert_eq!(r.scrub("x=secret-0123456789"), "x=«client_secret#1»");
    }

    #[test]
    fn tokens_in_json_are_secrets_at_any_depth() {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            http::HeaderValue::from_static("application/json"),
        );
        let text = r#"{"access_token":"at","inner":[{"refresh_token":"rt"}],"scope":"openid"}"#;
        assert_eq!(
            body(&mut redactor(), &headers, text, false),
            r#"{"access_token":"«access_token#1»","inner":[{"refresh_token":"«refresh_token#1»"}],"scope":"openid"}"#
        );
    }

    #[test]
    fn a_body_without_secrets_stays_as_it_was_written() {
        let text = "{ \"a\" : 1 }";
        assert_eq!(body(&mut redactor(), &HeaderMap::new(), text, false), text);
    }

    #[test]
    fn hidden_fields_and_cookies_are_secrets() {
        let mut r = redactor();
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            http::HeaderValue::from_static("text/html; charset=utf-8"),
        );
        let page = r#"<form action="/l?session_code=s3cr3t-s3cr3t"><input type=hidden name=csrf value="0f1e2d3c4b5a69788796"><input name=user></form>"#;
        let redacted = body(&mut r, &headers, page, true);
        assert!(!redacted.contains("0f1e2d3c4b5a69788796"), "{redacted}");
        assert!(!redacted.contains("s3cr3t"), "{redacted}");
        assert_eq!(
            set_cookie(&mut r, "sid=0123456789abcdef0; Path=/; HttpOnly"),
            "sid=«cookie#1»; Path=/; HttpOnly"
        );
        assert_eq!(
            cookies(&mut r, "sid=0123456789abcdef0; a=b"),
            "sid=«cookie#1»; a=«cookie»"
        );
    }
}
