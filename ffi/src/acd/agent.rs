//! # Routing: agents and their places in queues

use acd_core::{AgentConfig, Capacity, Membership, ProfileId};

use super::small;
use crate::config::{Growing, store_defaults};
use crate::guard::{Failure, guard};
use crate::tl_status;
use crate::values::{option32, set32};

/// An agent to be added.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_agent_config {
    /// Set by `tl_acd_agent_defaults`.
    pub struct_size: u32,
    /// What the agent can do: from `tl_acd_add_profile`, or 0 for no special skills.
    pub profile: u32,
    /// Your own name for the agent; comes back in every output about it. No two agents have the same,
    /// but for 0, which is no name.
    pub tag: u64,
    /// Time for paperwork after a call instead of the queue's. Default: `TL_NONE32`.
    pub wrap_up_ms: u32,
    /// How many contacts of each `tl_acd_medium` at a time. Default: 1 call, 4 chats, 10 mails,
    /// 1 other.
    pub units: [u8; 4],
    /// For each medium the set of media (1 << medium) that keep it out while the agent handles
    /// any of them. Default: a call keeps out everything else.
    pub blocked_by: [u8; 4],
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), begins with a u32; 4 + 4 + 8 + 4 + 4 + 4 + 4 bytes, so there is no padding.
unsafe impl Growing for tl_acd_agent_config {
    const FIRST_SIZE: usize = 32;

    fn defaults() -> Self {
        Self::of(&AgentConfig::default())
    }
}

impl tl_acd_agent_config {
    pub(super) fn of(config: &AgentConfig) -> Self {
        let AgentConfig { tag, wrap_up_ms, profile, capacity } = *config;
        let Capacity { units, blocked_by } = capacity;
        Self {
            struct_size: size_of::<Self>() as u32,
            profile: profile.0.into(),
            tag,
            wrap_up_ms: set32(wrap_up_ms),
            units,
            blocked_by,
            reserved: 0,
        }
    }

    pub(super) fn config(&self) -> Result<AgentConfig, Failure> {
        Ok(AgentConfig {
            tag: self.tag,
            wrap_up_ms: option32(self.wrap_up_ms),
            profile: ProfileId(small(self.profile, "profile")?),
            capacity: Capacity { units: self.units, blocked_by: self.blocked_by },
        })
    }
}

/// Fills in the default agent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_agent_defaults(
    config: *mut tl_acd_agent_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_acd_agent_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// An agent's place in a queue.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_membership {
    /// Set by `tl_acd_membership_defaults`.
    pub struct_size: u32,
    /// Agents of a lower penalty are offered calls first, always. Default: 0.
    pub penalty: u32,
    /// Among equal penalty, agents of a lower level are offered calls first, always; at most
    /// 65,535. Default: 0.
    pub level: u32,
    /// The place in the order of strategies that go by position. Default: 0.
    pub position: u32,
    /// Time for paperwork after a call of this queue. Default: `TL_NONE32`.
    pub wrap_up_ms: u32,
    /// Paused in this queue from the start, for a reason of your own list, at most 65,534; looked
    /// at by `tl_acd_join_queue` only, afterwards it is `tl_acd_set_pause` that counts. Default:
    /// `TL_NONE32`.
    pub paused: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_acd_membership {
    const FIRST_SIZE: usize = 20;

    fn defaults() -> Self {
        Self::of(&Membership::default())
    }
}

impl tl_acd_membership {
    pub(super) fn of(config: &Membership) -> Self {
        let Membership { penalty, level, position, wrap_up_ms, paused } = *config;
        Self {
            struct_size: size_of::<Self>() as u32,
            penalty,
            level: level.into(),
            position,
            wrap_up_ms: set32(wrap_up_ms),
            paused: set32(paused.map(Into::into)),
        }
    }

    pub(super) fn config(&self) -> Result<Membership, Failure> {
        Ok(Membership {
            penalty: self.penalty,
            level: small(self.level, "level")?,
            position: self.position,
            wrap_up_ms: option32(self.wrap_up_ms),
            paused: option32(self.paused).map(|reason| small(reason, "paused")).transpose()?,
        })
    }
}

/// Fills in the default membership.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_membership_defaults(
    config: *mut tl_acd_membership,
    struct_size: usize,
) -> tl_status {
    guard("tl_acd_membership_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// One skill at one level: in a class the least level asked for, in a profile the level had.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_skill {
    /// Which skill; the numbers are yours.
    pub skill: u16,
    /// How much of it: 5 is better than 1.
    pub level: u8,
    /// Must be 0.
    pub reserved: u8,
}
