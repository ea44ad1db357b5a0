//! # Routing: the engine
//!
//! Who gets which call. Tell it what happened with an input, then take what it says with
//! `tl_acd_poll` until `TL_DONE`, and call `tl_acd_tick` no later than `tl_acd_deadline`. The same
//! inputs give the same outputs, on every machine. The clock handed in must never go back.

use acd_core::log::Change;
use acd_core::{Engine, EngineStorage, Error, Limits, Time};

use crate::arena::Arena;
use crate::config::optional;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, store, store_if_wanted, writable, write_bytes};
use crate::tl_status;
use crate::values::{set64, tl_time};

use super::limits::tl_acd_limits;
use super::log::Routing;
use super::output::tl_acd_output;
use super::strategy::call_order;

/// A routing engine: queues, agents, calls, and who is offered what.
#[derive(Debug)]
pub struct tl_acd {
    _opaque: [u8; 0],
}

impl Kind for tl_acd {
    const MAGIC: u32 = u32::from_le_bytes(*b"tAcd");
    type Value = Routing;
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        use tl_status as S;
        let status = match error {
            Error::NoQueue(_) => S::TL_ERR_ACD_NO_QUEUE,
            Error::NoAgent(_) => S::TL_ERR_ACD_NO_AGENT,
            Error::NoCall(_) => S::TL_ERR_ACD_NO_CALL,
            Error::NoOffer(_) => S::TL_ERR_ACD_NO_OFFER,
            Error::NoClass(_) => S::TL_ERR_ACD_NO_CLASS,
            Error::NoProfile(_) => S::TL_ERR_ACD_NO_PROFILE,
            Error::DuplicateQueue(_) => S::TL_ERR_ACD_DUPLICATE_QUEUE,
            Error::DuplicateAgent(_) => S::TL_ERR_ACD_DUPLICATE_AGENT,
            Error::AlreadyMember(..) => S::TL_ERR_ACD_ALREADY_MEMBER,
            Error::NotMember(..) => S::TL_ERR_ACD_NOT_MEMBER,
            Error::WrongState(_) => S::TL_ERR_ACD_WRONG_STATE,
            Error::QueueInUse(_) => S::TL_ERR_ACD_QUEUE_IN_USE,
            Error::NoRule(_) => S::TL_ERR_ACD_NO_RULE,
            Error::RuleInUse(_) => S::TL_ERR_ACD_RULE_IN_USE,
            Error::Full(_) => S::TL_ERR_ACD_FULL,
            Error::TimeBackwards { .. } => S::TL_ERR_ACD_TIME_BACKWARDS,
            Error::Undrained => S::TL_ERR_UNDRAINED,
            Error::Config(_) => S::TL_ERR_ACD_CONFIG,
            Error::Snapshot(_) => S::TL_ERR_ACD_SNAPSHOT,
            Error::WrongEpoch { .. } => S::TL_ERR_ACD_WRONG_EPOCH,
            _ => S::TL_ERR_ACD,
        };
        Self::new(status, error)
    }
}

pub(super) fn lay(arena: &mut Arena, limits: Limits) -> Result<EngineStorage<'static>, Failure> {
    let all = limits.filled();
    Ok(EngineStorage {
        queues: arena.slots(all.queues)?,
        agents: arena.slots(all.agents)?,
        tags: arena.slots(all.agents)?,
        memberships: arena.slots(all.memberships)?,
        calls: arena.slots(all.calls)?,
        places: arena.slots(all.calls)?,
        ranks: arena.slots(all.ranks())?,
        details: arena.slots(all.calls)?,
        callers: arena.table(all.callers(), 0)?,
        offers: arena.slots(all.offers)?,
        lines: arena.slots(all.lines)?,
        pools: arena.slots(all.pools)?,
        classes: arena.slots(all.classes.into())?,
        profiles: arena.slots(all.profiles.into())?,
        skills: arena.slots(all.skills)?,
        fits: arena.table(all.fit_words(), 0)?,
        line_index: arena.table(all.line_index(), 0)?,
        line_words: arena.table(all.line_words(), 0)?,
        pool_index: arena.table(all.pool_index(), 0)?,
        pool_words: arena.table(all.pool_words(), 0)?,
        timers: arena.slots(all.timers())?,
        alarms: arena.slots(all.alarms())?,
        outputs: arena.slots(all.outputs)?,
        steps: arena.slots(all.steps)?,
        rules: arena.slots(all.rules.into())?,
        ghosts: arena.slots(all.ghosts)?,
    })
}

/// # Safety
/// `limits` is NULL or readable for the `struct_size` bytes it claims.
pub(super) unsafe fn limits_of(limits: *const tl_acd_limits) -> Result<Limits, Failure> {
    // SAFETY: as this function's own contract.
    unsafe { optional(limits) }?.limits()
}

/// Stores in `size` how many bytes an engine with these limits takes. `limits` may be NULL for the
/// defaults, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_size(limits: *const tl_acd_limits, size: *mut usize) -> tl_status {
    guard("tl_acd_size", || {
        // SAFETY: the header's contract for pointers.
        let limits = unsafe { limits_of(limits) }?;
        let bytes = object::size::<tl_acd, _>(|arena| lay(arena, limits))?;
        // SAFETY: the header's contract for pointers.
        unsafe { store(size, "size", bytes) }?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes an engine in the caller's block of `size` bytes, aligned to `TL_ALIGN`, which must stay
/// where it is and be left alone until `tl_acd_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_init(
    memory: *mut core::ffi::c_void,
    size: usize,
    limits: *const tl_acd_limits,
    acd: *mut *mut tl_acd,
) -> tl_status {
    guard("tl_acd_init", || {
        // SAFETY: the header's contract for pointers and blocks of memory.
        unsafe {
            let limits = limits_of(limits)?;
            object::init(
                (memory.cast(), size),
                acd,
                |arena| lay(arena, limits),
                |storage| Ok(Routing::new(Engine::new(storage, limits.ring_max)?)),
            )
        }
    })
}

/// Makes an engine in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_new(
    limits: *const tl_acd_limits,
    acd: *mut *mut tl_acd,
) -> tl_status {
    guard("tl_acd_new", || {
        // SAFETY: the header's contract for pointers.
        unsafe {
            let limits = limits_of(limits)?;
            object::create(
                acd,
                |arena| lay(arena, limits),
                |storage| Ok(Routing::new(Engine::new(storage, limits.ring_max)?)),
            )
        }
    })
}

/// As `tl_acd_init`, in the state of a snapshot of `len` bytes that was taken with the same limits:
/// the engine goes on as if it had never stopped. A damaged snapshot is found out, a forged one is
/// not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_restore_init(
    memory: *mut core::ffi::c_void,
    size: usize,
    limits: *const tl_acd_limits,
    snapshot: *const u8,
    len: usize,
    acd: *mut *mut tl_acd,
) -> tl_status {
    guard("tl_acd_restore_init", || {
        // SAFETY: the header's contract for pointers and blocks of memory.
        unsafe {
            let limits = limits_of(limits)?;
            let snapshot = input(snapshot, len, "snapshot")?;
            object::init(
                (memory.cast(), size),
                acd,
                |arena| lay(arena, limits),
                |storage| {
                    let engine = Engine::restore_in(storage, limits.ring_max, snapshot)?;
                    Ok(Routing::new(engine))
                },
            )
        }
    })
}

/// As `tl_acd_new`, in the state of a snapshot; see `tl_acd_restore_init`.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_restore_new(
    limits: *const tl_acd_limits,
    snapshot: *const u8,
    len: usize,
    acd: *mut *mut tl_acd,
) -> tl_status {
    guard("tl_acd_restore_new", || {
        // SAFETY: the header's contract for pointers.
        unsafe {
            let limits = limits_of(limits)?;
            let snapshot = input(snapshot, len, "snapshot")?;
            object::create(
                acd,
                |arena| lay(arena, limits),
                |storage| {
                    let engine = Engine::restore_in(storage, limits.ring_max, snapshot)?;
                    Ok(Routing::new(engine))
                },
            )
        }
    })
}

/// Writes the whole state into `bytes`, which has room for `room`, and stores its length in `len`.
/// When the room is too small, returns `TL_ERR_BUFFER` and `len` says how much it takes. Outputs
/// must be polled first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_snapshot(
    acd: *const tl_acd,
    bytes: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_snapshot", acd, |engine| {
            write_bytes((bytes, room, len), |bytes| Ok(engine.snapshot(bytes)?))
        })
    }
}

/// Stores the state as one number: equal for engines of the same limits that were told the same, on
/// every machine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_state_hash(acd: *const tl_acd, hash: *mut u64) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_state_hash", acd, |engine| {
            store(hash, "hash", engine.state_hash())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Ends an engine. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_free(acd: *mut tl_acd) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_acd_free", acd) }
}

/// Starts the random strategies from another seed. Engines with the same seed and the same inputs
/// decide alike.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_seed(acd: *mut tl_acd, seed: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_set_seed", acd, |routing| {
            routing.make(&Change::Seed(seed))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Sets which call an agent of several queues gets from now on; `order` is a `tl_acd_call_order`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_call_order(acd: *mut tl_acd, order: u32) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_set_call_order", acd, |routing| {
            routing.make(&Change::CallOrder(call_order(order)?))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// A new term of office begins, later than the one before: of a standby that takes over, having
/// replayed the log so far. What was meant for an earlier one is found out by `tl_acd_check_epoch`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_begin_epoch(acd: *mut tl_acd, epoch: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_begin_epoch", acd, |routing| {
            routing.make(&Change::BeginEpoch(epoch))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// `TL_ERR_ACD_WRONG_EPOCH` unless this is the current term of office: ask before every input that may
/// come late, or from another node. Stores the current one in `current`, which may be NULL, either way;
/// it is 0 before the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_check_epoch(
    acd: *const tl_acd,
    epoch: u64,
    current: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_check_epoch", acd, |engine| {
            let now = engine.epoch();
            store_if_wanted(current, "current", now)?;
            if epoch != now {
                return Err(Error::WrongEpoch { current: now, given: epoch }.into());
            }
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the next output in `output`, or returns `TL_DONE` when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_poll(acd: *mut tl_acd, output: *mut tl_acd_output) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_poll", acd, |routing| {
            writable(output, "output")?;
            let Some((at, next)) = routing.poll() else {
                return Ok(tl_status::TL_DONE);
            };
            store(output, "output", tl_acd_output::new(at, next))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores in `at` when the engine wants `tl_acd_tick` at the latest, unless another input comes
/// sooner; `TL_NONE` when not before the next input.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_deadline(acd: *const tl_acd, at: *mut tl_time) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_deadline", acd, |engine| {
            store(at, "at", set64(engine.deadline().map(Time::ms)))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores in `at` the instant of the last input, before which none may be. Of a restored engine: that of
/// the snapshot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_last_input(acd: *const tl_acd, at: *mut tl_time) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_last_input", acd, |engine| {
            store(at, "at", engine.last_input().ms())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Engines may be handed from one thread to another.
const _: fn() = || {
    fn assert_send<T: Send>() {}
    assert_send::<Routing>();
};
