//! Faults of refresh tokens.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "refresh.not_rotated",
    breaks: &["RFC9700-4.14.2-5", "RFC9700-2.2.2-1"],
    summary: "a refresh gives the same refresh token again",
    needs: Some("refresh_token"),
    break_: Break::Omit(Check::RefreshRotation),
}];
