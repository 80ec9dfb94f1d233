//! Checks on ID Tokens: which rule of `jwt` judges which requirement.

use url::Url;

use crate::finding::Finding;
use crate::jwt::id_token::{
    IdToken, IdTokenPair, claims, format, hashes, header, pair, signed, time,
};

use super::Rule;
use super::url::is_https_or_loopback;

/// The rules on one ID Token.
pub const RULES: &[Rule<IdToken>] = &[
    rule("OIDCC-2-1", claims::sub_is_short_ascii),
    rule("OIDCC-2-2", time::exp_and_iat_are_numbers),
    rule("OIDCC-2-3", header::no_key_in_header),
    rule("OIDCC-2-4", claims::nonce_is_that_of_the_request),
    rule("OIDCC-2-5", claims::iss_is_the_issuer),
    rule("OIDCC-2-6", claims::aud_contains_the_client),
    rule("OIDCC-2-7", signed::is_signed),
    rule("OIDCC-2-8", header::alg_is_not_none),
    rule("OIDCC-2-9", time::essential_auth_time),
    rule("OIDCC-2-10", claims::acr_is_uri_or_registered),
    rule("OIDCC-2-11", claims::amr_is_registered),
    rule("OIDCC-2-12", iss_is_https_url),
    rule("OIDCC-2-13", claims::azp_is_the_client),
    rule("OIDCC-2-14", claims::identity_is_complete),
    rule("OIDCC-2-15", time::is_not_expired),
    rule("OIDCC-2-16", time::iat_is_near),
    rule("OIDCC-2-18", claims::amr_is_array_of_strings),
    rule("OIDCC-2-19", claims::acr_is_string),
    rule("OIDCC-2-20", time::auth_time_has_passed),
    rule("OIDCC-2-21", claims::no_nonce_without_request),
    rule("OIDCC-2-22", time::exp_is_after_iat),
    rule("OIDCC-2-23", time::times_count_seconds),
    rule("OIDCC-3.1.2.1-4", time::max_age_brings_auth_time),
    rule("OIDCC-3.1.3.6-2", hashes::at_hash_when_there),
    rule("OIDCC-3.1.3.7-1", claims::aud_has_no_untrusted_audience),
    rule("OIDCC-3.1.3.7-2", header::alg_is_default_or_registered),
    rule("OIDCC-3.1.3.7-3", time::authentication_is_recent),
    rule("OIDCC-3.2.2.10-1", hashes::implicit_at_hash),
    rule("OIDCC-3.2.2.10-3", hashes::no_at_hash_without_access_token),
    rule("OIDCC-3.3.2.11-1", hashes::hybrid_c_hash),
    rule("OIDCC-3.3.2.11-2", hashes::hybrid_at_hash),
    rule("OIDCC-3.3.3.6-3", hashes::c_hash_when_there),
    rule("OIDCC-5.1-1", claims::standard_claims_have_their_types),
    rule("OIDCC-5.5.1.1-1", claims::acr_is_as_requested),
    rule("OIDCC-10.1-1", signed::kid_is_there_among_several_keys),
    rule("OIDCC-10.1-2", signed::key_is_published),
    rule("OIDCC-10.1-4", signed::mac_is_by_the_client_secret),
    rule("OIDCC-10.1-5", signed::kid_names_the_key),
    rule("OIDCD-3-16", header::alg_is_advertised),
    rule("OIDCR-2-1", header::alg_is_the_registered_one),
    rule("OIDCR-2-9", time::registered_auth_time),
    rule("RFC4648-3.5-1", format::is_canonical),
    rule("RFC7515-4-1", format::header_names_are_unique),
    rule("RFC7515-4-2", format::header_is_json_object),
    rule("RFC7515-4.1.1-1", header::alg_is_registered),
    rule("RFC7515-4.1.4-1", header::kid_is_string),
    rule("RFC7515-4.1.11-1", header::crit_is_well_formed),
    rule("RFC7515-4.1.11-2", header::crit_is_understood),
    rule("RFC7515-7.1-1", format::is_compact),
    rule("RFC7518-3.2-1", signed::mac_key_is_long_enough),
    rule("RFC7519-4-1", format::claim_names_are_unique),
    rule("RFC7519-4.1.5-1", time::nbf_has_passed),
    rule("RFC7519-5.1-1", header::typ_is_jwt),
    rule("RFC7519-5.2-1", header::no_cty),
    rule("RFC7519-5.3-1", header::replicated_claims_agree),
    rule("RFC7519-7.2-1", format::claims_are_json_object),
    rule("RFC7797-7-1", header::payload_is_encoded),
    rule("RFC8725-3.12-2", header::is_no_other_kind_of_jwt),
    rule("RFC9207-2.4-3", claims::iss_parameter_agrees),
];

/// The rules on a refreshed ID Token beside the first one.
pub const REFRESH_RULES: &[Rule<IdTokenPair>] = &[
    rule("OIDCC-12.2-1", pair::same_iss_sub_and_aud),
    rule("OIDCC-12.2-3", pair::iat_is_new),
    rule("OIDCC-12.2-4", pair::auth_time_is_original),
    rule("OIDCC-12.2-5", pair::nonce_is_absent),
    rule("OIDCC-12.2-6", pair::nonce_is_absent_or_original),
    rule("OIDCC-12.2-7", pair::same_azp),
];

/// The rules on the two ID Tokens of a hybrid flow.
pub const HYBRID_RULES: &[Rule<IdTokenPair>] = &[
    rule("OIDCC-3.3.3.6-1", pair::same_iss_and_sub),
    rule("OIDCC-3.3.3.6-2", pair::shared_claims_agree),
];

/// `iss` is an https URL with a host and without query and fragment
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)); on loopback http will do.
pub fn iss_is_https_url(token: &IdToken) -> Finding {
    let iss = match token.claim("iss") {
        Some(iss) => iss.as_str(),
        None => match token.jws() {
            Ok(jws) if jws.claims().is_ok() => {
                return Finding::not_applicable("the token has no iss");
            }
            _ => None,
        },
    };
    let expected = "an https URL with a host, without query and fragment";
    let Some(iss) = iss else {
        return Finding::violated(expected, "no iss that is a string");
    };
    let fits = Url::parse(iss).is_ok_and(|url| {
        is_https_or_loopback(&url)
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    Finding::met_if(fits, expected, || {
        let shown: String = iss.chars().take(200).collect();
        format!("iss is {shown:?}")
    })
}

const fn rule<A>(id: &'static str, check: fn(&A) -> Finding) -> Rule<A> {
    Rule { id, check }
}

#[cfg(test)]
mod tests;
