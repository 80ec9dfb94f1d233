//! Rules about time. All times are seconds since 1970-01-01T00:00:00Z; the token is judged at the time when
//! it was received.

use serde_json::{Map, Value};

use crate::finding::Finding;
use crate::jwt::criteria::{self, A_FEW_MINUTES, AHEAD, FIFTY_YEARS};

use super::IdToken;
use super::claims::shown;

/// `exp` and `iat` are there, JSON numbers
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn exp_and_iat_are_numbers(token: &IdToken) -> Finding {
    token.on_claims(|claims| {
        let wrong: Vec<_> = ["exp", "iat"]
            .into_iter()
            .filter(|name| seconds(claims, name).is_none())
            .map(|name| shown(name, claims.get(name)))
            .collect();
        Finding::met_if(wrong.is_empty(), "exp and iat, JSON numbers", || {
            wrong.join("; ")
        })
    })
}

/// `exp` is later than `iat`.
pub fn exp_is_after_iat(token: &IdToken) -> Finding {
    token.on_claims(
        |claims| match (seconds(claims, "exp"), seconds(claims, "iat")) {
            (Some(exp), Some(iat)) => Finding::met_if(exp > iat, "exp later than iat", || {
                format!("exp is {exp}, iat is {iat}")
            }),
            _ => Finding::not_applicable("exp and iat are not both numbers"),
        },
    )
}

/// `exp` lies in the future when the token arrives
/// ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 9).
pub fn is_not_expired(token: &IdToken) -> Finding {
    let now = token.context().received_at;
    on_time(token, "exp", |exp| {
        Finding::met_if(
            !criteria::is_expired(exp, as_seconds(now)),
            "exp in the future",
            || format!("exp is {exp}, received at {now}"),
        )
    })
}

/// `iat` is within a few minutes of the arrival
/// ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 10).
pub fn iat_is_near(token: &IdToken) -> Finding {
    let now = token.context().received_at;
    on_time(token, "iat", |iat| {
        let now_seconds = as_seconds(now);
        let near = !criteria::is_long_ago(iat, now_seconds, 0.0, as_seconds(A_FEW_MINUTES))
            && !criteria::is_ahead(iat, now_seconds, as_seconds(AHEAD));
        Finding::met_if(
            near,
            format!("iat at most {A_FEW_MINUTES} s old and {AHEAD} s ahead"),
            || format!("iat is {iat}, received at {now}"),
        )
    })
}

/// `exp`, `iat` and `auth_time` count seconds: none lies more than fifty years ahead
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn times_count_seconds(token: &IdToken) -> Finding {
    let now = as_seconds(token.context().received_at);
    token.on_claims(|claims| {
        let far: Vec<_> = ["exp", "iat", "auth_time"]
            .into_iter()
            .filter_map(|name| Some((name, seconds(claims, name)?)))
            .filter(|(_, time)| criteria::is_ahead(*time, now, as_seconds(FIFTY_YEARS)))
            .map(|(name, time)| format!("{name} is {time}"))
            .collect();
        Finding::met_if(
            far.is_empty(),
            "seconds since 1970, less than 50 years ahead",
            || far.join("; "),
        )
    })
}

/// `nbf`, where it stands, is a number and not in the future
/// ([RFC 7519 section 4.1.5](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.5)).
pub fn nbf_has_passed(token: &IdToken) -> Finding {
    let now = token.context().received_at;
    token.on_claims(|claims| match (claims.get("nbf"), seconds(claims, "nbf")) {
        (None, _) => Finding::not_applicable("the token has no nbf"),
        (nbf, None) => Finding::violated("nbf, a number", shown("nbf", nbf)),
        (_, Some(nbf)) => Finding::met_if(
            !criteria::is_ahead(nbf, as_seconds(now), as_seconds(AHEAD)),
            "nbf in the past",
            || format!("nbf is {nbf}, received at {now}"),
        ),
    })
}

/// `auth_time`, where it stands, is a number and not in the future
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn auth_time_has_passed(token: &IdToken) -> Finding {
    let now = token.context().received_at;
    token.on_claims(|claims| {
        if !claims.contains_key("auth_time") {
            return Finding::not_applicable("the token has no auth_time");
        }
        let time = seconds(claims, "auth_time");
        let ok =
            time.is_some_and(|time| !criteria::is_ahead(time, as_seconds(now), as_seconds(AHEAD)));
        Finding::met_if(ok, "auth_time, a number in the past", || {
            let shown = shown("auth_time", claims.get("auth_time"));
            format!("{shown}, received at {now}")
        })
    })
}

/// `auth_time` is there when `max_age` was sent
/// ([OpenID Connect Core 1.0 section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
pub fn max_age_brings_auth_time(token: &IdToken) -> Finding {
    if token.context().max_age.is_none() {
        return Finding::not_applicable("the request had no max_age");
    }
    has_auth_time(token)
}

/// `auth_time` is there when it was asked for as an Essential Claim
/// ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
pub fn essential_auth_time(token: &IdToken) -> Finding {
    if !token.context().auth_time_essential {
        return Finding::not_applicable("the request did not ask for auth_time");
    }
    has_auth_time(token)
}

/// `auth_time` is there when the client registered `require_auth_time`
/// ([OpenID Connect Dynamic Client Registration 1.0 section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)).
pub fn registered_auth_time(token: &IdToken) -> Finding {
    if !token.context().auth_time_registered {
        return Finding::not_applicable("the client did not register require_auth_time");
    }
    has_auth_time(token)
}

/// No more than `max_age` has passed since `auth_time`, with a few minutes for the way
/// ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 13).
pub fn authentication_is_recent(token: &IdToken) -> Finding {
    let context = token.context();
    let Some(max_age) = context.max_age else {
        return Finding::not_applicable("the request had no max_age");
    };
    let longest = as_seconds(i64::try_from(max_age).unwrap_or(i64::MAX));
    let now = as_seconds(context.received_at);
    on_time(token, "auth_time", |time| {
        Finding::met_if(
            !criteria::is_long_ago(time, now, longest, as_seconds(A_FEW_MINUTES)),
            format!("auth_time at most {max_age} s ago (max_age)"),
            || format!("auth_time is {time}, received at {}", context.received_at),
        )
    })
}

/// A claim as seconds, where it is a number.
pub(super) fn seconds(claims: &Map<String, Value>, name: &str) -> Option<f64> {
    claims.get(name)?.as_f64()
}

/// `time` in the type of a NumericDate, which may have a fraction.
#[expect(
    clippy::cast_precision_loss,
    reason = "times near the present are far below 2^53"
)]
pub(super) fn as_seconds(time: i64) -> f64 {
    time as f64
}

fn has_auth_time(token: &IdToken) -> Finding {
    token.on_claims(|claims| {
        Finding::met_if(
            seconds(claims, "auth_time").is_some(),
            "auth_time, a JSON number",
            || shown("auth_time", claims.get("auth_time")),
        )
    })
}

fn on_time(token: &IdToken, name: &str, rule: impl FnOnce(f64) -> Finding) -> Finding {
    token.on_claims(|claims| match seconds(claims, name) {
        Some(time) => rule(time),
        None => Finding::not_applicable(format!("the token has no {name} that is a number")),
    })
}
