//! Faults of the signature of ID tokens. The claims are right.

use serde_json::json;

use super::Fault;
use super::table::{id_token, signed_id_token};
use crate::context::Context;
use crate::id_token::IdToken;
use crate::jws::Signer;
use crate::keys::{self, Algorithm, SigningKey};

/// The published key of the issuer that would sign.
fn key(ctx: &Context<'_>, algorithm: Algorithm) -> std::sync::Arc<SigningKey> {
    ctx.issuer.keys().current().key(algorithm).clone()
}

fn by_hmac(token: &mut IdToken, secret: Vec<u8>) {
    token.header.insert("alg".to_owned(), json!("HS256"));
    token.signer = Signer::Hmac(secret);
}

/// The published P-256 key, which the header names from now on.
fn p256(ctx: &Context<'_>, token: &mut IdToken) -> std::sync::Arc<SigningKey> {
    let key = key(ctx, Algorithm::Es256);
    token.header.insert("alg".to_owned(), json!("ES256"));
    token.header.insert("kid".to_owned(), json!(key.kid));
    key
}

/// Where the signature begins.
fn signature_start(token: &str) -> usize {
    token.rfind('.').map_or(0, |dot| dot + 1)
}

/// Replaces one character in the middle of `from..to` by another of the alphabet.
fn change_between(token: &mut String, from: usize, to: usize) {
    // In the middle: the last character of base64url may hold bits that no reader looks at.
    let middle = from + (to - from) / 2;
    let other = if token[middle..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    token.replace_range(middle..=middle, other);
}

pub(super) const FAULTS: &[Fault] = &[
    signed_id_token(
        "id_token.corrupted_signature",
        &["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"],
        "one character of the signature is another",
        |_, token| {
            let (start, end) = (signature_start(token), token.len());
            change_between(token, start, end);
        },
    ),
    id_token(
        "id_token.ecdsa_der",
        &["OIDCC-2-7"],
        "alg is ES256 and the signature is in ASN.1 DER",
        |ctx, token| token.signer = Signer::Der(p256(ctx, token)),
    ),
    id_token(
        "id_token.ecdsa_zero",
        &["OIDCC-2-7"],
        "alg is ES256 and both numbers of the signature are zero",
        |ctx, token| {
            p256(ctx, token);
            token.signer = Signer::Octets(vec![0; 64]);
        },
    ),
    id_token(
        "id_token.hmac_with_client_secret",
        &["OIDCC-3.1.3.7-2", "OIDCD-3-16", "OIDCR-2-1"],
        "alg is HS256, which is neither listed nor registered, and the MAC is right",
        |_, token| {
            let secret = token.client_secret.clone().unwrap_or_default();
            by_hmac(token, secret.into_bytes());
        },
    ),
    id_token(
        "id_token.hmac_with_empty_key",
        &["OIDCC-2-7", "OIDCC-10.1-4"],
        "alg is HS256 and the key is empty",
        |_, token| by_hmac(token, Vec::new()),
    ),
    id_token(
        "id_token.hmac_with_public_jwk",
        &["OIDCC-2-7", "OIDCC-10.1-4"],
        "alg is HS256 and the secret is the public key as a JWK",
        |ctx, token| {
            let jwk = key(ctx, token.algorithm).public_jwk().to_string();
            by_hmac(token, jwk.into_bytes());
        },
    ),
    id_token(
        "id_token.hmac_with_public_key",
        &["OIDCC-2-7", "OIDCC-10.1-4"],
        "alg is HS256 and the secret is the public key in PEM",
        |ctx, token| {
            let pem = key(ctx, token.algorithm).public_pem();
            by_hmac(token, pem.into_bytes());
        },
    ),
    id_token(
        "id_token.hs512_short_secret",
        &["RFC7518-3.2-1"],
        "alg is HS512 although the client_secret is shorter than 64 octets",
        |_, token| {
            let secret = token.client_secret.clone().unwrap_or_default();
            token.header.insert("alg".to_owned(), json!("HS512"));
            token.signer = Signer::Hmac512(secret.into_bytes());
        },
    ),
    id_token(
        "id_token.other_padding",
        &["OIDCC-2-7"],
        "alg is RS256 and the signature is made with PSS",
        |ctx, token| {
            let key = key(ctx, Algorithm::Rs256);
            token.header.insert("alg".to_owned(), json!("RS256"));
            token.header.insert("kid".to_owned(), json!(key.kid));
            token.signer = Signer::OtherPadding(key);
        },
    ),
    signed_id_token(
        "id_token.signature_extended",
        &["OIDCC-2-7"],
        "the signature has three octets more",
        |_, token| token.push_str("AAAA"),
    ),
    signed_id_token(
        "id_token.signature_missing",
        &["OIDCC-2-7"],
        "the signature is empty although alg is not none",
        |_, token| {
            let start = signature_start(token);
            token.truncate(start);
        },
    ),
    signed_id_token(
        "id_token.signature_of_other_header",
        &["OIDCC-2-7"],
        "the header was changed after signing",
        |_, token| {
            let end = token.find('.').unwrap_or(0);
            // The white space before the last brace: what the header says stays.
            let header = token[..end].to_owned();
            if let Some(spaced) = with_space(&header) {
                token.replace_range(..end, &spaced);
            }
        },
    ),
    signed_id_token(
        "id_token.signature_of_other_payload",
        &["OIDCC-2-7"],
        "the payload was changed after signing",
        |_, token| {
            let start = token.find('.').map_or(0, |dot| dot + 1);
            let end = signature_start(token).saturating_sub(1).max(start);
            let payload = token[start..end].to_owned();
            if let Some(spaced) = with_space(&payload) {
                token.replace_range(start..end, &spaced);
            }
        },
    ),
    signed_id_token(
        "id_token.signature_truncated",
        &["OIDCC-2-7"],
        "the signature lacks its last octets",
        |_, token| token.truncate(token.len().saturating_sub(6)),
    ),
    id_token(
        "id_token.unpublished_key",
        &["OIDCC-2-7", "OIDCC-10.1-2"],
        "signed by a key that is not in the JWK Set, under its own kid",
        |_, token| {
            let key = keys::foreign().key(token.algorithm).clone();
            token.header.insert("kid".to_owned(), json!(key.kid));
            token.signer = Signer::Key(key);
        },
    ),
    id_token(
        "id_token.wrong_key",
        &["OIDCC-2-7", "OIDCC-10.1-5"],
        "signed by a key that is not in the JWK Set, under the kid of one that is",
        |_, token| {
            token.signer = Signer::Key(keys::foreign().key(token.algorithm).clone());
        },
    ),
];

/// The same JSON object with a space before its last brace.
fn with_space(segment: &str) -> Option<String> {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let mut octets = URL_SAFE_NO_PAD.decode(segment).ok()?;
    octets.insert(octets.len().checked_sub(1)?, b' ');
    Some(URL_SAFE_NO_PAD.encode(octets))
}
