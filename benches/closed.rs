//! What the judging costs in a closed workload: the client credentials grant by a bare goose program and by ours,
//! against the same mock in the same process, in turns. Prints both rates and their ratio and, where Linux tells it,
//! the processor time that a request took on both sides, which other programs on the machine disturb less.
//!
//! Rounds of both come in two kinds, by how the threads of the runtime fall into step, and one kind is half as fast again
//! as the other: besides the medians of the rounds the best of each side are compared.
//!
//! `cargo bench --bench closed` (five rounds of three seconds each); `-- 10` for another number of rounds.

#![expect(
    clippy::print_stdout,
    reason = "printing figures is what this program is for"
)]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use goose::config::GooseConfiguration;
use goose::goose::{GooseMethod, GooseRequest, GooseUser, Scenario, Transaction};
use goose::{GooseAttack, trigger_killswitch};
use mock_idp::MockIdp;
use oidcheck::builtin;
use oidcheck::load::{self, Load};
use oidcheck::provider::ProviderConfig;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USERS: usize = 32;
const MEASURED: Duration = Duration::from_secs(3);

fn main() -> Result<()> {
    let rounds = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(5);
    tokio::runtime::Runtime::new()?.block_on(compare(rounds))
}

async fn compare(rounds: usize) -> Result<()> {
    let idp = MockIdp::builder().strict().plain_hyper().start().await?;
    let config = builtin::provider(&idp, &idp.issuer())?;
    println!(
        "client credentials, {USERS} users, {} s",
        MEASURED.as_secs()
    );
    // Whoever is first opens the mock's store.
    bare(&config).await?;
    let (mut rates, mut times) = (Vec::new(), Vec::new());
    let (mut best_bare, mut best_ours) = (0.0, 0.0);
    for round in 1..=rounds {
        let begun = processor_time();
        let bare = bare(&config).await?;
        let between = processor_time();
        let ours = ours(&config).await?;
        let ended = processor_time();
        let rate = ours.rate / bare.rate;
        rates.push(rate);
        best_bare = f64::max(best_bare, bare.rate);
        best_ours = f64::max(best_ours, ours.rate);
        print!(
            "round {round}: bare {:.0}/s, ours {:.0}/s, ratio {rate:.3}",
            bare.rate, ours.rate
        );
        if let (Some(begun), Some(between), Some(ended)) = (begun, between, ended) {
            let bare = (between - begun) / bare.requests;
            let ours = (ended - between) / ours.requests;
            times.push(ours / bare);
            print!("; processor time of a request {bare:.1} and {ours:.1} us");
        }
        println!();
    }
    println!("median ratio of the rates {:.3}", median(rates));
    if !times.is_empty() {
        println!("median ratio of the processor times {:.3}", median(times));
    }
    println!("ratio of the best rates {:.3}", best_ours / best_bare);
    Ok(())
}

/// What was made.
struct Made {
    rate: f64,
    requests: f64,
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// Microseconds that this process has computed, by all its threads.
fn processor_time() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields = text.rsplit_once(')')?.1;
    // utime and stime, in hundredths of a second
    // (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
    let ticks = fields.split_ascii_whitespace().skip(11).take(2);
    let ticks: Option<Vec<f64>> = ticks.map(|field| field.parse().ok()).collect();
    Some(ticks?.iter().sum::<f64>() * 1e4)
}

async fn ours(config: &ProviderConfig) -> Result<Made> {
    let text = format!(
        "flow = [\"client_credentials\"]\n[workload]\nusers = {USERS}\nramp = 0\nwarmup = 0\nduration = {}",
        MEASURED.as_secs()
    );
    let scenario = load::Scenario::parse("closed.toml", "closed", &text)?;
    let run = Load::new(config.clone(), scenario).run().await?;
    if run.all.failed() > 0 || run.is_wrong() {
        return Err(format!("not every answer was right: {:?}", run.incidents).into());
    }
    Ok(Made {
        rate: run.all.rate_per_s,
        requests: run.all.count as f64,
    })
}

/// What somebody would write by hand: goose as it comes, but for what it prints.
async fn bare(config: &ProviderConfig) -> Result<Made> {
    let mut options = GooseConfiguration::parse_args_default::<&str>(&[])?;
    options.users = Some(USERS);
    options.increase_rate = Some((USERS * 10).to_string());
    options.no_telnet = true;
    options.no_print_metrics = true;
    options.quiet = 1;
    let client = config
        .clients
        .iter()
        .find(|client| client.id == "conformance-cc")
        .ok_or("the mock has a client for this grant")?;
    let secret = client
        .secret
        .as_ref()
        .ok_or("a secret")?
        .expose()
        .to_owned();
    let id = client.id.clone();
    let (right, wrong) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let counters = (Arc::clone(&right), Arc::clone(&wrong));
    let transaction = Transaction::new(Arc::new(move |user: &mut GooseUser| {
        let (id, secret) = (id.clone(), secret.clone());
        let (right, wrong) = counters.clone();
        Box::pin(async move {
            let builder = user
                .get_request_builder(&GooseMethod::Post, "token")?
                .basic_auth(id, Some(secret))
                .form(&[("grant_type", "client_credentials")]);
            let request = GooseRequest::builder()
                .set_request_builder(builder)
                .name("client_credentials")
                .expect_status_code(200)
                .build();
            let answer = user.request(request).await?;
            let is_right = match answer.response {
                Ok(response) => response.status() == 200 && response.bytes().await.is_ok(),
                Err(_) => false,
            };
            let counter = if is_right { &right } else { &wrong };
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
    }));
    let attack = GooseAttack::initialize_with_config(options)?
        .register_scenario(
            Scenario::new("bare")
                .set_host(&format!("{}/", config.issuer))
                .register_transaction(transaction),
        )
        .execute();
    let measured = async {
        // Until goose has launched its users.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let begin = right.load(Ordering::Relaxed);
        tokio::time::sleep(MEASURED).await;
        let count = right.load(Ordering::Relaxed) - begin;
        trigger_killswitch("measured");
        count
    };
    let (attack, count) = tokio::join!(attack, measured);
    attack?;
    if wrong.load(Ordering::Relaxed) > 0 {
        return Err("not every answer was right".into());
    }
    Ok(Made {
        rate: count as f64 / MEASURED.as_secs_f64(),
        requests: right.load(Ordering::Relaxed) as f64,
    })
}
