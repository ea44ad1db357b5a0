//! Why an offer was made: reasons that can be checked without the engine.

use crate::id::{AgentId, CallId};
use crate::select::CallReason;

/// Why this agent and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgentReason {
    /// The call asked for this very agent.
    Preferred,
    /// No other free agent may have the call.
    Alone,
    /// Another phone rings for the call already, and its queue lets all candidates' phones ring.
    Everybody,
    /// The next agent's penalty is higher.
    Penalty,
    /// The next agent's level is higher, at the same penalty.
    Level,
    /// The agent is better at what the call asks for.
    Skill,
    /// The agent is before the next one by the terms of the queue's [`Order`](crate::Order).
    Order,
    /// It was the agent's turn, going round or down.
    Turn,
    /// By lot.
    Chance,
}

/// The certificate of one offer: who was chosen, and who would have been otherwise, at the instant
/// of the offer.
///
/// An independent checker that knows who was free and who waited can derive each part anew; the
/// tests have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The call.
    pub call: CallId,
    /// The agent.
    pub agent: AgentId,
    /// Why this agent.
    pub agent_reason: AgentReason,
    /// Why this call.
    pub call_reason: CallReason,
    /// The agent who would have had the call otherwise; `None` if there is no other.
    pub next_agent: Option<AgentId>,
    /// The call the agent would have had otherwise; `None` if there is no other.
    pub next_call: Option<CallId>,
    /// Members of the queue who were free, this one included.
    pub free: u32,
    /// Calls in the queue, this one included.
    pub waiting: u32,
}
