//! Texts and arrays of one output, packed into the caller's buffer.

use core::ffi::c_char;
use core::fmt::{self, Write};

use crate::guard::Failure;
use crate::tl_status;

/// Writes from the front of a buffer on; when something does not fit, nothing after it counts.
pub(super) struct Pack {
    base: *mut u8,
    room: usize,
    used: usize,
}

impl Pack {
    /// # Safety
    /// `base` is NULL with `room` 0, or writable for `room` bytes while pointers from it are used.
    pub(super) unsafe fn over(base: *mut u8, room: usize) -> Self {
        Self { base, room, used: 0 }
    }

    fn full(&self) -> Failure {
        Failure::new(
            tl_status::TL_ERR_BUFFER,
            format_args!("a buffer of {} bytes is too small", self.room),
        )
    }

    /// Room for `n` elements, zeroed. NULL when there are none.
    pub(super) fn array<T>(&mut self, n: usize) -> Result<*mut T, Failure> {
        if n == 0 {
            return Ok(core::ptr::null_mut());
        }
        let start = self.base.addr() + self.used;
        let skip = start.next_multiple_of(align_of::<T>()) - start;
        let bytes = n.checked_mul(size_of::<T>()).ok_or_else(|| self.full())?;
        let end = (self.used + skip).checked_add(bytes).filter(|end| *end <= self.room);
        let end = end.ok_or_else(|| self.full())?;
        // SAFETY: the elements lie between used + skip and end, inside the buffer, aligned.
        let array = unsafe { self.base.add(self.used + skip) };
        // SAFETY: as above.
        unsafe { array.write_bytes(0, bytes) };
        self.used = end;
        Ok(array.cast())
    }

    /// A text with a NUL behind it.
    pub(super) fn text(&mut self, text: impl fmt::Display) -> Result<*const c_char, Failure> {
        let start = self.used;
        if write!(self, "{text}\0").is_err() {
            return Err(self.full());
        }
        // SAFETY: the text was just written there.
        Ok(unsafe { self.base.add(start) }.cast())
    }
}

impl Write for Pack {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() > self.room - self.used {
            return Err(fmt::Error);
        }
        // SAFETY: there is room, and the caller's buffer overlaps nothing of ours.
        unsafe {
            let to = self.base.add(self.used);
            core::ptr::copy_nonoverlapping(text.as_ptr(), to, text.len());
        }
        self.used += text.len();
        Ok(())
    }
}
