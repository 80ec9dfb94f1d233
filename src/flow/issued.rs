//! The codes and tokens of a run, in memory only: a rule looks at how they are made.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Tokens;

/// So many of each kind are kept at most.
const MOST: usize = 2_000;

/// Every code and token that a relying party was given.
#[derive(Default)]
pub struct Issued(Mutex<BTreeMap<&'static str, Vec<String>>>);

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts: BTreeMap<&str, usize> = (self.lock().iter())
            .map(|(kind, values)| (*kind, values.len()))
            .collect();
        f.debug_tuple("Issued").field(&counts).finish()
    }
}

impl Issued {
    /// Remembers a code.
    pub fn note_code(&self, code: &str) {
        self.note("code", code);
    }

    /// Remembers what a token response brought.
    pub fn note_tokens(&self, tokens: &Tokens) {
        if let Some(token) = &tokens.access_token {
            self.note("access token", token);
        }
        if let Some(token) = &tokens.refresh_token {
            self.note("refresh token", token);
        }
    }

    /// All values of each kind, in the order in which they came.
    pub fn all(&self) -> BTreeMap<&'static str, Vec<String>> {
        self.lock().clone()
    }

    fn note(&self, kind: &'static str, value: &str) {
        let mut kinds = self.lock();
        let values = kinds.entry(kind).or_default();
        if values.len() < MOST {
            values.push(value.to_owned());
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Vec<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
