//! # Routing: calls

#![allow(
    clippy::needless_update,
    reason = "what the core learns next has its default until it is in the header"
)]

use acd_core::{AgentId, CallConfig, ClassId, PenaltyRaise, QueueId, RuleId};

use super::small;
use crate::config::{Growing, store_defaults};
use crate::guard::{Failure, guard};
use crate::tl_status;
use crate::values::{TL_NONE, option32, option64, set32, set64};

/// A call that asks to join a queue.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_call {
    /// Set by `tl_acd_call_defaults`.
    pub struct_size: u32,
    /// Higher goes first. Default: 0.
    pub priority: i32,
    /// Your own name for the call; comes back in every output about it.
    pub tag: u64,
    /// Where it wants to wait.
    pub queue: u64,
    /// Offered to this agent first when it is free. Default: `TL_NONE`.
    pub preferred_agent: u64,
    /// Counts as having waited for so long already. Default: 0.
    pub credit_ms: u64,
    /// Leaves after so long instead of the queue's longest wait. Default: `TL_NONE`.
    pub max_wait_ms: u64,
    /// Who calls, by any number of yours, for callers who give up and come back. Default:
    /// `TL_NONE`.
    pub caller: u64,
    /// Waits for the preferred agent alone for so long. Default: 0.
    pub preferred_wait_ms: u32,
    /// What it asks of the agent: from `tl_acd_add_class`, or 0 for nothing.
    pub call_class: u32,
    /// Wants this place in the queue, 1 for the first; higher priorities stay ahead. Default:
    /// `TL_NONE32`.
    pub position: u32,
    /// Only members of at least this penalty; none while it, or `penalty_raise`, is above
    /// `penalty_max`. Default: 0.
    pub penalty_min: u32,
    /// Only members of at most this penalty. Default: `TL_NONE32`.
    pub penalty_max: u32,
    /// Members of a lower penalty count as members of this one. Default: 0.
    pub penalty_raise: u32,
    /// 1: of those below `penalty_min` none is raised (Asterisk's `rN`). 0: they come in when
    /// `penalty_raise` is in the window. Default: 0.
    pub penalty_raise_within: u32,
    /// Must be 0.
    pub reserved: u32,
    /// It relaxes by this rule (`tl_acd_add_rule`), in whatever queue it waits. Default: `TL_NONE`, by
    /// the steps of its queue.
    pub rule: u64,
}

// SAFETY: repr(C), begins with a u32; two u32, six u64, eight u32, a u64, so there is no padding.
unsafe impl Growing for tl_acd_call {
    const FIRST_SIZE: usize = 80;

    fn defaults() -> Self {
        Self { queue: TL_NONE, ..Self::of(&CallConfig::default()) }
    }
}

impl tl_acd_call {
    pub(super) fn of(call: &CallConfig) -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            priority: call.priority,
            tag: call.tag,
            queue: call.queue.raw(),
            preferred_agent: set64(call.preferred_agent.map(AgentId::raw)),
            credit_ms: call.credit_ms,
            max_wait_ms: set64(call.max_wait_ms),
            caller: set64(call.caller),
            preferred_wait_ms: call.preferred_wait_ms,
            call_class: call.class.0.into(),
            position: set32(call.position),
            penalty_min: call.penalty_min,
            penalty_max: call.penalty_max,
            penalty_raise: call.penalty_raise.to,
            penalty_raise_within: call.penalty_raise.within.into(),
            reserved: 0,
            rule: set64(call.rule.map(RuleId::raw)),
        }
    }

    pub(super) fn config(&self) -> Result<CallConfig, Failure> {
        Ok(CallConfig {
            tag: self.tag,
            priority: self.priority,
            class: ClassId(small(self.call_class, "call_class")?),
            preferred_agent: option64(self.preferred_agent).map(AgentId::from_raw),
            caller: option64(self.caller),
            preferred_wait_ms: self.preferred_wait_ms,
            credit_ms: self.credit_ms,
            position: option32(self.position),
            penalty_min: self.penalty_min,
            penalty_max: self.penalty_max,
            penalty_raise: PenaltyRaise {
                to: self.penalty_raise,
                within: self.penalty_raise_within != 0,
            },
            rule: option64(self.rule).map(RuleId::from_raw),
            max_wait_ms: option64(self.max_wait_ms),
            ..CallConfig::new(QueueId::from_raw(self.queue))
        })
    }
}

/// Fills in the default call; its queue is still to be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_call_defaults(
    call: *mut tl_acd_call,
    struct_size: usize,
) -> tl_status {
    guard("tl_acd_call_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(call, "call", struct_size) }
    })
}
