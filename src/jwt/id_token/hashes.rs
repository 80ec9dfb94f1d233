//! Rules on `at_hash` and `c_hash`.

use crate::finding::Finding;
use crate::jwt::algorithm::{Algorithm, AlgorithmError, Hash};
use crate::jwt::hash::half_hash;

use super::IdToken;
use super::claims::shown;
use super::token::AlgorithmProblem;

/// `at_hash` in a token of the token endpoint, where it stands, is that of the access token
/// ([OpenID Connect Core 1.0 section 3.1.3.6](https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken)).
pub fn at_hash_when_there(token: &IdToken) -> Finding {
    when_there(token, "at_hash", token.context().access_token.as_deref())
}

/// `c_hash` in a token of the token endpoint, where it stands, is that of the code
/// ([OpenID Connect Core 1.0 section 3.3.3.6](https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken2)).
pub fn c_hash_when_there(token: &IdToken) -> Finding {
    when_there(token, "c_hash", token.context().code.as_deref())
}

/// With `id_token token` there is an `at_hash`, that of the access token
/// ([OpenID Connect Core 1.0 section 3.2.2.10](https://openid.net/specs/openid-connect-core-1_0.html#ImplicitIDToken)).
pub fn implicit_at_hash(token: &IdToken) -> Finding {
    let access_token = token.context().access_token.as_deref();
    required(token, &[&["id_token", "token"]], "at_hash", access_token)
}

/// With `id_token` alone there is no access token and no `at_hash`
/// ([OpenID Connect Core 1.0 section 3.2.2.10](https://openid.net/specs/openid-connect-core-1_0.html#ImplicitIDToken)).
pub fn no_at_hash_without_access_token(token: &IdToken) -> Finding {
    let context = token.context();
    if !context.is_front_channel() || !context.has_response_type(&["id_token"]) {
        return Finding::not_applicable("not an authorization response to response_type id_token");
    }
    let expected = "no access_token and no at_hash";
    if context.access_token.is_some() {
        return Finding::violated(expected, "an access_token");
    }
    token.on_claims(|claims| {
        let at_hash = claims.get("at_hash");
        Finding::met_if(at_hash.is_none(), expected, || shown("at_hash", at_hash))
    })
}

/// With `code id_token` and `code id_token token` there is a `c_hash`, that of the code
/// ([OpenID Connect Core 1.0 section 3.3.2.11](https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken)).
pub fn hybrid_c_hash(token: &IdToken) -> Finding {
    let code = token.context().code.as_deref();
    required(
        token,
        &[&["code", "id_token"], &["code", "id_token", "token"]],
        "c_hash",
        code,
    )
}

/// With `code id_token token` there is an `at_hash`, that of the access token
/// ([OpenID Connect Core 1.0 section 3.3.2.11](https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken)).
pub fn hybrid_at_hash(token: &IdToken) -> Finding {
    let access_token = token.context().access_token.as_deref();
    required(
        token,
        &[&["code", "id_token", "token"]],
        "at_hash",
        access_token,
    )
}

fn when_there(token: &IdToken, name: &str, value: Option<&str>) -> Finding {
    if token.context().is_front_channel() {
        return Finding::not_applicable("the token came from the authorization endpoint");
    }
    token.on_claims(|claims| match (claims.contains_key(name), value) {
        (false, _) => Finding::not_applicable(format!("the token has no {name}")),
        (true, None) => Finding::not_applicable(format!("what {name} is of is not known")),
        (true, Some(value)) => judge(token, name, value),
    })
}

fn required(
    token: &IdToken,
    response_types: &[&[&str]],
    name: &str,
    value: Option<&str>,
) -> Finding {
    let context = token.context();
    let applies = response_types
        .iter()
        .any(|words| context.has_response_type(words));
    if !context.is_front_channel() || !applies {
        return Finding::not_applicable(format!(
            "{name} is not required with response_type {:?} there",
            context.response_type
        ));
    }
    match value {
        Some(value) => judge(token, name, value),
        None => Finding::not_applicable(format!("the answer lacks what {name} is of")),
    }
}

fn judge(token: &IdToken, name: &str, value: &str) -> Finding {
    let alg = match token.algorithm() {
        Ok(alg) => alg,
        Err(AlgorithmProblem::Value(error @ AlgorithmError::NotSupported(_))) => {
            return Finding::needs_review(format!("whether {name} is right: {error}"));
        }
        Err(AlgorithmProblem::Value(AlgorithmError::None)) => {
            return Finding::not_applicable("alg none names no hash function");
        }
        Err(problem) => {
            return Finding::violated(
                format!("{name} by the hash function of alg"),
                problem.to_string(),
            );
        }
    };
    let right = half_hash(alg.hash(), value);
    token.on_claims(|claims| {
        let found = claims.get(name);
        let text = found.and_then(serde_json::Value::as_str);
        if text == Some(&right) {
            return Finding::Met;
        }
        let other = Hash::ALL
            .into_iter()
            .find(|hash| text == Some(&half_hash(*hash, value)));
        let expected = format!("{name} {right:?} ({}, alg {alg})", alg.hash().as_str());
        match other {
            // No specification names the hash for EdDSA; SHA-512 is what implementations agree on.
            Some(hash) if matches!(alg, Algorithm::EdDSA | Algorithm::Ed25519) => {
                Finding::needs_review(format!(
                    "{name} is made with {} where SHA-512 is usual for {alg}",
                    hash.as_str()
                ))
            }
            Some(hash) => Finding::violated(
                expected,
                format!("{}, made with {}", shown(name, found), hash.as_str()),
            ),
            None => Finding::violated(expected, shown(name, found)),
        }
    })
}
