//! A table that cannot grow without end.

use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// A table whose entries expire, and of which the oldest go when there are too many. The entries of one table live
/// about equally long, so looking at the oldest is enough.
pub(crate) struct Bounded<K, V> {
    entries: HashMap<K, (V, u64)>,
    order: VecDeque<K>,
    most: usize,
}

impl<K: Eq + Hash + Clone, V> Bounded<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            entries: HashMap::new(),
            order: VecDeque::new(),
            most,
        }
    }

    /// Keeps an entry until `expires`; drops what is too old or too much.
    pub(crate) fn insert(&mut self, key: K, value: V, expires: u64, now: u64) {
        if self.entries.insert(key.clone(), (value, expires)).is_none() {
            self.order.push_back(key);
        }
        while let Some(oldest) = self.order.front() {
            let is_over = self
                .entries
                .get(oldest)
                .is_none_or(|(_, expires)| *expires <= now);
            if !is_over && self.order.len() <= self.most {
                break;
            }
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
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
            .filter(|(_, expires)| now < *expires)
            .map(|(value, _)| value)
    }

    /// Like [`Self::get`], whether it has expired or not.
    pub(crate) fn get_expired<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.entries.get(key).map(|(value, _)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(value, _)| value)
    }

    pub(crate) fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.entries.remove(key).map(|(value, _)| value)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.values().map(|(value, _)| value)
    }

    /// The entries, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, (value, _))| (key, value))
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
}
