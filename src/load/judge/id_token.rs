//! ID Tokens, verified fully
//! ([Core 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)).

use super::Failure;
use crate::finding::Finding;
use crate::jwt::compact::Jws;
use crate::jwt::id_token::{
    IdToken, IdTokenPair, claims, format, hashes, header, pair, signed, time,
};

type Rule<T> = fn(&T) -> Finding;

/// What an ID Token must fit, from the outside in. Rules that are recommendations, and those that only other flows
/// have, are left to the conformance run.
const RULES: &[(&str, Rule<IdToken>)] = &[
    ("serialization", format::is_compact),
    ("header", format::header_is_json_object),
    ("header", format::header_names_are_unique),
    ("claims", format::claims_are_json_object),
    ("claims", format::claim_names_are_unique),
    ("alg", header::alg_is_registered),
    ("alg", header::alg_is_not_none),
    ("alg", header::alg_is_the_registered_one),
    ("alg", header::alg_is_advertised),
    ("crit", header::crit_is_well_formed),
    ("crit", header::crit_is_understood),
    ("signature", signed::is_signed),
    ("signature", signed::key_is_published),
    ("signature", signed::kid_names_the_key),
    ("signature", signed::mac_is_by_the_client_secret),
    ("iss, sub, aud", claims::identity_is_complete),
    ("sub", claims::sub_is_short_ascii),
    ("iss", claims::iss_is_the_issuer),
    ("aud", claims::aud_contains_the_client),
    ("azp", claims::azp_is_the_client),
    ("exp, iat", time::exp_and_iat_are_numbers),
    ("exp", time::is_not_expired),
    ("nbf", time::nbf_has_passed),
    ("auth_time", time::auth_time_has_passed),
    ("nonce", claims::nonce_is_that_of_the_request),
    ("at_hash", hashes::at_hash_when_there),
    ("c_hash", hashes::c_hash_when_there),
];

/// What the ID Token of a refresh must have in common with the first one
/// ([Core 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
const REFRESHED: &[(&str, Rule<IdTokenPair>)] = &[
    ("iss, sub, aud", pair::same_iss_sub_and_aud),
    ("auth_time", pair::auth_time_is_original),
    ("nonce", pair::nonce_is_absent_or_original),
    ("azp", pair::same_azp),
];

/// Whether the token fits.
///
/// # Errors
/// The first rule that it breaks.
pub(crate) fn id_token(token: &IdToken) -> Result<(), Failure> {
    first_broken(RULES, token)
}

/// Whether a refreshed token fits the first one.
///
/// # Errors
/// The first rule that it breaks.
pub(crate) fn refreshed(tokens: &IdTokenPair) -> Result<(), Failure> {
    first_broken(REFRESHED, tokens)
}

fn first_broken<T>(rules: &[(&str, Rule<T>)], artifact: &T) -> Result<(), Failure> {
    for (what, rule) in rules {
        if let Finding::Violated { expected, actual } = rule(artifact) {
            let expected = expected.join(" or ");
            let actual = format!("{actual} ({what})");
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
