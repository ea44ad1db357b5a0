//! # Routing: what statistics say
//!
//! Each function that lists stores as many rows as there is `room` for, and in `count` how many there
//! are; call it with `room` 0 to be told.

use acd_core::stats::{AgentRow, CallDetail, CallEnd, Ratings, Traffic};
use acd_core::{AgentId, ClassId, QueueId, Time};

use super::output::{ended_by, leave, tl_acd_output_kind};
use super::query::tl_acd_service_level;
use super::stats::tl_stats;
use crate::guard::Failure;
use crate::object::enter;
use crate::pointers::{given, list, store, writable};
use crate::tl_status;
use crate::values::{TL_NONE, option64, tl_time};

/// The calls that joined a queue in an interval, whenever they left it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_traffic {
    /// When the interval begins; `TL_NONE` in a sum over all.
    pub from: tl_time,
    /// The queue; stale if it was removed. `TL_NONE` in a sum over all.
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
    /// Conversations that are over.
    pub completed: u64,
    /// Paperwork after them, in ms.
    pub wrap_up_ms: u64,
    /// What the calls asked for, in rows by class; else `TL_NONE`.
    pub call_class: u64,
    /// For later versions; 0.
    pub reserved: u64,
}

impl tl_stats_traffic {
    pub(super) fn new(
        from: Option<Time>,
        queue: Option<QueueId>,
        class: Option<ClassId>,
        of: &Traffic,
    ) -> Self {
        Self {
            from: from.map_or(TL_NONE, Time::ms),
            queue: queue.map_or(TL_NONE, QueueId::raw),
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
            completed: of.completed,
            wrap_up_ms: of.wrap_up_ms,
            call_class: class.map_or(TL_NONE, |class| class.0.into()),
            reserved: 0,
        }
    }

    /// The numbers.
    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            offered: self.offered,
            refused: self.refused,
            answered: self.answered,
            abandoned: self.abandoned,
            left: self.left,
            moved: self.moved,
            answered_in_level: self.answered_in_level,
            abandoned_in_level: self.abandoned_in_level,
            short: self.short_calls,
            waited_ms: self.waited_ms,
            answer_ms: self.answer_ms,
            completed: self.completed,
            talked_ms: self.talked_ms,
            wrap_up_ms: self.wrap_up_ms,
            rated: self.rated,
            rating: self.rating,
        }
    }
}

/// What an agent did.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_agent {
    /// The agent; stale if it was removed. `TL_NONE` in a sum.
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
    /// When the interval begins, in rows by interval; else `TL_NONE`.
    pub from: tl_time,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

impl tl_stats_agent {
    pub(super) fn new(from: Option<Time>, agent: Option<AgentId>, of: &AgentRow) -> Self {
        Self {
            agent: agent.map_or(TL_NONE, AgentId::raw),
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
            from: from.map_or(TL_NONE, Time::ms),
            reserved: [0; 2],
        }
    }

    /// The numbers.
    pub(super) fn row(&self) -> AgentRow {
        AgentRow {
            available_ms: self.available_ms,
            ringing_ms: self.ringing_ms,
            talking_ms: self.talking_ms,
            wrap_up_ms: self.wrap_up_ms,
            not_ready_ms: self.not_ready_ms,
            offered: self.offered,
            answered: self.answered,
            missed: self.missed,
            rated: self.rated,
            rating: self.rating,
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
        use tl_acd_output_kind as K;
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

/// Stores the service level of a row of traffic, or of a sum of rows, by the definition that is kept
/// with the statistics.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_get_service_level(
    stats: *const tl_stats,
    row: *const tl_stats_traffic,
    level: *mut tl_acd_service_level,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_stats_get_service_level", stats, |counting| {
            let row = given(row, "row")?;
            store(level, "level", counting.service_level(&row.traffic()).into())?;
            Ok(tl_status::TL_OK)
        })
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
        enter("tl_stats_list_traffic", stats, |numbers| {
            let all = numbers.traffic();
            let all = all.map(|(from, queue, row)| {
                tl_stats_traffic::new(Some(from), Some(queue), None, row)
            });
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
        enter("tl_stats_list_agents", stats, |numbers| {
            let all = numbers.agents(Time::from_ms(until));
            let all = all.map(|(agent, row)| tl_stats_agent::new(None, Some(agent), &row));
            list((rows, room, count), "rows", all)
        })
    }
}

/// As `tl_stats_list_traffic`, by interval, queue and class of calls.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_list_classes(
    stats: *const tl_stats,
    rows: *mut tl_stats_traffic,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_list_classes", stats, |numbers| {
            let all = numbers.traffic_by_class().map(|(from, queue, class, row)| {
                tl_stats_traffic::new(Some(from), Some(queue), Some(class), row)
            });
            list((rows, room, count), "rows", all)
        })
    }
}

/// As `tl_stats_list_traffic`, agents by interval, the time of each state split at the seams. A state
/// that lasts still counts from when it ends; an offer counts when it was made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_list_agent_intervals(
    stats: *const tl_stats,
    rows: *mut tl_stats_agent,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_list_agent_intervals", stats, |numbers| {
            let all = numbers.agents_by_interval();
            let all =
                all.map(|(from, agent, row)| tl_stats_agent::new(Some(from), Some(agent), row));
            list((rows, room, count), "rows", all)
        })
    }
}

/// What callers said of a queue and an agent.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_rating {
    /// The queue.
    pub queue: u64,
    /// Who answered, or `TL_NONE`.
    pub agent: u64,
    /// Ratings.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
    /// How many gave 0, 1, ..., 10 or more.
    pub grades: [u64; 11],
    /// For later versions; 0.
    pub reserved: u64,
}

impl tl_stats_rating {
    fn new(queue: QueueId, agent: Option<AgentId>, of: &Ratings) -> Self {
        Self {
            queue: queue.raw(),
            agent: agent.map_or(TL_NONE, AgentId::raw),
            count: of.count,
            sum: of.sum,
            grades: of.grades,
            reserved: 0,
        }
    }
}

/// As `tl_stats_list_traffic`, ratings by queue and agent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_list_ratings(
    stats: *const tl_stats,
    rows: *mut tl_stats_rating,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_list_ratings", stats, |numbers| {
            let all = numbers.satisfaction();
            let all = all.map(|(queue, agent, row)| tl_stats_rating::new(queue, agent, row));
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
        enter("tl_stats_next_call", stats, |numbers| {
            writable(call, "call")?;
            let Some(next) = numbers.next_call() else {
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
        enter("tl_stats_rate", stats, |numbers| {
            let call = given(call, "call")?;
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
            numbers.rate(&detail, rating);
            Ok(tl_status::TL_OK)
        })
    }
}
