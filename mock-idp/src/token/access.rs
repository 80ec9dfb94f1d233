//! Access tokens: JWTs after <https://www.rfc-editor.org/rfc/rfc9068>, signed with ES256.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::context::Context;
use crate::fault::Check;
use crate::jws::{self, Parsed};
use crate::keys::Algorithm;
use crate::store::{Grant, GrantId, Store};

/// How long an access token is good for, in seconds.
pub(crate) const ACCESS_TOKEN_LIFETIME: u64 = 3_600;

/// The media type of <https://www.rfc-editor.org/rfc/rfc9068#section-2.1>: no ID token has it.
const TYP: &str = "at+jwt";

/// An access token.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    /// The value of `jti`.
    pub(crate) id: String,
    /// The grant behind it, unless the client acts for itself.
    pub(crate) grant: Option<GrantId>,
    pub(crate) client_id: String,
    /// May be less than that of the grant.
    pub(crate) scope: Vec<String>,
    pub(crate) issued_at: u64,
    pub(crate) expires: u64,
}

/// The claims of <https://www.rfc-editor.org/rfc/rfc9068#section-2.2>, and the grant.
#[derive(Serialize)]
struct Claims<'c> {
    iss: &'c str,
    sub: &'c str,
    aud: &'c str,
    client_id: &'c str,
    exp: u64,
    iat: u64,
    jti: &'c str,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    grant: &'c str,
}

impl AccessToken {
    /// Makes and signs an access token of a grant; `id` names the grant where it is kept. It signs, so no lock may be
    /// held.
    pub(crate) fn issue(
        ctx: &Context<'_>,
        id: Option<GrantId>,
        grant: &Grant,
        scope: &[String],
    ) -> String {
        let sub = grant
            .authentication
            .as_ref()
            .map_or(&grant.client_id, |authentication| &authentication.sub);
        if ctx.omits(Check::AccessTokenUnique)
            && let Some(last) = ctx.issuer.store().recall(&last(&grant.client_id, sub))
        {
            return last;
        }
        let mut token = write(ctx, id, grant, sub, scope);
        if ctx.omits(Check::AccessTokenEntropy) {
            let handle = ctx.secret(Check::AccessTokenEntropy);
            let mut store = ctx.issuer.store();
            store.keep_for_fault(handle.clone(), token, ctx.now);
            token = handle;
        }
        if ctx.omits(Check::AccessTokenUnique) {
            let mut store = ctx.issuer.store();
            store.keep_for_fault(last(&grant.client_id, sub), token.clone(), ctx.now);
        }
        token
    }

    /// Reads an access token of this issuer, whether it has expired or was revoked or not.
    pub(crate) fn read(ctx: &Context<'_>, text: &str) -> Option<Self> {
        let kept = if ctx.omits(Check::AccessTokenEntropy) {
            ctx.issuer.store().kept_for_fault(text)
        } else {
            None
        };
        let parsed = Parsed::read(kept.as_deref().unwrap_or(text))?;
        let is_ours = parsed.header.get("typ")? == TYP
            && parsed.text("iss")? == ctx.issuer.url
            && !parsed.is_critical();
        let kid = parsed.header.get("kid")?.as_str()?;
        let key = ctx.issuer.keys().find(kid)?;
        if !is_ours || !(parsed.verifies_with(&key) || ctx.omits(Check::AccessTokenIntegrity)) {
            return None;
        }
        let grant = parsed.text("grant")?.strip_prefix(&ctx.issuer.instance)?;
        let grant = match grant.strip_prefix('.') {
            Some(id) => Some(id.parse().ok()?),
            None => None,
        };
        let scope = parsed.text("scope").unwrap_or_default();
        Some(Self {
            id: parsed.text("jti")?.to_owned(),
            grant,
            client_id: parsed.text("client_id")?.to_owned(),
            scope: scope
                .split(' ')
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
                .collect(),
            issued_at: parsed.seconds("iat")?,
            expires: parsed.seconds("exp")?,
        })
    }

    /// The grant of the token, unless one of both was revoked; `even_revoked` takes no notice of that.
    pub(crate) fn grant(
        &self,
        ctx: &Context<'_>,
        store: &Store,
        even_revoked: bool,
    ) -> Option<Arc<Grant>> {
        if !even_revoked && store.revoked.get(&self.id, ctx.now).is_some() {
            return None;
        }
        match self.grant {
            Some(id) if even_revoked => store.grant_even_revoked(id),
            Some(id) => store.grant(id),
            // The client may have been deleted.
            None if !ctx.config.any_client && store.client(&self.client_id).is_none() => None,
            None => Some(Arc::new(Grant {
                client_id: self.client_id.clone(),
                scope: self.scope.clone(),
                authentication: None,
                issued_at: self.issued_at,
                expires: self.expires,
            })),
        }
    }
}

fn write(
    ctx: &Context<'_>,
    id: Option<GrantId>,
    grant: &Grant,
    sub: &str,
    scope: &[String],
) -> String {
    let key = Arc::clone(ctx.issuer.keys().current().key(Algorithm::Es256));
    let instance = &ctx.issuer.instance;
    let claims = Claims {
        iss: &ctx.issuer.url,
        sub,
        // There is no other resource than the issuer's own.
        aud: &ctx.issuer.url,
        client_id: &grant.client_id,
        exp: ctx.now + ACCESS_TOKEN_LIFETIME,
        iat: ctx.now,
        jti: &URL_SAFE_NO_PAD.encode(ctx.random_octets::<16>()),
        scope: &scope.join(" "),
        auth_time: grant.authentication.as_ref().map(|own| own.auth_time),
        acr: grant.authentication.as_ref().map(|own| own.acr),
        grant: &id.map_or_else(|| instance.clone(), |id| format!("{instance}.{id}")),
    };
    jws::write_signed(TYP, &claims, key)
}

fn last(client_id: &str, sub: &str) -> String {
    format!("last access token {client_id} {sub}")
}
