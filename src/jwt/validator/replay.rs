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
        self.expiry.insert(key, until);
        self.order.push_back(key);
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
