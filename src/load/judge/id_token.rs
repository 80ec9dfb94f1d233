//! ID Tokens, verified fully
//! ([Core 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)).

use super::Failure;
use crate::finding::Finding;
use crate::jwt::compact::Jws;
use crate::jwt::id_token::{IdToken, claims, format, hashes, header, signed, time};

type Rule = fn(&IdToken) -> Finding;

/// What an ID Token must fit, from the outside in. Rules that are recommendations, and those that only other flows
/// have, are left to the conformance run.
const RULES: &[(&str, Rule)] = &[
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

/// Whether the token fits.
///
/// # Errors
/// The first rule that it breaks.
pub(crate) fn id_token(token: &IdToken) -> Result<(), Failure> {
    for (what, rule) in RULES {
        if let Finding::Violated { expected, actual } = rule(token) {
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
