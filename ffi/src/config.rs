//! Structs that C fills in, and that later versions of the library make longer.

use crate::guard::{Failure, Outcome};
use crate::pointers::writable;
use crate::tl_status;

/// A plain-data struct whose first field is `uint32_t struct_size`.
///
/// # Safety
/// The type is `repr(C)`, begins with a `u32`, has no padding before its end, and every bit
/// pattern of every field is valid.
pub(crate) unsafe trait Growing: Copy {
    /// Size of the struct in the first release that had it.
    const FIRST_SIZE: usize;

    /// Every field at its default.
    fn defaults() -> Self;
}

/// No struct of ours will ever be longer; whoever claims one is passing something else.
const LONGEST: usize = 4096;

/// Reads what the caller filled in over the defaults. A caller built against an older header
/// gives a shorter struct: the rest keeps its default. One built against a newer header gives a
/// longer struct: accepted while everything this library does not know is zero.
///
/// # Safety
/// `from` is NULL or points to a struct that is readable for the `struct_size` bytes it claims.
pub(crate) unsafe fn read<T: Growing>(from: *const T, name: &'static str) -> Result<T, Failure> {
    if from.is_null() {
        return Err(Failure::null(name));
    }
    if !from.is_aligned() {
        return Err(Failure::new(tl_status::TL_ERR_ALIGN, format_args!("{name} is not aligned")));
    }
    let mut value = T::defaults();
    // SAFETY: the caller vouches for struct_size readable bytes, at least the u32 itself; the
    // copy stays within both structs, and `Growing` promises that any bytes make a valid T.
    unsafe {
        let claimed = from.cast::<u32>().read() as usize;
        if !(T::FIRST_SIZE..=LONGEST).contains(&claimed) {
            return Err(Failure::new(
                tl_status::TL_ERR_STRUCT_SIZE,
                format_args!("{name}->struct_size is {claimed}"),
            ));
        }
        let known = claimed.min(size_of::<T>());
        let tail = core::slice::from_raw_parts(from.cast::<u8>().add(known), claimed - known);
        if tail.iter().any(|byte| *byte != 0) {
            return Err(Failure::new(
                tl_status::TL_ERR_STRUCT_SIZE,
                format_args!("{name} sets fields newer than this library"),
            ));
        }
        core::ptr::copy_nonoverlapping(from.cast::<u8>(), (&raw mut value).cast(), known);
    }
    Ok(value)
}

/// Fills in a struct of the caller's that is `size` bytes long there: to one built against an older
/// header the fields it knows, and what one built against a newer header knows besides is zero.
///
/// # Safety
/// `to` is NULL or writable for `size` bytes.
pub(crate) unsafe fn store_grown<T: Growing>(
    to: *mut T,
    name: &'static str,
    size: usize,
    value: &T,
) -> Outcome {
    writable(to, name)?;
    if !(T::FIRST_SIZE..=LONGEST).contains(&size) {
        let text = format_args!("{name} is {size} bytes long");
        return Err(Failure::new(tl_status::TL_ERR_STRUCT_SIZE, text));
    }
    let known = size.min(size_of::<T>());
    // SAFETY: the caller vouches for `size` writable bytes, at least the first u32; of the value no
    // more is read than there is.
    unsafe {
        let to = to.cast::<u8>();
        to.copy_from_nonoverlapping((&raw const *value).cast(), known);
        to.add(known).write_bytes(0, size - known);
        to.cast::<u32>().write(size as u32);
    }
    Ok(tl_status::TL_OK)
}

/// Fills in the defaults, as [`store_grown`].
///
/// # Safety
/// As [`store_grown`].
pub(crate) unsafe fn store_defaults<T: Growing>(
    to: *mut T,
    name: &'static str,
    size: usize,
) -> Outcome {
    // SAFETY: as this function's own contract.
    unsafe { store_grown(to, name, size, &T::defaults()) }
}

/// As [`read`], with NULL for the defaults.
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn optional<T: Growing>(from: *const T) -> Result<T, Failure> {
    if from.is_null() {
        return Ok(T::defaults());
    }
    // SAFETY: as this function's own contract.
    unsafe { read(from, "config") }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Sample {
        struct_size: u32,
        first: u32,
        later: u64,
    }

    // SAFETY: repr(C), begins with a u32, whole words without padding.
    unsafe impl Growing for Sample {
        const FIRST_SIZE: usize = 8;
        fn defaults() -> Self {
            Self { struct_size: 16, first: 1, later: 2 }
        }
    }

    fn read_words(words: &[u32]) -> Result<Sample, tl_status> {
        let words: Vec<u64> = words
            .chunks(2)
            .map(|c| u64::from(c[0]) | u64::from(*c.get(1).unwrap_or(&0)) << 32)
            .collect();
        // SAFETY: every case below passes at least as many words as it claims.
        unsafe { read(words.as_ptr().cast::<Sample>(), "sample") }.map_err(|f| f.status)
    }

    #[test]
    fn accepts_older_and_newer_callers() {
        let full = read_words(&[16, 5, 6, 0]).unwrap();
        assert_eq!((full.first, full.later), (5, 6));
        let older = read_words(&[8, 5]).unwrap();
        assert_eq!((older.first, older.later), (5, 2));
        let newer = read_words(&[24, 5, 6, 0, 0, 0]).unwrap();
        assert_eq!((newer.first, newer.later), (5, 6));
    }

    /// Room of sevens after a caller's struct of so many bytes was filled in at its start.
    fn stored(size: usize) -> Result<Vec<u32>, tl_status> {
        let mut room = [0x7_0000_0007_u64; 4];
        // SAFETY: the room has 32 bytes, and every size below that is not refused is less.
        unsafe { store_defaults(room.as_mut_ptr().cast::<Sample>(), "sample", size) }
            .map_err(|f| f.status)?;
        Ok(room.iter().flat_map(|word| [*word as u32, (*word >> 32) as u32]).collect())
    }

    #[test]
    fn fills_in_no_more_than_the_caller_has() {
        assert_eq!(stored(16).unwrap(), [16, 1, 2, 0, 7, 7, 7, 7]);
        assert_eq!(stored(8).unwrap(), [8, 1, 7, 7, 7, 7, 7, 7], "an older caller");
        assert_eq!(stored(24).unwrap(), [24, 1, 2, 0, 0, 0, 7, 7], "a newer caller");
        assert_eq!(stored(4), Err(tl_status::TL_ERR_STRUCT_SIZE));
        assert_eq!(stored(8192), Err(tl_status::TL_ERR_STRUCT_SIZE));
    }

    #[test]
    fn refuses_what_it_cannot_understand() {
        use tl_status::TL_ERR_STRUCT_SIZE;
        assert_eq!(read_words(&[24, 5, 6, 0, 0, 9]), Err(TL_ERR_STRUCT_SIZE));
        assert_eq!(read_words(&[7, 5, 6, 0]), Err(TL_ERR_STRUCT_SIZE));
        assert_eq!(read_words(&[0, 5, 6, 0]), Err(TL_ERR_STRUCT_SIZE));
        assert_eq!(read_words(&[u32::MAX, 5, 6, 0]), Err(TL_ERR_STRUCT_SIZE));
    }
}
