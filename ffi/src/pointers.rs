//! Pointers and counts from C, as slices and references.

use core::ffi::{CStr, c_char};

use crate::guard::Failure;
use crate::tl_status;

fn fits<T>(pointer: *const T, count: usize, name: &'static str) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(Failure::null(name));
    }
    if !pointer.is_aligned() {
        return Err(Failure::new(tl_status::TL_ERR_ALIGN, format_args!("{name} is not aligned")));
    }
    match count.checked_mul(size_of::<T>()) {
        Some(bytes) if isize::try_from(bytes).is_ok() => Ok(()),
        _ => Err(Failure::argument(format_args!("{name}: no memory holds {count} elements"))),
    }
}

/// What the caller handed in.
///
/// # Safety
/// The pointer is NULL, or readable for `count` elements while the slice lives, and nobody writes
/// there meanwhile.
pub(crate) unsafe fn input<'a, T>(
    pointer: *const T,
    count: usize,
    name: &'static str,
) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    fits(pointer, count, name)?;
    // SAFETY: checked just above, or vouched for by the caller.
    Ok(unsafe { core::slice::from_raw_parts(pointer, count) })
}

/// Where the caller wants a result. The elements are initialised memory by the header's contract.
///
/// # Safety
/// The pointer is NULL, or writable for `count` elements while the slice lives, and nobody else
/// uses them meanwhile.
pub(crate) unsafe fn output<'a, T>(
    pointer: *mut T,
    count: usize,
    name: &'static str,
) -> Result<&'a mut [T], Failure> {
    if count == 0 {
        return Ok(&mut []);
    }
    fits(pointer, count, name)?;
    // SAFETY: checked just above, or vouched for by the caller.
    Ok(unsafe { core::slice::from_raw_parts_mut(pointer, count) })
}

/// Refuses a place for a result before anything has been done.
pub(crate) fn writable<T>(pointer: *mut T, name: &'static str) -> Result<(), Failure> {
    fits(pointer, 1, name)
}

/// Stores one result.
///
/// # Safety
/// The pointer is NULL or writable.
pub(crate) unsafe fn store<T>(
    pointer: *mut T,
    name: &'static str,
    value: T,
) -> Result<(), Failure> {
    fits(pointer, 1, name)?;
    // SAFETY: checked just above, or vouched for by the caller.
    unsafe { pointer.write(value) };
    Ok(())
}

/// A text of `len` bytes.
///
/// # Safety
/// As [`input`].
#[cfg(feature = "std")]
pub(crate) unsafe fn text<'a>(
    pointer: *const c_char,
    len: usize,
    name: &'static str,
) -> Result<&'a str, Failure> {
    // SAFETY: the caller's contract is the same.
    utf8(unsafe { input(pointer.cast::<u8>(), len, name) }?, name)
}

/// A text that ends in a NUL.
///
/// # Safety
/// The pointer is NULL, or a NUL-terminated text that nobody writes to while the result lives.
pub(crate) unsafe fn c_text<'a>(
    pointer: *const c_char,
    name: &'static str,
) -> Result<&'a str, Failure> {
    fits(pointer, 1, name)?;
    // SAFETY: not NULL, and the caller vouches for the NUL.
    utf8(unsafe { CStr::from_ptr(pointer) }.to_bytes(), name)
}

fn utf8<'a>(bytes: &'a [u8], name: &'static str) -> Result<&'a str, Failure> {
    core::str::from_utf8(bytes).map_err(|e| {
        Failure::new(
            tl_status::TL_ERR_UTF8,
            format_args!("{name} is not UTF-8 at byte {}", e.valid_up_to()),
        )
    })
}

/// A path, as the operating system writes one, that ends in a NUL.
///
/// # Safety
/// As [`c_text`].
#[cfg(feature = "std")]
pub(crate) unsafe fn path<'a>(
    pointer: *const c_char,
    name: &'static str,
) -> Result<&'a std::path::Path, Failure> {
    fits(pointer, 1, name)?;
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        // SAFETY: not NULL, and the caller vouches for the NUL.
        let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
        Ok(std::ffi::OsStr::from_bytes(bytes).as_ref())
    }
    #[cfg(not(unix))]
    // SAFETY: the caller's contract is the same.
    Ok(unsafe { c_text(pointer, name) }?.as_ref())
}

/// A text that ends in a NUL; `otherwise` where there is none.
///
/// # Safety
/// As [`c_text`].
pub(crate) unsafe fn c_text_or<'a>(
    pointer: *const c_char,
    otherwise: &'static str,
    name: &'static str,
) -> Result<&'a str, Failure> {
    if pointer.is_null() {
        return Ok(otherwise);
    }
    // SAFETY: the caller's contract is the same.
    unsafe { c_text(pointer, name) }
}

/// A struct the caller filled in.
///
/// # Safety
/// As [`input`].
pub(crate) unsafe fn given<'a, T>(pointer: *const T, name: &'static str) -> Result<&'a T, Failure> {
    fits(pointer, 1, name)?;
    // SAFETY: checked just above, or vouched for by the caller.
    Ok(unsafe { &*pointer })
}

/// Stores one result for which the caller may have no use.
///
/// # Safety
/// The pointer is NULL or writable.
pub(crate) unsafe fn store_if_wanted<T>(
    pointer: *mut T,
    name: &'static str,
    value: T,
) -> Result<(), Failure> {
    if pointer.is_null() {
        return Ok(());
    }
    // SAFETY: as this function's own contract.
    unsafe { store(pointer, name, value) }
}

/// Refuses a misaligned place for a result that the caller may leave out.
pub(crate) fn writable_or_null<T>(pointer: *mut T, name: &'static str) -> Result<(), Failure> {
    if pointer.is_null() { Ok(()) } else { writable(pointer, name) }
}

/// A text that counts what does not fit, too.
struct Counted<'a> {
    room: &'a mut [u8],
    len: usize,
}

impl core::fmt::Write for Counted<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let end = self.len.saturating_add(text.len());
        if let Some(place) = self.room.get_mut(self.len..end) {
            place.copy_from_slice(text.as_bytes());
        }
        self.len = end;
        Ok(())
    }
}

/// Writes a text and a NUL into the caller's buffer, and stores its length without the NUL; when the
/// room is too small the buffer holds "".
///
/// # Safety
/// `text` is NULL or writable for `room` bytes, `len` is NULL or writable.
pub(crate) unsafe fn write_text(
    (text, room, len): (*mut c_char, usize, *mut usize),
    what: &dyn core::fmt::Display,
) -> Result<(), Failure> {
    writable(len, "len")?;
    // SAFETY: as this function's own contract.
    let room = unsafe { output(text.cast::<u8>(), room, "text") }?;
    let mut counted = Counted { room, len: 0 };
    let written = core::fmt::Write::write_fmt(&mut counted, format_args!("{what}"));
    let needed = counted.len;
    let fits = written.is_ok() && needed < room.len();
    if let Some(end) = room.get_mut(if fits { needed } else { 0 }) {
        *end = 0;
    }
    // SAFETY: as this function's own contract.
    unsafe { store(len, "len", needed) }?;
    if fits {
        return Ok(());
    }
    let text = format_args!("the text takes {needed} bytes and a NUL, not {}", room.len());
    Err(Failure::new(tl_status::TL_ERR_BUFFER, text))
}

/// Has `write` put bytes into the caller's buffer and say how many they are, or would be, and stores
/// that number.
///
/// # Safety
/// `bytes` is NULL or writable for `room` bytes, `len` is NULL or writable.
pub(crate) unsafe fn write_bytes(
    (bytes, room, len): (*mut u8, usize, *mut usize),
    write: impl FnOnce(&mut [u8]) -> Result<usize, Failure>,
) -> crate::guard::Outcome {
    writable(len, "len")?;
    // SAFETY: as this function's own contract.
    let took = write(unsafe { output(bytes, room, "bytes") }?)?;
    // SAFETY: as this function's own contract.
    unsafe { store(len, "len", took) }?;
    if took > room {
        let text = format_args!("the bytes are {took}, and there is room for {room}");
        return Err(Failure::new(tl_status::TL_ERR_BUFFER, text));
    }
    Ok(tl_status::TL_OK)
}

/// Stores where an object has a text or bytes, and how long they are.
///
/// # Safety
/// Both places are NULL or writable.
#[cfg(feature = "std")]
pub(crate) unsafe fn lend<T>(
    (place, name): (*mut *const T, &'static str),
    len: *mut usize,
    bytes: &[u8],
) -> crate::guard::Outcome {
    writable(len, "len")?;
    // SAFETY: as this function's own contract.
    unsafe {
        store(place, name, bytes.as_ptr().cast())?;
        store(len, "len", bytes.len())?;
    }
    Ok(tl_status::TL_OK)
}

/// Stores as many of `all` as there is room for, and how many there are.
///
/// # Safety
/// `rows` is NULL or writable for `room` elements, `count` is NULL or writable.
pub(crate) unsafe fn list<T>(
    (rows, room, count): (*mut T, usize, *mut usize),
    name: &'static str,
    all: impl Iterator<Item = T>,
) -> crate::guard::Outcome {
    writable(count, "count")?;
    // SAFETY: as this function's own contract.
    let rows = unsafe { output(rows, room, name) }?;
    let mut there = 0;
    for row in all {
        if let Some(place) = rows.get_mut(there) {
            *place = row;
        }
        there += 1;
    }
    // SAFETY: as this function's own contract.
    unsafe { store(count, "count", there) }?;
    Ok(tl_status::TL_OK)
}
