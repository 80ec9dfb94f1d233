//! No secret of a run is in any byte of what it leaves behind.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use mock_idp::ObservedRequest;

use crate::program::{Ran, arg, beside, command, folder, mock, preset, provider_file};

/// Parameters that carry secrets, wherever they are sent.
const SECRET: [&str; 11] = [
    "code",
    "code_verifier",
    "refresh_token",
    "access_token",
    "token",
    "client_secret",
    "client_assertion",
    "id_token_hint",
    "password",
    "registration_access_token",
    "device_code",
];
/// Parameters whose values anybody may know.
const PUBLIC: [&str; 8] = [
    "state",
    "nonce",
    "client_id",
    "redirect_uri",
    "scope",
    "code_challenge",
    "login_hint",
    "post_logout_redirect_uri",
];

/// What the requests to a mock held.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    secret: BTreeSet<String>,
    public: HashSet<String>,
}

impl Seen {
    pub(crate) fn see(&mut self, request: &ObservedRequest) {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        for text in [request.query.as_deref().unwrap_or_default(), body.as_str()] {
            for (name, value) in pairs(text) {
                if SECRET.contains(&name.as_str()) {
                    self.secret.insert(value);
                } else if PUBLIC.contains(&name.as_str()) {
                    self.public.insert(value);
                }
            }
        }
        let header = |name: &str| {
            let value = request.headers.get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        if let Some(value) = header("authorization") {
            let credentials = value.split_once(' ').map(|(_, credentials)| credentials);
            self.secret.extend(credentials.map(str::to_owned));
        }
        for cookie in header("cookie").unwrap_or_default().split("; ") {
            let value = cookie.split_once('=').map(|(_, value)| value);
            self.secret.extend(value.map(str::to_owned));
        }
    }
}

impl Seen {
    /// Asserts that no secret is in any of these texts, by name.
    pub(crate) fn expect_none_in(&self, bytes: &[(String, Vec<u8>)]) {
        let secrets: Vec<&String> = self
            .secret
            .iter()
            .filter(|secret| secret.len() >= 8 && !self.public.contains(*secret))
            .collect();
        assert!(secrets.len() > 20, "{} secrets", secrets.len());
        for (name, bytes) in bytes {
            let text = String::from_utf8_lossy(bytes);
            for secret in &secrets {
                for spelling in [
                    (*secret).clone(),
                    secret
                        .replace('+', "%2B")
                        .replace('/', "%2F")
                        .replace('=', "%3D"),
                ] {
                    let at = text.find(&spelling);
                    assert_eq!(at, None, "{name} holds {secret}");
                }
            }
            // Nor a whole JWT, whoever made it.
            for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))) {
                let parts: Vec<&str> = word.split('.').collect();
                let signed = parts.len() == 3 && parts[0].starts_with("eyJ") && parts[2].len() > 10;
                assert!(!signed, "{name} holds {word}");
            }
        }
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text)
        .decode_utf8_lossy()
        .into_owned()
}

/// All that a run wrote, each with where it stands: on the terminal, and in its folder.
pub(crate) fn left_behind(name: &str, ran: Ran, out: &Path) -> Vec<(String, Vec<u8>)> {
    let mut bytes = vec![
        (format!("{name}: stdout"), ran.out.into_bytes()),
        (format!("{name}: stderr"), ran.err.into_bytes()),
    ];
    for entry in std::fs::read_dir(out).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let content = std::fs::read(&path).expect("it can be read");
        bytes.push((path.display().to_string(), content));
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_left_behind_holds_a_secret() {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let watch = Arc::clone(&seen);
    let idp = mock(|builder| {
        builder.observe(move |request| watch.lock().expect("nobody panics").see(request))
    })
    .await;
    // Faults make failures, whose texts quote what came.
    let faults = "id_token.wrong_aud+id_token.nonce_wrong+token_response.cacheable+code.reusable";
    let mut bytes: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, issuer) in [("right", idp.issuer()), ("wrong", idp.issuer_with(faults))] {
        let out = folder(&format!("secrets-{name}"));
        let file = provider_file(&out, &preset(&issuer));
        let out = out.join("reports");
        let mut command = command(&[
            "run",
            "-p",
            arg(&file),
            "-vv",
            "--report",
            "html,junit,markdown",
            "--out",
            arg(&out),
        ]);
        command.env("RUST_LOG", "trace");
        let ran = beside(command).await;
        assert!(matches!(ran.code, 0 | 1), "{name}: {ran:?}");
        bytes.extend(left_behind(name, ran, &out));
    }
    assert!(bytes.len() >= 14, "{}", bytes.len());
    seen.lock().expect("nobody panics").expect_none_in(&bytes);
}
