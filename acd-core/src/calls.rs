//! The table of calls, and where they stand.

use core::hint::black_box;
use core::ops::{Deref, DerefMut};

use crate::call::{Call, CallDetail, CallKey, Whole, WholeMut};
use crate::plain::{Plain, Sink, Source};
use crate::ranks::{Leaf, Ranks};
use crate::slab::{NIL, Slab, WholeLine};
use crate::storage::Storage;
use crate::time::Time;
use crate::timer::AlarmSlot;
use crate::tree::{Arena, Links};

/// The trees of the calls of a line that may be matched. They do not count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByLine;

/// A call's place in the tree of its line, where it stands in its queue, and where its timer stands
/// among all. Opaque; [`Default`] makes an empty one.
///
/// Apart from the calls, because the places around it are looked at too when it leaves; eight of
/// them are three lines of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(8))]
pub struct PlaceSlot {
    /// While it waits for its preferred agent alone, and is in no line, these keep until when.
    in_line: Links,
    /// The leaf it stands in. While it talks, with whom: only to look ahead, and not in a snapshot.
    leaf: u32,
    /// An entry among the timers may outlive the call: the next one in its slot takes it over.
    pub(crate) alarm: AlarmSlot,
}

impl Default for PlaceSlot {
    fn default() -> Self {
        Self { in_line: Links::default(), leaf: NIL, alarm: AlarmSlot::default() }
    }
}

impl Leaf for PlaceSlot {
    fn leaf(&self) -> u32 {
        self.leaf
    }

    fn set_leaf(&mut self, node: u32) {
        self.leaf = node;
    }
}

/// The calls, a row for each in several tables, by when it is looked at. With a million calls each
/// row is far away in memory and from the next, so what an event costs is how many it looks at.
pub(crate) struct Calls<'a> {
    /// What every event about a call looks at: one line of the cache.
    slots: Slab<'a, Call, WholeLine>,
    /// What is never looked at of most calls.
    details: Storage<'a, CallDetail>,
    /// The calls that wait or ring in each queue, in order, and their places, which events about
    /// their neighbours look at too.
    pub(crate) ranks: Ranks<'a, PlaceSlot>,
    /// Empty where nobody who gave up is remembered.
    callers: Storage<'a, u64>,
}

impl<'a> Calls<'a> {
    pub(crate) fn new(
        slots: Slab<'a, Call, WholeLine>,
        details: Storage<'a, CallDetail>,
        mut ranks: Ranks<'a, PlaceSlot>,
        callers: Storage<'a, u64>,
    ) -> Self {
        // The caller's memory may hold anything, and an alarm is there before the first call.
        ranks.leaves.fill(PlaceSlot::default());
        Self { slots, details, ranks, callers }
    }

    /// Takes a slot; `None` when all are in use.
    pub(crate) fn insert(&mut self, call: Call) -> Option<u32> {
        let index = self.slots.insert(call)?;
        let place = &mut self.ranks.leaves[index as usize];
        (place.in_line, place.leaf) = (Links::default(), NIL);
        Some(index)
    }

    /// A call with its details.
    pub(crate) fn whole(&self, call: u32) -> Whole<'_> {
        Whole(&self.slots[call], &self.details[call as usize])
    }

    pub(crate) fn whole_mut(&mut self, call: u32) -> WholeMut<'_> {
        WholeMut(&mut self.slots[call], &mut self.details[call as usize])
    }

    pub(crate) fn places(&self) -> &[PlaceSlot] {
        &self.ranks.leaves
    }

    pub(crate) fn places_mut(&mut self) -> &mut [PlaceSlot] {
        &mut self.ranks.leaves
    }

    /// Begins to read what the end of a call's waiting will look at, without waiting for it.
    pub(crate) fn look_ahead(&self, call: u32) {
        if let Some(place) = self.ranks.leaves.get(call as usize) {
            self.ranks.look_ahead(place);
            for around in place.in_line.around() {
                black_box(self.ranks.leaves.get(around as usize).map(|place| place.leaf));
            }
        }
    }

    /// Notes the agent whom a call that has left its queue talks with.
    pub(crate) fn set_talks_with(&mut self, call: u32, agent: u32) {
        self.ranks.leaves[call as usize].leaf = agent;
    }

    /// The agent whom a call talks with, as far as that can be told without looking at its legs.
    pub(crate) fn talks_with(&self, call: u32) -> Option<u32> {
        self.places().get(call as usize).map(|place| place.leaf)
    }

    /// Begins to read the call that comes after this one, the first of its line, without waiting for
    /// it.
    pub(crate) fn look_ahead_second(&self, call: u32) {
        // Most of the first have nobody below them; what is there comes before who is above.
        let [_, right, parent] = self.in_line(call).around();
        let next = if right == NIL { parent } else { right };
        if next < self.slots.used() {
            black_box(self.slots[next].arrived);
        }
    }

    /// The agent it asks for, `NIL` for none.
    pub(crate) fn preferred(&self, call: u32) -> u32 {
        self.whole(call).preferred()
    }

    pub(crate) fn set_preferred(&mut self, call: u32, agent: u32) {
        self.whole_mut(call).set_preferred(agent);
    }

    /// The next call that asks for the same agent.
    pub(crate) fn next_sought(&self, call: u32) -> u32 {
        self.whole(call).next_sought()
    }

    pub(crate) fn set_next_sought(&mut self, call: u32, next: u32) {
        self.whole_mut(call).set_next_sought(next);
    }

    fn in_line(&self, call: u32) -> &Links {
        &self.ranks.leaves[call as usize].in_line
    }

    fn in_line_mut(&mut self, call: u32) -> &mut Links {
        &mut self.ranks.leaves[call as usize].in_line
    }

    /// Whether it is among those of its line that may be matched.
    pub(crate) fn is_open(&self, call: u32) -> bool {
        self.in_line(call).is_linked()
    }

    /// Until when it waits for its preferred agent and nobody else, if it does.
    pub(crate) fn alone_until(&self, call: u32) -> Option<Time> {
        let kept = self.in_line(call).kept();
        kept.map(Time).filter(|until| *until != Time::MAX)
    }

    /// Has it wait for that agent alone from now on, or not; it is in no line.
    pub(crate) fn set_alone(&mut self, call: u32, until: Option<Time>) {
        debug_assert!(!self.is_open(call));
        *self.in_line_mut(call) = Links::keeping(until.unwrap_or(Time::MAX).ms());
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
            if self.slots[call].is_detailed() {
                self.details[call as usize].put(sink);
            }
            self.in_line(call).put(sink);
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
                if self.slots[call].is_detailed() {
                    self.details[call as usize] = Plain::get(source);
                }
                *self.in_line_mut(call) = Plain::get(source);
                if self.slots[call].caller_known() {
                    let caller = Plain::get(source);
                    self.set_caller(call, Some(caller));
                }
            }
        }
    }
}

impl<'a> Deref for Calls<'a> {
    type Target = Slab<'a, Call, WholeLine>;

    fn deref(&self) -> &Slab<'a, Call, WholeLine> {
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
        self.in_line(index)
    }

    fn links_mut(&mut self, index: u32) -> &mut Links {
        self.in_line_mut(index)
    }

    const COUNTS: bool = false;

    fn left(&self, _: u32) -> u32 {
        0
    }

    fn set_left(&mut self, _: u32, _: u32) {}
}
