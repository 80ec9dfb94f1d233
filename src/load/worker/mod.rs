//! A worker of a Locust master: an existing engine says how many users are at work on how many machines, and shows
//! what they measure; the users, and what is judged, are ours.
//!
//! `service` keeps a `session` with the master over a `link`; `play` has users at work as it was told last, one `swarm` for each
//! scenario.

mod crowd;
mod link;
mod play;
mod roles;
mod service;
mod session;
mod stats;
mod swarm;
#[cfg(test)]
mod tests;
mod usage;
mod wire;
mod zmtp;

pub use link::Master;
pub use service::{Worker, WorkerEvent};
