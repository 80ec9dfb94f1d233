//! Faults of the claims of ID tokens. Header and signature are right.

use serde_json::{Value, json};

use super::Fault;
use super::table::id_token;
use crate::accounts::USERS;
use crate::id_token::IdToken;
use crate::jws;

const DAY: u64 = 24 * 3_600;

fn put(token: &mut IdToken, claim: &str, value: Value) {
    token.claims.insert(claim.to_owned(), value);
}

fn text<'t>(token: &'t IdToken, claim: &str) -> &'t str {
    token
        .claims
        .get(claim)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Turns small letters into capitals and capitals into small letters.
fn swap_case(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect()
}

pub(super) const FAULTS: &[Fault] = &[
    id_token(
        "id_token.acr_number",
        &["OIDCC-2-10", "OIDCC-2-19"],
        "acr is a number",
        |_, token| put(token, "acr", json!(1)),
    ),
    id_token(
        "id_token.amr_string",
        &["OIDCC-2-11", "OIDCC-2-18"],
        "amr is a string, not an array",
        |_, token| put(token, "amr", json!("pwd")),
    ),
    id_token(
        "id_token.amr_unregistered",
        &["OIDCC-2-11"],
        "amr holds a value that is not registered",
        |_, token| put(token, "amr", json!(["password"])),
    ),
    id_token(
        "id_token.at_hash_of_other_hash",
        &["OIDCC-3.1.3.6-2"],
        "at_hash is made with another hash function than that of alg",
        |_, token| {
            let other = if token.algorithm.name() == "EdDSA" {
                "RS256"
            } else {
                "EdDSA"
            };
            if let Some(access_token) = &token.access_token {
                let hash = jws::half_hash(other, access_token);
                put(token, "at_hash", json!(hash));
            }
        },
    ),
    id_token(
        "id_token.at_hash_padded",
        &["OIDCC-3.1.3.6-2"],
        "at_hash is base64url with padding",
        |_, token| {
            let padded = format!("{}==", text(token, "at_hash"));
            put(token, "at_hash", json!(padded));
        },
    ),
    id_token(
        "id_token.at_hash_wrong",
        &["OIDCC-3.1.3.6-2"],
        "at_hash is that of another access token",
        |_, token| {
            let hash = jws::half_hash(token.algorithm.name(), "another-access-token");
            put(token, "at_hash", json!(hash));
        },
    ),
    id_token(
        "id_token.aud_empty_array",
        &["OIDCC-2-6", "OIDCC-2-14"],
        "aud is an empty array",
        |_, token| put(token, "aud", json!([])),
    ),
    id_token(
        "id_token.aud_extra",
        &["OIDCC-3.1.3.7-1"],
        "aud has an audience besides the client that it does not trust",
        |_, token| {
            let aud = json!([text(token, "aud"), "https://untrusted.example"]);
            put(token, "aud", aud);
        },
    ),
    id_token(
        "id_token.aud_joined",
        &["OIDCC-2-6"],
        "aud is one string with two audiences in it",
        |_, token| {
            let aud = format!("{} another-client", text(token, "aud"));
            put(token, "aud", json!(aud));
        },
    ),
    id_token(
        "id_token.aud_missing",
        &["OIDCC-2-6", "OIDCC-2-14"],
        "aud is missing",
        |_, token| {
            token.claims.remove("aud");
        },
    ),
    id_token(
        "id_token.aud_number",
        &["OIDCC-2-6", "OIDCC-2-14"],
        "aud is a number",
        |_, token| put(token, "aud", json!(1)),
    ),
    id_token(
        "id_token.aud_upper_case",
        &["OIDCC-2-6"],
        "aud is the client_id in the other case",
        |_, token| {
            let aud = swap_case(text(token, "aud"));
            put(token, "aud", json!(aud));
        },
    ),
    id_token(
        "id_token.auth_time_future",
        &["OIDCC-2-20"],
        "auth_time lies a day ahead",
        |ctx, token| put(token, "auth_time", json!(ctx.now + DAY)),
    ),
    id_token(
        "id_token.auth_time_milliseconds",
        &["OIDCC-2-20", "OIDCC-2-23"],
        "auth_time counts milliseconds",
        |ctx, token| put(token, "auth_time", json!(ctx.now * 1_000)),
    ),
    id_token(
        "id_token.auth_time_missing",
        &["OIDCC-2-9", "OIDCC-3.1.2.1-4", "OIDCR-2-9"],
        "auth_time is missing, also where it was asked for",
        |_, token| {
            token.claims.remove("auth_time");
        },
    ),
    id_token(
        "id_token.auth_time_old",
        &["OIDCC-3.1.3.7-3"],
        "auth_time is a week old",
        |ctx, token| put(token, "auth_time", json!(ctx.now.saturating_sub(7 * DAY))),
    ),
    id_token(
        "id_token.auth_time_string",
        &["OIDCC-2-20"],
        "auth_time is a string",
        |ctx, token| put(token, "auth_time", json!(ctx.now.to_string())),
    ),
    id_token(
        "id_token.azp_wrong",
        &["OIDCC-2-13"],
        "azp is another client",
        |_, token| put(token, "azp", json!("another-client")),
    ),
    id_token(
        "id_token.events_of_logout",
        &["RFC8725-3.12-2"],
        "events holds the logout event, as in a logout token",
        |_, token| {
            let event = "http://schemas.openid.net/event/backchannel-logout";
            put(token, "events", json!({ event: {} }));
        },
    ),
    id_token(
        "id_token.exp_huge",
        &["OIDCC-2-23"],
        "exp is beyond what a signed 64-bit number holds",
        |_, token| put(token, "exp", json!(u64::MAX)),
    ),
    id_token(
        "id_token.exp_milliseconds",
        &["OIDCC-2-23"],
        "exp counts milliseconds",
        |ctx, token| put(token, "exp", json!((ctx.now + 600) * 1_000)),
    ),
    id_token(
        "id_token.exp_missing",
        &["OIDCC-2-2"],
        "exp is missing",
        |_, token| {
            token.claims.remove("exp");
        },
    ),
    id_token(
        "id_token.exp_now",
        &["OIDCC-2-15"],
        "exp is the time of issue",
        |ctx, token| put(token, "exp", json!(ctx.now)),
    ),
    id_token(
        "id_token.exp_past",
        &["OIDCC-2-15"],
        "exp lies a day back",
        |ctx, token| put(token, "exp", json!(ctx.now.saturating_sub(DAY))),
    ),
    id_token(
        "id_token.exp_string",
        &["OIDCC-2-2"],
        "exp is a string",
        |ctx, token| put(token, "exp", json!((ctx.now + 600).to_string())),
    ),
    id_token(
        "id_token.iat_future",
        &["OIDCC-2-16"],
        "iat lies a day ahead",
        |ctx, token| {
            put(token, "iat", json!(ctx.now + DAY));
            put(token, "exp", json!(ctx.now + 2 * DAY));
        },
    ),
    id_token(
        "id_token.iat_missing",
        &["OIDCC-2-2"],
        "iat is missing",
        |_, token| {
            token.claims.remove("iat");
        },
    ),
    id_token(
        "id_token.iat_old",
        &["OIDCC-2-16"],
        "iat is a week old",
        |ctx, token| put(token, "iat", json!(ctx.now.saturating_sub(7 * DAY))),
    ),
    id_token(
        "id_token.iat_string",
        &["OIDCC-2-2"],
        "iat is a string",
        |ctx, token| put(token, "iat", json!(ctx.now.to_string())),
    ),
    id_token(
        "id_token.iss_array",
        &["OIDCC-2-5", "OIDCC-2-14"],
        "iss is an array that holds the issuer",
        |ctx, token| put(token, "iss", json!([ctx.issuer.url])),
    ),
    id_token(
        "id_token.iss_longer",
        &["OIDCC-2-5"],
        "iss is longer than the issuer, which it begins with",
        |ctx, token| put(token, "iss", json!(format!("{}.evil", ctx.issuer.url))),
    ),
    id_token(
        "id_token.iss_missing",
        &["OIDCC-2-5", "OIDCC-2-14"],
        "iss is missing",
        |_, token| {
            token.claims.remove("iss");
        },
    ),
    id_token(
        "id_token.iss_other",
        &["OIDCC-2-5"],
        "iss is another issuer",
        |_, token| put(token, "iss", json!("https://another-issuer.example")),
    ),
    id_token(
        "id_token.iss_slash",
        &["OIDCC-2-5"],
        "iss ends with a slash that the issuer does not have",
        |ctx, token| put(token, "iss", json!(format!("{}/", ctx.issuer.url))),
    ),
    id_token(
        "id_token.iss_upper_case",
        &["OIDCC-2-5"],
        "the scheme of iss is in capitals",
        |ctx, token| {
            let iss = ctx.issuer.url.replacen("http", "HTTP", 1);
            put(token, "iss", json!(iss));
        },
    ),
    id_token(
        "id_token.iss_with_query",
        &["OIDCC-2-5", "OIDCC-2-12"],
        "iss has a query",
        |ctx, token| put(token, "iss", json!(format!("{}?tenant=1", ctx.issuer.url))),
    ),
    id_token(
        "id_token.iss_without_scheme",
        &["OIDCC-2-5", "OIDCC-2-12"],
        "iss has no scheme",
        |ctx, token| {
            let iss = ctx
                .issuer
                .url
                .split_once("://")
                .map_or("", |(_, rest)| rest);
            put(token, "iss", json!(iss));
        },
    ),
    id_token(
        "id_token.nbf_future",
        &["RFC7519-4.1.5-1"],
        "nbf lies a day ahead",
        |ctx, token| put(token, "nbf", json!(ctx.now + DAY)),
    ),
    id_token(
        "id_token.nbf_string",
        &["RFC7519-4.1.5-1"],
        "nbf is a string",
        |ctx, token| put(token, "nbf", json!(ctx.now.to_string())),
    ),
    id_token(
        "id_token.nonce_array",
        &["OIDCC-2-4"],
        "nonce is an array that holds the nonce",
        |_, token| {
            let nonce = json!([text(token, "nonce")]);
            put(token, "nonce", nonce);
        },
    ),
    id_token(
        "id_token.nonce_constant",
        &["OIDCC-2-4", "OIDCC-2-21"],
        "nonce is always the same, asked for or not",
        |_, token| put(token, "nonce", json!("nonce")),
    ),
    id_token(
        "id_token.nonce_missing",
        &["OIDCC-2-4"],
        "nonce is missing although one was sent",
        |_, token| {
            token.claims.remove("nonce");
        },
    ),
    id_token(
        "id_token.nonce_other_case",
        &["OIDCC-2-4"],
        "the capitals of nonce are small letters, and the other way round",
        |_, token| {
            if token.claims.contains_key("nonce") {
                let nonce = swap_case(text(token, "nonce"));
                put(token, "nonce", json!(nonce));
            }
        },
    ),
    id_token(
        "id_token.nonce_wrong",
        &["OIDCC-2-4"],
        "nonce is another one",
        |_, token| {
            if token.claims.contains_key("nonce") {
                let nonce = format!("{}1", text(token, "nonce"));
                put(token, "nonce", json!(nonce));
            }
        },
    ),
    id_token(
        "id_token.sub_empty",
        &["OIDCC-2-14"],
        "sub is empty",
        |_, token| put(token, "sub", json!("")),
    ),
    id_token(
        "id_token.sub_missing",
        &["OIDCC-2-14"],
        "sub is missing",
        |_, token| {
            token.claims.remove("sub");
        },
    ),
    id_token(
        "id_token.sub_not_ascii",
        &["OIDCC-2-1"],
        "sub has a letter beyond ASCII",
        |_, token| {
            let sub = format!("{}é", text(token, "sub"));
            put(token, "sub", json!(sub));
        },
    ),
    id_token(
        "id_token.sub_number",
        &["OIDCC-2-14"],
        "sub is a number",
        |_, token| put(token, "sub", json!(24_400_320)),
    ),
    id_token(
        "id_token.sub_of_another",
        &["OIDCC-5.3.2-6"],
        "sub is that of another user",
        |_, token| {
            let other = USERS.iter().find(|user| user.sub != text(token, "sub"));
            put(token, "sub", json!(other.map(|user| user.sub)));
        },
    ),
    id_token(
        "id_token.sub_per_client",
        &["OIDCC-5.3.2-6", "OIDCC-8-1"],
        "sub differs from client to client although only public subjects are listed",
        |_, token| {
            let sub = format!("{}-{}", text(token, "sub"), text(token, "aud"));
            put(token, "sub", json!(sub));
        },
    ),
    id_token(
        "id_token.sub_too_long",
        &["OIDCC-2-1"],
        "sub has 256 characters",
        |_, token| put(token, "sub", json!("s".repeat(256))),
    ),
    id_token(
        "id_token.updated_at_string",
        &["OIDCC-5.1-1"],
        "a standard claim has another type: updated_at is a string",
        |_, token| put(token, "updated_at", json!("2026-01-01T00:00:00Z")),
    ),
    id_token(
        "id_token.wrong_aud",
        &["OIDCC-2-6"],
        "aud is another client",
        |_, token| put(token, "aud", json!("another-client")),
    ),
];
