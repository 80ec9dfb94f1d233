//! The search for the highest rate that a provider holds.

use super::saved;
use crate::program::{arg, folder, oidcheck};

#[test]
fn the_search_ends_near_the_highest_rate() {
    let out = folder("load-capacity");
    // Every answer comes 300 ms late, and four connections carry 13 of them in a second; what is due beyond that waits.
    oidcheck(&[
        "load",
        "client_credentials",
        "--find-capacity",
        "--fault",
        "token_endpoint.slow",
        "--connections",
        "4",
        "--rate",
        "12",
        "--warmup",
        "0",
        "--duration",
        "500ms",
        "--threshold",
        "p50<500ms",
        "--report",
        "html",
        "--out",
        arg(&out),
    ])
    .expect_code(0)
    .says("trying 12 starts per second")
    .says("The highest rate that held is");
    let run = saved(&out);
    let capacity = &run["capacity"];
    let held = capacity["held"].as_f64().expect("a number");
    let broke = capacity["broke"].as_f64().expect("a number");
    assert!(
        (6.0..48.0).contains(&held) && held < broke && broke <= 96.0,
        "{capacity}"
    );
    // The figures are those of the rate that held.
    assert_eq!(run["workload"]["rate"], held);
    let steps = capacity["steps"].as_array().expect("a list");
    assert!(steps.len() >= 3, "{capacity}");
    for step in steps {
        assert_eq!(step["ok"], step["why"].is_null(), "{step}");
    }
}

#[test]
fn a_provider_that_holds_no_rate_fails() {
    oidcheck(&[
        "load",
        "client_credentials",
        "--find-capacity",
        "--rate",
        "1",
        "--warmup",
        "0",
        "--duration",
        "1s",
        "--threshold",
        "p50<1us",
    ])
    .expect_code(1)
    .says("No rate held");
}
