//! # Routing: what can be asked at any time

use acd_core::{
    AgentId, AgentRequest, CallId, CallState, QueueCounters, QueueId, RuleId, ServiceLevel, Staff,
    Time,
};

use super::engine::tl_acd;
use super::output::{agent_state, tl_acd_agent_state};
use super::queue::level_number;
use crate::object::enter;
use crate::pointers::{store, writable};
use crate::tl_status;
use crate::values::{TL_NONE32, set32, set64, tl_time};

/// What happened in a queue since it was made. `offered` is the sum of `refused`, `answered`,
/// `abandoned`, `timed_out`, `exited`, `left_empty`, `overflowed` and `waiting` at every moment.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_queue_counters {
    /// Calls that asked to join.
    pub offered: u64,
    /// Calls that were not let in.
    pub refused: u64,
    /// Calls an agent accepted.
    pub answered: u64,
    /// Calls whose caller hung up before that.
    pub abandoned: u64,
    /// Calls that left after the longest wait.
    pub timed_out: u64,
    /// Calls that left by a key or by the flow's choice.
    pub exited: u64,
    /// Calls that left because no agent was there.
    pub left_empty: u64,
    /// Calls that went on to another queue or target.
    pub overflowed: u64,
    /// Calls waiting or ringing now.
    pub waiting: u64,
    /// Calls talking with an agent now.
    pub talking: u64,
    /// Answered within the service level.
    pub answered_in_level: u64,
    /// Abandoned within the service level.
    pub abandoned_in_level: u64,
    /// Calls that ended after having been answered.
    pub completed: u64,
    /// The waits of all calls that waited and wait no more, in ms.
    pub waited_ms: u64,
    /// The waits of the answered ones, in ms.
    pub answered_waited_ms: u64,
    /// The talk of the completed ones, in ms.
    pub talked_ms: u64,
    /// Members of the queue.
    pub members: u32,
    /// Those logged in.
    pub logged_in: u32,
    /// Those of them taking calls, busy or not: neither not ready nor paused in this queue.
    pub taking_calls: u32,
    /// Those of them who could take one now.
    pub free: u32,
    /// Abandoned almost at once.
    pub short_calls: u64,
    /// For later versions; 0.
    pub reserved: [u64; 5],
}

impl tl_acd_queue_counters {
    pub(super) fn new(of: &QueueCounters, staff: &Staff) -> Self {
        Self {
            offered: of.offered,
            refused: of.refused,
            answered: of.answered,
            abandoned: of.abandoned,
            timed_out: of.timed_out,
            exited: of.exited,
            left_empty: of.left_empty,
            overflowed: of.overflowed,
            waiting: of.waiting.into(),
            talking: of.talking.into(),
            answered_in_level: of.answered_in_level,
            abandoned_in_level: of.abandoned_in_level,
            completed: of.completed,
            waited_ms: of.waited_ms,
            answered_waited_ms: of.answered_waited_ms,
            talked_ms: of.talked_ms,
            members: staff.members,
            logged_in: staff.logged_in,
            taking_calls: staff.taking_calls,
            free: staff.free,
            short_calls: of.short,
            reserved: [0; 5],
        }
    }
}

/// A service level with its definition, without which the numbers say nothing.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_service_level {
    /// A `tl_acd_level`.
    pub definition: u32,
    /// 0.
    pub reserved: u32,
    /// Calls in the service level; never more than `of`.
    pub in_level: u64,
    /// Out of so many.
    pub of: u64,
}

impl From<ServiceLevel> for tl_acd_service_level {
    fn from(level: ServiceLevel) -> Self {
        let definition = level_number(level.definition);
        let ServiceLevel { in_level, of, .. } = level;
        Self { definition, reserved: 0, in_level, of }
    }
}

/// Stores a queue's service level so far, by the definition in its configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_service_level(
    acd: *const tl_acd,
    queue: u64,
    level: *mut tl_acd_service_level,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_service_level", acd, |engine| {
            writable(level, "level")?;
            let found = engine.service_level(QueueId::from_raw(queue))?;
            store(level, "level", found.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// What an agent did since it was added, and what it is.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_agent_counters {
    /// Its `tl_acd_agent_state`.
    pub state: u32,
    /// The reason of not ready.
    pub reason: u32,
    /// Offers made to it.
    pub offered: u64,
    /// Offers it accepted.
    pub answered: u64,
    /// Offers it let time out or turned down.
    pub missed: u64,
    /// Offers another agent took first.
    pub lost: u64,
    /// Offers that ended because the caller left, or the agent.
    pub cancelled: u64,
    /// Time on calls that have ended, in ms.
    pub talked_ms: u64,
    /// Time in wrap-up that has ended, in ms.
    pub wrapped_ms: u64,
    /// For later versions; 0.
    pub reserved: [u64; 4],
}

/// Where a call is.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_call_state {
    /// In the queue.
    TL_ACD_CALL_WAITING = 1,
    /// In the queue, with at least one phone ringing for it.
    TL_ACD_CALL_RINGING = 2,
    /// With an agent.
    TL_ACD_CALL_CONNECTED = 3,
}

/// A call's state and place.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_call_info {
    /// A `tl_acd_call_state`.
    pub state: u32,
    /// Its place, 1 for the first; `TL_NONE32` when it is talking.
    pub position: u32,
    /// How long it may still have to wait, in ms; `TL_NONE` when nothing is known.
    pub estimate_ms: u64,
    /// Your own name for it.
    pub tag: u64,
    /// Where it waits, or waited.
    pub queue: u64,
    /// When it arrived.
    pub arrived: tl_time,
    /// When it joined the queue it is in.
    pub joined: tl_time,
    /// Its priority.
    pub priority: i32,
    /// What it asks for now.
    pub call_class: u32,
    /// The rule by which it relaxes while it waits; `TL_NONE` for the steps of its queue.
    pub rule: u64,
    /// The lowest penalty of members it may go to now.
    pub penalty_min: u32,
    /// The highest; `TL_NONE32` for no bound.
    pub penalty_max: u32,
    /// What lower penalties count as.
    pub penalty_raise: u32,
    /// Whether of those below `penalty_min` none is raised.
    pub penalty_raise_within: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// What is known of a member of a queue.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_member_info {
    /// The agent's tag.
    pub agent_tag: u64,
    /// Its penalty.
    pub penalty: u32,
    /// Its level.
    pub level: u32,
    /// Its position.
    pub position: u32,
    /// Time for paperwork after a call of this queue, whoever set it.
    pub wrap_up_ms: u32,
    /// Calls of this queue it has accepted.
    pub calls: u32,
    /// Its `tl_acd_agent_state`.
    pub state: u32,
    /// The reason of not ready.
    pub reason: u32,
    /// What it asked to be, which can be ahead of its state: logged out, available or not ready.
    pub wanted: u32,
    /// When its last conversation of this queue ended; `TL_NONE` if there was none.
    pub last_call: tl_time,
    /// When the agent last logged in.
    pub login: tl_time,
    /// When it was last paused in this queue, in whole seconds; `TL_NONE` if it never was.
    pub last_pause: tl_time,
    /// The reason for which it is paused in this queue; `TL_NONE32`: it is not.
    pub paused: u32,
    /// Phones of the agent that ring, of all its queues.
    pub ringing: u32,
    /// Its conversations.
    pub talking: u32,
    /// Its paperwork.
    pub wrapping: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// Stores what happened in a queue so far, and who is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_queue(
    acd: *const tl_acd,
    queue: u64,
    counters: *mut tl_acd_queue_counters,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_queue", acd, |engine| {
            writable(counters, "counters")?;
            let queue = QueueId::from_raw(queue);
            let (of, staff) = (engine.queue_counters(queue)?, engine.staff(queue)?);
            store(counters, "counters", tl_acd_queue_counters::new(&of, &staff))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what an agent did so far, and what it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_agent(
    acd: *const tl_acd,
    agent: u64,
    counters: *mut tl_acd_agent_counters,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_agent", acd, |engine| {
            writable(counters, "counters")?;
            let agent = AgentId::from_raw(agent);
            let of = engine.agent_counters(agent)?;
            let (state, reason) = agent_state(engine.agent_state(agent)?);
            let filled = tl_acd_agent_counters {
                state,
                reason,
                offered: of.offered,
                answered: of.answered,
                missed: of.missed,
                lost: of.lost,
                cancelled: of.cancelled,
                talked_ms: of.talked_ms,
                wrapped_ms: of.wrapped_ms,
                reserved: [0; 4],
            };
            store(counters, "counters", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores where a call is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_call(
    acd: *const tl_acd,
    call: u64,
    info: *mut tl_acd_call_info,
) -> tl_status {
    use tl_acd_call_state as S;
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_call", acd, |engine| {
            let call = CallId::from_raw(call);
            let view = engine.call_view(call)?;
            let state = match engine.call_state(call)? {
                CallState::Waiting => S::TL_ACD_CALL_WAITING as u32,
                CallState::Ringing => S::TL_ACD_CALL_RINGING as u32,
                CallState::Connected => S::TL_ACD_CALL_CONNECTED as u32,
                _ => 0,
            };
            let filled = tl_acd_call_info {
                state,
                position: engine.position(call)?.unwrap_or(TL_NONE32),
                estimate_ms: set64(engine.estimate_ms(call)?),
                tag: view.tag,
                queue: view.queue.raw(),
                arrived: view.arrived.ms(),
                joined: view.joined.ms(),
                priority: view.priority,
                call_class: view.class.0.into(),
                rule: set64(view.rule.map(RuleId::raw)),
                penalty_min: view.penalty_min,
                penalty_max: view.penalty_max,
                penalty_raise: view.penalty_raise.to,
                penalty_raise_within: view.penalty_raise.within.into(),
                reserved: [0; 2],
            };
            store(info, "info", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what is known of an agent as a member of a queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_member(
    acd: *const tl_acd,
    agent: u64,
    queue: u64,
    info: *mut tl_acd_member_info,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_member", acd, |engine| {
            let (agent, queue) = (AgentId::from_raw(agent), QueueId::from_raw(queue));
            let view = engine.member_view(agent, queue)?;
            let (state, reason) = agent_state(engine.agent_state(agent)?);
            let wanted = match view.request {
                AgentRequest::LoggedOut => tl_acd_agent_state::TL_ACD_LOGGED_OUT,
                AgentRequest::Available => tl_acd_agent_state::TL_ACD_AVAILABLE,
                AgentRequest::NotReady(_) => tl_acd_agent_state::TL_ACD_NOT_READY,
            };
            let filled = tl_acd_member_info {
                agent_tag: engine.agent_config(agent)?.tag,
                penalty: view.place.penalty,
                level: view.place.level.into(),
                position: view.place.position,
                wrap_up_ms: view.wrap_up_ms,
                calls: view.calls,
                state,
                reason,
                wanted: wanted as u32,
                last_call: set64(view.last_call.map(Time::ms)),
                login: view.login.ms(),
                last_pause: set64(view.last_pause.map(Time::ms)),
                paused: set32(view.place.paused.map(u32::from)),
                ringing: view.ringing.into(),
                talking: view.talking.into(),
                wrapping: view.wrapping.into(),
                reserved: [0; 2],
            };
            store(info, "info", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores how many calls go before a call in its queue; of one that is talking, how many wait there
/// that would have gone before it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_calls_ahead(
    acd: *const tl_acd,
    call: u64,
    ahead: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_calls_ahead", acd, |engine| {
            store(ahead, "ahead", engine.calls_ahead(CallId::from_raw(call))?)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores how many calls wait, ring or talk in all queues.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_live_calls(acd: *const tl_acd, calls: *mut u32) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_live_calls", acd, |engine| {
            store(calls, "calls", engine.live_calls())?;
            Ok(tl_status::TL_OK)
        })
    }
}
