//! HTML pages, as the form driver reads and answers them.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use oidcheck::http::Answer;
use oidcheck::login::form::page::Page;
use oidcheck::login::{Credentials, answer_as_user};
use url::Url;

fuzz_target!(|data: &[u8]| {
    let url = Url::parse("https://id.example.test/login?a=b").expect("a URL");
    let page = Page::parse(&String::from_utf8_lossy(data), &url);
    assert!(page.text.len() <= 4 * 20_000 + 4);
    let response = http::Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .body(Bytes::copy_from_slice(data))
        .expect("a response");
    let answer = Answer {
        response,
        exchange: 1,
        url,
        received_at: 1.7e9,
    };
    let user = Credentials {
        username: "alice".to_owned(),
        password: "correct horse".to_owned(),
    };
    let _ = answer_as_user(&answer, &user);
});
