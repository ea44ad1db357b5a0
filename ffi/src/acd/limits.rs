//! # Routing: limits
//!
//! Every struct of this part is filled in by its `_defaults` function; change what differs. Times are
//! in milliseconds, `TL_NONE32` and `TL_NONE` in a field mean "not set" where the field says so.

#![allow(
    clippy::needless_update,
    reason = "what the core learns next has its default until it is in the header"
)]

use acd_core::Limits;

use super::small;
use crate::config::{Growing, store_defaults};
use crate::guard::{Failure, guard};
use crate::tl_status;

/// How much an engine can hold: its whole memory is taken from this, once. A field that is 0 is
/// chosen from the others where it says so.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_limits {
    /// Set by `tl_acd_limits_defaults`.
    pub struct_size: u32,
    /// Queues. Default: 16.
    pub queues: u32,
    /// Agents. Default: 64.
    pub agents: u32,
    /// Memberships of agents in queues. 0: two an agent.
    pub memberships: u32,
    /// Calls, waiting and talking. Default: 256.
    pub calls: u32,
    /// Offers: ringing, connected, in wrap-up or remembered for `retry_ms`. 0: from the others.
    pub offers: u32,
    /// Different queue, class, penalty window and rule that calls wait with, now or by their steps. 0:
    /// from the others.
    pub lines: u32,
    /// Different queue and profile of its members. 0: from the others.
    pub pools: u32,
    /// Classes of calls, at most 65,535, class 0 included. Default: 1.
    pub classes: u32,
    /// Profiles of agents, at most 65,535, profile 0 included. Default: 1.
    pub profiles: u32,
    /// Skills in all classes and profiles. 0: four for each.
    pub skills: u32,
    /// Phones that ring for one call at the same time, at most 65,535. Default: 16.
    pub ring_max: u32,
    /// Outputs that wait to be polled. 0: enough.
    pub outputs: u32,
    /// Steps of relaxation of all queues and rules. Default: 0.
    pub steps: u32,
    /// Callers who gave up and whose age is kept for when they call back. Default: 0.
    pub ghosts: u32,
    /// Rules that calls may bring along, at most 65,535. Default: 0.
    pub rules: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_acd_limits {
    const FIRST_SIZE: usize = 60;

    fn defaults() -> Self {
        let limits = Limits::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            queues: limits.queues,
            agents: limits.agents,
            memberships: limits.memberships,
            calls: limits.calls,
            offers: limits.offers,
            lines: limits.lines,
            pools: limits.pools,
            classes: limits.classes.into(),
            profiles: limits.profiles.into(),
            skills: limits.skills,
            ring_max: limits.ring_max.into(),
            outputs: limits.outputs,
            steps: limits.steps,
            ghosts: limits.ghosts,
            rules: limits.rules.into(),
        }
    }
}

impl tl_acd_limits {
    pub(super) fn limits(&self) -> Result<Limits, Failure> {
        Ok(Limits {
            queues: self.queues,
            agents: self.agents,
            memberships: self.memberships,
            calls: self.calls,
            offers: self.offers,
            lines: self.lines,
            pools: self.pools,
            classes: small(self.classes, "classes")?,
            profiles: small(self.profiles, "profiles")?,
            skills: self.skills,
            ring_max: small(self.ring_max, "ring_max")?,
            outputs: self.outputs,
            steps: self.steps,
            ghosts: self.ghosts,
            rules: small(self.rules, "rules")?,
            ..Limits::default()
        })
    }
}

/// Fills in the default limits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_limits_defaults(
    limits: *mut tl_acd_limits,
    struct_size: usize,
) -> tl_status {
    guard("tl_acd_limits_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(limits, "limits", struct_size) }
    })
}
