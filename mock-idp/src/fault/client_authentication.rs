//! Faults of client authentication.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "client_authentication.any_secret",
    breaks: &["RFC6749-5.2-7"],
    summary: "a wrong secret is as good as the right one",
    needs: Some("client_secret"),
    break_: Break::Omit(Check::ClientSecret),
}];
