//! What can be asked of the engine, as records.

use acd_core::{
    AgentCounters as CoreAgent, CallState, CallView, MemberView, QueueCounters as CoreQueue,
    RuleId, ServiceLevel as CoreLevel, Staff as CoreStaff, Starvation as CoreStarvation, Time,
};
use pyo3::prelude::*;

use super::config::LEVELS;
use crate::words::{Words, record, word};

pub(super) const CALL_STATES: Words<CallState> = &[
    ("waiting", CallState::Waiting),
    ("ringing", CallState::Ringing),
    ("connected", CallState::Connected),
];

record! {
    /// What is known of a call, and what it asks for now: its steps of relaxation, `set_penalties` and
    /// `set_priority` change that.
    "trunkline.acd" Call {
        /// Your own name for it.
        tag: u64,
        /// Where it waits, or waited.
        queue: u64,
        /// Where it is: a `CallState`.
        state: &'static str,
        /// Its priority.
        priority: i32,
        /// The class of what it asks of the agent.
        call_class: u32,
        /// The lowest penalty of members it may go to.
        penalty_min: u32,
        /// The highest; None: without a bound.
        penalty_max: Option<u32>,
        /// What lower penalties count as; 0: as they are.
        penalty_raise: u32,
        /// Whether of those below `penalty_min` none is raised.
        penalty_raise_within: bool,
        /// The rule by which it relaxes while it waits; None: the steps of its queue.
        rule: Option<u64>,
        /// When it arrived, in ms.
        arrived: u64,
        /// When it joined the queue it is in, in ms.
        joined: u64,
        /// So much longer it counts as having waited, in ms.
        credit_ms: u64,
    }
}

impl From<CallView> for Call {
    fn from(of: CallView) -> Self {
        Self {
            tag: of.tag,
            queue: of.queue.raw(),
            state: word(CALL_STATES, of.state),
            priority: of.priority,
            call_class: of.class.0.into(),
            penalty_min: of.penalty_min,
            penalty_max: (of.penalty_max < u32::MAX).then_some(of.penalty_max),
            penalty_raise: of.penalty_raise.to,
            penalty_raise_within: of.penalty_raise.within,
            rule: of.rule.map(RuleId::raw),
            arrived: of.arrived.ms(),
            joined: of.joined.ms(),
            credit_ms: of.credit_ms,
        }
    }
}

record! {
    /// What is known of an agent as a member of a queue.
    "trunkline.acd" Member {
        /// Its penalty.
        penalty: u32,
        /// Its level.
        level: u32,
        /// Its position.
        position: u32,
        /// Time for paperwork after a call of this queue, whoever set it.
        wrap_up_ms: u32,
        /// The reason for which it is paused in this queue; None: it is not.
        paused: Option<u32>,
        /// When it was last paused there, in ms but of whole seconds; None: never.
        last_pause: Option<u64>,
        /// Calls of this queue it has accepted.
        calls: u32,
        /// When its last conversation of this queue ended, in ms; None: there was none.
        last_call: Option<u64>,
        /// When the agent last logged in, in ms.
        login: u64,
        /// Phones ringing, of all its queues.
        ringing: u32,
        /// Conversations.
        talking: u32,
        /// Paperwork.
        wrapping: u32,
    }
}

impl From<MemberView> for Member {
    fn from(of: MemberView) -> Self {
        Self {
            penalty: of.place.penalty,
            level: of.place.level.into(),
            position: of.place.position,
            wrap_up_ms: of.wrap_up_ms,
            paused: of.place.paused.map(u32::from),
            last_pause: of.last_pause.map(Time::ms),
            calls: of.calls,
            last_call: of.last_call.map(Time::ms),
            login: of.login.ms(),
            ringing: of.ringing.into(),
            talking: of.talking.into(),
            wrapping: of.wrapping.into(),
        }
    }
}

record! {
    /// What happened in a queue since it was made. `offered` is the sum of `refused`, `answered`,
    /// `abandoned`, `timed_out`, `exited`, `left_empty`, `overflowed` and `waiting` at every moment.
    "trunkline.acd" QueueCounters {
        /// Calls that asked to join.
        offered: u64,
        /// Calls that were not let in.
        refused: u64,
        /// Calls an agent accepted.
        answered: u64,
        /// Calls whose caller hung up before that.
        abandoned: u64,
        /// Calls that left after the longest wait.
        timed_out: u64,
        /// Calls that left by a key or by the flow's choice.
        exited: u64,
        /// Calls that left because no agent was there.
        left_empty: u64,
        /// Calls that went on to another queue or target.
        overflowed: u64,
        /// Calls waiting or ringing now.
        waiting: u32,
        /// Calls talking with an agent now.
        talking: u32,
        /// Answered within the service level.
        answered_in_level: u64,
        /// Abandoned within the service level.
        abandoned_in_level: u64,
        /// Abandoned almost at once.
        short: u64,
        /// Calls that ended after having been answered.
        completed: u64,
        /// The waits of all calls that waited and wait no more, in ms.
        waited_ms: u64,
        /// The waits of the answered ones, in ms.
        answered_waited_ms: u64,
        /// The talk of the completed ones, in ms.
        talked_ms: u64,
    }
}

record! {
    /// A service level with its definition, without which the numbers say nothing.
    "trunkline.acd" ServiceLevel {
        /// What is counted: a `Level`.
        definition: &'static str,
        /// Calls in the service level; never more than `of`.
        in_level: u64,
        /// Out of so many.
        of: u64,
    }
}

impl From<CoreLevel> for ServiceLevel {
    fn from(level: CoreLevel) -> Self {
        let CoreLevel { definition, in_level, of } = level;
        Self { definition: word(LEVELS, definition), in_level, of }
    }
}

record! {
    /// A rule by which callers can starve, as a queue is configured now.
    "trunkline.acd" Starvation {
        /// The queue whose callers can starve.
        queue: u64,
        /// By callers of this queue, of higher weight; None: by those of higher priority in their own,
        /// where priority does not age.
        under: Option<u64>,
    }
}

impl Starvation {
    /// `None` for a kind that has no name here yet.
    pub(super) fn of(rule: CoreStarvation) -> Option<Self> {
        match rule {
            CoreStarvation::ByPriority(queue) => Some(Self { queue: queue.raw(), under: None }),
            CoreStarvation::ByWeight { queue, under } => {
                Some(Self { queue: queue.raw(), under: Some(under.raw()) })
            }
            _ => None,
        }
    }
}

impl From<CoreQueue> for QueueCounters {
    fn from(of: CoreQueue) -> Self {
        Self {
            offered: of.offered,
            refused: of.refused,
            answered: of.answered,
            abandoned: of.abandoned,
            timed_out: of.timed_out,
            exited: of.exited,
            left_empty: of.left_empty,
            overflowed: of.overflowed,
            waiting: of.waiting,
            talking: of.talking,
            answered_in_level: of.answered_in_level,
            abandoned_in_level: of.abandoned_in_level,
            short: of.short,
            completed: of.completed,
            waited_ms: of.waited_ms,
            answered_waited_ms: of.answered_waited_ms,
            talked_ms: of.talked_ms,
        }
    }
}

record! {
    /// What an agent did since it was added.
    "trunkline.acd" AgentCounters {
        /// Offers made to it.
        offered: u64,
        /// Offers it accepted.
        answered: u64,
        /// Offers it let time out or turned down.
        missed: u64,
        /// Offers another agent took first.
        lost: u64,
        /// Offers that ended because the caller left, or the agent.
        cancelled: u64,
        /// Time on calls that have ended, in ms.
        talked_ms: u64,
        /// Time in wrap-up that has ended, in ms.
        wrapped_ms: u64,
    }
}

impl From<CoreAgent> for AgentCounters {
    fn from(of: CoreAgent) -> Self {
        Self {
            offered: of.offered,
            answered: of.answered,
            missed: of.missed,
            lost: of.lost,
            cancelled: of.cancelled,
            talked_ms: of.talked_ms,
            wrapped_ms: of.wrapped_ms,
        }
    }
}

record! {
    /// How many members of a queue are there.
    "trunkline.acd" Staff {
        /// All members.
        members: u32,
        /// Those logged in.
        logged_in: u32,
        /// Those of them taking calls, busy or not.
        taking_calls: u32,
        /// Those of them who could take one now.
        free: u32,
    }
}

impl From<CoreStaff> for Staff {
    fn from(of: CoreStaff) -> Self {
        Self {
            members: of.members,
            logged_in: of.logged_in,
            taking_calls: of.taking_calls,
            free: of.free,
        }
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Call>()?;
    module.add_class::<Member>()?;
    module.add_class::<QueueCounters>()?;
    module.add_class::<ServiceLevel>()?;
    module.add_class::<Starvation>()?;
    module.add_class::<AgentCounters>()?;
    module.add_class::<Staff>()
}
