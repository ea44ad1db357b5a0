//! What the engine says, one class a kind.

use acd_core::{
    AgentId, AgentReason, AgentState, CallId, EndedBy, LeaveReason, OfferEnd, Output, RefuseReason,
    RejectCause, Time,
};
use pyo3::prelude::*;

use super::explain::REASONS;
use crate::words::{Words, record, word};

pub(super) const CAUSES: Words<RejectCause> = &[
    ("busy", RejectCause::Busy),
    ("declined", RejectCause::Declined),
    ("unreachable", RejectCause::Unreachable),
    ("failed", RejectCause::Failed),
];

pub(super) const ENDED_BY: Words<EndedBy> =
    &[("caller", EndedBy::Caller), ("agent", EndedBy::Agent), ("transfer", EndedBy::Transfer)];

const REFUSED: Words<RefuseReason> =
    &[("full", RefuseReason::Full), ("join_empty", RefuseReason::JoinEmpty)];

const LEFT: Words<LeaveReason> = &[
    ("timeout", LeaveReason::Timeout),
    ("abandoned", LeaveReason::Abandoned),
    ("leave_empty", LeaveReason::LeaveEmpty),
];

/// The word for why a call left; the key or target aside.
pub(super) fn leave_reason(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::ExitKey(_) => "exit_key",
        LeaveReason::Overflow(_) => "overflow",
        other => word(LEFT, other),
    }
}

const OFFER_ENDS: Words<OfferEnd> = &[
    ("accepted", OfferEnd::Accepted),
    ("timed_out", OfferEnd::TimedOut),
    ("cancelled", OfferEnd::Cancelled),
    ("lost", OfferEnd::Lost),
    ("agent_gone", OfferEnd::AgentGone),
];

const AGENT_REASONS: Words<AgentReason> = &[
    ("preferred", AgentReason::Preferred),
    ("alone", AgentReason::Alone),
    ("everybody", AgentReason::Everybody),
    ("penalty", AgentReason::Penalty),
    ("level", AgentReason::Level),
    ("skill", AgentReason::Skill),
    ("order", AgentReason::Order),
    ("turn", AgentReason::Turn),
    ("chance", AgentReason::Chance),
];

const STATES: Words<AgentState> = &[
    ("logged_out", AgentState::LoggedOut),
    ("available", AgentState::Available),
    ("ringing", AgentState::Ringing),
    ("talking", AgentState::Talking),
    ("wrap_up", AgentState::WrapUp),
];

/// The word for a state, and the reason of not ready.
pub(super) fn agent_state(state: AgentState) -> (&'static str, Option<u32>) {
    match state {
        AgentState::NotReady(reason) => ("not_ready", Some(reason.into())),
        other => (word(STATES, other), None),
    }
}

record! {
    /// A call waits in a queue; `call` is its handle from now on.
    "trunkline.acd" Joined {
        /// When, in ms.
        at: u64,
        /// The call.
        call: u64,
        /// Its tag.
        call_tag: u64,
        /// Where it waits.
        queue: u64,
        /// Its place, 1 for the first.
        position: u32,
        /// How long it may have to wait, in ms, when known.
        estimate_ms: Option<u64>,
    }
}

record! {
    /// A call was not let in; there is no handle for it.
    "trunkline.acd" Refused {
        /// When, in ms.
        at: u64,
        /// The call's tag.
        call_tag: u64,
        /// Where it wanted to wait.
        queue: u64,
        /// A `RefuseReason`.
        reason: &'static str,
    }
}

record! {
    /// Ring this agent's phone for this call.
    "trunkline.acd" Offer {
        /// When, in ms.
        at: u64,
        /// The offer, for `Engine.accept` and `Engine.reject`.
        offer: u64,
        /// The call.
        call: u64,
        /// The agent.
        agent: u64,
        /// The call's tag.
        call_tag: u64,
        /// The agent's tag.
        agent_tag: u64,
        /// The queue the call waits in.
        queue: u64,
        /// When the offer times out, in ms.
        ring_until: u64,
    }
}

record! {
    /// An offer is over; unless it was accepted, the phone must not ring any more.
    "trunkline.acd" OfferEnded {
        /// When, in ms.
        at: u64,
        /// The offer, stale from now on.
        offer: u64,
        /// The call.
        call: u64,
        /// The agent.
        agent: u64,
        /// The call's tag.
        call_tag: u64,
        /// The agent's tag.
        agent_tag: u64,
        /// An `OfferEnd`.
        end: &'static str,
        /// The `RejectCause` of a rejected offer.
        cause: Option<&'static str>,
        /// How long it rang, in ms.
        rang_ms: u64,
    }
}

record! {
    /// Connect the call with the agent.
    "trunkline.acd" Connected {
        /// When, in ms.
        at: u64,
        /// The call.
        call: u64,
        /// The agent.
        agent: u64,
        /// The offer that was accepted.
        offer: u64,
        /// The call's tag.
        call_tag: u64,
        /// The agent's tag.
        agent_tag: u64,
        /// The queue it waited in.
        queue: u64,
        /// How long it waited, in ms, ringing included.
        waited_ms: u64,
    }
}

record! {
    /// Time to tell the caller its place and the estimated wait.
    "trunkline.acd" Announce {
        /// When, in ms.
        at: u64,
        /// The call.
        call: u64,
        /// Its tag.
        call_tag: u64,
        /// Its place, 1 for the first.
        position: u32,
        /// How much longer it may have to wait, in ms, when known.
        estimate_ms: Option<u64>,
    }
}

record! {
    /// A call is no longer waiting, and no agent has it.
    "trunkline.acd" Left {
        /// When, in ms.
        at: u64,
        /// The call, stale from now on.
        call: u64,
        /// Its tag.
        call_tag: u64,
        /// Where it waited.
        queue: u64,
        /// A `LeaveReason`.
        reason: &'static str,
        /// The key of an exit.
        key: Option<u32>,
        /// The target of an overflow.
        target: Option<u32>,
        /// Its place when it left, 1 for the first.
        position: u32,
        /// How long it waited, in ms.
        waited_ms: u64,
    }
}

record! {
    /// A conversation is over.
    "trunkline.acd" Completed {
        /// When, in ms.
        at: u64,
        /// The call, stale from now on.
        call: u64,
        /// The agent.
        agent: u64,
        /// The call's tag.
        call_tag: u64,
        /// The agent's tag.
        agent_tag: u64,
        /// The queue it waited in.
        queue: u64,
        /// An `EndedBy`.
        by: &'static str,
        /// How long the call had waited, in ms.
        waited_ms: u64,
        /// How long they talked, in ms.
        talked_ms: u64,
    }
}

record! {
    /// An agent's state is another than the one last told.
    "trunkline.acd" AgentChanged {
        /// When, in ms.
        at: u64,
        /// The agent.
        agent: u64,
        /// Its tag.
        agent_tag: u64,
        /// An `AgentState`.
        state: &'static str,
        /// The reason of not ready.
        reason: Option<u32>,
    }
}

record! {
    /// Why the offer just made was made; only when `Engine.explain_offers` asked for it. Its parts
    /// can be checked by whoever knows who was free and who waited.
    "trunkline.acd" Chosen {
        /// When, in ms.
        at: u64,
        /// The offer.
        offer: u64,
        /// The call.
        call: u64,
        /// The agent.
        agent: u64,
        /// Why this agent: an `AgentReason`.
        agent_reason: &'static str,
        /// Why this call: a `CallReason`.
        call_reason: &'static str,
        /// The agent who would have had the call otherwise; None: there is no other.
        next_agent: Option<u64>,
        /// The call the agent would have had otherwise; None: there is no other.
        next_call: Option<u64>,
        /// Members of the queue who were free, this one included.
        free: u32,
        /// Calls in the queue, this one included.
        waiting: u32,
    }
}

record! {
    /// A waiting call has another priority, by `Engine.set_priority`. Aging alone is no change.
    "trunkline.acd" PriorityChanged {
        /// When, in ms.
        at: u64,
        /// The call.
        call: u64,
        /// Its tag.
        call_tag: u64,
        /// Where it waits.
        queue: u64,
        /// Its priority before.
        from_priority: i64,
        /// Its priority from now on.
        priority: i64,
        /// Its place now, 1 for the first.
        position: u32,
    }
}

record! {
    /// A call waits in another queue now.
    "trunkline.acd" Moved {
        /// When, in ms.
        at: u64,
        /// The call.
        call: u64,
        /// Its tag.
        call_tag: u64,
        /// Where it waited.
        from_queue: u64,
        /// Where it waits.
        queue: u64,
        /// Its place there, 1 for the first.
        position: u32,
    }
}

record! {
    /// An agent is paused in one of its queues, or no longer, by `Engine.set_pause`.
    "trunkline.acd" PauseChanged {
        /// When, in ms.
        at: u64,
        /// The agent.
        agent: u64,
        /// Its tag.
        agent_tag: u64,
        /// The queue.
        queue: u64,
        /// The reason for which it was paused there; None: it was not.
        from_paused: Option<u32>,
        /// The reason for which it is paused there now; None: it is not.
        paused: Option<u32>,
    }
}

/// A record as a Python object.
pub(super) fn object<'py, T>(py: Python<'py>, record: T) -> PyResult<Bound<'py, PyAny>>
where
    T: pyo3::PyClass + Into<PyClassInitializer<T>>,
{
    Ok(Bound::new(py, record)?.into_any())
}

/// The output as an object of its class; `None` for a kind newer than this package.
pub(super) fn output(
    py: Python<'_>,
    at: Time,
    output: Output,
) -> PyResult<Option<Bound<'_, PyAny>>> {
    let at = at.ms();
    match output {
        Output::Joined { call, tag, queue, position, estimate_ms, .. } => object(
            py,
            Joined {
                at,
                call: call.raw(),
                call_tag: tag,
                queue: queue.raw(),
                position,
                estimate_ms,
            },
        ),
        Output::Refused { tag, queue, reason, .. } => object(
            py,
            Refused { at, call_tag: tag, queue: queue.raw(), reason: word(REFUSED, reason) },
        ),
        Output::Offer { offer, call, agent, call_tag, agent_tag, queue, ring_until } => object(
            py,
            Offer {
                at,
                offer: offer.raw(),
                call: call.raw(),
                agent: agent.raw(),
                call_tag,
                agent_tag,
                queue: queue.raw(),
                ring_until: ring_until.ms(),
            },
        ),
        Output::OfferEnded { offer, call, agent, call_tag, agent_tag, end, rang_ms } => {
            let (end, cause) = match end {
                OfferEnd::Rejected(cause) => ("rejected", Some(word(CAUSES, cause))),
                other => (word(OFFER_ENDS, other), None),
            };
            object(
                py,
                OfferEnded {
                    at,
                    offer: offer.raw(),
                    call: call.raw(),
                    agent: agent.raw(),
                    call_tag,
                    agent_tag,
                    end,
                    cause,
                    rang_ms,
                },
            )
        }
        Output::Connected { call, agent, offer, call_tag, agent_tag, queue, waited_ms } => object(
            py,
            Connected {
                at,
                call: call.raw(),
                agent: agent.raw(),
                offer: offer.raw(),
                call_tag,
                agent_tag,
                queue: queue.raw(),
                waited_ms,
            },
        ),
        Output::Announce { call, call_tag, position, estimate_ms } => {
            object(py, Announce { at, call: call.raw(), call_tag, position, estimate_ms })
        }
        Output::Left { call, call_tag, queue, reason, position, waited_ms } => {
            let (key, target) = match reason {
                LeaveReason::ExitKey(key) => (Some(key.into()), None),
                LeaveReason::Overflow(target) => (None, Some(target.into())),
                _ => (None, None),
            };
            let reason = leave_reason(reason);
            object(
                py,
                Left {
                    at,
                    call: call.raw(),
                    call_tag,
                    queue: queue.raw(),
                    reason,
                    key,
                    target,
                    position,
                    waited_ms,
                },
            )
        }
        Output::Completed { call, agent, call_tag, agent_tag, queue, by, waited_ms, talked_ms } => {
            object(
                py,
                Completed {
                    at,
                    call: call.raw(),
                    agent: agent.raw(),
                    call_tag,
                    agent_tag,
                    queue: queue.raw(),
                    by: word(ENDED_BY, by),
                    waited_ms,
                    talked_ms,
                },
            )
        }
        Output::AgentChanged { agent, agent_tag, state } => {
            let (state, reason) = agent_state(state);
            object(py, AgentChanged { at, agent: agent.raw(), agent_tag, state, reason })
        }
        Output::PauseChanged { agent, agent_tag, queue, from, to } => object(
            py,
            PauseChanged {
                at,
                agent: agent.raw(),
                agent_tag,
                queue: queue.raw(),
                from_paused: from.map(u32::from),
                paused: to.map(u32::from),
            },
        ),
        Output::Moved { call, call_tag, from, to, position, .. } => object(
            py,
            Moved {
                at,
                call: call.raw(),
                call_tag,
                from_queue: from.raw(),
                queue: to.raw(),
                position,
            },
        ),
        Output::PriorityChanged { call, call_tag, queue, from, to, position, .. } => object(
            py,
            PriorityChanged {
                at,
                call: call.raw(),
                call_tag,
                queue: queue.raw(),
                from_priority: from.into(),
                priority: to.into(),
                position,
            },
        ),
        Output::Chosen { offer, choice } => object(
            py,
            Chosen {
                at,
                offer: offer.raw(),
                call: choice.call.raw(),
                agent: choice.agent.raw(),
                agent_reason: word(AGENT_REASONS, choice.agent_reason),
                call_reason: word(REASONS, choice.call_reason),
                next_agent: choice.next_agent.map(AgentId::raw),
                next_call: choice.next_call.map(CallId::raw),
                free: choice.free,
                waiting: choice.waiting,
            },
        ),
        _ => return Ok(None),
    }
    .map(Some)
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Joined>()?;
    module.add_class::<Refused>()?;
    module.add_class::<Offer>()?;
    module.add_class::<Chosen>()?;
    module.add_class::<OfferEnded>()?;
    module.add_class::<Connected>()?;
    module.add_class::<Announce>()?;
    module.add_class::<Left>()?;
    module.add_class::<Moved>()?;
    module.add_class::<PriorityChanged>()?;
    module.add_class::<Completed>()?;
    module.add_class::<AgentChanged>()?;
    module.add_class::<PauseChanged>()
}
