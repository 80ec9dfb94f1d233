//! The places where secrets stand in a request or an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{
    AUTHORIZATION, CONTENT_LOCATION, CONTENT_TYPE, COOKIE, LOCATION, REFERER, SET_COOKIE,
};
use scraper::ElementRef;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::named;
use super::redactor::Redactor;
use crate::html::Document;

/// Parameters and JSON members whose values are secrets wherever they stand, and what they are called; in lower
/// case and without `_` and `-`, because stacks spell them in their own way.
const NAMES: &[(&str, &str)] = &[
    ("accesstoken", "access_token"),
    ("refreshtoken", "refresh_token"),
    ("idtoken", "id_token"),
    ("idtokenhint", "id_token"),
    ("code", "code"),
    ("devicecode", "device_code"),
    ("codeverifier", "code_verifier"),
    ("clientsecret", "client_secret"),
    ("clientassertion", "client_assertion"),
    ("assertion", "assertion"),
    ("subjecttoken", "access_token"),
    ("actortoken", "access_token"),
    ("token", "token"),
    ("logouttoken", "logout_token"),
    ("registrationaccesstoken", "registration_access_token"),
    ("initialaccesstoken", "initial_access_token"),
    ("password", "password"),
    ("newpassword", "password"),
    ("passwd", "password"),
    ("sessioncode", "session_code"),
    ("authreqid", "auth_req_id"),
    ("csrf", "form_field"),
    ("csrftoken", "form_field"),
    ("xsrf", "form_field"),
    ("xsrftoken", "form_field"),
    ("otp", "form_field"),
];

/// What the name of a field contains where a page keeps something to itself.
const FIELD_HINTS: [&str; 6] = ["csrf", "xsrf", "token", "pass", "pwd", "secret"];

/// The members of a private or symmetric key ([RFC 7518 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
const KEY_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// No name of [`NAMES`] is longer, however many `_` and `-` it has.
const LONGEST_NAME: usize = 32;

/// What a parameter or member of this name is called when it is a secret.
pub(super) fn kind_of(name: &str) -> Option<&'static str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    // Every word of every text is asked for: nothing is allocated.
    let mut plain = [0; LONGEST_NAME];
    let mut length = 0;
    for byte in name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')) {
        plain[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    let plain = &plain[..length];
    NAMES
        .iter()
        .find(|(known, _)| known.as_bytes() == plain)
        .map(|(_, kind)| *kind)
}

/// What a field of a page is called when it is a secret.
fn field_kind(name: &str, value: &str) -> Option<&'static str> {
    kind_of(name).or_else(|| {
        let name = name.to_ascii_lowercase();
        let hinted = FIELD_HINTS.iter().any(|hint| name.contains(hint));
        (hinted || looks_secret(value)).then_some("form_field")
    })
}

/// The placeholder of a value that is a secret for its place alone. One that looks like a word is replaced
/// here, but it is too plain to be hunted for elsewhere.
pub(super) fn by_place(redactor: &mut Redactor, kind: &str, value: &str) -> String {
    let plain = value.len() >= 8
        && value.len() < 24
        && (value.bytes()).all(|b| b.is_ascii_lowercase() || b" -_.".contains(&b));
    if plain && !redactor.knows(value) {
        format!("«{kind}»")
    } else {
        redactor.learn(kind, value)
    }
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
    let mut out = user_info(redactor, base);
    if let Some(query) = query {
        out.push('?');
        out.push_str(&pairs(redactor, query, false));
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(&pairs(redactor, fragment, false));
    }
    text(redactor, &out)
}

/// `base` with a password before the host replaced.
fn user_info(redactor: &mut Redactor, base: &str) -> String {
    if !base.contains('@') {
        return base.to_owned();
    }
    let parsed = Url::parse(base).ok();
    match parsed.as_ref().and_then(Url::password) {
        Some(password) => base.replacen(password, &redactor.learn("password", password), 1),
        None => base.to_owned(),
    }
}

/// A text of which nothing is known: secrets known by value, and those whose name stands before them.
pub(super) fn text(redactor: &mut Redactor, text: &str) -> String {
    let scrubbed = redactor.scrub(text).into_owned();
    named::replace(redactor, &scrubbed).unwrap_or(scrubbed)
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
            if let Some(kind) = kind_of(&plain_name).filter(|_| !value.is_empty()) {
                return format!("{name}={}", redactor.learn(kind, &value));
            }
            // What was typed on a page may be too short to be known elsewhere.
            let field = page && !value.is_empty();
            match field_kind(&plain_name, &value) {
                Some(kind) if field => format!("{name}={}", by_place(redactor, kind, &value)),
                None if field && redactor.knows(&value) => {
                    format!("{name}={}", redactor.learn("form_field", &value))
                }
                _ => part.to_owned(),
            }
        })
        .collect();
    self::text(redactor, &parts.join("&"))
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
            } else if [LOCATION, CONTENT_LOCATION, REFERER].contains(name) {
                url(redactor, &text)
            } else {
                self::text(redactor, &text)
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
        return multipart(redactor, text, page);
    }
    if content_type.contains("html") {
        let learnt = html(redactor, text);
        return self::text(redactor, &learnt);
    }
    if content_type.starts_with("application/jwt")
        || content_type.starts_with("application/token-introspection+jwt")
    {
        redactor.learn("jwt", text.trim());
    }
    // Whatever it says it is: tokens in JSON are secrets.
    if let Ok(mut value) = serde_json::from_str::<Value>(text)
        && json(redactor, &mut value)
    {
        return self::text(redactor, &value.to_string());
    }
    self::text(redactor, text)
}

/// Replaces the secrets of a document; tells whether there were any.
pub(super) fn json(redactor: &mut Redactor, value: &mut Value) -> bool {
    let mut changed = false;
    match value {
        Value::Object(members) => {
            let is_key = members.contains_key("kty");
            for (name, member) in members {
                changed |= match kind_of(name) {
                    Some(kind) => json_secret(redactor, kind, member),
                    None if is_key && KEY_MEMBERS.contains(&name.as_str()) => {
                        json_secret(redactor, "private_key", member)
                    }
                    None => json(redactor, member),
                };
            }
        }
        Value::Array(items) => {
            for item in items {
                changed |= json(redactor, item);
            }
        }
        _ => {}
    }
    changed
}

/// What stands under the name of a secret: a text, or texts further down.
fn json_secret(redactor: &mut Redactor, kind: &str, value: &mut Value) -> bool {
    match value {
        Value::String(secret) => {
            let placeholder = redactor.learn(kind, secret);
            let changed = placeholder != *secret;
            *secret = placeholder;
            changed
        }
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| {
            json_secret(redactor, kind, item) | changed
        }),
        other => json(redactor, other),
    }
}

/// Learns the values of the fields of a page, so that the scrubbing that follows replaces them. What is too
/// short or too plain for that is replaced in what is given back.
fn html(redactor: &mut Redactor, text: &str) -> String {
    let mut out = text.to_owned();
    let page = Document::parse(text).html;
    let nodes = page.tree.nodes().filter(|node| node.parent().is_some());
    let elements: Vec<ElementRef<'_>> = nodes.filter_map(ElementRef::wrap).collect();
    let mut hide = |attribute: &str, kind: &str, value: &str| {
        let placeholder = by_place(redactor, kind, value);
        if !redactor.hunts(value) && placeholder != value {
            for quote in ["\"", "'", ""] {
                let written = format!("{attribute}={quote}{value}{quote}");
                let hidden = format!("{attribute}={quote}{placeholder}{quote}");
                out = out.replace(&written, &hidden);
            }
        }
    };
    let named = |tags: &'static [&'static str]| {
        let named = elements.iter().filter(|e| tags.contains(&e.value().name()));
        named.map(|element| (element, element.value().attr("name")))
    };
    // One kind of element after the other: a value is called after the place where it is seen first.
    let fields = named(&["input", "button"]).map(|(e, name)| (e, name.or(Some("")), "value"));
    let metas = named(&["meta"]).map(|(e, name)| (e, name, "content"));
    for (element, name, attribute) in fields.chain(metas) {
        let value = element.value().attr(attribute).unwrap_or_default();
        let Some(name) = name.filter(|_| !value.is_empty()) else {
            continue;
        };
        if let Some(kind) = field_kind(name, value) {
            hide(attribute, kind, value);
        }
    }
    for (element, name) in named(&["textarea"]) {
        let Some(name) = name else {
            continue;
        };
        let value = element.text().collect::<String>();
        if let Some(kind) = field_kind(name, value.trim()) {
            redactor.learn(kind, value.trim());
        }
    }
    for element in &elements {
        for attribute in ["action", "href", "src", "formaction"] {
            if let Some(target) = element.value().attr(attribute) {
                url(redactor, target);
            }
        }
    }
    out
}

fn multipart(redactor: &mut Redactor, text: &str, page: bool) -> String {
    let parts: Vec<String> = text
        .split("\r\n--")
        .map(|part| {
            let Some((head, value)) = part.split_once("\r\n\r\n") else {
                return part.to_owned();
            };
            let name = head
                .split("name=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .unwrap_or_default();
            let kind = match kind_of(name) {
                None if page => field_kind(name, value)
                    .or_else(|| redactor.knows(value).then_some("form_field")),
                kind => kind,
            };
            match kind {
                Some(kind) => format!("{head}\r\n\r\n{}", by_place(redactor, kind, value)),
                None => part.to_owned(),
            }
        })
        .collect();
    self::text(redactor, &parts.join("\r\n--"))
}

/// Whether a value whose place says nothing looks made by a machine: a session id, a CSRF token.
fn looks_secret(value: &str) -> bool {
    value.len() >= 16
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.+/=%~:|".contains(&b))
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
        && Url::parse(value).is_err()
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
