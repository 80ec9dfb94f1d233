//! Faults in how authorization requests are read.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "authorization_request.any_redirect_uri",
        breaks: &[
            "OIDCC-3.1.2.1-6",
            "OIDCC-3.1.2.6-1",
            "RFC6749-3.1.2.4-2",
            "RFC9700-2.1-1",
        ],
        summary: "a redirect_uri that is not registered is taken",
        needs: None,
        break_: Break::Omit(Check::RedirectUri),
    },
    Fault {
        id: "authorization_request.prompt_login_ignored",
        breaks: &["OIDCC-3.1.2.3-2"],
        summary: "prompt=login does not ask for the password when there is a session",
        needs: None,
        break_: Break::Omit(Check::PromptLogin),
    },
];
