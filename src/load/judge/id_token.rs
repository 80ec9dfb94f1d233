//! ID Tokens, verified fully
//! ([Core 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)).

use super::Failure;
use crate::finding::Finding;
use crate::jwt::compact::Jws;
use crate::jwt::id_token::{
    IdToken, IdTokenPair, claims, format, hashes, header, pair, signed, time,
};
use crate::provider::Known;

type Rule<T> = fn(&T) -> Finding;

/// Requirements and their rules: what an ID Token must fit, from the outside in. Rules that are recommendations, and those that only other flows
/// have, are left to the conformance run.
const RULES: &[(&str, Rule<IdToken>)] = &[
    ("RFC7515-7.1-1", format::is_compact),
    ("RFC7515-4-2", format::header_is_json_object),
    ("RFC7515-4-1", format::header_names_are_unique),
    ("RFC7519-7.2-1", format::claims_are_json_object),
    ("RFC7519-4-1", format::claim_names_are_unique),
    ("RFC7515-4.1.1-1", header::alg_is_registered),
    ("OIDCC-2-8", header::alg_is_not_none),
    ("OIDCR-2-1", header::alg_is_the_registered_one),
    ("OIDCD-3-16", header::alg_is_advertised),
    ("RFC7515-4.1.11-1", header::crit_is_well_formed),
    ("RFC7515-4.1.11-2", header::crit_is_understood),
    ("OIDCC-2-7", signed::is_signed),
    ("OIDCC-10.1-2", signed::key_is_published),
    ("OIDCC-10.1-5", signed::kid_names_the_key),
    ("OIDCC-10.1-4", signed::mac_is_by_the_client_secret),
    ("OIDCC-2-14", claims::identity_is_complete),
    ("OIDCC-2-1", claims::sub_is_short_ascii),
    ("OIDCC-2-5", claims::iss_is_the_issuer),
    ("OIDCC-2-6", claims::aud_contains_the_client),
    ("OIDCC-2-13", claims::azp_is_the_client),
    ("OIDCC-2-2", time::exp_and_iat_are_numbers),
    ("OIDCC-2-15", time::is_not_expired),
    ("RFC7519-4.1.5-1", time::nbf_has_passed),
    ("OIDCC-2-20", time::auth_time_has_passed),
    ("OIDCC-2-4", claims::nonce_is_that_of_the_request),
    ("OIDCC-3.1.3.6-2", hashes::at_hash_when_there),
    ("OIDCC-3.3.3.6-3", hashes::c_hash_when_there),
];

/// What the ID Token of a refresh must have in common with the first one
/// ([Core 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
const REFRESHED: &[(&str, Rule<IdTokenPair>)] = &[
    ("OIDCC-12.2-1", pair::same_iss_sub_and_aud),
    ("OIDCC-12.2-4", pair::auth_time_is_original),
    ("OIDCC-12.2-6", pair::nonce_is_absent_or_original),
    ("OIDCC-12.2-7", pair::same_azp),
];

/// Whether the token fits, apart from what is `known`.
///
/// # Errors
/// The first rule that it breaks.
pub(crate) fn id_token(token: &IdToken, known: &[Known]) -> Result<(), Failure> {
    first_broken(RULES, token, known)
}

/// Whether a refreshed token fits the first one, apart from what is `known`.
///
/// # Errors
/// The first rule that it breaks.
pub(crate) fn refreshed(tokens: &IdTokenPair, known: &[Known]) -> Result<(), Failure> {
    first_broken(REFRESHED, tokens, known)
}

/// Whether this is a requirement that ID Tokens are judged by here, where `refreshes` says so those of a refresh too.
pub(crate) fn is_judged(requirement: &str, refreshes: bool) -> bool {
    RULES.iter().any(|(id, _)| *id == requirement)
        || refreshes && REFRESHED.iter().any(|(id, _)| *id == requirement)
}

/// What the provider file declares as known is left out.
fn first_broken<T>(
    rules: &[(&str, Rule<T>)],
    artifact: &T,
    known: &[Known],
) -> Result<(), Failure> {
    for (requirement, rule) in rules {
        if let Finding::Violated { expected, actual } = rule(artifact)
            && !known.iter().any(|row| row.requirement == *requirement)
        {
            let expected = expected.join(" or ");
            let actual = format!("{actual} ({requirement})");
            return Err(Failure::wrong("id_token", &expected, &actual));
        }
    }
    Ok(())
}

/// The `sub` of an ID Token, unverified.
pub(crate) fn sub_of(id_token: &str) -> Option<String> {
    let jws = Jws::parse(id_token).ok()?;
    Some(jws.claims().ok()?.get("sub")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::id_token;

    #[test]
    fn a_conformance_run_judges_the_same_requirements() {
        let of_one: Vec<_> = id_token::RULES.iter().map(|rule| rule.id).collect();
        let of_two: Vec<_> = id_token::REFRESH_RULES.iter().map(|rule| rule.id).collect();
        for (id, _) in RULES {
            assert!(of_one.contains(id), "{id}");
        }
        for (id, _) in REFRESHED {
            assert!(of_two.contains(id), "{id}");
        }
    }
}
