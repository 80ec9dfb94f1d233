//! Faults of the authorization code.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "code.reusable",
    breaks: &["RFC6749-4.1.2-4"],
    summary: "a code gives tokens again and again",
    needs: None,
    break_: Break::Omit(Check::CodeSingleUse),
}];
