//! Rules on the claims of ID Tokens
//! ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)).

use serde_json::Value;

use super::error::{Error, Rule};
use super::recipient;
use super::scan::Span;
use super::time;
use super::validator::Rules;
use super::warning::{Warning, Warnings};
use crate::jwt::algorithm::{Algorithm, Hash};
use crate::jwt::criteria;
use crate::jwt::hash::is_half_hash;
use crate::jwt::id_token::Source;
use crate::jwt::standard_claims::StandardType;

pub(super) fn check(rules: &Rules<'_>) -> Result<Warnings, Error> {
    let mut warnings = Warnings::default();
    recipient::issuer(rules)?;
    recipient::client(rules, &mut warnings)?;
    subject(rules, &mut warnings)?;
    time::check(rules, &mut warnings)?;
    time::auth_time(rules)?;
    nonce(rules, &mut warnings)?;
    authentication(rules)?;
    is_no_logout_token(rules)?;
    let claims = rules.claims.slots;
    let expected = rules.expected;
    half_hash(
        rules,
        &HashClaim::new(Rule::AtHash, "at_hash", claims.at_hash)
            .of(expected.access_token)
            .demanded(expected.front_channel_with("token")),
        &mut warnings,
    )?;
    half_hash(
        rules,
        &HashClaim::new(Rule::CHash, "c_hash", claims.c_hash)
            .of(expected.code)
            .demanded(expected.front_channel_with("code")),
        &mut warnings,
    )?;
    half_hash(
        rules,
        &HashClaim::new(Rule::SHash, "s_hash", claims.s_hash)
            .of(expected.state)
            .demanded(expected.state.is_some()),
        &mut warnings,
    )?;
    rules
        .claims
        .optional_text(Rule::Session, "sid", claims.sid)?;
    if let Some(address) = claims.address {
        let fits = serde_json::from_str(address.json(rules.claims.text))
            .is_ok_and(|value: Value| value.is_null() || StandardType::Address.fits(&value));
        warnings.add_if(!fits, Warning::ClaimType);
    }
    Ok(warnings)
}

fn subject(rules: &Rules<'_>, warnings: &mut Warnings) -> Result<(), Error> {
    let claims = rules.claims;
    let sub = claims.text_of(Rule::Subject, "sub", claims.slots.sub)?;
    recipient::subject_form(&sub, warnings)?;
    warnings.add_if(sub == rules.validator.audience, Warning::SubjectIsClient);
    Ok(())
}

fn nonce(rules: &Rules<'_>, warnings: &mut Warnings) -> Result<(), Error> {
    let claims = rules.claims;
    let slot = claims.slots.nonce;
    let expected = rules.expected;
    match expected.nonce {
        _ if expected.source == Source::RefreshResponse => {
            claims.optional_text(Rule::Nonce, "nonce", slot)?;
        }
        Some(nonce) => {
            // Neither of the two is shown: a nonce is bound to one session.
            if !slot.is_some_and(|span| span.is(claims.text, nonce)) {
                return Err(Error::new(
                    Rule::Nonce,
                    "the nonce of the request",
                    claims.kind_of("nonce", slot),
                ));
            }
        }
        None => {
            let is_implicit =
                expected.source == Source::AuthorizationEndpoint && !expected.asked_for("code");
            if is_implicit {
                return Err(Error::new(
                    Rule::Nonce,
                    "the nonce of the request, which the implicit flow demands",
                    "a request without a nonce",
                ));
            }
            claims.optional_text(Rule::Nonce, "nonce", slot)?;
            warnings.add_if(slot.is_some(), Warning::Nonce);
        }
    }
    Ok(())
}

/// `acr` and `amr`.
fn authentication(rules: &Rules<'_>) -> Result<(), Error> {
    let claims = rules.claims;
    let wanted = rules.expected.acr;
    let acr = claims.optional_text(Rule::Acr, "acr", claims.slots.acr)?;
    let fits = wanted.is_empty() || acr.is_some_and(|acr| wanted.contains(&acr.as_ref()));
    if !fits {
        return Err(Error::new(
            Rule::Acr,
            format!("acr, one of {}", wanted.join(", ")),
            claims.shown("acr", claims.slots.acr),
        ));
    }
    recipient::methods(rules)
}

fn is_no_logout_token(rules: &Rules<'_>) -> Result<(), Error> {
    let Some(events) = rules.claims.slots.events else {
        return Ok(());
    };
    let events: Value = serde_json::from_str(events.json(rules.claims.text)).unwrap_or_default();
    if events.get(criteria::LOGOUT_EVENT).is_some() {
        return Err(Error::new(
            Rule::Kind,
            "an ID Token",
            "a logout token (events holds the logout event)",
        ));
    }
    Ok(())
}

/// A claim that holds half of the hash of something.
struct HashClaim<'a> {
    rule: Rule,
    name: &'static str,
    slot: Option<Span>,
    of: Option<&'a str>,
    is_demanded: bool,
}

impl<'a> HashClaim<'a> {
    fn new(rule: Rule, name: &'static str, slot: Option<Span>) -> Self {
        Self {
            rule,
            name,
            slot,
            of: None,
            is_demanded: false,
        }
    }

    fn of(mut self, value: Option<&'a str>) -> Self {
        self.of = value;
        self
    }

    fn demanded(mut self, demanded: bool) -> Self {
        self.is_demanded = demanded;
        self
    }
}

fn half_hash(
    rules: &Rules<'_>,
    claim: &HashClaim<'_>,
    warnings: &mut Warnings,
) -> Result<(), Error> {
    let (rule, name) = (claim.rule, claim.name);
    if claim.slot.is_none() && !claim.is_demanded {
        return Ok(());
    }
    let text = rules.claims.text_of(rule, name, claim.slot)?;
    let (Some(value), Some(alg)) = (claim.of, rules.alg) else {
        return Ok(());
    };
    if is_half_hash(alg.hash(), value, &text) {
        return Ok(());
    }
    // No specification names the hash for EdDSA; SHA-512 is what implementations agree on.
    if matches!(alg, Algorithm::EdDSA | Algorithm::Ed25519)
        && Hash::ALL
            .into_iter()
            .any(|hash| is_half_hash(hash, value, &text))
    {
        warnings.add(Warning::HashFunction);
        return Ok(());
    }
    Err(Error::new(
        rule,
        format!(
            "{name} of what came with the token, by {}",
            alg.hash().as_str()
        ),
        rules.claims.kind_of(name, claim.slot),
    ))
}
