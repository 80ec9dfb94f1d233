//! The token endpoint (<https://www.rfc-editor.org/rfc/rfc6749#section-3.2>).

use http::StatusCode;

use crate::client_auth;
use crate::context::Context;
use crate::fault::{Check, Document};
use crate::grant;
use crate::oauth_error::OauthError;
use crate::reply::Reply;

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
    let params = ctx.form_or_query()?;
    if params.repeated(&KNOWN).is_some() && !ctx.omits(Check::TokenRepeatedParameter) {
        return Err(OauthError::invalid_request("a parameter came twice"));
    }
    let client = client_auth::authenticate(ctx, &params)?;
    let grant_type = params
        .get("grant_type")
        .ok_or_else(|| OauthError::invalid_request("grant_type is missing"))?;
    if !grant::GRANT_TYPES.contains(&grant_type) {
        return Err(OauthError::new(
            "unsupported_grant_type",
            "the grant_type is not supported",
        ));
    }
    if !client.may_use_grant(grant_type) && !ctx.omits(Check::GrantTypeOfClient) {
        return Err(OauthError::new(
            "unauthorized_client",
            "the client may not use this grant_type",
        ));
    }
    let mut response = match grant_type {
        "authorization_code" => grant::redeem(ctx, &client, &params)?,
        "refresh_token" => grant::refresh(ctx, &client, &params)?,
        _ => grant::grant_client_credentials(ctx, &client, &params)?,
    };
    ctx.spoil_json(Document::TokenResponse, &mut response);
    Ok(Reply::json(StatusCode::OK, &response).uncached())
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
