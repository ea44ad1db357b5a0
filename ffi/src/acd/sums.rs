//! # Routing: sums of statistics
//!
//! Rows added up over days, queues and teams, and what follows from a row or from a sum: the average
//! speed of answer, the handling time, the shares that were abandoned or in the service level, occupancy.

use acd_core::stats::{AgentRow, Stats, Traffic};
use acd_core::{AgentId, QueueId, ServiceLevel, Time};

use super::query::tl_acd_service_level;
use super::queue::level;
use super::reports::{tl_stats_agent, tl_stats_traffic};
use super::stats::tl_stats;
use crate::guard::guard;
use crate::object::enter;
use crate::pointers::{given, input, list, store};
use crate::tl_status;
use crate::values::tl_time;

/// Traffic of all queues by interval: rows come in the order of their intervals.
fn intervals(numbers: &Stats<'_>) -> impl Iterator<Item = (Time, Traffic)> {
    let mut rows = numbers.traffic().peekable();
    core::iter::from_fn(move || {
        let (at, _, first) = rows.next()?;
        let mut sum = *first;
        while let Some((.., row)) = rows.next_if(|(next, ..)| *next == at) {
            sum.add(row);
        }
        Some((at, sum))
    })
}

/// Traffic of all time by queue: without memory of its own it looks at all rows for each.
fn queues(numbers: &Stats<'_>) -> impl Iterator<Item = (QueueId, Traffic)> {
    let mut last = None;
    core::iter::from_fn(move || {
        let known = numbers.traffic().map(|(_, queue, _)| queue);
        let queue = known.filter(|queue| last.is_none_or(|last| *queue > last)).min()?;
        last = Some(queue);
        let mut sum = Traffic::default();
        let own = numbers.traffic().filter(|(_, of, _)| *of == queue);
        own.for_each(|(.., row)| sum.add(row));
        Some((queue, sum))
    })
}

/// As `tl_stats_list_traffic`, of all queues together by interval: `queue` is `TL_NONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_list_intervals(
    stats: *const tl_stats,
    rows: *mut tl_stats_traffic,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_list_intervals", stats, |numbers| {
            let all = intervals(numbers);
            let all = all.map(|(from, row)| tl_stats_traffic::new(Some(from), None, None, &row));
            list((rows, room, count), "rows", all)
        })
    }
}

/// As `tl_stats_list_traffic`, of all intervals together by queue: `from` is `TL_NONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_list_queues(
    stats: *const tl_stats,
    rows: *mut tl_stats_traffic,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_list_queues", stats, |numbers| {
            let all = queues(numbers);
            let all = all.map(|(queue, row)| tl_stats_traffic::new(None, Some(queue), None, &row));
            list((rows, room, count), "rows", all)
        })
    }
}

/// Stores the sum of the traffic of these queues, `count` of them, in the intervals that begin at
/// `from` or later and before `until`. With a `count` of 0: of all queues. `from` is 0 and `until`
/// `TL_NONE` for all time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_sum_traffic(
    stats: *const tl_stats,
    from: tl_time,
    until: tl_time,
    queues: *const u64,
    count: usize,
    sum: *mut tl_stats_traffic,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_sum_traffic", stats, |numbers| {
            let queues = input(queues, count, "queues")?;
            let mut all = Traffic::default();
            for (at, queue, row) in numbers.traffic() {
                let wanted = queues.is_empty() || queues.contains(&queue.raw());
                if wanted && (from..until).contains(&at.ms()) {
                    all.add(row);
                }
            }
            store(sum, "sum", tl_stats_traffic::new(None, None, None, &all))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the sum of what these agents did, a team of `count`, up to `at`, which is not before the last
/// output. With a `count` of 0: of all agents.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_sum_agents(
    stats: *const tl_stats,
    at: tl_time,
    agents: *const u64,
    count: usize,
    sum: *mut tl_stats_agent,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_sum_agents", stats, |numbers| {
            let agents = input(agents, count, "agents")?;
            let rows = numbers.agents(Time::from_ms(at));
            let all = team(rows, agents);
            store(sum, "sum", tl_stats_agent::new(None, None, &all))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// As `tl_stats_sum_agents`, in the intervals that begin at `from` or later and before `until`: see
/// `tl_stats_list_agent_intervals`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_sum_agent_intervals(
    stats: *const tl_stats,
    from: tl_time,
    until: tl_time,
    agents: *const u64,
    count: usize,
    sum: *mut tl_stats_agent,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_stats_sum_agent_intervals", stats, |numbers| {
            let agents = input(agents, count, "agents")?;
            let rows = numbers.agents_by_interval();
            let rows = rows.filter(|(at, ..)| (from..until).contains(&at.ms()));
            let all = team(rows.map(|(_, agent, row)| (agent, *row)), agents);
            store(sum, "sum", tl_stats_agent::new(None, None, &all))?;
            Ok(tl_status::TL_OK)
        })
    }
}

fn team(rows: impl Iterator<Item = (AgentId, AgentRow)>, agents: &[u64]) -> AgentRow {
    let mut sum = AgentRow::default();
    for (agent, row) in rows {
        if agents.is_empty() || agents.contains(&agent.raw()) {
            sum.add(&row);
        }
    }
    sum
}

/// Adds the numbers of a row to another, for sums of one's own. When, which queue and which class stay
/// as they are in `sum`; it may begin as zeros.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_add_traffic(
    sum: *mut tl_stats_traffic,
    row: *const tl_stats_traffic,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_stats_add_traffic", || unsafe {
        let (row, before) = (given(row, "row")?.traffic(), *given(sum.cast_const(), "sum")?);
        let mut all = before.traffic();
        all.add(&row);
        let tl_stats_traffic { from, queue, call_class, .. } = before;
        let all = tl_stats_traffic::new(None, None, None, &all);
        store(sum, "sum", tl_stats_traffic { from, queue, call_class, ..all })?;
        Ok(tl_status::TL_OK)
    })
}

/// As `tl_stats_add_traffic`, what an agent did. Who and when stay as they are in `sum`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_add_agent(
    sum: *mut tl_stats_agent,
    row: *const tl_stats_agent,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_stats_add_agent", || unsafe {
        let (row, before) = (given(row, "row")?.row(), *given(sum.cast_const(), "sum")?);
        let mut all = before.row();
        all.add(&row);
        let tl_stats_agent { agent, from, .. } = before;
        let all = tl_stats_agent::new(None, None, &all);
        store(sum, "sum", tl_stats_agent { agent, from, ..all })?;
        Ok(tl_status::TL_OK)
    })
}

/// What follows from a row of traffic, or from a sum.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_traffic_figures {
    /// Average speed of answer, in ms; 0 if nothing was answered.
    pub answer_average_ms: u64,
    /// Average time an agent was busy with a completed call, talk and paperwork, in ms.
    pub handle_average_ms: u64,
    /// Abandoned calls in thousandths of those offered.
    pub abandoned_per_mille: u64,
    /// The service level in thousandths; 0 of no calls.
    pub level_per_mille: u64,
    /// The service level.
    pub level: tl_acd_service_level,
    /// For later versions; 0.
    pub reserved: [u64; 3],
}

/// Stores what follows from a row of traffic, or from a sum; `level` is the `tl_acd_level` that counts.
/// (`tl_stats_get_service_level` counts by the one that is kept with the statistics.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_get_traffic_figures(
    row: *const tl_stats_traffic,
    level: u32,
    figures: *mut tl_stats_traffic_figures,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_stats_get_traffic_figures", || unsafe {
        let (row, definition) = (given(row, "row")?.traffic(), self::level("level", level)?);
        let (in_level, of) = row.level(definition);
        let level = ServiceLevel { definition, in_level, of };
        let filled = tl_stats_traffic_figures {
            answer_average_ms: row.answer_average_ms(),
            handle_average_ms: row.handle_average_ms(),
            abandoned_per_mille: row.abandoned_per_mille(),
            level_per_mille: level.per_mille(),
            level: level.into(),
            reserved: [0; 3],
        };
        store(figures, "figures", filled)?;
        Ok(tl_status::TL_OK)
    })
}

/// What follows from what an agent did, or a team.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_stats_agent_figures {
    /// Time logged in, in ms.
    pub logged_in_ms: u64,
    /// Time talking and in wrap-up, in ms.
    pub busy_ms: u64,
    /// The same in thousandths of the time at work: logged in, and not away from it by a reason.
    pub occupancy_per_mille: u64,
    /// Points of a contest: so many for each call answered, less so many for each missed, and the
    /// ratings.
    pub points: u64,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// Stores what follows from what an agent did, or a team; with so many points for each call answered and
/// so many less for each missed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_stats_get_agent_figures(
    row: *const tl_stats_agent,
    for_answered: u64,
    for_missed: u64,
    figures: *mut tl_stats_agent_figures,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_stats_get_agent_figures", || unsafe {
        let row = given(row, "row")?.row();
        let filled = tl_stats_agent_figures {
            logged_in_ms: row.logged_in_ms(),
            busy_ms: row.busy_ms(),
            occupancy_per_mille: row.occupancy_per_mille(),
            points: row.points(for_answered, for_missed),
            reserved: [0; 2],
        };
        store(figures, "figures", filled)?;
        Ok(tl_status::TL_OK)
    })
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use acd_core::stats::StatsConfig;
    use acd_core::{CallConfig, Engine, Input, Limits, QueueConfig};

    /// The same sums as Rust's, over five queues and three intervals.
    #[test]
    fn sums_are_those_of_the_core() {
        let mut engine = Engine::with_capacity(Limits::default()).unwrap();
        let mut numbers =
            Stats::growing(StatsConfig { interval_ms: 1000, ..StatsConfig::default() });
        let queues: Vec<QueueId> =
            (0..5).map(|_| engine.add_queue(QueueConfig::default()).unwrap()).collect();
        for at in 0..30_u64 {
            let queue = queues[(at * 7 % 11 % 5) as usize];
            engine.handle(Time(at * 100), Input::Arrive(CallConfig::new(queue))).unwrap();
            while let Some((at, output)) = engine.poll_at() {
                numbers.see(at, &output);
            }
        }
        assert!(numbers.queues().len() > 3 && numbers.intervals().len() == 3);
        assert!(super::queues(&numbers).eq(numbers.queues()));
        assert!(intervals(&numbers).eq(numbers.intervals()));
        let mut all = Traffic::default();
        intervals(&numbers).for_each(|(_, row)| all.add(&row));
        assert_eq!(all.offered, 30);
    }
}
