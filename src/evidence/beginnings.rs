//! Says of nearly every place of a text, in a few instructions, that no known secret begins there.

use std::hash::{BuildHasher as _, RandomState};

/// As many first bytes of a secret are looked at.
pub(super) const WINDOW: usize = 8;

/// For each beginning there are so many bits: one place in sixteen is looked at in vain.
const BITS_FOR_EACH: usize = 16;

/// The fewest bits, as a power of two.
const LEAST: u32 = 12;

/// The first eight bytes of known secrets, as a filter with one hash function: it may say "perhaps" where there is
/// none, and never "no" where there is one.
#[derive(Clone)]
pub(super) struct Beginnings {
    bits: Vec<u64>,
    /// The length of `bits` in bits is two to this power.
    power: u32,
    /// Odd, and another one for each recorder, so that no provider can write texts that are slow to redact.
    factor: u64,
    known: Vec<u64>,
}

impl Default for Beginnings {
    fn default() -> Self {
        Self {
            bits: vec![0; 1 << (LEAST - u64::BITS.ilog2())],
            power: LEAST,
            factor: RandomState::new().hash_one(0) | 1,
            known: Vec::new(),
        }
    }
}

impl Beginnings {
    /// Remembers a beginning.
    pub(super) fn insert(&mut self, window: [u8; WINDOW]) {
        let window = u64::from_le_bytes(window);
        self.known.push(window);
        if self.known.len() * BITS_FOR_EACH > 1 << self.power {
            self.power += 1;
            self.bits = vec![0; self.bits.len() * 2];
            for index in 0..self.known.len() {
                self.mark(self.known[index]);
            }
        } else {
            self.mark(window);
        }
    }

    /// The first place of `bytes`, from `at` on, where a known beginning may stand.
    pub(super) fn next(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let first = bytes.get(at..at + WINDOW)?;
        // The bytes of the window, the first one lowest; one goes out and one comes in.
        let mut window = u64::from_le_bytes(first.try_into().ok()?);
        if self.has(window) {
            return Some(at);
        }
        for (passed, byte) in bytes[at + WINDOW..].iter().enumerate() {
            window = (window >> 8) | (u64::from(*byte) << 56);
            if self.has(window) {
                return Some(at + passed + 1);
            }
        }
        None
    }

    fn mark(&mut self, window: u64) {
        let (word, bit) = self.place(window);
        self.bits[word] |= bit;
    }

    fn has(&self, window: u64) -> bool {
        let (word, bit) = self.place(window);
        self.bits[word] & bit != 0
    }

    /// Multiplication carries upwards: the topmost bits depend on the whole window.
    fn place(&self, window: u64) -> (usize, u64) {
        let hash = window.wrapping_mul(self.factor) >> (u64::BITS - self.power);
        let word = usize::try_from(hash / u64::from(u64::BITS)).unwrap_or_default();
        (word, 1 << (hash % u64::from(u64::BITS)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(text: &str) -> [u8; WINDOW] {
        text.as_bytes()[..WINDOW].try_into().unwrap()
    }

    #[test]
    fn a_text_that_is_too_short_has_no_place() {
        let mut beginnings = Beginnings::default();
        beginnings.insert(window("abcdefgh"));
        for (text, at, expected) in [
            ("", 0, None),
            ("abcdefg", 0, None),
            ("abcdefgh", 0, Some(0)),
            ("abcdefgh", 1, None),
            ("abcdefgh", 9, None),
            ("xabcdefghx", 0, Some(1)),
        ] {
            assert_eq!(beginnings.next(text.as_bytes(), at), expected, "{text}");
        }
    }

    #[test]
    fn however_many_there_are_most_places_are_passed_by() {
        let mut beginnings = Beginnings::default();
        for n in 0..20_000_u64 {
            beginnings.insert(n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
        }
        let text: Vec<u8> = (0..100_000_u32).flat_map(|n| n.to_le_bytes()).collect();
        let mut seen = 0;
        let mut at = 0;
        while let Some(place) = beginnings.next(&text, at) {
            seen += 1;
            at = place + 1;
        }
        assert!(seen < text.len() / 8, "{seen} of {}", text.len());
    }

    proptest! {
        #[test]
        fn no_beginning_is_passed_by(
            known in prop::collection::vec("[ab]{8}", 1..300),
            text in "[ab]{0,60}",
        ) {
            let mut beginnings = Beginnings::default();
            for one in &known {
                beginnings.insert(window(one));
            }
            let mut at = 0;
            let mut places = Vec::new();
            while let Some(place) = beginnings.next(text.as_bytes(), at) {
                places.push(place);
                at = place + 1;
            }
            for place in 0..text.len().saturating_sub(WINDOW - 1) {
                let there = known.iter().any(|one| text[place..].starts_with(one.as_str()));
                prop_assert!(!there || places.contains(&place));
            }
        }
    }
}
