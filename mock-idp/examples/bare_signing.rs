//! How many ES256 signatures a core makes: what no token endpoint can surpass.

#![expect(clippy::print_stdout, reason = "the figure is what it is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};

fn main() -> Result<(), Unspecified> {
    const LASTS: Duration = Duration::from_secs(3);
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    let random = SystemRandom::new();
    // As long as header and claims of an access token.
    let message = [b'x'; 480];
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < LASTS {
        black_box(key.sign(&random, black_box(&message))?);
        count += 1;
    }
    let rate = |time: Duration| f64::from(count) / time.as_secs_f64();
    let rates = (rate(begun.elapsed()), rate(processor_time()));
    let name = "bare ES256 signatures";
    println!(
        "{name:<34} {:>8.0} /s {:>8.0} /s of processor time",
        rates.0, rates.1
    );
    Ok(())
}

/// How long this process has run; for ever where the system does not say.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds.map_or(Duration::MAX, Duration::from_nanos)
}
