//! What the harness costs: N logins with code exchange and UserInfo, one after another, by a bare reqwest program
//! and by the harness with one job, against the same mock over TLS. Prints the times and their ratios.
//!
//! `cargo bench --bench overhead` makes 200 logins in seven rounds, in turns, and then shows how the time of one login
//! grows with their number; `-- 1000` takes another number.
//!
//! The harness speaks HTTP/1.1, because a conformance client must be able to send a request as it was written (a
//! forged `Host`, for instance). So the like of it is a bare program that speaks HTTP/1.1, too: this ratio says what
//! steps, recording, redaction and checks cost. The other one is against what reqwest does by itself, which is HTTP/2
//! where the server offers it.
//!
//! All that a run does is in its time: reading every feature, the certificates of the system, discovery, the results.

#![expect(
    clippy::print_stdout,
    reason = "printing figures is what this program is for"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mock_idp::MockIdp;
use oidcheck::builtin;
use oidcheck::conformance::{Conformance, Options};
use oidcheck::provider::ProviderConfig;
use url::Url;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 7;

/// The last round of the growth has so many times as many logins.
const GROWTH: usize = 10;

fn main() -> Result<()> {
    let logins = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(200);
    tokio::runtime::Runtime::new()?.block_on(measure(logins))
}

async fn measure(logins: usize) -> Result<()> {
    let idp = MockIdp::builder().strict().tls().start().await?;
    let config = builtin::provider(&idp, &idp.issuer())?;
    // The mock makes its keys on first use, which takes longer than a hundred logins.
    bare(&config, Version::Http1, 1).await?;
    compare(&config, logins).await?;
    grow(&config, logins).await
}

async fn compare(config: &ProviderConfig, logins: usize) -> Result<()> {
    println!("{logins} logins with code exchange and UserInfo, one after another");
    let features = Features::of(logins)?;
    let (mut like, mut usual) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let http1 = bare(config, Version::Http1, logins).await?;
        let negotiated = bare(config, Version::Negotiated, logins).await?;
        let harness = harness(config, &features.folder, logins).await?;
        println!(
            "round {round}: bare HTTP/1.1 {:.0} ms, bare HTTP/2 {:.0} ms, harness {:.0} ms",
            millis(http1),
            millis(negotiated),
            millis(harness)
        );
        like.push(millis(harness) / millis(http1));
        usual.push(millis(harness) / millis(negotiated));
    }
    println!(
        "median ratio {:.2} (against HTTP/2: {:.2})",
        median(like),
        median(usual)
    );
    Ok(())
}

/// The time of one login must not grow with the number of logins before it.
async fn grow(config: &ProviderConfig, logins: usize) -> Result<()> {
    for logins in [logins, logins * GROWTH] {
        let features = Features::of(logins)?;
        let bare = bare(config, Version::Http1, logins).await?;
        let harness = harness(config, &features.folder, logins).await?;
        let each = |time: Duration| millis(time) / logins as f64;
        println!(
            "growth: {logins} logins, each by the bare program {:.2} ms, by the harness {:.2} ms",
            each(bare),
            each(harness)
        );
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One scenario for each login, in a folder of its own that goes with this.
struct Features {
    folder: PathBuf,
}

impl Features {
    fn of(logins: usize) -> Result<Self> {
        let folder =
            std::env::temp_dir().join(format!("oidcheck-overhead-{}-{logins}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let features = Self { folder };
        let mut text = String::from("@overhead @ends.grant\nFeature: Overhead\n");
        for n in 0..logins {
            write!(
                text,
                "\n  Scenario: Login {n}\n    Given a completed authorization code flow of its own\n    \
                 When the client asks UserInfo\n    Then the UserInfo request is accepted\n      \
                 | OIDCC-5.3-2 | UserInfo takes the token in the Authorization header |\n"
            )?;
        }
        std::fs::write(features.folder.join("overhead.feature"), text)?;
        Ok(features)
    }
}

impl Drop for Features {
    fn drop(&mut self) {
        // What is left is in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn harness(config: &ProviderConfig, features: &Path, logins: usize) -> Result<Duration> {
    let begun = Instant::now();
    let run = Conformance::of(config.clone())
        .options(Options {
            features: vec![features.to_owned()],
            select: vec!["@overhead".to_owned()],
            jobs: 1,
            ..Options::default()
        })
        .run()
        .await?;
    let took = begun.elapsed();
    if run.totals.pass != logins {
        return Err(format!("not every login passed: {:?}", run.totals).into());
    }
    Ok(took)
}

/// What the bare program speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// As the harness does.
    Http1,
    /// What TLS negotiates.
    Negotiated,
}

/// What somebody would write by hand for this one provider.
async fn bare(config: &ProviderConfig, version: Version, logins: usize) -> Result<Duration> {
    let begun = Instant::now();
    let pem = config
        .cacert
        .as_deref()
        .ok_or("the mock has a certificate authority")?;
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(pem)?]);
    if version == Version::Http1 {
        builder = builder.http1_only();
    }
    let http = builder.build()?;
    for _ in 0..logins {
        login(&http, config).await?;
    }
    Ok(begun.elapsed())
}

async fn login(http: &reqwest::Client, config: &ProviderConfig) -> Result<()> {
    let client = config.main_client().ok_or("a client")?;
    let user = config.users.first().ok_or("a user")?;
    let secret = client.secret.as_ref().ok_or("a secret")?.expose();
    let redirect_uri = client.redirect_uris.first().ok_or("a redirect URI")?;
    let issuer = Url::parse(&config.issuer)?;
    let start = Url::parse_with_params(
        &format!("{}/authorize", config.issuer),
        [
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", redirect_uri),
            ("scope", "openid profile email"),
            ("state", "some-state"),
            ("nonce", "some-nonce"),
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
            ("code_challenge_method", "S256"),
        ],
    )?;
    let mut cookies: Vec<String> = Vec::new();
    let mut answer = http.get(start.as_str()).send().await?;
    loop {
        for line in answer.headers().get_all("set-cookie") {
            let pair = line
                .to_str()?
                .split(';')
                .next()
                .unwrap_or_default()
                .to_owned();
            let name = pair.split('=').next().unwrap_or_default().to_owned();
            cookies.retain(|known| !known.starts_with(&format!("{name}=")));
            cookies.push(pair);
        }
        let cookie = cookies.join("; ");
        if let Some(location) = answer.headers().get("location") {
            let target = issuer.join(location.to_str()?)?;
            if target.as_str().starts_with(redirect_uri.as_str()) {
                return redeem(http, config, &client.id, secret, redirect_uri, &target).await;
            }
            answer = http.get(target).header("cookie", cookie).send().await?;
            continue;
        }
        let page = answer.text().await?;
        let (action, mut fields) = form(&page).ok_or("a form")?;
        if page.contains("name=\"password\"") {
            fields.push(("username".to_owned(), user.username.clone()));
            fields.push(("password".to_owned(), user.password.clone()));
        } else {
            fields.push(("action".to_owned(), "allow".to_owned()));
        }
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&fields)
            .finish();
        answer = http
            .post(issuer.join(&action)?)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await?;
    }
}

/// The action and the hidden fields of the only form.
fn form(page: &str) -> Option<(String, Vec<(String, String)>)> {
    let attribute = |tag: &str, name: &str| -> Option<String> {
        let rest = tag.split_once(&format!("{name}=\""))?.1;
        Some(rest.split_once('"')?.0.replace("&amp;", "&"))
    };
    let form = page.split_once("<form")?.1;
    let action = attribute(form.split_once('>')?.0, "action")?;
    let fields = form
        .split("<input")
        .skip(1)
        .filter_map(|input| input.split_once('>').map(|(tag, _)| tag))
        .filter(|tag| tag.contains("type=\"hidden\""))
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
        .collect();
    Some((action, fields))
}

async fn redeem(
    http: &reqwest::Client,
    config: &ProviderConfig,
    id: &str,
    secret: &str,
    redirect_uri: &str,
    callback: &Url,
) -> Result<()> {
    let code = callback
        .query_pairs()
        .find(|(name, _)| name == "code")
        .map(|(_, value)| value.into_owned())
        .ok_or("a code")?;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", redirect_uri),
            (
                "code_verifier",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            ),
        ])
        .finish();
    let answer = http
        .post(format!("{}/token", config.issuer))
        .basic_auth(id, Some(secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await?;
    let tokens: serde_json::Value = serde_json::from_slice(&answer.bytes().await?)?;
    let access_token = tokens["access_token"].as_str().ok_or("an access token")?;
    let info = http
        .get(format!("{}/userinfo", config.issuer))
        .bearer_auth(access_token)
        .send()
        .await?;
    let claims: serde_json::Value = serde_json::from_slice(&info.bytes().await?)?;
    claims["sub"].as_str().ok_or("a sub")?;
    Ok(())
}
