//! Fixed tables of entries that nobody outside names: without the head of a
//! [slot](crate::slab::Slot), which tells a handle that its entry is gone.
//!
//! Both this and a [slab](crate::slab::Slab) hand out what was given back last. They are two because
//! what they do it with is not the same: a slab's link is in the head that it puts before each value,
//! beside the generation, and says by one of its bits whether the slot is in use. A
//! [line](crate::queue::Line) is a line of the cache to the last byte, which leaves no room for
//! such a head: so the link is one of the value's own, which means something else while it is in use.

use core::ops::{Index, IndexMut};

use crate::plain::{Plain, Sink, Source};
use crate::slab::NIL;
use crate::storage::Storage;

/// What has a link to another of its kind, which leads from one free entry to the next.
pub(crate) trait Linked: Default {
    fn link(&self) -> u32;
    fn set_link(&mut self, next: u32);
}

/// A table of entries that are handed out and taken back.
pub(crate) struct Shelf<'a, T> {
    entries: Storage<'a, T>,
    free: u32,
    /// Entries from here on were never used; they are free without being linked.
    fresh: u32,
    live: u32,
}

impl<'a, T: Linked> Shelf<'a, T> {
    pub(crate) fn new(entries: Storage<'a, T>) -> Self {
        Self { entries, free: NIL, fresh: 0, live: 0 }
    }

    pub(crate) fn capacity(&self) -> u32 {
        // No index may read as NIL.
        u32::try_from(self.entries.len()).unwrap_or(NIL)
    }

    pub(crate) fn len(&self) -> u32 {
        self.live
    }

    /// Entries below this were in use at some time.
    pub(crate) fn used(&self) -> u32 {
        self.fresh
    }

    /// Takes an entry; `None` when all are in use.
    pub(crate) fn insert(&mut self, value: T) -> Option<u32> {
        let index = if self.free != NIL {
            let index = self.free;
            self.free = self[index].link();
            index
        } else if self.fresh < self.capacity() {
            self.fresh += 1;
            self.fresh - 1
        } else {
            return None;
        };
        self[index] = value;
        self.live += 1;
        Some(index)
    }

    /// Gives an entry back.
    pub(crate) fn remove(&mut self, index: u32) {
        self[index] = T::default();
        let free = self.free;
        self[index].set_link(free);
        self.free = index;
        self.live -= 1;
    }

    pub(crate) fn put(&self, sink: &mut dyn Sink)
    where
        T: Plain,
    {
        (self.free, self.fresh, self.live).put(sink);
        self.entries[..self.fresh as usize].iter().for_each(|entry| entry.put(sink));
    }

    pub(crate) fn get(&mut self, source: &mut Source<'_>)
    where
        T: Plain,
    {
        (self.free, self.fresh, self.live) = Plain::get(source);
        if self.fresh > self.capacity() {
            self.fresh = 0;
            source.failed = true;
        }
        let used = &mut self.entries[..self.fresh as usize];
        used.iter_mut().for_each(|entry| *entry = T::get(source));
    }
}

impl<T> Index<u32> for Shelf<'_, T> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        &self.entries[index as usize]
    }
}

impl<T> IndexMut<u32> for Shelf<'_, T> {
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.entries[index as usize]
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    impl Linked for u32 {
        fn link(&self) -> u32 {
            *self
        }

        fn set_link(&mut self, next: u32) {
            *self = next;
        }
    }

    proptest! {
        /// Entries taken and given back, against a map.
        #[test]
        fn hands_out_what_is_free(ops in proptest::collection::vec((0u8..3, 0u32..12), 1..100)) {
            let mut shelf: Shelf<'_, u32> = Shelf::new(Storage::owned(12, 7));
            let mut model = BTreeMap::new();
            for (op, n) in ops {
                if op > 0 {
                    match shelf.insert(n) {
                        Some(index) => prop_assert_eq!(model.insert(index, n), None),
                        None => prop_assert_eq!(model.len(), 12),
                    }
                } else if model.remove(&n).is_some() {
                    shelf.remove(n);
                }
                prop_assert_eq!(shelf.len() as usize, model.len());
                for (index, n) in &model {
                    prop_assert_eq!(shelf[*index], *n);
                }
            }
        }
    }
}
