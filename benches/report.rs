//! What rendering a saved run costs, by format.
//!
//! `cargo bench --bench report`; ids `report/<format>` for the sample of the repository, `report/<format> large` for
//! one whose exchanges are as many as those of a run of everything, and `report/read` for the way back.

use std::error::Error;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use oidcheck::report::{Format, read_run, render};
use oidcheck::run::Run;

/// A run of a small part of the features.
const SAMPLE: &str = include_str!("../reports/sample/run.json");

/// So many times the sample is about a run of everything.
const TIMES: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let sample = read_run("run.json", SAMPLE)?;
    let large = large(&sample)?;
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("report");
    for (run, size) in [(&sample, ""), (&large, " large")] {
        group.throughput(Throughput::Elements(run.exchanges.len() as u64));
        for format in Format::ALL {
            group.bench_function(format!("{format}{size}"), |bencher| {
                bencher.iter(|| render(format, black_box(run)));
            });
        }
    }
    group.throughput(Throughput::Bytes(SAMPLE.len() as u64));
    group.bench_function("read", |bencher| {
        bencher.iter(|| read_run("run.json", black_box(SAMPLE)));
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// The sample several times over, with ids of their own.
fn large(sample: &Run) -> Result<Run, Box<dyn Error>> {
    let mut run = sample.clone();
    let stride = u32::try_from(sample.exchanges.len())?;
    for n in 1..TIMES {
        let offset = stride * u32::try_from(n)?;
        for scenario in &sample.scenarios {
            let mut scenario = scenario.clone();
            scenario.id = format!("{} ({n})", scenario.id);
            scenario.exchanges.iter_mut().for_each(|id| *id += offset);
            let checks = scenario.checks.iter_mut();
            for evidence in checks.flat_map(|check| &mut check.evidence) {
                evidence.exchange += offset;
            }
            run.scenarios.push(scenario);
        }
        for exchange in &sample.exchanges {
            let mut exchange = exchange.clone();
            exchange.id += offset;
            run.exchanges.push(exchange);
        }
    }
    run.recount();
    Ok(run)
}
