//! # Routing: statistics
//!
//! A fold over what the engine says: traffic by interval and queue, agents' time by state, every
//! call's detail. Poll the engine through it, or show it each output right after it was polled. In the
//! caller's memory it has so many rows, and counts what found no room; from the allocator it takes
//! memory as it grows.

use core::ffi::c_void;

use acd_core::Time;
use acd_core::stats::{Stats, StatsConfig, StatsLimits, StatsStorage};

use super::engine::{limits_of, tl_acd};
use super::limits::tl_acd_limits;
use super::output::tl_acd_output;
use super::queue::{level, tl_acd_level};
use crate::arena::Arena;
use crate::config::{Growing, optional, store_defaults, store_grown};
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

impl Kind for tl_stats {
    const MAGIC: u32 = u32::from_le_bytes(*b"tSta");
    type Value = Stats<'static>;
}

/// How statistics count.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_config {
    /// Set by `tl_stats_defaults`.
    pub struct_size: u32,
    /// A `tl_acd_level`: what `tl_stats_get_service_level` counts. Default: of the answered.
    pub level: u32,
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
        let StatsConfig { interval_ms, level_ms, short_ms, .. } = StatsConfig::default();
        let struct_size = size_of::<Self>() as u32;
        let level = tl_acd_level::TL_ACD_LEVEL_OF_ANSWERED as u32;
        Self { struct_size, level, interval_ms, level_ms, short_ms }
    }
}

impl tl_stats_config {
    fn config(&self) -> Result<StatsConfig, Failure> {
        let Self { interval_ms, level_ms, short_ms, .. } = *self;
        Ok(StatsConfig { interval_ms, level_ms, short_ms, level: level("level", self.level)? })
    }
}

/// How many rows statistics in the caller's memory have room for. What finds no room is left out of
/// that table, and counted: see `tl_stats_get_lost`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_limits {
    /// Set by `tl_stats_limits_defaults` and `tl_stats_limits_for`.
    pub struct_size: u32,
    /// Rows by interval and queue. Default: 768.
    pub traffic: u32,
    /// Rows by interval, queue and class of calls. Default: 768.
    pub classes: u32,
    /// Agents. Default: 64.
    pub agents: u32,
    /// Rows by interval and agent. Default: 3,072.
    pub agent_intervals: u32,
    /// Pairs of a queue and an agent whose calls were rated in it. Default: 144.
    pub ratings: u32,
    /// Calls at the same time. Default: 256.
    pub calls: u32,
    /// Calls that have ended and were not taken yet. Default: 256.
    pub ended: u32,
}

impl From<StatsLimits> for tl_stats_limits {
    fn from(limits: StatsLimits) -> Self {
        let StatsLimits { traffic, classes, agents, agent_intervals, ratings, calls, ended } =
            limits;
        let struct_size = size_of::<Self>() as u32;
        Self { struct_size, traffic, classes, agents, agent_intervals, ratings, calls, ended }
    }
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_stats_limits {
    const FIRST_SIZE: usize = 32;

    fn defaults() -> Self {
        StatsLimits::default().into()
    }
}

fn lay(arena: &mut Arena, limits: &tl_stats_limits) -> Result<StatsStorage<'static>, Failure> {
    Ok(StatsStorage {
        traffic: arena.slots(limits.traffic)?,
        classes: arena.slots(limits.classes)?,
        agents: arena.slots(limits.agents)?,
        agent_intervals: arena.slots(limits.agent_intervals)?,
        ratings: arena.slots(limits.ratings)?,
        calls: arena.slots(limits.calls)?,
        ended: arena.slots(limits.ended)?,
    })
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_defaults(
    config: *mut tl_stats_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_stats_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// Fills in the default limits: those for `tl_acd_limits_defaults` and a day of half hours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_limits_defaults(
    limits: *mut tl_stats_limits,
    struct_size: usize,
) -> tl_status {
    guard("tl_stats_limits_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(limits, "limits", struct_size) }
    })
}

/// Fills in room for everything that an engine of these limits can say in so many intervals, if older
/// rows are forgotten and the calls that ended taken before there are more. `acd_limits` may be NULL for
/// the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_limits_for(
    acd_limits: *const tl_acd_limits,
    intervals: u32,
    limits: *mut tl_stats_limits,
    struct_size: usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_stats_limits_for", || unsafe {
        let filled = StatsLimits::new(limits_of(acd_limits)?, intervals).into();
        store_grown(limits, "limits", struct_size, &filled)
    })
}

/// Stores in `size` how many bytes statistics of these limits take. `limits` may be NULL for the
/// defaults, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_size(
    limits: *const tl_stats_limits,
    size: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_stats_size", || unsafe {
        let limits = optional(limits)?;
        store(size, "size", object::size::<tl_stats, _>(|arena| lay(arena, &limits))?)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes statistics without numbers yet in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
/// `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_init(
    memory: *mut c_void,
    size: usize,
    limits: *const tl_stats_limits,
    config: *const tl_stats_config,
    stats: *mut *mut tl_stats,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_stats_init", || unsafe {
        let (limits, config) = (optional(limits)?, optional(config)?.config()?);
        let tables = |arena: &mut Arena| lay(arena, &limits);
        let build = |storage| Ok(Stats::new(config, storage));
        object::init((memory.cast(), size), stats, tables, build)
    })
}

/// Makes statistics without numbers yet. They have room for whatever comes, and take memory from the
/// allocator as they grow: `tl_stats_forget_before` and `tl_stats_next_call` keep them small. `config`
/// may be NULL for the defaults.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_new(
    config: *const tl_stats_config,
    stats: *mut *mut tl_stats,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_stats_new", || unsafe {
        let config = optional(config)?.config()?;
        object::create(stats, |_| Ok(()), |()| Ok(Stats::growing(config)))
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
        enter_both("tl_stats_poll", both, |numbers, routing| {
            writable(output, "output")?;
            let Some((at, next)) = routing.poll() else {
                return Ok(tl_status::TL_DONE);
            };
            numbers.see(at, &next);
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
        enter_both("tl_stats_see", (stats.cast_const(), acd), |numbers, routing| {
            let (at, output) = routing.polled()?;
            numbers.see(at, &output);
            Ok(tl_status::TL_OK)
        })
    }
}

/// How often something was not counted in a table because it was full. All 0 when nothing is missing
/// from the reports.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_lost {
    /// Changes of traffic by interval and queue.
    pub traffic: u64,
    /// Changes of traffic by interval, queue and class.
    pub classes: u64,
    /// Changes of agents.
    pub agents: u64,
    /// Changes of agents by interval.
    pub agent_intervals: u64,
    /// Ratings by queue and agent.
    pub ratings: u64,
    /// Calls that were not followed: they are offered, and nothing more is known of them.
    pub calls: u64,
    /// Calls that ended and are not among those of `tl_stats_next_call`.
    pub ended: u64,
    /// For later versions; 0.
    pub reserved: u64,
}

/// Stores what is missing because a table was full.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_get_lost(
    stats: *const tl_stats,
    lost: *mut tl_stats_lost,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_stats_get_lost", stats, |numbers| {
            let of = numbers.lost();
            let filled = tl_stats_lost {
                traffic: of.traffic,
                classes: of.classes,
                agents: of.agents,
                agent_intervals: of.agent_intervals,
                ratings: of.ratings,
                calls: of.calls,
                ended: of.ended,
                reserved: 0,
            };
            store(lost, "lost", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Drops the rows of traffic and of agents whose interval began before that instant: there is room for
/// others again; agents and ratings of all time stay. A call that joined before and ends later
/// has its detail, but no row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_forget_before(stats: *mut tl_stats, at: tl_time) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_stats_forget_before", stats, |numbers| {
            numbers.forget_before(Time::from_ms(at));
            Ok(tl_status::TL_OK)
        })
    }
}

/// Writes all the numbers into `bytes`, which has room for `room`, and stores their length in `len`;
/// when the room is too small, returns `TL_ERR_BUFFER`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_snapshot(
    stats: *const tl_stats,
    bytes: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_snapshot", stats, |numbers| {
            write_bytes((bytes, room, len), |bytes| Ok(numbers.write_snapshot(bytes)))
        })
    }
}

/// Makes statistics with the numbers of a snapshot of `len` bytes in the caller's block of `size` bytes,
/// aligned to `TL_ALIGN`: they go on as if they had never stopped. The limits may be others than before.
/// `TL_ERR_ACD_SNAPSHOT`: it is damaged, of another version, or holds more rows than there is room for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_restore_init(
    memory: *mut c_void,
    size: usize,
    limits: *const tl_stats_limits,
    snapshot: *const u8,
    len: usize,
    stats: *mut *mut tl_stats,
) -> tl_status {
    // SAFETY: the header's contract for pointers, blocks of memory and pointers with a count.
    guard("tl_stats_restore_init", || unsafe {
        let (limits, snapshot) = (optional(limits)?, input(snapshot, len, "snapshot")?);
        let tables = |arena: &mut Arena| lay(arena, &limits);
        let build = |storage| Ok(Stats::restore_in(storage, snapshot)?);
        object::init((memory.cast(), size), stats, tables, build)
    })
}

/// As `tl_stats_new`, with the numbers of a snapshot; see `tl_stats_restore_init`.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_restore_new(
    snapshot: *const u8,
    len: usize,
    stats: *mut *mut tl_stats,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_stats_restore_new", || unsafe {
        let numbers = Stats::restore(input(snapshot, len, "snapshot")?)?;
        object::create(stats, |_| Ok(()), |()| Ok(numbers))
    })
}

/// Stores the numbers as one: equal for statistics of the same outputs, on every machine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_state_hash(stats: *const tl_stats, hash: *mut u64) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_stats_state_hash", stats, |numbers| {
            store(hash, "hash", numbers.state_hash())?;
            Ok(tl_status::TL_OK)
        })
    }
}
