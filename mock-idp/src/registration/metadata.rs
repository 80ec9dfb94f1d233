//! Reads the metadata of a client, completes it with the defaults, and says what of it cannot be.

use serde_json::{Map, Value, json};
use url::Url;

use super::redirect;
use crate::authorization::ResponseType;
use crate::context::Context;
use crate::endpoint::ASSERTION_ALGS;
use crate::fault::Check;
use crate::grant::GRANT_TYPES;
use crate::keys::Algorithm;
use crate::oauth_error::OauthError;
use crate::redirect_uri::is_absolute;
use crate::scope;
use crate::store::{ApplicationType, Client, ClientAuth};

/// What a client may be told about, but this provider does not do: it is refused rather than dropped in silence.
const NOT_SUPPORTED: [&str; 10] = [
    "sector_identifier_uri",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "request_object_signing_alg",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "request_uris",
    "tls_client_auth_subject_dn",
];
/// What is kept when it is a URL.
const URLS: [&str; 5] = [
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "initiate_login_uri",
];
/// What is kept when it is a text.
const TEXTS: [&str; 3] = ["client_name", "software_id", "software_version"];
/// More than anybody needs of anything.
const MOST: usize = 100;

/// The metadata of a client.
pub(crate) struct Metadata {
    /// All of it, defaults included, as the answer shows it.
    pub(crate) document: Map<String, Value>,
    /// The client of it; `id`, `secret` and the registration are still to come.
    pub(crate) client: Client,
}

/// Reads the metadata of a registration or an update. What is not known is ignored.
pub(crate) fn read(ctx: &Context<'_>, given: &Map<String, Value>) -> Result<Metadata, OauthError> {
    let mut reader = Reader {
        given,
        document: Map::new(),
    };
    let is_lenient = ctx.omits(Check::RegistrationMetadata);
    if let Some(name) = NOT_SUPPORTED
        .iter()
        .find(|name| reader.has(name))
        .filter(|_| !is_lenient)
    {
        return Err(invalid(format!("{name} is not supported")));
    }
    let application_type = match reader.text("application_type")?.as_deref() {
        None | Some("web") => ApplicationType::Web,
        Some("native") => ApplicationType::Native,
        Some(_) => return Err(invalid("application_type is neither web nor native")),
    };
    let (grant_types, response_types) = flows(
        &mut reader,
        is_lenient || ctx.omits(Check::RegistrationFlows),
    )?;
    let redirect_uris = redirect_uris(ctx, &mut reader, application_type, &grant_types)?;
    let auth = match reader.text("token_endpoint_auth_method")? {
        None if ctx.omits(Check::DefaultAuthMethod) => ClientAuth::Post,
        None => ClientAuth::Basic,
        Some(name) => ClientAuth::from_name(&name)
            .or(is_lenient.then_some(ClientAuth::Basic))
            .ok_or_else(|| invalid("the token_endpoint_auth_method is not supported"))?,
    };
    if auth == ClientAuth::None
        && grant_types.iter().any(|one| one == "client_credentials")
        && !is_lenient
    {
        return Err(invalid(
            "a client without credentials cannot use client_credentials",
        ));
    }
    let jwks = keys(ctx, &mut reader, auth)?;
    let assertion_alg = reader.one_of(
        "token_endpoint_auth_signing_alg",
        &ASSERTION_ALGS,
        is_lenient,
    )?;
    let algorithms = Algorithm::ALL.map(Algorithm::name);
    let is_lenient_of_alg = is_lenient
        || ctx.omits(Check::RegistrationUnsigned)
            && reader.says("id_token_signed_response_alg", "none")
        || ctx.omits(Check::RegistrationHmac)
            && auth == ClientAuth::None
            && reader.says("id_token_signed_response_alg", "HS256");
    let id_token_alg = reader.one_of(
        "id_token_signed_response_alg",
        &algorithms,
        is_lenient_of_alg,
    )?;
    let userinfo_alg = reader.one_of("userinfo_signed_response_alg", &algorithms, is_lenient)?;
    reader.one_of("subject_type", &["public"], is_lenient)?;
    let default_max_age = reader.number("default_max_age")?;
    reader.flag("require_auth_time")?;
    reader.texts("default_acr_values")?;
    reader.texts("contacts")?;
    for name in TEXTS {
        reader.text(name)?;
    }
    for name in URLS {
        let is_url =
            |text: &str| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        if reader.text(name)?.is_some_and(|text| !is_url(&text)) && !is_lenient {
            return Err(invalid(format!("{name} is not a URL of a web page")));
        }
    }
    let post_logout_redirect_uris = post_logout_redirect_uris(ctx, &mut reader, auth, is_lenient)?;
    let scope = reader.text("scope")?.map(|text| scope::known(&text));

    let is_known = |name: &String| {
        reader.document.contains_key(name)
            || ["jwks", "scope", "client_id", "client_secret"].contains(&name.as_str())
    };
    if ctx.omits(Check::RegistrationUnknown) && !given.keys().all(is_known) {
        return Err(invalid("a member is not known"));
    }
    let mut document = reader.document;
    let mut default = |name: &str, value: Value| {
        document.entry(name.to_owned()).or_insert(value);
    };
    default("application_type", json!("web"));
    default("grant_types", json!(grant_types));
    default("response_types", json!(response_types));
    default(
        "token_endpoint_auth_method",
        json!(ClientAuth::Basic.name()),
    );
    default("id_token_signed_response_alg", json!("RS256"));
    default("subject_type", json!("public"));
    if let Some(scope) = &scope {
        document.insert("scope".to_owned(), json!(scope.join(" ")));
    }
    let name = document
        .get("client_name")
        .and_then(Value::as_str)
        .unwrap_or("a registered client")
        .to_owned();
    let client = Client {
        id: String::new(),
        name,
        auth,
        secret: None,
        jwks,
        assertion_alg,
        application_type,
        redirect_uris,
        post_logout_redirect_uris,
        grant_types,
        response_types,
        scope,
        id_token_alg: Some(
            id_token_alg
                .and_then(|name| Algorithm::from_name(&name))
                .unwrap_or(Algorithm::Rs256),
        ),
        userinfo_alg: userinfo_alg.and_then(|name| Algorithm::from_name(&name)),
        default_max_age,
        registration: None,
        open: false,
    };
    Ok(Metadata { document, client })
}

/// The grant types and response types, which have to go together
/// (<https://www.rfc-editor.org/rfc/rfc7591#section-2.1>).
fn flows(
    reader: &mut Reader<'_>,
    is_lenient: bool,
) -> Result<(Vec<String>, Vec<String>), OauthError> {
    let grant_types = reader.texts("grant_types")?;
    let supported = |name: &str| GRANT_TYPES.contains(&name) || name == "implicit";
    if grant_types.iter().flatten().any(|name| !supported(name)) && !is_lenient {
        return Err(invalid("a grant type is not supported"));
    }
    let response_types = match reader.texts("response_types")? {
        Some(names) => {
            let read = |name: &String| ResponseType::parse(name);
            let parsed: Option<Vec<ResponseType>> = names.iter().map(read).collect();
            match parsed {
                Some(parsed) => parsed,
                None if is_lenient => vec![ResponseType {
                    code: true,
                    ..ResponseType::default()
                }],
                None => return Err(invalid("a response type is not supported")),
            }
        }
        // A client that never sends a user here needs none.
        None if grant_types
            .as_ref()
            .is_some_and(|names| names.iter().all(|name| name == "client_credentials")) =>
        {
            Vec::new()
        }
        None => vec![ResponseType {
            code: true,
            ..ResponseType::default()
        }],
    };
    let needs_code = response_types.iter().any(|one| one.code);
    let needs_implicit = response_types
        .iter()
        .any(|one| one.has_front_channel_token());
    let needed: Vec<&str> = [
        (needs_code, "authorization_code"),
        (needs_implicit, "implicit"),
    ]
    .into_iter()
    .filter(|(is_needed, _)| *is_needed)
    .map(|(_, name)| name)
    .collect();
    let grant_types = match grant_types {
        Some(names) => {
            if !is_lenient
                && needed
                    .iter()
                    .any(|name| !names.iter().any(|own| own == name))
            {
                return Err(invalid("grant_types and response_types do not go together"));
            }
            names
        }
        None => needed.into_iter().map(str::to_owned).collect(),
    };
    let response_types = response_types.into_iter().map(ResponseType::name).collect();
    Ok((grant_types, response_types))
}

fn redirect_uris(
    ctx: &Context<'_>,
    reader: &mut Reader<'_>,
    application_type: ApplicationType,
    grant_types: &[String],
) -> Result<Vec<String>, OauthError> {
    let refused = |description: &'static str| OauthError::new("invalid_redirect_uri", description);
    let uris = reader
        .texts("redirect_uris")
        .map_err(|_| refused("redirect_uris is not an array of texts"))?
        .unwrap_or_default();
    let is_redirected = grant_types
        .iter()
        .any(|name| name == "authorization_code" || name == "implicit");
    if is_redirected && uris.is_empty() && !ctx.omits(Check::RegistrationRedirectUriMissing) {
        return Err(refused("redirect_uris is missing"));
    }
    let is_implicit = grant_types.iter().any(|name| name == "implicit");
    match uris
        .iter()
        .filter_map(|uri| redirect::problem(uri, application_type, is_implicit))
        .find(|(check, _)| !ctx.omits(*check))
    {
        Some((_, problem)) => Err(refused(problem)),
        None => Ok(uris),
    }
}

fn post_logout_redirect_uris(
    ctx: &Context<'_>,
    reader: &mut Reader<'_>,
    auth: ClientAuth,
    is_lenient: bool,
) -> Result<Vec<String>, OauthError> {
    let uris = reader
        .texts("post_logout_redirect_uris")?
        .unwrap_or_default();
    // http is for confidential clients (https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout).
    let is_fine = |uri: &String| {
        is_absolute(uri)
            && !uri.contains('#')
            && (auth != ClientAuth::None
                || !uri.starts_with("http:")
                || ctx.omits(Check::RegistrationPostLogoutUri))
    };
    if is_lenient || uris.iter().all(is_fine) {
        Ok(uris)
    } else {
        Err(invalid("a post-logout redirect URI cannot be used"))
    }
}

fn keys(
    ctx: &Context<'_>,
    reader: &mut Reader<'_>,
    auth: ClientAuth,
) -> Result<Vec<Value>, OauthError> {
    let by_reference = reader.text("jwks_uri")?;
    let by_value = reader.given.get("jwks").filter(|value| !value.is_null());
    if by_reference.is_some() && by_value.is_some() && !ctx.omits(Check::RegistrationKeysOnce) {
        return Err(invalid("jwks and jwks_uri exclude each other"));
    }
    let Some(document) = by_value else {
        // Keys by reference would have to be fetched, which this provider does not do.
        return if auth == ClientAuth::PrivateKeyJwt {
            Err(invalid(
                "private_key_jwt needs jwks; jwks_uri is not fetched",
            ))
        } else {
            Ok(Vec::new())
        };
    };
    let keys = document
        .get("keys")
        .and_then(Value::as_array)
        .filter(|keys| keys.len() <= MOST);
    let is_public = |key: &Value| {
        key.get("kty").is_some_and(Value::is_string)
            && key.get("d").is_none()
            && key.get("k").is_none()
    };
    match keys {
        Some(keys) if keys.iter().all(is_public) => {
            reader.document.insert("jwks".to_owned(), document.clone());
            Ok(keys.clone())
        }
        _ => Err(invalid("jwks is not a set of public keys")),
    }
}

/// Takes members out of the given document and notes what was taken.
struct Reader<'g> {
    given: &'g Map<String, Value>,
    document: Map<String, Value>,
}

impl Reader<'_> {
    fn has(&self, name: &str) -> bool {
        self.given.get(name).is_some_and(|value| !value.is_null())
    }

    fn says(&self, name: &str, text: &str) -> bool {
        self.given.get(name).is_some_and(|value| value == text)
    }

    // A null is a member without a value.
    fn take(
        &mut self,
        name: &str,
        is_fine: impl Fn(&Value) -> bool,
    ) -> Result<Option<Value>, OauthError> {
        match self.given.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) if is_fine(value) => {
                self.document.insert(name.to_owned(), value.clone());
                Ok(Some(value.clone()))
            }
            Some(_) => Err(invalid(format!("{name} has the wrong type"))),
        }
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, OauthError> {
        Ok(self
            .take(name, Value::is_string)?
            .as_ref()
            .and_then(Value::as_str)
            .map(str::to_owned))
    }

    fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, OauthError> {
        let is_fine = |value: &Value| {
            value
                .as_array()
                .is_some_and(|all| all.len() <= MOST && all.iter().all(Value::is_string))
        };
        let taken = self.take(name, is_fine)?;
        let texts = |value: &Value| {
            let all = value.as_array().into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Ok(taken.as_ref().map(texts))
    }

    fn number(&mut self, name: &str) -> Result<Option<u64>, OauthError> {
        Ok(self
            .take(name, Value::is_u64)?
            .as_ref()
            .and_then(Value::as_u64))
    }

    fn flag(&mut self, name: &str) -> Result<(), OauthError> {
        self.take(name, Value::is_boolean).map(drop)
    }

    fn one_of(
        &mut self,
        name: &str,
        values: &[&str],
        is_lenient: bool,
    ) -> Result<Option<String>, OauthError> {
        let text = self.text(name)?;
        if is_lenient || text.as_deref().is_none_or(|text| values.contains(&text)) {
            Ok(text)
        } else {
            Err(invalid(format!("the {name} is not supported")))
        }
    }
}

fn invalid(description: impl Into<std::borrow::Cow<'static, str>>) -> OauthError {
    OauthError::new("invalid_client_metadata", description)
}
