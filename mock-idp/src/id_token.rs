//! ID tokens (<https://openid.net/specs/openid-connect-core-1_0.html#IDToken>).

use serde_json::{Map, Value, json};

use crate::claims;
use crate::context::Context;
use crate::jws::{self, Parsed, Signer, half_hash};
use crate::keys::Algorithm;
use crate::store::{Authentication, Client, Grant};

/// How long an ID token is good for, in seconds.
const LIFETIME: u64 = 600;

/// Where an ID token is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IssuedBy {
    AuthorizationEndpoint,
    /// The token endpoint, for a code.
    Code,
    /// The token endpoint, for a refresh token.
    Refresh,
}

/// An ID token before it is signed, open to spoilers.
pub(crate) struct IdToken {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) signer: Signer,
    /// The octets of the header, where they are not those of `header`.
    pub(crate) raw_header: Option<Vec<u8>>,
    /// The octets of the payload, where they are not those of `claims`.
    pub(crate) raw_payload: Option<Vec<u8>>,
    /// What the client expects; `alg` of the header says what it gets.
    pub(crate) algorithm: Algorithm,
    pub(crate) issued_by: IssuedBy,
    /// What the token endpoint or the authorization endpoint knows of the login, the nonce included.
    pub(crate) authentication: Authentication,
    /// The access token that is handed out beside it.
    pub(crate) access_token: Option<String>,
    /// The `response_type` as it was sent, where the authorization endpoint hands it out.
    pub(crate) response_type: Option<String>,
    /// The secret of the client that it is for.
    pub(crate) client_secret: Option<String>,
}

/// What an ID token is about.
pub(crate) struct Subject<'s> {
    pub(crate) client: &'s Client,
    pub(crate) grant: &'s Grant,
    pub(crate) authentication: &'s Authentication,
    pub(crate) issued_by: IssuedBy,
    /// The access token that is handed out beside it.
    pub(crate) access_token: Option<&'s str>,
    /// The code that is handed out beside it.
    pub(crate) code: Option<&'s str>,
    /// The `response_type` as it was sent, at the authorization endpoint.
    pub(crate) response_type: Option<&'s str>,
}

/// Writes an ID token.
pub(crate) fn issue(ctx: &Context<'_>, subject: &Subject<'_>) -> String {
    let algorithm = subject.client.id_token_alg.unwrap_or(ctx.config.signing);
    let key = ctx.issuer.keys().current().key(algorithm).clone();
    let mut header = Map::new();
    header.insert("alg".to_owned(), json!(algorithm.name()));
    header.insert("typ".to_owned(), json!("JWT"));
    header.insert("kid".to_owned(), json!(key.kid));
    let mut token = IdToken {
        header,
        claims: claims_of(ctx, subject, algorithm),
        signer: Signer::Key(key),
        raw_header: None,
        raw_payload: None,
        algorithm,
        issued_by: subject.issued_by,
        authentication: subject.authentication.clone(),
        access_token: subject.access_token.map(str::to_owned),
        response_type: subject.response_type.map(str::to_owned),
        client_secret: subject.client.secret.clone(),
    };
    ctx.spoil_id_token(&mut token);
    let header = token
        .raw_header
        .unwrap_or_else(|| jws::octets(&token.header));
    let payload = token
        .raw_payload
        .unwrap_or_else(|| jws::octets(&token.claims));
    let mut signed = jws::write_raw(&header, &payload, &token.signer);
    ctx.spoil_signed_id_token(&mut signed);
    signed
}

fn claims_of(ctx: &Context<'_>, subject: &Subject<'_>, algorithm: Algorithm) -> Map<String, Value> {
    let authentication = subject.authentication;
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("iss", json!(ctx.issuer.url));
    put("sub", json!(authentication.sub));
    put("aud", json!(subject.client.id));
    put("exp", json!(ctx.now + LIFETIME));
    put("iat", json!(ctx.now));
    put("auth_time", json!(authentication.auth_time));
    put("acr", json!(authentication.acr));
    put("amr", json!(["pwd"]));
    put("sid", json!(authentication.sid));
    // A refreshed ID token answers no authentication request
    // (https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse).
    if subject.issued_by != IssuedBy::Refresh
        && let Some(nonce) = &authentication.nonce
    {
        put("nonce", json!(nonce));
    }
    if let Some(access_token) = subject.access_token {
        put("at_hash", json!(half_hash(algorithm.name(), access_token)));
    }
    if let Some(code) = subject.code {
        put("c_hash", json!(half_hash(algorithm.name(), code)));
    }
    // Without an access token there is no UserInfo to ask, so the claims of the scope are here
    // (https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims).
    let no_userinfo = authentication.id_token_only;
    let scope: &[String] = if no_userinfo {
        &subject.grant.scope
    } else {
        &[]
    };
    for (name, value) in
        claims::released(&authentication.sub, scope, &authentication.claims.id_token)
    {
        claims.entry(name).or_insert(value);
    }
    claims
}

/// Reads an ID token that came back as a hint: one of this issuer, with a signature of a published key. It may have
/// expired (<https://openid.net/specs/openid-connect-core-1_0.html#AuthRequestValidation>).
pub(crate) fn read_hint<'t>(ctx: &Context<'_>, text: &'t str) -> Option<Parsed<'t>> {
    let token = Parsed::read(text)?;
    let is_ours = token.text("iss") == Some(&ctx.issuer.url) && !token.is_critical();
    let kid = token.header.get("kid")?.as_str()?;
    let key = ctx.issuer.keys().find(kid)?;
    (is_ours && token.verifies_with(&key)).then_some(token)
}
