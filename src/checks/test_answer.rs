//! Answers for the tests of rules.

use bytes::Bytes;

use crate::http::Answer;

/// The media type of most answers.
pub(super) const JSON: (&str, &str) = ("content-type", "application/json");

/// An answer of the endpoint with this path.
pub(super) fn answer(path: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Answer {
        response: response
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .expect("the test wants a response"),
        exchange: 1,
        url: url::Url::parse(&format!("https://op.example/{path}")).expect("the test wants a URL"),
        received_at: 0.0,
    }
}
