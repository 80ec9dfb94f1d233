//! Answers of a server that wants fewer requests: they say nothing about what was asked.

use std::fmt;

use super::Answer;

/// An answer that is no answer to what was asked: the server asks for patience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// Its status.
    pub status: u16,
    /// The path that was asked.
    pub path: String,
    /// The beginning of `Retry-After`, where it is there.
    pub retry_after: Option<String>,
}

impl fmt::Display for HeldBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.status, self.path)?;
        match &self.retry_after {
            Some(later) => write!(f, ", Retry-After {later}"),
            None => Ok(()),
        }
    }
}

impl HeldBack {
    /// What the user of a conformance run can do.
    pub fn advice(&self) -> String {
        format!(
            "the provider limits the rate of requests ({self}): allow this host more, or use fewer --jobs"
        )
    }
}

impl Answer {
    /// Whether this is no answer to what was asked: 429, or 503 with `Retry-After`
    /// ([RFC 6585 section 4](https://www.rfc-editor.org/rfc/rfc6585#section-4),
    /// [RFC 9110 section 15.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4)).
    pub fn held_back(&self) -> Option<HeldBack> {
        let status = self.status();
        let later = self.header("retry-after");
        if status != 429 && (status != 503 || later.is_none()) {
            return None;
        }
        Some(HeldBack {
            status,
            path: self.url.path().to_owned(),
            retry_after: later.map(|later| later.chars().take(40).collect()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_asks_for_patience_holds_back() {
        for (status, later, held_back) in [
            (429, None, true),
            (429, Some("30"), true),
            (503, Some("30"), true),
            (503, None, false),
            (200, Some("30"), false),
            (400, None, false),
        ] {
            let mut response = http::Response::builder().status(status);
            if let Some(later) = later {
                response = response.header("retry-after", later);
            }
            let answer = Answer {
                response: response.body(bytes::Bytes::new()).unwrap(),
                exchange: 1,
                url: url::Url::parse("https://op.example/token?secret").unwrap(),
                received_at: 0.0,
            };
            let why = answer.held_back();
            assert_eq!(why.is_some(), held_back, "{status} {later:?}");
            assert!(why.is_none_or(|why| !why.advice().contains("secret")));
        }
    }
}
