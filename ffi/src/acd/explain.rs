//! # Routing: why
//!
//! Counted reasons that can be checked, and the same as a sentence for a person.

use core::ffi::c_char;
use core::fmt;

use acd_core::{AgentId, AgentReason, CallId, CallReason, Choice, Time, WhyIdle, WhyWaiting};

use super::engine::tl_acd;
use crate::guard::Outcome;
use crate::object::enter;
use crate::pointers::{store, write_text};
use crate::tl_status;
use crate::values::{TL_NONE, set64, tl_time};

/// Why a call waits: what keeps each member of its queue from taking it. Every member is counted
/// once, under the first thing in this order that keeps it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_why_waiting {
    /// Members that lack a skill the call asks for.
    pub unskilled: u32,
    /// Members whose penalty is outside the call's window.
    pub out_of_window: u32,
    /// Members logged out.
    pub logged_out: u32,
    /// Members not ready.
    pub not_ready: u32,
    /// Members left alone for a while after an offer they missed.
    pub left_alone: u32,
    /// Members ringing, talking or in wrap-up.
    pub busy: u32,
    /// Members who missed this very call a short while ago, or whose phone rings for it.
    pub tried: u32,
    /// Members who could take it: only while it waits for its preferred agent alone, or rings
    /// elsewhere.
    pub free: u32,
    /// Calls before it in the queue.
    pub ahead: u32,
    /// Phones that ring for it.
    pub ringing: u32,
    /// Until when it waits for its preferred agent alone, or `TL_NONE`.
    pub alone_until: tl_time,
    /// When something changes for it by itself, or `TL_NONE`.
    pub next_change: tl_time,
    /// Members paused in this queue: in the order after those not ready.
    pub paused: u32,
    /// 0.
    pub reserved32: u32,
    /// For later versions; 0.
    pub reserved: u64,
}

/// Why an agent is idle: what keeps each waiting call of its queues from going to it. Every call is
/// counted once, under the first thing in this order that keeps it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_why_idle {
    /// 1 if the agent could take a voice call now.
    pub available: u32,
    /// Calls that ask for a skill it lacks.
    pub unskilled: u32,
    /// Calls whose window excludes its penalty.
    pub out_of_window: u32,
    /// Calls that ring elsewhere, wait for another agent alone, or it missed a short while ago.
    pub held: u32,
    /// Calls it could take: none, when it is available and outputs have been polled.
    pub open: u32,
    /// Calls of queues it is paused in: in the order after those whose window excludes its penalty.
    pub paused: u32,
    /// Until when it is left alone after an offer it missed, or `TL_NONE`.
    pub left_alone_until: tl_time,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// Three predictions of how much longer a waiting call will wait, in ms; `TL_NONE` where nothing is
/// known yet.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_estimates {
    /// Those ahead, served at the pace the agents have shown and giving up as callers have.
    pub by_length_ms: u64,
    /// As long as the call answered last had waited, less what this one has.
    pub by_last_served_ms: u64,
    /// As long as the first in the queue has waited so far, less what this one has.
    pub by_first_ms: u64,
    /// For later versions; 0.
    pub reserved: u64,
}

/// What put a call before all others that an agent could get.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_call_reason {
    /// There is no other.
    TL_ACD_CALL_ALONE = 1,
    /// It waits for this very agent.
    TL_ACD_CALL_PREFERRED = 2,
    /// It rings elsewhere already, and more than one phone may ring.
    TL_ACD_CALL_RINGS = 3,
    /// Its queue has the higher weight.
    TL_ACD_CALL_WEIGHT = 4,
    /// It has the higher priority.
    TL_ACD_CALL_PRIORITY = 5,
    /// The `tl_acd_call_order` puts it first.
    TL_ACD_CALL_ORDER = 6,
    /// It has waited longer.
    TL_ACD_CALL_AGE = 7,
}

/// Why this agent and no other.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_agent_reason {
    /// The call asked for this very agent.
    TL_ACD_AGENT_PREFERRED = 1,
    /// No other free agent may have the call.
    TL_ACD_AGENT_ALONE = 2,
    /// All candidates' phones ring.
    TL_ACD_AGENT_EVERYBODY = 3,
    /// The next agent's penalty is higher.
    TL_ACD_AGENT_PENALTY = 4,
    /// The next agent's level is higher, at the same penalty.
    TL_ACD_AGENT_LEVEL = 5,
    /// The agent is better at what the call asks for.
    TL_ACD_AGENT_SKILL = 6,
    /// The agent is first by the terms of the queue's strategy.
    TL_ACD_AGENT_ORDER = 7,
    /// It was the agent's turn, going round or down.
    TL_ACD_AGENT_TURN = 8,
    /// By lot.
    TL_ACD_AGENT_CHANCE = 9,
}

pub(super) fn call_reason(reason: CallReason) -> u32 {
    use tl_acd_call_reason as R;
    (match reason {
        CallReason::Alone => R::TL_ACD_CALL_ALONE,
        CallReason::Preferred => R::TL_ACD_CALL_PREFERRED,
        CallReason::Ringing => R::TL_ACD_CALL_RINGS,
        CallReason::Weight => R::TL_ACD_CALL_WEIGHT,
        CallReason::Priority => R::TL_ACD_CALL_PRIORITY,
        CallReason::Order => R::TL_ACD_CALL_ORDER,
        CallReason::Age => R::TL_ACD_CALL_AGE,
        _ => return 0,
    }) as u32
}

pub(super) fn agent_reason(reason: AgentReason) -> u32 {
    use tl_acd_agent_reason as R;
    (match reason {
        AgentReason::Preferred => R::TL_ACD_AGENT_PREFERRED,
        AgentReason::Alone => R::TL_ACD_AGENT_ALONE,
        AgentReason::Everybody => R::TL_ACD_AGENT_EVERYBODY,
        AgentReason::Penalty => R::TL_ACD_AGENT_PENALTY,
        AgentReason::Level => R::TL_ACD_AGENT_LEVEL,
        AgentReason::Skill => R::TL_ACD_AGENT_SKILL,
        AgentReason::Order => R::TL_ACD_AGENT_ORDER,
        AgentReason::Turn => R::TL_ACD_AGENT_TURN,
        AgentReason::Chance => R::TL_ACD_AGENT_CHANCE,
        _ => return 0,
    }) as u32
}

/// From now on each `TL_ACD_OFFER` is followed by `TL_ACD_CHOSEN`, which says why it was made, if
/// `wanted` is not 0. Off at first and after a restore; it changes no decision. Outputs must be
/// polled first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_choices(acd: *mut tl_acd, wanted: u32) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_set_choices", acd, |routing| {
            routing.engine.set_choices(wanted != 0)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores why a waiting call waits. Looks at every membership.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_why_waiting(
    acd: *const tl_acd,
    call: u64,
    why: *mut tl_acd_why_waiting,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_why_waiting", acd, |engine| {
            let of = engine.why_waiting(CallId::from_raw(call))?;
            let filled = tl_acd_why_waiting {
                unskilled: of.unskilled,
                out_of_window: of.out_of_window,
                logged_out: of.logged_out,
                not_ready: of.not_ready,
                left_alone: of.left_alone,
                busy: of.busy,
                tried: of.tried,
                free: of.free,
                ahead: of.ahead,
                ringing: of.ringing,
                alone_until: set64(of.alone_until.map(Time::ms)),
                next_change: set64(of.next_change.map(Time::ms)),
                paused: of.paused,
                reserved32: 0,
                reserved: 0,
            };
            store(why, "why", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores why an agent is idle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_why_idle(
    acd: *const tl_acd,
    agent: u64,
    why: *mut tl_acd_why_idle,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_why_idle", acd, |engine| {
            let of = engine.why_idle(AgentId::from_raw(agent))?;
            let filled = tl_acd_why_idle {
                available: of.available.into(),
                unskilled: of.unskilled,
                out_of_window: of.out_of_window,
                held: of.held,
                open: of.open,
                paused: of.paused,
                left_alone_until: set64(of.left_alone_until.map(Time::ms)),
                reserved: [0; 2],
            };
            store(why, "why", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores three predictions for a waiting call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_estimates(
    acd: *const tl_acd,
    call: u64,
    estimates: *mut tl_acd_estimates,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_estimates", acd, |engine| {
            let of = engine.estimates(CallId::from_raw(call))?;
            let filled = tl_acd_estimates {
                by_length_ms: set64(of.by_length_ms),
                by_last_served_ms: set64(of.by_last_served_ms),
                by_first_ms: set64(of.by_first_ms),
                reserved: 0,
            };
            store(estimates, "estimates", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores in `call` which call this agent would get if it became free now, and in `reason`, a
/// `tl_acd_call_reason`, why that one; or returns `TL_DONE` when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_next_call(
    acd: *const tl_acd,
    agent: u64,
    call: *mut u64,
    reason: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_next_call", acd, |engine| {
            crate::pointers::writable(reason, "reason")?;
            let next = engine.next_call(AgentId::from_raw(agent))?;
            store(call, "call", next.map_or(TL_NONE, |next| next.call.raw()))?;
            store(reason, "reason", next.map_or(0, |next| call_reason(next.because)))?;
            Ok(if next.is_some() { tl_status::TL_OK } else { tl_status::TL_DONE })
        })
    }
}

/// The call an agent would get, and why.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_next {
    /// Which; `TL_NONE` when there is none.
    pub call: u64,
    /// The one that would come after it, or `TL_NONE`.
    pub before: u64,
    /// What puts it before that one: a `tl_acd_call_reason`.
    pub because: u32,
    /// 0.
    pub reserved32: u32,
    /// For later versions; 0.
    pub reserved: u64,
}

/// As `tl_acd_next_call`, and which call would come after it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_next_call(
    acd: *const tl_acd,
    agent: u64,
    next: *mut tl_acd_next,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_next_call", acd, |engine| {
            let found = engine.next_call(AgentId::from_raw(agent))?;
            let filled = tl_acd_next {
                call: set64(found.map(|found| found.call.raw())),
                before: set64(found.and_then(|found| found.before).map(CallId::raw)),
                because: found.map_or(0, |found| call_reason(found.because)),
                reserved32: 0,
                reserved: 0,
            };
            store(next, "next", filled)?;
            Ok(if found.is_some() { tl_status::TL_OK } else { tl_status::TL_DONE })
        })
    }
}

/// Says why a call waits in `text`, which has room for `room` bytes, a NUL included, and stores in
/// `len` how long it is without. When the room is too small, returns `TL_ERR_BUFFER`, and `len` says
/// how long it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_explain_call(
    acd: *const tl_acd,
    call: u64,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_explain_call", acd, |engine| {
            let why = engine.why_waiting(CallId::from_raw(call))?;
            say((text, room, len), &Waiting(&why))
        })
    }
}

/// As `tl_acd_explain_call`, why an agent is idle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_explain_agent(
    acd: *const tl_acd,
    agent: u64,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_explain_agent", acd, |engine| {
            let agent = AgentId::from_raw(agent);
            let (why, state) = (engine.why_idle(agent)?, engine.agent_state(agent)?);
            say((text, room, len), &Idle(&why, state))
        })
    }
}

/// # Safety
/// `text` is NULL or writable for `room` bytes, `len` is NULL or writable.
unsafe fn say(to: (*mut c_char, usize, *mut usize), text: &dyn fmt::Display) -> Outcome {
    // SAFETY: as this function's own contract.
    unsafe { write_text(to, text) }?;
    Ok(tl_status::TL_OK)
}

/// "; 3 busy" for each count that is not 0.
fn counts(f: &mut fmt::Formatter<'_>, counts: &[(u32, &str)]) -> fmt::Result {
    let mut before = "";
    for (count, what) in counts.iter().filter(|(count, _)| *count > 0) {
        write!(f, "{before}{count} {what}")?;
        before = ", ";
    }
    if before.is_empty() { f.write_str("none") } else { Ok(()) }
}

struct Waiting<'a>(&'a WhyWaiting);

impl fmt::Display for Waiting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = self.0;
        write!(f, "{} ahead, {} phones ringing for it; members: ", why.ahead, why.ringing)?;
        let members = [
            (why.unskilled, "without the skills it asks for"),
            (why.out_of_window, "outside its penalties"),
            (why.logged_out, "logged out"),
            (why.not_ready, "not ready"),
            (why.paused, "paused in this queue"),
            (why.left_alone, "left alone after a missed offer"),
            (why.busy, "busy"),
            (why.tried, "tried already or ringing for it"),
            (why.free, "free"),
        ];
        counts(f, &members)?;
        if let Some(until) = why.alone_until {
            write!(f, "; waits for its preferred agent alone until {}", until.ms())?;
        }
        if let Some(at) = why.next_change {
            write!(f, "; looks again at {}", at.ms())?;
        }
        Ok(())
    }
}

struct Idle<'a>(&'a WhyIdle, acd_core::AgentState);

impl fmt::Display for Idle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(why, state) = self;
        let word = match state {
            acd_core::AgentState::LoggedOut => "logged out",
            acd_core::AgentState::Available if why.available => "available",
            acd_core::AgentState::Available => "available, but not for a call",
            acd_core::AgentState::NotReady(_) => "not ready",
            acd_core::AgentState::Ringing => "ringing",
            acd_core::AgentState::Talking => "talking",
            acd_core::AgentState::WrapUp => "in wrap-up",
        };
        f.write_str(word)?;
        if let acd_core::AgentState::NotReady(reason) = state {
            write!(f, " for reason {reason}")?;
        }
        if let Some(until) = why.left_alone_until {
            write!(f, ", left alone until {} after a missed offer", until.ms())?;
        }
        f.write_str("; calls waiting in its queues: ")?;
        let calls = [
            (why.unskilled, "ask for a skill it lacks"),
            (why.out_of_window, "exclude its penalty"),
            (why.paused, "in queues it is paused in"),
            (why.held, "held for others or missed a while ago"),
            (why.open, "it could take"),
        ];
        counts(f, &calls)
    }
}

/// The certificate of a choice, as an output's fields.
pub(super) fn chosen(choice: &Choice) -> (u32, u32, [u64; 2]) {
    let next = [
        choice.next_agent.map_or(TL_NONE, AgentId::raw),
        choice.next_call.map_or(TL_NONE, CallId::raw),
    ];
    (agent_reason(choice.agent_reason), call_reason(choice.call_reason), next)
}
