//! No secret of a run occurs in any byte of any report. What is secret is told by what the mock IdP received,
//! not by what the recorder takes for one.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::{MockIdp, ObservedRequest};
use oidcheck::builtin;
use oidcheck::conformance::Conformance;
use oidcheck::report::console::{self, Style};
use oidcheck::report::{self, Format};
use oidcheck::run::Run;
use url::form_urlencoded;

/// Parameters whose values nobody may see.
const SECRET: [&str; 11] = [
    "code",
    "code_verifier",
    "refresh_token",
    "token",
    "access_token",
    "client_secret",
    "client_assertion",
    "id_token_hint",
    "password",
    "csrf",
    "csrf_token",
];

/// The secrets in a request, and where they stood.
fn secrets(request: &ObservedRequest, found: &mut BTreeMap<String, String>) {
    let mut add = |place: &str, value: &str| {
        // Shorter ones are replaced by place alone.
        if value.len() >= 8 {
            found.insert(value.to_owned(), format!("{place} of {}", request.path));
        }
    };
    let header = |name: &str| {
        request
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    if let Some((scheme, credentials)) = header("authorization").and_then(|v| v.split_once(' ')) {
        add("credentials", credentials);
        let pair = STANDARD.decode(credentials).unwrap_or_default();
        if scheme == "Basic"
            && let Some((_, secret)) = String::from_utf8_lossy(&pair).split_once(':')
        {
            add("client_secret", secret);
        }
    }
    for cookie in header("cookie").unwrap_or_default().split("; ") {
        add(
            "cookie",
            cookie.split_once('=').map_or("", |(_, value)| value),
        );
    }
    let query = request.query.as_deref().unwrap_or_default();
    for text in [query.as_bytes(), &request.body] {
        for (name, value) in form_urlencoded::parse(text) {
            if SECRET.contains(&name.as_ref()) {
                add(&name, &value);
            }
        }
    }
}

fn public_challenge(request: &ObservedRequest) -> Option<String> {
    let query = request.query.as_deref()?;
    let value = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let is_hash = value("code_challenge_method").as_deref() == Some("S256");
    value("code_challenge").filter(|_| is_hash)
}

fn reports(run: &Run) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Format::ALL
        .iter()
        .map(|format| (format.to_string(), report::render(*format, run)))
        .collect();
    texts.push((
        "console".to_owned(),
        console::render(run, Style { colour: true }),
    ));
    texts.push(("Debug".to_owned(), format!("{run:?}")));
    texts
}

/// The secrets in `text`, each with its place and what stands before it; one pass, however many there are.
fn shown(found: &BTreeMap<String, String>, text: &str) -> Vec<String> {
    let mut by_beginning: HashMap<&[u8], Vec<&String>> = HashMap::new();
    for secret in found.keys() {
        by_beginning
            .entry(&secret.as_bytes()[..8])
            .or_default()
            .push(secret);
    }
    let mut shown = BTreeMap::new();
    for (at, window) in text.as_bytes().windows(8).enumerate() {
        for secret in by_beginning.get(window).into_iter().flatten() {
            if text.as_bytes()[at..].starts_with(secret.as_bytes()) {
                let around = &text.as_bytes()[at.saturating_sub(80)..at + secret.len()];
                let around = String::from_utf8_lossy(around);
                let line = || format!("{}: {around}", found[*secret]);
                shown.entry(*secret).or_insert_with(line);
            }
        }
    }
    shown.into_values().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_of_a_run_is_in_a_report() {
    let idp = MockIdp::builder()
        .strict()
        .wiremock()
        .keep_received()
        .start()
        .await
        .expect("the mock starts");
    // Failures quote what came.
    let issuer = idp.issuer_with("id_token.wrong_aud+code.reusable");
    let config = builtin::provider(&idp, &issuer).expect("the preset is right");
    let run = Conformance::of(config)
        .control(builtin::control(&idp))
        .run()
        .await
        .expect("the features are right");
    let mut found = BTreeMap::new();
    let received = idp.received();
    for request in &received {
        secrets(request, &mut found);
    }
    // Some scenario sends the challenge as verifier; a challenge by S256 is no secret.
    for challenge in received.iter().filter_map(public_challenge) {
        found.remove(&challenge);
    }
    for place in [
        "cookie",
        "code ",
        "code_verifier",
        "password",
        "client_secret",
    ] {
        assert!(found.values().any(|at| at.starts_with(place)), "no {place}");
    }
    for (report, text) in reports(&run) {
        let shown = shown(&found, &text);
        assert!(
            shown.is_empty(),
            "{report}: {} of {}\n{}",
            shown.len(),
            found.len(),
            shown.join("\n")
        );
    }
}
