//! Armed instants: at most one for each owner, the earliest first.
//!
//! Most timers are disarmed or put off long before they are due: a caller is answered, not timed
//! out. So disarming and putting off only leave a note with the owner; the entry stays where it is
//! in the heap and is dropped or moved when it comes to the top.

use crate::plain::{Plain, Sink, Source};
use crate::slab::NIL;
use crate::storage::Storage;
use crate::time::Time;

/// One armed instant. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimerSlot {
    at: Time,
    /// Order of arming: equal instants fire in it.
    seq: u32,
    owner: u32,
    /// Where owner number *this slot's index* stands in the heap, and the `seq` it was armed
    /// with; 0 when it is not.
    place: u32,
    armed: u32,
}

/// A 4-ary heap over (instant, order of arming), with each owner's place in it.
pub(crate) struct Timers<'a> {
    slots: Storage<'a, TimerSlot>,
    len: u32,
    seq: u32,
}

const ARITY: u32 = 4;

/// What the top of the heap turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Top {
    /// No timer is armed.
    None,
    /// The earliest instant and its owner.
    Armed(Time, u32),
    /// An entry whose owner was armed anew since, for a later instant only the owner knows.
    PutOff(u32),
}

impl<'a> Timers<'a> {
    pub(crate) fn new(mut slots: Storage<'a, TimerSlot>) -> Self {
        for slot in slots.iter_mut() {
            (slot.place, slot.armed) = (NIL, 0);
        }
        Self { slots, len: 0, seq: 0 }
    }

    pub(crate) fn put(&self, sink: &mut dyn Sink) {
        (self.len, self.seq).put(sink);
        for place in 0..self.len {
            let entry = self.entry(place);
            (entry, self.slots[entry.2 as usize].armed).put(sink);
        }
    }

    pub(crate) fn get(&mut self, source: &mut Source<'_>) {
        (self.len, self.seq) = Plain::get(source);
        let most = self.slots.len() as u32;
        if self.len > most {
            self.len = 0;
            source.failed = true;
        }
        for place in 0..self.len {
            let ((at, seq, owner), armed): ((Time, u32, u32), u32) = Plain::get(source);
            source.failed |= owner >= most;
            let owner = owner.min(most - 1);
            self.put_entry(place, (at, seq, owner));
            self.slots[owner as usize].armed = armed;
        }
    }

    /// The earliest instant and its owner. [`top`](Self::top) must have been `Armed` or `None`
    /// since the last change.
    pub(crate) fn peek(&self) -> Option<(Time, u32)> {
        (self.len > 0).then(|| (self.slots[0].at, self.slots[0].owner))
    }

    /// Drops what is disarmed from the top; what is there then.
    pub(crate) fn top(&mut self) -> Top {
        while self.len > 0 {
            let TimerSlot { at, seq, owner, .. } = self.slots[0];
            match self.slots[owner as usize].armed {
                0 => self.pop(),
                armed if armed == seq => return Top::Armed(at, owner),
                _ => return Top::PutOff(owner),
            }
        }
        Top::None
    }

    /// Moves the top, which was [put off](Top::PutOff), to where it belongs.
    pub(crate) fn settle(&mut self, at: Time) {
        let owner = self.slots[0].owner;
        let armed = self.slots[owner as usize].armed;
        self.put_entry(0, (at, armed, owner));
        self.sift_down(0);
    }

    /// Takes out the top.
    pub(crate) fn pop(&mut self) {
        let owner = self.slots[0].owner as usize;
        (self.slots[owner].place, self.slots[owner].armed) = (NIL, 0);
        self.len -= 1;
        if self.len > 0 {
            let last = self.entry(self.len);
            self.put_entry(0, last);
            self.sift_down(0);
        }
    }

    /// Arms the owner's instant, instead of the one it may have had; among equal instants it is
    /// the last to fire, even where it had this very instant before: an instant that was put off
    /// is not known here, and the order must not depend on that.
    pub(crate) fn arm(&mut self, owner: u32, at: Time) {
        let place = self.slots[owner as usize].place;
        let known = (place != NIL).then(|| self.entry(place));
        // 0 means that it is not armed.
        self.seq = self.seq.wrapping_add(1).max(1);
        self.slots[owner as usize].armed = self.seq;
        match known {
            None => {
                let place = self.len;
                self.len += 1;
                self.put_entry(place, (at, self.seq, owner));
                self.sift_up(place);
            }
            Some((was, ..)) if at < was => {
                self.put_entry(place, (at, self.seq, owner));
                self.sift_up(place);
            }
            Some(_) => {}
        }
    }

    pub(crate) fn disarm(&mut self, owner: u32) {
        self.slots[owner as usize].armed = 0;
    }

    fn entry(&self, place: u32) -> (Time, u32, u32) {
        let slot = &self.slots[place as usize];
        (slot.at, slot.seq, slot.owner)
    }

    fn put_entry(&mut self, place: u32, (at, seq, owner): (Time, u32, u32)) {
        let slot = &mut self.slots[place as usize];
        (slot.at, slot.seq, slot.owner) = (at, seq, owner);
        self.slots[owner as usize].place = place;
    }

    fn sift_up(&mut self, mut place: u32) {
        let entry = self.entry(place);
        while place > 0 {
            let parent = (place - 1) / ARITY;
            let above = self.entry(parent);
            if !is_before(entry, above) {
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
            if first >= self.len {
                break;
            }
            let mut child = first;
            let mut below = self.entry(first);
            for other in first + 1..(first + ARITY).min(self.len) {
                let entry = self.entry(other);
                if is_before(entry, below) {
                    (child, below) = (other, entry);
                }
            }
            if !is_before(below, entry) {
                break;
            }
            self.put_entry(place, below);
            place = child;
        }
        self.put_entry(place, entry);
    }
}

/// Earlier, or armed earlier for the same instant: in the order of a counter that wraps.
fn is_before(a: (Time, u32, u32), b: (Time, u32, u32)) -> bool {
    a.0 < b.0 || (a.0 == b.0 && (a.1.wrapping_sub(b.1) as i32) < 0)
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::vec::Vec;

    proptest! {
        /// Against a sorted list of (instant, order of arming), across the counter's wrap.
        #[test]
        fn fires_in_order(
            ops in proptest::collection::vec((0u8..4, 0u32..30, 0u64..20), 1..200),
            start in prop_oneof![Just(0), Just(u32::MAX - 50)],
        ) {
            let mut timers = Timers::new(Storage::owned(30, TimerSlot::default()));
            timers.seq = start;
            let mut model: Vec<(Time, u64, u32)> = Vec::new();
            let mut want: BTreeMap<u32, Time> = BTreeMap::new();
            for (seq, (op, owner, at)) in ops.into_iter().enumerate() {
                if op < 2 {
                    timers.arm(owner, Time(at));
                    want.insert(owner, Time(at));
                    model.retain(|e| e.2 != owner);
                    model.push((Time(at), seq as u64, owner));
                    model.sort_unstable();
                } else if op == 2 {
                    timers.disarm(owner);
                    model.retain(|e| e.2 != owner);
                } else if !model.is_empty() {
                    timers.pop();
                    model.remove(0);
                }
                while let Top::PutOff(owner) = timers.top() {
                    timers.settle(want[&owner]);
                }
                prop_assert_eq!(timers.peek(), model.first().map(|e| (e.0, e.2)));
            }
        }
    }
}
