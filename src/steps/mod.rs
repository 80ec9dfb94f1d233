//! The vocabulary of the features: what stands in Gherkin, put into calls of flows and checks.
//!
//! One file per concept. A step parses its words, calls a flow or a check and keeps the result; it decides
//! nothing by itself.

mod about_token;
mod artifacts;
mod assertion;
mod authorization;
mod authorization_response;
mod chosen_credentials;
mod claims_request;
mod client_management;
mod endpoint_url;
mod every_exchange;

mod front_channel;
mod granted_scope;
mod hints;
mod id_token;
mod introspection;
mod judge;
mod liveness;
mod logout;
mod metadata;
mod named_urls;
mod ownership;
mod pages;
mod phrases;
mod pkce;
mod redirect_uri;
mod refresh;
mod refused;
mod registration;
mod revocation;
mod second_login;
mod secrets;
mod template;
mod time;
mod token;
mod userinfo;
mod world;

pub use artifacts::{ARTIFACTS, Artifact, artifacts};
pub use judge::{Row, rows};
pub(crate) use ownership::check_ownership;
pub use template::WORDS;
pub(crate) use time::LONGEST_WAIT;
pub use world::{Judgement, Selected, World};

use cucumber::gherkin::Step;

use crate::checks::refusal::{parse_authorization_refusal, parse_refusals};

/// What may vary (`@vary.<name>`): parameters of the authorization request.
pub const VARIANTS: [&str; 2] = ["response_type", "response_mode"];

/// The words that may stand for `{caller}`.
pub fn callers() -> impl Iterator<Item = &'static str> {
    phrases::CALLERS.iter().map(|(word, _)| *word)
}

/// The words that may stand for `{token}`, and what they mean.
pub fn tokens() -> impl Iterator<Item = (&'static str, &'static str)> {
    phrases::TOKENS
        .iter()
        .map(|(word, _, meaning)| (*word, *meaning))
}

/// The words that may stand for `{request}`.
pub fn requests() -> impl Iterator<Item = &'static str> {
    phrases::REQUESTS.iter().map(|(word, _)| *word)
}

/// Whether a Then can judge what its table names; the reason if not.
pub(crate) fn check_table(step: &Step, rows: &[Row]) -> Result<(), String> {
    let text = step.value.as_str();
    if let Some(name) = text.strip_prefix("the ").and_then(|t| {
        t.strip_suffix(" satisfies")
            .or_else(|| t.strip_suffix(" satisfy"))
    }) {
        let Some(artifact) = artifacts::find(name) else {
            let names: Vec<&str> = artifacts().map(|a| a.name).collect();
            return Err(format!(
                "`the {name}` is nothing that rules are about; there are {}",
                names.join(", ")
            ));
        };
        let known = (artifact.ids)();
        return match rows.iter().find(|row| !known.contains(&row.id.as_str())) {
            Some(row) => Err(format!("no rule about the {name} judges `{}`", row.id)),
            None => Ok(()),
        };
    }
    for row in rows {
        let Some(expected) = &row.expected else {
            continue;
        };
        if text.starts_with("the authorization request is ")
            || text.ends_with("the request was refused")
        {
            parse_authorization_refusal(expected)?;
        } else if text.ends_with(" is refused") {
            parse_refusals(expected)?;
        } else {
            return Err(format!("`{expected}`: this step takes no third column"));
        }
    }
    Ok(())
}
