//! Faults of RP-initiated logout.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "logout.any_redirect_uri",
    breaks: &["OIDCRPL-3-2"],
    summary: "the user is sent to a post_logout_redirect_uri that is not registered",
    needs: Some("end_session"),
    break_: Break::Omit(Check::LogoutRedirectUri),
}];
