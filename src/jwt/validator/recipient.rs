//! Rules on who issued a token, for whom and about whom, shared by the kinds of token.

use super::error::{Error, Rule, quoted};
use super::scan::Kind;
use super::validator::Rules;
use super::warning::{Warning, Warnings};
use crate::jwt::criteria;

/// `iss` is the issuer, character by character.
pub(super) fn issuer(rules: &Rules<'_>) -> Result<(), Error> {
    let claims = rules.claims;
    claims.is(
        Rule::Issuer,
        "iss",
        claims.slots.iss,
        &rules.validator.issuer,
    )
}

/// `aud` has the client and nobody that it does not trust; `azp`, where it stands, is the client.
pub(super) fn client(rules: &Rules<'_>, warnings: &mut Warnings) -> Result<(), Error> {
    let claims = rules.claims;
    let client_id = rules.validator.audience.as_str();
    let azp = claims.slots.azp;
    let several = audiences(rules, warnings, |audience| {
        rules
            .validator
            .trusted_audiences
            .iter()
            .any(|trusted| trusted == audience)
    })?;
    if azp.is_some() {
        return claims.is(Rule::AuthorizedParty, "azp", azp, client_id);
    }
    if several && rules.validator.demands_azp {
        return Err(Error::new(
            Rule::AuthorizedParty,
            format!("azp {client_id:?}, because there are several audiences"),
            "no azp",
        ));
    }
    warnings.add_if(several, Warning::AuthorizedParty);
    Ok(())
}

/// `aud` has the recipient, and besides it only what `accepts` accepts. Says whether there are several.
pub(super) fn audiences(
    rules: &Rules<'_>,
    warnings: &mut Warnings,
    accepts: impl Fn(&str) -> bool,
) -> Result<bool, Error> {
    /// A recipient has no use for more audiences, and comparing them takes the square of the time.
    const MAX_AUDIENCES: usize = 64;
    let claims = rules.claims;
    let wanted = rules.validator.audience.as_str();
    let slot = claims.slots.aud;
    let wrong = |actual: String| {
        let expected = format!("aud with {wanted:?}");
        Err(Error::new(Rule::Audience, expected, actual))
    };
    let Some(aud) = slot else {
        return wrong("no aud".to_owned());
    };
    if aud.kind == Kind::String {
        return if aud.is(claims.text, wanted) {
            Ok(false)
        } else {
            wrong(claims.shown("aud", slot))
        };
    }
    let Some(strings) = claims.strings(aud, true) else {
        return wrong(claims.shown("aud", slot));
    };
    let all: Vec<_> = strings.iter().take(MAX_AUDIENCES + 1).collect();
    let is_there = all.iter().any(|audience| audience == wanted);
    if !is_there || all.len() > MAX_AUDIENCES || all.iter().any(|audience| audience.is_empty()) {
        return wrong(claims.shown("aud", slot));
    }
    if let Some(other) = all
        .iter()
        .find(|audience| *audience != wanted && !accepts(audience))
    {
        return Err(Error::new(
            Rule::Audience,
            format!("aud with {wanted:?} and nobody else that is not trusted"),
            format!("also {}", quoted(other)),
        ));
    }
    let is_repeated = all
        .iter()
        .enumerate()
        .any(|(at, audience)| all.iter().take(at).any(|before| before == audience));
    warnings.add_if(is_repeated, Warning::RepeatedAudience);
    Ok(all.iter().any(|audience| audience != wanted))
}

/// A `sub` has at most 255 ASCII characters; one that is hard to tell from another gives a warning.
pub(super) fn subject_form(sub: &str, warnings: &mut Warnings) -> Result<(), Error> {
    if !criteria::is_short_ascii(sub) {
        return Err(Error::new(
            Rule::Subject,
            "at most 255 ASCII characters",
            format!(
                "{} characters{}",
                sub.chars().count(),
                if sub.is_ascii() {
                    ""
                } else {
                    ", not all ASCII"
                }
            ),
        ));
    }
    let is_odd = sub.bytes().any(|byte| byte.is_ascii_control()) || sub.trim().len() < sub.len();
    warnings.add_if(is_odd, Warning::Subject);
    Ok(())
}

/// `amr`, where it stands, is an array of strings.
pub(super) fn methods(rules: &Rules<'_>) -> Result<(), Error> {
    let claims = rules.claims;
    match claims.slots.amr {
        Some(amr) if claims.strings(amr, false).is_none() => Err(Error::new(
            Rule::Amr,
            "amr, an array of strings",
            claims.shown("amr", claims.slots.amr),
        )),
        _ => Ok(()),
    }
}
