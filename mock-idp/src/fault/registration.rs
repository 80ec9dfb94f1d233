//! Faults of dynamic registration.

use super::{Break, Document, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "registration.secret_expiry_missing",
    breaks: &["RFC7591-3.2.1-2", "OIDCR-3.2-3"],
    summary: "a client_secret comes without client_secret_expires_at",
    needs: Some("dcr"),
    break_: Break::Json(Document::Registration, |_, answer| {
        answer.remove("client_secret_expires_at");
    }),
}];
