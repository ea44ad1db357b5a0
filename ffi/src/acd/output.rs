//! # Routing: what the engine says
//!
//! `tl_acd_poll` gives one output at a time, in the order in which they came about. Handles in it
//! may be stale by the time it is read; the tags say who was meant.

use acd_core::{
    AgentState, EndedBy, LeaveReason, OfferEnd, Output, RefuseReason, RejectCause, Time,
};

use super::explain::chosen;
use crate::values::{TL_NONE, set32, set64, tl_time};

/// What an output is about, and which fields of `tl_acd_output` it fills in besides `kind` and
/// `at`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_output_kind {
    /// A kind newer than this header: skip it.
    TL_ACD_UNKNOWN = 0,
    /// A call waits: call, call_tag, queue, position, estimate_ms. The call's handle from now on.
    TL_ACD_JOINED = 1,
    /// A call was not let in: call_tag, queue, reason (`tl_acd_refuse`). There is no handle.
    TL_ACD_REFUSED = 2,
    /// Ring this agent's phone for this call: offer, call, agent, both tags, queue, until.
    TL_ACD_OFFER = 3,
    /// An offer is over; unless it was accepted the phone must not ring any more: offer, call,
    /// agent, both tags, reason (`tl_acd_offer_end`), detail (`tl_acd_cause` of a rejected one),
    /// rang_ms.
    TL_ACD_OFFER_ENDED = 4,
    /// Connect the call with the agent: call, agent, offer, both tags, queue, waited_ms.
    TL_ACD_CONNECTED = 5,
    /// Time to tell the caller its place: call, call_tag, position, estimate_ms.
    TL_ACD_ANNOUNCE = 6,
    /// A call is no longer waiting and no agent has it: call (stale), call_tag, queue, reason
    /// (`tl_acd_leave`), detail (the key of an exit), position, waited_ms.
    TL_ACD_LEFT = 7,
    /// A conversation is over: call (stale), agent, both tags, queue, reason (`tl_acd_ended_by`),
    /// waited_ms, talked_ms.
    TL_ACD_COMPLETED = 8,
    /// An agent's state has changed: agent, agent_tag, reason (`tl_acd_agent_state`), detail (the
    /// reason of not ready).
    TL_ACD_AGENT_CHANGED = 9,
    /// A call waits in another queue now: call, call_tag, from_queue, queue, position.
    TL_ACD_MOVED = 10,
    /// Why the offer just made was made, when `tl_acd_set_choices` asked for it: offer, call, agent,
    /// reason (`tl_acd_agent_reason`), detail (`tl_acd_call_reason`), next_agent and next_call (who
    /// would have been otherwise), free, waiting.
    TL_ACD_CHOSEN = 11,
    /// A waiting call has another priority, by `tl_acd_set_priority`: call, call_tag, queue,
    /// from_priority, priority, position. Aging alone is no change.
    TL_ACD_PRIORITY_CHANGED = 12,
    /// An agent is paused in one of its queues, or no longer, by `tl_acd_set_pause`: agent,
    /// agent_tag, queue, reason (your own, of the pause; `TL_NONE32`: it is paused no longer), detail
    /// (the reason before; `TL_NONE32`: it was not paused).
    TL_ACD_PAUSE_CHANGED = 13,
}

/// Why a call was not let in.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_refuse {
    /// The queue holds its `max_waiting`.
    TL_ACD_REFUSED_FULL = 1,
    /// The queue's `join_empty` rule holds.
    TL_ACD_REFUSED_EMPTY = 2,
}

/// Why a call left without having been answered.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_leave {
    /// It waited as long as it may.
    TL_ACD_LEFT_TIMEOUT = 1,
    /// The caller hung up.
    TL_ACD_LEFT_ABANDONED = 2,
    /// `tl_acd_exit`; the key is in `detail`.
    TL_ACD_LEFT_EXIT = 3,
    /// The queue's `leave_empty` rule holds.
    TL_ACD_LEFT_EMPTY = 4,
    /// It waited as long as it may; the queue's `overflow_target` is in `detail`.
    TL_ACD_LEFT_OVERFLOW = 5,
}

/// How an offer ended. Every offer ends exactly once.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_offer_end {
    /// The agent has the call.
    TL_ACD_OFFER_ACCEPTED = 1,
    /// The phone turned it down; the `tl_acd_cause` is in `detail`.
    TL_ACD_OFFER_REJECTED = 2,
    /// Nobody answered in time: stop the phone.
    TL_ACD_OFFER_TIMED_OUT = 3,
    /// The call went away: stop the phone.
    TL_ACD_OFFER_CANCELLED = 4,
    /// Another agent was faster: stop the phone.
    TL_ACD_OFFER_LOST = 5,
    /// The agent logged out or left the queue: stop the phone.
    TL_ACD_OFFER_AGENT_GONE = 6,
}

/// Why an agent's phone turned a call down.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_cause {
    /// The phone was busy.
    TL_ACD_CAUSE_BUSY = 1,
    /// The agent declined.
    TL_ACD_CAUSE_DECLINED = 2,
    /// The phone is not registered or does not answer signalling.
    TL_ACD_CAUSE_UNREACHABLE = 3,
    /// Setting up the call failed some other way.
    TL_ACD_CAUSE_FAILED = 4,
}

/// Who ended a conversation.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_ended_by {
    /// The caller hung up.
    TL_ACD_BY_CALLER = 1,
    /// The agent hung up.
    TL_ACD_BY_AGENT = 2,
    /// The agent passed the call on.
    TL_ACD_BY_TRANSFER = 3,
}

/// What an agent is.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_agent_state {
    /// Away.
    TL_ACD_LOGGED_OUT = 1,
    /// Ready for a call.
    TL_ACD_AVAILABLE = 2,
    /// At work, but not taking calls; the reason is in `detail`.
    TL_ACD_NOT_READY = 3,
    /// A call is being offered.
    TL_ACD_RINGING = 4,
    /// Handling a call, or several chats.
    TL_ACD_TALKING = 5,
    /// Doing the paperwork of the last call.
    TL_ACD_WRAP_UP = 6,
}

/// One thing to do or to know. A handle that the kind does not fill in is `TL_NONE`, any other
/// such field 0.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_output {
    /// A `tl_acd_output_kind`.
    pub kind: u32,
    /// A value of the enum that the kind names.
    pub reason: u32,
    /// More about the reason, where the kind says so.
    pub detail: u32,
    /// The call's place in the queue, 1 for the first.
    pub position: u32,
    /// When it came about.
    pub at: tl_time,
    /// The call.
    pub call: u64,
    /// The agent.
    pub agent: u64,
    /// The offer.
    pub offer: u64,
    /// The queue.
    pub queue: u64,
    /// The queue it came from.
    pub from_queue: u64,
    /// The call's tag.
    pub call_tag: u64,
    /// The agent's tag.
    pub agent_tag: u64,
    /// When an offer times out.
    pub until: tl_time,
    /// How long the call waited, ringing included.
    pub waited_ms: u64,
    /// How long they talked.
    pub talked_ms: u64,
    /// How long the phone rang.
    pub rang_ms: u64,
    /// How much longer the call may have to wait; `TL_NONE` when nothing is known.
    pub estimate_ms: u64,
    /// The agent who would have had the call otherwise.
    pub next_agent: u64,
    /// The call the agent would have had otherwise.
    pub next_call: u64,
    /// Members of the queue who were free, this one included.
    pub free: u32,
    /// Calls in the queue, this one included.
    pub waiting: u32,
    /// The call's priority.
    pub priority: i32,
    /// The call's priority before.
    pub from_priority: i32,
    /// For later versions; 0.
    pub reserved: u64,
}

const EMPTY: tl_acd_output = tl_acd_output {
    kind: 0,
    reason: 0,
    detail: 0,
    position: 0,
    at: 0,
    call: TL_NONE,
    agent: TL_NONE,
    offer: TL_NONE,
    queue: TL_NONE,
    from_queue: TL_NONE,
    call_tag: 0,
    agent_tag: 0,
    until: 0,
    waited_ms: 0,
    talked_ms: 0,
    rang_ms: 0,
    estimate_ms: 0,
    next_agent: TL_NONE,
    next_call: TL_NONE,
    free: 0,
    waiting: 0,
    priority: 0,
    from_priority: 0,
    reserved: 0,
};

pub(super) fn reject_cause(cause: RejectCause) -> u32 {
    let cause = match cause {
        RejectCause::Busy => tl_acd_cause::TL_ACD_CAUSE_BUSY,
        RejectCause::Declined => tl_acd_cause::TL_ACD_CAUSE_DECLINED,
        RejectCause::Unreachable => tl_acd_cause::TL_ACD_CAUSE_UNREACHABLE,
        _ => tl_acd_cause::TL_ACD_CAUSE_FAILED,
    };
    cause as u32
}

pub(super) fn ended_by(by: EndedBy) -> u32 {
    match by {
        EndedBy::Caller => tl_acd_ended_by::TL_ACD_BY_CALLER as u32,
        EndedBy::Agent => tl_acd_ended_by::TL_ACD_BY_AGENT as u32,
        EndedBy::Transfer => tl_acd_ended_by::TL_ACD_BY_TRANSFER as u32,
        _ => 0,
    }
}

/// The state, and the reason of not ready.
pub(super) fn agent_state(state: AgentState) -> (u32, u32) {
    use tl_acd_agent_state as S;
    let (state, reason) = match state {
        AgentState::LoggedOut => (S::TL_ACD_LOGGED_OUT, 0),
        AgentState::Available => (S::TL_ACD_AVAILABLE, 0),
        AgentState::NotReady(reason) => (S::TL_ACD_NOT_READY, reason.into()),
        AgentState::Ringing => (S::TL_ACD_RINGING, 0),
        AgentState::Talking => (S::TL_ACD_TALKING, 0),
        AgentState::WrapUp => (S::TL_ACD_WRAP_UP, 0),
    };
    (state as u32, reason)
}

fn offer_end(end: OfferEnd) -> (u32, u32) {
    use tl_acd_offer_end as E;
    let (end, detail) = match end {
        OfferEnd::Accepted => (E::TL_ACD_OFFER_ACCEPTED, 0),
        OfferEnd::Rejected(why) => (E::TL_ACD_OFFER_REJECTED, reject_cause(why)),
        OfferEnd::TimedOut => (E::TL_ACD_OFFER_TIMED_OUT, 0),
        OfferEnd::Cancelled => (E::TL_ACD_OFFER_CANCELLED, 0),
        OfferEnd::Lost => (E::TL_ACD_OFFER_LOST, 0),
        OfferEnd::AgentGone => (E::TL_ACD_OFFER_AGENT_GONE, 0),
        _ => return (0, 0),
    };
    (end as u32, detail)
}

pub(super) fn leave(reason: LeaveReason) -> (u32, u32) {
    use tl_acd_leave as L;
    let (reason, detail) = match reason {
        LeaveReason::Timeout => (L::TL_ACD_LEFT_TIMEOUT, 0),
        LeaveReason::Abandoned => (L::TL_ACD_LEFT_ABANDONED, 0),
        LeaveReason::ExitKey(key) => (L::TL_ACD_LEFT_EXIT, key.into()),
        LeaveReason::Overflow(target) => (L::TL_ACD_LEFT_OVERFLOW, target.into()),
        LeaveReason::LeaveEmpty => (L::TL_ACD_LEFT_EMPTY, 0),
        _ => return (0, 0),
    };
    (reason as u32, detail)
}

fn refuse(reason: RefuseReason) -> u32 {
    match reason {
        RefuseReason::Full => tl_acd_refuse::TL_ACD_REFUSED_FULL as u32,
        RefuseReason::JoinEmpty => tl_acd_refuse::TL_ACD_REFUSED_EMPTY as u32,
        _ => 0,
    }
}

impl tl_acd_output {
    pub(super) fn new(at: Time, output: Output) -> Self {
        use tl_acd_output_kind as K;
        let (kind, this) = Self::filled(output);
        debug_assert!(kind as u32 != K::TL_ACD_UNKNOWN as u32);
        Self { kind: kind as u32, at: at.ms(), ..this }
    }

    fn filled(output: Output) -> (tl_acd_output_kind, Self) {
        use tl_acd_output_kind as K;
        match output {
            Output::Joined { call, tag, queue, position, estimate_ms, .. } => (
                K::TL_ACD_JOINED,
                Self {
                    call: call.raw(),
                    call_tag: tag,
                    queue: queue.raw(),
                    position,
                    estimate_ms: set64(estimate_ms),
                    ..EMPTY
                },
            ),
            Output::Refused { tag, queue, reason, .. } => (
                K::TL_ACD_REFUSED,
                Self { call_tag: tag, queue: queue.raw(), reason: refuse(reason), ..EMPTY },
            ),
            Output::Offer { offer, call, agent, call_tag, agent_tag, queue, ring_until } => (
                K::TL_ACD_OFFER,
                Self {
                    offer: offer.raw(),
                    call: call.raw(),
                    agent: agent.raw(),
                    call_tag,
                    agent_tag,
                    queue: queue.raw(),
                    until: ring_until.ms(),
                    ..EMPTY
                },
            ),
            Output::OfferEnded { offer, call, agent, call_tag, agent_tag, end, rang_ms } => {
                let (reason, detail) = offer_end(end);
                let this = Self {
                    offer: offer.raw(),
                    call: call.raw(),
                    agent: agent.raw(),
                    call_tag,
                    agent_tag,
                    reason,
                    detail,
                    rang_ms,
                    ..EMPTY
                };
                (K::TL_ACD_OFFER_ENDED, this)
            }
            Output::Connected { call, agent, offer, call_tag, agent_tag, queue, waited_ms } => (
                K::TL_ACD_CONNECTED,
                Self {
                    call: call.raw(),
                    agent: agent.raw(),
                    offer: offer.raw(),
                    call_tag,
                    agent_tag,
                    queue: queue.raw(),
                    waited_ms,
                    ..EMPTY
                },
            ),
            Output::Announce { call, call_tag, position, estimate_ms } => (
                K::TL_ACD_ANNOUNCE,
                Self {
                    call: call.raw(),
                    call_tag,
                    position,
                    estimate_ms: set64(estimate_ms),
                    ..EMPTY
                },
            ),
            Output::Left { call, call_tag, queue, reason, position, waited_ms } => {
                let (reason, detail) = leave(reason);
                let this = Self {
                    call: call.raw(),
                    call_tag,
                    queue: queue.raw(),
                    reason,
                    detail,
                    position,
                    waited_ms,
                    ..EMPTY
                };
                (K::TL_ACD_LEFT, this)
            }
            Output::Completed {
                call,
                agent,
                call_tag,
                agent_tag,
                queue,
                by,
                waited_ms,
                talked_ms,
            } => (
                K::TL_ACD_COMPLETED,
                Self {
                    call: call.raw(),
                    agent: agent.raw(),
                    call_tag,
                    agent_tag,
                    queue: queue.raw(),
                    reason: ended_by(by),
                    waited_ms,
                    talked_ms,
                    ..EMPTY
                },
            ),
            Output::AgentChanged { agent, agent_tag, state } => {
                let (reason, detail) = agent_state(state);
                let this = Self { agent: agent.raw(), agent_tag, reason, detail, ..EMPTY };
                (K::TL_ACD_AGENT_CHANGED, this)
            }
            Output::Moved { call, call_tag, from, to, position, .. } => (
                K::TL_ACD_MOVED,
                Self {
                    call: call.raw(),
                    call_tag,
                    from_queue: from.raw(),
                    queue: to.raw(),
                    position,
                    ..EMPTY
                },
            ),
            Output::PriorityChanged { call, call_tag, queue, from, to, position, .. } => (
                K::TL_ACD_PRIORITY_CHANGED,
                Self {
                    call: call.raw(),
                    call_tag,
                    queue: queue.raw(),
                    from_priority: from,
                    priority: to,
                    position,
                    ..EMPTY
                },
            ),
            Output::PauseChanged { agent, agent_tag, queue, from, to } => {
                let [detail, reason] = [from, to].map(|reason| set32(reason.map(u32::from)));
                let (agent, queue) = (agent.raw(), queue.raw());
                let this = Self { agent, agent_tag, queue, reason, detail, ..EMPTY };
                (K::TL_ACD_PAUSE_CHANGED, this)
            }
            Output::Chosen { offer, choice } => {
                let (reason, detail, [next_agent, next_call]) = chosen(&choice);
                let this = Self {
                    offer: offer.raw(),
                    call: choice.call.raw(),
                    agent: choice.agent.raw(),
                    reason,
                    detail,
                    next_agent,
                    next_call,
                    free: choice.free,
                    waiting: choice.waiting,
                    ..EMPTY
                };
                (K::TL_ACD_CHOSEN, this)
            }
            _ => (K::TL_ACD_UNKNOWN, EMPTY),
        }
    }
}
