//! What a granted authorization request gives.

use super::{AuthorizationRequest, AuthorizationResponse, Refusal};
use crate::context::Context;
use crate::fault::Check;
use crate::grant::{GRANT_LIFETIME, MEMORY, OFFLINE_GRANT_LIFETIME};
use crate::id_token::{self, IssuedBy, Subject};
use crate::scope::OFFLINE_ACCESS;
use crate::store::{Authentication, Code, Grant, Session};
use crate::token::{ACCESS_TOKEN_LIFETIME, AccessToken};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How long a code is good for, in seconds.
const CODE_LIFETIME: u64 = 60;

/// Grants a request: makes the codes and tokens of its response type.
pub(crate) fn grant_request(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    session: &Session,
) -> AuthorizationResponse {
    let scope = request.scope.clone();
    let lifetime = if scope.iter().any(|value| value == OFFLINE_ACCESS) {
        OFFLINE_GRANT_LIFETIME
    } else {
        GRANT_LIFETIME
    };
    let response_type = request.response_type;
    let authentication = Authentication {
        sub: session.sub.clone(),
        auth_time: session.auth_time,
        acr: request.reported_acr(ctx, session.acr),
        sid: session.sid.clone(),
        nonce: request.nonce.clone(),
        claims: request.claims.clone(),
        id_token_only: response_type.id_token && !response_type.code && !response_type.token,
    };
    let grant = Grant {
        client_id: request.client.id.clone(),
        scope,
        authentication: Some(authentication.clone()),
        issued_at: ctx.now,
        expires: ctx.now + lifetime,
    };
    let (code, access_token) = remember(ctx, request, &grant);

    let mut response = empty_response(request);
    if let Some(code) = &code {
        response.set("code", code);
    }
    if let Some(access_token) = &access_token {
        response.set("access_token", access_token);
        response.set("token_type", "Bearer");
        response.set("expires_in", ACCESS_TOKEN_LIFETIME.to_string());
        response.set("scope", grant.scope.join(" "));
    }
    if response_type.id_token {
        let subject = Subject {
            client: &request.client,
            grant: &grant,
            authentication: &authentication,
            issued_by: IssuedBy::AuthorizationEndpoint,
            access_token: access_token.as_deref(),
            code: code.as_deref(),
            response_type: Some(&request.response_type_sent),
        };
        response.set("id_token", id_token::issue(ctx, &subject));
    }
    finish(ctx, request, response)
}

/// The code and the access token of a grant, as far as the response type asks for them.
fn remember(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    grant: &Grant,
) -> (Option<String>, Option<String>) {
    let mut store = ctx.issuer.store();
    let id = store.add_grant(grant.clone());
    let code = request.response_type.code.then(|| {
        let mut code = ctx.secret(Check::CodeEntropy);
        if let Some(challenge) = &request.challenge
            && ctx.omits(Check::CodeHidesChallenge)
        {
            code = format!("{code}.{}", URL_SAFE_NO_PAD.encode(&challenge.value));
        }
        let entry = Code {
            grant: id,
            redirect_uri: request
                .redirect_uri_sent
                .then(|| request.redirect_uri.clone()),
            challenge: request.challenge.clone(),
            expires: ctx.now + CODE_LIFETIME,
            used: None,
        };
        store.codes.insert(
            code.clone(),
            entry,
            ctx.now + CODE_LIFETIME + MEMORY,
            ctx.now,
        );
        code
    });
    drop(store);
    let gives_token = request.response_type.token;
    let access_token = gives_token.then(|| AccessToken::issue(ctx, Some(id), grant, &grant.scope));
    (code, access_token)
}

/// Tells the client that its request failed.
pub(crate) fn refuse_request(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    refusal: Refusal,
) -> AuthorizationResponse {
    let mut response = empty_response(request);
    response.set("error", refusal.error);
    response.set("error_description", refusal.description);
    finish(ctx, request, response)
}

fn empty_response(request: &AuthorizationRequest) -> AuthorizationResponse {
    AuthorizationResponse {
        redirect_uri: request.redirect_uri.clone(),
        mode: request.mode,
        params: Vec::new(),
    }
}

// state and iss (https://www.rfc-editor.org/rfc/rfc9207#section-2) go with every response.
fn finish(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    mut response: AuthorizationResponse,
) -> AuthorizationResponse {
    if let Some(state) = &request.state {
        response.set("state", state);
    }
    response.set("iss", &ctx.issuer.url);
    response
}
