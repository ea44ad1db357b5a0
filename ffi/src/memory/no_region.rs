//! What stands for the region in a library built without: the system's allocator, always.

use core::ptr::NonNull;

use super::tl_memory_stats;
use crate::guard::Failure;
use crate::tl_status;

fn built_without() -> Failure {
    let text = "the library was built without the feature memory";
    Failure::new(tl_status::TL_ERR_UNSUPPORTED, text)
}

pub(super) unsafe fn begin(_: NonNull<u8>, _: usize) -> Result<(), Failure> {
    Err(built_without())
}

pub(super) fn stats() -> Result<tl_memory_stats, Failure> {
    Err(built_without())
}

pub(super) fn end() -> Result<(), Failure> {
    Err(built_without())
}
