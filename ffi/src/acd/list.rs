//! # Routing: what there is
//!
//! Each function stores as many handles in `handles` as it has `room` for, and in `count` how many
//! there are; call it with `room` 0 to be told. Nothing may happen to the engine between the two.

use acd_core::{AgentId, CallId, QueueId, Starvation};

use super::engine::tl_acd;
use crate::object::enter;
use crate::pointers::list;
use crate::tl_status;
use crate::values::TL_NONE;

/// Lists the queues.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_list_queues(
    acd: *const tl_acd,
    handles: *mut u64,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_list_queues", acd, |engine| {
            list((handles, room, count), "handles", engine.queues().map(QueueId::raw))
        })
    }
}

/// Lists the agents.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_list_agents(
    acd: *const tl_acd,
    handles: *mut u64,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_list_agents", acd, |engine| {
            list((handles, room, count), "handles", engine.agents().map(AgentId::raw))
        })
    }
}

/// Lists the members of a queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_list_members(
    acd: *const tl_acd,
    queue: u64,
    handles: *mut u64,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_list_members", acd, |engine| {
            let members = engine.members(QueueId::from_raw(queue))?;
            list((handles, room, count), "handles", members.map(AgentId::raw))
        })
    }
}

/// Lists the queues that an agent is a member of.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_list_queues_of(
    acd: *const tl_acd,
    agent: u64,
    handles: *mut u64,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_list_queues_of", acd, |engine| {
            let queues = engine.queues_of(AgentId::from_raw(agent))?;
            list((handles, room, count), "handles", queues.map(QueueId::raw))
        })
    }
}

/// Lists the calls waiting or ringing in a queue, the first one first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_list_calls(
    acd: *const tl_acd,
    queue: u64,
    handles: *mut u64,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_list_calls", acd, |engine| {
            let calls = engine.calls(QueueId::from_raw(queue))?;
            list((handles, room, count), "handles", calls.map(CallId::raw))
        })
    }
}

/// A rule that can leave callers waiting without an end.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_starvation {
    /// Whose callers may starve.
    pub queue: u64,
    /// The queue that agents of both always serve first, for its weight. `TL_NONE`: calls of higher
    /// priority go first in this very queue, as long as any come.
    pub under: u64,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// Lists the rules by which callers can starve, as things are configured now. Looks at every
/// membership.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_list_starvation(
    acd: *const tl_acd,
    rows: *mut tl_acd_starvation,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_list_starvation", acd, |engine| {
            let row = |queue: QueueId, under: Option<QueueId>| tl_acd_starvation {
                queue: queue.raw(),
                under: under.map_or(TL_NONE, QueueId::raw),
                reserved: [0; 2],
            };
            let all = engine.starvation().filter_map(|rule| match rule {
                Starvation::ByPriority(queue) => Some(row(queue, None)),
                Starvation::ByWeight { queue, under } => Some(row(queue, Some(under))),
                _ => None,
            });
            list((rows, room, count), "rows", all)
        })
    }
}
