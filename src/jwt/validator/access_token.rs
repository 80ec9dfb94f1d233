//! Rules on the claims of access tokens ([RFC 9068 section 4](https://www.rfc-editor.org/rfc/rfc9068#section-4)).

use serde_json::Value;

use super::error::{Error, Rule};
use super::recipient;
use super::time;
use super::validator::Rules;
use super::warning::Warnings;

pub(super) fn check(rules: &Rules<'_>) -> Result<Warnings, Error> {
    let mut warnings = Warnings::default();
    let claims = rules.claims;
    let slots = claims.slots;
    recipient::issuer(rules)?;
    // A token may be for several resource servers.
    recipient::audiences(rules, &mut warnings, |_| true)?;
    let sub = claims.text_of(Rule::Subject, "sub", slots.sub)?;
    recipient::subject_form(&sub, &mut warnings)?;
    time::check(rules, &mut warnings)?;
    claims.text_of(Rule::ClientId, "client_id", slots.client_id)?;
    claims.text_of(Rule::JwtId, "jti", slots.jti)?;
    time::auth_time(rules)?;
    claims.optional_text(Rule::Acr, "acr", slots.acr)?;
    recipient::methods(rules)?;
    scope(rules)?;
    confirmation(rules)?;
    Ok(warnings)
}

fn scope(rules: &Rules<'_>) -> Result<(), Error> {
    let claims = rules.claims;
    let scope = claims.optional_text(Rule::Scope, "scope", claims.slots.scope)?;
    let has = |wanted: &str| {
        scope
            .as_deref()
            .is_some_and(|scope| scope.split(' ').any(|word| word == wanted))
    };
    match rules.expected.scopes.iter().find(|wanted| !has(wanted)) {
        None => Ok(()),
        Some(missing) => Err(Error::new(
            Rule::Scope,
            format!("scope with {missing:?}"),
            claims.shown("scope", claims.slots.scope),
        )),
    }
}

/// A token that is bound to a key is accepted only from who has shown to have it.
fn confirmation(rules: &Rules<'_>) -> Result<(), Error> {
    let claims = rules.claims;
    let shown = [
        ("jkt", rules.expected.jkt),
        ("x5t#S256", rules.expected.x5t_s256),
    ];
    let cnf: Option<Value> = claims
        .slots
        .cnf
        .map(|span| serde_json::from_str(span.json(claims.text)).unwrap_or_default());
    let wrong =
        |expected: String, actual: &str| Err(Error::new(Rule::Confirmation, expected, actual));
    let bound = match &cnf {
        None => None,
        Some(Value::Object(members)) if !members.is_empty() => Some(members),
        Some(_) => return wrong("cnf, an object with members".to_owned(), "another cnf"),
    };
    if let Some(name) = bound
        .into_iter()
        .flat_map(serde_json::Map::keys)
        .find(|name| !shown.iter().any(|(known, _)| known == name))
    {
        let actual = format!("cnf with {}", super::error::quoted(name));
        return wrong("cnf with jkt or x5t#S256 alone".to_owned(), &actual);
    }
    for (name, thumbprint) in shown {
        let of_token = bound.and_then(|members| members.get(name));
        match (of_token, thumbprint) {
            (None, None) => {}
            (Some(_), None) => {
                let expected = format!("proof of the key of cnf.{name}");
                return wrong(expected, "no proof");
            }
            (of_token, Some(thumbprint)) => {
                if of_token.and_then(Value::as_str) != Some(thumbprint) {
                    let expected = format!("cnf.{name}, the thumbprint of the sender's key");
                    return wrong(expected, "another one, or none");
                }
            }
        }
    }
    Ok(())
}
