//! The numbers as rows: dictionaries, one a row.

use acd_core::stats::{AgentRow, CallDetail, CallEnd, Ratings, Stats, Traffic};
use acd_core::{AgentId, ClassId, QueueId, Time};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::outputs::{ENDED_BY, leave_reason};
use crate::words::word;

/// A dictionary of some fields of a row.
macro_rules! row {
    ($py:expr, $row:expr, { $($name:literal: $value:expr),* $(,)? }, $($field:ident)*) => {{
        let row = PyDict::new($py);
        $(row.set_item($name, $value)?;)*
        $(row.set_item(stringify!($field), $row.$field)?;)*
        row
    }};
}

type Rows<'py> = PyResult<Vec<Bound<'py, PyDict>>>;

/// The fields of a row of traffic, and of which interval, queue and class it is.
macro_rules! traffic_row {
    ($py:expr, $stats:expr, $row:expr, $($name:literal: $value:expr),*) => {{
        let level = $stats.service_level($row);
        row!($py, $row, {
            $($name: $value,)*
            "in_level": level.in_level, "in_level_of": level.of
        },
            offered refused answered abandoned left moved answered_in_level abandoned_in_level short
            waited_ms answer_ms completed talked_ms wrap_up_ms rated rating)
    }};
}

pub(super) fn traffic<'py>(py: Python<'py>, stats: &Stats<'_>) -> Rows<'py> {
    let row = |(at, queue, row): (Time, QueueId, &Traffic)| {
        Ok(traffic_row!(py, stats, row, "at": at.ms(), "queue": queue.raw()))
    };
    stats.traffic().map(row).collect()
}

pub(super) fn intervals<'py>(py: Python<'py>, stats: &Stats<'_>) -> Rows<'py> {
    let row = |(at, row): (Time, Traffic)| Ok(traffic_row!(py, stats, &row, "at": at.ms()));
    stats.intervals().into_iter().map(row).collect()
}

pub(super) fn queues<'py>(py: Python<'py>, stats: &Stats<'_>) -> Rows<'py> {
    let row =
        |(queue, row): (QueueId, Traffic)| Ok(traffic_row!(py, stats, &row, "queue": queue.raw()));
    stats.queues().into_iter().map(row).collect()
}

pub(super) fn classes<'py>(py: Python<'py>, stats: &Stats<'_>) -> Rows<'py> {
    let row = |(at, queue, class, row): (Time, QueueId, ClassId, &Traffic)| {
        Ok(traffic_row!(py, stats, row,
            "at": at.ms(), "queue": queue.raw(), "call_class": class.0))
    };
    stats.traffic_by_class().map(row).collect()
}

/// The fields of a row of an agent's time.
macro_rules! agent_row {
    ($py:expr, $agent:expr, $row:expr, $($name:literal: $value:expr)?) => {
        row!($py, $row, { "agent": $agent.raw(), $($name: $value)? },
            available_ms ringing_ms talking_ms wrap_up_ms not_ready_ms offered answered missed rated
            rating)
    };
}

pub(super) fn agents<'py>(py: Python<'py>, stats: &Stats<'_>, until: Time) -> Rows<'py> {
    let row = |(agent, row): (AgentId, AgentRow)| Ok(agent_row!(py, agent, row,));
    stats.agents(until).map(row).collect()
}

pub(super) fn agent_intervals<'py>(py: Python<'py>, stats: &Stats<'_>) -> Rows<'py> {
    let row = |(at, agent, row): (Time, AgentId, &AgentRow)| {
        Ok(agent_row!(py, agent, row, "at": at.ms()))
    };
    stats.agents_by_interval().map(row).collect()
}

pub(super) fn ratings<'py>(py: Python<'py>, stats: &Stats<'_>) -> Rows<'py> {
    let row = |(queue, agent, row): (QueueId, Option<AgentId>, &Ratings)| {
        Ok(row!(py, row, { "queue": queue.raw(), "agent": agent.map(AgentId::raw) },
            count sum grades))
    };
    stats.satisfaction().map(row).collect()
}

/// Counts a rating of the call of a row of [`calls`].
pub(super) fn rate(stats: &mut Stats<'_>, row: &Bound<'_, PyDict>, rating: u8) -> PyResult<()> {
    let field = |name: &str| row.as_any().get_item(name);
    let agent = field("agent")?.extract::<Option<u64>>()?.map(AgentId::from_raw);
    let answered_at = field("answered_at")?.extract::<Option<u64>>()?.map(Time::from_ms);
    let call = CallDetail {
        tag: field("tag")?.extract()?,
        arrived: Time::from_ms(field("arrived")?.extract()?),
        queue: QueueId::from_raw(field("queue")?.extract()?),
        offers: field("offers")?.extract()?,
        answered: agent.zip(answered_at),
        end: None,
    };
    stats.rate(&call, rating);
    Ok(())
}

pub(super) fn calls<'py>(py: Python<'py>, stats: &mut Stats<'_>) -> Rows<'py> {
    let row = |call: CallDetail| {
        let (agent, answered_at) = call.answered.unzip();
        let (end, ended_at) = call.end.unzip();
        let end = end.map(|end| match end {
            CallEnd::Completed(by) => ("completed", word(ENDED_BY, by)),
            CallEnd::Left(reason) => ("left", leave_reason(reason)),
            _ => ("unknown", "unknown"),
        });
        let (end, why) = end.unzip();
        Ok(row!(py, call, {
            "queue": call.queue.raw(),
            "arrived": call.arrived.ms(),
            "agent": agent.map(AgentId::raw),
            "answered_at": answered_at.map(Time::ms),
            "ended_at": ended_at.map(Time::ms),
            "end": end,
            "why": why,
        }, tag offers))
    };
    stats.take_calls().into_iter().map(row).collect()
}
