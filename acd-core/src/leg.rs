//! Legs: what ties a call to an agent, from the offer to the end of the paperwork.

use crate::Medium;
use crate::plain::plain;
use crate::slab::NIL;
use crate::time::Time;

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

plain!(struct Leg { state, call, agent, generation, member, queue, medium, since, until, by_call, by_agent });
plain!(enum LegState { 0 Ringing, 1 Connected, 2 WrapUp, 3 Remembered, 4 Rest });
