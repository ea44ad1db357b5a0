//! # Routing: statistics
//!
//! A fold over what the engine says: traffic by interval and queue, agents' time by state, every
//! call's detail. Poll the engine through it. It grows with what happens: it takes memory from the
//! allocator.

use std::collections::VecDeque;

use acd_core::stats::{AgentRow, CallDetail, CallEnd, Stats, Traffic};
use acd_core::{AgentId, Output, QueueId, Time};

use super::engine::tl_acd;
use super::output::{ended_by, leave, tl_acd_output};
use crate::config::{Growing, optional};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter, enter_both};
use crate::pointers::{list, store, writable};
use crate::tl_status;
use crate::values::{TL_NONE, option64, tl_time};

/// Statistics.
#[derive(Debug)]
pub struct tl_stats {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Counting {
    stats: Stats,
    done: VecDeque<CallDetail>,
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
        let counting = Counting {
            stats: Stats::new(config.interval_ms, config.level_ms, config.short_ms),
            done: VecDeque::new(),
        };
        object::create(stats, |_| Ok(()), |()| Ok(counting))
    })
}

/// Ends statistics. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_free(stats: *mut tl_stats) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_stats_free", stats) }
}

impl Counting {
    fn see(&mut self, at: Time, output: &Output) {
        self.stats.see(at, output);
        self.done.extend(self.stats.take_calls());
    }
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
            counting.see(at, &next);
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
            counting.see(at, &output);
            Ok(tl_status::TL_OK)
        })
    }
}

/// The calls that joined a queue in an interval, whenever they left it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_traffic {
    /// When the interval begins.
    pub from: tl_time,
    /// The queue; stale if it was removed.
    pub queue: u64,
    /// Calls that asked to join.
    pub offered: u64,
    /// Not let in.
    pub refused: u64,
    /// Answered.
    pub answered: u64,
    /// Hung up before that.
    pub abandoned: u64,
    /// Left otherwise: a timeout, a key, no agents, an overflow.
    pub left: u64,
    /// Went on to another queue.
    pub moved: u64,
    /// Answered within the service level.
    pub answered_in_level: u64,
    /// Abandoned within the service level.
    pub abandoned_in_level: u64,
    /// Abandoned almost at once.
    pub short_calls: u64,
    /// Waits in this queue of the calls that left it, in ms.
    pub waited_ms: u64,
    /// Waits of the answered calls in all queues, in ms.
    pub answer_ms: u64,
    /// Talk of the completed calls, in ms.
    pub talked_ms: u64,
    /// Ratings given.
    pub rated: u64,
    /// Their sum.
    pub rating: u64,
    /// For later versions; 0.
    pub reserved: [u64; 4],
}

impl tl_stats_traffic {
    fn new(from: Time, queue: QueueId, of: &Traffic) -> Self {
        Self {
            from: from.ms(),
            queue: queue.raw(),
            offered: of.offered,
            refused: of.refused,
            answered: of.answered,
            abandoned: of.abandoned,
            left: of.left,
            moved: of.moved,
            answered_in_level: of.answered_in_level,
            abandoned_in_level: of.abandoned_in_level,
            short_calls: of.short,
            waited_ms: of.waited_ms,
            answer_ms: of.answer_ms,
            talked_ms: of.talked_ms,
            rated: of.rated,
            rating: of.rating,
            reserved: [0; 4],
        }
    }
}

/// What an agent did.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_agent {
    /// The agent; stale if it was removed.
    pub agent: u64,
    /// Time available, in ms.
    pub available_ms: u64,
    /// Time ringing, in ms.
    pub ringing_ms: u64,
    /// Time talking, in ms.
    pub talking_ms: u64,
    /// Time in wrap-up, in ms.
    pub wrap_up_ms: u64,
    /// Time not ready, in ms.
    pub not_ready_ms: u64,
    /// Offers made.
    pub offered: u64,
    /// Offers accepted.
    pub answered: u64,
    /// Offers missed or turned down.
    pub missed: u64,
    /// Ratings of its calls.
    pub rated: u64,
    /// Their sum.
    pub rating: u64,
    /// For later versions; 0.
    pub reserved: [u64; 3],
}

impl tl_stats_agent {
    fn new(agent: AgentId, of: &AgentRow) -> Self {
        Self {
            agent: agent.raw(),
            available_ms: of.available_ms,
            ringing_ms: of.ringing_ms,
            talking_ms: of.talking_ms,
            wrap_up_ms: of.wrap_up_ms,
            not_ready_ms: of.not_ready_ms,
            offered: of.offered,
            answered: of.answered,
            missed: of.missed,
            rated: of.rated,
            rating: of.rating,
            reserved: [0; 3],
        }
    }
}

/// One call from beginning to end.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_call {
    /// The call's tag.
    pub tag: u64,
    /// When it joined its first queue.
    pub arrived: tl_time,
    /// Its last queue.
    pub queue: u64,
    /// Who answered, or `TL_NONE`.
    pub agent: u64,
    /// When, or `TL_NONE`.
    pub answered: tl_time,
    /// When it ended.
    pub ended: tl_time,
    /// Offers made for it.
    pub offers: u32,
    /// `TL_ACD_LEFT` or `TL_ACD_COMPLETED`.
    pub end: u32,
    /// The `tl_acd_leave` or `tl_acd_ended_by` that goes with it.
    pub reason: u32,
    /// The key of an exit, the target of an overflow.
    pub detail: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

impl tl_stats_call {
    fn new(of: &CallDetail) -> Self {
        use super::output::tl_acd_output_kind as K;
        let (end, (reason, detail), ended) = match of.end {
            Some((CallEnd::Left(why), at)) => (K::TL_ACD_LEFT, leave(why), at.ms()),
            Some((CallEnd::Completed(by), at)) => (K::TL_ACD_COMPLETED, (ended_by(by), 0), at.ms()),
            _ => (K::TL_ACD_UNKNOWN, (0, 0), TL_NONE),
        };
        Self {
            tag: of.tag,
            arrived: of.arrived.ms(),
            queue: of.queue.raw(),
            agent: of.answered.map_or(TL_NONE, |(agent, _)| agent.raw()),
            answered: of.answered.map_or(TL_NONE, |(_, at)| at.ms()),
            ended,
            offers: of.offers,
            end: end as u32,
            reason,
            detail,
            reserved: [0; 2],
        }
    }
}

/// Stores as many rows of traffic, by interval and queue, as there is `room` for, and in `count` how
/// many there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_list_traffic(
    stats: *const tl_stats,
    rows: *mut tl_stats_traffic,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_list_traffic", stats, |counting| {
            let all = counting.stats.traffic();
            let all = all.map(|(from, queue, row)| tl_stats_traffic::new(from, queue, row));
            list((rows, room, count), "rows", all)
        })
    }
}

/// As `tl_stats_list_traffic`, one row for each agent, up to `until`, which is not before the last
/// output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_list_agents(
    stats: *const tl_stats,
    until: tl_time,
    rows: *mut tl_stats_agent,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_list_agents", stats, |counting| {
            let all = counting.stats.agents(Time::from_ms(until));
            let all = all.map(|(agent, row)| tl_stats_agent::new(agent, &row));
            list((rows, room, count), "rows", all)
        })
    }
}

/// Stores the next call that has ended, or returns `TL_DONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_next_call(
    stats: *mut tl_stats,
    call: *mut tl_stats_call,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_stats_next_call", stats, |counting| {
            writable(call, "call")?;
            let Some(next) = counting.done.pop_front() else {
                return Ok(tl_status::TL_DONE);
            };
            store(call, "call", tl_stats_call::new(&next))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// The caller rated a call that `tl_stats_next_call` gave: counted with its queue, interval and
/// agent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_rate(
    stats: *mut tl_stats,
    call: *const tl_stats_call,
    rating: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_stats_rate", stats, |counting| {
            let call = crate::pointers::given(call, "call")?;
            let rating = u8::try_from(rating)
                .map_err(|_| Failure::argument(format_args!("a rating of {rating}")))?;
            let answered = option64(call.agent)
                .map(|agent| (AgentId::from_raw(agent), Time::from_ms(call.answered)));
            let detail = CallDetail {
                tag: call.tag,
                arrived: Time::from_ms(call.arrived),
                queue: QueueId::from_raw(call.queue),
                offers: call.offers,
                answered,
                end: None,
            };
            counting.stats.rate(&detail, rating);
            Ok(tl_status::TL_OK)
        })
    }
}
