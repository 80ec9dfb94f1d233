//! Every way in which the secrets of a run may be written, to be found in a text in time that hardly depends on how
//! many there are: a long run knows tens of thousands, and many begin alike (every JWT by one key does).

use std::collections::HashMap;
use std::sync::Arc;

use super::beginnings::Beginnings;
pub(super) use super::beginnings::WINDOW;

/// As much of a secret is taken for it where the text ends, or says that it was cut.
const CUT_FROM: usize = 12;

/// What a text says that was cut.
const ELLIPSIS: &[u8] = "…".as_bytes();

/// One way in which a secret may be written.
struct Spelling {
    text: Box<str>,
    placeholder: Arc<str>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Spellings {
    /// In the order in which they became known.
    all: Vec<Spelling>,
    /// The indexes of those that begin with these bytes, in the order of their texts.
    by_beginning: HashMap<[u8; WINDOW], Vec<u32>>,
    /// The keys of `by_beginning`, to be passed by quickly.
    beginnings: Beginnings,
}

impl Spellings {
    /// Remembers a spelling, unless it is known or shorter than [`WINDOW`].
    pub(super) fn insert(&mut self, text: String, placeholder: &Arc<str>) {
        let Some(window) = text.as_bytes().first_chunk::<WINDOW>() else {
            return;
        };
        let Ok(index) = u32::try_from(self.all.len()) else {
            return;
        };
        let alike = self.by_beginning.entry(*window).or_insert_with(|| {
            self.beginnings.insert(*window);
            Vec::new()
        });
        let place = alike.binary_search_by(|other| text_of(&self.all, *other).cmp(text.as_bytes()));
        if let Err(place) = place {
            alike.insert(place, index);
            self.all.push(Spelling {
                text: text.into_boxed_str(),
                placeholder: Arc::clone(placeholder),
            });
        }
    }

    /// The first place of `bytes`, from `at` on, where a spelling may begin.
    pub(super) fn next(&self, bytes: &[u8], at: usize) -> Option<usize> {
        self.beginnings.next(bytes, at)
    }

    /// The longest spelling that `rest` begins with: its length and the placeholder.
    pub(super) fn longest(&self, rest: &[u8]) -> Option<(usize, &str)> {
        let alike = self.alike(rest)?;
        let mut rest = rest;
        loop {
            // What `rest` begins with stands before it, and all that stands between the two begins with it too.
            let before = alike.partition_point(|index| self.text(*index) <= rest);
            let nearest = *alike.get(before.checked_sub(1)?)?;
            let length = common(self.text(nearest), rest);
            if length == self.text(nearest).len() {
                return Some((length, self.placeholder(nearest)));
            }
            rest = &rest[..length];
        }
    }

    /// A spelling of which `rest`, a text that was cut, holds no more than the beginning: how much, and the
    /// placeholder. Of several it is the longest, then the first. What `stays` is no secret by itself.
    pub(super) fn cut_short(
        &self,
        rest: &[u8],
        stays: impl Fn(&[u8]) -> bool,
    ) -> Option<(usize, &str)> {
        let alike = self.alike(rest)?;
        let place = alike.partition_point(|index| self.text(*index) <= rest);
        // Nothing has more in common with `rest` than what stands next to it.
        let neighbours = [place.checked_sub(1), Some(place)];
        let most = neighbours
            .into_iter()
            .filter_map(|place| alike.get(place?))
            .map(|index| common(self.text(*index), rest))
            .max()?;
        let cut = |length: &usize| {
            let after = &rest[*length..];
            after.is_empty() || after == b"\"" || after.starts_with(ELLIPSIS)
        };
        let lengths = (CUT_FROM..=most).filter(cut);
        let found = lengths.filter(|length| !stays(&rest[..*length]));
        let found = found.flat_map(|length| {
            let from = alike.partition_point(|index| self.text(*index) < &rest[..length]);
            let begin = move |index: &&u32| self.text(**index).starts_with(&rest[..length]);
            alike[from..]
                .iter()
                .take_while(begin)
                .filter(move |index| {
                    let text = &self.all[at(**index)].text;
                    common(text.as_bytes(), rest) == length && text.is_char_boundary(length)
                })
                .map(move |index| (length, *index))
        });
        let (length, index) = found.max_by(|(_, one), (_, other)| {
            let lengths = self.text(*one).len().cmp(&self.text(*other).len());
            lengths.then(other.cmp(one))
        })?;
        Some((length, self.placeholder(index)))
    }

    fn alike(&self, rest: &[u8]) -> Option<&Vec<u32>> {
        self.by_beginning.get(rest.first_chunk::<WINDOW>()?)
    }

    fn text(&self, index: u32) -> &[u8] {
        text_of(&self.all, index)
    }

    fn placeholder(&self, index: u32) -> &str {
        &self.all[at(index)].placeholder
    }
}

fn text_of(all: &[Spelling], index: u32) -> &[u8] {
    all[at(index)].text.as_bytes()
}

fn at(index: u32) -> usize {
    usize::try_from(index).expect("an index of a vector")
}

/// How many bytes two texts have in common before they differ.
fn common(one: &[u8], other: &[u8]) -> usize {
    let pairs = one.iter().zip(other);
    pairs.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by looking at each spelling, the longest first.
    struct Plain(Vec<(String, Arc<str>)>);

    impl Plain {
        fn insert(&mut self, text: &str, placeholder: &Arc<str>) {
            if text.len() >= WINDOW && self.0.iter().all(|(known, _)| known != text) {
                let shorter = self
                    .0
                    .partition_point(|(known, _)| known.len() >= text.len());
                self.0
                    .insert(shorter, (text.to_owned(), Arc::clone(placeholder)));
            }
        }

        fn longest(&self, rest: &[u8]) -> Option<(usize, &str)> {
            self.0
                .iter()
                .find(|(text, _)| rest.starts_with(text.as_bytes()))
                .map(|(text, placeholder)| (text.len(), &**placeholder))
        }

        fn cut_short(&self, rest: &[u8], stays: impl Fn(&[u8]) -> bool) -> Option<(usize, &str)> {
            self.0.iter().find_map(|(text, placeholder)| {
                let length = common(text.as_bytes(), rest);
                let after = &rest[length..];
                let is_cut = length >= CUT_FROM
                    && (after.is_empty() || after == b"\"" || after.starts_with(ELLIPSIS))
                    && text.is_char_boundary(length);
                (is_cut && !stays(&rest[..length])).then_some((length, &**placeholder))
            })
        }
    }

    /// Texts that begin alike, contain each other, and have what cuts a text inside.
    const SPELLING: &str = "(abababab|eyJhbGci|ab)(a|b|ab|\"|…|é){0,8}";

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

        #[test]
        fn what_is_found_quickly_is_what_is_found_slowly(
            known in prop::collection::vec(SPELLING, 0..12),
            text in "(abababab|eyJhbGci|x)(a|b|ab|\"|…|é){0,8}(…|\"|)",
            which in 0_usize..12,
            cut in 8_usize..24,
            public in "(abababab|eyJhbGci)(ab|a){2,4}",
        ) {
            let mut plain = Plain(Vec::new());
            let mut spellings = Spellings::default();
            for (n, text) in known.iter().enumerate() {
                let placeholder: Arc<str> = Arc::from(format!("«{n}»"));
                plain.insert(text, &placeholder);
                spellings.insert(text.clone(), &placeholder);
            }
            let stays = |text: &[u8]| text == public.as_bytes();
            // A text of its own, and one that is a known one, cut.
            let beginning: String = known.get(which).map_or("", String::as_str).chars().take(cut).collect();
            for rest in [text.clone(), beginning.clone(), format!("{beginning}\""), format!("{beginning}… x")] {
                let rest = rest.as_bytes();
                prop_assert_eq!(spellings.longest(rest), plain.longest(rest));
                prop_assert_eq!(spellings.cut_short(rest, stays), plain.cut_short(rest, stays));
            }
        }
    }
}
