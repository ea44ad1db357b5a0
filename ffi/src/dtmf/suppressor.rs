//! # Keys cut out of the sound
//!
//! What a caller keys, a number of a card for one, is not heard at the far end or in a recording: the
//! sound passes, keys become silence that fades in and out over 4 ms.

use core::ffi::c_void;

use media_core::dtmf::Suppressor;

use super::{Heard, tl_dtmf_event};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::output;
use crate::tl_status;

/// The most delay, in samples (50 ms), with which nothing of a key is heard.
pub const TL_DTMF_SUPPRESSOR_DELAY: u32 = 400;

const _: () = assert!(TL_DTMF_SUPPRESSOR_DELAY as usize == Suppressor::MAX_DELAY);

/// A suppressor of keys in one direction of one call.
#[derive(Debug)]
pub struct tl_dtmf_suppressor {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Suppressing {
    suppressor: Suppressor,
    heard: Heard,
}

impl Kind for tl_dtmf_suppressor {
    const MAGIC: u32 = u32::from_le_bytes(*b"tDtS");
    type Value = Suppressing;
}

impl Suppressing {
    fn new(delay: u32) -> Result<Self, Failure> {
        if delay > TL_DTMF_SUPPRESSOR_DELAY {
            let text = format_args!("delay is {delay}; at most {TL_DTMF_SUPPRESSOR_DELAY}");
            return Err(Failure::argument(text));
        }
        Ok(Self { suppressor: Suppressor::new(delay as usize), heard: Heard::new() })
    }
}

/// How many bytes a suppressor takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_dtmf_suppressor_size() -> usize {
    object::fixed_size::<tl_dtmf_suppressor>()
}

/// Makes a suppressor in the caller's block of `size` bytes, aligned to `TL_ALIGN`, that delays the
/// sound by `delay` samples at 8,000 a second, at most `TL_DTMF_SUPPRESSOR_DELAY`. A key is known
/// 36 ms after it began: that much of it, less the delay, passes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_suppressor_init(
    memory: *mut c_void,
    size: usize,
    delay: u32,
    suppressor: *mut *mut tl_dtmf_suppressor,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_dtmf_suppressor_init", || unsafe {
        object::init((memory.cast(), size), suppressor, |_| Ok(()), |()| Suppressing::new(delay))
    })
}

/// As `tl_dtmf_suppressor_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_suppressor_new(
    delay: u32,
    suppressor: *mut *mut tl_dtmf_suppressor,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_dtmf_suppressor_new", || unsafe {
        object::create(suppressor, |_| Ok(()), |()| Suppressing::new(delay))
    })
}

/// Ends a suppressor. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_suppressor_free(suppressor: *mut tl_dtmf_suppressor) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_dtmf_suppressor_free", suppressor) }
}

/// Replaces `samples` PCM samples, a frame of any size up to 4,800, by the delayed sound without keys.
/// The answer does not depend on how the sound is cut into frames. Poll afterwards: when nobody takes
/// the keys that were found, `TL_ERR_UNDRAINED` says so at last and `pcm` is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_suppressor_process(
    suppressor: *mut tl_dtmf_suppressor,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_dtmf_suppressor_process", suppressor, |this| {
            let pcm = output(pcm, samples, "pcm")?;
            this.heard.make_room(samples)?;
            let Suppressing { suppressor, heard } = this;
            suppressor.process(pcm, |detection| heard.push(detection));
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the next key pressed or let go in `event`, counted in samples handed in (not delayed), or
/// returns `TL_DONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_suppressor_poll(
    suppressor: *mut tl_dtmf_suppressor,
    event: *mut tl_dtmf_event,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe { enter("tl_dtmf_suppressor_poll", suppressor, |this| this.heard.poll(event)) }
}
