//! Faults of the client credentials grant.

use serde_json::json;

use super::{Break, Check, Document, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "client_credentials.any_scope",
        breaks: &["RFC6749-5.2-13"],
        summary: "any scope is granted",
        needs: Some("client_credentials"),
        break_: Break::Omit(Check::ClientCredentialsScope),
    },
    Fault {
        id: "client_credentials.public_client",
        breaks: &["RFC6749-4.4-1"],
        summary: "a public client gets a token of its own",
        needs: Some("client_credentials"),
        break_: Break::Omit(Check::ClientCredentialsPublic),
    },
    Fault {
        id: "client_credentials.refresh_token",
        breaks: &["RFC6749-4.4.3-1"],
        summary: "there is a refresh token beside the access token",
        needs: Some("client_credentials"),
        break_: Break::Json(Document::TokenResponse, |ctx, response| {
            let is_own = ctx
                .form()
                .is_ok_and(|params| params.get("grant_type") == Some("client_credentials"));
            if is_own {
                response.insert("refresh_token".to_owned(), json!(ctx.random()));
            }
        }),
    },
];
