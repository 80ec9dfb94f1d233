//! Rules on the JOSE header.

use serde_json::Value;

use crate::finding::Finding;
use crate::jwt::algorithm::AlgorithmError;
use crate::jwt::criteria::{
    self, KEY_IN_HEADER, LOGOUT_EVENT, REPLICATED, is_special_kind, media_type,
};
use crate::jwt::json::show;

use super::IdToken;
use super::token::AlgorithmProblem;

/// `alg` is there, a string. Whether a name that is not known here was registered lately, a person has to see; a
/// name of its own is one that nobody else can have, such as a URI
/// ([RFC 7515 section 4.1.1](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.1)).
pub fn alg_is_registered(token: &IdToken) -> Finding {
    match token.algorithm() {
        Ok(_) => Finding::Met,
        Err(AlgorithmProblem::Value(AlgorithmError::None | AlgorithmError::NotSupported(_))) => {
            Finding::Met
        }
        Err(AlgorithmProblem::Value(AlgorithmError::Unknown(name))) if name.contains(':') => {
            Finding::met_with(format!("{name:?} is a name of its own"))
        }
        Err(AlgorithmProblem::Value(AlgorithmError::Unknown(name))) if name.is_empty() => {
            Finding::violated("alg, the name of a signature algorithm", "an empty alg")
        }
        Err(AlgorithmProblem::Value(AlgorithmError::Unknown(name))) => Finding::needs_review(
            format!("{name:?} is no signature algorithm that is known here: see the registry"),
        ),
        Err(AlgorithmProblem::Unreadable(why)) => {
            Finding::violated("alg, the name of a signature algorithm", why.clone())
        }
    }
}

/// `alg` is not `none`, save where the client asked for that and no ID Token comes from the authorization
/// endpoint ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn alg_is_not_none(token: &IdToken) -> Finding {
    token.on_header(|header| {
        let is_none = header.get("alg").and_then(Value::as_str) == Some("none");
        if is_none && token.context().allows_none() {
            return Finding::met_with("alg is none, as the client registered");
        }
        Finding::met_if(!is_none, "a signature algorithm", || {
            "alg is \"none\"".to_owned()
        })
    })
}

/// `alg` is the one that the client registered, RS256 by default
/// ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 7).
pub fn alg_is_default_or_registered(token: &IdToken) -> Finding {
    token.on_header(|header| {
        let alg = header.get("alg");
        match &token.context().registered_alg {
            Some(registered) => same_alg(alg, registered),
            None if alg.and_then(Value::as_str) == Some("RS256") => Finding::Met,
            None => Finding::not_applicable(
                "the client's id_token_signed_response_alg is not known, and alg is not the default",
            ),
        }
    })
}

/// `alg` is the `id_token_signed_response_alg` of the client
/// ([OpenID Connect Dynamic Client Registration 1.0 section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)).
pub fn alg_is_the_registered_one(token: &IdToken) -> Finding {
    let Some(registered) = &token.context().registered_alg else {
        return Finding::not_applicable("the client's id_token_signed_response_alg is not known");
    };
    token.on_header(|header| same_alg(header.get("alg"), registered))
}

/// `alg` is one of `id_token_signing_alg_values_supported`
/// ([OpenID Connect Discovery 1.0 section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
pub fn alg_is_advertised(token: &IdToken) -> Finding {
    let Some(supported) = &token.context().supported_algs else {
        return Finding::not_applicable(
            "the metadata has no id_token_signing_alg_values_supported",
        );
    };
    token.on_header(|header| {
        let alg = header.get("alg");
        let known = alg
            .and_then(Value::as_str)
            .is_some_and(|alg| supported.iter().any(|s| s == alg));
        Finding::met_if(known, format!("one of {}", supported.join(", ")), || {
            shown("alg", alg)
        })
    })
}

/// `kid` is a string ([RFC 7515 section 4.1.4](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4)).
pub fn kid_is_string(token: &IdToken) -> Finding {
    token.on_header(|header| match header.get("kid") {
        None => Finding::not_applicable("the header has no kid"),
        Some(Value::String(_)) => Finding::Met,
        other => Finding::violated("kid, a string", shown("kid", other)),
    })
}

/// The header carries no key and no pointer to one
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn no_key_in_header(token: &IdToken) -> Finding {
    token.on_header(|header| {
        let found: Vec<_> = KEY_IN_HEADER
            .into_iter()
            .filter(|name| header.contains_key(*name))
            .collect();
        Finding::met_if(found.is_empty(), "no jku, x5u, jwk or x5c", || {
            found.join(", ")
        })
    })
}

/// `crit`, where it stands, keeps its own rules: an array, not empty, of distinct names that the header has
/// and that JOSE itself does not define
/// ([RFC 7515 section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11)).
pub fn crit_is_well_formed(token: &IdToken) -> Finding {
    token.on_header(|header| {
        if !header.contains_key("crit") {
            return Finding::not_applicable("the header has no crit");
        }
        let expected = "an array of distinct extension names that the header has";
        criteria::crit_problem(header)
            .map_or(Finding::Met, |problem| Finding::violated(expected, problem))
    })
}

/// No extension is critical that an RP can't know
/// ([RFC 7515 section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11)): one that it does not understand makes the token invalid.
pub fn crit_is_understood(token: &IdToken) -> Finding {
    token.on_header(|header| {
        let unknown = criteria::unknown_critical(header);
        Finding::met_if(unknown.is_none(), "no critical extension", || {
            shown("crit", header.get("crit"))
        })
    })
}

/// `b64` is not false ([RFC 7797 section 7](https://www.rfc-editor.org/rfc/rfc7797#section-7)).
pub fn payload_is_encoded(token: &IdToken) -> Finding {
    token.on_header(|header| {
        let b64 = header.get("b64");
        Finding::met_if(criteria::is_encoded(b64), "no b64, or true", || {
            shown("b64", b64)
        })
    })
}

/// `typ`, where it stands, is `JWT` ([RFC 7519 section 5.1](https://www.rfc-editor.org/rfc/rfc7519#section-5.1)).
pub fn typ_is_jwt(token: &IdToken) -> Finding {
    token.on_header(|header| match header.get("typ") {
        None => Finding::not_applicable("the header has no typ"),
        Some(Value::String(typ)) if typ == "JWT" => Finding::Met,
        Some(Value::String(typ)) if media_type(typ) == "jwt" => {
            Finding::met_with(format!("typ is {typ:?}; upper case JWT is recommended"))
        }
        other => Finding::violated("typ \"JWT\", or none", shown("typ", other)),
    })
}

/// The token is not of another kind, which its recipients could not tell from an ID Token
/// ([RFC 8725 section 3.12](https://www.rfc-editor.org/rfc/rfc8725#section-3.12)).
pub fn is_no_other_kind_of_jwt(token: &IdToken) -> Finding {
    token.on_header(|header| {
        let typ = header.get("typ").and_then(Value::as_str);
        if let Some(typ) = typ.filter(|typ| is_special_kind(&media_type(typ))) {
            return Finding::violated(
                "an ID Token",
                format!("typ is {typ:?}, another kind of JWT"),
            );
        }
        token.on_claims(|claims| {
            let events = claims.get("events");
            let logout = events.and_then(|events| events.get(LOGOUT_EVENT)).is_some();
            Finding::met_if(!logout, "an ID Token", || {
                "events holds the logout event: a logout token".to_owned()
            })
        })
    })
}

/// `cty` is left out, because nothing is nested
/// ([RFC 7519 section 5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2)).
pub fn no_cty(token: &IdToken) -> Finding {
    token.on_header(|header| {
        let cty = header.get("cty");
        Finding::met_if(cty.is_none(), "no cty", || shown("cty", cty))
    })
}

/// Claims that are repeated in the header have the same value there
/// ([RFC 7519 section 5.3](https://www.rfc-editor.org/rfc/rfc7519#section-5.3)).
pub fn replicated_claims_agree(token: &IdToken) -> Finding {
    token.on_header(|header| {
        token.on_claims(|claims| {
            let replicated: Vec<_> = REPLICATED
                .into_iter()
                .filter(|name| header.contains_key(*name))
                .collect();
            if replicated.is_empty() {
                return Finding::not_applicable("the header repeats no claim");
            }
            let other = replicated
                .iter()
                .find(|name| header.get(**name) != claims.get(**name));
            other.map_or(Finding::Met, |name| {
                Finding::violated(
                    format!("{name} alike in header and claims"),
                    format!(
                        "{} in the header, {} in the claims",
                        header.get(*name).map_or_else(|| "none".to_owned(), show),
                        claims.get(*name).map_or_else(|| "none".to_owned(), show)
                    ),
                )
            })
        })
    })
}

fn same_alg(alg: Option<&Value>, registered: &str) -> Finding {
    let same = alg.and_then(Value::as_str) == Some(registered);
    Finding::met_if(same, format!("alg {registered}"), || shown("alg", alg))
}

fn shown(name: &str, value: Option<&Value>) -> String {
    value.map_or_else(
        || format!("no {name}"),
        |value| format!("{name} is {}", show(value)),
    )
}
