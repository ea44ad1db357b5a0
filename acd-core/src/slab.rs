//! Fixed tables of slots that are handed out, taken back, and told apart by generation.

use core::ops::{Index, IndexMut};

use crate::plain::{Plain, Sink, Source};
use crate::storage::Storage;

/// "No slot": the end of a list, an empty tree.
pub(crate) const NIL: u32 = u32::MAX;
/// Marks a slot in use where a free one keeps its link.
const LIVE: u32 = u32::MAX - 1;

/// One place in a table of the engine's storage. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug)]
pub struct Slot<T> {
    generation: u32,
    /// `LIVE`, or the next free slot.
    next: u32,
    value: T,
}

impl<T: Default> Default for Slot<T> {
    fn default() -> Self {
        Self { generation: 0, next: NIL, value: T::default() }
    }
}

/// A table of slots. `slab[i]` is for indices the engine itself keeps: links between live slots.
pub(crate) struct Slab<'a, T> {
    slots: Storage<'a, Slot<T>>,
    free: u32,
    /// Slots from here on were never used; they are free without being linked.
    fresh: u32,
    live: u32,
}

impl<'a, T: Default> Slab<'a, T> {
    pub(crate) fn new(slots: Storage<'a, Slot<T>>) -> Self {
        Self { slots, free: NIL, fresh: 0, live: 0 }
    }

    pub(crate) fn capacity(&self) -> u32 {
        // Indices NIL and LIVE are never slots.
        u32::try_from(self.slots.len()).unwrap_or(LIVE).min(LIVE)
    }

    pub(crate) fn len(&self) -> u32 {
        self.live
    }

    pub(crate) fn is_full(&self) -> bool {
        self.live >= self.capacity()
    }

    /// Takes a slot; `None` when all are in use.
    pub(crate) fn insert(&mut self, value: T) -> Option<u32> {
        let index = if self.free != NIL {
            let index = self.free;
            self.free = self.slots[index as usize].next;
            index
        } else if self.fresh < self.capacity() {
            self.fresh += 1;
            let index = self.fresh - 1;
            // The caller's memory may hold anything; generations start with the first use.
            self.slots[index as usize].generation = 0;
            index
        } else {
            return None;
        };
        let slot = &mut self.slots[index as usize];
        slot.next = LIVE;
        slot.value = value;
        self.live += 1;
        Some(index)
    }

    /// Gives a slot back and makes every handle to it stale.
    pub(crate) fn remove(&mut self, index: u32) {
        let slot = &mut self.slots[index as usize];
        debug_assert_eq!(slot.next, LIVE);
        slot.generation = slot.generation.wrapping_add(1);
        slot.next = self.free;
        slot.value = T::default();
        self.free = index;
        self.live -= 1;
    }

    pub(crate) fn generation(&self, index: u32) -> u32 {
        self.slots[index as usize].generation
    }

    /// Whether the slot is in use by that generation.
    pub(crate) fn holds(&self, index: u32, generation: u32) -> bool {
        index < self.fresh
            && self
                .slots
                .get(index as usize)
                .is_some_and(|slot| slot.next == LIVE && slot.generation == generation)
    }

    /// What is in use, and how handles to the rest have aged.
    pub(crate) fn put(&self, sink: &mut dyn Sink)
    where
        T: Plain,
    {
        (self.free, self.fresh, self.live).put(sink);
        for slot in &self.slots[..self.fresh as usize] {
            (slot.generation, slot.next).put(sink);
            if slot.next == LIVE {
                slot.value.put(sink);
            }
        }
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
        for slot in &mut self.slots[..self.fresh as usize] {
            (slot.generation, slot.next) = Plain::get(source);
            slot.value = if slot.next == LIVE { T::get(source) } else { T::default() };
        }
    }

    /// Slots below this were in use at some time.
    pub(crate) fn used(&self) -> u32 {
        self.fresh
    }

    pub(crate) fn is_live(&self, index: u32) -> bool {
        self.slots[index as usize].next == LIVE
    }
}

impl<T> Index<u32> for Slab<'_, T> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        &self.slots[index as usize].value
    }
}

impl<T> IndexMut<u32> for Slab<'_, T> {
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.slots[index as usize].value
    }
}
