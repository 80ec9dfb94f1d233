//! Faults of the JWK Set.

use serde_json::{Value, json};

use super::{Break, Document, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "jwks.private_key",
    breaks: &["OIDCD-3-7"],
    summary: "a key has a private member",
    needs: Some("jwks"),
    break_: Break::Json(Document::Jwks, |_, jwks| {
        if let Some(Value::Object(key)) = jwks.get_mut("keys").and_then(|keys| keys.get_mut(0)) {
            key.insert("d".to_owned(), json!("c2VjcmV0"));
        }
    }),
}];
