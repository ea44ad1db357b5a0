//! What can be wrong with what the engine is told.

use thiserror::Error;

use crate::id::{AgentId, CallId, OfferId, QueueId, RuleId};
use crate::skill::{ClassId, ProfileId};
use crate::time::Time;

/// Which table had no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Table {
    /// Queues.
    Queues,
    /// Agents.
    Agents,
    /// Memberships of agents in queues.
    Memberships,
    /// Calls.
    Calls,
    /// Offers: ringing, connected, in wrap-up, or remembered for `retry_ms`.
    Offers,
    /// Lines: one for each queue, class, penalty window and rule that calls wait with.
    Lines,
    /// Pools: one for each queue and profile its members have.
    Pools,
    /// Classes of calls.
    Classes,
    /// Profiles of agents.
    Profiles,
    /// Requirements of classes and skills of profiles.
    Skills,
    /// Steps of relaxation.
    Steps,
    /// Rules.
    Rules,
    /// The caller's slices for the indices of lines and pools.
    Index,
    /// Outputs, or the caller's slice for them.
    Outputs,
    /// Timers: the caller's slice for them.
    Timers,
}

/// Why an input or a configuration was refused. The engine is then as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// No such queue, or it was removed.
    #[error("no queue {0:?}")]
    NoQueue(QueueId),
    /// No such agent, or it was removed.
    #[error("no agent {0:?}")]
    NoAgent(AgentId),
    /// No such call, or it has left or was completed.
    #[error("no call {0:?}")]
    NoCall(CallId),
    /// No such offer, or it has ended.
    #[error("no offer {0:?}")]
    NoOffer(OfferId),
    /// No such class of calls.
    #[error("no class {0:?}")]
    NoClass(ClassId),
    /// No such profile of agents.
    #[error("no profile {0:?}")]
    NoProfile(ProfileId),
    /// No such rule, or it was removed.
    #[error("no rule {0:?}")]
    NoRule(RuleId),
    /// This queue has the tag already.
    #[error("queue {0:?} has this tag already")]
    DuplicateQueue(QueueId),
    /// This agent has the tag already.
    #[error("agent {0:?} has this tag already")]
    DuplicateAgent(AgentId),
    /// The agent is a member of this queue already.
    #[error("agent {0:?} is in queue {1:?} already")]
    AlreadyMember(AgentId, QueueId),
    /// The agent is not a member of this queue.
    #[error("agent {0:?} is not in queue {1:?}")]
    NotMember(AgentId, QueueId),
    /// The call is not in the state this input is for.
    #[error("call {0:?} is not in a state for this")]
    WrongState(CallId),
    /// The queue still holds calls or members.
    #[error("queue {0:?} is in use")]
    QueueInUse(QueueId),
    /// Calls wait by the rule still.
    #[error("rule {0:?} is in use")]
    RuleInUse(RuleId),
    /// A table is full; its size is one of the [`Limits`](crate::Limits).
    #[error("no room in table {0:?}")]
    Full(Table),
    /// The clock went backwards.
    #[error("the clock went back from {last:?} to {now:?}")]
    TimeBackwards {
        /// The latest instant the engine has seen.
        last: Time,
        /// The instant handed in.
        now: Time,
    },
    /// Meant for another term of office: see [`Engine::begin_epoch`](crate::Engine::begin_epoch).
    #[error("epoch {given} is not the current one, {current}")]
    WrongEpoch {
        /// The engine's.
        current: u64,
        /// The one handed in.
        given: u64,
    },
    /// Outputs wait to be polled, and there is no room for more.
    #[error("poll the outputs first")]
    Undrained,
    /// The bytes are no snapshot this engine can go on from.
    #[error("snapshot: {0}")]
    Snapshot(&'static str),
    /// A configuration value is out of range or contradicts another.
    #[error("configuration: {0}")]
    Config(&'static str),
}
