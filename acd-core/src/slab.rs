//! Fixed tables of slots that are handed out, taken back, and told apart by generation.

use core::ops::{Index, IndexMut};

use crate::plain::{Plain, Sink, Source};
use crate::storage::Storage;

/// "No slot": the end of a list, an empty tree.
pub(crate) const NIL: u32 = u32::MAX;
/// This bit of a slot's link says that the slot is in use. The rest says what comes next: of a free
/// slot the next free one, of a slot in use the next of the [`List`] it is on.
const LIVE: u32 = 1 << 31;
/// The last free slot.
const LAST_FREE: u32 = LIVE - 1;
/// In use, and on no list. The last of a list has [`NIL`].
const OFF: u32 = NIL - 1;

/// One place in a table of the engine's storage. Opaque; [`Default`] makes an empty one. It begins
/// where an `A` may begin.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Slot<T, A = ()> {
    align: [A; 0],
    generation: u32,
    next: u32,
    value: T,
}

/// A line of the cache: what begins at one touches no more of them than it must.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct WholeLine;

/// Half a line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub struct HalfLine;

impl<T: Default, A> Default for Slot<T, A> {
    fn default() -> Self {
        Self { align: [], generation: 0, next: LAST_FREE, value: T::default() }
    }
}

/// First and last of a list of slots of one table, threaded through them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    first: u32,
    last: u32,
}

impl List {
    pub(crate) const EMPTY: Self = Self { first: NIL, last: NIL };

    pub(crate) fn first(&self) -> Option<u32> {
        (self.first != NIL).then_some(self.first)
    }
}

/// A table of slots. `slab[i]` is for indices the engine itself keeps: links between live slots.
pub(crate) struct Slab<'a, T, A = ()> {
    slots: Storage<'a, Slot<T, A>>,
    free: u32,
    /// Slots from here on were never used; they are free without being linked.
    fresh: u32,
    live: u32,
}

impl<'a, T: Default, A> Slab<'a, T, A> {
    pub(crate) fn new(slots: Storage<'a, Slot<T, A>>) -> Self {
        Self { slots, free: LAST_FREE, fresh: 0, live: 0 }
    }

    pub(crate) fn capacity(&self) -> u32 {
        // With the bit set, no index may read NIL or OFF.
        u32::try_from(self.slots.len()).unwrap_or(NIL).min(OFF & !LIVE)
    }

    pub(crate) fn len(&self) -> u32 {
        self.live
    }

    pub(crate) fn is_full(&self) -> bool {
        self.live >= self.capacity()
    }

    /// Takes a slot; `None` when all are in use.
    pub(crate) fn insert(&mut self, value: T) -> Option<u32> {
        let index = if self.free != LAST_FREE {
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
        slot.next = OFF;
        slot.value = value;
        self.live += 1;
        Some(index)
    }

    /// Gives a slot back and makes every handle to it stale.
    pub(crate) fn remove(&mut self, index: u32) {
        let slot = &mut self.slots[index as usize];
        debug_assert_eq!(slot.next, OFF);
        slot.generation = slot.generation.wrapping_add(1);
        slot.next = self.free;
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
                .is_some_and(|slot| slot.next & LIVE != 0 && slot.generation == generation)
    }

    /// Puts a slot at the end of a list, if it is on none. A table has one list at most.
    pub(crate) fn append(&mut self, list: &mut List, index: u32) {
        if self.slots[index as usize].next != OFF {
            return;
        }
        self.slots[index as usize].next = NIL;
        match list.first() {
            None => list.first = index,
            Some(_) => self.slots[list.last as usize].next = index | LIVE,
        }
        list.last = index;
    }

    /// Takes a slot off a list, if it is on it; most are the first.
    pub(crate) fn take_off(&mut self, list: &mut List, index: u32) {
        let next = self.slots[index as usize].next;
        if next == OFF {
            return;
        }
        self.slots[index as usize].next = OFF;
        let (mut before, mut at) = (NIL, list.first);
        while at != index {
            (before, at) = (at, self.slots[at as usize].next & !LIVE);
        }
        if before == NIL {
            list.first = if next == NIL { NIL } else { next & !LIVE };
        } else {
            self.slots[before as usize].next = next;
        }
        if list.last == index {
            list.last = before;
        }
    }

    /// What is in use, and how handles to the rest have aged.
    pub(crate) fn put(&self, sink: &mut dyn Sink)
    where
        T: Plain,
    {
        (self.free, self.fresh, self.live).put(sink);
        for slot in &self.slots[..self.fresh as usize] {
            (slot.generation, slot.next).put(sink);
            if slot.next & LIVE != 0 {
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
            if slot.next & LIVE != 0 {
                slot.value = T::get(source);
            }
        }
    }

    /// Slots below this were in use at some time.
    pub(crate) fn used(&self) -> u32 {
        self.fresh
    }

    pub(crate) fn is_live(&self, index: u32) -> bool {
        self.slots[index as usize].next & LIVE != 0
    }
}

impl<T, A> Index<u32> for Slab<'_, T, A> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        &self.slots[index as usize].value
    }
}

impl<T, A> IndexMut<u32> for Slab<'_, T, A> {
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.slots[index as usize].value
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        /// Slots taken, put on the list and off it, and given back, against vectors.
        #[test]
        fn the_list_is_a_queue_of_slots_in_use(
            ops in proptest::collection::vec((0u8..4, 0u32..12), 1..200)
        ) {
            let mut slab: Slab<'_, u32> = Slab::new(Storage::owned(12, Slot::default()));
            let mut list = List::EMPTY;
            let (mut live, mut listed): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
            for (op, index) in ops {
                match op {
                    0 => match slab.insert(index) {
                        Some(index) => live.push(index),
                        None => prop_assert_eq!(live.len(), 12),
                    },
                    _ if !live.contains(&index) => {}
                    1 => {
                        slab.append(&mut list, index);
                        if !listed.contains(&index) {
                            listed.push(index);
                        }
                    }
                    _ => {
                        slab.take_off(&mut list, index);
                        listed.retain(|other| *other != index);
                        if op == 3 {
                            slab.remove(index);
                            live.retain(|other| *other != index);
                        }
                    }
                }
                prop_assert_eq!(slab.len() as usize, live.len());
                prop_assert!((0..slab.used()).all(|i| slab.is_live(i) == live.contains(&i)));
                prop_assert_eq!(list.first(), listed.first().copied());
                let mut walk = (slab, list);
                let mut seen = Vec::new();
                while let Some(first) = walk.1.first() {
                    seen.push(first);
                    walk.0.take_off(&mut walk.1, first);
                }
                prop_assert_eq!(&seen, &listed);
                seen.iter().for_each(|index| walk.0.append(&mut walk.1, *index));
                (slab, list) = walk;
            }
        }
    }
}
