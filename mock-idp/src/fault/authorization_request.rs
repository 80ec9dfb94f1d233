//! Faults in how authorization requests are read.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{Break, Check, Document, Fault};
use crate::accounts::RESPONSE_TYPES;
use crate::authorization::{ACR_VALUES, KNOWN, Refusal};
use crate::jws::Parsed;
use crate::reply::Reply;
use crate::route::Endpoint;
use crate::scope::SCOPES;

/// What a request that is right is refused with.
const NOT_WANTED: Refusal = Refusal {
    error: "invalid_request",
    description: "this is not wanted here",
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "authorization_request.acr_essential_ignored",
        breaks: &["OIDCC-5.5.1.1-1", "OIDCC-5.5.1.1-2", "OIDCUA-1-1"],
        summary: "an essential acr is treated as a voluntary one",
        needs: Some("acr"),
        break_: Break::Omit(Check::EssentialAcr),
    },
    Fault {
        id: "authorization_request.acr_values_refused",
        breaks: &["OIDCC-15.1-2", "OIDCC-5.5.1.1-3"],
        summary: "acr_values that can't be met are an error",
        needs: None,
        break_: Break::Demand(|_, params| {
            params
                .get("acr_values")
                .is_some_and(|asked| !asked.split(' ').any(|acr| ACR_VALUES.contains(&acr)))
                .then_some(NOT_WANTED)
        }),
    },
    Fault {
        id: "authorization_request.any_redirect_uri",
        breaks: &[
            "OIDCC-3.1.2.1-6",
            "OIDCC-3.1.2.6-1",
            "RFC6749-3.1.2.4-2",
            "RFC7591-5-3",
            "RFC9700-2.1-1",
        ],
        summary: "a redirect_uri that is not registered is taken",
        needs: None,
        break_: Break::Omit(Check::RedirectUri),
    },
    Fault {
        id: "authorization_request.any_response_type",
        breaks: &["RFC6749-3.1.1-2", "RFC9700-2.1.2-1"],
        summary: "a response_type without meaning is taken for code",
        needs: None,
        break_: Break::Omit(Check::ResponseType),
    },
    Fault {
        id: "authorization_request.claims_ignored",
        breaks: &["OIDCC-5.5.1-2"],
        summary: "the claims parameter has no effect",
        needs: Some("claims_param"),
        break_: Break::AuthorizationRequest(|_, params| params.remove("claims")),
    },
    Fault {
        id: "authorization_request.claims_locales_refused",
        breaks: &["OIDCC-5.2-1"],
        summary: "claims_locales is an error",
        needs: None,
        break_: Break::Demand(|_, params| params.get("claims_locales").map(|_| NOT_WANTED)),
    },
    Fault {
        id: "authorization_request.claims_refused",
        breaks: &["OIDCC-5.5-2"],
        summary: "the claims parameter is an error",
        needs: None,
        break_: Break::Demand(|_, params| params.get("claims").map(|_| NOT_WANTED)),
    },
    Fault {
        id: "authorization_request.claims_unavailable_refused",
        breaks: &["OIDCC-5.5.1-1"],
        summary: "a claim that the user does not have is an error",
        needs: Some("claims_param"),
        break_: Break::Demand(|_, params| {
            params
                .get("claims")
                .filter(|claims| claims.contains("urn:"))
                .map(|_| NOT_WANTED)
        }),
    },
    Fault {
        id: "authorization_request.claims_unknown_member_refused",
        breaks: &["OIDCC-5.5-1"],
        summary: "a member of the claims parameter that is not known is an error",
        needs: Some("claims_param"),
        break_: Break::Demand(|_, params| {
            let claims = params.get("claims")?;
            let document: Map<String, Value> = serde_json::from_str(claims).ok()?;
            document
                .keys()
                .any(|member| member != "userinfo" && member != "id_token")
                .then_some(NOT_WANTED)
        }),
    },
    Fault {
        id: "authorization_request.display_refused",
        breaks: &["OIDCC-15.1-2"],
        summary: "display is an error",
        needs: None,
        break_: Break::Demand(|_, params| params.get("display").map(|_| NOT_WANTED)),
    },
    Fault {
        id: "authorization_request.empty_parameter_refused",
        breaks: &["RFC6749-3.1-5"],
        summary: "a parameter without a value is an error",
        needs: None,
        break_: Break::Demand(|ctx, _| {
            let query = ctx.request.uri().query().unwrap_or_default();
            query
                .split('&')
                .any(|pair| pair.ends_with('='))
                .then_some(NOT_WANTED)
        }),
    },
    Fault {
        id: "authorization_request.endpoint_with_fragment",
        breaks: &["RFC6749-3.1-1"],
        summary: "authorization_endpoint has a fragment",
        needs: None,
        break_: Break::Json(Document::Metadata, |ctx, metadata| {
            let url = format!("{}#here", ctx.url("/authorize"));
            metadata.insert("authorization_endpoint".to_owned(), json!(url));
        }),
    },
    Fault {
        id: "authorization_request.forwarded_host_believed",
        breaks: &["RFC9700-4.13-2"],
        summary: "the metadata name the host of X-Forwarded-Host",
        needs: None,
        break_: Break::Json(Document::Metadata, |ctx, metadata| {
            if let Some(host) = ctx.header("x-forwarded-host") {
                let url = format!("https://{host}/authorize");
                metadata.insert("authorization_endpoint".to_owned(), json!(url));
            }
        }),
    },
    Fault {
        id: "authorization_request.get_refused",
        breaks: &["RFC6749-3.1-2"],
        summary: "only POST is taken",
        needs: None,
        break_: Break::Answer(&[Endpoint::Authorize], |ctx, reply| {
            if ctx.request.method() == Method::GET {
                *reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
            }
        }),
    },
    Fault {
        id: "authorization_request.id_token_hint_expired_refused",
        breaks: &["OIDCC-3.1.2.2-3"],
        summary: "an id_token_hint that has expired is an error",
        needs: None,
        break_: Break::Demand(|ctx, params| {
            let hint = Parsed::read(params.get("id_token_hint")?)?;
            let exp = hint.claims.get("exp")?.as_u64()?;
            (exp <= ctx.now).then_some(NOT_WANTED)
        }),
    },
    Fault {
        id: "authorization_request.id_token_hint_refused",
        breaks: &["OIDCC-3.1.2.1-18"],
        summary: "an id_token_hint is an error, whosoever it is",
        needs: None,
        break_: Break::Demand(|_, params| params.get("id_token_hint").map(|_| NOT_WANTED)),
    },
    Fault {
        id: "authorization_request.id_token_hint_unverified",
        breaks: &["OIDCC-3.1.2.2-2"],
        summary: "an id_token_hint that was not issued here is ignored",
        needs: None,
        break_: Break::Omit(Check::IdTokenHint),
    },
    Fault {
        id: "authorization_request.login_hint_refused",
        breaks: &["OIDCC-3.1.2.1-17"],
        summary: "login_hint is an error",
        needs: None,
        break_: Break::Demand(|_, params| params.get("login_hint").map(|_| NOT_WANTED)),
    },
    Fault {
        id: "authorization_request.max_age_ignored",
        breaks: &["OIDCC-3.1.2.1-3"],
        summary: "a login older than max_age is good enough",
        needs: None,
        break_: Break::Omit(Check::MaxAge),
    },
    Fault {
        id: "authorization_request.nonce_lower_case",
        breaks: &["OIDCC-2-4"],
        summary: "nonce is kept in lower case",
        needs: None,
        break_: Break::AuthorizationRequest(|_, params| params.change("nonce", str::to_lowercase)),
    },
    Fault {
        id: "authorization_request.nonce_missing_taken",
        breaks: &["OIDCC-3.2.2.1-1", "OIDCC-3.3.2.1-1"],
        summary: "an ID token is issued without a nonce by the authorization endpoint",
        needs: Some("implicit"),
        break_: Break::Omit(Check::NonceRequired),
    },
    Fault {
        id: "authorization_request.nonce_required",
        breaks: &["OIDCC-2-17"],
        summary: "the code flow needs a nonce",
        needs: None,
        break_: Break::Demand(|_, params| params.get("nonce").is_none().then_some(NOT_WANTED)),
    },
    Fault {
        id: "authorization_request.nonce_truncated",
        breaks: &["OIDCC-2-4"],
        summary: "nonce is kept up to 100 characters",
        needs: None,
        break_: Break::AuthorizationRequest(|_, params| {
            params.change("nonce", |nonce| nonce.chars().take(100).collect());
        }),
    },
    Fault {
        id: "authorization_request.post_parameters_lost",
        breaks: &["OIDCC-3.1.2.1-8"],
        summary: "of a POST only client_id and redirect_uri are read",
        needs: None,
        break_: Break::AuthorizationRequest(|ctx, params| {
            if ctx.request.method() == Method::POST {
                params.retain(&["client_id", "redirect_uri"]);
            }
        }),
    },
    Fault {
        id: "authorization_request.post_refused",
        breaks: &["OIDCC-3.1.2.1-8"],
        summary: "only GET is taken",
        needs: None,
        break_: Break::Answer(&[Endpoint::Authorize], |ctx, reply| {
            if ctx.request.method() == Method::POST {
                *reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
            }
        }),
    },
    Fault {
        id: "authorization_request.prompt_consent_ignored",
        breaks: &["OIDCC-3.1.2.1-14"],
        summary: "prompt=consent does not ask for consent that was given",
        needs: None,
        break_: Break::Omit(Check::PromptConsent),
    },
    Fault {
        id: "authorization_request.prompt_login_ignored",
        breaks: &["OIDCC-3.1.2.3-2"],
        summary: "prompt=login does not ask for the password when there is a session",
        needs: None,
        break_: Break::Omit(Check::PromptLogin),
    },
    Fault {
        id: "authorization_request.prompt_none_refused",
        breaks: &["OIDCC-3.1.2.1-16"],
        summary: "prompt=none needs an id_token_hint",
        needs: None,
        break_: Break::Demand(|_, params| {
            let is_silent = params.get("prompt") == Some("none");
            (is_silent && params.get("id_token_hint").is_none()).then_some(NOT_WANTED)
        }),
    },
    Fault {
        id: "authorization_request.prompt_none_shows_page",
        breaks: &["OIDCC-3.1.2.1-1", "OIDCC-3.1.2.3-1"],
        summary: "prompt=none shows the pages that it needs",
        needs: None,
        break_: Break::Omit(Check::PromptNone),
    },
    Fault {
        id: "authorization_request.prompt_none_with_others",
        breaks: &["OIDCC-3.1.2.1-2"],
        summary: "beside another value prompt=none is left out",
        needs: None,
        break_: Break::AuthorizationRequest(|_, params| {
            params.change("prompt", |prompt| {
                let others = prompt.split(' ').filter(|value| *value != "none");
                let others: Vec<&str> = others.collect();
                if others.is_empty() {
                    prompt.to_owned()
                } else {
                    others.join(" ")
                }
            });
        }),
    },
    Fault {
        id: "authorization_request.prompt_select_account_ignored",
        breaks: &["OIDCC-3.1.2.1-15"],
        summary: "prompt=select_account does not offer the accounts",
        needs: None,
        break_: Break::Omit(Check::PromptSelectAccount),
    },
    Fault {
        id: "authorization_request.repeated_parameter_taken",
        breaks: &["RFC6749-4.1.2.1-1"],
        summary: "of a parameter that came twice the first is taken",
        needs: None,
        break_: Break::Omit(Check::RepeatedParameter),
    },
    Fault {
        id: "authorization_request.request_ignored",
        breaks: &["OIDCC-6.1-1"],
        summary: "request is ignored, and a code issued",
        needs: None,
        break_: Break::Omit(Check::RequestParameter),
    },
    Fault {
        id: "authorization_request.request_uri_ignored",
        breaks: &["OIDCC-6.2-1"],
        summary: "request_uri is ignored, and a code issued",
        needs: None,
        break_: Break::Omit(Check::RequestUriParameter),
    },
    Fault {
        id: "authorization_request.required_sub_ignored",
        breaks: &["OIDCC-3.1.2.1-5", "OIDCC-3.1.2.2-1"],
        summary: "another user than the one asked for may log in",
        needs: None,
        break_: Break::Omit(Check::RequiredSub),
    },
    Fault {
        id: "authorization_request.response_mode_ignored",
        breaks: &["OIDCC-3.1.2.6-4"],
        summary: "a response_mode that is not known is ignored",
        needs: None,
        break_: Break::Omit(Check::ResponseModeKnown),
    },
    Fault {
        id: "authorization_request.response_mode_query_for_tokens",
        breaks: &["OAUTHMRT-3-1", "OAUTHMRT-5-2", "OAUTHMRT-7-1"],
        summary: "tokens are put into the query where response_mode asks for that",
        needs: Some("implicit"),
        break_: Break::Omit(Check::ResponseMode),
    },
    Fault {
        id: "authorization_request.response_type_in_order",
        breaks: &["RFC6749-3.1.1-3"],
        summary: "the words of response_type have to stand in the order of the metadata",
        needs: Some("hybrid"),
        break_: Break::Demand(|_, params| {
            params
                .get("response_type")
                .is_some_and(|asked| !RESPONSE_TYPES.contains(&asked))
                .then_some(NOT_WANTED)
        }),
    },
    Fault {
        id: "authorization_request.response_type_missing_taken",
        breaks: &["RFC6749-3.1.1-1", "OIDCC-3.1.2.2-5"],
        summary: "without response_type a code is issued",
        needs: None,
        break_: Break::AuthorizationRequest(|_, params| {
            if params.get("response_type").is_none() {
                params.add("response_type", "code");
            }
        }),
    },
    Fault {
        id: "authorization_request.response_type_of_others",
        breaks: &["RFC6749-4.1.2.1-7"],
        summary: "any client may use any response_type",
        needs: Some("dcr"),
        break_: Break::Omit(Check::ResponseTypeOfClient),
    },
    Fault {
        id: "authorization_request.scope_unknown_granted",
        breaks: &["RFC6749-3.3-3"],
        summary: "a scope that nobody knows is granted",
        needs: None,
        break_: Break::Omit(Check::ScopeKnown),
    },
    Fault {
        id: "authorization_request.scope_unknown_refused",
        breaks: &["OIDCC-3.1.2.1-10"],
        summary: "a scope that is not known is an error, also beside openid",
        needs: None,
        break_: Break::Demand(|_, params| {
            let asked = params.get("scope")?;
            let is_known = |value: &str| SCOPES.contains(&value);
            (!asked.split(' ').all(is_known)).then_some(Refusal {
                error: "invalid_scope",
                ..NOT_WANTED
            })
        }),
    },
    Fault {
        id: "authorization_request.second_redirect_uri",
        breaks: &["RFC6749-4.1.2.1-2"],
        summary: "of two redirect_uris the second is redirected to",
        needs: None,
        break_: Break::Answer(&[Endpoint::Authorize], |ctx, reply| {
            if let Ok(params) = ctx.params()
                && let Some(second) = params.all("redirect_uri").nth(1)
            {
                *reply = Reply::see_other(&format!("{second}?error=invalid_request"));
            }
        }),
    },
    Fault {
        id: "authorization_request.state_required",
        breaks: &["RFC6749-4.1.1-1"],
        summary: "state has to have eight characters",
        needs: None,
        break_: Break::Demand(|_, params| {
            let length = params.get("state").map_or(0, str::len);
            (length < 8).then_some(NOT_WANTED)
        }),
    },
    Fault {
        id: "authorization_request.ui_locales_refused",
        breaks: &["OIDCC-3.1.2.1-13"],
        summary: "ui_locales is an error",
        needs: None,
        break_: Break::Demand(|_, params| params.get("ui_locales").map(|_| NOT_WANTED)),
    },
    Fault {
        id: "authorization_request.unknown_parameter_refused",
        breaks: &["RFC6749-3.1-4"],
        summary: "a parameter that is not known is an error",
        needs: None,
        break_: Break::Demand(|_, params| {
            params
                .iter()
                .any(|(name, _)| !KNOWN.contains(&name))
                .then_some(NOT_WANTED)
        }),
    },
];
