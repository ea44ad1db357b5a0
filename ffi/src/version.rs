//! # Version and alignment

use core::ffi::c_char;

/// Alignment, in bytes, of every block of memory handed to a `tl_*_init`. It is what `malloc`
/// gives on 64-bit machines; a static block takes `_Alignas(TL_ALIGN)`.
pub const TL_ALIGN: usize = 16;

/// The library's version, such as "0.1.0". The text is static.
#[unsafe(no_mangle)]
pub extern "C" fn tl_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
