//! Armed instants: at most one for each owner, the earliest first.

use crate::plain::{Plain, Sink, Source};
use crate::slab::NIL;
use crate::storage::Storage;
use crate::time::Time;

/// One armed instant. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimerSlot {
    at: Time,
    /// Order of arming: equal instants fire in it.
    seq: u64,
    owner: u32,
    /// Where owner number *this slot's index* stands in the heap.
    place: u32,
}

/// A 4-ary heap over (instant, order of arming), with each owner's place so that it can be
/// re-armed and disarmed.
pub(crate) struct Timers<'a> {
    slots: Storage<'a, TimerSlot>,
    len: u32,
    seq: u64,
}

const ARITY: u32 = 4;

impl<'a> Timers<'a> {
    pub(crate) fn new(mut slots: Storage<'a, TimerSlot>) -> Self {
        for slot in slots.iter_mut() {
            slot.place = NIL;
        }
        Self { slots, len: 0, seq: 0 }
    }

    pub(crate) fn put(&self, sink: &mut dyn Sink) {
        (self.len, self.seq).put(sink);
        (0..self.len).for_each(|place| self.entry(place).put(sink));
    }

    pub(crate) fn get(&mut self, source: &mut Source<'_>) {
        (self.len, self.seq) = Plain::get(source);
        let most = self.slots.len() as u32;
        if self.len > most {
            self.len = 0;
            source.failed = true;
        }
        for place in 0..self.len {
            let (at, seq, owner): (Time, u64, u32) = Plain::get(source);
            source.failed |= owner >= most;
            self.put_entry(place, (at, seq, owner.min(most - 1)));
        }
    }

    /// The earliest instant and its owner.
    pub(crate) fn peek(&self) -> Option<(Time, u32)> {
        (self.len > 0).then(|| (self.slots[0].at, self.slots[0].owner))
    }

    /// Arms the owner's instant, instead of the one it may have had.
    pub(crate) fn arm(&mut self, owner: u32, at: Time) {
        let place = self.slots[owner as usize].place;
        if place != NIL && self.slots[place as usize].at == at {
            return;
        }
        self.disarm(owner);
        self.seq += 1;
        let place = self.len;
        self.len += 1;
        self.put_entry(place, (at, self.seq, owner));
        self.sift_up(place);
    }

    pub(crate) fn disarm(&mut self, owner: u32) {
        let place = self.slots[owner as usize].place;
        if place == NIL {
            return;
        }
        self.slots[owner as usize].place = NIL;
        self.len -= 1;
        if place < self.len {
            let moved = self.entry(self.len);
            self.put_entry(place, moved);
            self.sift_up(place);
            let place = self.slots[moved.2 as usize].place;
            self.sift_down(place);
        }
    }

    fn entry(&self, place: u32) -> (Time, u64, u32) {
        let slot = &self.slots[place as usize];
        (slot.at, slot.seq, slot.owner)
    }

    fn put_entry(&mut self, place: u32, (at, seq, owner): (Time, u64, u32)) {
        let slot = &mut self.slots[place as usize];
        (slot.at, slot.seq, slot.owner) = (at, seq, owner);
        self.slots[owner as usize].place = place;
    }

    fn sift_up(&mut self, mut place: u32) {
        let entry = self.entry(place);
        while place > 0 {
            let parent = (place - 1) / ARITY;
            let above = self.entry(parent);
            if above <= entry {
                break;
            }
            self.put_entry(place, above);
            place = parent;
        }
        self.put_entry(place, entry);
    }

    fn sift_down(&mut self, mut place: u32) {
        let entry = self.entry(place);
        loop {
            let first = place * ARITY + 1;
            let least = (first..(first + ARITY).min(self.len)).min_by_key(|&i| self.entry(i));
            let Some(child) = least else { break };
            let below = self.entry(child);
            if entry <= below {
                break;
            }
            self.put_entry(place, below);
            place = child;
        }
        self.put_entry(place, entry);
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        /// Against a sorted list of (instant, order of arming).
        #[test]
        fn fires_in_order(ops in proptest::collection::vec((0u8..3, 0u32..30, 0u64..20), 1..200)) {
            let mut timers = Timers::new(Storage::owned(30, TimerSlot::default()));
            let mut model: Vec<(Time, u64, u32)> = Vec::new();
            for (seq, (op, owner, at)) in ops.into_iter().enumerate() {
                if op < 2 {
                    timers.arm(owner, Time(at));
                    if !model.iter().any(|e| e.2 == owner && e.0 == Time(at)) {
                        model.retain(|e| e.2 != owner);
                        model.push((Time(at), seq as u64, owner));
                        model.sort_unstable();
                    }
                } else {
                    timers.disarm(owner);
                    model.retain(|e| e.2 != owner);
                }
                prop_assert_eq!(timers.peek(), model.first().map(|e| (e.0, e.2)));
            }
        }
    }
}
