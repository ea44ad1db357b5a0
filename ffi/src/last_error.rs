//! # The last error's text

use core::ffi::c_char;
#[cfg(feature = "std")]
use core::fmt;

#[cfg(feature = "std")]
const TEXT: usize = 256;

#[cfg(feature = "std")]
struct Text {
    bytes: [u8; TEXT],
    len: usize,
}

#[cfg(feature = "std")]
impl fmt::Write for Text {
    /// Keeps what fits, cut at a character, and always leaves room for the final NUL.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut room = text.len().min(TEXT - 1 - self.len);
        while !text.is_char_boundary(room) {
            room -= 1;
        }
        self.bytes[self.len..self.len + room].copy_from_slice(&text.as_bytes()[..room]);
        self.len += room;
        self.bytes[self.len] = 0;
        Ok(())
    }
}

#[cfg(feature = "std")]
std::thread_local! {
    // A thread-local with a destructor would pin the library in memory: a module that links it
    // could never be unloaded. A plain array in a cell has none.
    static LAST: core::cell::UnsafeCell<Text> = const {
        core::cell::UnsafeCell::new(Text { bytes: [0; TEXT], len: 0 })
    };
}

/// Replaces this thread's text.
#[cfg(feature = "std")]
pub(crate) fn set(text: fmt::Arguments<'_>) {
    LAST.with(|last| {
        // SAFETY: the cell belongs to this thread, and `write_str` above runs no foreign code that
        // could come back here while the reference lives: arguments are formatted by the caller
        // into plain strings and numbers only.
        let last = unsafe { &mut *last.get() };
        last.len = 0;
        last.bytes[0] = 0;
        let _ = fmt::Write::write_fmt(last, text);
    });
}

/// A copy of this thread's text.
#[cfg(feature = "std")]
#[cfg_attr(not(unix), allow(dead_code))]
pub(crate) fn text() -> String {
    LAST.with(|last| {
        // SAFETY: the cell belongs to this thread, and nothing writes to it meanwhile.
        let last = unsafe { &*last.get() };
        String::from_utf8_lossy(&last.bytes[..last.len]).into_owned()
    })
}

/// The text of the last failure on this thread: which function, and what was wrong with which
/// argument. NUL-terminated UTF-8 of at most 255 bytes; "" when nothing failed yet, and always ""
/// in a library built without an operating system.
///
/// The pointer stays good until the thread ends; the text changes with the next failing call on
/// the same thread.
#[unsafe(no_mangle)]
pub extern "C" fn tl_last_error() -> *const c_char {
    #[cfg(feature = "std")]
    return LAST.with(|last| last.get().cast::<c_char>().cast_const());
    #[cfg(not(feature = "std"))]
    return c"".as_ptr();
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use core::ffi::CStr;

    fn c_text() -> &'static str {
        // SAFETY: the text is NUL-terminated and lives as long as this thread.
        unsafe { CStr::from_ptr(tl_last_error()) }.to_str().unwrap()
    }

    #[test]
    fn keeps_the_newest_text_and_cuts_a_long_one_at_a_character() {
        set(format_args!("tl_x: first"));
        set(format_args!("tl_x: {}", 2));
        assert_eq!(c_text(), "tl_x: 2");
        assert_eq!(text(), "tl_x: 2");

        set(format_args!("a{}", "号".repeat(200)));
        assert_eq!(c_text(), format!("a{}", "号".repeat((TEXT - 2) / 3)));
    }
}
