//! The keys of one issuer, each parsed once for every algorithm that it is for.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::signature::{
    ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
};

use super::error::{Error, Rule, quoted};
use super::header::Header;
use super::validator::TokenKind;
use super::warning::{Warning, Warnings};
use crate::jwt::algorithm::{Algorithm, Family};
use crate::jwt::json;
use crate::jwt::key::{Jwk, JwkSet};
use crate::jwt::public_key::{PublicKey, octets};
use crate::jwt::signature::SignatureError;

/// More keys than this in one set are not taken.
const MAX_KEYS: usize = 256;

/// As many keys of one `kid` are tried.
const MAX_TRIALS: usize = 4;

/// The published keys of one issuer, ready to verify with.
///
/// Keys of different issuers never share a set: a token must be verified with the keys of its own issuer alone.
/// Its `Debug` shows no key material.
pub struct KeySet {
    keys: Vec<Key>,
}

/// A header that was read before: tokens of one key have the same, to the letter, so that it need not be read again.
struct KnownHeader {
    segment: String,
    kind: TokenKind,
    header: Header<'static>,
}

/// What a signature is about.
pub(super) struct Signed<'a> {
    pub(super) kind: TokenKind,
    /// The header as it was sent.
    pub(super) segment: &'a str,
    pub(super) header: &'a Header<'a>,
    pub(super) input: &'a [u8],
}

struct Key {
    jwk: Jwk,
    kid: Option<String>,
    /// Why nothing can be verified with it.
    unusable: Option<String>,
    verifiers: Vec<(Algorithm, ParsedPublicKey)>,
    warnings: Warnings,
    /// That of the first token that it verified.
    header: OnceLock<KnownHeader>,
}

impl KeySet {
    /// Reads a JWK Set ([RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)) as it was sent. A key that can't be used is
    /// kept for the errors about it and does not hide the others.
    ///
    /// # Errors
    /// No JSON, a doubled member, no object with an array `keys`, or more than 256 keys ([`Rule::Keys`]).
    pub fn parse(document: &[u8]) -> Result<Self, Error> {
        let expected = "a JWK Set";
        let document =
            json::parse(document).map_err(|e| Error::new(Rule::Keys, expected, e.to_string()))?;
        if let Some(pointer) = document.duplicates.first() {
            let actual = format!("the member {} comes more than once", quoted(pointer));
            return Err(Error::new(Rule::Keys, expected, actual));
        }
        let count = document.value.get("keys").and_then(|keys| keys.as_array());
        if let Some(keys) = count.filter(|keys| keys.len() > MAX_KEYS) {
            let expected = format!("at most {MAX_KEYS} keys");
            return Err(Error::new(Rule::Keys, expected, keys.len().to_string()));
        }
        let set = JwkSet::from_value(&document.value)
            .map_err(|e| Error::new(Rule::Keys, expected, e.to_string()))?;
        Ok(Self::new(&set))
    }

    /// Parses the keys of a set.
    pub fn new(set: &JwkSet) -> Self {
        Self {
            keys: set.keys.iter().map(Key::new).collect(),
        }
    }

    /// How many keys there are, the unusable ones too.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Why keys of the set can't be used, one sentence each.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        self.keys
            .iter()
            .filter_map(|key| Some(format!("{}: {}", key.jwk.label(), key.unusable.as_ref()?)))
    }

    /// What was read from this very header of a token of this kind before, if it was.
    pub(super) fn known_header(&self, segment: &str, kind: TokenKind) -> Option<&Header<'static>> {
        self.keys.iter().find_map(|key| {
            let known = key.header.get()?;
            (known.kind == kind && known.segment == segment).then_some(&known.header)
        })
    }

    /// Verifies with the key that the header names, or without a `kid` with the only key that is for `alg`.
    pub(super) fn verify(
        &self,
        alg: Algorithm,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<Warnings, Error> {
        let kid = signed.header.kid.as_deref();
        let mut candidates = self
            .keys
            .iter()
            .filter(|key| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid)))
            .filter_map(|key| Some((key, key.verifier(alg)?)));
        let Some(first) = candidates.next() else {
            return Err(self.no_key(alg, kid));
        };
        let second = candidates.next();
        if kid.is_none() && second.is_some() {
            return Err(Error::new(
                Rule::KeyId,
                "a kid, because several published keys are for this alg",
                "no kid",
            ));
        }
        let tried = [first].into_iter().chain(second).chain(candidates);
        for (key, verifier) in tried.take(MAX_TRIALS) {
            if verifier.verify_sig(signed.input, signature).is_ok() {
                key.remember(signed);
                let mut warnings = key.warnings;
                warnings.add_if(kid.is_none() && self.keys.len() > 1, Warning::KeyId);
                warnings.add_if(second.is_some(), Warning::RepeatedKeyId);
                return Ok(warnings);
            }
        }
        Err(Error::new(
            Rule::Signature,
            format!("a signature by the published key, alg {alg}"),
            SignatureError::Mismatch.to_string(),
        ))
    }

    /// Whether a key with this `kid` is published.
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// Why there is no key to verify with.
    fn no_key(&self, alg: Algorithm, kid: Option<&str>) -> Error {
        const MAX_REASONS: usize = 3;
        let reasons: Vec<String> = self
            .keys
            .iter()
            .filter(|key| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid)))
            .take(MAX_REASONS)
            .map(|key| format!("{}: {}", key.jwk.label(), key.reason(alg)))
            .collect();
        match (kid, reasons.is_empty()) {
            (Some(kid), true) => Error::new(
                Rule::UnknownKey,
                format!("the kid of one of {} published keys", self.keys.len()),
                format!("kid {}", quoted(kid)),
            ),
            (None, true) => Error::new(Rule::UnknownKey, "a published key", "an empty JWK Set"),
            (_, false) => Error::new(
                Rule::Key,
                format!("a key for signatures with {alg}"),
                reasons.join("; "),
            ),
        }
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|key| &key.jwk))
            .finish()
    }
}

impl Key {
    fn new(jwk: &Jwk) -> Self {
        let unusable = match jwk.public_key() {
            Err(error) => Some(error.to_string()),
            Ok(PublicKey::Rsa(key)) => match key.bits() {
                bits @ ..2048 => Some(SignatureError::WeakRsaKey(bits).to_string()),
                bits @ 8193.. => Some(SignatureError::LargeRsaKey(bits).to_string()),
                _ => jwk.certificate_problem(),
            },
            Ok(_) => jwk.certificate_problem(),
        };
        let verifiers = match (jwk.public_key(), &unusable) {
            (Ok(key), None) => Algorithm::ALL
                .into_iter()
                .filter(|alg| jwk.forbids(alg.as_str()).is_none())
                .filter_map(|alg| Some((alg, verifier(alg, key)?)))
                .collect(),
            _ => Vec::new(),
        };
        let mut warnings = Warnings::default();
        warnings.add_if(jwk.private_members().next().is_some(), Warning::PrivateKey);
        warnings.add_if(is_oddly_encoded(jwk), Warning::KeyEncoding);
        Self {
            jwk: jwk.clone(),
            kid: jwk.kid().map(str::to_owned),
            unusable,
            verifiers,
            warnings,
            header: OnceLock::new(),
        }
    }

    fn verifier(&self, alg: Algorithm) -> Option<&ParsedPublicKey> {
        self.verifiers
            .iter()
            .find_map(|(of, verifier)| (*of == alg).then_some(verifier))
    }

    /// Keeps the header of a token that was verified, the first one only: nobody else can make it remember.
    fn remember(&self, signed: &Signed<'_>) {
        let header = signed.header;
        if self.header.get().is_none() && header.replicated.is_none() {
            self.header.get_or_init(|| KnownHeader {
                segment: signed.segment.to_owned(),
                kind: signed.kind,
                header: Header {
                    alg: header.alg,
                    kid: header.kid.clone().map(|kid| Cow::Owned(kid.into_owned())),
                    warnings: header.warnings,
                    replicated: None,
                },
            });
        }
    }

    /// Why it does not verify signatures with `alg`.
    fn reason(&self, alg: Algorithm) -> String {
        self.unusable
            .clone()
            .or_else(|| self.jwk.forbids(alg.as_str()))
            .unwrap_or_else(|| SignatureError::key_type(alg).to_string())
    }
}

fn verifier(alg: Algorithm, key: &PublicKey) -> Option<ParsedPublicKey> {
    match (alg.family(), key) {
        (Family::Rsa, PublicKey::Rsa(key)) => RsaPublicKeyComponents {
            n: &key.n,
            e: &key.e,
        }
        .to_parsed_public_key(rsa_parameters(alg)?)
        .ok(),
        (Family::Ec(curve), PublicKey::Ec(key)) if key.curve == curve => Some(key.parsed.clone()),
        (Family::Ed25519, PublicKey::Ed25519(key)) => ParsedPublicKey::new(&ED25519, &key.x).ok(),
        _ => None,
    }
}

fn rsa_parameters(alg: Algorithm) -> Option<&'static RsaParameters> {
    Some(match alg {
        Algorithm::RS256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

/// Whether a number has leading zeros, a coordinate has not its full length, or base64url is not canonical.
fn is_oddly_encoded(jwk: &Jwk) -> bool {
    let odd = |name: &'static str, fits: &dyn Fn(&[u8]) -> bool| {
        octets(jwk.raw(), name).is_ok_and(|(octets, problem)| problem.is_some() || !fits(&octets))
    };
    match jwk.public_key() {
        Ok(PublicKey::Rsa(_)) => ["n", "e"]
            .into_iter()
            .any(|name| odd(name, &|octets| octets.first() != Some(&0))),
        Ok(PublicKey::Ec(key)) => ["x", "y"]
            .into_iter()
            .any(|name| odd(name, &|octets| octets.len() == key.curve.octets())),
        Ok(PublicKey::Ed25519(_)) => odd("x", &|_| true),
        Err(_) => false,
    }
}
