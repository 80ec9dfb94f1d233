//! Load: drives a provider with the flows that a conformance run knows, and measures.
//!
//! A load scenario (`scenarios/*.toml`) names a flow; a pass of the flow is a `Visit`. Who decides when a pass
//! begins is the workload: users one after another (`closed`, through goose) or the clock (`open`, a generator of our
//! own). Both carry requests through a `Carrier`, measure with a `Meter` and gather in one
//! `Tally`.

#![expect(dead_code, reason = "the workloads that use it are being built on it")]

mod carrier;
mod course;
mod meter;
mod pace;
pub mod scenario;
mod stop;
mod tally;
mod threshold;
mod user;
mod word;

pub use scenario::Scenario;
pub use stop::Stop;
pub use tally::Snapshot;
pub use threshold::Threshold;
pub use word::Word;
