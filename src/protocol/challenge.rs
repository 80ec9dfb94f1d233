//! The `WWW-Authenticate` header field ([RFC 9110 11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)).

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// One challenge: a scheme and its parameters, as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The authentication scheme.
    pub scheme: String,
    /// Names in lower case, with the values without their quotation marks.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The challenges of an answer, in order. What can't be read is left out.
    pub fn all(headers: &HeaderMap) -> Vec<Self> {
        headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .flat_map(|value| Self::parse(&String::from_utf8_lossy(value.as_bytes())))
            .collect()
    }

    /// The challenge of this scheme, whatever its case.
    pub fn find(headers: &HeaderMap, scheme: &str) -> Option<Self> {
        Self::all(headers)
            .into_iter()
            .find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme))
    }

    /// The first value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    fn parse(text: &str) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for item in items(text) {
            let item = item.trim();
            let parameter = match item.split_once([' ', '\t']) {
                // White space may stand around the equals sign.
                Some((scheme, rest)) if is_token(scheme) && !rest.trim_start().starts_with('=') => {
                    all.push(Self::of(scheme));
                    rest.trim()
                }
                None if is_token(item) => {
                    all.push(Self::of(item));
                    continue;
                }
                _ => item,
            };
            if let (Some(challenge), Some((name, value))) =
                (all.last_mut(), parameter.split_once('='))
            {
                challenge
                    .parameters
                    .push((name.trim().to_ascii_lowercase(), unquoted(value.trim())));
            }
        }
        all
    }

    fn of(scheme: &str) -> Self {
        Self {
            scheme: scheme.to_owned(),
            parameters: Vec::new(),
        }
    }
}

/// Splits at the commas that stand in no quoted string.
fn items(text: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut begin, mut is_quoted, mut is_escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                items.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    items.push(&text[begin..]);
    items
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return value.to_owned();
    };
    let mut out = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => out.extend(characters.next()),
            _ => out.push(c),
        }
    }
    out
}

/// The characters of a token ([RFC 9110 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_taken_apart() {
        let check = |text: &str, expected: &[(&str, &[(&str, &str)])]| {
            let expected: Vec<Challenge> = expected
                .iter()
                .map(|(scheme, parameters)| Challenge {
                    scheme: (*scheme).to_owned(),
                    parameters: parameters
                        .iter()
                        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                        .collect(),
                })
                .collect();
            assert_eq!(Challenge::parse(text), expected, "{text}");
        };
        check("", &[]);
        check("Bearer", &[("Bearer", &[])]);
        check("Bearer realm=\"a\"", &[("Bearer", &[("realm", "a")])]);
        check(
            "bearer Realm=\"a, b\", error = \"in\\\"v\",error_description=x",
            &[(
                "bearer",
                &[
                    ("realm", "a, b"),
                    ("error", "in\"v"),
                    ("error_description", "x"),
                ],
            )],
        );
        check(
            "Basic realm=\"a\", Bearer error=\"x\", error=\"y\"",
            &[
                ("Basic", &[("realm", "a")]),
                ("Bearer", &[("error", "x"), ("error", "y")]),
            ],
        );
        check("Negotiate, Bearer", &[("Negotiate", &[]), ("Bearer", &[])]);
        check("=,\"", &[]);
    }
}
