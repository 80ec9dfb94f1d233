//! Answers of a server that wants fewer requests: they say nothing about what was asked.

use super::Answer;

impl Answer {
    /// Why this is no answer to what was asked, where it is none: 429, or 503 with `Retry-After`
    /// ([RFC 6585 section 4](https://www.rfc-editor.org/rfc/rfc6585#section-4),
    /// [RFC 9110 section 15.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4)).
    pub fn held_back(&self) -> Option<String> {
        let status = self.status();
        let later = self.header("retry-after");
        if status != 429 && (status != 503 || later.is_none()) {
            return None;
        }
        let later = later.map_or_else(String::new, |later| {
            let later: String = later.chars().take(40).collect();
            format!(", Retry-After {later}")
        });
        Some(format!(
            "the provider limits the rate of requests ({status} at {}{later}): allow this host more, or use fewer \
             --jobs",
            self.url.path()
        ))
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
            assert!(why.is_none_or(|why| !why.contains("secret")));
        }
    }
}
