//! What the tests of the drivers share.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;

use super::{Credentials, Decision, Errand, Journey};
use crate::evidence::Recorder;
use crate::http::{Client, ClientOptions, UserAgent};

pub(super) static ALICE: LazyLock<Credentials> = LazyLock::new(|| Credentials {
    username: "alice".to_owned(),
    password: "wonderland-pw-1".to_owned(),
});

pub(super) static REDIRECT_URIS: LazyLock<Vec<String>> = LazyLock::new(|| {
    vec![
        "http://127.0.0.1:8765/callback".to_owned(),
        "http://127.0.0.1:8765/post-logout".to_owned(),
    ]
});

/// A browser with a second of patience for each exchange.
pub(super) fn agent() -> UserAgent {
    UserAgent::new(client())
}

/// What carries its requests.
pub(super) fn client() -> Arc<Client> {
    let options = ClientOptions {
        max_time: Duration::from_secs(1),
        body_limit: 256 * 1024,
        ..ClientOptions::default()
    };
    Arc::new(Client::new(options, Arc::new(Recorder::default())).expect("no certificates"))
}

/// alice agrees.
pub(super) fn journey(url: &str) -> Journey<'static> {
    Journey {
        start: http::Request::get(url).body(Bytes::new()).expect("a URL"),
        user: &ALICE,
        decision: Decision::Agree,
        redirect_uris: &REDIRECT_URIS,
        errand: Errand::Authorization,
        purpose: "test",
    }
}
