//! # Routing: following what the engine says
//!
//! A follower adds to each output what it does not repeat (since when the call waits, how many are
//! left in the queue), which `tl_acd_render_...` wants to know; an accuracy compares what was predicted
//! for each call with how long it then waited. Both take in every output right after it was polled,
//! with `tl_acd_follower_see` and `tl_acd_accuracy_see`, as statistics do with `tl_stats_see`.

use core::ffi::c_void;

use acd_core::render::{Follower, Seen};
use acd_core::{Accuracy, AgentId, CallId, EstimateError, Limits, QueueId};

use super::engine::{limits_of, tl_acd};
use super::limits::tl_acd_limits;
use super::output::agent_state;
use crate::arena::Arena;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter, enter_both};
use crate::pointers::store;
use crate::tl_status;
use crate::values::{TL_NONE, tl_time};

/// Follows the calls and agents of one engine.
#[derive(Debug)]
pub struct tl_acd_follower {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Following {
    pub(super) follower: Follower<'static>,
    seen: Option<Seen>,
}

impl Following {
    /// The output that was taken in last.
    pub(super) fn seen(&self) -> Result<&Seen, Failure> {
        self.seen.as_ref().ok_or_else(|| Failure::argument("the follower has seen no output yet"))
    }
}

impl Kind for tl_acd_follower {
    const MAGIC: u32 = u32::from_le_bytes(*b"tFol");
    type Value = Following;
}

fn lay_follower(arena: &mut Arena, limits: Limits) -> Result<Follower<'static>, Failure> {
    let all = limits.filled();
    Ok(Follower::new(arena.slots(all.calls)?, arena.slots(all.agents)?, arena.slots(all.queues)?))
}

#[allow(clippy::unnecessary_wraps, reason = "the shape of every builder")]
fn follow(follower: Follower<'static>) -> Result<Following, Failure> {
    Ok(Following { follower, seen: None })
}

/// Stores in `size` how many bytes a follower takes of an engine with these limits. `limits` may be
/// NULL for the defaults, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_follower_size(
    limits: *const tl_acd_limits,
    size: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_acd_follower_size", || unsafe {
        let limits = limits_of(limits)?;
        let bytes = object::size::<tl_acd_follower, _>(|arena| lay_follower(arena, limits))?;
        store(size, "size", bytes)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes a follower in the caller's block of `size` bytes, aligned to `TL_ALIGN`; for an engine that
/// has said nothing yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_follower_init(
    memory: *mut c_void,
    size: usize,
    limits: *const tl_acd_limits,
    follower: *mut *mut tl_acd_follower,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_acd_follower_init", || unsafe {
        let limits = limits_of(limits)?;
        let tables = |arena: &mut Arena| lay_follower(arena, limits);
        object::init((memory.cast(), size), follower, tables, follow)
    })
}

/// The same in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_follower_new(
    limits: *const tl_acd_limits,
    follower: *mut *mut tl_acd_follower,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_acd_follower_new", || unsafe {
        let limits = limits_of(limits)?;
        object::create(follower, |arena| lay_follower(arena, limits), follow)
    })
}

/// Ends a follower. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_follower_free(follower: *mut tl_acd_follower) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_acd_follower_free", follower) }
}

/// Takes in the output that was polled last from the engine: once for each, before the engine is told
/// the next thing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_follower_see(
    follower: *mut tl_acd_follower,
    acd: *const tl_acd,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter_both("tl_acd_follower_see", (follower.cast_const(), acd), |this, routing| {
            let (at, output) = routing.polled()?;
            this.seen = Some(this.follower.see(&routing.engine, at, &output));
            Ok(tl_status::TL_OK)
        })
    }
}

/// What is known of a call beside what the engine itself tells.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_call_facts {
    /// Its tag.
    pub tag: u64,
    /// The queue it is in, or was in last; `TL_NONE` if the call is not followed.
    pub queue: u64,
    /// When it arrived.
    pub arrived: tl_time,
    /// When it joined the queue it is in.
    pub joined: tl_time,
    /// When the phone of the agent who answered began to ring; 0 before.
    pub called: tl_time,
    /// When an agent answered; 0 before.
    pub answered: tl_time,
    /// Its place when it joined that queue.
    pub original_position: u32,
    /// 1: an abandoned call that came back, or brought an age otherwise.
    pub resumed: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// What is known of an agent beside what the engine itself tells.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_agent_facts {
    /// Its `tl_acd_agent_state`.
    pub state: u32,
    /// The reason of not ready.
    pub reason: u32,
    /// What it was before.
    pub before: u32,
    /// The reason of not ready then.
    pub before_reason: u32,
    /// When it last logged in.
    pub login: tl_time,
    /// When it was last set not ready; 0 if never.
    pub last_pause: tl_time,
    /// The tag of the call it was offered last.
    pub last_call: u64,
    /// Offers it missed since it last answered one or became available.
    pub missed: u32,
    /// 0.
    pub reserved32: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// Stores what is known of a call. Of one that is not followed, or no more, nothing is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_follower_get_call(
    follower: *const tl_acd_follower,
    call: u64,
    facts: *mut tl_acd_call_facts,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_follower_get_call", follower, |this| {
            let of = this.follower.call(CallId::from_raw(call));
            let filled = tl_acd_call_facts {
                tag: of.tag,
                queue: of.queue.map_or(TL_NONE, QueueId::raw),
                arrived: of.arrived.ms(),
                joined: of.joined.ms(),
                called: of.called.ms(),
                answered: of.answered.ms(),
                original_position: of.original_position,
                resumed: of.resumed.into(),
                reserved: [0; 2],
            };
            store(facts, "facts", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what is known of an agent. One that is not followed is logged out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_follower_get_agent(
    follower: *const tl_acd_follower,
    agent: u64,
    facts: *mut tl_acd_agent_facts,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_follower_get_agent", follower, |this| {
            let of = this.follower.agent(AgentId::from_raw(agent));
            let (state, reason) = agent_state(of.state);
            let (before, before_reason) = agent_state(of.before);
            let filled = tl_acd_agent_facts {
                state,
                reason,
                before,
                before_reason,
                login: of.login.ms(),
                last_pause: of.last_pause.ms(),
                last_call: of.last_call,
                missed: of.missed,
                reserved32: 0,
                reserved: [0; 2],
            };
            store(facts, "facts", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Compares predictions of the wait with the waits.
#[derive(Debug)]
pub struct tl_acd_accuracy {
    _opaque: [u8; 0],
}

impl Kind for tl_acd_accuracy {
    const MAGIC: u32 = u32::from_le_bytes(*b"tAcc");
    type Value = Accuracy<'static>;
}

fn lay_accuracy(arena: &mut Arena, limits: Limits) -> Result<Accuracy<'static>, Failure> {
    let all = limits.filled();
    Ok(Accuracy::new(arena.slots(all.calls)?, arena.slots(all.queues)?))
}

/// Stores in `size` how many bytes an accuracy takes of an engine with these limits. `limits` may be
/// NULL for the defaults, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_accuracy_size(
    limits: *const tl_acd_limits,
    size: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_acd_accuracy_size", || unsafe {
        let limits = limits_of(limits)?;
        let bytes = object::size::<tl_acd_accuracy, _>(|arena| lay_accuracy(arena, limits))?;
        store(size, "size", bytes)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes an accuracy in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_accuracy_init(
    memory: *mut c_void,
    size: usize,
    limits: *const tl_acd_limits,
    accuracy: *mut *mut tl_acd_accuracy,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_acd_accuracy_init", || unsafe {
        let limits = limits_of(limits)?;
        let tables = |arena: &mut Arena| lay_accuracy(arena, limits);
        object::init((memory.cast(), size), accuracy, tables, Ok)
    })
}

/// The same in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_accuracy_new(
    limits: *const tl_acd_limits,
    accuracy: *mut *mut tl_acd_accuracy,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_acd_accuracy_new", || unsafe {
        let limits = limits_of(limits)?;
        object::create(accuracy, |arena| lay_accuracy(arena, limits), Ok)
    })
}

/// Ends an accuracy. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_accuracy_free(accuracy: *mut tl_acd_accuracy) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_acd_accuracy_free", accuracy) }
}

/// Takes in the output that was polled last from the engine: once for each, before the engine is told
/// the next thing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_accuracy_see(
    accuracy: *mut tl_acd_accuracy,
    acd: *const tl_acd,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter_both("tl_acd_accuracy_see", (accuracy.cast_const(), acd), |this, routing| {
            let (at, output) = routing.polled()?;
            this.see(&routing.engine, at, &output);
            Ok(tl_status::TL_OK)
        })
    }
}

/// The running error of one prediction, which is the prediction less the wait.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_estimate_error {
    /// Predictions that have been compared with a wait.
    pub count: u64,
    /// The sum of their errors, in ms: above 0, waits were shorter than predicted.
    pub sum_ms: i64,
    /// The sum of their errors without the sign, in ms.
    pub absolute_sum_ms: u64,
    /// The mean error, in ms.
    pub mean_ms: i64,
    /// The mean absolute error, in ms.
    pub mean_absolute_ms: u64,
}

/// The running errors of the three predictions of `tl_acd_estimates` in one queue.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_estimate_errors {
    /// Of `by_length_ms`.
    pub by_length: tl_acd_estimate_error,
    /// Of `by_last_served_ms`.
    pub by_last_served: tl_acd_estimate_error,
    /// Of `by_first_ms`.
    pub by_first: tl_acd_estimate_error,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

fn error(of: EstimateError) -> tl_acd_estimate_error {
    tl_acd_estimate_error {
        count: of.count,
        sum_ms: of.sum_ms,
        absolute_sum_ms: of.absolute_sum_ms,
        mean_ms: of.mean_ms(),
        mean_absolute_ms: of.mean_absolute_ms(),
    }
}

/// Stores how far off the predictions for a queue's calls were that waited and were answered. A call
/// whose phone rings at once, that leaves, or moves on, does not count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_accuracy_get(
    accuracy: *const tl_acd_accuracy,
    queue: u64,
    errors: *mut tl_acd_estimate_errors,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_accuracy_get", accuracy, |this| {
            let of = this.of(QueueId::from_raw(queue));
            let filled = tl_acd_estimate_errors {
                by_length: error(of.by_length),
                by_last_served: error(of.by_last_served),
                by_first: error(of.by_first),
                reserved: [0; 2],
            };
            store(errors, "errors", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}
