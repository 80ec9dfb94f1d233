//! Every fault of the mock IdP is caught by a scenario of a requirement that it breaks, those excepted that only load
//! shows.

use std::sync::Arc;

use futures::StreamExt as _;
use mock_idp::{Fault, MockIdp};
use oidcheck::builtin;
use oidcheck::conformance::{Conformance, Options};
use oidcheck::finding::Outcome;

/// Runs the scenarios of what a fault breaks; gives why it was not caught, if it was not.
async fn miss(idp: Arc<MockIdp>, fault: &'static Fault) -> Option<String> {
    let config = builtin::provider(&idp, &idp.issuer_with(fault.id)).expect("the preset is right");
    let run = Conformance::of(config)
        .control(builtin::control(&idp))
        .options(Options {
            select: fault.breaks.iter().map(ToString::to_string).collect(),
            jobs: 1,
            ..Options::default()
        })
        .run()
        .await;
    let run = match run {
        Ok(run) => run,
        Err(error) => return Some(format!("{}: {error}", fault.id)),
    };
    let checks = || run.scenarios.iter().flat_map(|s| &s.checks);
    if checks().any(|check| matches!(check.outcome, Outcome::Fail | Outcome::Warn)) {
        return None;
    }
    let seen: Vec<String> = checks()
        .map(|c| {
            format!(
                "{} {}{}",
                c.requirement,
                c.outcome,
                c.note
                    .as_deref()
                    .map(|n| format!(" ({n})"))
                    .unwrap_or_default()
            )
        })
        .chain(run.scenarios.iter().filter_map(|s| {
            let reason = s.reason.as_deref()?;
            Some(format!("{} {}: {reason}", s.id, s.outcome))
        }))
        .collect();
    Some(format!(
        "{} ({}): {}",
        fault.id,
        fault.breaks.join(", "),
        seen.join("; ")
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_caught() {
    let idp = Arc::new(
        MockIdp::builder()
            .strict()
            .wiremock()
            .start()
            .await
            .expect("the mock starts"),
    );
    // One fault by hand: OIDCHECK_FAULT=id_token.wrong_aud cargo test --test mutants
    let only = std::env::var("OIDCHECK_FAULT").ok();
    let chosen = mock_idp::faults()
        .iter()
        .filter(|fault| !fault.shows_under_load())
        .filter(|fault| only.as_deref().is_none_or(|id| fault.id.starts_with(id)));
    let misses: Vec<String> = futures::stream::iter(chosen)
        .map(|fault| miss(Arc::clone(&idp), fault))
        .buffer_unordered(4)
        .filter_map(|miss| async move { miss })
        .collect()
        .await;
    assert!(misses.is_empty(), "not caught:\n{}", misses.join("\n"));
}
