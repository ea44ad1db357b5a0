//! Calls, and the legs that tie them to agents.

use core::ops::{Deref, DerefMut};

use crate::plain::{Plain, Sink, Source, plain};
use crate::queue::{Cursor, NO_CURSOR};
use crate::slab::{NIL, Slab};
use crate::storage::Storage;
use crate::time::Time;
use crate::tree::{Arena, Links};
use crate::{AgentId, ClassId, Medium, QueueId};

/// A call that asks to join a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallConfig {
    /// The embedder's own name for the call; comes back in every output about it.
    pub tag: u64,
    /// Where it wants to wait.
    pub queue: QueueId,
    /// Higher goes first. Default: 0.
    pub priority: i32,
    /// What it asks of the agent. Default: nothing.
    pub class: ClassId,
    /// Offered to this agent first when it is free.
    pub preferred_agent: Option<AgentId>,
    /// Waits for the preferred agent alone for so long, in ms, before anybody may have it.
    pub preferred_wait_ms: u32,
    /// Counts as having waited for so long already, in ms: a callback that keeps its place, a
    /// caller cut off and back. Moves the place in the order, not the reported wait.
    pub credit_ms: u64,
    /// Wants this place in the queue, 1 for the first; higher priorities stay ahead.
    pub position: Option<u32>,
    /// Only members of at least this penalty. Default: 0.
    pub penalty_min: u32,
    /// Only members of at most this penalty. Default: no bound.
    pub penalty_max: u32,
    /// Who calls, by any number of the embedder's, for callers who give up and come back.
    pub caller: Option<u64>,
    /// Leaves after so long, in ms, instead of the queue's longest wait.
    pub max_wait_ms: Option<u64>,
}

impl CallConfig {
    /// A call for this queue, all else at its default.
    #[must_use]
    pub const fn new(queue: QueueId) -> Self {
        Self {
            tag: 0,
            queue,
            priority: 0,
            class: ClassId::ANY,
            preferred_agent: None,
            preferred_wait_ms: 0,
            credit_ms: 0,
            position: None,
            penalty_min: 0,
            penalty_max: u32::MAX,
            caller: None,
            max_wait_ms: None,
        }
    }
}

impl Default for CallConfig {
    /// As [`new`](Self::new), for the queue whose handle is 0: the first that was added.
    fn default() -> Self {
        Self::new(QueueId::from_raw(0))
    }
}

/// Where a call is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallState {
    /// In the queue.
    #[default]
    Waiting,
    /// In the queue, with at least one phone ringing for it.
    Ringing,
    /// With an agent.
    Connected,
}

/// A call's place in the order: priority level, effective arrival, running number. Smaller first.
pub(crate) type CallKey = (u64, u64, u64);

/// The trees of the calls of a line that may be matched. They do not count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByLine;

/// The trees of all the calls that wait or ring in a queue. They count: places are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByQueue;

/// A call in its slot.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Order in the queue: priority, effective arrival, running number.
    pub(crate) key: CallKey,
    pub(crate) in_line: Links,
    pub(crate) queue: u32,
    pub(crate) line: u32,
    pub(crate) state: CallState,
    pub(crate) dirty: bool,
    pub(crate) next_dirty: u32,
    /// Legs of this call: ringing, remembered, or the one connected.
    pub(crate) legs: u32,
    pub(crate) ringing: u16,
    /// It joined its queue while that was empty of agents.
    pub(crate) joined_empty: bool,
    /// The next phone is due to join in.
    pub(crate) ring_more: bool,
    /// Steps of relaxation it has taken.
    pub(crate) step: u16,
    pub(crate) hops: u8,
    /// Levels that have opened for it by waiting.
    pub(crate) tier: u8,
    pub(crate) priority: i32,
    /// The agent it asks for, `NIL` for none; others whom the agent is asked for by follow.
    pub(crate) preferred: u32,
    pub(crate) next_sought: u32,
    /// It waits for that agent and nobody else, until then.
    pub(crate) alone: bool,
    pub(crate) alone_until: Time,
    pub(crate) tag: u64,
    /// Who calls, if that is known.
    pub(crate) caller: u64,
    pub(crate) caller_known: bool,
    /// When it arrived, and when it joined the queue it is in now.
    pub(crate) arrived: Time,
    pub(crate) joined: Time,
    /// From when its age counts in the order, and how much older it counts as.
    pub(crate) since: Time,
    pub(crate) credit_ms: u64,
    pub(crate) leave_at: Time,
    pub(crate) announce_at: Time,
    /// Some remembered offer stops counting, or the next phone joins in.
    pub(crate) retry_at: Time,
    /// Linear strategies: the member tried last, or [`NO_CURSOR`].
    pub(crate) cursor: Cursor,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            key: (0, 0, 0),
            in_line: Links::default(),
            queue: NIL,
            line: NIL,
            state: CallState::Waiting,
            dirty: false,
            next_dirty: NIL,
            legs: NIL,
            ringing: 0,
            joined_empty: false,
            ring_more: false,
            step: 0,
            hops: 0,
            tier: 0,
            priority: 0,
            preferred: NIL,
            next_sought: NIL,
            alone: false,
            alone_until: Time::ZERO,
            tag: 0,
            caller: 0,
            caller_known: false,
            arrived: Time::ZERO,
            joined: Time::ZERO,
            since: Time::ZERO,
            credit_ms: 0,
            leave_at: Time::MAX,
            announce_at: Time::MAX,
            retry_at: Time::MAX,
            cursor: NO_CURSOR,
        }
    }
}

/// A call's place in the tree of its queue. Opaque; [`Default`] makes an empty one.
///
/// Apart from the calls and small, because finding out a place looks at many of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlaceSlot {
    links: Links,
    /// Calls to its left.
    before: u32,
}

/// The table of calls, and beside it that of their places.
pub(crate) struct Calls<'a> {
    slots: Slab<'a, Call>,
    places: Storage<'a, PlaceSlot>,
}

impl<'a> Calls<'a> {
    pub(crate) fn new(slots: Slab<'a, Call>, places: Storage<'a, PlaceSlot>) -> Self {
        Self { slots, places }
    }

    /// Takes a slot; `None` when all are in use.
    pub(crate) fn insert(&mut self, call: Call) -> Option<u32> {
        let index = self.slots.insert(call)?;
        self.places[index as usize] = PlaceSlot::default();
        Some(index)
    }

    pub(crate) fn put(&self, sink: &mut dyn Sink) {
        self.slots.put(sink);
        for call in 0..self.slots.used() {
            if self.slots.is_live(call) {
                self.places[call as usize].put(sink);
            }
        }
    }

    pub(crate) fn get(&mut self, source: &mut Source<'_>) {
        self.slots.get(source);
        for call in 0..self.slots.used() {
            if self.slots.is_live(call) {
                self.places[call as usize] = Plain::get(source);
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
        self[index].key
    }

    fn links(&self, index: u32) -> &Links {
        &self[index].in_line
    }

    fn links_mut(&mut self, index: u32) -> &mut Links {
        &mut self[index].in_line
    }

    const COUNTS: bool = false;

    fn left(&self, _: u32) -> u32 {
        0
    }

    fn set_left(&mut self, _: u32, _: u32) {}
}

impl Arena<ByQueue> for Calls<'_> {
    type Key = CallKey;

    fn key(&self, index: u32) -> CallKey {
        self[index].key
    }

    fn links(&self, index: u32) -> &Links {
        &self.places[index as usize].links
    }

    fn links_mut(&mut self, index: u32) -> &mut Links {
        &mut self.places[index as usize].links
    }

    const COUNTS: bool = true;

    fn left(&self, index: u32) -> u32 {
        self.places[index as usize].before
    }

    fn set_left(&mut self, index: u32, count: u32) {
        self.places[index as usize].before = count;
    }
}

/// What a leg is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LegState {
    /// The agent's phone rings: a live offer.
    #[default]
    Ringing,
    /// Caller and agent talk.
    Connected,
    /// The call has ended, the agent's paperwork has not.
    WrapUp,
    /// As `WrapUp`, but it keeps the agent from the calls of that queue only.
    Rest,
    /// A missed offer, remembered so that this agent is not offered this call again too soon.
    Remembered,
}

/// What ties a call to an agent, in its slot: an offer and what becomes of it.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    pub(crate) state: LegState,
    pub(crate) call: u32,
    pub(crate) agent: u32,
    /// The agent's generation: a remembered offer can outlive the agent.
    pub(crate) generation: u32,
    pub(crate) member: u32,
    pub(crate) queue: u32,
    pub(crate) medium: Medium,
    /// When the present state began, and when it ends by itself.
    pub(crate) since: Time,
    pub(crate) until: Time,
    pub(crate) by_call: u32,
    pub(crate) by_agent: u32,
}

impl Default for Leg {
    fn default() -> Self {
        Self {
            state: LegState::Ringing,
            call: NIL,
            agent: NIL,
            generation: 0,
            member: NIL,
            queue: NIL,
            medium: Medium::Voice,
            since: Time::ZERO,
            until: Time::MAX,
            by_call: NIL,
            by_agent: NIL,
        }
    }
}

plain!(struct Call { key, in_line, queue, line, state, dirty, next_dirty, legs, ringing, joined_empty, ring_more, step, hops, tier, priority, preferred, next_sought, alone, alone_until, tag, caller, caller_known, arrived, joined, since, credit_ms, leave_at, announce_at, retry_at, cursor });
plain!(struct PlaceSlot { links, before });
plain!(struct Leg { state, call, agent, generation, member, queue, medium, since, until, by_call, by_agent });
plain!(enum CallState { 0 Waiting, 1 Ringing, 2 Connected });
plain!(enum LegState { 0 Ringing, 1 Connected, 2 WrapUp, 3 Remembered, 4 Rest });
plain!(struct CallConfig { tag, queue, priority, class, preferred_agent, preferred_wait_ms, credit_ms, position, penalty_min, penalty_max, caller, max_wait_ms });
