//! The token endpoint (<https://www.rfc-editor.org/rfc/rfc6749#section-3.2>).

use http::StatusCode;

use crate::client_auth;
use crate::context::{Context, RACE};
use crate::fault::{Check, Document};
use crate::grant;
use crate::oauth_error::OauthError;
use crate::params::Params;
use crate::reply::{Reply, Transport};

/// The parameters that this endpoint knows; none may come twice.
const KNOWN: [&str; 10] = [
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// Answers a token request.
pub(super) fn answer(ctx: &Context<'_>) -> Result<Reply, OauthError> {
    ctx.issuer.count_token_request();
    let params = ctx.form_or_query()?;
    if params.repeated(&KNOWN).is_some() && !ctx.omits(Check::TokenRepeatedParameter) {
        return Err(OauthError::invalid_request("a parameter came twice"));
    }
    let client = client_auth::authenticate(ctx, &params)?;
    if let Some(why) = demand(ctx, &params) {
        return Err(why);
    }
    let grant_type = params
        .get("grant_type")
        .ok_or_else(|| OauthError::invalid_request("grant_type is missing"))?;
    let is_unknown = !grant::GRANT_TYPES.contains(&grant_type);
    let is_taken =
        ctx.omits(Check::GrantType) || grant_type == "password" && ctx.omits(Check::PasswordGrant);
    if is_unknown && !is_taken {
        return Err(OauthError::new(
            "unsupported_grant_type",
            "the grant_type is not supported",
        ));
    }
    let is_own = client.is_public() && ctx.omits(Check::ClientCredentialsPublic);
    if !client.may_use_grant(grant_type)
        && !is_unknown
        && !is_own
        && !ctx.omits(Check::GrantTypeOfClient)
    {
        return Err(OauthError::new(
            "unauthorized_client",
            "the client may not use this grant_type",
        ));
    }
    let mut response = match grant_type {
        "authorization_code" => grant::redeem(ctx, &client, &params)?,
        "refresh_token" => grant::refresh(ctx, &client, &params)?,
        _ if is_unknown => grant::grant_client_credentials(ctx, &client, &Params::default())?,
        _ => grant::grant_client_credentials(ctx, &client, &params)?,
    };
    ctx.spoil_json(Document::TokenResponse, &mut response);
    let mut reply = Reply::json(StatusCode::OK, &response).uncached();
    if ctx.omits(Check::CodeRace) || ctx.omits(Check::RefreshRace) {
        // Whoever waits for the answer comes after the race.
        reply.transport = Transport::Delay(RACE + RACE / 5);
    }
    Ok(reply)
}

/// What a server asks for that has no right to.
fn demand(ctx: &Context<'_>, params: &Params) -> Option<OauthError> {
    let has_empty = || {
        let mut pairs = ctx.request.body().split(|octet| *octet == b'&');
        pairs.any(|pair| pair.ends_with(b"="))
    };
    if ctx.omits(Check::TokenEmptyParameter) && has_empty() {
        return Some(OauthError::invalid_request("a parameter is empty"));
    }
    if ctx.omits(Check::TokenUnknownParameter) && params.beside(&KNOWN) {
        return Some(OauthError::invalid_request("a parameter is not known"));
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::testing::{Rp, claims, header, json, text};

    #[test]
    fn a_code_gives_tokens_and_they_give_claims() {
        let rp = Rp::new("");
        let tokens = rp.tokens(&[("scope", "openid email")]);
        let id_token = claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(id_token["iss"], rp.issuer());
        assert_eq!(id_token["nonce"], "no");
        assert_eq!(tokens["scope"], "openid email");
        let response = rp.userinfo(tokens["access_token"].as_str().unwrap());
        assert_eq!(response.status(), 200, "{}", text(&response));
        assert_eq!(json(&response)["sub"], id_token["sub"]);
        assert_eq!(json(&response)["email"], "alice@example.test");
        assert_eq!(header(&response, "cache-control"), "no-store");
    }
}
