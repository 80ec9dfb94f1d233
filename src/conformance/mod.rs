//! Runs the features against a provider.
//!
//! Everything that can be wrong with features, catalogue, selectors and provider file is found before the
//! first request.

mod builder;
mod course;
mod doctor;
mod features;
mod options;
mod parser;
mod plan;
mod profile;
mod registration;
mod runner;
mod scenario;
mod selection;
mod tally;

pub use builder::Conformance;
pub use doctor::{Diagnosis, Health, Lack, Look};
pub use features::FeatureSet;
pub use options::{Observer, Options, Stop};
pub use parser::{Planned, TAGS, plan};
pub use plan::Plan;
pub use profile::Profile;
pub use selection::{Selection, Selector, nearest};
