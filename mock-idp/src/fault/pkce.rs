//! Faults of PKCE.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "pkce.any_verifier",
    breaks: &["RFC7636-4.6-1", "RFC9700-2.1.1-4"],
    summary: "a code_verifier that does not fit is taken",
    needs: Some("pkce"),
    break_: Break::Omit(Check::PkceVerifier),
}];
