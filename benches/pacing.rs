//! How late the open generator is: from the moment when an arrival is due to the moment when its request is sent,
//! beside tokio's timer alone, which is good to a millisecond.
//!
//! `cargo bench --bench pacing`; ids `pacing/<oidcheck|tokio>/<rate>`, the mean of that time. For each rate the 50th and
//! the 99th percentile and the maximum follow: those of the timer as it woke up; those of the generator as a server
//! of hyper's saw the requests arrive, counted from the one that was on time best, so that they tell of the way
//! through the kernel too.

#![expect(
    clippy::print_stdout,
    reason = "printing figures is what this program is for"
)]

use std::convert::Infallible;
use std::error::Error;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, SamplingMode};
use hdrhistogram::Histogram;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use oidcheck::load::{Load, Scenario};
use oidcheck::provider::ProviderConfig;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Arrivals per second.
const RATES: [u32; 3] = [500, 5_000, 20_000];

/// The time in which connections are made; what arrives in it does not count.
const WARMUP: Duration = Duration::from_millis(100);

/// A shorter load says nothing about the pace, so that more arrivals are made than criterion asks for.
const SHORTEST: Duration = Duration::from_millis(200);

fn main() -> Result<()> {
    let server = Server::start()?;
    let runtime = Runtime::new()?;
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let mut group = criterion.benchmark_group("pacing");
    group.sampling_mode(SamplingMode::Flat);
    for rate in RATES {
        let (mut ours, mut timers) = (micros()?, micros()?);
        group.bench_function(BenchmarkId::new("oidcheck", rate), |bencher| {
            bencher.iter_custom(|arrivals| {
                let late = runtime.block_on(generator(&server, rate, arrivals, &mut ours));
                late.expect("the server answers rightly")
                    .mul_f64(arrivals as f64)
            });
        });
        group.bench_function(BenchmarkId::new("tokio", rate), |bencher| {
            bencher.iter_custom(|arrivals| {
                let late = timer(rate, arrivals, &mut timers).expect("the system gives a thread");
                late.mul_f64(arrivals as f64)
            });
        });
        for (name, late) in [("oidcheck", &ours), ("tokio", &timers)] {
            if late.is_empty() {
                continue;
            }
            println!(
                "{name:>9} at {rate}/s, late by us: p50 {}, p99 {}, max {}",
                late.value_at_quantile(0.5),
                late.value_at_quantile(0.99),
                late.max()
            );
        }
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn micros() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

/// As many arrivals as were asked for, and no fewer than tell of the pace.
fn length(rate: u32, arrivals: u64) -> Duration {
    Duration::from_secs_f64(arrivals as f64 / f64::from(rate)).max(SHORTEST)
}

/// How late the generator was in the mean, by its own figures; what the server saw goes to `seen`.
async fn generator(
    server: &Server,
    rate: u32,
    arrivals: u64,
    seen: &mut Histogram<u64>,
) -> Result<Duration> {
    let seconds = length(rate, arrivals).as_secs_f64();
    let text = format!(
        "flow = [\"jwks\"]\n[workload]\nrate = {rate}\nconnections = 256\nwarmup = {}\nduration = {seconds}",
        WARMUP.as_secs_f64()
    );
    let scenario = Scenario::parse("pacing.toml", "pacing", &text)?;
    let config = ProviderConfig::of_issuer(&server.issuer);
    server.take();
    let run = Load::new(config, scenario).run().await?;
    if run.all.failed() > 0 || run.kept_pace != Some(true) {
        return Err(format!(
            "not every request was answered rightly: {:?}",
            run.incidents
        )
        .into());
    }
    record(&server.take(), rate, seen);
    let (Some(from_due), Some(from_sent)) = (run.all.latency_ms.mean, run.all.service_ms.mean)
    else {
        return Err("nothing was measured".into());
    };
    Ok(Duration::from_secs_f64(
        (from_due - from_sent).max(0.0) / 1e3,
    ))
}

/// How late each of these arrivals was, if the one that was on time best was on time.
fn record(arrivals: &[Instant], rate: u32, seen: &mut Histogram<u64>) {
    let Some(first) = arrivals.first() else {
        return;
    };
    let after_due = arrivals.iter().enumerate().map(|(n, at)| {
        let due = n as f64 / f64::from(rate);
        at.duration_since(*first).as_secs_f64() - due
    });
    let best = after_due.clone().fold(f64::INFINITY, f64::min);
    let warm = (WARMUP.as_secs_f64() * f64::from(rate)) as usize;
    for late in after_due.skip(warm) {
        seen.saturating_record(((late - best) * 1e6) as u64);
    }
}

/// How late tokio's timer wakes up in the mean, in a thread that does nothing else.
fn timer(rate: u32, arrivals: u64, woken: &mut Histogram<u64>) -> Result<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let count = (length(rate, arrivals).as_secs_f64() * f64::from(rate)) as u32;
    let mut total = Duration::ZERO;
    runtime.block_on(async {
        let start = Instant::now();
        for n in 0..count {
            let due = start + Duration::from_secs_f64(f64::from(n) / f64::from(rate));
            tokio::time::sleep_until(due.into()).await;
            let late = due.elapsed();
            woken.saturating_record(late.as_micros().try_into().unwrap_or(u64::MAX));
            total += late;
        }
    });
    Ok(total / count.max(1))
}

/// A provider that has nothing but metadata and keys, and remembers when it was asked for the keys.
struct Server {
    issuer: String,
    arrivals: Arc<Mutex<Vec<Instant>>>,
}

impl Server {
    /// Starts it on a thread of its own.
    fn start() -> Result<Self> {
        let arrivals = Arc::new(Mutex::new(Vec::with_capacity(1 << 20)));
        let (tell, told) = mpsc::channel();
        let seen = Arc::clone(&arrivals);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        std::thread::spawn(move || runtime.block_on(serve(seen, tell)));
        let issuer = told.recv()?;
        Ok(Self { issuer, arrivals })
    }

    /// When it was asked, since the last time that this was called.
    fn take(&self) -> Vec<Instant> {
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *arrivals)
    }
}

async fn serve(
    arrivals: Arc<Mutex<Vec<Instant>>>,
    tell: mpsc::Sender<String>,
) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let issuer = format!("http://{}", listener.local_addr()?);
    let metadata = Bytes::from(format!(
        r#"{{"issuer":"{issuer}","jwks_uri":"{issuer}/jwks","authorization_endpoint":"{issuer}/authorize"}}"#
    ));
    // Nobody listens any more where the program has ended.
    let _ = tell.send(issuer);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (arrivals, metadata) = (Arc::clone(&arrivals), metadata.clone());
        let answer = service_fn(move |request: Request<Incoming>| {
            let body = match request.uri().path() {
                "/jwks" => {
                    let mut arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
                    arrivals.push(Instant::now());
                    Bytes::from_static(JWKS)
                }
                _ => metadata.clone(),
            };
            async move {
                let answer = Response::builder().header("content-type", "application/json");
                Ok::<_, Infallible>(answer.body(Full::new(body)).unwrap_or_default())
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer),
        );
    }
}

const JWKS: &[u8] = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
