//! Why a token is not accepted.

use std::fmt;

/// A rule that a token can break. More may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// No longer than the validator reads.
    Length,
    /// Three segments of canonical base64url, joined by dots ([RFC 7515 section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).
    Serialization,
    /// Header and claims are JSON objects in UTF-8 ([RFC 7519 section 7.2](https://www.rfc-editor.org/rfc/rfc7519#section-7.2)).
    Json,
    /// No member name comes twice ([RFC 7519 section 4](https://www.rfc-editor.org/rfc/rfc7519#section-4)).
    UniqueNames,
    /// Not encrypted, because nothing is decrypted here.
    Encrypted,
    /// Encrypted, where the client registered for that ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 1).
    NotEncrypted,
    /// A header parameter has its JSON type ([RFC 7515 section 4.1](https://www.rfc-editor.org/rfc/rfc7515#section-4.1)).
    HeaderParameter,
    /// `alg` is one that was agreed on ([RFC 8725 section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
    Algorithm,
    /// `crit` is well-formed and every extension in it is known ([RFC 7515 section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11)).
    Critical,
    /// `b64` is not false ([RFC 7797 section 7](https://www.rfc-editor.org/rfc/rfc7797#section-7)).
    EncodedPayload,
    /// `typ` is that of the kind of token ([RFC 8725 section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)).
    Type,
    /// No `cty`, for nothing is nested ([RFC 7519 section 5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2)).
    ContentType,
    /// A claim that is repeated in the header is the same there ([RFC 7519 section 5.3](https://www.rfc-editor.org/rfc/rfc7519#section-5.3)).
    ReplicatedClaims,
    /// A `kid`, where several keys are published ([OpenID Connect Core 1.0 section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
    KeyId,
    /// A published key with this `kid` ([OpenID Connect Core 1.0 section 10.1.1](https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys)).
    UnknownKey,
    /// The key is sound and is for signatures with this `alg` ([RFC 8725 section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
    Key,
    /// The published keys are at hand; where not, nothing is known about the token.
    Keys,
    /// The client's secret is long enough ([RFC 7518 section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    SecretLength,
    /// The signature verifies ([RFC 7515 section 5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2)).
    Signature,
    /// `iss` ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 2).
    Issuer,
    /// `sub` ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
    Subject,
    /// `aud` ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 3).
    Audience,
    /// `azp` ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
    AuthorizedParty,
    /// `exp` ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 9).
    Expiration,
    /// `iat` ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 10).
    IssuedAt,
    /// `nbf` ([RFC 7519 section 4.1.5](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.5)).
    NotBefore,
    /// The token's life is no longer than the validator takes.
    Lifetime,
    /// `auth_time` ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 13).
    AuthTime,
    /// `nonce` ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 11).
    Nonce,
    /// `acr` ([OpenID Connect Core 1.0 section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), item 12).
    Acr,
    /// `amr` ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
    Amr,
    /// `at_hash` ([OpenID Connect Core 1.0 section 3.1.3.8](https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowTokenValidation)).
    AtHash,
    /// `c_hash` ([OpenID Connect Core 1.0 section 3.3.2.10](https://openid.net/specs/openid-connect-core-1_0.html#CodeValidation)).
    CHash,
    /// `s_hash` ([FAPI 1.0 part 2 section 5.2.3.1](https://openid.net/specs/openid-financial-api-part-2-1_0.html#id-token-as-detached-signature)).
    SHash,
    /// The JWT is of the kind that is asked for ([RFC 8725 section 3.12](https://www.rfc-editor.org/rfc/rfc8725#section-3.12)).
    Kind,
    /// `events` holds the logout event ([OpenID Connect Back-Channel Logout 1.0 section 2.6](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation), item 6).
    Events,
    /// `sid`, and `sub` or `sid` in a logout token (there, item 5).
    Session,
    /// `jti` ([RFC 9068 section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2)).
    JwtId,
    /// `client_id` ([RFC 9068 section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2)).
    ClientId,
    /// `scope` ([RFC 9068 section 2.2.3](https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3)).
    Scope,
    /// `cnf`: the sender has the key that the token is bound to ([RFC 7800](https://www.rfc-editor.org/rfc/rfc7800)).
    Confirmation,
    /// Not taken in before.
    Replay,
    /// The UserInfo answer is about the same `sub` ([OpenID Connect Core 1.0 section 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)).
    UserInfo,
    /// A refreshed ID Token goes on from the first ([OpenID Connect Core 1.0 section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
    Refresh,
    /// The two ID Tokens of a hybrid flow belong together ([OpenID Connect Core 1.0 section 3.3.3.6](https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken2)).
    Hybrid,
    /// The token response has an ID Token ([OpenID Connect Core 1.0 section 3.1.3.3](https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse)).
    TokenResponse,
    /// The metadata are those of the issuer ([OpenID Connect Discovery 1.0 section 4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation)).
    Metadata,
}

/// Why a token is not accepted: which rule it breaks, what was expected and what came.
///
/// It holds no secret, no nonce, no code, no token and no `sub`; what a sender chose freely is cut and escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    rule: Rule,
    expected: String,
    actual: String,
}

impl Error {
    pub(super) fn new(rule: Rule, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self {
            rule,
            expected: expected.into(),
            actual: actual.into(),
        }
    }

    /// The rule that is broken.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// What would have been accepted.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What came.
    pub fn actual(&self) -> &str {
        &self.actual
    }

    /// Whether nothing is known about the token, because the keys could not be fetched.
    pub fn is_undecided(&self) -> bool {
        self.rule == Rule::Keys
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}: expected {}, got {}",
            self.rule, self.expected, self.actual
        )
    }
}

impl std::error::Error for Error {}

/// `text` in quotation marks, escaped and cut.
pub(super) fn quoted(text: &str) -> String {
    const LIMIT: usize = 100;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{:?}… ({} bytes)", &text[..end], text.len()),
        None => format!("{text:?}"),
    }
}
