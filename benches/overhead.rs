//! What the harness costs: N logins with code exchange and UserInfo, one after another, by a bare reqwest program
//! and by the harness with one job, against the same mock. Prints both times and their ratio.
//!
//! `cargo bench --bench overhead` (200 logins, five rounds, alternating); `-- 1000` for another number.

#![expect(
    clippy::print_stdout,
    reason = "printing figures is what this program is for"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use mock_idp::MockIdp;
use oidcheck::builtin;
use oidcheck::conformance::{Conformance, Options};
use oidcheck::provider::ProviderConfig;
use url::Url;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let logins = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(200);
    tokio::runtime::Runtime::new()?.block_on(compare(logins))
}

async fn compare(logins: usize) -> Result<()> {
    let idp = MockIdp::builder().strict().tls().start().await?;
    let config = builtin::provider(&idp, &idp.issuer())?;
    let features = write_features(logins)?;
    let mut ratios = Vec::new();
    println!("{logins} logins with code exchange and UserInfo, one after another");
    for round in 1..=ROUNDS {
        let bare = bare(&config, logins).await?;
        let harness = harness(&config, &features, logins).await?;
        let ratio = harness.as_secs_f64() / bare.as_secs_f64();
        println!(
            "round {round}: bare {:.0} ms, harness {:.0} ms, ratio {ratio:.2}",
            bare.as_secs_f64() * 1e3,
            harness.as_secs_f64() * 1e3
        );
        ratios.push(ratio);
    }
    std::fs::remove_dir_all(&features)?;
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}", ratios[ratios.len() / 2]);
    Ok(())
}

/// One scenario for each login, in a folder of its own.
fn write_features(logins: usize) -> Result<std::path::PathBuf> {
    let folder = std::env::temp_dir().join(format!("oidcheck-overhead-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut text = String::from("@overhead @ends.grant\nFeature: Overhead\n");
    for n in 0..logins {
        write!(
            text,
            "\n  Scenario: Login {n}\n    Given a completed authorization code flow of its own\n    \
             When the client asks UserInfo\n    Then the UserInfo request is accepted\n      \
             | OIDCC-5.3-2 | UserInfo takes the token in the Authorization header |\n"
        )?;
    }
    std::fs::write(folder.join("overhead.feature"), text)?;
    Ok(folder)
}

async fn harness(
    config: &ProviderConfig,
    features: &std::path::Path,
    logins: usize,
) -> Result<Duration> {
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

/// What somebody would write by hand for this one provider.
async fn bare(config: &ProviderConfig, logins: usize) -> Result<Duration> {
    let begun = Instant::now();
    let pem = config
        .cacert
        .as_deref()
        .ok_or("the mock has a certificate authority")?;
    let base = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(pem)?]);
    let http = base.build()?;
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
