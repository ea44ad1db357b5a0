//! # Routing: calling out with a list of your own
//!
//! What a campaign keeps to, alone, for who keeps the list elsewhere. A pacer says how many calls may be
//! dialled now, so that the share of answered calls without an agent cannot exceed a cap, whoever
//! answers. A guard says when to stop: too many complaints, too few successes.

use core::ffi::c_void;

use acd_core::outbound::{Guard, GuardEvent, GuardRails, Pacer, PacerCounters};

use super::campaign::{mode, tl_campaign_mode};
use super::dialling::news;
use super::small;
use crate::config::{Growing, optional, store_defaults};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{store, store_if_wanted, writable, writable_or_null};
use crate::tl_status;

/// Says how many calls may be dialled.
#[derive(Debug)]
pub struct tl_pacer {
    _opaque: [u8; 0],
}

impl Kind for tl_pacer {
    const MAGIC: u32 = u32::from_le_bytes(*b"tPac");
    type Value = Pacer;
}

/// How a pacer paces.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_pacer_config {
    /// Set by `tl_pacer_defaults`.
    pub struct_size: u32,
    /// A `tl_campaign_mode`. Default: progressive.
    pub mode: u32,
    /// Predictive: so many dials for 100 agents, 100 to 65,535. Default: 150.
    pub dials_per_100_agents: u32,
    /// The share of answered calls without an agent that must not be exceeded, in thousandths.
    /// Default: 30.
    pub cap_per_mille: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_pacer_config {
    const FIRST_SIZE: usize = 16;

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            mode: tl_campaign_mode::TL_CAMPAIGN_PROGRESSIVE as u32,
            dials_per_100_agents: 150,
            cap_per_mille: 30,
        }
    }
}

impl tl_pacer_config {
    fn pacer(&self) -> Result<Pacer, Failure> {
        let mode = mode(self.mode, self.dials_per_100_agents)?;
        Ok(Pacer::new(mode, small(self.cap_per_mille, "cap_per_mille")?)?)
    }
}

/// What the dials of a period came to.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_pacer_counters {
    /// Dials that have not come to anything yet.
    pub dialling: u64,
    /// Dials that people answered.
    pub live: u64,
    /// Those of them for whom no agent was there in time.
    pub abandoned: u64,
    /// Dials that nobody answered, or a machine.
    pub unanswered: u64,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

impl From<PacerCounters> for tl_pacer_counters {
    fn from(of: PacerCounters) -> Self {
        Self {
            dialling: of.dialling.into(),
            live: of.live,
            abandoned: of.abandoned,
            unanswered: of.unanswered,
            reserved: [0; 2],
        }
    }
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_defaults(
    config: *mut tl_pacer_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_pacer_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// How many bytes a pacer takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_pacer_size() -> usize {
    object::fixed_size::<tl_pacer>()
}

/// Makes a pacer at the start of its period in the caller's block of `size` bytes, aligned to
/// `TL_ALIGN`. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_pacer_config,
    pacer: *mut *mut tl_pacer,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_pacer_init", || unsafe {
        let config = optional(config)?;
        object::init((memory.cast(), size), pacer, |_| Ok(()), |()| config.pacer())
    })
}

/// Makes a pacer in memory from the allocator. `config` may be NULL for the defaults.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_new(
    config: *const tl_pacer_config,
    pacer: *mut *mut tl_pacer,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_pacer_new", || unsafe {
        let config = optional(config)?;
        object::create(pacer, |_| Ok(()), |()| config.pacer())
    })
}

/// Ends a pacer. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_free(pacer: *mut tl_pacer) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_pacer_free", pacer) }
}

/// Stores in `dials` how many more calls may be dialled now, with so many agents idle and set aside
/// for them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_dials(
    pacer: *const tl_pacer,
    idle: u32,
    dials: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_pacer_dials", pacer, |this| {
            store(dials, "dials", this.dials(idle))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// A call is dialled; `TL_ERR_ACD_NOT_NOW` if it must not be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_dial(pacer: *mut tl_pacer, idle: u32) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_pacer_dial", pacer, |this| {
            if this.dial(idle) {
                return Ok(tl_status::TL_OK);
            }
            let text = format_args!("{idle} idle agents allow no further dial");
            Err(Failure::new(tl_status::TL_ERR_ACD_NOT_NOW, text))
        })
    }
}

/// A dial was answered by a person, and an agent was there in time, or with `served` 0 was not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_answered(pacer: *mut tl_pacer, served: u32) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_pacer_answered", pacer, |this| {
            this.answered(served != 0);
            Ok(tl_status::TL_OK)
        })
    }
}

/// A dial came to nothing: busy, no answer, a machine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_unanswered(pacer: *mut tl_pacer) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_pacer_unanswered", pacer, |this| {
            this.unanswered();
            Ok(tl_status::TL_OK)
        })
    }
}

/// As `tl_pacer_answered`, of a dial that was made before the period began: it counts in the period
/// before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_answered_before(pacer: *mut tl_pacer, served: u32) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_pacer_answered_before", pacer, |this| {
            this.answered_before(served != 0);
            Ok(tl_status::TL_OK)
        })
    }
}

/// As `tl_pacer_unanswered`, of a dial that was made before the period began.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_unanswered_before(pacer: *mut tl_pacer) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_pacer_unanswered_before", pacer, |this| {
            this.unanswered_before();
            Ok(tl_status::TL_OK)
        })
    }
}

/// A new period begins: what is being dialled goes on, the record starts again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_start_period(pacer: *mut tl_pacer) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_pacer_start_period", pacer, |this| {
            this.start_period();
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what the dials of the period came to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_get_counters(
    pacer: *const tl_pacer,
    counters: *mut tl_pacer_counters,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_pacer_get_counters", pacer, |this| {
            store(counters, "counters", this.counters().into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// The same of the period before this one, with what its dials have come to since.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_pacer_get_last_period(
    pacer: *const tl_pacer,
    counters: *mut tl_pacer_counters,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_pacer_get_last_period", pacer, |this| {
            store(counters, "counters", this.last_period().into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Says when to stop, and when more may be done.
#[derive(Debug)]
pub struct tl_guard {
    _opaque: [u8; 0],
}

impl Kind for tl_guard {
    const MAGIC: u32 = u32::from_le_bytes(*b"tGrd");
    type Value = Guard;
}

/// The limits of a guard.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_guard_config {
    /// Set by `tl_guard_defaults`.
    pub struct_size: u32,
    /// More complaints than this suspend. Default: 10.
    pub complaints_max: u32,
    /// A smaller share of successes than this, in thousandths of the contacts, suspends. Default: 0.
    pub success_min_per_mille: u32,
    /// A larger share than this, without a complaint, intensifies. Default: 1,000.
    pub success_high_per_mille: u32,
    /// Shares say nothing before so many contacts. Default: 100.
    pub sample_min: u32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_guard_config {
    const FIRST_SIZE: usize = 24;

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            complaints_max: 10,
            success_min_per_mille: 0,
            success_high_per_mille: 1_000,
            sample_min: 100,
            reserved: 0,
        }
    }
}

impl tl_guard_config {
    fn guard(&self) -> Result<Guard, Failure> {
        Ok(Guard::new(GuardRails {
            complaints_max: self.complaints_max,
            success_min_per_mille: small(self.success_min_per_mille, "success_min_per_mille")?,
            success_high_per_mille: small(self.success_high_per_mille, "success_high_per_mille")?,
            sample_min: self.sample_min,
        })?)
    }
}

/// Fills in the default limits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_guard_defaults(
    config: *mut tl_guard_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_guard_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// How many bytes a guard takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_guard_size() -> usize {
    object::fixed_size::<tl_guard>()
}

/// Makes a guard without a record in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config`
/// may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_guard_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_guard_config,
    guard: *mut *mut tl_guard,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    self::guard("tl_guard_init", || unsafe {
        let config = optional(config)?;
        object::init((memory.cast(), size), guard, |_| Ok(()), |()| config.guard())
    })
}

/// Makes a guard in memory from the allocator. `config` may be NULL for the defaults.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_guard_new(
    config: *const tl_guard_config,
    guard: *mut *mut tl_guard,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    self::guard("tl_guard_new", || unsafe {
        let config = optional(config)?;
        object::create(guard, |_| Ok(()), |()| config.guard())
    })
}

/// Ends a guard. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_guard_free(guard: *mut tl_guard) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_guard_free", guard) }
}

/// # Safety
/// `event` is NULL or writable.
unsafe fn tell(event: *mut u32, what: Option<GuardEvent>) -> Result<(), Failure> {
    // SAFETY: as this function's own contract.
    unsafe { store(event, "event", what.map_or(0, news)) }
}

/// Somebody was reached, successfully or with `success` 0 not. Stores in `event` what that leads to, a
/// `tl_campaign_decision`, or 0: it is said once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_guard_contact(
    guard: *mut tl_guard,
    success: u32,
    event: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_guard_contact", guard, |this| {
            writable(event, "event")?;
            tell(event, this.contact(success != 0))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Somebody complained; as `tl_guard_contact`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_guard_complaint(guard: *mut tl_guard, event: *mut u32) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_guard_complaint", guard, |this| {
            writable(event, "event")?;
            tell(event, this.complaint())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// What was suspended goes on, with a new record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_guard_resume(guard: *mut tl_guard) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_guard_resume", guard, |this| {
            this.resume();
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores 1 in `suspended` if nobody must be dialled, and in `intensified`, which may be NULL, if more
/// than usual may be; else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_guard_get_state(
    guard: *const tl_guard,
    suspended: *mut u32,
    intensified: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_guard_get_state", guard, |this| {
            writable_or_null(intensified, "intensified")?;
            store(suspended, "suspended", this.is_suspended().into())?;
            store_if_wanted(intensified, "intensified", this.is_intensified().into())?;
            Ok(tl_status::TL_OK)
        })
    }
}
