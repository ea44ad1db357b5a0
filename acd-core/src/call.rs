//! Calls, and the legs that tie them to agents.

use crate::plain::plain;
use crate::queue::Cursor;
use crate::slab::{NIL, Slab};
use crate::time::Time;
use crate::tree::{Arena, Node};
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

/// A call in its slot.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub(crate) tag: u64,
    pub(crate) queue: u32,
    pub(crate) line: u32,
    pub(crate) state: CallState,
    pub(crate) priority: i32,
    /// Order in the queue: priority, effective arrival, running number.
    pub(crate) key: CallKey,
    pub(crate) node: Node,
    /// When it arrived, and when it joined the queue it is in now.
    pub(crate) arrived: Time,
    pub(crate) joined: Time,
    /// From when its age counts in the order.
    pub(crate) since: Time,
    pub(crate) caller: Option<u64>,
    /// Steps of relaxation it has taken, and when the next is due.
    pub(crate) step: u16,
    pub(crate) hops: u8,
    pub(crate) relax_at: Time,
    pub(crate) credit_ms: u64,
    /// The agent it waits for alone until `alone_until`.
    pub(crate) preferred: Option<AgentId>,
    pub(crate) alone_until: Time,
    pub(crate) next_sought: u32,
    pub(crate) leave_at: Time,
    pub(crate) announce_at: Time,
    /// Some remembered offer stops counting, or the next phone joins in.
    pub(crate) retry_at: Time,
    /// Legs of this call: ringing, remembered, or the one connected.
    pub(crate) legs: u32,
    pub(crate) ringing: u16,
    /// Linear strategies: the member tried last.
    pub(crate) cursor: Option<Cursor>,
    pub(crate) dirty: bool,
    pub(crate) next_dirty: u32,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            tag: 0,
            queue: NIL,
            line: NIL,
            state: CallState::Waiting,
            priority: 0,
            key: (0, 0, 0),
            node: Node::default(),
            arrived: Time::ZERO,
            joined: Time::ZERO,
            since: Time::ZERO,
            caller: None,
            step: 0,
            hops: 0,
            relax_at: Time::MAX,
            credit_ms: 0,
            preferred: None,
            alone_until: Time::ZERO,
            next_sought: NIL,
            leave_at: Time::MAX,
            announce_at: Time::MAX,
            retry_at: Time::MAX,
            legs: NIL,
            ringing: 0,
            cursor: None,
            dirty: false,
            next_dirty: NIL,
        }
    }
}

impl Arena for Slab<'_, Call> {
    type Key = CallKey;

    fn key(&self, index: u32) -> Self::Key {
        self[index].key
    }

    fn node(&self, index: u32) -> &Node {
        &self[index].node
    }

    fn node_mut(&mut self, index: u32) -> &mut Node {
        &mut self[index].node
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

plain!(struct Call { tag, queue, line, state, priority, key, node, arrived, joined, since, caller, step, hops, relax_at, credit_ms, preferred, alone_until, next_sought, leave_at, announce_at, retry_at, legs, ringing, cursor, dirty, next_dirty });
plain!(struct Leg { state, call, agent, generation, member, queue, medium, since, until, by_call, by_agent });
plain!(enum CallState { 0 Waiting, 1 Ringing, 2 Connected });
plain!(enum LegState { 0 Ringing, 1 Connected, 2 WrapUp, 3 Remembered });
