//! What is odd about a token that is accepted all the same.

/// What is odd about an accepted token. More may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// There are several audiences and no `azp` says for whom the token was made.
    AuthorizedParty,
    /// `aud` has an audience twice.
    RepeatedAudience,
    /// `sub` has control characters or white space at an end.
    Subject,
    /// `sub` is the client itself, so that a user could be taken for it ([RFC 9700 section 4.15](https://www.rfc-editor.org/rfc/rfc9700#section-4.15)).
    SubjectIsClient,
    /// `exp` is more than a day ahead.
    Lifetime,
    /// A nonce that the request did not have.
    Nonce,
    /// `at_hash`, `c_hash` or `s_hash` by another hash function than is usual for EdDSA, for which no specification names one.
    HashFunction,
    /// A claim is null, instead of being left out ([OpenID Connect Core 1.0 section 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)).
    Null,
    /// A standard claim has not its type ([OpenID Connect Core 1.0 section 5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims)).
    ClaimType,
    /// The header has `jwk`, `jku`, `x5u` or `x5c`, which were not looked at ([OpenID Connect Core 1.0 section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
    KeyInHeader,
    /// No `kid`, although several keys are published; only one of them is for this `alg`.
    KeyId,
    /// Several keys of this `kid` are for this `alg`.
    RepeatedKeyId,
    /// The published key holds its private part: anybody could have signed.
    PrivateKey,
    /// The key is not encoded as it should be (leading zeros, length of a coordinate, base64).
    KeyEncoding,
    /// The client's secret is shorter than the hash.
    SecretLength,
    /// `alg` is `none`, as configured: nothing was verified.
    Unsigned,
    /// The two ID Tokens of a hybrid flow differ in a claim that both have.
    Hybrid,
    /// An ID Token, although the scope was without `openid`.
    Scope,
}

/// A set of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Warnings(u32);

impl Warnings {
    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `warning` is one of them.
    pub fn contains(self, warning: Warning) -> bool {
        self.0 & bit(warning) != 0
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = Warning> {
        ALL.into_iter()
            .filter(move |warning| self.contains(*warning))
    }

    pub(super) fn add(&mut self, warning: Warning) {
        self.0 |= bit(warning);
    }

    pub(super) fn add_if(&mut self, odd: bool, warning: Warning) {
        if odd {
            self.add(warning);
        }
    }

    pub(super) fn extend(&mut self, others: Self) {
        self.0 |= others.0;
    }
}

fn bit(warning: Warning) -> u32 {
    1 << warning as u32
}

const ALL: [Warning; 18] = [
    Warning::AuthorizedParty,
    Warning::RepeatedAudience,
    Warning::Subject,
    Warning::SubjectIsClient,
    Warning::Lifetime,
    Warning::Nonce,
    Warning::HashFunction,
    Warning::Null,
    Warning::ClaimType,
    Warning::KeyInHeader,
    Warning::KeyId,
    Warning::RepeatedKeyId,
    Warning::PrivateKey,
    Warning::KeyEncoding,
    Warning::SecretLength,
    Warning::Unsigned,
    Warning::Hybrid,
    Warning::Scope,
];
