//! # Routing: rules of calling out, alone
//!
//! When to try again, whom to spare for it, and whom not to call: a campaign's own rules, for who keeps
//! the list and dials elsewhere.

use core::ffi::c_void;

use acd_core::Time;
use acd_core::outbound::{Blend, DoNotCall};

use super::calendar::tl_calendar;
use super::campaign::tl_campaign_config;
use super::dialling::outcome;
use super::small;
use crate::config::optional;
use crate::guard::guard;
use crate::object::{self, Kind, enter};
use crate::pointers::{given, store, store_if_wanted, writable, writable_or_null};
use crate::tl_status;
use crate::values::{set64, tl_time};

/// Stores in `next` when to call again after this `tl_campaign_outcome` of try number `tries`, from 1,
/// inside the hours in which the contact may be called; or returns `TL_DONE`, and `next` is `TL_NONE`:
/// never again. Of `config` the retry rules alone count; it may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_next_try(
    config: *const tl_campaign_config,
    outcome: u32,
    tries: u32,
    now: tl_time,
    hours: *const tl_calendar,
    next: *mut tl_time,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_campaign_next_try", hours, |hours| {
            writable(next, "next")?;
            let rules = optional(config)?.retry_rules()?;
            let (outcome, tries) = (self::outcome(outcome)?, small(tries, "tries")?);
            let at = rules.next_try(outcome, tries, Time::from_ms(now), hours);
            store(next, "next", set64(at.map(Time::ms)))?;
            Ok(if at.is_some() { tl_status::TL_OK } else { tl_status::TL_DONE })
        })
    }
}

/// Gives idle agents of a mixed group to calls out when enough are idle, and takes them back when few
/// are. A struct of yours, to be kept as it is between calls.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_blend {
    /// Starts when so many thousandths of the agents are idle.
    pub on_per_mille: u16,
    /// Stops when no more than so many are.
    pub off_per_mille: u16,
    /// So many idle agents are kept for those who call in.
    pub reserve: u32,
    /// Other than 0: it has started. 0 at first.
    pub dialling: u32,
}

/// Stores in `spare` how many of the idle agents may be used for calling out, of so many at work.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_blend_spare(
    blend: *mut tl_blend,
    idle: u32,
    at_work: u32,
    spare: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_blend_spare", || unsafe {
        writable(spare, "spare")?;
        let tl_blend { on_per_mille, off_per_mille, reserve, dialling } = *given(blend, "blend")?;
        let mut rule = Blend { on_per_mille, off_per_mille, reserve, dialling: dialling != 0 };
        store(spare, "spare", rule.spare(idle, at_work))?;
        store(blend, "blend", tl_blend { dialling: rule.dialling.into(), ..*blend })?;
        Ok(tl_status::TL_OK)
    })
}

/// A list of numbers that must not be called.
#[derive(Debug)]
pub struct tl_do_not_call {
    _opaque: [u8; 0],
}

impl Kind for tl_do_not_call {
    const MAGIC: u32 = u32::from_le_bytes(*b"tDnc");
    type Value = DoNotCall<'static>;
}

/// Stores in `size` how many bytes a list takes that has room for so many numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_do_not_call_size(numbers: u32, size: *mut usize) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_do_not_call_size", || unsafe {
        let needed = object::size::<tl_do_not_call, _>(|arena| arena.slots::<u64>(numbers))?;
        store(size, "size", needed)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes an empty list with room for so many numbers in the caller's block of `size` bytes, aligned to
/// `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_do_not_call_init(
    memory: *mut c_void,
    size: usize,
    numbers: u32,
    do_not_call: *mut *mut tl_do_not_call,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_do_not_call_init", || unsafe {
        let build = |table| Ok(DoNotCall::new(table));
        object::init((memory.cast(), size), do_not_call, |arena| arena.slots(numbers), build)
    })
}

/// As `tl_do_not_call_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_do_not_call_new(
    numbers: u32,
    do_not_call: *mut *mut tl_do_not_call,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_do_not_call_new", || unsafe {
        let build = |table| Ok(DoNotCall::new(table));
        object::create(do_not_call, |arena| arena.slots(numbers), build)
    })
}

/// Ends a list. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_do_not_call_free(do_not_call: *mut tl_do_not_call) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_do_not_call_free", do_not_call) }
}

/// Puts a number on the list. Stores 0 in `added`, which may be NULL, if it was on it, else 1.
/// `TL_ERR_ACD_FULL` when there is no room. The list is kept in order: quick when numbers come in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_do_not_call_add(
    do_not_call: *mut tl_do_not_call,
    number: u64,
    added: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_do_not_call_add", do_not_call, |list| {
            writable_or_null(added, "added")?;
            store_if_wanted(added, "added", list.add(number)?.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores 1 in `contained` if the number is on the list, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_do_not_call_contains(
    do_not_call: *const tl_do_not_call,
    number: u64,
    contained: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_do_not_call_contains", do_not_call, |list| {
            store(contained, "contained", list.contains(number).into())?;
            Ok(tl_status::TL_OK)
        })
    }
}
