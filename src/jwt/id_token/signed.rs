//! Rules on the signature and the key behind it.

use serde_json::Value;

use crate::finding::Finding;
use crate::jwt::algorithm::{AlgorithmError, Family};
use crate::jwt::compact::Jws;
use crate::jwt::json::show;
use crate::jwt::key::Jwk;
use crate::jwt::signature::SignatureError;

use super::IdToken;
use super::token::{AlgorithmProblem, Trials};

/// The token is signed, and the signature verifies with a published key that is for it, or with the client's
/// secret ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn is_signed(token: &IdToken) -> Finding {
    let expected = "a JWS whose signature verifies";
    let signature = match token.jws().and_then(Jws::signature) {
        Ok(signature) => signature,
        Err(error) => return Finding::violated(expected, error.to_string()),
    };
    match token.algorithm() {
        Err(AlgorithmProblem::Value(AlgorithmError::None)) if token.context().allows_none() => {
            Finding::met_if(signature.is_empty(), "alg none with no signature", || {
                format!("alg none with a signature of {} octets", signature.len())
            })
        }
        Err(AlgorithmProblem::Value(error @ AlgorithmError::NotSupported(_))) => {
            Finding::needs_review(format!("whether the signature verifies: {error}"))
        }
        Err(problem) => Finding::violated(expected, problem.to_string()),
        Ok(alg) => match token.trials() {
            Trials::None => Finding::violated(expected, "no signature"),
            Trials::Secret(Ok(())) => Finding::Met,
            Trials::Secret(Err(error)) => {
                Finding::violated(expected, format!("alg {alg}: {error}"))
            }
            Trials::Keys(_) => by_keys(token, alg.as_str(), expected),
        },
    }
}

/// The key that signed is published, and it may sign
/// ([OpenID Connect Core 1.0 section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
pub fn key_is_published(token: &IdToken) -> Finding {
    if !token.is_asymmetric() {
        return Finding::not_applicable("the token has no signature by a published key");
    }
    let expected = "a key of the JWK Set, published for signatures";
    let alg = match token.algorithm() {
        Ok(alg) => alg,
        Err(AlgorithmProblem::Value(error @ AlgorithmError::NotSupported(_))) => {
            return Finding::needs_review(format!("which key signed: {error}"));
        }
        Err(problem) => return Finding::violated(expected, problem.to_string()),
    };
    let mut forbidden = None;
    for (key, trial) in token.tried_keys() {
        if trial.is_ok() {
            match key.forbids(alg.as_str()) {
                None => return Finding::Met,
                Some(why) => forbidden = Some(format!("{} signed, but {why}", key.label())),
            }
        }
    }
    if let Some(undecided) = undecided(token.tried_keys()) {
        return undecided;
    }
    Finding::violated(
        expected,
        forbidden.unwrap_or_else(|| {
            let count = token.context().keys.keys.len();
            format!("none of the {count} keys verifies the signature")
        }),
    )
}

/// With several keys in the set, the header has a `kid`
/// ([OpenID Connect Core 1.0 section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
pub fn kid_is_there_among_several_keys(token: &IdToken) -> Finding {
    let count = token.context().keys.keys.len();
    if count < 2 {
        return Finding::not_applicable(format!("the JWK Set has {count} keys, not several"));
    }
    token.on_header(|header| {
        if !token.is_asymmetric() {
            return Finding::not_applicable("the token has no signature by a published key");
        }
        Finding::met_if(
            header.contains_key("kid"),
            format!("a kid ({count} keys are published)"),
            || "no kid".to_owned(),
        )
    })
}

/// The `kid` names exactly one published key for such signatures, and that key verifies
/// ([OpenID Connect Core 1.0 section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
pub fn kid_names_the_key(token: &IdToken) -> Finding {
    token.on_header(|header| {
        let Some(kid) = header.get("kid") else {
            return Finding::not_applicable("the header has no kid");
        };
        if !token.is_asymmetric() {
            return Finding::not_applicable("the token has no signature by a published key");
        }
        let expected = format!("one signing key with kid {} that verifies", show(kid));
        let alg = header
            .get("alg")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let named: Vec<_> = token
            .tried_keys()
            .filter(|(key, trial)| {
                key.kid().is_some()
                    && key.kid() == kid.as_str()
                    && key.forbids(alg).is_none()
                    && !matches!(trial, Err(SignatureError::KeyType { .. }))
            })
            .collect();
        match named.as_slice() {
            [(_, Ok(()))] => Finding::Met,
            [(key, Err(error))] => undecided(named.iter().copied()).unwrap_or_else(|| {
                Finding::violated(expected, format!("{}: {error}", key.label()))
            }),
            [] => Finding::violated(expected, no_key(token, kid)),
            several => Finding::violated(expected, format!("{} such keys", several.len())),
        }
    })
}

/// A MAC is made with the octets of the `client_secret`
/// ([OpenID Connect Core 1.0 section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
pub fn mac_is_by_the_client_secret(token: &IdToken) -> Finding {
    match token.trials() {
        Trials::Secret(Ok(())) => Finding::Met,
        Trials::Secret(Err(error)) => Finding::violated(
            "a MAC with the UTF-8 octets of the client_secret",
            error.to_string(),
        ),
        Trials::None | Trials::Keys(_) => Finding::not_applicable("the token has no MAC"),
    }
}

/// The secret behind a MAC is no shorter than its hash
/// ([RFC 7518 section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
pub fn mac_key_is_long_enough(token: &IdToken) -> Finding {
    let Ok(alg) = token.algorithm() else {
        return Finding::not_applicable("the token has no MAC");
    };
    let Some(secret) = &token.context().client_secret else {
        return Finding::not_applicable("the client has no secret");
    };
    if alg.family() != Family::Hmac {
        return Finding::not_applicable("the token has no MAC");
    }
    let least = alg.hash().octets();
    Finding::met_if(
        secret.len() >= least,
        format!("a client_secret of at least {least} octets for {alg}"),
        || format!("{} octets", secret.len()),
    )
}

fn by_keys(token: &IdToken, alg: &str, expected: &str) -> Finding {
    let kid = token
        .jws()
        .and_then(Jws::header)
        .ok()
        .and_then(|header| header.get("kid"));
    let candidates: Vec<_> = token
        .tried_keys()
        .filter(|(key, _)| kid.is_none_or(|kid| key.get("kid") == Some(kid)))
        .collect();
    let reasons: Vec<String> = candidates
        .iter()
        .filter_map(|(key, trial)| {
            let why = key
                .forbids(alg)
                .or_else(|| trial.as_ref().err().map(ToString::to_string))?;
            Some(format!("{}: {why}", key.label()))
        })
        .collect();
    if reasons.len() < candidates.len() {
        return Finding::Met;
    }
    if let Some(undecided) = undecided(candidates.iter().copied()) {
        return undecided;
    }
    Finding::violated(
        expected,
        match (kid, reasons.as_slice()) {
            (Some(kid), []) => no_key(token, kid),
            (None, []) => "the JWK Set has no key".to_owned(),
            (_, reasons) if reasons.len() > MAX_REASONS => {
                format!("{}; …", reasons[..MAX_REASONS].join("; "))
            }
            (_, reasons) => reasons.join("; "),
        },
    )
}

const MAX_REASONS: usize = 5;

fn no_key(token: &IdToken, kid: &Value) -> String {
    format!(
        "no such key with kid {} among {}",
        show(kid),
        token.context().keys.keys.len()
    )
}

fn undecided<'a>(
    mut tried: impl Iterator<Item = (&'a Jwk, &'a Result<(), SignatureError>)>,
) -> Option<Finding> {
    tried.find_map(|(key, trial)| match trial {
        Err(error) if error.is_undecided() => Some(Finding::needs_review(format!(
            "whether {} verifies the signature: {error}",
            key.label()
        ))),
        _ => None,
    })
}
