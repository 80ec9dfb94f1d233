//! What the collecting rules and the validator ask alike, on plain values.

use serde_json::{Map, Value};

/// How far the clocks of two parties may be apart where a rule names no figure, in seconds.
pub const A_FEW_MINUTES: i64 = 300;

/// How far `iat` and `auth_time` may lie in the future, in seconds
/// ([FAPI 2.0 section 5.3.2.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2.1) has the same figure).
pub const AHEAD: i64 = 60;

/// A time that is further ahead than this does not count seconds.
pub const FIFTY_YEARS: i64 = 50 * 366 * 24 * 3600;

/// The member of `events` that makes a JWT a logout token
/// ([OpenID Connect Back-Channel Logout 1.0 section 2.4](https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken)).
pub const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The header parameters that carry a key or point to one.
pub const KEY_IN_HEADER: [&str; 4] = ["jku", "x5u", "jwk", "x5c"];

/// The claims that may stand in the header too
/// ([RFC 7519 section 5.3](https://www.rfc-editor.org/rfc/rfc7519#section-5.3)).
pub const REPLICATED: [&str; 3] = ["iss", "sub", "aud"];

/// Whether a token with this `exp` is no longer accepted: the time is on or after it.
pub fn is_expired(exp: f64, now: f64) -> bool {
    exp <= now
}

/// Whether `time` lies more than `tolerance` in the future.
pub fn is_ahead(time: f64, now: f64, tolerance: f64) -> bool {
    time > now + tolerance
}

/// Whether `time` lies more than `longest` plus `tolerance` in the past.
pub fn is_long_ago(time: f64, now: f64, longest: f64, tolerance: f64) -> bool {
    time < now - longest - tolerance
}

/// Whether `sub` has at most 255 ASCII characters.
pub fn is_short_ascii(sub: &str) -> bool {
    sub.is_ascii() && sub.len() <= 255
}

/// A `typ` as a media type, without the `application/` that may be left out.
pub fn media_type(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/")
        .map_or_else(|| typ.clone(), str::to_owned)
}

/// Whether a media type is that of a JWT of a special kind.
pub fn is_special_kind(media_type: &str) -> bool {
    media_type.ends_with("+jwt")
}

/// What is wrong with `crit`, where it stands.
pub fn crit_problem(header: &Map<String, Value>) -> Option<String> {
    let crit = header.get("crit")?;
    let names: Option<Vec<&str>> = crit
        .as_array()
        .and_then(|names| names.iter().map(Value::as_str).collect());
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Some(format!("crit is {}", super::json::show(crit)));
    };
    names.iter().enumerate().find_map(|(at, name)| {
        let why = if REGISTERED.contains(name) {
            "which JOSE itself defines"
        } else if names[..at].contains(name) {
            "more than once"
        } else if !header.contains_key(*name) {
            "which the header does not have"
        } else {
            return None;
        };
        Some(format!("crit names {name:?}, {why}"))
    })
}

/// The first critical extension that is not known here; a `crit` that is no array as a whole.
pub fn unknown_critical(header: &Map<String, Value>) -> Option<&Value> {
    match header.get("crit")? {
        Value::Array(names) => names.iter().find(|name| name.as_str() != Some("b64")),
        other => Some(other),
    }
}

/// Whether `b64` allows what a JWT needs, an encoded payload
/// ([RFC 7797 section 7](https://www.rfc-editor.org/rfc/rfc7797#section-7)).
pub fn is_encoded(b64: Option<&Value>) -> bool {
    b64.is_none_or(|value| *value == Value::Bool(true))
}

/// The header parameters of RFC 7515 and RFC 7518, which `crit` must not name.
const REGISTERED: [&str; 18] = [
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc",
    "zip", "epk", "apu", "apv", "iv", "tag",
];
