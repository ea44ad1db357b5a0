//! All three cores at work in a program that has no allocator.
//!
//! That it links is the proof: rustc refuses a program in which any crate needs an allocator
//! ("no global memory allocator found but one is required"). That it exits with 0 shows that the
//! cores also do their work in memory that the caller gave them.

#![no_std]
#![no_main]

mod dialogue;
mod media;
mod routing;

use core::ffi::{c_int, c_void};
use core::fmt::{self, Write};
use core::panic::PanicInfo;

#[link(name = "c")]
unsafe extern "C" {
    fn write(fd: c_int, bytes: *const c_void, len: usize) -> isize;
    fn abort() -> !;
}

/// A file descriptor; what cannot be written is lost.
struct Out(c_int);

impl Write for Out {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the pointer and the length are those of one text.
        unsafe { write(self.0, text.as_ptr().cast(), text.len()) };
        Ok(())
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let _ = writeln!(Out(2), "no-alloc: {info}");
    // SAFETY: `abort` takes nothing and does not return.
    unsafe { abort() }
}

/// The prebuilt `core` names this function, although nothing here ever unwinds.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    routing::check();
    dialogue::check();
    media::check();
    let _ = writeln!(Out(1), "no-alloc: all three cores linked and at work");
    0
}
