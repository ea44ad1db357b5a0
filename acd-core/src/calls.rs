//! The table of calls, and where they stand.

use core::ops::{Deref, DerefMut};

use crate::call::{Call, CallKey};
use crate::plain::{Plain, Sink, Source, plain};
use crate::ranks::Ranks;
use crate::slab::{NIL, Slab};
use crate::storage::Storage;
use crate::time::Time;
use crate::tree::{Arena, Links};

/// The trees of the calls of a line that may be matched. They do not count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByLine;

/// A call's place in the tree of its line, and its first leg. Opaque; [`Default`] makes an empty
/// one.
///
/// Apart from the calls, because the places around it are looked at too when it leaves; four of
/// them are a line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub struct PlaceSlot {
    /// While it waits for its preferred agent alone, and is in no line, these keep until when.
    in_line: Links,
    /// Legs of this call: ringing, remembered, or the one connected.
    legs: u32,
}

impl Default for PlaceSlot {
    fn default() -> Self {
        Self { in_line: Links::default(), legs: NIL }
    }
}

/// The table of calls, and beside it those of their places and ranks and of who calls.
pub(crate) struct Calls<'a> {
    slots: Slab<'a, Call>,
    places: Storage<'a, PlaceSlot>,
    /// The calls that wait or ring in each queue, in order.
    pub(crate) ranks: Ranks<'a>,
    /// Empty where nobody who gave up is remembered.
    callers: Storage<'a, u64>,
}

impl<'a> Calls<'a> {
    pub(crate) fn new(
        slots: Slab<'a, Call>,
        places: Storage<'a, PlaceSlot>,
        ranks: Ranks<'a>,
        callers: Storage<'a, u64>,
    ) -> Self {
        Self { slots, places, ranks, callers }
    }

    /// Takes a slot; `None` when all are in use.
    pub(crate) fn insert(&mut self, call: Call) -> Option<u32> {
        let index = self.slots.insert(call)?;
        self.places[index as usize] = PlaceSlot::default();
        Some(index)
    }

    /// The first of its legs.
    pub(crate) fn legs(&self, call: u32) -> u32 {
        self.places[call as usize].legs
    }

    pub(crate) fn set_legs(&mut self, call: u32, leg: u32) {
        self.places[call as usize].legs = leg;
    }

    /// Whether it is among those of its line that may be matched.
    pub(crate) fn is_open(&self, call: u32) -> bool {
        self.places[call as usize].in_line.is_linked()
    }

    /// Until when it waits for its preferred agent and nobody else, if it does.
    pub(crate) fn alone_until(&self, call: u32) -> Option<Time> {
        let kept = self.places[call as usize].in_line.kept();
        kept.map(Time).filter(|until| *until != Time::MAX)
    }

    /// Has it wait for that agent alone from now on, or not; it is in no line.
    pub(crate) fn set_alone(&mut self, call: u32, until: Option<Time>) {
        debug_assert!(!self.is_open(call));
        self.places[call as usize].in_line = Links::keeping(until.unwrap_or(Time::MAX).ms());
    }

    /// Who calls, if that is known and anybody wants to know.
    pub(crate) fn caller(&self, call: u32) -> Option<u64> {
        let known = self.slots[call].caller_known();
        self.callers.get(call as usize).copied().filter(|_| known)
    }

    pub(crate) fn set_caller(&mut self, call: u32, caller: Option<u64>) {
        if let Some(place) = self.callers.get_mut(call as usize) {
            *place = caller.unwrap_or(0);
            self.slots[call].set_caller_known(caller.is_some());
        }
    }

    fn live(&self) -> impl Iterator<Item = u32> + use<'_, 'a> {
        (0..self.slots.used()).filter(|&call| self.slots.is_live(call))
    }

    pub(crate) fn put(&self, sink: &mut dyn Sink) {
        self.slots.put(sink);
        self.ranks.put(sink);
        for call in self.live() {
            self.places[call as usize].put(sink);
            if let Some(caller) = self.caller(call) {
                caller.put(sink);
            }
        }
    }

    pub(crate) fn get(&mut self, source: &mut Source<'_>) {
        self.slots.get(source);
        self.ranks.get(source);
        for call in 0..self.slots.used() {
            if self.slots.is_live(call) {
                self.places[call as usize] = Plain::get(source);
                if self.slots[call].caller_known() {
                    let caller = Plain::get(source);
                    self.set_caller(call, Some(caller));
                }
            }
        }
    }
}

impl<'a> Deref for Calls<'a> {
    type Target = Slab<'a, Call>;

    fn deref(&self) -> &Slab<'a, Call> {
        &self.slots
    }
}

impl DerefMut for Calls<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.slots
    }
}

impl Arena<ByLine> for Calls<'_> {
    type Key = CallKey;

    fn key(&self, index: u32) -> CallKey {
        self[index].key()
    }

    fn links(&self, index: u32) -> &Links {
        &self.places[index as usize].in_line
    }

    fn links_mut(&mut self, index: u32) -> &mut Links {
        &mut self.places[index as usize].in_line
    }

    const COUNTS: bool = false;

    fn left(&self, _: u32) -> u32 {
        0
    }

    fn set_left(&mut self, _: u32, _: u32) {}
}

plain!(struct PlaceSlot { in_line, legs });
