//! Client assertions (<https://www.rfc-editor.org/rfc/rfc7523#section-3>).

use serde_json::Value;

use crate::context::Context;
use crate::fault::Check;
use crate::jws::Parsed;
use crate::keys::client_key;
use crate::store::{Client, ClientAuth};

/// How far an assertion may be from now, in seconds.
const LEEWAY: u64 = 60;
/// How far ahead `exp` may be, in seconds: `jti` has to be remembered for so long.
const LONGEST: u64 = 24 * 3_600;

/// The client that an assertion speaks of, and by which method. Nothing is verified yet. A `client_id` beside it has to
/// be the same (<https://www.rfc-editor.org/rfc/rfc7521#section-4.2>).
pub(super) fn claimed(
    ctx: &Context<'_>,
    id: Option<&str>,
    jwt: &str,
) -> Option<(String, ClientAuth)> {
    let parsed = Parsed::read(jwt)?;
    let sub = parsed.text("sub").or(parsed.text("iss")).or(id)?;
    if id.is_some_and(|id| id != sub) && !ctx.omits(Check::AssertionClientId) {
        return None;
    }
    let is_confused = ctx.omits(Check::AssertionKeyConfusion)
        && ctx
            .client(sub)
            .is_some_and(|client| client.auth == ClientAuth::PrivateKeyJwt);
    let method = if parsed.alg() == Some("HS256") && !is_confused {
        ClientAuth::SecretJwt
    } else {
        ClientAuth::PrivateKeyJwt
    };
    Some((sub.to_owned(), method))
}

/// Whether an assertion proves that it is this client's; then it is used up.
pub(super) fn verify(ctx: &Context<'_>, client: &Client, jwt: &str) -> bool {
    let Some(parsed) = Parsed::read(jwt) else {
        return false;
    };
    let is_signed = match client.auth {
        ClientAuth::SecretJwt => client
            .secret
            .as_deref()
            .is_some_and(|secret| parsed.verifies_with_secret(secret)),
        _ => {
            let kid = parsed.header.get("kid");
            client
                .jwks
                .iter()
                .filter(|jwk| kid.is_none() || jwk.get("kid").is_none() || jwk.get("kid") == kid)
                .any(|jwk| parsed.verifies_with_jwk(jwk))
        }
    };
    let is_signed = is_signed
        || parsed.alg() == Some("none") && ctx.omits(Check::AssertionUnsigned)
        || ctx.omits(Check::AssertionKeyConfusion)
            && parsed.verifies_with_secret(&client_key().public_pem)
        || ctx.omits(Check::AssertionKeyOfHeader)
            && parsed
                .header
                .get("jwk")
                .is_some_and(|jwk| parsed.verifies_with_jwk(jwk));
    let has_registered_alg = client
        .assertion_alg
        .as_deref()
        .is_none_or(|alg| parsed.alg() == Some(alg));
    // The token endpoint is a valid audience too, wherever the assertion is sent.
    let audiences = [ctx.issuer.url.clone(), ctx.url("/token")];
    let known = if ctx.omits(Check::AssertionTokenEndpoint) {
        1
    } else {
        2
    };
    let audiences: Vec<&str> = audiences.iter().take(known).map(String::as_str).collect();
    let is_list = parsed.claims.get("aud").is_some_and(Value::is_array);
    let is_mine = |claim: &str| parsed.text(claim) == Some(&client.id);
    let expires = parsed.seconds("exp");
    let holds = [
        (
            is_signed && !parsed.is_critical() && !ctx.omits(Check::AssertionRight),
            Check::AssertionSignature,
        ),
        (has_registered_alg, Check::AssertionAlgorithm),
        (is_mine("iss"), Check::AssertionIssuer),
        (is_mine("sub"), Check::AssertionSubject),
        (
            parsed.is_for(&audiences) && !(is_list && ctx.omits(Check::AssertionAudienceList)),
            Check::AssertionAudience,
        ),
        (
            expires.is_some_and(|exp| ctx.now < exp && exp <= ctx.now + LONGEST),
            Check::AssertionExpiry,
        ),
        (
            is_past(ctx, &parsed, "nbf") && is_past(ctx, &parsed, "iat"),
            Check::AssertionNotBefore,
        ),
    ];
    holds
        .into_iter()
        .all(|(holds, check)| holds || ctx.omits(check))
        && is_new(ctx, client, &parsed)
}

/// Whether a claim, when it is there, is a time that has come.
fn is_past(ctx: &Context<'_>, parsed: &Parsed<'_>, claim: &str) -> bool {
    !parsed.claims.contains_key(claim)
        || parsed
            .seconds(claim)
            .is_some_and(|time| time <= ctx.now + LEEWAY)
}

/// Whether `jti` is there and was not seen before.
fn is_new(ctx: &Context<'_>, client: &Client, parsed: &Parsed<'_>) -> bool {
    if ctx.omits(Check::AssertionReplay) {
        return true;
    }
    let Some(jti) = parsed.text("jti").filter(|jti| !jti.is_empty()) else {
        return ctx.omits(Check::AssertionJti);
    };
    let key = (client.id.clone(), jti.to_owned());
    let mut store = ctx.issuer.store();
    if store.assertions.get(&key, ctx.now).is_some() {
        return false;
    }
    let expires = parsed
        .seconds("exp")
        .unwrap_or(ctx.now + LONGEST)
        .max(ctx.now + LEEWAY);
    store.assertions.insert(key, (), expires, ctx.now);
    true
}
