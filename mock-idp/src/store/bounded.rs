//! A table that cannot grow without end.

use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// A table whose entries expire, and of which the oldest go when there are too many. The entries of one table live
/// about equally long, so looking at the oldest is enough.
pub(crate) struct Bounded<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// The keys in the order in which they came, with the numbers of their entries; some are of entries that are gone.
    order: VecDeque<(K, u64)>,
    most: usize,
    last: u64,
}

struct Entry<V> {
    value: V,
    expires: u64,
    /// Tells it from one that had its key before.
    number: u64,
}

impl<K: Eq + Hash + Clone, V> Bounded<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            entries: HashMap::new(),
            order: VecDeque::new(),
            most,
            last: 0,
        }
    }

    /// Keeps an entry until `expires`; drops what is too old or too much.
    pub(crate) fn insert(&mut self, key: K, value: V, expires: u64, now: u64) {
        self.last += 1;
        let number = self.last;
        self.order.push_back((key.clone(), number));
        let entry = Entry {
            value,
            expires,
            number,
        };
        self.entries.insert(key, entry);
        while let Some((oldest, number)) = self.order.front() {
            match self.entries.get(oldest) {
                Some(entry) if entry.number == *number => {
                    if entry.expires > now && self.entries.len() <= self.most {
                        break;
                    }
                    self.entries.remove(oldest);
                }
                // It was removed or replaced.
                _ => {}
            }
            self.order.pop_front();
        }
        if self.order.len() > 2 * self.most {
            let entries = &self.entries;
            self.order.retain(|(key, number)| {
                let entry = entries.get(key);
                entry.is_some_and(|entry| entry.number == *number)
            });
        }
    }

    /// An entry that has not expired.
    pub(crate) fn get<Q>(&self, key: &Q, now: u64) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.entries
            .get(key)
            .filter(|entry| now < entry.expires)
            .map(|entry| &entry.value)
    }

    /// Like [`Self::get`], whether it has expired or not.
    pub(crate) fn get_expired<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.entries.get(key).map(|entry| &entry.value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    pub(crate) fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.entries.remove(key).map(|entry| entry.value)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.values().map(|entry| &entry.value)
    }

    /// The entries, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, entry)| (key, &entry.value))
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let mut table = Bounded::new(3);
        for key in 0..10 {
            table.insert(key, key, 100, 0);
        }
        assert_eq!(table.len(), 3);
        assert_eq!(table.get(&6, 0), None);
        assert_eq!(table.get(&7, 0), Some(&7));
    }

    #[test]
    fn what_has_expired_goes_at_the_next_insert() {
        let mut table = Bounded::new(100);
        table.insert("a", 1, 10, 0);
        table.insert("b", 2, 20, 0);
        assert_eq!(table.get(&"a", 10), None);
        assert_eq!(table.get_expired(&"a"), Some(&1));
        table.insert("c", 3, 30, 10);
        assert_eq!(table.get_expired(&"a"), None);
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn removed_entries_leave_no_trace() {
        let mut table = Bounded::new(2);
        for key in 0..1000 {
            table.insert(key, (), 100, 0);
            table.remove(&key);
        }
        assert_eq!(table.len(), 0);
        assert!(table.order.len() <= 1);
    }

    #[test]
    fn what_is_gone_pushes_nothing_out() {
        let mut table = Bounded::new(3);
        table.insert(0, "waits", 100, 0);
        for key in 1..1000 {
            table.insert(key, "answered", 100, 0);
            table.remove(&key);
            assert!(table.order.len() <= 6);
        }
        assert_eq!(table.get(&0, 0), Some(&"waits"));
    }

    #[test]
    fn an_entry_that_comes_again_is_a_new_one() {
        let mut table = Bounded::new(2);
        table.insert("a", 1, 10, 0);
        table.insert("b", 1, 100, 0);
        table.insert("a", 2, 100, 0);
        // The first `a` would be over by now.
        table.insert("b", 2, 100, 20);
        assert_eq!(table.get(&"a", 20), Some(&2));
        table.remove(&"a");
        table.insert("a", 3, 100, 20);
        table.insert("c", 1, 100, 20);
        assert_eq!((table.get(&"a", 20), table.get(&"b", 20)), (Some(&3), None));
    }
}
