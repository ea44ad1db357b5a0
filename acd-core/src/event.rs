//! What the engine is told, and what it tells.

use crate::agent::{AgentRequest, AgentState};
use crate::call::CallConfig;
use crate::choice::Choice;
use crate::id::{AgentId, CallId, OfferId, QueueId, RuleId};
use crate::penalty::PenaltyRaise;
use crate::plain::plain;
use crate::skill::ClassId;

/// Why an agent's phone turned a call down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectCause {
    /// The phone was busy.
    Busy,
    /// The agent declined.
    Declined,
    /// The phone is not registered or does not answer signalling.
    Unreachable,
    /// Setting up the call failed some other way.
    #[default]
    Failed,
}

/// Who ended a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndedBy {
    /// The caller hung up.
    #[default]
    Caller,
    /// The agent hung up.
    Agent,
    /// The agent passed the call on.
    Transfer,
}

/// One thing that happened outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// Nothing but time. Due whenever [`Engine::deadline`](crate::Engine::deadline) has come.
    #[default]
    Tick,
    /// A call asks to join a queue.
    Arrive(CallConfig),
    /// The caller hung up: waiting, it has abandoned; talking, the call is completed by it.
    Hangup {
        /// Whose caller.
        call: CallId,
    },
    /// The call leaves the queue by a key or by the flow's choice, to be served elsewhere.
    Exit {
        /// Which call.
        call: CallId,
        /// The key pressed, or any code; comes back in [`LeaveReason::ExitKey`].
        key: u8,
    },
    /// The call goes to another queue; its age counts there, or it starts anew at the end.
    Move {
        /// Which call.
        call: CallId,
        /// Where to.
        queue: QueueId,
        /// Whether the time it has waited so far counts in the order there.
        keep_age: bool,
    },
    /// The call's priority changes; its arrival and its wait stay.
    SetPriority {
        /// Which call.
        call: CallId,
        /// The new priority.
        priority: i32,
    },
    /// Which members a waiting call may go to by their penalties changes, until its next step of
    /// relaxation says otherwise; to none, where `min` is above `max`, or what is raised to is. A phone
    /// that rings goes on ringing.
    SetPenalties {
        /// Which call.
        call: CallId,
        /// Only members of at least this penalty.
        min: u32,
        /// Only members of at most this penalty.
        max: u32,
        /// Lower penalties count as a higher one.
        raise: PenaltyRaise,
    },
    /// A waiting call relaxes by another rule: it takes the steps of it whose time has come, at
    /// once, and the others when theirs comes. What it asks for by the steps it took stays till then.
    SetRule {
        /// Which call.
        call: CallId,
        /// By which rule; `None`: by the steps of its queue.
        rule: Option<RuleId>,
    },
    /// The agent's phone answered.
    Accept {
        /// Which offer.
        offer: OfferId,
    },
    /// The agent's phone will not take the call.
    Reject {
        /// Which offer.
        offer: OfferId,
        /// Why.
        cause: RejectCause,
    },
    /// The conversation is over.
    Complete {
        /// Which call.
        call: CallId,
        /// Who ended it.
        by: EndedBy,
    },
    /// The agent wants another state. While it handles a call the request is kept and holds
    /// after it; logging out ends its offers at once.
    AgentState {
        /// Which agent.
        agent: AgentId,
        /// What it wants to be.
        state: AgentRequest,
    },
    /// The agent has finished its paperwork early.
    EndWrapUp {
        /// Which agent.
        agent: AgentId,
    },
    /// The agent pauses in one of its queues, or no longer: it stays a member, and what it is for
    /// its other queues. A phone that rings goes on ringing.
    SetPause {
        /// Which agent.
        agent: AgentId,
        /// In which queue.
        queue: QueueId,
        /// For this reason of the embedder's list; `None` ends the pause.
        paused: Option<u16>,
    },
}

/// Why a call was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefuseReason {
    /// The queue holds its [`max_waiting`](crate::QueueConfig::max_waiting); or calls that were
    /// moved at the very instant of its arrival have taken the last of the engine's room.
    Full,
    /// The queue's [`join_empty`](crate::QueueConfig::join_empty) rule holds.
    JoinEmpty,
}

/// Why a call left without having been answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeaveReason {
    /// It waited as long as it may.
    #[default]
    Timeout,
    /// The caller hung up.
    Abandoned,
    /// [`Input::Exit`], with its key.
    ExitKey(u8),
    /// The queue's [`leave_empty`](crate::QueueConfig::leave_empty) rule holds.
    LeaveEmpty,
    /// It waited as long as it may, and goes to this target of the embedder's.
    Overflow(u16),
}

/// How an offer ended. Every offer ends exactly once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OfferEnd {
    /// The agent has the call.
    Accepted,
    /// The phone turned it down.
    Rejected(RejectCause),
    /// Nobody answered in time: stop the phone.
    TimedOut,
    /// The call went away: stop the phone.
    Cancelled,
    /// Another agent was faster: stop the phone.
    Lost,
    /// The agent logged out or left the queue: stop the phone.
    AgentGone,
}

/// One thing to do or to know outside. Handles in it may be stale by the time it is read; tags
/// say who was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// A call waits in a queue.
    Joined {
        /// The call's handle from now on.
        call: CallId,
        /// Its tag.
        tag: u64,
        /// Where it waits.
        queue: QueueId,
        /// What it asks for.
        class: ClassId,
        /// Its place, 1 for the first.
        position: u32,
        /// How long it may have to wait, in ms; `None` when nothing is known.
        estimate_ms: Option<u64>,
    },
    /// A call waits in another queue now.
    Moved {
        /// The call.
        call: CallId,
        /// Its tag.
        call_tag: u64,
        /// Where it waited.
        from: QueueId,
        /// Where it waits.
        to: QueueId,
        /// Its place there, 1 for the first.
        position: u32,
        /// Its place where it waited, when it left.
        left_position: u32,
        /// How long it had waited where it waited, in ms.
        waited_ms: u64,
        /// Whether it went by itself, having waited as long as it may; else it was told to.
        overflowed: bool,
    },
    /// A call was not let in; there is no handle for it.
    Refused {
        /// Its tag.
        tag: u64,
        /// Where it wanted to wait.
        queue: QueueId,
        /// What it asked for.
        class: ClassId,
        /// Why not.
        reason: RefuseReason,
    },
    /// A waiting call has another priority, by [`Input::SetPriority`]. Aging alone is no change.
    PriorityChanged {
        /// The call.
        call: CallId,
        /// Its tag.
        call_tag: u64,
        /// Where it waits.
        queue: QueueId,
        /// Its priority before.
        from: i32,
        /// Its priority from now on.
        to: i32,
        /// Its place now, 1 for the first.
        position: u32,
        /// Its place before.
        left_position: u32,
    },
    /// Ring this agent's phone for this call.
    Offer {
        /// The offer's handle, for [`Input::Accept`] and [`Input::Reject`].
        offer: OfferId,
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// The call's tag.
        call_tag: u64,
        /// The agent's tag.
        agent_tag: u64,
        /// The queue the call waits in.
        queue: QueueId,
        /// When the offer times out.
        ring_until: crate::Time,
    },
    /// Why the offer just made was made: this agent for this call, and this call for this agent.
    /// Only when [wanted](crate::Engine::set_choices).
    Chosen {
        /// The offer.
        offer: OfferId,
        /// Why.
        choice: Choice,
    },
    /// An offer is over; unless it was accepted, the phone must not ring any more.
    OfferEnded {
        /// The offer, stale from now on.
        offer: OfferId,
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// The call's tag.
        call_tag: u64,
        /// The agent's tag.
        agent_tag: u64,
        /// How.
        end: OfferEnd,
        /// How long it rang, in ms.
        rang_ms: u64,
    },
    /// Connect the call with the agent.
    Connected {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// The offer that was accepted.
        offer: OfferId,
        /// The call's tag.
        call_tag: u64,
        /// The agent's tag.
        agent_tag: u64,
        /// The queue it waited in.
        queue: QueueId,
        /// How long it waited, in ms, ringing included.
        waited_ms: u64,
    },
    /// Time to tell the caller its place and the estimated wait.
    Announce {
        /// The call.
        call: CallId,
        /// Its tag.
        call_tag: u64,
        /// Its place, 1 for the first.
        position: u32,
        /// How much longer it may have to wait, in ms; `None` when nothing is known.
        estimate_ms: Option<u64>,
    },
    /// A call is no longer waiting, and no agent has it. Its handle is stale.
    Left {
        /// The call.
        call: CallId,
        /// Its tag.
        call_tag: u64,
        /// Where it waited.
        queue: QueueId,
        /// Why it left.
        reason: LeaveReason,
        /// Its place when it left, 1 for the first.
        position: u32,
        /// How long it waited, in ms.
        waited_ms: u64,
    },
    /// A conversation is over. The call's handle is stale.
    Completed {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// The call's tag.
        call_tag: u64,
        /// The agent's tag.
        agent_tag: u64,
        /// The queue it waited in.
        queue: QueueId,
        /// Who ended it.
        by: EndedBy,
        /// How long the call had waited, in ms.
        waited_ms: u64,
        /// How long they talked, in ms.
        talked_ms: u64,
    },
    /// An agent's state is another than the one last told.
    AgentChanged {
        /// The agent.
        agent: AgentId,
        /// Its tag.
        agent_tag: u64,
        /// Its state.
        state: AgentState,
    },
    /// An agent is paused in one of its queues, or no longer, by [`Input::SetPause`].
    PauseChanged {
        /// The agent.
        agent: AgentId,
        /// Its tag.
        agent_tag: u64,
        /// The queue.
        queue: QueueId,
        /// The reason for which it was paused there; `None`: it was not.
        from: Option<u16>,
        /// The reason for which it is paused there now; `None`: it is not.
        to: Option<u16>,
    },
}

plain!(enum RejectCause { 0 Busy, 1 Declined, 2 Unreachable, 3 Failed });
plain!(enum LeaveReason { 0 Timeout, 1 Abandoned, 2 ExitKey(key), 3 LeaveEmpty, 4 Overflow(code) });
plain!(enum EndedBy { 0 Caller, 1 Agent, 2 Transfer });
plain!(enum Input {
    0 Tick, 1 Arrive(config), 2 Hangup { call }, 3 Exit { call, key },
    4 Move { call, queue, keep_age }, 5 SetPriority { call, priority }, 6 Accept { offer },
    7 Reject { offer, cause }, 8 Complete { call, by }, 9 AgentState { agent, state },
    10 EndWrapUp { agent }, 11 SetPause { agent, queue, paused },
    12 SetPenalties { call, min, max, raise }, 13 SetRule { call, rule },
});
