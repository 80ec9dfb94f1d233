//! The token response, and the refresh token in it.

use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::fault::Check;
use crate::id_token::{self, IssuedBy, Subject};
use crate::scope::OFFLINE_ACCESS;
use crate::store::{Client, Grant, GrantId, Store};
use crate::token::{ACCESS_TOKEN_LIFETIME, RefreshToken};

/// How long a refresh token is good for when it is not used, in seconds.
const REFRESH_TOKEN_LIFETIME: u64 = 7 * 24 * 3_600;
/// How long a grant without a refresh token lives, in seconds: its code, then its access token.
pub(crate) const GRANT_LIFETIME: u64 = 2 * ACCESS_TOKEN_LIFETIME;
/// How long a grant with refresh tokens lives, however often they are used, in seconds.
pub(crate) const OFFLINE_GRANT_LIFETIME: u64 = 30 * 24 * 3_600;

/// How long what has expired is remembered, in seconds, so that it can be told from what never was.
pub(crate) const MEMORY: u64 = 24 * 3_600;

/// Makes a refresh token of a grant, if the grant has offline access.
pub(super) fn new_refresh_token(
    ctx: &Context<'_>,
    store: &mut Store,
    client: &Client,
    grant: &Grant,
    of: Successor,
) -> Option<String> {
    let is_offline = grant.scope.iter().any(|value| value == OFFLINE_ACCESS);
    if !is_offline || !client.may_use_grant("refresh_token") {
        return None;
    }
    let last = format!("last refresh token {}", grant.client_id);
    if ctx.omits(Check::RefreshTokenUnique)
        && let Some(token) = store.recall(&last)
    {
        return Some(token);
    }
    let token = RefreshToken {
        id: ctx.random_octets(),
        grant: of.grant,
        generation: of.generation,
        issued_at: ctx.now,
        expires: (ctx.now + REFRESH_TOKEN_LIFETIME).min(grant.expires),
        scope: of.scope,
    };
    let text = token.write(&ctx.issuer.seal);
    if ctx.omits(Check::RefreshTokenUnique) {
        store.keep_for_fault(last, text.clone(), ctx.now);
    }
    Some(text)
}

/// Where a refresh token stands in its grant.
pub(super) struct Successor {
    pub(super) grant: GrantId,
    pub(super) generation: u32,
    /// What it may be used for, when that is less than the grant.
    pub(super) scope: Option<Vec<String>>,
}

/// What a token response is made of.
pub(super) struct Issued<'i> {
    pub(super) client: &'i Client,
    pub(super) grant: &'i Grant,
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    /// The scope of the access token.
    pub(super) scope: Vec<String>,
    /// Where an ID token comes from; `None` when the grant has none.
    pub(super) issued_by: Option<IssuedBy>,
}

impl Issued<'_> {
    /// The token response (<https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse>). It signs, so no
    /// lock may be held.
    pub(super) fn into_response(self, ctx: &Context<'_>) -> Map<String, Value> {
        let mut response = Map::with_capacity(8);
        let mut put = |name: &str, value: Value| response.insert(name.to_owned(), value);
        if let Some(issued_by) = self.issued_by
            && let Some(authentication) = &self.grant.authentication
            && (self.grant.scope.iter().any(|value| value == "openid")
                || ctx.omits(Check::OpenidScope))
        {
            let subject = Subject {
                client: self.client,
                grant: self.grant,
                authentication,
                issued_by,
                access_token: Some(&self.access_token),
                code: None,
                response_type: None,
            };
            put("id_token", json!(id_token::issue(ctx, &subject)));
        }
        put("access_token", Value::String(self.access_token));
        put("token_type", Value::from("Bearer"));
        put("expires_in", json!(ACCESS_TOKEN_LIFETIME));
        if let Some(refresh_token) = self.refresh_token {
            put("refresh_token", Value::String(refresh_token));
        }
        if !self.scope.is_empty() {
            put("scope", Value::String(self.scope.join(" ")));
        }
        response
    }
}
