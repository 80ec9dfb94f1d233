//! Records what went over the wire, redacted.
//!
//! Redaction happens here, at the recorder: nothing unredacted is ever kept for a report. A secret is
//! recognised by its place (credentials, tokens, codes, cookies) and, once known, by its value wherever it
//! turns up. There is no switch to turn this off.

mod beginnings;
mod curl;
mod named;
mod places;
mod recorder;
mod redactor;
mod spellings;

pub use recorder::{Draft, Recorder};
pub use redactor::Redactor;
