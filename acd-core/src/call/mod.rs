//! Calls: how they come in, and what is kept of each.

mod detail;

pub(crate) use detail::{CallDetail, Whole, WholeMut};

use crate::penalty::PenaltyRaise;
use crate::plain::{Plain, Sink, Source, plain};
use crate::slab::NIL;
use crate::time::{Span, Time};
use crate::{AgentId, ClassId, QueueId, RuleId};

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
    /// Counts as having waited for so long already, in ms, 2^40 (34 years) at most: a callback that
    /// keeps its place, a caller cut off and back. Moves the place in the order, not the reported
    /// wait.
    pub credit_ms: u64,
    /// Wants this place in the queue, 1 for the first; higher priorities stay ahead.
    pub position: Option<u32>,
    /// Only members of at least this penalty. Above `penalty_max` it keeps the call from everybody,
    /// until a step of relaxation brings it into the window. Default: 0.
    pub penalty_min: u32,
    /// Only members of at most this penalty. Default: no bound.
    pub penalty_max: u32,
    /// Lower penalties count as a higher one. Default: as they are.
    pub penalty_raise: PenaltyRaise,
    /// It relaxes by this rule, in whatever queue it waits. Default: by the steps of its queue.
    pub rule: Option<RuleId>,
    /// Who calls, by any number of the embedder's, for callers who give up and come back.
    pub caller: Option<u64>,
    /// Leaves after so long, in ms, instead of the queue's longest wait; from 2^40 ms (34 years) on
    /// never.
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
            penalty_raise: PenaltyRaise { to: 0, within: false },
            rule: None,
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

/// What is known of a call by a bit.
#[derive(Clone, Copy, Debug, Default)]
struct Marks(u8);

impl Marks {
    /// It joined its queue while that was empty of agents.
    const JOINED_EMPTY: u8 = 1;
    /// The next phone is due to join in.
    const RING_MORE: u8 = 1 << 1;
    /// Its priority moved its arrival in the order instead of deciding before it.
    const AGED: u8 = 1 << 2;
    /// Who calls is known.
    const CALLER: u8 = 1 << 3;
    /// What the cursor says, if anything: where to go on round a tier, or down the tiers.
    const ROUND: u8 = 1 << 4;
    const DOWN: u8 = 1 << 5;
    /// It asks for an agent.
    const PREFERS: u8 = 1 << 6;
    /// It has a [`CallDetail`].
    const DETAILED: u8 = 1 << 7;

    fn has(self, mark: u8) -> bool {
        self.0 & mark != 0
    }

    fn set(&mut self, mark: u8, on: bool) {
        self.0 = if on { self.0 | mark } else { self.0 & !mark };
    }
}

/// What every event looks at of a call, in its slot: with the slot's head a line of the cache. There
/// can be a million of them: what follows from something else is not kept, and instants are kept as
/// [`Span`]s from when it arrived or joined.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Call {
    /// Order in the queue after the priority: effective arrival, running number.
    effective: u64,
    number: u64,
    pub(crate) tag: u64,
    pub(crate) arrived: Time,
    pub(crate) line: u32,
    priority: i32,
    /// Legs of this call: ringing, remembered, or the one connected.
    pub(crate) legs: u32,
    /// Steps of relaxation it has taken.
    pub(crate) step: u16,
    pub(crate) ringing: u16,
    /// Of a call with details from its arrival until it joined the queue it is in; of one without,
    /// which joined as it arrived, from then until it leaves by itself.
    span: Span,
    /// Levels that have opened for it by waiting.
    pub(crate) tier: u8,
    pub(crate) state: CallState,
    marks: Marks,
}

impl Default for Call {
    fn default() -> Self {
        Self::arriving(Time::ZERO)
    }
}

impl Call {
    /// A call that arrives now, in no line yet.
    pub(crate) fn arriving(now: Time) -> Self {
        Self {
            effective: 0,
            number: 0,
            tag: 0,
            arrived: now,
            line: NIL,
            priority: 0,
            legs: NIL,
            step: 0,
            ringing: 0,
            span: Span::EVER,
            tier: 0,
            state: CallState::Waiting,
            marks: Marks::default(),
        }
    }

    /// Order in the queue.
    pub(crate) fn key(&self) -> CallKey {
        let priority = if self.marks.has(Marks::AGED) { 0 } else { self.priority };
        (level(priority), self.effective, self.number)
    }

    pub(crate) fn priority(&self) -> i32 {
        self.priority
    }

    /// A new priority, and the order that follows from it.
    pub(crate) fn set_order(&mut self, priority: i32, key: CallKey) {
        self.priority = priority;
        self.marks.set(Marks::AGED, key.0 != level(priority));
        (self.effective, self.number) = (key.1, key.2);
    }

    /// When it joined the queue it is in now.
    pub(crate) fn joined(&self) -> Time {
        if self.is_detailed() { self.arrived.plus(self.span.ms()) } else { self.arrived }
    }

    /// Whether it has a [`CallDetail`].
    pub(crate) fn is_detailed(&self) -> bool {
        self.marks.has(Marks::DETAILED)
    }

    pub(crate) fn joined_empty(&self) -> bool {
        self.marks.has(Marks::JOINED_EMPTY)
    }

    pub(crate) fn set_joined_empty(&mut self, empty: bool) {
        self.marks.set(Marks::JOINED_EMPTY, empty);
    }

    pub(crate) fn set_ring_more(&mut self, more: bool) {
        self.marks.set(Marks::RING_MORE, more);
    }

    /// Whether the next phone was due; it is not any more.
    pub(crate) fn take_ring_more(&mut self) -> bool {
        let more = self.marks.has(Marks::RING_MORE);
        self.marks.set(Marks::RING_MORE, false);
        more
    }

    pub(crate) fn caller_known(&self) -> bool {
        self.marks.has(Marks::CALLER)
    }

    pub(crate) fn set_caller_known(&mut self, known: bool) {
        self.marks.set(Marks::CALLER, known);
    }

    /// Whether it asks for an agent.
    pub(crate) fn prefers(&self) -> bool {
        self.marks.has(Marks::PREFERS)
    }
}

/// The first word of the order: smaller for higher priorities.
pub(crate) fn level(priority: i32) -> u64 {
    (i64::from(i32::MAX) - i64::from(priority)) as u64
}

plain!(struct Call { effective, number, tag, arrived, line, priority, legs, step, ringing, span, tier, state, marks });

impl Plain for Marks {
    fn put(&self, sink: &mut dyn Sink) {
        self.0.put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        Self(u8::get(source))
    }
}

plain!(enum CallState { 0 Waiting, 1 Ringing, 2 Connected });
plain!(struct CallConfig { tag, queue, priority, class, preferred_agent, preferred_wait_ms, credit_ms, position, penalty_min, penalty_max, penalty_raise, rule, caller, max_wait_ms });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_comes_back() {
        let mut call = Call::arriving(Time(5_000));
        for (priority, key) in [
            (i32::MIN, (level(i32::MIN), 1, 2)),
            (i32::MAX, (level(i32::MAX), u64::MAX, 3)),
            // With aging every priority stands on the level of 0.
            (7, (level(0), 4, u64::MAX)),
            (0, (level(0), 5, 6)),
            (-7, (level(-7), 7, 8)),
        ] {
            call.set_order(priority, key);
            assert_eq!((call.priority(), call.key()), (priority, key));
        }
    }
}
