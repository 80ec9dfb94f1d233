//! Which tokens were taken in before.

use std::collections::{HashMap, VecDeque};

use aws_lc_rs::digest;

use super::error::{Error, Rule};
use super::token::ValidToken;

/// Remembers tokens until they expire, so that none is taken in twice. It never holds more than it was told to:
/// the oldest make way.
///
/// What is remembered is the `jti` where the token has one, else the claims as a whole, as a hash.
#[derive(Debug)]
pub struct SeenTokens {
    capacity: usize,
    expiry: HashMap<[u8; 32], f64>,
    order: VecDeque<[u8; 32]>,
}

impl SeenTokens {
    /// Remembers at most `capacity` tokens.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            expiry: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// Takes in a token that was validated at `now`.
    ///
    /// # Errors
    /// It was taken in before ([`Rule::Replay`]).
    pub fn take_in(&mut self, token: &ValidToken, now: i64) -> Result<(), Error> {
        #[expect(clippy::cast_precision_loss, reason = "times near the present")]
        let now = now as f64;
        let key = key(token);
        if self.expiry.get(&key).is_some_and(|until| *until > now) {
            return Err(Error::new(
                Rule::Replay,
                "a token that was not taken in before",
                "the same token again",
            ));
        }
        while let Some(oldest) = self.order.front() {
            let is_over = self.expiry.get(oldest).is_none_or(|until| *until <= now);
            if !is_over && self.order.len() < self.capacity {
                break;
            }
            self.expiry.remove(oldest);
            self.order.pop_front();
        }
        // A little longer than the token lives, for validators with a leeway.
        let until = token.expires_at().max(now) + KEPT_AFTER;
        if self.expiry.insert(key, until).is_none() {
            self.order.push_back(key);
        }
        Ok(())
    }

    /// How many tokens are remembered.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

/// The longest leeway, in seconds.
const KEPT_AFTER: f64 = 300.0;

fn key(token: &ValidToken) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(token.issuer().as_bytes());
    context.update(&[0]);
    match token.jwt_id() {
        Some(jti) => context.update(jti.as_bytes()),
        None => {
            context.update(&[0]);
            context.update(token.payload().as_bytes());
        }
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jwt::algorithm::Algorithm;
    use crate::jwt::test_token::{compact, mac};
    use crate::jwt::validator::{Expected, KeySet, Validator};

    const NOW: i64 = 1_700_000_000;

    fn token(jti: u32, exp: i64) -> ValidToken {
        let secret = "a client secret of at least 32 octets";
        let claims = json!({
            "iss": "https://a.test", "aud": "client", "sub": "alice", "jti": jti.to_string(),
            "iat": NOW - 10, "exp": exp,
        });
        let text = compact(r#"{"alg":"HS256"}"#, &claims.to_string(), |input| {
            mac(Algorithm::HS256, secret.as_bytes(), input)
        });
        let keys = KeySet::parse(br#"{"keys":[]}"#).unwrap();
        Validator::id_token("https://a.test", "client")
            .client_secret(Algorithm::HS256, secret)
            .validate_at(&text, &Expected::default(), &keys, NOW)
            .unwrap()
    }

    #[test]
    fn tokens_are_remembered_while_they_live_and_never_more_than_allowed() {
        let mut seen = SeenTokens::new(3);
        assert!(seen.is_empty());
        let first = token(1, NOW + 60);
        assert!(seen.take_in(&first, NOW).is_ok());
        let error = seen.take_in(&first, NOW + 59).unwrap_err();
        assert_eq!(error.rule(), Rule::Replay);
        assert!(seen.take_in(&first, NOW + 360).is_ok(), "long over");
        for jti in 2..10 {
            assert!(seen.take_in(&token(jti, NOW + 60), NOW).is_ok());
            assert!(seen.len() <= 3);
        }
        assert!(seen.take_in(&token(9, NOW + 60), NOW).is_err());
    }
}
