//! # Dialogue: what calls have reached of a flow
//!
//! Which exits of a flow's nodes the calls that were tried took, and which nobody did. Takes memory from
//! the allocator.

use core::ffi::{c_char, c_void};

use ivr_core::rehearse::Coverage;

use super::about::tl_ivr_name;
use super::flow::tl_ivr_flow;
use super::trial::tl_ivr_trial;
use crate::guard::guard;
use crate::object::{self, Kind, enter, enter_both, peek};
use crate::pointers::{list, store, writable, write_text};
use crate::tl_status;

/// Which exits of a flow calls have taken.
#[derive(Debug)]
pub struct tl_ivr_coverage {
    _opaque: [u8; 0],
}

impl Kind for tl_ivr_coverage {
    const MAGIC: u32 = u32::from_le_bytes(*b"tCov");
    type Value = Coverage;
}

/// How many bytes a coverage takes. The flow's exits are kept in memory from the allocator.
#[unsafe(no_mangle)]
pub extern "C" fn tl_ivr_coverage_size() -> usize {
    object::fixed_size::<tl_ivr_coverage>()
}

/// Makes the coverage of a flow, of which nothing was reached yet, in the caller's block of `size` bytes,
/// aligned to `TL_ALIGN`. The flow may be freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_coverage_init(
    memory: *mut c_void,
    size: usize,
    flow: *const tl_ivr_flow,
    coverage: *mut *mut tl_ivr_coverage,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and blocks of memory.
    guard("tl_ivr_coverage_init", || unsafe {
        let of = |()| peek(flow, |loaded| Coverage::new(&loaded.flow));
        object::init((memory.cast(), size), coverage, |_| Ok(()), of)
    })
}

/// As `tl_ivr_coverage_init`, in memory from the allocator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_coverage_new(
    flow: *const tl_ivr_flow,
    coverage: *mut *mut tl_ivr_coverage,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    guard("tl_ivr_coverage_new", || unsafe {
        let of = |()| peek(flow, |loaded| Coverage::new(&loaded.flow));
        object::create(coverage, |_| Ok(()), of)
    })
}

/// Ends a coverage. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_coverage_free(coverage: *mut tl_ivr_coverage) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_ivr_coverage_free", coverage) }
}

/// Counts the way that a call took, once it is over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_coverage_count(
    coverage: *mut tl_ivr_coverage,
    trial: *const tl_ivr_trial,
) -> tl_status {
    let both = (coverage.cast_const(), trial);
    // SAFETY: the header's contract for objects.
    unsafe {
        enter_both("tl_ivr_coverage_count", both, |coverage, tried| {
            coverage.count(&tried.call);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores how many exits were taken, and how many there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_coverage_get_exits(
    coverage: *const tl_ivr_coverage,
    taken: *mut usize,
    exits: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_coverage_get_exits", coverage, |of| {
            writable(exits, "exits")?;
            let (some, all) = of.exits();
            store(taken, "taken", some)?;
            store(exits, "exits", all)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores as many of the exits that nobody took as there is `room` for, and in `count` how many there
/// are. The texts live as long as the coverage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_coverage_list_missed(
    coverage: *const tl_ivr_coverage,
    missed: *mut tl_ivr_name,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_ivr_coverage_list_missed", coverage, |of| {
            let all = of.missed().map(tl_ivr_name::exit);
            list((missed, room, count), "missed", all)
        })
    }
}

/// Says how much was reached, and what was not, in `text`, which has room for `room` bytes, a NUL
/// included, and stores in `len` how long it is without; when the room is too small, returns
/// `TL_ERR_BUFFER`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_coverage_report(
    coverage: *const tl_ivr_coverage,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_ivr_coverage_report", coverage, |of| {
            write_text((text, room, len), of)?;
            Ok(tl_status::TL_OK)
        })
    }
}
