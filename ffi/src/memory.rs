//! # Memory
//!
//! What the library takes besides the caller's blocks (docs/c-api.md lists for what) comes from the
//! system's allocator, or from one region that is handed over before anything else: then it asks the
//! system for nothing but its threads. A library built without the feature `memory` returns
//! `TL_ERR_UNSUPPORTED` here.

use core::ffi::c_void;
use core::ptr::NonNull;

#[cfg(feature = "memory")]
mod lock;
#[cfg_attr(feature = "memory", path = "memory/region.rs")]
#[cfg_attr(not(feature = "memory"), path = "memory/no_region.rs")]
mod region;

use crate::arena::Arena;
use crate::guard::{Failure, guard};
use crate::pointers::{store, writable};
use crate::tl_status;

/// How full the region is.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct tl_memory_stats {
    /// Its bytes; 0 when there is none, and all below is 0 then.
    pub size: u64,
    /// Bytes in use, with what it takes to keep them: 16 to 47 for each block.
    pub used: u64,
    /// The most that ever were in use.
    pub peak: u64,
    /// Blocks in use.
    pub blocks: u64,
    /// Blocks for which there was no room, so that they came from the system: of a region that is
    /// large enough, 0.
    pub overflows: u64,
    /// Their bytes.
    pub overflowed: u64,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// Hands over a region of `size` bytes, aligned to `TL_ALIGN`: from now on everything that the library
/// would take from the allocator comes from there, in all threads, what `tl_X_new` makes included.
/// Taking and giving back cost constant time. The region is touched by nobody else and stays where it is
/// until `tl_memory_end`, or until the library is unloaded. What was taken before stays with the system:
/// call this first.
///
/// When the region is full the system is asked after all, and `tl_memory_get_stats` counts it. Should
/// that have no memory either, `tl_X_new` returns `TL_ERR_NO_MEMORY`; anywhere else the process is
/// aborted, as it is without a region.
///
/// `TL_ERR_IN_USE`: there is a region already. `TL_ERR_MEMORY`: too small to be one.
/// `TL_ERR_ARGUMENT`: longer than any memory is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_memory_use(memory: *mut c_void, size: usize) -> tl_status {
    // SAFETY: the header's contract for blocks of memory.
    guard("tl_memory_use", || unsafe {
        let Some(start) = NonNull::new(memory.cast::<u8>()) else {
            return Err(Failure::null("memory"));
        };
        Arena::over(start.as_ptr(), size)?;
        let end = start.addr().get().checked_add(size);
        if size > isize::MAX as usize || end.is_none() {
            return Err(Failure::argument(format_args!("no memory is {size} bytes long there")));
        }
        region::begin(start, size)?;
        Ok(tl_status::TL_OK)
    })
}

/// Stores how full the region is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_memory_get_stats(stats: *mut tl_memory_stats) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_memory_get_stats", || unsafe {
        writable(stats, "stats")?;
        store(stats, "stats", region::stats()?)?;
        Ok(tl_status::TL_OK)
    })
}

/// Gives the region back to the caller: the system's allocator serves again, and another region may be
/// handed over. `TL_ERR_IN_USE` while anything lies in it: an object that is not freed, or what a
/// `TL_ERR_PANIC` left behind. `TL_ERR_ARGUMENT`: there is none.
#[unsafe(no_mangle)]
pub extern "C" fn tl_memory_end() -> tl_status {
    guard("tl_memory_end", || {
        region::end()?;
        Ok(tl_status::TL_OK)
    })
}
