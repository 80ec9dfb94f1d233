//! Faults of introspection.

use serde_json::json;

use super::{Break, Document, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "introspection.active_string",
    breaks: &["RFC7662-2.2-6"],
    summary: "active is a text",
    needs: Some("introspection"),
    break_: Break::Json(Document::Introspection, |_, answer| {
        let text = answer.get("active").map(ToString::to_string);
        answer.insert("active".to_owned(), json!(text));
    }),
}];
