//! Records what went over the wire, redacted.
//!
//! Redaction happens here, at the recorder: nothing unredacted is ever kept for a report. A secret is
//! recognised by its place (credentials, tokens, codes, cookies) and, once known, by its value wherever it
//! turns up. There is no switch to turn this off.

mod backlog;
mod beginnings;
mod curl;
mod named;
mod places;
mod record;
mod recorder;
mod redactor;
mod spellings;

pub use record::Draft;
pub use recorder::Recorder;
pub use redactor::Redactor;
