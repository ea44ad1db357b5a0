//! # Routing: on-duty groups
//!
//! Agents who are members of a queue in the hours of a calendar, and not outside them.

use acd_core::{AgentId, DutyGroup, QueueId, Time};

use super::agent::tl_acd_membership;
use super::calendar::tl_calendar;
use super::engine::tl_acd;
use crate::config::optional;
use crate::object::enter_both;
use crate::pointers::{input, store, writable};
use crate::tl_status;
use crate::values::tl_time;

/// One agent of an on-duty group.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_duty {
    /// The agent.
    pub agent: u64,
    /// Its place in the queue while on duty; NULL for the defaults.
    pub place: *const tl_acd_membership,
}

/// Makes the next change that is due at an instant, that of these agents a queue has those on duty: in
/// the hours of the calendar one of them joins it, outside them one leaves. Stores who in `agent`;
/// `TL_DONE` when nothing is due. Call it until then, with the outputs polled after each change (an
/// offer ends when its agent goes off duty; a conversation goes on), and again no later than
/// `tl_calendar_next_change` says. `TL_ERR_ACD_NO_AGENT`: one of them is no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_keep_duty(
    acd: *mut tl_acd,
    calendar: *const tl_calendar,
    at: tl_time,
    queue: u64,
    group: *const tl_acd_duty,
    count: usize,
    agent: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter_both("tl_acd_keep_duty", (acd.cast_const(), calendar), |routing, hours| {
            writable(agent, "agent")?;
            let (queue, at) = (QueueId::from_raw(queue), Time::from_ms(at));
            for one in input(group, count, "group")? {
                let place = optional(one.place)?.config()?;
                let members = &[(AgentId::from_raw(one.agent), place)];
                let group = DutyGroup { queue, members, hours: *hours };
                let Some(change) = group.due(&routing.engine, at) else { continue };
                routing.make(&change)?;
                store(agent, "agent", one.agent)?;
                return Ok(tl_status::TL_OK);
            }
            Ok(tl_status::TL_DONE)
        })
    }
}
