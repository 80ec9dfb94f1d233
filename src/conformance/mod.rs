//! Runs the features against a provider.
//!
//! Everything that can be wrong with features, catalogue, selectors and provider file is found before the
//! first request.

mod builder;
mod features;
mod parser;
mod profile;
mod runner;
mod scenario;
mod selection;
mod tally;

pub use builder::{Conformance, Observer, Options, Stop};
pub use features::FeatureSet;
pub use parser::{Planned, plan};
pub use profile::Profile;
pub use selection::{Selection, Selector};
