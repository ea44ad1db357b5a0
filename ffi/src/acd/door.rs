//! # Routing: who gets in
//!
//! Before any queue: a list of callers, limits on how often, and a lid on the load. Ask the door,
//! then let the call arrive. Numbers stand for telephone numbers as you like; what you keep in a
//! directory is copied here.

use core::ffi::c_void;

use acd_core::Time;
use acd_core::admission::{Denial, Door, Limit, LimitSlot, Listed, Listing, Verdict};

use crate::arena::Arena;
use crate::config::{Growing, optional, store_defaults};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, store, writable};
use crate::tl_status;
use crate::values::{TL_NONE32, tl_time};

/// A door.
#[derive(Debug)]
pub struct tl_door {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Doorway {
    /// The whole table, part of which is lent to the door.
    list: *mut [Listed],
    door: Door<'static>,
}

impl Kind for tl_door {
    const MAGIC: u32 = u32::from_le_bytes(*b"tDor");
    type Value = Doorway;
}

/// How a door works.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_door_config {
    /// Set by `tl_door_defaults`.
    pub struct_size: u32,
    /// Room for callers on the list. Default: 0.
    pub listed_max: u32,
    /// Callers whose calls are counted; the oldest are forgotten first. Default: 1,024.
    pub callers: u32,
    /// A caller may call so often... Default: `TL_NONE32`, without limit.
    pub per_caller: u32,
    /// ... in so long. Default: 60,000.
    pub per_caller_ms: u32,
    /// Numbers called whose calls are counted. Default: 64.
    pub numbers: u32,
    /// A number may be called so often... Default: `TL_NONE32`, without limit.
    pub per_number: u32,
    /// ... in so long. Default: 1,000.
    pub per_number_ms: u32,
    /// With so many calls in the house, nobody is let in who is not favoured. Default: `TL_NONE32`.
    pub calls_max: u32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_door_config {
    const FIRST_SIZE: usize = 40;

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            listed_max: 0,
            callers: 1024,
            per_caller: TL_NONE32,
            per_caller_ms: 60_000,
            numbers: 64,
            per_number: TL_NONE32,
            per_number_ms: 1_000,
            calls_max: TL_NONE32,
            reserved: 0,
        }
    }
}

type Tables = (&'static mut [Listed], &'static mut [LimitSlot], &'static mut [LimitSlot]);

fn lay(arena: &mut Arena, config: &tl_door_config) -> Result<Tables, Failure> {
    Ok((
        arena.table(config.listed_max as usize, (0, Listing::Favoured(0)))?,
        arena.slots(config.callers)?,
        arena.slots(config.numbers)?,
    ))
}

#[allow(clippy::unnecessary_wraps, reason = "the shape of every builder")]
fn build(config: &tl_door_config, (list, callers, numbers): Tables) -> Result<Doorway, Failure> {
    let door = Door {
        list: &[],
        per_caller: Limit::new(callers, config.per_caller, config.per_caller_ms.into()),
        per_number: Limit::new(numbers, config.per_number, config.per_number_ms.into()),
        calls_max: config.calls_max,
    };
    Ok(Doorway { list, door })
}

/// Fills in the default configuration: everybody gets in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_door_defaults(
    config: *mut tl_door_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_door_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// Stores in `size` how many bytes a door takes. `config` may be NULL for the defaults, here and
/// below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_door_size(
    config: *const tl_door_config,
    size: *mut usize,
) -> tl_status {
    guard("tl_door_size", || {
        // SAFETY: the header's contract for pointers.
        unsafe {
            let config = optional(config)?;
            store(size, "size", object::size::<tl_door, _>(|arena| lay(arena, &config))?)?;
        }
        Ok(tl_status::TL_OK)
    })
}

/// Makes a door in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_door_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_door_config,
    door: *mut *mut tl_door,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_door_init", || unsafe {
        let config = optional(config)?;
        let tables = |arena: &mut Arena| lay(arena, &config);
        object::init((memory.cast(), size), door, tables, |tables| build(&config, tables))
    })
}

/// Makes a door in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_door_new(
    config: *const tl_door_config,
    door: *mut *mut tl_door,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_door_new", || unsafe {
        let config = optional(config)?;
        object::create(door, |arena| lay(arena, &config), |tables| build(&config, tables))
    })
}

/// Ends a door. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_door_free(door: *mut tl_door) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_door_free", door) }
}

/// A caller of whom something is known.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_door_listed {
    /// The caller.
    pub caller: u64,
    /// 1: not to be let in. 0: goes before others, and passes all limits.
    pub barred: u32,
    /// Barred: the reason, of your own list, at most 65,535. Else so many steps of priority.
    pub value: i32,
}

/// Replaces the list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_door_set_list(
    door: *mut tl_door,
    list: *const tl_door_listed,
    count: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_door_set_list", door, |doorway| {
            let list = input(list, count, "list")?;
            let room = doorway.list.len();
            if count > room {
                return Err(Failure::new(
                    tl_status::TL_ERR_ACD_FULL,
                    format_args!("{count} callers; listed_max is {room}"),
                ));
            }
            let listing = |listed: &tl_door_listed| match listed.barred {
                0 => Ok(Listing::Favoured(listed.value)),
                1 => u16::try_from(listed.value).map(Listing::Barred).map_err(|_| {
                    Failure::argument(format_args!("the reason {} is beyond 65,535", listed.value))
                }),
                other => Err(Failure::argument(format_args!("barred is {other}"))),
            };
            // Checked whole before anything is replaced.
            for listed in list {
                listing(listed)?;
            }
            doorway.door.list = &[];
            // The table is this object's alone, and the door, which had it, has nothing now.
            let table = &mut (&mut *doorway.list)[..count];
            for (place, listed) in table.iter_mut().zip(list) {
                *place = (listed.caller, listing(listed)?);
            }
            table.sort_unstable_by_key(|listed| listed.0);
            doorway.door.list = table;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Whether a call is let in.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_door_verdict {
    /// Yes, with so many steps of priority in `value`.
    TL_DOOR_ADMIT = 1,
    /// No: the caller is barred, for the reason in `value`.
    TL_DOOR_BARRED = 2,
    /// No: the caller, or the number called, has had its share for now.
    TL_DOOR_TOO_OFTEN = 3,
    /// No: there are too many calls.
    TL_DOOR_OVERLOAD = 4,
}

/// Judges a call, with so many calls in the house (`tl_acd_live_calls`), and counts it if it is let
/// in. Stores a `tl_door_verdict` in `verdict`, and in `value` what goes with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_door_judge(
    door: *mut tl_door,
    now: tl_time,
    caller: u64,
    called: u64,
    live_calls: u32,
    verdict: *mut u32,
    value: *mut i32,
) -> tl_status {
    use tl_door_verdict as V;
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_door_judge", door, |doorway| {
            writable(verdict, "verdict")?;
            writable(value, "value")?;
            let judged = doorway.door.judge(caller, called, live_calls, Time::from_ms(now));
            let (what, with) = match judged {
                Verdict::Admit(steps) => (V::TL_DOOR_ADMIT, steps),
                Verdict::Deny(Denial::Barred(reason)) => (V::TL_DOOR_BARRED, reason.into()),
                Verdict::Deny(Denial::TooOften) => (V::TL_DOOR_TOO_OFTEN, 0),
                Verdict::Deny(_) => (V::TL_DOOR_OVERLOAD, 0),
            };
            store(verdict, "verdict", what as u32)?;
            store(value, "value", with)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// A limit alone: at most so many calls of each key in any stretch of time, up to a factor of two at its
/// seams, since they are counted in windows that begin with a key's first call. It forgets the oldest keys
/// first: a flood from many numbers can make it forget, never refuse the innocent.
#[derive(Debug)]
pub struct tl_limit {
    _opaque: [u8; 0],
}

impl Kind for tl_limit {
    const MAGIC: u32 = u32::from_le_bytes(*b"tLim");
    type Value = Limit<'static>;
}

/// Stores in `size` how many bytes a limit takes that remembers so many keys.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_limit_size(keys: u32, size: *mut usize) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_limit_size", || unsafe {
        let needed = object::size::<tl_limit, _>(|arena| arena.slots::<LimitSlot>(keys))?;
        store(size, "size", needed)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes a limit of `most` calls of a key in `window_ms` in the caller's block of `size` bytes, aligned to
/// `TL_ALIGN`, that remembers so many keys; without any it limits nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_limit_init(
    memory: *mut c_void,
    size: usize,
    keys: u32,
    most: u32,
    window_ms: u64,
    limit: *mut *mut tl_limit,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_limit_init", || unsafe {
        let build = |table| Ok(Limit::new(table, most, window_ms));
        object::init((memory.cast(), size), limit, |arena| arena.slots(keys), build)
    })
}

/// As `tl_limit_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_limit_new(
    keys: u32,
    most: u32,
    window_ms: u64,
    limit: *mut *mut tl_limit,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_limit_new", || unsafe {
        let build = |table| Ok(Limit::new(table, most, window_ms));
        object::create(limit, |arena| arena.slots(keys), build)
    })
}

/// Ends a limit. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_limit_free(limit: *mut tl_limit) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_limit_free", limit) }
}

/// Counts a call of `key`, any number that stands for a caller, if it is allowed: stores 1 in `allowed`
/// then, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_limit_allows(
    limit: *mut tl_limit,
    key: u64,
    now: tl_time,
    allowed: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_limit_allows", limit, |this| {
            writable(allowed, "allowed")?;
            store(allowed, "allowed", this.allows(key, Time::from_ms(now)).into())?;
            Ok(tl_status::TL_OK)
        })
    }
}
