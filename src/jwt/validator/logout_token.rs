//! Rules on the claims of logout tokens
//! ([OpenID Connect Back-Channel Logout 1.0 section 2.6](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation)).

use serde_json::Value;

use super::error::{Error, Rule};
use super::recipient;
use super::time;
use super::validator::Rules;
use super::warning::Warnings;
use crate::jwt::criteria::LOGOUT_EVENT;

pub(super) fn check(rules: &Rules<'_>) -> Result<Warnings, Error> {
    let mut warnings = Warnings::default();
    let claims = rules.claims;
    let slots = claims.slots;
    recipient::issuer(rules)?;
    recipient::client(rules, &mut warnings)?;
    time::check(rules, &mut warnings)?;
    let sub = claims.optional_text(Rule::Subject, "sub", slots.sub)?;
    let sid = claims.optional_text(Rule::Session, "sid", slots.sid)?;
    if let Some(sub) = &sub {
        recipient::subject_form(sub, &mut warnings)?;
    }
    if sub.is_none() && sid.is_none() {
        return Err(Error::new(Rule::Session, "sub or sid", "neither"));
    }
    events(rules)?;
    if slots.nonce.is_some() {
        return Err(Error::new(Rule::Nonce, "no nonce", "a nonce"));
    }
    claims.text_of(Rule::JwtId, "jti", slots.jti)?;
    Ok(warnings)
}

fn events(rules: &Rules<'_>) -> Result<(), Error> {
    let claims = rules.claims;
    let events: Option<Value> = claims
        .slots
        .events
        .map(|span| serde_json::from_str(span.json(claims.text)).unwrap_or_default());
    let is_there = events
        .as_ref()
        .and_then(|events| events.get(LOGOUT_EVENT))
        .is_some_and(Value::is_object);
    if is_there {
        Ok(())
    } else {
        Err(Error::new(
            Rule::Events,
            format!("events, an object with the object {LOGOUT_EVENT:?}"),
            claims.shown("events", claims.slots.events),
        ))
    }
}
