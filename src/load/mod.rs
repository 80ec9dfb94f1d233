//! Load: drives a provider with the flows that a conformance run knows, and measures.
//!
//! A load scenario (`scenarios/*.toml`) names a flow; a pass of the flow is a `Visit`. Who decides when a pass
//! begins is the workload: users one after another (`closed`, through goose) or the clock (`open`, a generator of our
//! own). Both carry requests through a `Carrier`, measure with a `Meter` and gather in one
//! `Tally`.

mod aside;
mod builder;
mod capacity;
mod carrier;
mod client_carrier;
mod closed;
mod course;
mod figures;
mod goose_carrier;
mod hyper_carrier;
mod judge;
mod ledger;
mod merge;
mod meter;
mod metrics;
mod open;
mod pace;
mod pool;
mod races;
mod result;
mod safety;
pub mod scenario;
mod setup;
mod stop;
mod subject;
mod system;
mod tally;
mod threshold;
mod user;
mod visit;
mod word;
#[cfg(feature = "distributed")]
mod worker;

#[cfg(feature = "cli")]
pub(crate) use closed::claim_interrupts;

pub use builder::{Load, LoadError, LoadOptions, Progress, SearchStep};
pub use merge::merge;
pub use metrics::Metrics;
pub use scenario::Scenario;
pub use stop::Stop;
pub use tally::{Snapshot, Standing};
pub use threshold::Threshold;
pub use word::Word;
#[cfg(feature = "distributed")]
pub use worker::{Master, Worker, WorkerEvent};
