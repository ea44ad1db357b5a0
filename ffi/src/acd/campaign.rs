//! # Routing: calling out
//!
//! A campaign goes through a list of contacts: whom to dial next and when again, how many at a time,
//! and when to stop. It dials nobody outside the hours of the contact's own zone, nobody on its
//! do-not-call list, nobody more often than its rules say, and never so many that the share of answered
//! calls without an agent could exceed its cap. An answered call then arrives in a queue of the engine.

use core::ffi::c_void;

use acd_core::calendar::Calendar;
use acd_core::outbound::{
    Blend, Campaign, CampaignConfig, CampaignError, ContactSlot, DoNotCall, GuardRails, Mode,
    NumberSlot, RetryRule, RetryRules,
};

use super::calendar::{self, tl_calendar_config};
use super::{small, unknown};
use crate::arena::Arena;
use crate::config::{Growing, optional, read, store_defaults};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, store, write_bytes};
use crate::tl_status;
use crate::values::{TL_NONE32, option32};

/// A campaign.
#[derive(Debug)]
pub struct tl_campaign {
    _opaque: [u8; 0],
}

impl Kind for tl_campaign {
    const MAGIC: u32 = u32::from_le_bytes(*b"tCmp");
    type Value = Campaign<'static>;
}

impl From<CampaignError> for Failure {
    fn from(error: CampaignError) -> Self {
        use tl_status as S;
        let status = match error {
            CampaignError::NoContact(_) => S::TL_ERR_ACD_NO_CONTACT,
            CampaignError::WrongState(_) => S::TL_ERR_ACD_WRONG_STATE,
            CampaignError::NotNow(_) => S::TL_ERR_ACD_NOT_NOW,
            CampaignError::Twice(_) => S::TL_ERR_ACD_TWICE,
            CampaignError::NoZone(_) => S::TL_ERR_ACD_NO_ZONE,
            CampaignError::Full => S::TL_ERR_ACD_FULL,
            CampaignError::TimeBackwards { .. } => S::TL_ERR_ACD_TIME_BACKWARDS,
            CampaignError::Undrained => S::TL_ERR_UNDRAINED,
            CampaignError::Config(_) => S::TL_ERR_ACD_CONFIG,
            CampaignError::Snapshot(_) => S::TL_ERR_ACD_SNAPSHOT,
            _ => S::TL_ERR_ACD,
        };
        Self::new(status, error)
    }
}

/// How a campaign dials.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_campaign_mode {
    /// The agent sees the contact first and starts the call: one dial for each agent.
    TL_CAMPAIGN_PREVIEW = 0,
    /// One dial for each idle agent, at once.
    TL_CAMPAIGN_PROGRESSIVE = 1,
    /// More dials than idle agents, because not everybody answers, as far as the cap lets it.
    TL_CAMPAIGN_PREDICTIVE = 2,
}

/// When a contact is called again after one outcome.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_campaign_retry {
    /// After so long, in ms.
    pub after_ms: u64,
    /// Up to so many tries in all, at most 255.
    pub tries: u32,
    /// Must be 0.
    pub reserved: u32,
}

/// How a campaign works, and how much it holds: its whole memory is taken from this, once.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_campaign_config {
    /// Set by `tl_campaign_defaults`.
    pub struct_size: u32,
    /// Room for contacts. Default: 1,000.
    pub contacts: u32,
    /// Room for numbers that are not to be called and are no contact's. Default: 1,000.
    pub do_not_call: u32,
    /// A `tl_campaign_mode`. Default: progressive.
    pub mode: u32,
    /// Predictive: so many dials for 100 agents, 100 to 65,535. Default: 150.
    pub dials_per_100_agents: u32,
    /// The `tl_campaign_mode` while it is intensified. Default: `TL_NONE32`, no other.
    pub intensified_mode: u32,
    /// The dials for 100 agents then. Default: 200.
    pub intensified_dials_per_100_agents: u32,
    /// The share of answered calls without an agent that it must not exceed, in thousandths.
    /// Default: 30.
    pub cap_per_mille: u32,
    /// Preview: an agent has so long to start the call. Default: 60,000.
    pub preview_ms: u32,
    /// Preview: a contact an agent passed over is shown again after so long. Default: 3,600,000.
    pub skip_ms: u32,
    /// More complaints than this suspend the campaign. Default: `TL_NONE32`, it never stops and never
    /// does more of itself, and the next three count for nothing.
    pub complaints_max: u32,
    /// A smaller share of successes than this, in thousandths of the contacts, suspends it. Default:
    /// 0.
    pub success_min_per_mille: u32,
    /// A larger share than this, without a complaint, intensifies it. Default: 1,000.
    pub success_high_per_mille: u32,
    /// Shares say nothing before so many contacts. Default: 100.
    pub sample_min: u32,
    /// Agents shared with those who call in: it starts to dial when so many thousandths of them are
    /// idle. Default: `TL_NONE32`, all agents are its own, and the next two count for nothing.
    pub blend_on_per_mille: u32,
    /// It stops when no more than so many are. Default: 0.
    pub blend_off_per_mille: u32,
    /// So many idle agents are kept for those who call in. Default: 0.
    pub blend_reserve: u32,
    /// How many zones.
    pub zone_count: u32,
    /// The contact answered and no agent was there. Default: the next day, 2 tries.
    pub abandoned: tl_campaign_retry,
    /// Busy. Default: ten minutes, 3 tries.
    pub busy: tl_campaign_retry,
    /// Nobody answered. Default: four hours, 3 tries.
    pub no_answer: tl_campaign_retry,
    /// A machine answered. Default: four hours, 3 tries.
    pub machine: tl_campaign_retry,
    /// The network refused. Default: two minutes, 3 tries.
    pub congestion: tl_campaign_retry,
    /// The hours in which contacts may be called, a pointer for each zone; copied. Default: none, so
    /// that no contact can be added.
    pub zones: *const *const tl_calendar_config,
    /// The cap is for so long, from the first input on; then, at that very instant, the next period
    /// begins with a new record. At most 49 days. Default: `TL_NONE32`, only
    /// `tl_campaign_start_period` begins one.
    pub period_ms: u32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), begins with a u32; eighteen u32, then multiples of eight bytes and, where it is as
// wide, a pointer, then two u32, so there is no padding before the end; a pointer of any bits is a value.
unsafe impl Growing for tl_campaign_config {
    const FIRST_SIZE: usize = 72 + 5 * 16 + size_of::<*const ()>();

    fn defaults() -> Self {
        let usual = CampaignConfig::default();
        let retry = |rule: RetryRule| tl_campaign_retry {
            after_ms: rule.after_ms,
            tries: rule.tries.into(),
            reserved: 0,
        };
        Self {
            struct_size: size_of::<Self>() as u32,
            contacts: 1_000,
            do_not_call: 1_000,
            mode: tl_campaign_mode::TL_CAMPAIGN_PROGRESSIVE as u32,
            dials_per_100_agents: 150,
            intensified_mode: TL_NONE32,
            intensified_dials_per_100_agents: 200,
            cap_per_mille: usual.cap_per_mille.into(),
            preview_ms: usual.preview_ms,
            skip_ms: usual.skip_ms,
            complaints_max: TL_NONE32,
            success_min_per_mille: 0,
            success_high_per_mille: 1_000,
            sample_min: 100,
            blend_on_per_mille: TL_NONE32,
            blend_off_per_mille: 0,
            blend_reserve: 0,
            zone_count: 0,
            abandoned: retry(usual.retry.abandoned),
            busy: retry(usual.retry.busy),
            no_answer: retry(usual.retry.no_answer),
            machine: retry(usual.retry.machine),
            congestion: retry(usual.retry.congestion),
            zones: core::ptr::null(),
            period_ms: TL_NONE32,
            reserved: 0,
        }
    }
}

pub(super) fn mode(mode: u32, dials: u32) -> Result<Mode, Failure> {
    Ok(match mode {
        0 => Mode::Preview,
        1 => Mode::Progressive,
        2 => Mode::Predictive { dials_per_100_agents: small(dials, "dials_per_100_agents")? },
        other => return unknown("mode", other),
    })
}

fn retry(rule: &tl_campaign_retry) -> Result<RetryRule, Failure> {
    Ok(RetryRule { after_ms: rule.after_ms, tries: small(rule.tries, "tries")? })
}

impl tl_campaign_config {
    pub(super) fn retry_rules(&self) -> Result<RetryRules, Failure> {
        Ok(RetryRules {
            abandoned: retry(&self.abandoned)?,
            busy: retry(&self.busy)?,
            no_answer: retry(&self.no_answer)?,
            machine: retry(&self.machine)?,
            congestion: retry(&self.congestion)?,
        })
    }

    fn config(&self) -> Result<CampaignConfig, Failure> {
        let intensified = option32(self.intensified_mode);
        let rails = option32(self.complaints_max).map(|complaints_max| {
            Ok::<_, Failure>(GuardRails {
                complaints_max,
                success_min_per_mille: small(self.success_min_per_mille, "success_min_per_mille")?,
                success_high_per_mille: small(
                    self.success_high_per_mille,
                    "success_high_per_mille",
                )?,
                sample_min: self.sample_min,
            })
        });
        let blend = option32(self.blend_on_per_mille).map(|on| {
            Ok::<_, Failure>(Blend {
                on_per_mille: small(on, "blend_on_per_mille")?,
                off_per_mille: small(self.blend_off_per_mille, "blend_off_per_mille")?,
                reserve: self.blend_reserve,
                dialling: false,
            })
        });
        Ok(CampaignConfig {
            mode: mode(self.mode, self.dials_per_100_agents)?,
            intensified: intensified
                .map(|other| mode(other, self.intensified_dials_per_100_agents))
                .transpose()?,
            cap_per_mille: small(self.cap_per_mille, "cap_per_mille")?,
            retry: self.retry_rules()?,
            rails: rails.transpose()?,
            blend: blend.transpose()?,
            period_ms: option32(self.period_ms).map(u64::from),
            preview_ms: self.preview_ms,
            skip_ms: self.skip_ms,
        })
    }
}

struct Tables {
    zones: &'static [Calendar<'static>],
    contacts: &'static mut [ContactSlot],
    numbers: &'static mut [NumberSlot],
    do_not_call: DoNotCall<'static>,
}

/// # Safety
/// Every pointer of it is NULL or readable for its count.
unsafe fn lay(arena: &mut Arena, config: &tl_campaign_config) -> Result<Tables, Failure> {
    // SAFETY: as this function's own contract.
    let zones = unsafe {
        let given = input(config.zones, config.zone_count as usize, "zones")?;
        calendar::copied(arena, given, Calendar::default(), |arena, zone| {
            calendar::lay(arena, &read(*zone, "zones")?)
        })?
    };
    // A third of the index stays empty, so that numbers are found after a step or two.
    let index = u64::from(config.contacts) * 3 / 2 + 1;
    let index = u32::try_from(index)
        .map_err(|_| Failure::argument(format_args!("contacts is {}", config.contacts)))?;
    Ok(Tables {
        zones,
        contacts: arena.slots(config.contacts)?,
        numbers: arena.slots(index)?,
        do_not_call: DoNotCall::new(arena.slots(config.do_not_call)?),
    })
}

fn build(config: &tl_campaign_config, to: Tables) -> Result<Campaign<'static>, Failure> {
    let config = config.config()?;
    Ok(Campaign::new(config, to.zones, to.contacts, to.numbers, to.do_not_call)?)
}

fn restore(bytes: &[u8], to: Tables) -> Result<Campaign<'static>, Failure> {
    Ok(Campaign::restore_in(to.zones, to.contacts, to.numbers, to.do_not_call, bytes)?)
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_defaults(
    config: *mut tl_campaign_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_campaign_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// Stores in `size` how many bytes a campaign takes. `config` may be NULL for the defaults, here and
/// below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_size(
    config: *const tl_campaign_config,
    size: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_campaign_size", || unsafe {
        let config = optional(config)?;
        store(size, "size", object::size::<tl_campaign, _>(|arena| lay(arena, &config))?)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes a campaign in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_campaign_config,
    campaign: *mut *mut tl_campaign,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_campaign_init", || unsafe {
        let config = optional(config)?;
        let tables = |arena: &mut Arena| lay(arena, &config);
        object::init((memory.cast(), size), campaign, tables, |to| build(&config, to))
    })
}

/// The same in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_new(
    config: *const tl_campaign_config,
    campaign: *mut *mut tl_campaign,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_campaign_new", || unsafe {
        let config = optional(config)?;
        object::create(campaign, |arena| lay(arena, &config), |to| build(&config, to))
    })
}

/// As `tl_campaign_init`, in the state of a snapshot of `len` bytes: the campaign goes on as if it had
/// never stopped. Of `config` the room, which may be more than there was, and the zones count, which
/// are as many, at least, as contacts refer to; how it works is in the snapshot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_restore_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_campaign_config,
    snapshot: *const u8,
    len: usize,
    campaign: *mut *mut tl_campaign,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_campaign_restore_init", || unsafe {
        let config = optional(config)?;
        let bytes = input(snapshot, len, "snapshot")?;
        let tables = |arena: &mut Arena| lay(arena, &config);
        object::init((memory.cast(), size), campaign, tables, |to| restore(bytes, to))
    })
}

/// As `tl_campaign_new`, in the state of a snapshot; see `tl_campaign_restore_init`.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_restore_new(
    config: *const tl_campaign_config,
    snapshot: *const u8,
    len: usize,
    campaign: *mut *mut tl_campaign,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_campaign_restore_new", || unsafe {
        let config = optional(config)?;
        let bytes = input(snapshot, len, "snapshot")?;
        object::create(campaign, |arena| lay(arena, &config), |to| restore(bytes, to))
    })
}

/// Writes the whole state into `bytes`, which has room for `room`, and stores its length in `len`; when
/// the room is too small, returns `TL_ERR_BUFFER`. Outputs must be polled first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_snapshot(
    campaign: *const tl_campaign,
    bytes: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_campaign_snapshot", campaign, |campaign| {
            write_bytes((bytes, room, len), |bytes| Ok(campaign.snapshot(bytes)?))
        })
    }
}

/// Stores the state as one number: equal for campaigns that were told the same, on every machine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_state_hash(
    campaign: *const tl_campaign,
    hash: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_campaign_state_hash", campaign, |campaign| {
            store(hash, "hash", campaign.state_hash())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Ends a campaign. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_free(campaign: *mut tl_campaign) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_campaign_free", campaign) }
}
