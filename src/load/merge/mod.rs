//! One result from the results of several machines that made load at the same time. What can be added up is; what
//! can't is left out, and a note says so.

mod course;
mod figures;
#[cfg(test)]
mod tests;
mod whole;

pub use whole::merge;
