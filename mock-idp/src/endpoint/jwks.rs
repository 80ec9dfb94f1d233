//! The JWK Set (<https://www.rfc-editor.org/rfc/rfc7517#section-5>).

use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::fault::Document;
use crate::reply::Reply;

/// Answers the public keys: those that sign, then the retired ones.
pub(super) fn answer(ctx: &Context<'_>) -> Reply {
    let published = ctx.issuer.keys().published().to_vec();
    let keys: Vec<Value> = published
        .iter()
        .flat_map(|set| set.iter())
        .map(|key| key.public_jwk())
        .collect();
    let mut document = Map::new();
    document.insert("keys".to_owned(), Value::Array(keys));
    ctx.spoil_json(Document::Jwks, &mut document);
    Reply::json(StatusCode::OK, &document).with(CACHE_CONTROL, "public, max-age=300")
}
