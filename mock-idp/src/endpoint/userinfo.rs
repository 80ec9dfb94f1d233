//! UserInfo (<https://openid.net/specs/openid-connect-core-1_0.html#UserInfo>), a resource protected by bearer tokens
//! (<https://www.rfc-editor.org/rfc/rfc6750>).

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::authorization::ACR_VALUES;
use crate::claims::{self, ClaimsRequest};
use crate::context::Context;
use crate::fault::{Check, Document};
use crate::id_token;
use crate::jws::{self, Signer};
use crate::keys::Algorithm;
use crate::oauth_error::OauthError;
use crate::reply::Reply;
use crate::store::{Authentication, Grant};
use crate::token::AccessToken;
use crate::users;

/// Answers the claims of the user whose access token it is.
pub(super) fn answer(ctx: &Context<'_>) -> Result<Reply, OauthError> {
    let token = presented(ctx)?.ok_or_else(|| OauthError::no_token(&ctx.issuer.url))?;
    let invalid = || {
        let description = "the access token is not known, has been revoked or has expired";
        OauthError::bearer(
            StatusCode::UNAUTHORIZED,
            &ctx.issuer.url,
            "invalid_token",
            description,
        )
    };
    let (token, grant) = find(ctx, &token).ok_or_else(invalid)?;
    let authentication = match &grant.authentication {
        Some(authentication)
            if token.scope.iter().any(|value| value == "openid")
                || ctx.omits(Check::UserinfoScope) =>
        {
            authentication
        }
        _ => {
            let description = "the access token has not the scope openid";
            let mut error = OauthError::bearer(
                StatusCode::FORBIDDEN,
                &ctx.issuer.url,
                "insufficient_scope",
                description,
            );
            if let Some(challenge) = &mut error.challenge {
                challenge.push_str(", scope=\"openid\"");
            }
            return Err(error);
        }
    };
    let mut document = Map::new();
    document.insert("sub".to_owned(), json!(authentication.sub));
    document.extend(claims::released(
        &authentication.sub,
        &token.scope,
        &authentication.claims.userinfo,
    ));
    ctx.spoil_json(Document::Userinfo, &mut document);
    let client = ctx.client(&grant.client_id);
    let reply = match client.and_then(|client| client.userinfo_alg) {
        Some(algorithm) => Reply::jwt(&sign(ctx, &grant.client_id, document, algorithm)),
        None => Reply::json(StatusCode::OK, &document),
    };
    Ok(reply.uncached())
}

/// The claims as a JWT for a client (<https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse>).
fn sign(
    ctx: &Context<'_>,
    client_id: &str,
    mut claims: Map<String, Value>,
    algorithm: Algorithm,
) -> String {
    claims.insert("iss".to_owned(), json!(ctx.issuer.url));
    claims.insert("aud".to_owned(), json!(client_id));
    ctx.spoil_json(Document::SignedUserinfo, &mut claims);
    let key = ctx.issuer.keys().current().key(algorithm).clone();
    let mut header = Map::new();
    header.insert("alg".to_owned(), json!(algorithm.name()));
    header.insert("kid".to_owned(), json!(key.kid));
    jws::write_raw(
        &jws::octets(&header),
        &jws::octets(&claims),
        &Signer::Key(key),
    )
}

/// The access token of the request: of the header, or of a form that was sent by POST. One in the query is none.
fn presented(ctx: &Context<'_>) -> Result<Option<String>, OauthError> {
    let invalid = |description| {
        OauthError::bearer(
            StatusCode::BAD_REQUEST,
            &ctx.issuer.url,
            "invalid_request",
            description,
        )
    };
    let unreadable = |_| invalid("a parameter is malformed");
    let query = ctx
        .query()
        .map_err(unreadable)?
        .get("access_token")
        .map(str::to_owned);
    let form = if ctx.request.method() == Method::POST && ctx.has_form() {
        ctx.form()
            .map_err(unreadable)?
            .get("access_token")
            .map(str::to_owned)
    } else if ctx.omits(Check::UserinfoBodyToken) {
        any_body(ctx)
    } else {
        None
    };
    if ctx.request.headers().get_all(AUTHORIZATION).iter().count() > 1 {
        return Err(invalid("the Authorization header came twice"));
    }
    let header = ctx.authorization("Bearer").map(str::to_owned);
    if header.as_deref() == Some("") {
        return Err(invalid("the Authorization header has no token"));
    }
    let count = [&header, &form, &query]
        .iter()
        .filter(|token| token.is_some())
        .count();
    if count > 1 && !ctx.omits(Check::UserinfoTokenOnce) {
        return Err(invalid("more than one way to send an access token"));
    }
    Ok(header
        .or(form)
        .or(query.filter(|_| ctx.omits(Check::UserinfoQueryToken))))
}

/// What a careless server reads from whatever body there is.
fn any_body(ctx: &Context<'_>) -> Option<String> {
    let body = String::from_utf8_lossy(ctx.request.body()).into_owned();
    if let Some(token) = body.strip_prefix("access_token=") {
        return Some(token.to_owned());
    }
    let (_, part) = body.split_once("name=\"access_token\"\r\n\r\n")?;
    part.split("\r\n").next().map(str::to_owned)
}

fn find(ctx: &Context<'_>, token: &str) -> Option<(AccessToken, Arc<Grant>)> {
    let Some(found) = AccessToken::read(ctx, token) else {
        return of_id_token(ctx, token).filter(|_| ctx.omits(Check::UserinfoTokenType));
    };
    let is_in_time = ctx.now < found.expires || ctx.omits(Check::AccessTokenExpiry);
    let even_revoked = ctx.omits(Check::AccessTokenRevoked);
    let grant = found.grant(ctx, &ctx.issuer.store(), even_revoked);
    Some((found, grant.filter(|_| is_in_time)?))
}

/// What a careless server makes of an ID token: an access token for its subject.
fn of_id_token(ctx: &Context<'_>, token: &str) -> Option<(AccessToken, Arc<Grant>)> {
    let parsed = id_token::read_hint(ctx, token)?;
    let user = users::by_sub(parsed.text("sub")?)?;
    let scope = vec!["openid".to_owned()];
    let (issued_at, expires) = (parsed.seconds("iat")?, parsed.seconds("exp")?);
    let authentication = Authentication {
        sub: user.sub.to_owned(),
        auth_time: issued_at,
        acr: ACR_VALUES[1],
        sid: String::new(),
        nonce: None,
        claims: ClaimsRequest::default(),
        id_token_only: false,
    };
    let client_id = parsed.text("aud")?.to_owned();
    let token = AccessToken {
        id: String::new(),
        grant: None,
        client_id: client_id.clone(),
        scope: scope.clone(),
        issued_at,
        expires,
    };
    let grant = Grant {
        client_id,
        scope,
        authentication: Some(authentication),
        issued_at,
        expires,
    };
    (ctx.now < expires).then(|| (token, Arc::new(grant)))
}
