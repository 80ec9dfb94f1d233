//! Reports: renderers that are pure functions of a [`Run`](crate::run::Run).
//!
//! They read the results model and nothing else: no clock, no files, no network, no catalogue. So a saved run
//! renders as the fresh one did. Whatever a provider said is escaped for the place where it is shown; what is
//! secret was taken out by the recorder long before.

pub mod compare;
pub mod console;
mod escape;
mod format;
mod groups;
mod html;
mod json;
mod jsonl;
mod junit;
pub mod known;
pub mod load;
mod markdown;
pub mod matrix;
mod time;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod snapshots;

pub use format::{Format, read_run, render, summary};
pub use jsonl::{end_line, exchange_line, header_line, scenario_line};
