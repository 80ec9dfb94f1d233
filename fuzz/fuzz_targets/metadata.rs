//! Provider metadata, with every rule on them.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use oidcheck::checks::metadata::{Discovery, RULES};
use oidcheck::http::Answer;
use oidcheck::jwt::validator::jwks_uri;
use oidcheck::provider::Metadata;
use url::Url;

fuzz_target!(|data: &[u8]| {
    let _ = jwks_uri(data, "https://id.example.test");
    let response = http::Response::builder()
        .header("content-type", "application/json")
        .body(Bytes::copy_from_slice(data))
        .expect("a response");
    let answer = Answer {
        response,
        exchange: 1,
        url: Url::parse("https://id.example.test/.well-known/openid-configuration")
            .expect("a URL"),
        received_at: 1.7e9,
    };
    let metadata = Metadata::of(answer);
    for name in metadata.document.keys() {
        let _ = (metadata.endpoint(name), metadata.list(name), metadata.says(name));
    }
    let discovery = Discovery {
        metadata,
        issuer: "https://id.example.test".to_owned(),
    };
    for rule in RULES {
        let _ = (rule.check)(&discovery);
    }
});
