//! The provider's metadata: OpenID Connect Discovery
//! (<https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata>) and RFC 8414, with the same values.

use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::{Map, Value, json};

use crate::accounts::RESPONSE_TYPES;
use crate::authorization::{ACR_VALUES, PROMPT_VALUES, ResponseMode};
use crate::context::Context;
use crate::fault::{Check, Document};
use crate::grant::GRANT_TYPES;
use crate::keys::Algorithm;
use crate::reply::Reply;
use crate::route::Endpoint;
use crate::scope::SCOPES;
use crate::store::ClientAuth;
use crate::users::SCOPE_CLAIMS;

/// The algorithms of client assertions.
pub(crate) const ASSERTION_ALGS: [&str; 5] = ["RS256", "PS256", "ES256", "EdDSA", "HS256"];

/// Answers either of the two documents.
pub(super) fn answer(ctx: &Context<'_>) -> Reply {
    let is_there = match ctx.endpoint {
        Endpoint::AuthorizationServerMetadata => !ctx.omits(Check::MetadataPlace),
        Endpoint::MisplacedMetadata => ctx.omits(Check::MetadataPlace),
        _ => true,
    };
    if !is_there {
        return Reply::empty(StatusCode::NOT_FOUND);
    }
    let mut document = document(ctx);
    ctx.spoil_json(Document::Metadata, &mut document);
    let own = if ctx.endpoint == Endpoint::OpenidConfiguration {
        Document::OpenidConfiguration
    } else {
        Document::AuthorizationServerMetadata
    };
    ctx.spoil_json(own, &mut document);
    Reply::json(StatusCode::OK, &document).with(CACHE_CONTROL, "public, max-age=300")
}

fn document(ctx: &Context<'_>) -> Map<String, Value> {
    let methods = ClientAuth::ALL.map(ClientAuth::name);
    let secret_methods: Vec<&str> = ClientAuth::ALL
        .into_iter()
        .filter(|method| *method != ClientAuth::None)
        .map(ClientAuth::name)
        .collect();
    let mut grant_types = GRANT_TYPES.to_vec();
    grant_types.push("implicit");
    let standard = [
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "sid",
        "at_hash",
        "c_hash",
    ];
    let claims: Vec<&str> = standard
        .into_iter()
        .chain(
            SCOPE_CLAIMS
                .iter()
                .flat_map(|(_, claims)| claims.iter().copied()),
        )
        .collect();
    let document = json!({
        "issuer": ctx.issuer.url,
        "authorization_endpoint": ctx.url("/authorize"),
        "token_endpoint": ctx.url("/token"),
        "userinfo_endpoint": ctx.url("/userinfo"),
        "jwks_uri": ctx.url("/jwks"),
        "registration_endpoint": ctx.url("/register"),
        "revocation_endpoint": ctx.url("/revoke"),
        "introspection_endpoint": ctx.url("/introspect"),
        "end_session_endpoint": ctx.url("/logout"),
        "scopes_supported": SCOPES,
        "response_types_supported": RESPONSE_TYPES,
        "response_modes_supported": ResponseMode::ALL.map(ResponseMode::name),
        "grant_types_supported": grant_types,
        "acr_values_supported": ACR_VALUES,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::name),
        "userinfo_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::name),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGS,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGS,
        "introspection_endpoint_auth_methods_supported": secret_methods,
        "introspection_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGS,
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "prompt_values_supported": PROMPT_VALUES,
        "code_challenge_methods_supported": ["S256", "plain"],
        "authorization_response_iss_parameter_supported": true,
    });
    match document {
        Value::Object(document) => document,
        _ => Map::new(),
    }
}
