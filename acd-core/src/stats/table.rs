//! A table of rows by key, in order: in the caller's memory, or on the heap.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use crate::error::Error;
use crate::plain::{Plain, Sink, Source};
use crate::slab::NIL;
use crate::tree::{Arena, Links, Tree};
use crate::{AgentId, CallId, ClassId, QueueId, Time};

/// What rows are told apart by.
pub trait Key: Ord + Copy {
    /// The least of all.
    const LEAST: Self;
}

impl Key for u64 {
    const LEAST: Self = 0;
}
impl Key for QueueId {
    const LEAST: Self = Self::from_raw(0);
}
impl Key for CallId {
    const LEAST: Self = Self::from_raw(0);
}
impl Key for AgentId {
    const LEAST: Self = Self::from_raw(0);
}
impl Key for (Time, QueueId) {
    const LEAST: Self = (Time::ZERO, QueueId::LEAST);
}
impl Key for (Time, QueueId, ClassId) {
    const LEAST: Self = (Time::ZERO, QueueId::LEAST, ClassId::ANY);
}
impl Key for (Time, AgentId) {
    const LEAST: Self = (Time::ZERO, AgentId::LEAST);
}
impl Key for (QueueId, Option<AgentId>) {
    const LEAST: Self = (QueueId::LEAST, None);
}

/// One place in a table of statistics. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug)]
pub struct Row<K, V> {
    links: Links,
    key: K,
    value: V,
}

impl<K: Key, V: Default> Default for Row<K, V> {
    fn default() -> Self {
        Self { links: Links::default(), key: K::LEAST, value: V::default() }
    }
}

/// Where the rows are.
pub(super) enum Rows<'a, K, V> {
    Fixed(&'a mut [Row<K, V>]),
    /// On the heap; made longer as needed, but not beyond so many.
    #[cfg(feature = "alloc")]
    Heap(Vec<Row<K, V>>, usize),
}

impl<K: Key, V: Default> Rows<'_, K, V> {
    fn slice(&self) -> &[Row<K, V>] {
        match self {
            Self::Fixed(rows) => rows,
            #[cfg(feature = "alloc")]
            Self::Heap(rows, _) => rows,
        }
    }

    fn slice_mut(&mut self) -> &mut [Row<K, V>] {
        match self {
            Self::Fixed(rows) => rows,
            #[cfg(feature = "alloc")]
            Self::Heap(rows, _) => rows,
        }
    }

    /// Whether there is a row of this index, made if it may be.
    fn has(&mut self, index: u32) -> bool {
        let at = index as usize;
        match self {
            Self::Fixed(rows) => at < rows.len(),
            #[cfg(feature = "alloc")]
            Self::Heap(rows, most) => {
                if at == rows.len() && at < *most {
                    rows.push(Row::default());
                }
                at < rows.len()
            }
        }
    }
}

/// Rows in a tree by their keys.
struct ByKey;

impl<K: Key, V: Default> Arena<ByKey> for Rows<'_, K, V> {
    type Key = K;

    fn key(&self, index: u32) -> K {
        self.slice()[index as usize].key
    }

    fn links(&self, index: u32) -> &Links {
        &self.slice()[index as usize].links
    }

    fn links_mut(&mut self, index: u32) -> &mut Links {
        &mut self.slice_mut()[index as usize].links
    }

    const COUNTS: bool = false;

    fn left(&self, _: u32) -> u32 {
        0
    }

    fn set_left(&mut self, _: u32, _: u32) {}
}

/// No index of a row is this one or above: the tree needs them for itself.
const MOST: u32 = NIL - 1;

/// Rows by key. Those that were taken out are used again first.
pub(super) struct Table<'a, K, V> {
    rows: Rows<'a, K, V>,
    tree: Tree<ByKey>,
    /// The first of the rows that were taken out; each keeps the next in its links.
    free: u32,
    /// Rows from here on were never used.
    fresh: u32,
    len: u64,
    /// How often a row was wanted and there was no room for it.
    lost: u64,
}

impl<'a, K: Key, V: Default> Table<'a, K, V> {
    pub(super) fn new(rows: Rows<'a, K, V>) -> Self {
        Self { rows, tree: Tree::default(), free: NIL, fresh: 0, len: 0, lost: 0 }
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        let next = move |at: &u32| self.tree.next(&self.rows, *at);
        core::iter::successors(self.tree.first(&self.rows), next).map(|at| {
            let row = &self.rows.slice()[at as usize];
            (row.key, &row.value)
        })
    }

    fn find(&self, key: K) -> Option<u32> {
        let at = self.tree.at_or_after(&self.rows, key)?;
        (self.rows.key(at) == key).then_some(at)
    }

    pub(super) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let at = self.find(key)?;
        Some(&mut self.rows.slice_mut()[at as usize].value)
    }

    /// The row of a key, a new one if there is none yet. `None`, and counted, when there is no room.
    pub(super) fn row(&mut self, key: K) -> Option<&mut V> {
        let Some(at) = self.find(key).or_else(|| self.add(key)) else {
            self.lost = self.lost.saturating_add(1);
            return None;
        };
        Some(&mut self.rows.slice_mut()[at as usize].value)
    }

    /// Changes the row of a key, a new one if there is none yet, if there is room for it.
    pub(super) fn change(&mut self, key: K, change: impl FnOnce(&mut V)) {
        if let Some(value) = self.row(key) {
            change(value);
        }
    }

    /// Adds a row for a key that has none.
    fn add(&mut self, key: K) -> Option<u32> {
        let at = if self.free != NIL {
            let at = self.free;
            self.free = self.rows.links(at).kept().map_or(NIL, |next| next as u32);
            at
        } else if self.fresh < MOST && self.rows.has(self.fresh) {
            self.fresh += 1;
            self.fresh - 1
        } else {
            return None;
        };
        // The caller's memory may hold anything.
        self.rows.slice_mut()[at as usize] = Row { key, ..Row::default() };
        self.tree.insert(&mut self.rows, at);
        self.len += 1;
        Some(at)
    }

    pub(super) fn remove(&mut self, key: K) -> Option<V> {
        let at = self.find(key)?;
        Some(self.take(at))
    }

    /// Takes out the row of the least key.
    pub(super) fn pop_first(&mut self) -> Option<V> {
        let at = self.tree.first(&self.rows)?;
        Some(self.take(at))
    }

    fn take(&mut self, at: u32) -> V {
        self.tree.remove(&mut self.rows, at);
        *self.rows.links_mut(at) = Links::keeping(self.free.into());
        self.free = at;
        self.len -= 1;
        core::mem::take(&mut self.rows.slice_mut()[at as usize].value)
    }

    /// Takes out all rows below a key.
    pub(super) fn remove_before(&mut self, key: K) {
        while let Some(first) = self.tree.first(&self.rows) {
            if self.rows.key(first) >= key {
                break;
            }
            self.take(first);
        }
    }
}

impl<K: Key + Plain, V: Default + Plain> Table<'_, K, V> {
    /// How many rows there are, their keys and values in order, and what was lost.
    pub(super) fn put(&self, sink: &mut dyn Sink) {
        self.len.put(sink);
        for (key, value) in self.iter() {
            key.put(sink);
            value.put(sink);
        }
        self.lost.put(sink);
    }

    /// Reads such rows into this table, which is empty.
    pub(super) fn get(&mut self, source: &mut Source<'_>) -> Result<(), Error> {
        for _ in 0..u64::get(source) {
            let (key, value) = (K::get(source), V::get(source));
            // Each key once: what is damaged must not pass for a shorter table.
            if source.failed || self.find(key).is_some() {
                source.failed = true;
                return Ok(());
            }
            match self.row(key) {
                Some(place) => *place = value,
                None => return Err(Error::Snapshot("holds more rows than there is room for")),
            }
        }
        self.lost = u64::get(source);
        Ok(())
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// A table of up to eight rows and a map that is told the same.
    fn agree(mut table: Table<'_, u64, u32>, ops: &[(u8, u64, u32)]) {
        let mut model: BTreeMap<u64, u32> = BTreeMap::new();
        let mut lost = 0;
        for &(op, key, value) in ops {
            match op {
                0 | 1 => match table.row(key) {
                    Some(place) => {
                        *place = value;
                        model.insert(key, value);
                    }
                    None => {
                        assert!(model.len() == 8 && !model.contains_key(&key));
                        lost += 1;
                    }
                },
                2 => assert_eq!(table.remove(key), model.remove(&key)),
                3 => assert_eq!(table.pop_first(), model.pop_first().map(|(_, value)| value)),
                4 => {
                    table.remove_before(key);
                    model = model.split_off(&key);
                }
                _ => assert_eq!(table.get_mut(key).copied(), model.get(&key).copied()),
            }
            assert!(table.iter().eq(model.iter().map(|(key, value)| (*key, value))));
            assert_eq!((table.len, table.lost()), (model.len() as u64, lost));
        }
    }

    proptest! {
        #[test]
        fn is_a_sorted_map_of_so_many_rows(
            ops in proptest::collection::vec((0u8..6, 0u64..16, any::<u32>()), 1..200)
        ) {
            let mut room = [Row { key: 9, value: 9, links: Links::keeping(3) }; 8];
            agree(Table::new(Rows::Fixed(&mut room)), &ops);
            agree(Table::new(Rows::Heap(Vec::new(), 8)), &ops);
        }
    }
}
