//! Faults of revocation.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "revocation.no_effect",
    breaks: &["RFC7009-2-2", "RFC7009-2-3"],
    summary: "the answer is 200 and the token lives on",
    needs: Some("revocation"),
    break_: Break::Omit(Check::RevocationEffect),
}];
