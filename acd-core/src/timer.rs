//! The armed instants of calls, offers, agents and queues.

use crate::calls::PlaceSlot;
use crate::plain::{Plain, Sink, Source};
use crate::slab::NIL;
use crate::storage::Storage;
use crate::time::Time;

/// An armed instant in a heap.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    at: Time,
    /// Order of arming: equal instants fire in it.
    seq: u32,
    owner: u32,
}

/// Four armed instants, the children of one: a line of the cache. Opaque; [`Default`] makes an
/// empty one.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub struct TimerSlot([Entry; ARITY as usize]);

/// Where its owner's instant stands in the heap, and the number it was armed with; 0 when it is
/// not. Opaque; [`Default`] makes an empty one.
///
/// That of a call is kept in its [`PlaceSlot`], which is looked at anyway when the call comes and
/// when it goes.
#[derive(Clone, Copy, Debug)]
pub struct AlarmSlot {
    place: u32,
    armed: u32,
}

impl Default for AlarmSlot {
    fn default() -> Self {
        Self { place: NIL, armed: 0 }
    }
}

/// Where one heap begins, and how long it is.
#[derive(Clone, Copy, Debug)]
struct Heap {
    start: u32,
    len: u32,
    /// No entry was ever later. Where all wait equally long at most, each that is armed is at least
    /// as late: it need not be compared with what an earlier call in its slot has left behind, far
    /// away in memory.
    latest: Time,
}

impl Heap {
    const fn at(start: u32) -> Self {
        Self { start, len: 0, latest: Time::ZERO }
    }
}

/// Two 4-ary heaps over (instant, order of arming), with each owner's place in its one.
///
/// Calls have a heap of their own: a million of them wait for an hour, and what rings for seconds
/// would have to climb past them all, and sink back through them when it goes. Among its like, which
/// were armed for later the later they came, an instant is put at the end and stays there.
pub(crate) struct Timers<'a> {
    slots: Storage<'a, TimerSlot>,
    /// Of all owners but the calls, whose places are handed in.
    alarms: Storage<'a, AlarmSlot>,
    heaps: [Heap; 2],
    /// Owners below this are calls, and in the first heap.
    calls: u32,
    seq: u32,
    /// The earliest instant and its owner, if nothing has happened since that may change it.
    next: Option<(Time, u32)>,
    settled: bool,
}

const ARITY: u32 = 4;

/// Slots of timers that a heap of so many takes: the first slot has the root alone.
pub(crate) const fn slots(owners: u32) -> u32 {
    owners.saturating_add(2 * ARITY - 2) / ARITY
}

/// What the top of the heaps turns out to be.
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
    /// The first so many owners are calls; as many alarms as there are others, and [`slots`] for the
    /// ones and for the others.
    pub(crate) fn new(
        slots: Storage<'a, TimerSlot>,
        mut alarms: Storage<'a, AlarmSlot>,
        calls: u32,
    ) -> Self {
        alarms.fill(AlarmSlot::default());
        let heaps = [Heap::at(0), Heap::at(self::slots(calls))];
        Self { slots, alarms, heaps, calls, seq: 0, next: None, settled: true }
    }

    pub(crate) fn put(&self, places: &[PlaceSlot], sink: &mut dyn Sink) {
        self.seq.put(sink);
        for heap in 0..2 {
            self.heaps[heap].len.put(sink);
            for place in 0..self.heaps[heap].len {
                let Entry { at, seq, owner } = self.entry(heap, place);
                ((at, seq, owner), self.alarm(places, owner).armed).put(sink);
            }
        }
    }

    pub(crate) fn get(&mut self, places: &mut [PlaceSlot], source: &mut Source<'_>) {
        self.seq = u32::get(source);
        let all = self.calls + self.alarms.len() as u32;
        for (heap, owners) in [(0, 0..self.calls), (1, self.calls..all)] {
            let len = u32::get(source);
            if len as usize > owners.len() {
                source.failed = true;
                return;
            }
            self.heaps[heap].len = len;
            for place in 0..len {
                let ((at, seq, owner), armed): ((Time, u32, u32), u32) = Plain::get(source);
                if !owners.contains(&owner) {
                    source.failed = true;
                    self.heaps[heap].len = place;
                    return;
                }
                self.put_entry(places, heap, place, Entry { at, seq, owner });
                self.heaps[heap].latest = self.heaps[heap].latest.max(at);
                self.alarm_mut(places, owner).armed = armed;
            }
        }
        self.next = self.earliest();
        // As they were when they were written: a snapshot comes of timers that are settled, and what
        // these have not dropped yet is not to be dropped here before it is there.
        self.settled = self.first().is_none_or(|heap| {
            let Entry { seq, owner, .. } = self.entry(heap, 0);
            self.alarm(places, owner).armed == seq
        });
    }

    /// The earliest instant and its owner. [`top`](Self::top) must have been `Armed` or `None`
    /// since the last change.
    pub(crate) fn peek(&self) -> Option<(Time, u32)> {
        self.next
    }

    fn earliest(&self) -> Option<(Time, u32)> {
        self.first().map(|heap| self.entry(heap, 0)).map(|entry| (entry.at, entry.owner))
    }

    /// Drops what is disarmed from the top; what is there then.
    #[inline]
    pub(crate) fn top(&mut self, places: &mut [PlaceSlot]) -> Top {
        if !self.settled {
            if let Some(owner) = self.put_off(places) {
                return Top::PutOff(owner);
            }
            (self.next, self.settled) = (self.earliest(), true);
        }
        self.next.map_or(Top::None, |(at, owner)| Top::Armed(at, owner))
    }

    /// Drops what is disarmed from the tops; whose is one that is put off.
    fn put_off(&mut self, places: &mut [PlaceSlot]) -> Option<u32> {
        for heap in 0..2 {
            while self.heaps[heap].len > 0 {
                let Entry { seq, owner, .. } = self.entry(heap, 0);
                match self.alarm(places, owner).armed {
                    0 => self.pop_of(places, heap),
                    armed if armed == seq => break,
                    _ => return Some(owner),
                }
            }
        }
        None
    }

    /// Moves the top of its heap, which was [put off](Top::PutOff), to where it belongs.
    pub(crate) fn settle(&mut self, places: &mut [PlaceSlot], owner: u32, at: Time) {
        let (heap, seq) = (self.heap_of(owner), self.alarm(places, owner).armed);
        self.heaps[heap].latest = self.heaps[heap].latest.max(at);
        self.sift_down(places, heap, 0, Entry { at, seq, owner });
    }

    /// Takes out the top.
    pub(crate) fn pop(&mut self, places: &mut [PlaceSlot]) {
        if let Some(heap) = self.first() {
            self.pop_of(places, heap);
        }
        self.settled = false;
    }

    fn pop_of(&mut self, places: &mut [PlaceSlot], heap: usize) {
        let owner = self.entry(heap, 0).owner;
        *self.alarm_mut(places, owner) = AlarmSlot::default();
        self.heaps[heap].len -= 1;
        let len = self.heaps[heap].len;
        if len > 0 {
            let last = self.entry(heap, len);
            self.sift_down(places, heap, 0, last);
        }
    }

    /// Arms the owner's instant, instead of the one it may have had; among equal instants it is
    /// the last to fire, even where it had this very instant before: an instant that was put off
    /// is not known here, and the order must not depend on that.
    pub(crate) fn arm(&mut self, places: &mut [PlaceSlot], owner: u32, at: Time) {
        // 0 means that it is not armed.
        self.seq = self.seq.wrapping_add(1).max(1);
        let (heap, seq) = (self.heap_of(owner), self.seq);
        match self.next {
            // It is put off, or it may be, whose turn is then is yet to be found.
            Some((_, its)) if its == owner => self.settled = false,
            // Behind the earliest it changes nothing there.
            Some((next, _)) if next <= at => {}
            _ => self.next = Some((at, owner)),
        }
        let alarm = self.alarm_mut(places, owner);
        alarm.armed = seq;
        let place = alarm.place;
        let latest = self.heaps[heap].latest;
        self.heaps[heap].latest = latest.max(at);
        if place == NIL {
            let place = self.heaps[heap].len;
            self.heaps[heap].len += 1;
            self.sift_up(places, heap, place, Entry { at, seq, owner });
        } else if at < latest && at < self.entry(heap, place).at {
            self.sift_up(places, heap, place, Entry { at, seq, owner });
        }
    }

    /// Most stay where they are until they come to the top; what stands last goes at once.
    pub(crate) fn disarm(&mut self, places: &mut [PlaceSlot], owner: u32) {
        self.settled &= self.next.is_none_or(|(_, its)| its != owner);
        let heap = self.heap_of(owner);
        let alarm = self.alarm_mut(places, owner);
        alarm.armed = 0;
        if alarm.place != self.heaps[heap].len.wrapping_sub(1) {
            return;
        }
        while let Some(last) = self.heaps[heap].len.checked_sub(1) {
            let owner = self.entry(heap, last).owner;
            let alarm = self.alarm_mut(places, owner);
            if alarm.armed != 0 {
                return;
            }
            alarm.place = NIL;
            self.heaps[heap].len = last;
        }
    }

    fn alarm(&self, places: &[PlaceSlot], owner: u32) -> AlarmSlot {
        match owner.checked_sub(self.calls) {
            None => places[owner as usize].alarm,
            Some(other) => self.alarms[other as usize],
        }
    }

    fn alarm_mut<'s>(&'s mut self, places: &'s mut [PlaceSlot], owner: u32) -> &'s mut AlarmSlot {
        match owner.checked_sub(self.calls) {
            None => &mut places[owner as usize].alarm,
            Some(other) => &mut self.alarms[other as usize],
        }
    }

    fn heap_of(&self, owner: u32) -> usize {
        usize::from(owner >= self.calls)
    }

    /// The heap whose top comes first.
    fn first(&self) -> Option<usize> {
        match self.heaps.map(|heap| heap.len > 0) {
            [false, false] => None,
            [true, false] => Some(0),
            [false, true] => Some(1),
            [true, true] => Some(usize::from(is_before(self.entry(1, 0), self.entry(0, 0)))),
        }
    }

    /// Which slot of all, and which place in it.
    fn slot(&self, heap: usize, place: u32) -> (usize, usize) {
        let (group, lane) = match place.checked_sub(1) {
            None => (0, 0),
            Some(place) => (place / ARITY + 1, place % ARITY),
        };
        ((self.heaps[heap].start + group) as usize, lane as usize)
    }

    fn entry(&self, heap: usize, place: u32) -> Entry {
        let (slot, lane) = self.slot(heap, place);
        self.slots[slot].0[lane]
    }

    fn put_entry(&mut self, places: &mut [PlaceSlot], heap: usize, place: u32, entry: Entry) {
        let (slot, lane) = self.slot(heap, place);
        self.slots[slot].0[lane] = entry;
        self.alarm_mut(places, entry.owner).place = place;
    }

    /// Puts an entry at a place, or above it.
    fn sift_up(&mut self, places: &mut [PlaceSlot], heap: usize, mut place: u32, entry: Entry) {
        while let Some(before) = place.checked_sub(1) {
            let parent = before / ARITY;
            let above = self.entry(heap, parent);
            if !is_before(entry, above) {
                break;
            }
            self.put_entry(places, heap, place, above);
            place = parent;
        }
        self.put_entry(places, heap, place, entry);
    }

    /// Puts an entry at a place, or below it.
    fn sift_down(&mut self, places: &mut [PlaceSlot], heap: usize, mut place: u32, entry: Entry) {
        let len = self.heaps[heap].len;
        loop {
            let first = place * ARITY + 1;
            if first >= len {
                break;
            }
            let children = self.slots[self.slot(heap, first).0].0;
            let there = (len - first).min(ARITY) as usize;
            let (mut lane, mut below) = (0, children[0]);
            for (other, child) in children.iter().enumerate().take(there).skip(1) {
                if is_before(*child, below) {
                    (lane, below) = (other as u32, *child);
                }
            }
            if !is_before(below, entry) {
                break;
            }
            self.put_entry(places, heap, place, below);
            place = first + lane;
        }
        self.put_entry(places, heap, place, entry);
    }
}

/// Earlier, or armed earlier for the same instant: in the order of a counter that wraps.
fn is_before(a: Entry, b: Entry) -> bool {
    a.at < b.at || (a.at == b.at && (a.seq.wrapping_sub(b.seq) as i32) < 0)
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::vec::Vec;

    /// The first so many of thirty owners have a heap of their own.
    const CALLS: u32 = 17;

    proptest! {
        /// Against a sorted list of (instant, order of arming), across the counter's wrap.
        #[test]
        fn fires_in_order(
            ops in proptest::collection::vec((0u8..6, 0u32..30, 0u64..20), 1..200),
            start in prop_oneof![Just(0), Just(u32::MAX - 50)],
        ) {
            let room = (slots(CALLS) + slots(30 - CALLS)) as usize;
            let others = 30 - CALLS as usize;
            let mut timers = Timers::new(
                Storage::owned(room, TimerSlot::default()),
                Storage::owned(others, AlarmSlot::default()),
                CALLS,
            );
            let places = &mut [PlaceSlot::default(); CALLS as usize];
            timers.seq = start;
            let mut model: Vec<(Time, u64, u32)> = Vec::new();
            let mut want: BTreeMap<u32, Time> = BTreeMap::new();
            for (seq, (op, owner, at)) in ops.into_iter().enumerate() {
                if op < 2 {
                    timers.arm(places, owner, Time(at));
                    want.insert(owner, Time(at));
                    model.retain(|e| e.2 != owner);
                    model.push((Time(at), seq as u64, owner));
                    model.sort_unstable();
                } else if op == 2 {
                    timers.disarm(places, owner);
                    model.retain(|e| e.2 != owner);
                } else {
                    // Whoever looks has settled them; between that, much may happen.
                    while let Top::PutOff(owner) = timers.top(places) {
                        timers.settle(places, owner, want[&owner]);
                    }
                    prop_assert_eq!(timers.peek(), model.first().map(|e| (e.0, e.2)));
                    if op == 3 && !model.is_empty() {
                        timers.pop(places);
                        model.remove(0);
                    }
                }
            }
        }
    }
}
