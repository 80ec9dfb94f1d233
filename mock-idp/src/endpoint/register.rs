//! Dynamic client registration (<https://www.rfc-editor.org/rfc/rfc7591>,
//! <https://openid.net/specs/openid-connect-registration-1_0.html>) and its management
//! (<https://www.rfc-editor.org/rfc/rfc7592>).

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::fault::{Check, Document};
use crate::oauth_error::OauthError;
use crate::registration;
use crate::reply::Reply;
use crate::store::{Client, Registration};

/// Registers a client; no token is needed.
pub(super) fn register(ctx: &Context<'_>) -> Result<Reply, OauthError> {
    let given = body(ctx)?;
    let metadata = registration::read(ctx, &given)?;
    let mut client = metadata.client;
    client.id = ctx.random();
    if ctx.omits(Check::RegistrationChosenId)
        && let Some(chosen) = given.get("client_id").and_then(Value::as_str)
    {
        client.id = chosen.to_owned();
    }
    client.secret = client.auth.uses_secret().then(|| ctx.random());
    client.registration = Some(Registration {
        access_token: Some(ctx.random()),
        issued_at: ctx.now,
        metadata: metadata.document,
    });
    ctx.issuer.store().register(client.clone(), ctx.now);
    Ok(describe(ctx, StatusCode::CREATED, &client))
}

/// Reads, updates or deletes a client.
pub(super) fn manage(ctx: &Context<'_>) -> Result<Reply, OauthError> {
    let client = authorized(ctx)?;
    match *ctx.request.method() {
        Method::GET => Ok(describe(ctx, StatusCode::OK, &client)),
        Method::PUT => update(ctx, &client),
        _ => {
            if !ctx.omits(Check::RegistrationDelete) {
                let mut store = ctx.issuer.store();
                store.deregister(&client.id);
                if !ctx.omits(Check::RegistrationDeleteRevokes) {
                    store.revoke_grants_of(&client.id);
                }
            }
            Ok(Reply::empty(StatusCode::NO_CONTENT).uncached())
        }
    }
}

fn update(ctx: &Context<'_>, client: &Client) -> Result<Reply, OauthError> {
    let invalid =
        |description: &'static str| OauthError::new("invalid_client_metadata", description);
    let mut given = body(ctx)?;
    let names_client = given.get("client_id").and_then(Value::as_str) == Some(&client.id);
    if !names_client && !ctx.omits(Check::RegistrationClientId) {
        return Err(invalid("client_id is not that of the client"));
    }
    let secret = given.get("client_secret").filter(|value| !value.is_null());
    let chosen = secret.filter(|secret| secret.as_str() != client.secret.as_deref());
    if chosen.is_some() && !ctx.omits(Check::RegistrationSecret) {
        return Err(invalid("client_secret is not that of the client"));
    }
    let chosen = chosen.and_then(Value::as_str).map(str::to_owned);
    // These are ours to say (https://www.rfc-editor.org/rfc/rfc7592#section-2.2).
    let ours = [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ];
    if ours.iter().any(|name| given.contains_key(*name)) && !ctx.omits(Check::RegistrationAssigned)
    {
        return Err(invalid("an update may not hold what only the server sets"));
    }
    if ctx.omits(Check::RegistrationReplace)
        && let Some(registration) = &client.registration
    {
        for (name, value) in &registration.metadata {
            let now = given.entry(name.clone()).or_insert_with(|| value.clone());
            if let (Value::Array(now), Value::Array(before)) = (now, value) {
                let gone: Vec<Value> = before
                    .iter()
                    .filter(|one| !now.contains(one))
                    .cloned()
                    .collect();
                now.extend(gone);
            }
        }
    }
    let metadata = registration::read(ctx, &given)?;
    let mut updated = metadata.client;
    updated.id = client.id.clone();
    if updated.auth.uses_secret() {
        updated.secret = chosen
            .or(client.secret.clone())
            .or_else(|| Some(ctx.random()));
    }
    if ctx.omits(Check::RegistrationOldRedirectUris) {
        updated
            .redirect_uris
            .extend(client.redirect_uris.iter().cloned());
    }
    let token = given
        .get("registration_access_token")
        .and_then(Value::as_str);
    updated.registration = client.registration.as_ref().map(|before| Registration {
        metadata: metadata.document,
        access_token: token.map(str::to_owned).or(before.access_token.clone()),
        ..before.clone()
    });
    // It may have been deleted meanwhile.
    if !ctx.issuer.store().replace(updated.clone(), ctx.now) {
        return Err(no_owner(ctx));
    }
    Ok(describe(ctx, StatusCode::OK, &updated))
}

/// The client of the path, if the request carries its registration access token. That there is no such client is told
/// like a wrong token.
fn authorized(ctx: &Context<'_>) -> Result<Arc<Client>, OauthError> {
    let token = ctx
        .authorization("Bearer")
        .filter(|token| !token.is_empty())
        .ok_or_else(|| OauthError::no_token(&ctx.issuer.url))?;
    let mut store = ctx.issuer.store();
    let id = ctx.client_id.unwrap_or_default();
    let client = store.registered(id);
    let owns = |client: &Client| {
        client
            .registration
            .as_ref()
            .is_some_and(|own| own.access_token.as_deref() == Some(token))
    };
    if let Some(client) = &client
        && (owns(client) || ctx.omits(Check::RegistrationAccessToken))
    {
        return Ok(Arc::clone(client));
    }
    // A good token that asks for a client that is not there has fallen into wrong hands
    // (https://www.rfc-editor.org/rfc/rfc7592#section-2.1).
    if client.is_none() && !ctx.omits(Check::RegistrationTokenRevoked) {
        store.revoke_registration_token(token, ctx.now);
    }
    Err(no_owner(ctx))
}

fn no_owner(ctx: &Context<'_>) -> OauthError {
    OauthError::bearer(
        StatusCode::UNAUTHORIZED,
        &ctx.issuer.url,
        "invalid_token",
        "the registration access token is not that of the client",
    )
}

fn body(ctx: &Context<'_>) -> Result<Map<String, Value>, OauthError> {
    let invalid =
        |description: &'static str| OauthError::new("invalid_client_metadata", description);
    let kind = ctx
        .header(CONTENT_TYPE.as_str())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/json") {
        return Err(invalid("the body has to be application/json"));
    }
    serde_json::from_slice(ctx.request.body()).map_err(|_| invalid("the body is not a JSON object"))
}

fn describe(ctx: &Context<'_>, status: StatusCode, client: &Client) -> Reply {
    let mut document = Map::new();
    document.insert("client_id".to_owned(), json!(client.id));
    if let Some(secret) = &client.secret {
        document.insert("client_secret".to_owned(), json!(secret));
        // Never.
        document.insert("client_secret_expires_at".to_owned(), json!(0));
    }
    if let Some(registration) = &client.registration {
        document.insert(
            "client_id_issued_at".to_owned(),
            json!(registration.issued_at),
        );
        document.insert(
            "registration_access_token".to_owned(),
            json!(registration.access_token),
        );
        document.insert(
            "registration_client_uri".to_owned(),
            json!(ctx.url(&format!("/register/{}", client.id))),
        );
        document.extend(registration.metadata.clone());
    }
    ctx.spoil_json(Document::Registration, &mut document);
    Reply::json(status, &document).uncached()
}

#[cfg(test)]
mod tests {
    use http::{Method, Response};
    use serde_json::{Map, Value, json};

    use bytes::Bytes;

    use crate::testing::{CALLBACK, Callback, Rp, error, header, json as object, merged, text};

    fn register(rp: &Rp, metadata: &Value) -> Response<Bytes> {
        rp.call(
            Method::POST,
            "/register",
            &[("content-type", "application/json")],
            &metadata.to_string(),
        )
    }

    fn manage(
        rp: &Rp,
        method: Method,
        client: &Map<String, Value>,
        body: &Value,
    ) -> Response<Bytes> {
        let uri = client["registration_client_uri"].as_str().unwrap();
        let path = uri.strip_prefix(&rp.issuer()).unwrap();
        let token = format!(
            "Bearer {}",
            client["registration_access_token"].as_str().unwrap()
        );
        let headers = [
            ("content-type", "application/json"),
            ("authorization", token.as_str()),
        ];
        rp.call(
            method,
            path,
            &headers,
            &if body.is_null() {
                String::new()
            } else {
                body.to_string()
            },
        )
    }

    fn registered(rp: &Rp, metadata: &Value) -> Map<String, Value> {
        let response = register(rp, metadata);
        assert_eq!(response.status(), 201, "{}", text(&response));
        object(&response)
    }

    #[test]
    fn a_registration_shows_its_defaults_and_works() {
        let rp = Rp::new("");
        let client = registered(
            &rp,
            &json!({ "redirect_uris": [CALLBACK], "unknown": 7, "client_name": "x" }),
        );
        for (name, value) in [
            ("grant_types", json!(["authorization_code"])),
            ("response_types", json!(["code"])),
            ("application_type", json!("web")),
            ("token_endpoint_auth_method", json!("client_secret_basic")),
            ("id_token_signed_response_alg", json!("RS256")),
            ("client_secret_expires_at", json!(0)),
            ("redirect_uris", json!([CALLBACK])),
        ] {
            assert_eq!(client[name], value, "{name}");
        }
        assert!(!client.contains_key("unknown"));
        let id = client["client_id"].as_str().unwrap();
        let secret = client["client_secret"].as_str().unwrap();
        let code = rp.log_in(id, &[]).get("code").to_owned();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ];
        let basic = crate::testing::basic(id, secret);
        let tokens = rp.post("/token", &[("authorization", &basic)], &form);
        assert_eq!(tokens.status(), 200, "{}", text(&tokens));
    }

    #[test]
    fn metadata_that_cannot_be_is_refused() {
        let rp = Rp::new("");
        let uris = json!([CALLBACK]);
        let key = json!({ "kty": "EC", "crv": "P-256", "x": "a", "y": "b" });
        let cases = [
            (json!({}), "invalid_redirect_uri"),
            (json!({ "redirect_uris": "x" }), "invalid_redirect_uri"),
            (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
            (
                json!({ "redirect_uris": ["https://rp.example/cb#f"] }),
                "invalid_redirect_uri",
            ),
            (json!({ "redirect_uris": ["/cb"] }), "invalid_redirect_uri"),
            (
                json!({ "redirect_uris": ["javascript:alert(1)"] }),
                "invalid_redirect_uri",
            ),
            (
                json!({ "redirect_uris": ["http://rp.example/cb"] }),
                "invalid_redirect_uri",
            ),
            (
                json!({ "redirect_uris": uris, "grant_types": ["password"] }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "grant_types": 1 }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "response_types": ["token"] }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "grant_types": ["authorization_code"], "response_types": ["id_token"] }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "token_endpoint_auth_method": "x" }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "token_endpoint_auth_method": "private_key_jwt" }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "jwks": { "keys": [key] }, "jwks_uri": "https://rp.example/jwks" }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "jwks": { "keys": [{ "kty": "oct", "k": "x" }] } }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "id_token_signed_response_alg": "none" }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "id_token_signed_response_alg": "HS256" }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "subject_type": "pairwise" }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "logo_uri": "javascript:alert(1)" }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "userinfo_encrypted_response_enc": "A128GCM" }),
                "invalid_client_metadata",
            ),
            (
                json!({ "redirect_uris": uris, "default_max_age": -1 }),
                "invalid_client_metadata",
            ),
            (json!([]), "invalid_client_metadata"),
        ];
        for (metadata, expected) in cases {
            assert_eq!(
                error(&register(&rp, &metadata)),
                (400, expected.to_owned()),
                "{metadata}"
            );
        }
        let response = rp.call(
            Method::POST,
            "/register",
            &[("content-type", "application/json")],
            "{",
        );
        assert_eq!(
            error(&response),
            (400, "invalid_client_metadata".to_owned())
        );
        assert_eq!(rp.call(Method::GET, "/register", &[], "").status(), 405);
    }

    #[test]
    fn a_client_reads_updates_and_deletes_itself() {
        let rp = Rp::new("");
        let client = registered(
            &rp,
            &json!({ "redirect_uris": [CALLBACK], "client_name": "a", "contacts": ["x"] }),
        );
        let id = client["client_id"].as_str().unwrap();
        let read = manage(&rp, Method::GET, &client, &Value::Null);
        assert_eq!(read.status(), 200);
        assert_eq!(object(&read), client);
        assert_eq!(header(&read, "cache-control"), "no-store");

        let other = "https://rp.example/other";
        let good = json!({ "client_id": id, "redirect_uris": [other], "client_name": "b" });
        for (bad, expected) in [
            (
                json!({ "redirect_uris": [other] }),
                "invalid_client_metadata",
            ),
            (
                json!({ "client_id": "x", "redirect_uris": [other] }),
                "invalid_client_metadata",
            ),
            (
                json!({ "client_id": id, "redirect_uris": [other], "client_secret": "x" }),
                "invalid_client_metadata",
            ),
            (
                json!({ "client_id": id, "redirect_uris": [other], "client_id_issued_at": 1 }),
                "invalid_client_metadata",
            ),
            (
                json!({ "client_id": id, "redirect_uris": ["/cb"] }),
                "invalid_redirect_uri",
            ),
        ] {
            assert_eq!(
                error(&manage(&rp, Method::PUT, &client, &bad)),
                (400, expected.to_owned()),
                "{bad}"
            );
        }
        assert_eq!(
            object(&manage(&rp, Method::GET, &client, &Value::Null)),
            client
        );
        let updated = manage(&rp, Method::PUT, &client, &good);
        assert_eq!(updated.status(), 200, "{}", text(&updated));
        assert_eq!(object(&updated)["client_name"], "b");
        assert!(!object(&updated).contains_key("contacts"));
        assert_eq!(object(&updated)["client_secret"], client["client_secret"]);
        let request = merged(
            &[
                ("client_id", id),
                ("redirect_uri", CALLBACK),
                ("response_type", "code"),
            ],
            &[("scope", "openid")],
        );
        assert_eq!(rp.authorize(&request).status(), 400);
        let request = merged(&request, &[("redirect_uri", other)]);
        assert_eq!(rp.authorize(&request).status(), 200);

        assert_eq!(
            manage(&rp, Method::DELETE, &client, &Value::Null).status(),
            204
        );
        let read = manage(&rp, Method::GET, &client, &Value::Null);
        assert_eq!(error(&read), (401, "invalid_token".to_owned()));
        assert_eq!(rp.authorize(&request).status(), 400);
    }

    #[test]
    fn a_registration_access_token_opens_one_client() {
        let rp = Rp::new("");
        let a = registered(&rp, &json!({ "redirect_uris": [CALLBACK] }));
        let b = registered(&rp, &json!({ "redirect_uris": [CALLBACK] }));
        assert_ne!(a["client_id"], b["client_id"]);
        assert_ne!(a["client_secret"], b["client_secret"]);
        let mut crossed = b;
        crossed["registration_access_token"] = a["registration_access_token"].clone();
        let response = manage(&rp, Method::GET, &crossed, &Value::Null);
        assert_eq!(error(&response), (401, "invalid_token".to_owned()));
        assert!(header(&response, "www-authenticate").contains("error=\"invalid_token\""));
        assert_eq!(manage(&rp, Method::GET, &a, &Value::Null).status(), 200);
        // Asking for a client that is not there uses the token up.
        crossed["registration_client_uri"] = json!(format!("{}/register/none", rp.issuer()));
        assert_eq!(
            manage(&rp, Method::GET, &crossed, &Value::Null).status(),
            401
        );
        assert_eq!(manage(&rp, Method::GET, &a, &Value::Null).status(), 401);
        let none = rp.call(Method::GET, "/register/none", &[], "");
        assert_eq!(none.status(), 401);
        assert!(!header(&none, "www-authenticate").contains("error"));
    }

    #[test]
    fn registered_choices_are_kept() {
        let rp = Rp::new("");
        let client = registered(
            &rp,
            &json!({
                "redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native",
                "token_endpoint_auth_method": "none", "id_token_signed_response_alg": "EdDSA",
                "response_types": ["code", "code id_token"], "scope": "openid email"
            }),
        );
        assert!(!client.contains_key("client_secret"));
        assert_eq!(
            client["grant_types"],
            json!(["authorization_code", "implicit"])
        );
        let id = client["client_id"].as_str().unwrap();
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let callback: Callback = rp.log_in(
            id,
            &[
                ("redirect_uri", "http://127.0.0.1:4711/cb"),
                ("response_type", "code id_token"),
                ("code_challenge", challenge),
                ("code_challenge_method", "S256"),
                ("scope", "openid email phone"),
            ],
        );
        assert_eq!(callback.uri, "http://127.0.0.1:4711/cb");
        let parsed = crate::jws::Parsed::read(callback.get("id_token")).unwrap();
        assert_eq!(parsed.alg(), Some("EdDSA"));
    }
}
