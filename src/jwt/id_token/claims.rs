//! Rules on who issued the token, for whom, about whom and for which request.

use serde_json::{Map, Value};

use crate::finding::Finding;
use crate::jwt::criteria;
use crate::jwt::json::{kind, show};
use crate::jwt::standard_claims;

use super::{IdToken, Source};

/// `iss`, `sub` and `aud` are there and of their types; `sub` is not empty
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn identity_is_complete(token: &IdToken) -> Finding {
    token.on_claims(|claims| {
        let mut wrong = Vec::new();
        for name in ["iss", "sub"] {
            match claims.get(name) {
                Some(Value::String(text)) if text.is_empty() => {
                    wrong.push(format!("{name} is empty"));
                }
                Some(Value::String(_)) => {}
                other => wrong.push(shown(name, other)),
            }
        }
        if let Err(problem) = audiences(claims) {
            wrong.push(problem);
        }
        Finding::met_if(
            wrong.is_empty(),
            "iss and sub, strings, and aud, a string or an array of strings",
            || wrong.join("; "),
        )
    })
}

/// `iss` is the issuer of the metadata, character by character
/// ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 2).
pub fn iss_is_the_issuer(token: &IdToken) -> Finding {
    let issuer = &token.context().issuer;
    token.on_claims(|claims| is_string(claims, "iss", issuer))
}

/// The `iss` of the authorization response is that of the ID Token in it
/// ([RFC 9207 section 2.4](https://www.rfc-editor.org/rfc/rfc9207#section-2.4)).
pub fn iss_parameter_agrees(token: &IdToken) -> Finding {
    let context = token.context();
    if !context.is_front_channel() {
        return Finding::not_applicable("the token did not come from the authorization endpoint");
    }
    match &context.iss_parameter {
        None => Finding::not_applicable("the authorization response has no iss"),
        Some(iss) => token.on_claims(|claims| is_string(claims, "iss", iss)),
    }
}

/// `aud` contains the `client_id`
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn aud_contains_the_client(token: &IdToken) -> Finding {
    let client_id = &token.context().client_id;
    token.on_claims(|claims| {
        let expected = format!("aud with {client_id:?}, a string or an array of strings");
        match audiences(claims) {
            Ok(audiences) => {
                Finding::met_if(audiences.contains(&client_id.as_str()), expected, || {
                    shown("aud", claims.get("aud"))
                })
            }
            Err(problem) => Finding::violated(expected, problem),
        }
    })
}

/// `aud` has no audience that the client does not trust
/// ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 3): it has to reject such a token.
pub fn aud_has_no_untrusted_audience(token: &IdToken) -> Finding {
    let context = token.context();
    token.on_claims(|claims| {
        let audiences = match audiences(claims) {
            Ok(audiences) => audiences,
            Err(problem) => return Finding::violated("aud with the client alone", problem),
        };
        let others: Vec<_> = audiences
            .into_iter()
            .filter(|audience| {
                *audience != context.client_id
                    && !context.trusted_audiences.iter().any(|t| t == audience)
            })
            .collect();
        Finding::met_if(
            others.is_empty(),
            format!("aud with {:?} alone", context.client_id),
            || format!("also {}", cut(&others.join(", "))),
        )
    })
}

/// `azp`, where it stands, is the `client_id`
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn azp_is_the_client(token: &IdToken) -> Finding {
    token.on_claims(|claims| {
        if claims.contains_key("azp") {
            is_string(claims, "azp", &token.context().client_id)
        } else {
            Finding::not_applicable("the token has no azp")
        }
    })
}

/// `sub` has at most 255 ASCII characters
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn sub_is_short_ascii(token: &IdToken) -> Finding {
    token.on_claims(|claims| {
        let Some(sub) = claims.get("sub").and_then(Value::as_str) else {
            return Finding::not_applicable("the token has no sub that is a string");
        };
        let expected = "at most 255 ASCII characters";
        Finding::met_if(criteria::is_short_ascii(sub), expected, || {
            if sub.is_ascii() {
                format!("{} characters", sub.len())
            } else {
                shown("sub", claims.get("sub"))
            }
        })
    })
}

/// `nonce` is the one of the request
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn nonce_is_that_of_the_request(token: &IdToken) -> Finding {
    let context = token.context();
    match &context.nonce {
        _ if context.source == Source::RefreshResponse => {
            Finding::not_applicable("the token came with a refresh")
        }
        None => Finding::not_applicable("the request had no nonce"),
        Some(nonce) => token.on_claims(|claims| is_string(claims, "nonce", nonce)),
    }
}

/// Without a nonce in the request the token has none
/// ([OpenID Connect Core 1.0 section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
pub fn no_nonce_without_request(token: &IdToken) -> Finding {
    let context = token.context();
    if context.source == Source::RefreshResponse {
        return Finding::not_applicable("the token came with a refresh");
    }
    if context.nonce.is_some() {
        return Finding::not_applicable("the request had a nonce");
    }
    token.on_claims(|claims| {
        let nonce = claims.get("nonce");
        Finding::met_if(nonce.is_none(), "no nonce", || shown("nonce", nonce))
    })
}

/// `acr` is a string ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn acr_is_string(token: &IdToken) -> Finding {
    on_optional(token, "acr", |acr| {
        let ok = acr.as_str().is_some_and(|acr| !acr.is_empty());
        Finding::met_if(ok, "acr, a string", || shown("acr", Some(acr)))
    })
}

/// `acr` is an absolute URI or a name registered by [RFC 6711](https://www.rfc-editor.org/rfc/rfc6711)
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn acr_is_uri_or_registered(token: &IdToken) -> Finding {
    on_optional(token, "acr", |acr| match acr {
        Value::String(acr) if url::Url::parse(acr).is_ok() => Finding::Met,
        Value::String(acr) if acr == "0" => {
            Finding::met_with("acr is \"0\", which section 2 explains itself")
        }
        Value::String(acr) => Finding::needs_review(format!(
            "acr is {}, no absolute URI: whether the registry of RFC 6711 has it",
            cut(&format!("{acr:?}"))
        )),
        other => Finding::violated("an absolute URI", shown("acr", Some(other))),
    })
}

/// `acr` is one of the values that were asked for as essential
/// ([OpenID Connect Core 1.0 section 5.5.1.1](https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics)).
pub fn acr_is_as_requested(token: &IdToken) -> Finding {
    let wanted = &token.context().acr_essential;
    if wanted.is_empty() {
        return Finding::not_applicable("the request asked for no essential acr");
    }
    token.on_claims(|claims| {
        let acr = claims.get("acr");
        let ok = acr
            .and_then(Value::as_str)
            .is_some_and(|acr| wanted.iter().any(|w| w == acr));
        Finding::met_if(ok, format!("acr, one of {}", wanted.join(", ")), || {
            shown("acr", acr)
        })
    })
}

/// `amr` is an array of strings
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn amr_is_array_of_strings(token: &IdToken) -> Finding {
    on_optional(token, "amr", |amr| {
        let ok = strings(amr).is_some();
        Finding::met_if(ok, "amr, an array of strings", || shown("amr", Some(amr)))
    })
}

/// The values of `amr` are registered ([RFC 8176 section 2](https://www.rfc-editor.org/rfc/rfc8176#section-2)).
pub fn amr_is_registered(token: &IdToken) -> Finding {
    on_optional(token, "amr", |amr| {
        let Some(methods) = strings(amr) else {
            return Finding::violated("an array of registered names", shown("amr", Some(amr)));
        };
        let other: Vec<_> = methods
            .into_iter()
            .filter(|method| !AUTHENTICATION_METHODS.contains(method))
            .collect();
        Finding::met_if(other.is_empty(), "names that RFC 8176 registers", || {
            cut(&other.join(", "))
        })
    })
}

/// The standard claims in the token have their types
/// ([OpenID Connect Core 1.0 section 5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims)).
pub fn standard_claims_have_their_types(token: &IdToken) -> Finding {
    token.on_claims(standard_claims::have_their_types)
}

/// The audiences in `aud`.
///
/// # Errors
/// `aud` is missing, empty, or neither a string nor an array of strings.
pub(super) fn audiences(claims: &Map<String, Value>) -> Result<Vec<&str>, String> {
    let aud = claims.get("aud").ok_or_else(|| "no aud".to_owned())?;
    let audiences = match aud {
        Value::String(one) => Some(vec![one.as_str()]),
        other => strings(other),
    };
    audiences
        .filter(|all| !all.is_empty() && all.iter().all(|audience| !audience.is_empty()))
        .ok_or_else(|| shown("aud", Some(aud)))
}

/// How a report shows a claim.
pub(super) fn shown(name: &str, value: Option<&Value>) -> String {
    match value {
        None => format!("no {name}"),
        Some(value @ Value::Object(_)) => format!("{name} is {}", kind(value)),
        Some(value) => format!("{name} is {}", show(value)),
    }
}

/// The names that RFC 8176 registers.
const AUTHENTICATION_METHODS: [&str; 20] = [
    "face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pwd", "rba", "retina",
    "sc", "sms", "swk", "tel", "user", "vbm", "wia",
];

fn on_optional(token: &IdToken, name: &str, rule: impl FnOnce(&Value) -> Finding) -> Finding {
    token.on_claims(|claims| {
        claims.get(name).map_or_else(
            || Finding::not_applicable(format!("the token has no {name}")),
            rule,
        )
    })
}

fn is_string(claims: &Map<String, Value>, name: &str, wanted: &str) -> Finding {
    let value = claims.get(name);
    let same = value.and_then(Value::as_str) == Some(wanted);
    Finding::met_if(same, format!("{name} {wanted:?}"), || shown(name, value))
}

fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
