//! Faults in what the metadata say of the token endpoint.

use serde_json::json;

use super::{Break, Document, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "token_endpoint.fragment",
        breaks: &["RFC6749-3.2-5"],
        summary: "token_endpoint has a fragment",
        needs: None,
        break_: Break::Json(Document::Metadata, |ctx, metadata| {
            metadata.insert(
                "token_endpoint".to_owned(),
                json!(format!("{}#here", ctx.url("/token"))),
            );
        }),
    },
    Fault {
        id: "token_endpoint.secrets_only",
        breaks: &["RFC9700-2.5-2"],
        summary: "the metadata list no asymmetric client authentication",
        needs: None,
        break_: Break::Json(Document::Metadata, |_, metadata| {
            metadata.insert(
                "token_endpoint_auth_methods_supported".to_owned(),
                json!([
                    "client_secret_basic",
                    "client_secret_post",
                    "client_secret_jwt",
                    "none"
                ]),
            );
        }),
    },
];
