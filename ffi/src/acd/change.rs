//! # Routing: what an event log says
//!
//! The next change of a log as values, before or without making it: what an engine was told, when, and
//! about whom. What was set can be read in full, too: the call that arrived, the configurations, the
//! skills and the steps.

use acd_core::log::{Change, LogReader};
use acd_core::{Input, RuleId};

use super::agent::{tl_acd_agent_config, tl_acd_membership, tl_acd_skill};
use super::call::tl_acd_call;
use super::input::request;
use super::log::tl_acd_replay;
use super::output::{ended_by, reject_cause};
use super::queue::{tl_acd_queue_config, tl_acd_relax_step};
use super::strategy::call_order_number;
use crate::config::store_grown;
use crate::guard::Failure;
use crate::object::enter;
use crate::pointers::{list, store, writable};
use crate::tl_status;
use crate::values::{TL_NONE, set32, set64, tl_time};

/// What an engine was told: each is the function of that name.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_change_kind {
    /// Something newer than this library.
    TL_ACD_CHANGE_UNKNOWN = 0,
    /// `tl_acd_tick`: at.
    TL_ACD_CHANGE_TICK = 1,
    /// `tl_acd_arrive`: at, queue, value (the call's tag); see `tl_acd_replay_get_call`.
    TL_ACD_CHANGE_ARRIVE = 2,
    /// `tl_acd_hangup`: at, call.
    TL_ACD_CHANGE_HANGUP = 3,
    /// `tl_acd_exit`: at, call, detail (the key).
    TL_ACD_CHANGE_EXIT = 4,
    /// `tl_acd_move`: at, call, queue, detail (1: it keeps its age).
    TL_ACD_CHANGE_MOVE = 5,
    /// `tl_acd_set_priority`: at, call, priority.
    TL_ACD_CHANGE_PRIORITY = 6,
    /// `tl_acd_accept`: at, offer.
    TL_ACD_CHANGE_ACCEPT = 7,
    /// `tl_acd_reject`: at, offer, detail (a `tl_acd_cause`).
    TL_ACD_CHANGE_REJECT = 8,
    /// `tl_acd_complete`: at, call, detail (a `tl_acd_ended_by`).
    TL_ACD_CHANGE_COMPLETE = 9,
    /// `tl_acd_set_agent_state`: at, agent, detail (a `tl_acd_agent_state`), reason.
    TL_ACD_CHANGE_AGENT_STATE = 10,
    /// `tl_acd_end_wrap_up`: at, agent.
    TL_ACD_CHANGE_END_WRAP_UP = 11,
    /// `tl_acd_set_pause`: at, agent, queue, reason (`TL_NONE32`: it is paused no longer).
    TL_ACD_CHANGE_PAUSE = 12,
    /// `tl_acd_set_seed`: value.
    TL_ACD_CHANGE_SEED = 13,
    /// `tl_acd_set_call_order`: detail (a `tl_acd_call_order`).
    TL_ACD_CHANGE_CALL_ORDER = 14,
    /// `tl_acd_add_class`: detail (how many skills); see `tl_acd_replay_list_skills`.
    TL_ACD_CHANGE_ADD_CLASS = 15,
    /// `tl_acd_add_profile`: the same.
    TL_ACD_CHANGE_ADD_PROFILE = 16,
    /// `tl_acd_add_queue`: value (its tag); see `tl_acd_replay_get_queue`.
    TL_ACD_CHANGE_ADD_QUEUE = 17,
    /// `tl_acd_set_queue`: queue, and the same.
    TL_ACD_CHANGE_SET_QUEUE = 18,
    /// `tl_acd_set_relaxation`: queue, detail (how many steps); see `tl_acd_replay_list_steps`.
    TL_ACD_CHANGE_RELAXATION = 19,
    /// `tl_acd_remove_queue`: queue.
    TL_ACD_CHANGE_REMOVE_QUEUE = 20,
    /// `tl_acd_add_agent`: value (its tag); see `tl_acd_replay_get_agent`.
    TL_ACD_CHANGE_ADD_AGENT = 21,
    /// `tl_acd_remove_agent`: agent.
    TL_ACD_CHANGE_REMOVE_AGENT = 22,
    /// `tl_acd_join_queue`: agent, queue; see `tl_acd_replay_get_membership`.
    TL_ACD_CHANGE_JOIN_QUEUE = 23,
    /// `tl_acd_set_membership`: the same.
    TL_ACD_CHANGE_MEMBERSHIP = 24,
    /// `tl_acd_leave_queue`: agent, queue.
    TL_ACD_CHANGE_LEAVE_QUEUE = 25,
    /// `tl_acd_begin_epoch`: value (its number).
    TL_ACD_CHANGE_BEGIN_EPOCH = 26,
    /// `tl_acd_log_checkpoint`: value (the state's hash).
    TL_ACD_CHANGE_CHECKPOINT = 27,
    /// `tl_acd_set_penalties`: at, call, detail (the lowest), value (the highest, and from bit 32 on
    /// what lower ones count as), reason (1: of those below the lowest none does).
    TL_ACD_CHANGE_PENALTIES = 28,
    /// `tl_acd_set_rule`: at, call, value (the rule, or `TL_NONE`).
    TL_ACD_CHANGE_RULE = 29,
    /// `tl_acd_add_rule`: detail (how many steps); see `tl_acd_replay_list_steps`.
    TL_ACD_CHANGE_ADD_RULE = 30,
    /// `tl_acd_remove_rule`: value (the rule).
    TL_ACD_CHANGE_REMOVE_RULE = 31,
}

/// A change of a log. What its kind does not name is `TL_NONE`, `TL_NONE32` or 0.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_change {
    /// A `tl_acd_change_kind`.
    pub kind: u32,
    /// What the kind says.
    pub detail: u32,
    /// When the engine was told.
    pub at: tl_time,
    /// The queue.
    pub queue: u64,
    /// The agent.
    pub agent: u64,
    /// The call.
    pub call: u64,
    /// The offer.
    pub offer: u64,
    /// What the kind says.
    pub value: u64,
    /// The priority.
    pub priority: i32,
    /// The reason, of your own list.
    pub reason: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

const NOTHING: tl_acd_change = tl_acd_change {
    kind: tl_acd_change_kind::TL_ACD_CHANGE_UNKNOWN as u32,
    detail: 0,
    at: TL_NONE,
    queue: TL_NONE,
    agent: TL_NONE,
    call: TL_NONE,
    offer: TL_NONE,
    value: 0,
    priority: 0,
    reason: 0,
    reserved: [0; 2],
};

impl tl_acd_change {
    fn new(change: &Change) -> Self {
        use tl_acd_change_kind as K;
        let (kind, filled) = match change {
            Change::Input(now, input) => {
                let (kind, filled) = Self::input(input);
                (kind, Self { at: now.ms(), ..filled })
            }
            Change::Seed(value) => (K::TL_ACD_CHANGE_SEED, Self { value: *value, ..NOTHING }),
            Change::CallOrder(order) => {
                let detail = call_order_number(*order);
                (K::TL_ACD_CHANGE_CALL_ORDER, Self { detail, ..NOTHING })
            }
            Change::AddClass(skills) => {
                let detail = skills.as_slice().len() as u32;
                (K::TL_ACD_CHANGE_ADD_CLASS, Self { detail, ..NOTHING })
            }
            Change::AddProfile(skills) => {
                let detail = skills.as_slice().len() as u32;
                (K::TL_ACD_CHANGE_ADD_PROFILE, Self { detail, ..NOTHING })
            }
            Change::AddQueue(config) => {
                (K::TL_ACD_CHANGE_ADD_QUEUE, Self { value: config.tag, ..NOTHING })
            }
            Change::SetQueue(queue, config) => {
                let filled = Self { queue: queue.raw(), value: config.tag, ..NOTHING };
                (K::TL_ACD_CHANGE_SET_QUEUE, filled)
            }
            Change::SetRelaxation(queue, steps) => {
                let detail = steps.as_slice().len() as u32;
                let filled = Self { queue: queue.raw(), detail, ..NOTHING };
                (K::TL_ACD_CHANGE_RELAXATION, filled)
            }
            Change::AddRule(steps) => {
                let detail = steps.as_slice().len() as u32;
                (K::TL_ACD_CHANGE_ADD_RULE, Self { detail, ..NOTHING })
            }
            Change::RemoveRule(rule) => {
                (K::TL_ACD_CHANGE_REMOVE_RULE, Self { value: rule.raw(), ..NOTHING })
            }
            Change::RemoveQueue(queue) => {
                (K::TL_ACD_CHANGE_REMOVE_QUEUE, Self { queue: queue.raw(), ..NOTHING })
            }
            Change::AddAgent(config) => {
                (K::TL_ACD_CHANGE_ADD_AGENT, Self { value: config.tag, ..NOTHING })
            }
            Change::RemoveAgent(agent) => {
                (K::TL_ACD_CHANGE_REMOVE_AGENT, Self { agent: agent.raw(), ..NOTHING })
            }
            Change::JoinQueue(agent, queue, _) => {
                let filled = Self { agent: agent.raw(), queue: queue.raw(), ..NOTHING };
                (K::TL_ACD_CHANGE_JOIN_QUEUE, filled)
            }
            Change::SetMembership(agent, queue, _) => {
                let filled = Self { agent: agent.raw(), queue: queue.raw(), ..NOTHING };
                (K::TL_ACD_CHANGE_MEMBERSHIP, filled)
            }
            Change::LeaveQueue(agent, queue) => {
                let filled = Self { agent: agent.raw(), queue: queue.raw(), ..NOTHING };
                (K::TL_ACD_CHANGE_LEAVE_QUEUE, filled)
            }
            Change::BeginEpoch(value) => {
                (K::TL_ACD_CHANGE_BEGIN_EPOCH, Self { value: *value, ..NOTHING })
            }
            Change::Checkpoint(value) => {
                (K::TL_ACD_CHANGE_CHECKPOINT, Self { value: *value, ..NOTHING })
            }
            _ => (K::TL_ACD_CHANGE_UNKNOWN, NOTHING),
        };
        Self { kind: kind as u32, ..filled }
    }

    fn input(input: &Input) -> (tl_acd_change_kind, Self) {
        use tl_acd_change_kind as K;
        match *input {
            Input::Tick => (K::TL_ACD_CHANGE_TICK, NOTHING),
            Input::Arrive(call) => {
                let filled = Self { queue: call.queue.raw(), value: call.tag, ..NOTHING };
                (K::TL_ACD_CHANGE_ARRIVE, filled)
            }
            Input::Hangup { call } => {
                (K::TL_ACD_CHANGE_HANGUP, Self { call: call.raw(), ..NOTHING })
            }
            Input::Exit { call, key } => {
                let filled = Self { call: call.raw(), detail: key.into(), ..NOTHING };
                (K::TL_ACD_CHANGE_EXIT, filled)
            }
            Input::Move { call, queue, keep_age } => {
                let (call, queue, detail) = (call.raw(), queue.raw(), keep_age.into());
                (K::TL_ACD_CHANGE_MOVE, Self { call, queue, detail, ..NOTHING })
            }
            Input::SetPriority { call, priority } => {
                (K::TL_ACD_CHANGE_PRIORITY, Self { call: call.raw(), priority, ..NOTHING })
            }
            Input::SetPenalties { call, min, max, raise } => {
                let value = u64::from(raise.to) << 32 | u64::from(max);
                let (call, reason) = (call.raw(), raise.within.into());
                (K::TL_ACD_CHANGE_PENALTIES, Self { call, detail: min, value, reason, ..NOTHING })
            }
            Input::SetRule { call, rule } => {
                let (call, value) = (call.raw(), set64(rule.map(RuleId::raw)));
                (K::TL_ACD_CHANGE_RULE, Self { call, value, ..NOTHING })
            }
            Input::Accept { offer } => {
                (K::TL_ACD_CHANGE_ACCEPT, Self { offer: offer.raw(), ..NOTHING })
            }
            Input::Reject { offer, cause } => {
                let filled = Self { offer: offer.raw(), detail: reject_cause(cause), ..NOTHING };
                (K::TL_ACD_CHANGE_REJECT, filled)
            }
            Input::Complete { call, by } => {
                let filled = Self { call: call.raw(), detail: ended_by(by), ..NOTHING };
                (K::TL_ACD_CHANGE_COMPLETE, filled)
            }
            Input::AgentState { agent, state } => {
                let (detail, reason) = request(state);
                let filled = Self { agent: agent.raw(), detail, reason, ..NOTHING };
                (K::TL_ACD_CHANGE_AGENT_STATE, filled)
            }
            Input::EndWrapUp { agent } => {
                (K::TL_ACD_CHANGE_END_WRAP_UP, Self { agent: agent.raw(), ..NOTHING })
            }
            Input::SetPause { agent, queue, paused } => {
                let (agent, queue) = (agent.raw(), queue.raw());
                let reason = set32(paused.map(Into::into));
                (K::TL_ACD_CHANGE_PAUSE, Self { agent, queue, reason, ..NOTHING })
            }
            _ => (K::TL_ACD_CHANGE_UNKNOWN, NOTHING),
        }
    }
}

/// The change that comes next, which stays the next one.
fn next(reader: &LogReader<'static>) -> Result<Option<Change>, Failure> {
    Ok(reader.clone().next().transpose()?)
}

/// What the next change sets, if it is one of those that do.
fn set<T>(
    reader: &LogReader<'static>,
    what: &str,
    part: impl FnOnce(Change) -> Option<T>,
) -> Result<T, Failure> {
    let set = next(reader)?.and_then(part);
    set.ok_or_else(|| Failure::argument(format_args!("the next change sets no {what}")))
}

/// Stores the next change, which stays the next one; or returns `TL_DONE`: the log has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_look(
    replay: *const tl_acd_replay,
    change: *mut tl_acd_change,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_replay_look", replay, |reader| {
            writable(change, "change")?;
            let Some(found) = next(reader)? else {
                return Ok(tl_status::TL_DONE);
            };
            store(change, "change", tl_acd_change::new(&found))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Goes on to the change after the next without making it, for one who only reads; or returns
/// `TL_DONE`: the log has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_skip(replay: *mut tl_acd_replay) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_replay_skip", replay, |reader| {
            let mut ahead = reader.clone();
            let Some(_) = ahead.next().transpose()? else {
                return Ok(tl_status::TL_DONE);
            };
            *reader = ahead;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Fills in the call of the next change, a `TL_ACD_CHANGE_ARRIVE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_get_call(
    replay: *const tl_acd_replay,
    call: *mut tl_acd_call,
    struct_size: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_replay_get_call", replay, |reader| {
            let config = set(reader, "call", |change| match change {
                Change::Input(_, Input::Arrive(call)) => Some(call),
                _ => None,
            })?;
            store_grown(call, "call", struct_size, &tl_acd_call::of(&config))
        })
    }
}

/// Fills in the configuration of the next change, a `TL_ACD_CHANGE_ADD_QUEUE` or `_SET_QUEUE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_get_queue(
    replay: *const tl_acd_replay,
    config: *mut tl_acd_queue_config,
    struct_size: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_replay_get_queue", replay, |reader| {
            let of = set(reader, "queue", |change| match change {
                Change::AddQueue(config) | Change::SetQueue(_, config) => Some(config),
                _ => None,
            })?;
            store_grown(config, "config", struct_size, &tl_acd_queue_config::of(&of))
        })
    }
}

/// Fills in the configuration of the next change, a `TL_ACD_CHANGE_ADD_AGENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_get_agent(
    replay: *const tl_acd_replay,
    config: *mut tl_acd_agent_config,
    struct_size: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_replay_get_agent", replay, |reader| {
            let of = set(reader, "agent", |change| match change {
                Change::AddAgent(config) => Some(config),
                _ => None,
            })?;
            store_grown(config, "config", struct_size, &tl_acd_agent_config::of(&of))
        })
    }
}

/// Fills in the place of the next change, a `TL_ACD_CHANGE_JOIN_QUEUE` or `_MEMBERSHIP`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_get_membership(
    replay: *const tl_acd_replay,
    config: *mut tl_acd_membership,
    struct_size: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_replay_get_membership", replay, |reader| {
            let of = set(reader, "place", |change| match change {
                Change::JoinQueue(.., place) | Change::SetMembership(.., place) => Some(place),
                _ => None,
            })?;
            store_grown(config, "config", struct_size, &tl_acd_membership::of(&of))
        })
    }
}

/// Stores as many skills of the next change, a `TL_ACD_CHANGE_ADD_CLASS` or `_ADD_PROFILE`, as there is
/// `room` for, and in `count` how many there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_list_skills(
    replay: *const tl_acd_replay,
    skills: *mut tl_acd_skill,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_replay_list_skills", replay, |reader| {
            let of = set(reader, "skills", |change| match change {
                Change::AddClass(skills) | Change::AddProfile(skills) => Some(skills),
                _ => None,
            })?;
            let all = of.as_slice().iter();
            let all = all.map(|of| tl_acd_skill { skill: of.skill, level: of.level, reserved: 0 });
            list((skills, room, count), "skills", all)
        })
    }
}

/// As `tl_acd_replay_list_skills`, the steps of a `TL_ACD_CHANGE_RELAXATION` or `_ADD_RULE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_list_steps(
    replay: *const tl_acd_replay,
    steps: *mut tl_acd_relax_step,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_replay_list_steps", replay, |reader| {
            let of = set(reader, "steps", |change| match change {
                Change::SetRelaxation(_, steps) | Change::AddRule(steps) => Some(steps),
                _ => None,
            })?;
            list((steps, room, count), "steps", of.as_slice().iter().map(tl_acd_relax_step::of))
        })
    }
}
