//! Refresh tokens: sealed with a key of the issuer, and of no meaning to anybody else.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::context::Context;
use crate::store::{GrantId, Store};

/// A refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    /// Tells it from all others.
    pub(crate) id: [u8; 16],
    pub(crate) grant: GrantId,
    /// How many of its grant were used before it.
    pub(crate) generation: u32,
    pub(crate) issued_at: u64,
    pub(crate) expires: u64,
    /// What it may be used for, when that is less than the grant.
    pub(crate) scope: Option<Vec<String>>,
}

impl RefreshToken {
    const SEAL: usize = 32;

    /// The token as it is handed out.
    pub(crate) fn write(&self, seal: &hmac::Key) -> String {
        let mut octets = Vec::with_capacity(128);
        octets.extend(self.id);
        octets.extend(self.grant.to_be_bytes());
        octets.extend(self.generation.to_be_bytes());
        octets.extend(self.issued_at.to_be_bytes());
        octets.extend(self.expires.to_be_bytes());
        if let Some(scope) = &self.scope {
            octets.extend(scope.join(" ").as_bytes());
        }
        octets.extend_from_slice(hmac::sign(seal, &octets).as_ref());
        URL_SAFE_NO_PAD.encode(octets)
    }

    /// Reads a token of the issuer with this seal, whether it has expired, was used or revoked or not.
    pub(crate) fn read(seal: &hmac::Key, text: &str) -> Option<Self> {
        let octets = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (octets, tag) = octets.split_last_chunk::<{ Self::SEAL }>()?;
        hmac::verify(seal, octets, tag).ok()?;
        let (id, octets) = octets.split_first_chunk()?;
        let (grant, octets) = octets.split_first_chunk()?;
        let (generation, octets) = octets.split_first_chunk()?;
        let (issued_at, octets) = octets.split_first_chunk()?;
        let (expires, scope) = octets.split_first_chunk()?;
        let scope = std::str::from_utf8(scope).ok()?;
        Some(Self {
            id: *id,
            grant: u64::from_be_bytes(*grant),
            generation: u32::from_be_bytes(*generation),
            issued_at: u64::from_be_bytes(*issued_at),
            expires: u64::from_be_bytes(*expires),
            scope: (!scope.is_empty()).then(|| scope.split(' ').map(str::to_owned).collect()),
        })
    }

    /// What the store knows it by when it was taken back alone.
    pub(crate) fn revocation_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.id)
    }

    /// Whether another has replaced it.
    pub(crate) fn is_used(&self, store: &Store) -> bool {
        self.generation < store.rotation(self.grant).generation
    }

    /// Whether it was taken back alone.
    pub(crate) fn is_revoked(&self, ctx: &Context<'_>, store: &Store) -> bool {
        store.revoked.get(&self.revocation_id(), ctx.now).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_read_and_nothing_else() {
        let key = |secret: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, secret);
        let token = RefreshToken {
            id: [7; 16],
            grant: 1,
            generation: 2,
            issued_at: 3,
            expires: 4,
            scope: None,
        };
        let scope = Some(vec!["openid".to_owned(), "email".to_owned()]);
        for token in [token.clone(), RefreshToken { scope, ..token }] {
            let text = token.write(&key(b"one"));
            assert_eq!(RefreshToken::read(&key(b"one"), &text), Some(token));
            assert_eq!(RefreshToken::read(&key(b"two"), &text), None);
            for at in 0..text.len() {
                let mut altered = text.clone();
                let other = if &text[at..=at] == "A" { "B" } else { "A" };
                altered.replace_range(at..=at, other);
                assert_eq!(RefreshToken::read(&key(b"one"), &altered), None, "{at}");
            }
        }
        for text in ["", "A", "é", "AAAA"] {
            assert_eq!(RefreshToken::read(&key(b"one"), text), None, "{text}");
        }
    }
}
