//! ID Tokens, verified fully
//! ([Core 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)).

use super::Failure;
use super::known::is_known;
use crate::finding::Finding;
use crate::jwt::compact::Jws;
use crate::jwt::id_token::{
    IdToken, IdTokenPair, claims, format, hashes, header, pair, signed, time,
};
use crate::provider::Known;

/// The requirement, those that state the same fact, and the rule.
type Row<T> = (&'static [&'static str], fn(&T) -> Finding);

/// What an ID Token must fit, from the outside in. Rules that are no more than recommended, and those that only other
/// flows have, are left to the conformance run.
const RULES: &[Row<IdToken>] = &[
    (&["RFC7515-7.1-1"], format::is_compact),
    (&["RFC7515-4-2"], format::header_is_json_object),
    (&["RFC7515-4-1"], format::header_names_are_unique),
    (&["RFC7519-7.2-1"], format::claims_are_json_object),
    (&["RFC7519-4-1"], format::claim_names_are_unique),
    (&["RFC7515-4.1.1-1"], header::alg_is_registered),
    (&["OIDCC-2-8", "OIDCD-3-11"], header::alg_is_not_none),
    (&["OIDCR-2-1"], header::alg_is_the_registered_one),
    (&["OIDCD-3-16"], header::alg_is_advertised),
    (&["RFC7515-4.1.11-1"], header::crit_is_well_formed),
    (&["OIDCC-2-7"], signed::is_signed),
    (&["OIDCC-10.1-2"], signed::key_is_published),
    (&["OIDCC-10.1-5"], signed::kid_names_the_key),
    (&["OIDCC-10.1-4"], signed::mac_is_by_the_client_secret),
    (&["OIDCC-2-14"], claims::identity_is_complete),
    (&["OIDCC-2-1"], claims::sub_is_short_ascii),
    (&["OIDCC-2-5", "OIDCD-4.3-2"], claims::iss_is_the_issuer),
    (&["OIDCC-2-6"], claims::aud_contains_the_client),
    (&["OIDCC-2-13"], claims::azp_is_the_client),
    (&["OIDCC-2-2"], time::exp_and_iat_are_numbers),
    (&["OIDCC-2-15"], time::is_not_expired),
    (&["RFC7519-4.1.5-1"], time::nbf_has_passed),
    (&["OIDCC-2-20"], time::auth_time_has_passed),
    (
        &["OIDCC-2-4", "OIDCC-3.2.2.10-2", "OIDCC-3.3.2.11-3"],
        claims::nonce_is_that_of_the_request,
    ),
    (&["OIDCC-3.1.3.6-2"], hashes::at_hash_when_there),
    (&["OIDCC-3.3.3.6-3"], hashes::c_hash_when_there),
];

/// What the published keys decide.
const BY_KEYS: [&str; 3] = ["OIDCC-2-7", "OIDCC-10.1-2", "OIDCC-10.1-5"];

/// What the ID Token of a refresh must have in common with the first one
/// ([Core 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
const REFRESHED: &[Row<IdTokenPair>] = &[
    (&[SAME_SUBJECT], pair::same_iss_sub_and_aud),
    (&["OIDCC-12.2-3"], iat_is_new),
    (&["OIDCC-12.2-4"], pair::auth_time_is_original),
    (&["OIDCC-12.2-6"], pair::nonce_is_absent_or_original),
];

/// `sub`, with `iss` and `aud`, is that of the first ID Token.
const SAME_SUBJECT: &str = "OIDCC-12.2-1";

/// The clocks of the machines that are one provider differ by less, in seconds: refreshes follow the login so closely
/// here that two of them may disagree about which came first.
const CLOCKS: i64 = 5;

/// How a token is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) failure: Failure,
    /// Keys that have been published meanwhile might show that it is right.
    pub(crate) by_keys: bool,
}

/// Whether the token fits, apart from what is `known`.
///
/// # Errors
/// The first rule that it breaks.
pub(crate) fn id_token(token: &IdToken, known: &[Known]) -> Result<(), Broken> {
    first_broken(RULES, token, known).map_err(|(id, failure)| Broken {
        failure,
        by_keys: BY_KEYS.contains(&id),
    })
}

/// Whether a refreshed token fits the first one, apart from what is `known`.
///
/// # Errors
/// The first rule that it breaks.
pub(crate) fn refreshed(tokens: &IdTokenPair, known: &[Known]) -> Result<(), Failure> {
    let sub = |token: &IdToken| token.claim("sub").cloned();
    if sub(&tokens.first) != sub(&tokens.second) && !is_known(known, &[SAME_SUBJECT]) {
        let expected = "the sub of the first ID Token";
        return Err(Failure::wrong("sub_mismatch", expected, "another sub"));
    }
    first_broken(REFRESHED, tokens, known).map_err(|(_, failure)| failure)
}

/// The ids of all requirements that ID Tokens are judged by here, where `refreshes` says so those of a refresh too.
pub(super) fn ids(refreshes: bool) -> impl Iterator<Item = &'static [&'static str]> {
    let refreshed = REFRESHED.iter().filter(move |_| refreshes);
    let rules = RULES.iter().map(|(ids, _)| *ids);
    rules.chain(refreshed.map(|(ids, _)| *ids))
}

fn iat_is_new(tokens: &IdTokenPair) -> Finding {
    let received_at = |token: &IdToken| token.context().received_at;
    let apart = received_at(&tokens.second).saturating_sub(received_at(&tokens.first));
    match apart > CLOCKS {
        true => pair::iat_is_new(tokens),
        false => Finding::not_applicable("the first token came a moment ago"),
    }
}

/// What the provider file declares as known is left out.
fn first_broken<T>(
    rules: &[Row<T>],
    artifact: &T,
    known: &[Known],
) -> Result<(), (&'static str, Failure)> {
    for (ids, rule) in rules {
        if let Finding::Violated { expected, actual } = rule(artifact)
            && !is_known(known, ids)
        {
            let expected = expected.join(" or ");
            let actual = format!("{actual} ({})", ids[0]);
            return Err((ids[0], Failure::wrong("id_token", &expected, &actual)));
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
    use std::path::Path;
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::checks::id_token as conformance;
    use crate::jwt::base64url;
    use crate::jwt::id_token::IdTokenContext;
    use crate::jwt::key::JwkSet;
    use crate::requirement::{Catalogue, Level};

    #[test]
    fn what_binds_is_judged_and_a_conformance_run_judges_the_same() {
        let mut catalogue = Catalogue::default();
        let features = Path::new(env!("CARGO_MANIFEST_DIR")).join("features");
        for folder in ["oidc-core", "oidc-discovery", "oidc-registration"]
            .into_iter()
            .chain(["rfc7515", "rfc7519"])
        {
            let file = features.join(folder).join("requirements.toml");
            let text = std::fs::read_to_string(&file).unwrap();
            catalogue.add(&file.to_string_lossy(), &text).unwrap();
        }
        let one = conformance::RULES.iter().map(|rule| rule.id);
        let two = conformance::REFRESH_RULES.iter().map(|rule| rule.id);
        let judged: Vec<&str> = one.chain(two).collect();
        for ids in ids(true) {
            assert!(judged.contains(&ids[0]), "{ids:?}");
            let row = catalogue.get(ids[0]).unwrap();
            assert!(matches!(row.level, Level::Must | Level::Stated), "{ids:?}");
            let also: Vec<&str> = row.also.iter().map(|row| row.id.as_str()).collect();
            assert_eq!(ids[1..], also, "{ids:?}");
        }
        for id in BY_KEYS {
            assert!(RULES.iter().any(|(ids, _)| ids[0] == id), "{id}");
        }
        for id in super::super::userinfo::IDS {
            let level = catalogue.get(id).unwrap().level;
            assert!(matches!(level, Level::Must | Level::Stated), "{id}");
        }
    }

    #[test]
    fn a_refreshed_token_is_a_new_one_of_the_same_login() {
        let token = |claims: serde_json::Value, received_at: i64| {
            let keys = Arc::new(JwkSet::default());
            let context = IdTokenContext::new("https://op", "c", keys, received_at);
            let claims = base64url::encode(claims.to_string().as_bytes());
            Arc::new(IdToken::new(
                &format!("eyJhbGciOiJub25lIn0.{claims}."),
                context,
            ))
        };
        let claims = |sub: &str, iat: i64| json!({"iss": "https://op", "sub": sub, "aud": "c", "iat": iat, "exp": 9000});
        let declared = |requirement: &str| Known {
            requirement: requirement.to_owned(),
            reason: "so it is".to_owned(),
            variant: None,
            expected: None,
            place: None,
        };
        let mut other_azp = claims("alice", 1060);
        other_azp["azp"] = "c".into();
        for (second, received_at, known, expected) in [
            (claims("alice", 1060), 1060, None, ""),
            (claims("bob", 1060), 1060, None, "sub_mismatch"),
            (claims("bob", 1060), 1060, Some(SAME_SUBJECT), ""),
            // The first one again, or one that was made before.
            (claims("alice", 1000), 1060, None, "id_token"),
            (claims("alice", 990), 1060, None, "id_token"),
            (claims("alice", 1000), 1060, Some("OIDCC-12.2-3"), ""),
            // From another machine, a moment later.
            (claims("alice", 999), 1001, None, ""),
            // No text demands that it stays as it was.
            (other_azp, 1060, None, ""),
        ] {
            let tokens = IdTokenPair {
                first: token(claims("alice", 1000), 1000),
                second: token(second.clone(), received_at),
            };
            let known: Vec<Known> = known.map(declared).into_iter().collect();
            let judged = refreshed(&tokens, &known);
            let kind = judged.err().map_or(String::new(), |f| f.kind.into_owned());
            assert_eq!(kind, expected, "{second}");
        }
    }
}
