//! Faults of how ID tokens are written. What they say is right, and so is the signature.

use serde_json::{Value, json};

use super::Fault;
use super::table::{id_token, signed_id_token};
use crate::id_token::IdToken;
use crate::jws;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The claims as they would be written.
fn claims(token: &IdToken) -> String {
    String::from_utf8_lossy(&jws::octets(&token.claims)).into_owned()
}

/// Puts a member before all others.
fn begin_with(token: &mut IdToken, member: &str) {
    let text = claims(token).replacen('{', &format!("{{{member},"), 1);
    token.raw_payload = Some(text.into_bytes());
}

pub(super) const FAULTS: &[Fault] = &[
    signed_id_token(
        "id_token.bearer_prefix",
        &["RFC7515-7.1-1"],
        "the word Bearer stands before the token",
        |_, token| token.insert_str(0, "Bearer "),
    ),
    id_token(
        "id_token.duplicate_claim",
        &["RFC7519-4-1"],
        "sub stands twice: another user, then the right one",
        |_, token| begin_with(token, "\"sub\":\"somebody-else\""),
    ),
    id_token(
        "id_token.duplicate_claim_escaped",
        &["RFC7519-4-1"],
        "sub stands twice, once with an escaped letter",
        |_, token| begin_with(token, "\"s\\u0075b\":\"somebody-else\""),
    ),
    signed_id_token(
        "id_token.five_segments",
        &["RFC7515-7.1-1"],
        "five segments, as if the token were encrypted",
        |_, token| token.push_str(".AAAA.AAAA"),
    ),
    signed_id_token(
        "id_token.four_segments",
        &["RFC7515-7.1-1"],
        "a fourth segment follows the signature",
        |_, token| token.push_str(".AAAA"),
    ),
    signed_id_token(
        "id_token.json_serialization",
        &["RFC7515-7.1-1"],
        "the JSON serialization of JWS, not the compact one",
        |_, token| {
            let parts: Vec<&str> = token.split('.').collect();
            if let [protected, payload, signature] = parts.as_slice() {
                let members = json!({
                    "protected": protected, "payload": payload, "signature": signature,
                });
                *token = members.to_string();
            }
        },
    ),
    signed_id_token(
        "id_token.line_break",
        &["RFC7515-7.1-1"],
        "a line break stands in the signature",
        |_, token| {
            let middle = token.rfind('.').map_or(0, |dot| dot + 5);
            token.insert_str(middle, "\r\n");
        },
    ),
    signed_id_token(
        "id_token.no_signature_segment",
        &["OIDCC-2-7", "RFC7515-7.1-1"],
        "header and payload alone",
        |_, token| {
            let end = token.rfind('.').unwrap_or(token.len());
            token.truncate(end);
        },
    ),
    signed_id_token(
        "id_token.padded",
        &["RFC7515-7.1-1"],
        "the signature ends with the padding of base64",
        |_, token| {
            let length = token.rfind('.').map_or(0, |dot| token.len() - dot - 1);
            token.push_str(&"=".repeat((4 - length % 4) % 4));
        },
    ),
    id_token(
        "id_token.payload_array",
        &["RFC7519-7.2-1"],
        "the payload is an array that holds the claims",
        |_, token| token.raw_payload = Some(format!("[{}]", claims(token)).into_bytes()),
    ),
    id_token(
        "id_token.payload_byte_order_mark",
        &["RFC7519-7.2-1"],
        "a byte order mark stands before the claims",
        |_, token| token.raw_payload = Some(format!("\u{feff}{}", claims(token)).into_bytes()),
    ),
    id_token(
        "id_token.payload_not_utf8",
        &["RFC7519-7.2-1"],
        "a claim holds an octet that is not UTF-8",
        |_, token| {
            token.claims.insert("x".to_owned(), Value::from("?"));
            let octets = jws::octets(&token.claims);
            let spoil = |octet: u8| if octet == b'?' { 0xff } else { octet };
            token.raw_payload = Some(octets.into_iter().map(spoil).collect());
        },
    ),
    id_token(
        "id_token.payload_trailing_text",
        &["RFC7519-7.2-1"],
        "a second JSON object follows the claims",
        |_, token| token.raw_payload = Some(format!("{}{{}}", claims(token)).into_bytes()),
    ),
    signed_id_token(
        "id_token.standard_base64",
        &["RFC7515-7.1-1"],
        "the signature has the characters + and / in place of - and _",
        |_, token| {
            let start = token.rfind('.').map_or(0, |dot| dot + 1);
            let signature = token[start..].replace('-', "+").replace('_', "/");
            token.replace_range(start.., &signature);
        },
    ),
    signed_id_token(
        "id_token.trailing_bits",
        &["RFC4648-3.5-1"],
        "unused bits of the last character of the signature are set",
        |_, token| {
            let last = token
                .pop()
                .and_then(|c| ALPHABET.iter().position(|own| char::from(*own) == c));
            token.push(char::from(ALPHABET[last.map_or(1, |index| index | 1)]));
        },
    ),
    signed_id_token(
        "id_token.white_space_around",
        &["RFC7515-7.1-1"],
        "a space stands before the token and a line break after it",
        |_, token| *token = format!(" {token}\n"),
    ),
];
