//! Reading an authorization request: first who asks and where the answer goes, which decides between a page and a
//! redirect (<https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1>), then the rest.

use std::sync::Arc;

use super::{ResponseMode, ResponseType};
use crate::claims::ClaimsRequest;
use crate::context::Context;
use crate::fault::Check;
use crate::id_token;
use crate::params::Params;
use crate::redirect_uri;
use crate::scope;
use crate::store::{ApplicationType, Challenge, ChallengeMethod, Client};

/// The parameters that this endpoint knows; none may come twice.
pub(crate) const KNOWN: [&str; 21] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "display",
    "max_age",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "claims",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "registration",
];

/// The values of `prompt`.
pub(crate) const PROMPT_VALUES: [&str; 4] = ["none", "login", "consent", "select_account"];

/// An authorization request whose client and redirect URI are right.
#[derive(Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client: Arc<Client>,
    pub(crate) redirect_uri: String,
    /// Whether the request named the redirect URI; then the token request has to.
    pub(crate) redirect_uri_sent: bool,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
    pub(crate) response_type: ResponseType,
    /// As it was sent: the order of its words says nothing.
    pub(crate) response_type_sent: String,
    pub(crate) scope: Vec<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) prompt: Vec<String>,
    pub(crate) max_age: Option<u64>,
    pub(crate) login_hint: Option<String>,
    /// The subject that has to log in, by `id_token_hint` or `claims`.
    pub(crate) required_sub: Option<String>,
    pub(crate) acr_values: Vec<String>,
    pub(crate) claims: ClaimsRequest,
    pub(crate) challenge: Option<Challenge>,
    /// What is wrong with the request. It is told to the client once the user is known
    /// (<https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2>).
    pub(crate) error: Option<Refusal>,
}

impl AuthorizationRequest {
    pub(crate) fn has_prompt(&self, value: &str) -> bool {
        self.prompt.iter().any(|own| own == value)
    }

    pub(crate) fn is_openid(&self) -> bool {
        self.scope.iter().any(|value| value == "openid")
    }
}

/// An error of an authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) error: &'static str,
    pub(crate) description: &'static str,
}

impl Refusal {
    pub(crate) fn new(error: &'static str, description: &'static str) -> Self {
        Self { error, description }
    }

    fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }
}

/// Reads a request. An error is one for the user alone: without a client and its redirect URI nobody is redirected.
pub(crate) fn read(
    ctx: &Context<'_>,
    params: &Params,
) -> Result<AuthorizationRequest, &'static str> {
    let repeated = if ctx.omits(Check::RepeatedParameter) {
        None
    } else {
        params.repeated(&KNOWN)
    };
    if matches!(repeated, Some("client_id" | "redirect_uri")) {
        return Err("client_id or redirect_uri came twice");
    }
    let client_id = params.get("client_id").ok_or("client_id is missing")?;
    let client = ctx.client(client_id).ok_or("the client is not known")?;
    let (redirect_uri, redirect_uri_sent) = target(ctx, params, &client)?;
    // Nobody knows how an answer to this one is carried
    // (https://openid.net/specs/openid-connect-core-1_0.html#AuthError).
    let mode_is_known = |mode| ResponseMode::from_name(mode).is_some();
    if !params.get("response_mode").is_none_or(mode_is_known)
        && !ctx.omits(Check::ResponseModeKnown)
    {
        return Err("the response_mode is not supported");
    }

    let mut request = AuthorizationRequest {
        client,
        redirect_uri,
        redirect_uri_sent,
        mode: ResponseMode::Query,
        state: None,
        response_type: ResponseType::default(),
        response_type_sent: String::new(),
        scope: Vec::new(),
        nonce: None,
        prompt: words(params.get("prompt")),
        max_age: None,
        login_hint: params.get("login_hint").map(str::to_owned),
        required_sub: None,
        acr_values: words(params.get("acr_values")),
        claims: ClaimsRequest::default(),
        challenge: None,
        error: None,
    };
    if repeated != Some("state") {
        request.state = params.get("state").map(str::to_owned);
    }
    let mode = deliver(ctx, params, &mut request, repeated);
    // A token in the fragment of an http address can be read on the way
    // (https://openid.net/specs/openid-connect-core-1_0.html#ImplicitAuthRequest).
    let is_implicit =
        request.response_type.has_front_channel_token() && !request.response_type.code;
    let is_web = request.client.application_type == ApplicationType::Web && !request.client.open;
    if is_implicit
        && is_web
        && request.redirect_uri.starts_with("http:")
        && !ctx.omits(Check::ImplicitHttps)
    {
        return Err("redirect_uri has to be https in the implicit flow");
    }
    request.error = match (repeated, mode) {
        (Some(_), _) => Some(Refusal::invalid_request("a parameter came twice")),
        (None, Err(refusal)) => Some(refusal),
        (None, Ok(())) => validate(ctx, params, &mut request)
            .err()
            .or_else(|| ctx.demands(params)),
    };
    Ok(request)
}

/// The redirect URI, and whether the request named it.
fn target(
    ctx: &Context<'_>,
    params: &Params,
    client: &Client,
) -> Result<(String, bool), &'static str> {
    let Some(uri) = params.get("redirect_uri") else {
        // OpenID Connect requires it; OAuth lets a client with one registered URI leave it out.
        let is_openid = words(params.get("scope"))
            .iter()
            .any(|value| value == "openid");
        return match client.redirect_uris.as_slice() {
            [only] if !is_openid => Ok((only.clone(), false)),
            [first, ..] if ctx.omits(Check::RedirectUriRequired) => Ok((first.clone(), false)),
            _ => Err("redirect_uri is missing"),
        };
    };
    if uri.contains('#') && !ctx.omits(Check::RedirectUriFragment) {
        return Err("redirect_uri has a fragment");
    }
    if redirect_uri::is_registered(client, uri)
        || redirect_uri::is_taken_by_mistake(ctx, client, uri)
    {
        Ok((uri.to_owned(), true))
    } else {
        Err("redirect_uri is not one of the client's")
    }
}

/// Finds out how an answer is carried, also when the request is wrong in other ways.
fn deliver(
    ctx: &Context<'_>,
    params: &Params,
    request: &mut AuthorizationRequest,
    repeated: Option<&str>,
) -> Result<(), Refusal> {
    let asked = if repeated == Some("response_mode") {
        None
    } else {
        params.get("response_mode")
    };
    let mode = asked.and_then(ResponseMode::from_name);
    let text = params
        .get("response_type")
        .filter(|_| repeated != Some("response_type"));
    let parsed = match text.and_then(ResponseType::parse) {
        Some(parsed) => parsed,
        None => {
            // Whoever asked for tokens looks for the answer in the fragment.
            let hoped = words(text)
                .iter()
                .any(|word| word == "token" || word == "id_token");
            request.mode = mode.unwrap_or(if hoped {
                ResponseMode::Fragment
            } else {
                ResponseMode::Query
            });
            if ctx.omits(Check::ResponseType) && text.is_some() {
                request.response_type.code = true;
                return Ok(());
            }
            return Err(match text {
                Some(_) => Refusal::new(
                    "unsupported_response_type",
                    "the response_type is not supported",
                ),
                None => Refusal::invalid_request("response_type is missing"),
            });
        }
    };
    request.response_type = parsed;
    request.response_type_sent = text.unwrap_or_default().to_owned();
    request.mode = mode.unwrap_or(parsed.default_mode());
    if mode == Some(ResponseMode::Query)
        && parsed.has_front_channel_token()
        && !ctx.omits(Check::ResponseMode)
    {
        request.mode = ResponseMode::Fragment;
        return Err(Refusal::invalid_request(
            "a token is never put into a query",
        ));
    }
    Ok(())
}

fn validate(
    ctx: &Context<'_>,
    params: &Params,
    request: &mut AuthorizationRequest,
) -> Result<(), Refusal> {
    let unsupported = [
        ("request", "request_not_supported", Check::RequestParameter),
        (
            "request_uri",
            "request_uri_not_supported",
            Check::RequestUriParameter,
        ),
        (
            "registration",
            "registration_not_supported",
            Check::RegistrationParameter,
        ),
    ];
    for (parameter, error, check) in unsupported {
        if params.get(parameter).is_some() && !ctx.omits(check) {
            return Err(Refusal::new(error, "the parameter is not supported"));
        }
    }
    let may_use = request
        .client
        .response_types
        .contains(&request.response_type.name());
    if !may_use && !ctx.omits(Check::ResponseTypeOfClient) {
        return Err(Refusal::new(
            "unauthorized_client",
            "the client may not use this response_type",
        ));
    }
    read_scope(ctx, params, request)?;
    request.nonce = params.get("nonce").map(str::to_owned);
    if request.response_type.id_token && request.nonce.is_none() && !ctx.omits(Check::NonceRequired)
    {
        return Err(Refusal::invalid_request("nonce is missing"));
    }
    read_prompt(ctx, request)?;
    request.max_age = match params.get("max_age").map(str::parse) {
        Some(Ok(seconds)) => Some(seconds),
        Some(Err(_)) => {
            return Err(Refusal::invalid_request(
                "max_age is not a number of seconds",
            ));
        }
        _ if ctx.omits(Check::DefaultMaxAge) => None,
        _ => request.client.default_max_age,
    };
    if let Some(text) = params.get("claims") {
        request.claims = ClaimsRequest::parse(text).ok_or(Refusal::invalid_request(
            "claims is not a JSON object of objects",
        ))?;
    }
    read_required_sub(ctx, params, request)?;
    read_challenge(ctx, params, request)
}

fn read_scope(
    ctx: &Context<'_>,
    params: &Params,
    request: &mut AuthorizationRequest,
) -> Result<(), Refusal> {
    let invalid = |description| Refusal::new("invalid_scope", description);
    let asked = params.get("scope").ok_or(invalid("scope is missing"))?;
    if !scope::is_well_formed(asked) {
        return Err(invalid("scope is malformed"));
    }
    // What is not known is ignored (https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest).
    request.scope = if ctx.omits(Check::ScopeKnown) {
        words(Some(asked))
    } else {
        scope::known(asked)
    };
    if let Some(own) = &request.client.scope {
        request.scope.retain(|value| own.contains(value));
    }
    if request.scope.is_empty() {
        return Err(invalid("no value of scope is known"));
    }
    if request.response_type.id_token && !request.is_openid() {
        return Err(invalid("an ID token needs the scope openid"));
    }
    // Without a code there is no token request, and without prompt=consent no consent to it; nobody is asked anyway when
    // all is approved (https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess).
    let is_consented = request.has_prompt("consent")
        || ctx.config.auto_approve
        || ctx.omits(Check::OfflineAccessConsent);
    let has_code = request.response_type.code || ctx.omits(Check::OfflineAccessCode);
    if !is_consented || !has_code || !request.client.may_use_grant("refresh_token") {
        request.scope.retain(|value| value != scope::OFFLINE_ACCESS);
    }
    Ok(())
}

fn read_prompt(ctx: &Context<'_>, request: &AuthorizationRequest) -> Result<(), Refusal> {
    if !request
        .prompt
        .iter()
        .all(|value| PROMPT_VALUES.contains(&value.as_str()))
    {
        return Err(Refusal::invalid_request(
            "a value of prompt is not supported",
        ));
    }
    if request.has_prompt("none") && request.prompt.len() > 1 && !ctx.omits(Check::PromptNoneAlone)
    {
        return Err(Refusal::invalid_request(
            "prompt=none goes with no other value",
        ));
    }
    Ok(())
}

fn read_required_sub(
    ctx: &Context<'_>,
    params: &Params,
    request: &mut AuthorizationRequest,
) -> Result<(), Refusal> {
    request.required_sub = request.claims.sub.clone();
    let Some(hint) = params.get("id_token_hint") else {
        return Ok(());
    };
    match id_token::read_hint(ctx, hint) {
        Some(token) => {
            let sub = token.text("sub").map(str::to_owned);
            if request.required_sub.is_some() && request.required_sub != sub {
                return Err(Refusal::invalid_request(
                    "id_token_hint and claims ask for different users",
                ));
            }
            request.required_sub = sub;
            Ok(())
        }
        None if ctx.omits(Check::IdTokenHint) => Ok(()),
        None => Err(Refusal::invalid_request(
            "id_token_hint is not an ID token of this issuer",
        )),
    }
}

fn read_challenge(
    ctx: &Context<'_>,
    params: &Params,
    request: &mut AuthorizationRequest,
) -> Result<(), Refusal> {
    let method = match params.get("code_challenge_method") {
        None if ctx.omits(Check::PkceDefaultPlain) => ChallengeMethod::S256,
        None | Some("plain") => ChallengeMethod::Plain,
        Some("S256") => ChallengeMethod::S256,
        Some(_) if ctx.omits(Check::PkceMethod) => ChallengeMethod::Plain,
        Some(_) => {
            return Err(Refusal::invalid_request(
                "code_challenge_method is not supported",
            ));
        }
    };
    match params.get("code_challenge") {
        Some(value) => {
            let is_well_formed = match method {
                ChallengeMethod::S256 => value.len() == 43 && value.bytes().all(is_base64url),
                ChallengeMethod::Plain => is_verifier(value),
            };
            if !is_well_formed && !ctx.omits(Check::PkceChallengeSyntax) {
                return Err(Refusal::invalid_request("code_challenge is malformed"));
            }
            request.challenge = Some(Challenge {
                value: value.to_owned(),
                method,
            });
        }
        None if params.get("code_challenge_method").is_some() => {
            return Err(Refusal::invalid_request("code_challenge is missing"));
        }
        None if request.client.is_public()
            && request.response_type.code
            && !ctx.omits(Check::PkceRequired) =>
        {
            return Err(Refusal::invalid_request("code_challenge is missing"));
        }
        None => {}
    }
    Ok(())
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Whether a text has the form of a `code_verifier` (<https://www.rfc-editor.org/rfc/rfc7636#section-4.1>).
pub(crate) fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| is_base64url(byte) || byte == b'.' || byte == b'~')
}

fn words(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default()
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
