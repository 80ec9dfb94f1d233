//! The URL (or the form) that reaches the redirect URI.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oidcheck::login::Callback;
use oidcheck::protocol::{AuthorizationAnswer, Parameters};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let parameters = Parameters::parse(&text);
    let again = Parameters::parse(&parameters.encode());
    assert!(parameters.iter().eq(again.iter()));
    for form in [None, Some(parameters.iter())] {
        let callback = Callback {
            url: text.clone().into_owned(),
            form: form.map(|pairs| {
                pairs
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect()
            }),
            status: 302,
            exchange: 1,
            received_at: 1.7e9,
        };
        let answer = AuthorizationAnswer::of(callback);
        let _ = (answer.mode(), answer.error(), answer.summary());
        for (name, _) in answer.parameters().iter() {
            assert!(!answer.parameters().all(name).is_empty());
        }
    }
});
