//! Rules on two ID Tokens of one user at one client: the first and a later one.

use std::sync::Arc;

use serde_json::Value;

use crate::finding::Finding;
use crate::jwt::criteria::A_FEW_MINUTES;
use crate::jwt::json::show;

use super::IdToken;
use super::claims::{audiences, shown};
use super::time::as_seconds;

/// Two ID Tokens that belong together.
#[derive(Debug, Clone)]
pub struct IdTokenPair {
    /// The one from the original authentication, or from the authorization endpoint.
    pub first: Arc<IdToken>,
    /// The refreshed one, the one from the token endpoint, or that of the second login.
    pub second: Arc<IdToken>,
}

/// `iss`, `sub` and `aud` did not change; whether one audience stands in an array does not matter
/// ([OpenID Connect Core 1.0 section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
pub fn same_iss_sub_and_aud(pair: &IdTokenPair) -> Finding {
    match same_iss_and_sub(pair) {
        Finding::Met => same_aud(pair),
        other => other,
    }
}

/// `iss` and `sub` are the same in both tokens of a hybrid flow
/// ([OpenID Connect Core 1.0 section 3.3.3.6](https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken2)).
pub fn same_iss_and_sub(pair: &IdTokenPair) -> Finding {
    match same(pair, "iss") {
        Finding::Met => same(pair, "sub"),
        other => other,
    }
}

/// `iat` is the time of the refresh ([OpenID Connect Core 1.0 section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
pub fn iat_is_new(pair: &IdTokenPair) -> Finding {
    pair.first.on_claims(|_| {
        pair.second.on_claims(|second| {
            let before = pair.first.claim("iat").and_then(Value::as_f64);
            let Some(iat) = second.get("iat").and_then(Value::as_f64) else {
                return Finding::violated("iat, a number", shown("iat", second.get("iat")));
            };
            let Some(before) = before else {
                return Finding::not_applicable("the first token has no iat that is a number");
            };
            let now = pair.second.context().received_at;
            // Two tokens of one second may have the same iat; more than a second apart they can't.
            let apart = now.saturating_sub(pair.first.context().received_at);
            let later = if apart > 1 {
                iat > before
            } else {
                iat >= before
            };
            let near = (iat - as_seconds(now)).abs() <= as_seconds(A_FEW_MINUTES);
            Finding::met_if(
                later && near,
                format!("the time of issue, later than {before}"),
                || format!("iat is {iat}, received at {now}"),
            )
        })
    })
}

/// `auth_time`, where it stands, is still that of the original authentication
/// ([OpenID Connect Core 1.0 section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
pub fn auth_time_is_original(pair: &IdTokenPair) -> Finding {
    pair.first.on_claims(|first| {
        pair.second.on_claims(|second| {
            let Some(time) = second.get("auth_time") else {
                return Finding::not_applicable("the new token has no auth_time");
            };
            if let Some(before) = first.get("auth_time") {
                return Finding::met_if(
                    time.as_f64().is_some() && time.as_f64() == before.as_f64(),
                    format!("{}, as before", shown("auth_time", Some(before))),
                    || shown("auth_time", Some(time)),
                );
            }
            match (time.as_f64(), first.get("iat").and_then(Value::as_f64)) {
                (Some(time), Some(issued)) => Finding::met_if(
                    time <= issued,
                    format!("no later than the first token ({issued})"),
                    || format!("auth_time is {time}"),
                ),
                _ => Finding::violated(
                    "the time of the original authentication",
                    shown("auth_time", Some(time)),
                ),
            }
        })
    })
}

/// A nonce in the refreshed token is the one of the first
/// ([OpenID Connect Core 1.0 section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
pub fn nonce_is_absent_or_original(pair: &IdTokenPair) -> Finding {
    pair.first.on_claims(|first| {
        pair.second.on_claims(|second| {
            let Some(nonce) = second.get("nonce") else {
                return Finding::Met;
            };
            let before = first.get("nonce");
            Finding::met_if(
                before == Some(nonce),
                before.map_or_else(
                    || "no nonce, as before".to_owned(),
                    |before| format!("no nonce, or {} as before", show(before)),
                ),
                || shown("nonce", Some(nonce)),
            )
        })
    })
}

/// The refreshed token has no nonce ([OpenID Connect Core 1.0 section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
pub fn nonce_is_absent(pair: &IdTokenPair) -> Finding {
    pair.second.on_claims(|second| {
        let nonce = second.get("nonce");
        Finding::met_if(nonce.is_none(), "no nonce", || shown("nonce", nonce))
    })
}

/// `azp` did not change and did not appear
/// ([OpenID Connect Core 1.0 section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
pub fn same_azp(pair: &IdTokenPair) -> Finding {
    pair.first.on_claims(|first| {
        pair.second.on_claims(|second| {
            let (before, azp) = (first.get("azp"), second.get("azp"));
            if before.is_none() && azp.is_none() {
                return Finding::not_applicable("neither token has an azp");
            }
            Finding::met_if(
                before == azp,
                format!("{}, as before", shown("azp", before)),
                || shown("azp", azp),
            )
        })
    })
}

/// Claims about the authentication stand in both tokens of a hybrid flow, and claims about the user that both
/// have are the same ([OpenID Connect Core 1.0 section 3.3.3.6](https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken2)).
pub fn shared_claims_agree(pair: &IdTokenPair) -> Finding {
    const AUTHENTICATION: [&str; 4] = ["auth_time", "acr", "amr", "nonce"];
    /// What belongs to one token, not to the user or the authentication.
    const OF_ONE_TOKEN: [&str; 10] = [
        "iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "at_hash", "c_hash",
    ];
    pair.first.on_claims(|first| {
        pair.second.on_claims(|second| {
            let mut wrong: Vec<_> = AUTHENTICATION
                .into_iter()
                .filter(|name| first.contains_key(*name) != second.contains_key(*name))
                .map(|name| format!("{name} in one token only"))
                .collect();
            wrong.extend(
                first
                    .iter()
                    .filter(|(name, _)| !OF_ONE_TOKEN.contains(&name.as_str()))
                    .filter_map(|(name, value)| Some((name, value, second.get(name)?)))
                    .filter(|(_, a, b)| a != b)
                    .map(|(name, a, b)| format!("{name} is {} and {}", show(a), show(b))),
            );
            Finding::met_if(wrong.is_empty(), "the same claims in both", || {
                wrong.join("; ")
            })
        })
    })
}

/// The user was authenticated again: `auth_time` is later
/// ([OpenID Connect Core 1.0 section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
pub fn authenticated_again(pair: &IdTokenPair) -> Finding {
    pair.first.on_claims(|first| {
        pair.second.on_claims(|second| {
            let time = |claims: &serde_json::Map<String, Value>| {
                claims.get("auth_time").and_then(Value::as_f64)
            };
            let Some(after) = time(second) else {
                return Finding::violated(
                    "auth_time of the new authentication",
                    shown("auth_time", second.get("auth_time")),
                );
            };
            // Without an auth_time in the first token its time of issue bounds the first authentication.
            let before = time(first).or_else(|| first.get("iat").and_then(Value::as_f64));
            before.map_or_else(
                || Finding::not_applicable("the first token has neither auth_time nor iat"),
                |before| {
                    Finding::met_if(
                        after > before,
                        format!("auth_time later than {before}"),
                        || format!("auth_time is {after}"),
                    )
                },
            )
        })
    })
}

fn same(pair: &IdTokenPair, name: &str) -> Finding {
    pair.first.on_claims(|first| {
        pair.second.on_claims(|second| {
            let (before, after) = (first.get(name), second.get(name));
            Finding::met_if(
                before.is_some() && before == after,
                format!("{}, as before", shown(name, before)),
                || shown(name, after),
            )
        })
    })
}

fn same_aud(pair: &IdTokenPair) -> Finding {
    pair.first.on_claims(|first| {
        pair.second.on_claims(|second| {
            let sets = (audiences(first), audiences(second));
            let equal = match sets {
                (Ok(mut a), Ok(mut b)) => {
                    a.sort_unstable();
                    b.sort_unstable();
                    a == b
                }
                _ => false,
            };
            Finding::met_if(
                equal,
                format!("{}, as before", shown("aud", first.get("aud"))),
                || shown("aud", second.get("aud")),
            )
        })
    })
}
