//! Rules on what the keys are made of.

use crate::finding::Finding;
use crate::jwt::base64url::Base64Problem;
use crate::jwt::certificate::{self, CertificateKey};
use crate::jwt::key::{self, Jwk};
use crate::jwt::public_key::{Curve, KeyError, PublicKey, octets};

use super::{Jwks, each_of};

/// A key with `x5c` has its bare members too, equal to the key of the first certificate
/// ([OpenID Connect Discovery 1.0 section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
///
/// A key of a kind that is not read in certificates is left to a person.
pub fn x5c_has_the_key(jwks: &Jwks) -> Finding {
    let finding = certified_keys(jwks);
    let unread = jwks.keys().iter().find(|key| has_unread_certificate(key));
    match (finding, unread) {
        (Finding::Met, Some(key)) => Finding::needs_review(format!(
            "{}: is the key of its certificate the bare one? It is of a kind that is not read here",
            key.label()
        )),
        (finding, _) => finding,
    }
}

fn has_unread_certificate(key: &Jwk) -> bool {
    let certificates = key.get("x5c").map(key::certificates);
    let first = certificates.and_then(|all| all.ok()?.into_iter().next());
    first.is_some_and(|der| certificate::public_key(&der) == Ok(CertificateKey::Other))
}

fn certified_keys(jwks: &Jwks) -> Finding {
    each_of(
        jwks,
        "the bare key, equal to that of the first certificate of x5c",
        "no key has x5c",
        |key| key.get("x5c").is_some(),
        Jwk::certificate_problem,
    )
}

/// RSA keys have 2048 bits or more ([RFC 7518 section 3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
pub fn rsa_keys_are_long_enough(jwks: &Jwks) -> Finding {
    each_of(
        jwks,
        "RSA keys of at least 2048 bits",
        "no RSA key",
        |key| matches!(key.public_key(), Ok(PublicKey::Rsa(_))),
        |key| match key.public_key() {
            Ok(PublicKey::Rsa(rsa)) if rsa.bits() < 2048 => Some(format!("{} bits", rsa.bits())),
            _ => None,
        },
    )
}

/// RSA keys have `n` and `e`, base64url, and can be keys
/// ([RFC 7518 section 6.3.1](https://www.rfc-editor.org/rfc/rfc7518#section-6.3.1)).
pub fn rsa_keys_are_complete(jwks: &Jwks) -> Finding {
    complete(
        jwks,
        "RSA",
        "n and e, base64url, a possible RSA key",
        &["n", "e"],
        |error| !matches!(error, KeyError::Rsa(_)),
    )
}

/// EC keys have `crv`, `x` and, on the NIST curves, `y`, base64url
/// ([RFC 7518 section 6.2.1](https://www.rfc-editor.org/rfc/rfc7518#section-6.2.1)).
pub fn ec_keys_are_complete(jwks: &Jwks) -> Finding {
    complete(jwks, "EC", "crv, x and y, base64url", &["x", "y"], |_| true)
}

/// The coordinates of EC keys are points of their curves
/// ([RFC 7518 section 6.2.1](https://www.rfc-editor.org/rfc/rfc7518#section-6.2.1)).
pub fn ec_points_are_on_their_curve(jwks: &Jwks) -> Finding {
    each_of(
        jwks,
        "a point of the curve",
        "no EC key with a point",
        |key| {
            key.kty() == Some("EC")
                && matches!(key.public_key(), Ok(_) | Err(KeyError::NotOnCurve(_)))
        },
        |key| key.public_key().err().map(ToString::to_string),
    )
}

/// The coordinates of EC keys have the full size of their curve
/// ([RFC 7518 section 6.2.1.2](https://www.rfc-editor.org/rfc/rfc7518#section-6.2.1.2)).
pub fn ec_coordinates_are_full_size(jwks: &Jwks) -> Finding {
    let curve = |key: &Jwk| {
        Curve::ALL
            .into_iter()
            .find(|c| key.crv() == Some(c.as_str()))
    };
    each_of(
        jwks,
        "coordinates of the full size of the curve",
        "no EC key of a known curve",
        |key| key.kty() == Some("EC") && curve(key).is_some(),
        |key| {
            let full = curve(key)?.octets();
            ["x", "y"].into_iter().find_map(|name| {
                let (octets, _) = octets(key.raw(), name).ok()?;
                (octets.len() != full)
                    .then(|| format!("{name} has {} octets instead of {full}", octets.len()))
            })
        },
    )
}

/// The integers of RSA keys have no leading zero octets
/// ([RFC 7518 section 2](https://www.rfc-editor.org/rfc/rfc7518#section-2)).
pub fn integers_are_minimal(jwks: &Jwks) -> Finding {
    each_of(
        jwks,
        "n and e in the minimum number of octets",
        "no RSA key",
        |key| key.kty() == Some("RSA"),
        |key| {
            ["n", "e"].into_iter().find_map(|name| {
                let (octets, _) = octets(key.raw(), name).ok()?;
                (octets.len() > 1 && octets[0] == 0)
                    .then(|| format!("{name} begins with a zero octet"))
            })
        },
    )
}

/// OKP keys have `crv` and `x`, base64url and of the right length
/// ([RFC 8037 section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2)).
pub fn okp_keys_are_complete(jwks: &Jwks) -> Finding {
    complete(jwks, "OKP", "crv and x, base64url", &["x"], |error| {
        !matches!(error, KeyError::Length { .. } | KeyError::SmallOrder)
    })
}

fn complete(
    jwks: &Jwks,
    kty: &str,
    expected: &str,
    base64_members: &[&'static str],
    is_elsewhere: impl Fn(&KeyError) -> bool,
) -> Finding {
    each_of(
        jwks,
        expected,
        &format!("no {kty} key"),
        |key| key.kty() == Some(kty),
        |key| match key.public_key() {
            Err(
                error @ (KeyError::Missing(_) | KeyError::NotAString(..) | KeyError::Base64(..)),
            ) => Some(error.to_string()),
            Err(error) if !is_elsewhere(error) => Some(error.to_string()),
            _ => base64_members.iter().find_map(|name| {
                let problem: Base64Problem = octets(key.raw(), name).ok()?.1?;
                Some(format!("{name}: {problem}"))
            }),
        },
    )
}
