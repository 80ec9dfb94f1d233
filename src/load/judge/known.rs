//! What the provider file declares as known.

use super::{id_token, userinfo};
use crate::load::{Scenario, Word};
use crate::provider::{ExpectedOutcome, Known};

/// The metadata's issuer is the one that they were fetched for
/// ([Discovery 4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation)).
pub(super) const ISSUER: &str = "OIDCD-4.3-1";
/// Metadata are a JSON object
/// ([Discovery 4.2](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationResponse)).
pub(super) const METADATA: &str = "OIDCD-4.2-1";

/// Whether one of these ids, which state the same fact, is declared. All of them bind: what breaks them fails, so that
/// a deviation that is declared as a warning is another one.
pub(super) fn is_known(known: &[Known], ids: &[&str]) -> bool {
    known.iter().any(|row| {
        ids.contains(&row.requirement.as_str()) && row.expected != Some(ExpectedOutcome::Warn)
    })
}

/// What the run that `scenario` makes would judge by this requirement.
pub(crate) fn judged_by(row: &Known, scenario: &Scenario) -> Option<&'static str> {
    let has = |word| scenario.flow.contains(&word);
    let is_one_of = |ids: &[&str]| is_known(std::slice::from_ref(row), ids);
    if scenario.needs_login() && id_token::ids(has(Word::Refresh)).any(is_one_of) {
        return Some("ID Tokens are");
    }
    if has(Word::Userinfo) && userinfo::IDS.iter().any(|id| is_one_of(&[id])) {
        return Some("UserInfo is");
    }
    is_one_of(&[ISSUER, METADATA]).then_some("Metadata are")
}
