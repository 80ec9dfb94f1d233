//! Faults of the provider's metadata.

use serde_json::json;

use super::{Break, Document, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "metadata.empty_array",
        breaks: &["OIDCD-4.2-2", "RFC8414-3.2-2"],
        summary: "a member without elements is listed as an empty array",
        needs: None,
        break_: Break::Json(Document::Metadata, |_, metadata| {
            metadata.insert("display_values_supported".to_owned(), json!([]));
        }),
    },
    Fault {
        id: "metadata.issuer_slash",
        breaks: &["OIDCD-4.3-1", "RFC8414-3.3-1"],
        summary: "the issuer ends with a slash that the URL does not have",
        needs: None,
        break_: Break::Json(Document::Metadata, |ctx, metadata| {
            metadata.insert("issuer".to_owned(), json!(format!("{}/", ctx.issuer.url)));
        }),
    },
];
