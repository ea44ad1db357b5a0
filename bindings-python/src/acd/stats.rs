//! The numbers as rows: dictionaries, one a row.

use acd_core::stats::{AgentRow, CallDetail, CallEnd, Stats, Traffic};
use acd_core::{AgentId, QueueId, Time};
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

pub(super) fn traffic<'py>(py: Python<'py>, stats: &Stats<'_>) -> Rows<'py> {
    let row = |(at, queue, row): (Time, QueueId, &Traffic)| {
        let level = stats.service_level(row);
        Ok(row!(py, row, {
            "at": at.ms(), "queue": queue.raw(), "in_level": level.in_level, "in_level_of": level.of
        },
            offered refused answered abandoned left moved answered_in_level abandoned_in_level short
            waited_ms answer_ms completed talked_ms wrap_up_ms rated rating))
    };
    stats.traffic().map(row).collect()
}

pub(super) fn agents<'py>(py: Python<'py>, stats: &Stats<'_>, until: Time) -> Rows<'py> {
    let row = |(agent, row): (AgentId, AgentRow)| {
        Ok(row!(py, row, { "agent": agent.raw() },
            available_ms ringing_ms talking_ms wrap_up_ms not_ready_ms offered answered missed rated
            rating))
    };
    stats.agents(until).map(row).collect()
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
