//! Checks on a published JWK Set.

pub mod material;

use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::Value;

use crate::finding::Finding;
use crate::jwt::json::{self, Document, JsonError, show};
use crate::jwt::key::{Jwk, JwkSet};

use super::Rule;

/// The answer to a request for `jwks_uri`.
#[derive(Debug)]
pub struct Jwks {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: HeaderMap,
    document: Result<Document, JsonError>,
    set: Result<JwkSet, String>,
}

impl Jwks {
    /// Takes in an answer; nothing in it makes this fail.
    pub fn new(status: u16, headers: HeaderMap, body: &Bytes) -> Self {
        let document = json::parse(body);
        let set = match &document {
            Ok(document) => JwkSet::from_value(&document.value).map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        Self {
            status,
            headers,
            document,
            set,
        }
    }

    /// The keys; none where the answer is no JWK Set.
    pub fn keys(&self) -> &[Jwk] {
        self.set.as_ref().map_or(&[], |set| set.keys.as_slice())
    }

    /// The set.
    ///
    /// # Errors
    /// Why the answer holds none.
    pub fn set(&self) -> Result<&JwkSet, &str> {
        self.set.as_ref().map_err(String::as_str)
    }
}

/// The rules on a JWK Set.
pub const RULES: &[Rule<Jwks>] = &[
    rule("OIDCC-10.1-6", kid_on_every_key),
    rule("OIDCC-10.2.1-1", says_how_long_to_cache),
    rule("OIDCD-3-7", no_private_members),
    rule("OIDCD-3-8", material::x5c_has_the_key),
    rule("OIDCD-3-9", use_on_every_key),
    rule("OIDCD-3-19", has_a_signing_key),
    rule("RFC7517-4-1", member_names_of_keys_are_unique),
    rule("RFC7517-4-2", members_are_strings),
    rule("RFC7517-4.1-1", kty_on_every_key),
    rule("RFC7517-4.3-1", key_ops_are_distinct),
    rule("RFC7517-4.3-2", use_or_key_ops),
    rule("RFC7517-4.3-3", use_and_key_ops_agree),
    rule("RFC7517-4.5-1", kid_is_distinct),
    rule("RFC7517-5-1", is_jwk_set),
    rule("RFC7517-5-2", member_names_of_the_set_are_unique),
    rule("RFC7518-2-1", material::integers_are_minimal),
    rule("RFC7518-3.3-1", material::rsa_keys_are_long_enough),
    rule("RFC7518-6.2.1-1", material::ec_keys_are_complete),
    rule("RFC7518-6.2.1-2", material::ec_points_are_on_their_curve),
    rule("RFC7518-6.2.1.2-1", material::ec_coordinates_are_full_size),
    rule("RFC7518-6.3.1-1", material::rsa_keys_are_complete),
    rule("RFC8037-2-1", material::okp_keys_are_complete),
    rule("PRACTICE-metadata-4", content_type_is_json),
];

/// The answer is a success and a JSON object with an array `keys`
/// ([RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
pub fn is_jwk_set(jwks: &Jwks) -> Finding {
    let expected = "200 with a JSON object that has an array keys";
    match &jwks.set {
        _ if jwks.status != 200 => Finding::violated(expected, format!("status {}", jwks.status)),
        Ok(_) => Finding::Met,
        Err(problem) => Finding::violated(expected, problem.clone()),
    }
}

/// No member name of the set comes twice ([RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
pub fn member_names_of_the_set_are_unique(jwks: &Jwks) -> Finding {
    unique(jwks, |depth| depth == 1)
}

/// No member name of a key comes twice ([RFC 7517 section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)).
pub fn member_names_of_keys_are_unique(jwks: &Jwks) -> Finding {
    unique(jwks, |depth| depth > 1)
}

/// There is a key for signatures
/// ([OpenID Connect Discovery 1.0 section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
pub fn has_a_signing_key(jwks: &Jwks) -> Finding {
    on_keys(jwks, |keys| {
        let usable = keys
            .iter()
            .any(|key| !key.is_for_encryption() && key.public_key().is_ok());
        Finding::met_if(usable, "at least one public key for signatures", || {
            let all: Vec<_> = keys
                .iter()
                .map(|key| match key.public_key() {
                    Ok(_) => format!("{}: for encryption", key.label()),
                    Err(error) => format!("{}: {error}", key.label()),
                })
                .collect();
            if all.is_empty() {
                "keys is empty".to_owned()
            } else {
                all.join("; ")
            }
        })
    })
}

/// No key has a private or symmetric member
/// ([OpenID Connect Discovery 1.0 section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
pub fn no_private_members(jwks: &Jwks) -> Finding {
    each(jwks, "public keys without private members", |key| {
        let members: Vec<_> = key.private_members().collect();
        if !members.is_empty() {
            return Some(format!("has {}", members.join(", ")));
        }
        (key.kty() == Some("oct")).then(|| "is symmetric (kty oct)".to_owned())
    })
}

/// Where some keys are for encryption, every key has `use`
/// ([OpenID Connect Discovery 1.0 section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
pub fn use_on_every_key(jwks: &Jwks) -> Finding {
    let encryption = jwks.keys().iter().filter(|key| key.is_for_encryption());
    let count = encryption.count();
    if jwks.set.is_ok() && (count == 0 || count == jwks.keys().len()) {
        return Finding::not_applicable("the set does not have both signing and encryption keys");
    }
    each(jwks, "use on every key", |key| {
        key.key_use().is_none().then(|| "has no use".to_owned())
    })
}

/// Every key has a `kty` ([RFC 7517 section 4.1](https://www.rfc-editor.org/rfc/rfc7517#section-4.1)).
pub fn kty_on_every_key(jwks: &Jwks) -> Finding {
    each(jwks, "kty, a string, on every key", |key| {
        match (key.raw(), key.get("kty")) {
            (_, Some(Value::String(_))) => None,
            (_, Some(other)) => Some(format!("kty is {}", show(other))),
            (Value::Object(_), None) => Some("has no kty".to_owned()),
            (other, None) => Some(format!("is {}, no object", json::kind(other))),
        }
    })
}

/// `kid`, `use`, `alg` and `crv`, where they stand, are strings
/// ([RFC 7517 section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)).
pub fn members_are_strings(jwks: &Jwks) -> Finding {
    each(jwks, "kid, use, alg and crv, strings", |key| {
        ["kid", "use", "alg", "crv"].into_iter().find_map(|name| {
            let value = key.get(name).filter(|value| !value.is_string())?;
            Some(format!("{name} is {}", json::kind(value)))
        })
    })
}

/// `key_ops` is an array of strings, none of them twice
/// ([RFC 7517 section 4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.3)).
pub fn key_ops_are_distinct(jwks: &Jwks) -> Finding {
    each_of(
        jwks,
        "key_ops, an array of distinct strings",
        "no key has key_ops",
        |key| key.get("key_ops").is_some(),
        |key| {
            let value = key.get("key_ops")?;
            let operations: Option<Vec<&str>> = value
                .as_array()
                .and_then(|operations| operations.iter().map(Value::as_str).collect());
            match operations {
                None => Some(format!("key_ops is {}", show(value))),
                Some(operations) => operations.iter().enumerate().find_map(|(at, op)| {
                    operations[..at]
                        .contains(op)
                        .then(|| format!("key_ops has {op:?} twice"))
                }),
            }
        },
    )
}

/// `use` and `key_ops` don't stand together ([RFC 7517 section 4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.3)).
pub fn use_or_key_ops(jwks: &Jwks) -> Finding {
    each_of(
        jwks,
        "use or key_ops, not both",
        "no key has use or key_ops",
        |key| key.get("use").is_some() || key.get("key_ops").is_some(),
        |key| has_both(key).then(|| "has both".to_owned()),
    )
}

/// Where `use` and `key_ops` stand together they agree
/// ([RFC 7517 section 4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.3)).
pub fn use_and_key_ops_agree(jwks: &Jwks) -> Finding {
    each_of(
        jwks,
        "key_ops that agree with use",
        "no key has use and key_ops",
        has_both,
        |key| {
            let signs = match key.key_use()? {
                "sig" => true,
                "enc" => false,
                _ => return None,
            };
            let operations = key.key_ops()?;
            let other = operations.into_iter().find(|op| {
                KEY_OPERATIONS.contains(op) && matches!(*op, "sign" | "verify") != signs
            })?;
            Some(format!(
                "use is {}, key_ops has {other:?}",
                show(key.get("use")?)
            ))
        },
    )
}

/// Different keys have different `kid`s; one `kid` on keys of different `kty` is conceivable
/// ([RFC 7517 section 4.5](https://www.rfc-editor.org/rfc/rfc7517#section-4.5)).
pub fn kid_is_distinct(jwks: &Jwks) -> Finding {
    let mut note = None;
    for (at, key) in jwks.keys().iter().enumerate() {
        let Some(kid) = key.kid() else { continue };
        for before in &jwks.keys()[..at] {
            if before.kid() != Some(kid) {
                continue;
            }
            let pair = format!("{} and {}", before.label(), key.label());
            if before.kty() == key.kty() {
                return Finding::violated("distinct kid values", pair);
            }
            note = Some(format!("{pair} differ in kty alone"));
        }
    }
    on_keys(jwks, |keys| match note {
        Some(note) => Finding::met_with(note),
        None if keys.iter().all(|key| key.kid().is_none()) => {
            Finding::not_applicable("no key has a kid")
        }
        None => Finding::Met,
    })
}

/// In a set of several keys each has a `kid`, as without it no token can name it
/// ([OpenID Connect Core 1.0 section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
pub fn kid_on_every_key(jwks: &Jwks) -> Finding {
    if jwks.set.is_ok() && jwks.keys().len() < 2 {
        return Finding::not_applicable("the set does not have several keys");
    }
    each(jwks, "kid on every key", |key| {
        let named = key.kid().is_some_and(|kid| !kid.is_empty());
        (!named).then(|| "can't be named".to_owned())
    })
}

/// The keys of an earlier set are still in a later one, though the provider signs with others by now
/// ([OpenID Connect Core 1.0 section 10.1.1](https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys)).
pub fn keeps_keys(earlier: &Jwks, later: &Jwks) -> Finding {
    on_keys(later, |keys| {
        let gone: Vec<_> = earlier
            .keys()
            .iter()
            .filter(|old| !old.is_for_encryption())
            .filter(|old| !keys.iter().any(|key| is_same_key(old, key)))
            .map(Jwk::label)
            .collect();
        Finding::met_if(
            gone.is_empty(),
            "the retired keys beside the new ones",
            || format!("gone: {}", gone.join("; ")),
        )
    })
}

/// Whether two JWKs are one public key: the same material, whatever is said about it.
fn is_same_key(one: &Jwk, other: &Jwk) -> bool {
    ["kty", "n", "e", "crv", "x", "y"]
        .into_iter()
        .all(|name| one.get(name) == other.get(name))
}

/// The `Content-Type` is `application/json` or `application/jwk-set+json`
/// ([RFC 7517 section 8.5](https://www.rfc-editor.org/rfc/rfc7517#section-8.5)).
pub fn content_type_is_json(jwks: &Jwks) -> Finding {
    let found = text(&jwks.headers, header::CONTENT_TYPE);
    let essence = found
        .as_deref()
        .map(|value| value.split(';').next().unwrap_or_default().trim());
    let fits = essence.is_some_and(|essence| {
        essence.eq_ignore_ascii_case("application/json")
            || essence.eq_ignore_ascii_case("application/jwk-set+json")
    });
    Finding::met_if(fits, "application/json or application/jwk-set+json", || {
        found.unwrap_or_else(|| "no Content-Type".to_owned())
    })
}

/// A set with encryption keys says with `max-age` how long to cache it
/// ([OpenID Connect Core 1.0 section 10.2.1](https://openid.net/specs/openid-connect-core-1_0.html#RotateEncKeys)).
pub fn says_how_long_to_cache(jwks: &Jwks) -> Finding {
    on_keys(jwks, |keys| {
        if !keys.iter().any(Jwk::is_for_encryption) {
            return Finding::not_applicable("the set has no encryption key");
        }
        let found = text(&jwks.headers, header::CACHE_CONTROL);
        let says = found.as_deref().is_some_and(|value| {
            value.split(',').any(|directive| {
                let (name, seconds) = directive.split_once('=').unwrap_or((directive, ""));
                name.trim().eq_ignore_ascii_case("max-age")
                    && seconds.trim().trim_matches('"').parse::<u64>().is_ok()
            })
        });
        Finding::met_if(says, "Cache-Control with max-age", || {
            found.unwrap_or_else(|| "no Cache-Control".to_owned())
        })
    })
}

/// The operations of [RFC 7517 section 4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.3).
const KEY_OPERATIONS: [&str; 8] = [
    "sign",
    "verify",
    "encrypt",
    "decrypt",
    "wrapKey",
    "unwrapKey",
    "deriveKey",
    "deriveBits",
];

const fn rule(id: &'static str, check: fn(&Jwks) -> Finding) -> Rule<Jwks> {
    Rule { id, check }
}

fn has_both(key: &Jwk) -> bool {
    key.get("use").is_some() && key.get("key_ops").is_some()
}

/// Judges the keys; an answer that is no JWK Set violates every rule on them.
fn on_keys(jwks: &Jwks, rule: impl FnOnce(&[Jwk]) -> Finding) -> Finding {
    match &jwks.set {
        Ok(set) => rule(&set.keys),
        Err(problem) => Finding::violated("a JWK Set", problem.clone()),
    }
}

/// Judges key by key; `problem` says what is wrong with one.
fn each(jwks: &Jwks, expected: &str, problem: impl Fn(&Jwk) -> Option<String>) -> Finding {
    each_of(jwks, expected, "the set has no key", |_| true, problem)
}

/// As [`each`], for the keys that `applies` chooses.
fn each_of(
    jwks: &Jwks,
    expected: &str,
    none: &str,
    applies: impl Fn(&Jwk) -> bool,
    problem: impl Fn(&Jwk) -> Option<String>,
) -> Finding {
    on_keys(jwks, |keys| {
        let mut chosen = keys.iter().filter(|key| applies(key)).peekable();
        if chosen.peek().is_none() {
            return Finding::not_applicable(none);
        }
        let problems: Vec<_> = chosen
            .filter_map(|key| Some(format!("{} {}", key.label(), problem(key)?)))
            .collect();
        Finding::met_if(problems.is_empty(), expected, || shorten(&problems))
    })
}

fn unique(jwks: &Jwks, at_depth: impl Fn(usize) -> bool) -> Finding {
    match &jwks.document {
        Err(error) => Finding::violated("a JWK Set", error.to_string()),
        Ok(document) => {
            let twice: Vec<_> = document
                .duplicates
                .iter()
                .filter(|pointer| at_depth(pointer.matches('/').count()))
                .cloned()
                .collect();
            Finding::met_if(twice.is_empty(), "each member name once", || {
                format!("more than once: {}", twice.join(", "))
            })
        }
    }
}

fn shorten(problems: &[String]) -> String {
    const LIMIT: usize = 5;
    match problems.get(..LIMIT) {
        Some(first) if problems.len() > LIMIT => {
            format!("{}; {} more", first.join("; "), problems.len() - LIMIT)
        }
        _ => problems.join("; "),
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests;
