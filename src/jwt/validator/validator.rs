//! The validator: what it was told, and the way of a token through its rules.

use std::fmt;
use std::mem::MaybeUninit;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use memchr::memchr;

use super::access_token;
use super::claims::{Claims, Slots};
use super::error::{Error, Rule};
use super::expected::Expected;
use super::header::{self, Header, SEGMENTS};
use super::id_token;
use super::keys::{KeySet, Signed};
use super::logout_token;
use super::scan;
use super::token::ValidToken;
use super::warning::{Warning, Warnings};
use crate::jwt::algorithm::{Algorithm, Family};
use crate::jwt::compact::{CompactError, Part};
use crate::jwt::criteria;
use crate::jwt::id_token::Source;
use crate::jwt::signature::SignatureError;

/// The kinds of JWT that are validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An ID Token ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
    IdToken,
    /// An access token ([RFC 9068](https://www.rfc-editor.org/rfc/rfc9068)).
    AccessToken,
    /// A logout token ([OpenID Connect Back-Channel Logout 1.0 section 2.4](https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken)).
    LogoutToken,
}

impl TokenKind {
    /// The values of `typ` that it may have, for a sentence.
    pub(super) fn types(self) -> &'static str {
        match self {
            Self::IdToken => "typ JWT, or none",
            Self::AccessToken => "typ at+jwt",
            Self::LogoutToken => "typ logout+jwt or JWT, or none",
        }
    }
}

/// Validates the tokens of one issuer for one recipient.
///
/// It is set up once and shared; the keys come from a [`KeySet`] or, with refreshing, a
/// [`KeyCache`](super::KeyCache). Its `Debug` leaves out the secret.
pub struct Validator {
    pub(super) kind: TokenKind,
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) trusted_audiences: Vec<String>,
    pub(super) demands_azp: bool,
    pub(super) demands_auth_time: bool,
    pub(super) leeway: f64,
    pub(super) skew: f64,
    pub(super) max_lifetime: Option<f64>,
    pub(super) max_token_age: Option<f64>,
    algorithms: Vec<Algorithm>,
    secret: Option<Secret>,
    takes_unsigned: bool,
    takes_short_secret: bool,
    demands_encryption: bool,
    max_length: usize,
    clock: fn() -> i64,
}

struct Secret {
    key: hmac::Key,
    octets: usize,
}

/// The longest token that is read, in bytes, where nothing else was said.
const MAX_LENGTH: usize = 64 * 1024;

/// The longest signature, in base64url: that of RSA with 8192 bits has 1366 characters.
const MAX_SIGNATURE: usize = 1368;

impl Validator {
    /// For the ID Tokens of `issuer` for the client `client_id`, signed with RS256, which is what a client
    /// gets that registers nothing else.
    pub fn id_token(issuer: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self::new(TokenKind::IdToken, issuer.into(), client_id.into())
    }

    /// For the access tokens of `issuer` for the resource server `audience`, signed with RS256, which every
    /// party of RFC 9068 has to know.
    pub fn access_token(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self::new(TokenKind::AccessToken, issuer.into(), audience.into())
    }

    /// For the logout tokens of `issuer` for the client `client_id`, signed with RS256.
    pub fn logout_token(issuer: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self::new(TokenKind::LogoutToken, issuer.into(), client_id.into())
    }

    fn new(kind: TokenKind, issuer: String, audience: String) -> Self {
        Self {
            kind,
            issuer,
            audience,
            trusted_audiences: Vec::new(),
            demands_azp: false,
            demands_auth_time: false,
            leeway: 0.0,
            skew: seconds(criteria::AHEAD),
            max_lifetime: None,
            max_token_age: None,
            algorithms: vec![Algorithm::RS256],
            secret: None,
            takes_unsigned: false,
            takes_short_secret: false,
            demands_encryption: false,
            max_length: MAX_LENGTH,
            clock: system_clock,
        }
    }

    /// The only algorithm that is accepted: the client's `id_token_signed_response_alg`. For HS256 and its like
    /// see [`Validator::client_secret`].
    #[must_use]
    pub fn algorithm(self, alg: Algorithm) -> Self {
        self.algorithms([alg])
    }

    /// The algorithms that are accepted. A key is still used only with the algorithms that it is for.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self.secret = None;
        self
    }

    /// A MAC by the client's secret instead of signatures: the octets of its UTF-8 representation are the key
    /// ([OpenID Connect Core 1.0 section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)). Published keys are then not used.
    #[must_use]
    pub fn client_secret(mut self, alg: Algorithm, secret: &str) -> Self {
        let algorithm = match alg {
            Algorithm::HS384 => hmac::HMAC_SHA384,
            Algorithm::HS512 => hmac::HMAC_SHA512,
            _ => hmac::HMAC_SHA256,
        };
        self.algorithms = vec![alg];
        self.secret = (alg.family() == Family::Hmac).then(|| Secret {
            key: hmac::Key::new(algorithm, secret.as_bytes()),
            octets: secret.len(),
        });
        self
    }

    /// Takes a client secret that is shorter than the hash, with a warning
    /// ([RFC 7518 section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2) forbids it). An empty one is never taken.
    #[must_use]
    pub fn accept_short_secret(mut self) -> Self {
        self.takes_short_secret = true;
        self
    }

    /// Accepts ID Tokens with `alg` none as well, for a client that registered that and gets them from the token
    /// endpoint over TLS ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
    #[must_use]
    pub fn accept_unsigned(mut self) -> Self {
        self.takes_unsigned = true;
        self
    }

    /// Refuses tokens that are not encrypted, for a client that registered for encryption. Encrypted ones are
    /// refused anyway: decrypt them first and validate the token inside.
    #[must_use]
    pub fn demand_encryption(mut self) -> Self {
        self.demands_encryption = true;
        self
    }

    /// The algorithms of FAPI 2.0: PS256, ES256 and EdDSA with Ed25519
    /// ([section 5.4.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.4.1)).
    #[must_use]
    pub fn fapi2(self) -> Self {
        self.algorithms([
            Algorithm::PS256,
            Algorithm::ES256,
            Algorithm::EdDSA,
            Algorithm::Ed25519,
        ])
    }

    /// Other audiences that an ID Token may have besides the client.
    #[must_use]
    pub fn trusted_audiences<A: Into<String>>(
        mut self,
        audiences: impl IntoIterator<Item = A>,
    ) -> Self {
        self.trusted_audiences = audiences.into_iter().map(Into::into).collect();
        self
    }

    /// Refuses an ID Token with several audiences that has no `azp`, as errata set 1 of OpenID Connect Core
    /// recommended.
    #[must_use]
    pub fn demand_azp(mut self) -> Self {
        self.demands_azp = true;
        self
    }

    /// Refuses an ID Token without `auth_time`, for a client that registered `require_auth_time`.
    #[must_use]
    pub fn demand_auth_time(mut self) -> Self {
        self.demands_auth_time = true;
        self
    }

    /// How long a token is still accepted after `exp`: nothing where nothing is said, five minutes at most.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = tolerance(leeway);
        self
    }

    /// How far the issuer's clock may be apart for `iat`, `nbf` and `auth_time`: a minute where nothing is said,
    /// five minutes at most.
    #[must_use]
    pub fn skew(mut self, skew: Duration) -> Self {
        self.skew = tolerance(skew);
        self
    }

    /// How far `exp` may lie ahead.
    #[must_use]
    pub fn max_lifetime(mut self, longest: Duration) -> Self {
        self.max_lifetime = Some(longest.as_secs_f64());
        self
    }

    /// How long ago `iat` may be, whatever `exp` says.
    #[must_use]
    pub fn max_token_age(mut self, longest: Duration) -> Self {
        self.max_token_age = Some(longest.as_secs_f64());
        self
    }

    /// The longest token that is read, in bytes; 64 KiB where nothing is said, 1 MiB at most.
    #[must_use]
    pub fn max_length(mut self, bytes: usize) -> Self {
        self.max_length = bytes.min(crate::jwt::compact::MAX_LENGTH);
        self
    }

    /// Another clock than the system's: seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn clock(mut self, now: fn() -> i64) -> Self {
        self.clock = now;
        self
    }

    /// The kind of token that it takes.
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The issuer whose tokens it takes.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Validates `token` now.
    ///
    /// # Errors
    /// The first rule that the token breaks.
    pub fn validate(
        &self,
        token: &str,
        expected: &Expected<'_>,
        keys: &KeySet,
    ) -> Result<ValidToken, Error> {
        self.validate_at(token, expected, keys, self.now())
    }

    /// The time by its clock.
    pub(super) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Validates `token` as of `now`, in seconds since 1970-01-01T00:00:00Z.
    ///
    /// No claim is looked at before the signature has been verified.
    ///
    /// # Errors
    /// The first rule that the token breaks.
    pub fn validate_at(
        &self,
        token: &str,
        expected: &Expected<'_>,
        keys: &KeySet,
        now: i64,
    ) -> Result<ValidToken, Error> {
        let [head, body, signature] = self.segments(token)?;
        let (mut short, mut long) = ([MaybeUninit::uninit(); SHORT], Vec::new());
        let read;
        let header: &Header<'_> = match keys.known_header(head, self.kind) {
            Some(known) => known,
            None => {
                header::check_not_empty(Part::Header, head)?;
                let octets = header::decode(Part::Header, head, &mut short, &mut long)?;
                let text = std::str::from_utf8(octets)
                    .map_err(|_| header::malformed(Part::Header, octets))?;
                read = header::read(text, self.kind)?;
                &read
            }
        };
        let mut warnings = header.warnings;
        let signed = Signed {
            kind: self.kind,
            segment: head,
            header,
            input: token
                .as_bytes()
                .get(..head.len() + 1 + body.len())
                .unwrap_or_default(),
        };
        warnings.extend(self.check_signature(&signed, expected, keys, signature)?);

        header::check_not_empty(Part::Payload, body)?;
        let mut payload = Vec::new();
        header::decode_long(Part::Payload, body, &mut payload)?;
        let payload = String::from_utf8(payload)
            .map_err(|e| header::malformed(Part::Payload, e.as_bytes()))?;
        let mut slots = Slots::default();
        scan::object(&payload, &mut slots)
            .map_err(|_| header::malformed(Part::Payload, payload.as_bytes()))?;
        if let Some(repeated) = &header.replicated {
            header::check_replicated(repeated, &payload)?;
        }
        let claims = Claims {
            text: &payload,
            slots: &slots,
        };
        let rules = Rules {
            validator: self,
            expected,
            claims,
            alg: header.alg,
            now: seconds(now),
        };
        warnings.extend(match self.kind {
            TokenKind::IdToken => id_token::check(&rules)?,
            TokenKind::AccessToken => access_token::check(&rules)?,
            TokenKind::LogoutToken => logout_token::check(&rules)?,
        });
        warnings.extend(slots.warnings);
        Ok(ValidToken::new(payload, slots, header.alg, warnings))
    }

    /// Takes the compact serialization apart.
    fn segments<'t>(&self, token: &'t str) -> Result<[&'t str; 3], Error> {
        if token.len() > self.max_length {
            return Err(Error::new(
                Rule::Length,
                format!("at most {} bytes", self.max_length),
                token.len().to_string(),
            ));
        }
        let split = |text: &'t str| {
            let at = memchr(b'.', text.as_bytes())?;
            Some((text.get(..at)?, text.get(at + 1..)?))
        };
        if let Some((head, rest)) = split(token)
            && let Some((body, signature)) = split(rest)
            && split(signature).is_none()
        {
            if self.demands_encryption {
                return Err(Error::new(
                    Rule::NotEncrypted,
                    "an encrypted token, as the client registered",
                    "a JWS",
                ));
            }
            return Ok([head, body, signature]);
        }
        Err(match token.split('.').count() {
            5 => Error::new(
                Rule::Encrypted,
                "a JWS",
                CompactError::Encrypted.to_string(),
            ),
            count => Error::new(
                Rule::Serialization,
                SEGMENTS,
                CompactError::Segments(count).to_string(),
            ),
        })
    }

    fn check_signature(
        &self,
        signed: &Signed<'_>,
        expected: &Expected<'_>,
        keys: &KeySet,
        segment: &str,
    ) -> Result<Warnings, Error> {
        let mut warnings = Warnings::default();
        let Some(alg) = signed.header.alg else {
            let takes = self.takes_unsigned
                && self.kind == TokenKind::IdToken
                && expected.source != Source::AuthorizationEndpoint
                && !expected.asked_for("id_token");
            if !takes {
                return Err(self.wrong_algorithm("none"));
            }
            if !segment.is_empty() {
                return Err(Error::new(
                    Rule::Signature,
                    "no signature, because alg is none",
                    "a signature",
                ));
            }
            warnings.add(Warning::Unsigned);
            return Ok(warnings);
        };
        if !self.algorithms.contains(&alg) {
            return Err(self.wrong_algorithm(alg.as_str()));
        }
        if segment.len() > MAX_SIGNATURE {
            return Err(mismatch(alg));
        }
        let (mut short, mut long) = ([MaybeUninit::uninit(); SHORT], Vec::new());
        let signature = header::decode(Part::Signature, segment, &mut short, &mut long)?;
        if alg.family() != Family::Hmac {
            return keys.verify(alg, signed, signature);
        }
        let Some(secret) = &self.secret else {
            let actual = SignatureError::NoSecret(alg).to_string();
            return Err(Error::new(Rule::Key, "the client's secret", actual));
        };
        let least = alg.hash().octets();
        if secret.octets < least {
            if !self.takes_short_secret || secret.octets == 0 {
                return Err(Error::new(
                    Rule::SecretLength,
                    format!("a client secret of at least {least} octets for {alg}"),
                    format!("{} octets", secret.octets),
                ));
            }
            warnings.add(Warning::SecretLength);
        }
        hmac::verify(&secret.key, signed.input, signature).map_err(|_| mismatch(alg))?;
        Ok(warnings)
    }

    fn wrong_algorithm(&self, alg: &str) -> Error {
        let accepted: Vec<_> = self.algorithms.iter().map(|alg| alg.as_str()).collect();
        Error::new(
            Rule::Algorithm,
            format!("alg {}", accepted.join(" or ")),
            format!("alg {alg}"),
        )
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator")
            .field("kind", &self.kind)
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

/// What the rules on claims look at.
pub(super) struct Rules<'a> {
    pub(super) validator: &'a Validator,
    pub(super) expected: &'a Expected<'a>,
    pub(super) claims: Claims<'a>,
    /// None for `none`.
    pub(super) alg: Option<Algorithm>,
    pub(super) now: f64,
}

/// Headers and signatures up to this length, in base64url, are decoded on the stack: RSA with 3072 bits.
const SHORT: usize = 512;

fn mismatch(alg: Algorithm) -> Error {
    Error::new(
        Rule::Signature,
        format!("a signature with {alg} that verifies"),
        SignatureError::Mismatch.to_string(),
    )
}

fn tolerance(duration: Duration) -> f64 {
    duration.as_secs_f64().min(seconds(criteria::A_FEW_MINUTES))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "times near the present are far below 2^53"
)]
fn seconds(time: i64) -> f64 {
    time as f64
}

fn system_clock() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
}
