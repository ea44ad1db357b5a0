//! # Routing: statistics
//!
//! A fold over what the engine says: traffic by interval and queue, agents' time by state, every
//! call's detail. Poll the engine through it, or show it each output right after it was polled. It grows
//! with what happens: it takes memory from the allocator.

use std::collections::VecDeque;

use acd_core::Time;
use acd_core::stats::{CallDetail, Stats};

use super::engine::tl_acd;
use super::output::tl_acd_output;
use crate::config::{Growing, optional};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter, enter_both};
use crate::pointers::{input, store, writable, write_bytes};
use crate::tl_status;
use crate::values::tl_time;

/// Statistics.
#[derive(Debug)]
pub struct tl_stats {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Counting {
    pub(super) stats: Stats,
    /// Calls that have ended, taken out of the numbers and not yet handed out.
    done: VecDeque<CallDetail>,
}

impl Counting {
    fn new(stats: Stats) -> Self {
        Self { stats, done: VecDeque::new() }
    }

    pub(super) fn next_call(&mut self) -> Option<CallDetail> {
        if self.done.is_empty() {
            self.done.extend(self.stats.take_calls());
        }
        self.done.pop_front()
    }
}

impl Kind for tl_stats {
    const MAGIC: u32 = u32::from_le_bytes(*b"tSta");
    type Value = Counting;
}

/// How statistics count.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_config {
    /// Set by `tl_stats_defaults`.
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// How long an interval is. Default: 1,800,000, half an hour.
    pub interval_ms: u64,
    /// Answered or abandoned within so long is in the service level. Default: 20,000.
    pub level_ms: u64,
    /// Abandoned before so long is a short call. Default: 5,000.
    pub short_ms: u64,
}

// SAFETY: repr(C), begins with a u32; two u32 and three u64, so there is no padding.
unsafe impl Growing for tl_stats_config {
    const FIRST_SIZE: usize = 32;

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            reserved: 0,
            interval_ms: 1_800_000,
            level_ms: 20_000,
            short_ms: 5_000,
        }
    }
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_defaults(config: *mut tl_stats_config) -> tl_status {
    guard("tl_stats_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(config, "config", tl_stats_config::defaults()) }?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes statistics without numbers yet. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_new(
    config: *const tl_stats_config,
    stats: *mut *mut tl_stats,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_stats_new", || unsafe {
        let config = optional(config)?;
        let numbers = Stats::new(config.interval_ms, config.level_ms, config.short_ms);
        object::create(stats, |_| Ok(()), |()| Ok(Counting::new(numbers)))
    })
}

/// Ends statistics. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_free(stats: *mut tl_stats) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_stats_free", stats) }
}

/// As `tl_acd_poll`, and counts the output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_poll(
    stats: *mut tl_stats,
    acd: *mut tl_acd,
    output: *mut tl_acd_output,
) -> tl_status {
    let both = (stats.cast_const(), acd.cast_const());
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter_both("tl_stats_poll", both, |counting, routing| {
            writable(output, "output")?;
            let Some((at, next)) = routing.poll() else {
                return Ok(tl_status::TL_DONE);
            };
            counting.stats.see(at, &next);
            store(output, "output", tl_acd_output::new(at, next))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Counts the output that was polled last from the engine, another way than by `tl_stats_poll`:
/// once for each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_see(stats: *mut tl_stats, acd: *const tl_acd) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter_both("tl_stats_see", (stats.cast_const(), acd), |counting, routing| {
            let (at, output) = routing.polled()?;
            counting.stats.see(at, &output);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Drops the rows of traffic and of agents whose interval began before that instant, so that the tables
/// do not grow for ever; agents and ratings of all time stay. A call that joined before and ends later
/// has its detail, but no row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_forget_before(stats: *mut tl_stats, at: tl_time) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_stats_forget_before", stats, |counting| {
            counting.stats.forget_before(Time::from_ms(at));
            Ok(tl_status::TL_OK)
        })
    }
}

/// Writes all the numbers into `bytes`, which has room for `room`, and stores their length in `len`;
/// when the room is too small, returns `TL_ERR_BUFFER`. `TL_ERR_UNDRAINED`: take the calls that have
/// ended with `tl_stats_next_call` until `TL_DONE`, or none of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_snapshot(
    stats: *const tl_stats,
    bytes: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_snapshot", stats, |counting| {
            if !counting.done.is_empty() {
                let text = "take the rest of the calls first";
                return Err(Failure::new(tl_status::TL_ERR_UNDRAINED, text));
            }
            write_bytes((bytes, room, len), |bytes| {
                let snapshot = counting.stats.snapshot();
                if let Some(to) = bytes.get_mut(..snapshot.len()) {
                    to.copy_from_slice(&snapshot);
                }
                Ok(snapshot.len())
            })
        })
    }
}

/// Makes statistics with the numbers of a snapshot of `len` bytes: they go on as if they had never
/// stopped. `TL_ERR_ACD_SNAPSHOT`: it is damaged, or of another version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_restore_new(
    snapshot: *const u8,
    len: usize,
    stats: *mut *mut tl_stats,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_stats_restore_new", || unsafe {
        let numbers = Stats::restore(input(snapshot, len, "snapshot")?)?;
        object::create(stats, |_| Ok(()), |()| Ok(Counting::new(numbers)))
    })
}

/// Stores the numbers as one: equal for statistics of the same outputs, on every machine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_state_hash(stats: *const tl_stats, hash: *mut u64) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_stats_state_hash", stats, |counting| {
            store(hash, "hash", counting.stats.state_hash())?;
            Ok(tl_status::TL_OK)
        })
    }
}
