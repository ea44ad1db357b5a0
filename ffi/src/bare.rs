//! What a build without std has to bring itself.

use core::panic::PanicInfo;

unsafe extern "C" {
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: `abort` takes nothing and never returns; every C environment has one.
    unsafe { abort() }
}

/// The prebuilt arithmetic of 128 bits names this function, although nothing here ever unwinds.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
