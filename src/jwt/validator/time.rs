//! Rules on times, shared by the kinds of token.

use super::error::{Error, Rule};
use super::validator::Rules;
use super::warning::{Warning, Warnings};
use crate::jwt::criteria;

/// An `exp` further ahead gives a warning, in seconds.
const A_DAY: f64 = 24.0 * 3600.0;

/// `exp`, `iat` and `nbf`.
pub(super) fn check(rules: &Rules<'_>, warnings: &mut Warnings) -> Result<(), Error> {
    let claims = rules.claims;
    let validator = rules.validator;
    let now = rules.now;
    let exp = claims.time(Rule::Expiration, "exp", claims.slots.exp)?;
    if criteria::is_expired(exp + validator.leeway, now) {
        return Err(off(Rule::Expiration, "exp in the future", "exp", exp, now));
    }
    let iat = claims.time(Rule::IssuedAt, "iat", claims.slots.iat)?;
    if criteria::is_ahead(iat, now, validator.skew) {
        let expected = "iat not in the future";
        return Err(off(Rule::IssuedAt, expected, "iat", iat, now));
    }
    if exp <= iat {
        return Err(Error::new(
            Rule::Expiration,
            "exp later than iat",
            format!("exp {exp}, iat {iat}"),
        ));
    }
    if let Some(longest) = validator.max_token_age
        && criteria::is_long_ago(iat, now, longest, validator.skew)
    {
        let expected = format!("iat at most {longest} s ago");
        return Err(off(Rule::IssuedAt, &expected, "iat", iat, now));
    }
    if let Some(longest) = validator.max_lifetime
        && criteria::is_ahead(exp, now, longest + validator.skew)
    {
        let expected = format!("exp at most {longest} s ahead");
        return Err(off(Rule::Lifetime, &expected, "exp", exp, now));
    }
    warnings.add_if(
        criteria::is_ahead(exp, now, A_DAY + validator.skew),
        Warning::Lifetime,
    );
    if let Some(nbf) = claims.optional_time(Rule::NotBefore, "nbf", claims.slots.nbf)?
        && criteria::is_ahead(nbf, now, validator.skew)
    {
        return Err(off(Rule::NotBefore, "nbf in the past", "nbf", nbf, now));
    }
    Ok(())
}

/// `auth_time`: there where it has to be, in the past, and no longer ago than `max_age`.
pub(super) fn auth_time(rules: &Rules<'_>) -> Result<(), Error> {
    let claims = rules.claims;
    let (now, skew) = (rules.now, rules.validator.skew);
    let slot = claims.slots.auth_time;
    let max_age = rules.expected.max_age;
    if slot.is_none() && max_age.is_none() && !rules.validator.demands_auth_time {
        return Ok(());
    }
    let time = claims.time(Rule::AuthTime, "auth_time", slot)?;
    if criteria::is_ahead(time, now, skew) {
        let expected = "auth_time not in the future";
        return Err(off(Rule::AuthTime, expected, "auth_time", time, now));
    }
    #[expect(clippy::cast_precision_loss, reason = "that much is for ever")]
    if let Some(max_age) = max_age
        && criteria::is_long_ago(time, now, max_age as f64, skew)
    {
        let expected = format!("auth_time at most {max_age} s ago (max_age)");
        return Err(off(Rule::AuthTime, &expected, "auth_time", time, now));
    }
    Ok(())
}

fn off(rule: Rule, expected: &str, name: &str, time: f64, now: f64) -> Error {
    Error::new(rule, expected, format!("{name} {time}, and it is {now}"))
}
