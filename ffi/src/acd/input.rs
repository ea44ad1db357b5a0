//! # Routing: what happened
//!
//! After each of these, take what the engine says with `tl_acd_poll`.

use acd_core::{
    AgentId, AgentRequest, CallId, EndedBy, Input, OfferId, PenaltyRaise, QueueId, RejectCause,
    RuleId, Time,
};

use super::call::tl_acd_call;
use super::engine::tl_acd;
use super::output::{ended_by, reject_cause, tl_acd_agent_state};
use super::small;
use crate::config::read;
use crate::guard::{Failure, guard};
use crate::object::enter;
use crate::tl_status;
use crate::values::{option32, option64, tl_time};

/// # Safety
/// As [`enter`].
unsafe fn feed(name: &'static str, acd: *mut tl_acd, now: tl_time, input: Input) -> tl_status {
    // SAFETY: as this function's own contract.
    unsafe {
        enter(name, acd, |routing| {
            routing.handle(Time::from_ms(now), input)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Nothing but time has passed. Due whenever `tl_acd_deadline` has come.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_tick(acd: *mut tl_acd, now: tl_time) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_tick", acd, now, Input::Tick) }
}

/// A call asks to join a queue. Its handle comes with `TL_ACD_JOINED`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_arrive(
    acd: *mut tl_acd,
    now: tl_time,
    call: *const tl_acd_call,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_arrive", acd, |routing| {
            let call = read(call, "call")?.config()?;
            routing.handle(Time::from_ms(now), Input::Arrive(call))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// The caller hung up: waiting, it has abandoned; talking, the call is completed by it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_hangup(acd: *mut tl_acd, now: tl_time, call: u64) -> tl_status {
    let call = CallId::from_raw(call);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_hangup", acd, now, Input::Hangup { call }) }
}

/// The call leaves the queue by a key or by the flow's choice, to be served elsewhere. `key` comes
/// back in `detail`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_exit(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    key: u8,
) -> tl_status {
    let call = CallId::from_raw(call);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_exit", acd, now, Input::Exit { call, key }) }
}

/// The call goes to another queue. `keep_age` other than 0: the time it has waited so far counts in
/// the order there; else it starts anew at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_move(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    queue: u64,
    keep_age: u32,
) -> tl_status {
    let (call, queue) = (CallId::from_raw(call), QueueId::from_raw(queue));
    let keep_age = keep_age != 0;
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_move", acd, now, Input::Move { call, queue, keep_age }) }
}

/// The call's priority changes; its arrival and its wait stay.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_priority(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    priority: i32,
) -> tl_status {
    let call = CallId::from_raw(call);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_set_priority", acd, now, Input::SetPriority { call, priority }) }
}

/// Which members a waiting call may go to by their penalties changes, until its next step of relaxation
/// says otherwise: those of `min` to `max` (`TL_NONE32` for no bound), where lower ones count as `raise`;
/// `raise_within` other than 0: of those below `min` none is raised. A phone that rings goes on ringing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_penalties(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    min: u32,
    max: u32,
    raise: u32,
    raise_within: u32,
) -> tl_status {
    let raise = PenaltyRaise { to: raise, within: raise_within != 0 };
    let input = Input::SetPenalties { call: CallId::from_raw(call), min, max, raise };
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_set_penalties", acd, now, input) }
}

/// A waiting call relaxes by another rule, or with `TL_NONE` by the steps of its queue. It takes those
/// whose time has come at once, the others when theirs comes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_rule(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    rule: u64,
) -> tl_status {
    let (call, rule) = (CallId::from_raw(call), option64(rule).map(RuleId::from_raw));
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_set_rule", acd, now, Input::SetRule { call, rule }) }
}

/// The agent's phone answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_accept(acd: *mut tl_acd, now: tl_time, offer: u64) -> tl_status {
    let offer = OfferId::from_raw(offer);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_accept", acd, now, Input::Accept { offer }) }
}

/// The agent's phone will not take the call; `cause` is a `tl_acd_cause`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_reject(
    acd: *mut tl_acd,
    now: tl_time,
    offer: u64,
    cause: u32,
) -> tl_status {
    let offer = OfferId::from_raw(offer);
    let causes =
        [RejectCause::Busy, RejectCause::Declined, RejectCause::Unreachable, RejectCause::Failed];
    match causes.into_iter().find(|known| reject_cause(*known) == cause) {
        // SAFETY: the header's contract for objects.
        Some(cause) => unsafe { feed("tl_acd_reject", acd, now, Input::Reject { offer, cause }) },
        None => guard("tl_acd_reject", || Err(Failure::argument(format_args!("cause is {cause}")))),
    }
}

/// The conversation is over; `by` is a `tl_acd_ended_by`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_complete(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    by: u32,
) -> tl_status {
    let call = CallId::from_raw(call);
    let all = [EndedBy::Caller, EndedBy::Agent, EndedBy::Transfer];
    match all.into_iter().find(|known| ended_by(*known) == by) {
        // SAFETY: the header's contract for objects.
        Some(by) => unsafe { feed("tl_acd_complete", acd, now, Input::Complete { call, by }) },
        None => guard("tl_acd_complete", || Err(Failure::argument(format_args!("by is {by}")))),
    }
}

/// The agent wants another state: `TL_ACD_LOGGED_OUT`, `TL_ACD_AVAILABLE`, or `TL_ACD_NOT_READY`
/// for a `reason` of your own list, at most 65,534. While it handles a call the request is kept
/// and holds after it; logging out ends its offers at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_agent_state(
    acd: *mut tl_acd,
    now: tl_time,
    agent: u64,
    state: u32,
    reason: u16,
) -> tl_status {
    const LOGGED_OUT: u32 = tl_acd_agent_state::TL_ACD_LOGGED_OUT as u32;
    const AVAILABLE: u32 = tl_acd_agent_state::TL_ACD_AVAILABLE as u32;
    const NOT_READY: u32 = tl_acd_agent_state::TL_ACD_NOT_READY as u32;
    let name = "tl_acd_set_agent_state";
    let agent = AgentId::from_raw(agent);
    let state = match state {
        LOGGED_OUT => AgentRequest::LoggedOut,
        AVAILABLE => AgentRequest::Available,
        NOT_READY => AgentRequest::NotReady(reason),
        other => {
            return guard(name, || Err(Failure::argument(format_args!("state is {other}"))));
        }
    };
    // SAFETY: the header's contract for objects.
    unsafe { feed(name, acd, now, Input::AgentState { agent, state }) }
}

/// What the agent wants to be, as a `tl_acd_agent_state`, and for which reason.
pub(super) fn request(state: AgentRequest) -> (u32, u32) {
    use tl_acd_agent_state as S;
    match state {
        AgentRequest::LoggedOut => (S::TL_ACD_LOGGED_OUT as u32, 0),
        AgentRequest::Available => (S::TL_ACD_AVAILABLE as u32, 0),
        AgentRequest::NotReady(reason) => (S::TL_ACD_NOT_READY as u32, reason.into()),
    }
}

/// The agent pauses in one of its queues, for a `reason` of your own list, at most 65,534; or no
/// longer, for `TL_NONE32`. It stays a member, and what it is for its other queues; a phone that
/// rings goes on ringing. `TL_ACD_PAUSE_CHANGED` tells of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_pause(
    acd: *mut tl_acd,
    now: tl_time,
    agent: u64,
    queue: u64,
    reason: u32,
) -> tl_status {
    let name = "tl_acd_set_pause";
    let (agent, queue) = (AgentId::from_raw(agent), QueueId::from_raw(queue));
    match option32(reason).map(|reason| small(reason, "reason")).transpose() {
        // SAFETY: the header's contract for objects.
        Ok(paused) => unsafe { feed(name, acd, now, Input::SetPause { agent, queue, paused }) },
        Err(failure) => guard(name, || Err(failure)),
    }
}

/// The agent has finished its paperwork early.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_end_wrap_up(
    acd: *mut tl_acd,
    now: tl_time,
    agent: u64,
) -> tl_status {
    let agent = AgentId::from_raw(agent);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_end_wrap_up", acd, now, Input::EndWrapUp { agent }) }
}
