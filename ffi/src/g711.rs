//! # G.711
//!
//! A-law and µ-law, the two codes of a telephone line (ITU-T G.711): 8,000 samples a second, one
//! byte each. PCM is signed 16-bit in the machine's byte order, the G.711 value in its upper bits.
//! Input and output must not overlap.

use core::ffi::c_void;

use media_core::g711::{Gain, Law};

use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, output};
use crate::tl_status;

/// Which G.711; the numbers are the RTP payload types of RFC 3551.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_g711_law {
    /// µ-law, PCMU: North America, Japan.
    TL_G711_ULAW = 0,
    /// A-law, PCMA: everywhere else.
    TL_G711_ALAW = 8,
}

pub(crate) fn law(number: u32) -> Result<Law, Failure> {
    u8::try_from(number).ok().and_then(Law::from_payload_type).ok_or_else(|| {
        Failure::argument(format_args!("law {number} is neither TL_G711_ULAW nor TL_G711_ALAW"))
    })
}

/// Encodes `samples` PCM samples into as many codes. `law` is a `tl_g711_law`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_g711_encode(
    law: u32,
    pcm: *const i16,
    samples: usize,
    codes: *mut u8,
) -> tl_status {
    guard("tl_g711_encode", || {
        let law = self::law(law)?;
        // SAFETY: the header's contract for pointers with a count.
        let (pcm, codes) =
            unsafe { (input(pcm, samples, "pcm")?, output(codes, samples, "codes")?) };
        law.encode(pcm, codes);
        Ok(tl_status::TL_OK)
    })
}

/// Decodes `samples` codes into as many PCM samples. `law` is a `tl_g711_law`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_g711_decode(
    law: u32,
    codes: *const u8,
    samples: usize,
    pcm: *mut i16,
) -> tl_status {
    guard("tl_g711_decode", || {
        let law = self::law(law)?;
        // SAFETY: the header's contract for pointers with a count.
        let (codes, pcm) =
            unsafe { (input(codes, samples, "codes")?, output(pcm, samples, "pcm")?) };
        law.decode(codes, pcm);
        Ok(tl_status::TL_OK)
    })
}

/// Turns `samples` codes of one law into the other, as ITU-T G.711 tables 3 and 4 say; a law into
/// itself is a copy. `from` and `to` are each a `tl_g711_law`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_g711_transcode(
    from: u32,
    to: u32,
    codes: *const u8,
    samples: usize,
    out: *mut u8,
) -> tl_status {
    guard("tl_g711_transcode", || {
        let (from, to) = (law(from)?, law(to)?);
        // SAFETY: the header's contract for pointers with a count.
        let (codes, out) =
            unsafe { (input(codes, samples, "codes")?, output(out, samples, "out")?) };
        from.transcode(to, codes, out);
        Ok(tl_status::TL_OK)
    })
}

/// As `tl_g711_transcode`, in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_g711_transcode_in_place(
    from: u32,
    to: u32,
    codes: *mut u8,
    samples: usize,
) -> tl_status {
    guard("tl_g711_transcode_in_place", || {
        let (from, to) = (law(from)?, law(to)?);
        // SAFETY: the header's contract for pointers with a count.
        from.transcode_in_place(to, unsafe { output(codes, samples, "codes") }?);
        Ok(tl_status::TL_OK)
    })
}

/// A change of level, applied to codes themselves.
#[derive(Debug)]
pub struct tl_g711_gain {
    _opaque: [u8; 0],
}

impl Kind for tl_g711_gain {
    const MAGIC: u32 = u32::from_le_bytes(*b"tGai");
    type Value = Gain;
}

/// How many bytes a gain takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_g711_gain_size() -> usize {
    object::fixed_size::<tl_g711_gain>()
}

/// Makes a gain in the caller's block of `size` bytes, aligned to `TL_ALIGN`: by so many 4,096ths, for
/// codes of a `tl_g711_law`. 2,054 is -6 dB, 8,173 is +6 dB; what is beyond full scale is limited to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_g711_gain_init(
    memory: *mut c_void,
    size: usize,
    law: u32,
    factor: u32,
    gain: *mut *mut tl_g711_gain,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_g711_gain_init", || unsafe {
        let make = |()| Ok(Gain::new(self::law(law)?, factor));
        object::init((memory.cast(), size), gain, |_| Ok(()), make)
    })
}

/// The same in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_g711_gain_new(
    law: u32,
    factor: u32,
    gain: *mut *mut tl_g711_gain,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_g711_gain_new", || unsafe {
        object::create(gain, |_| Ok(()), |()| Ok(Gain::new(self::law(law)?, factor)))
    })
}

/// Ends a gain. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_g711_gain_free(gain: *mut tl_g711_gain) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_g711_gain_free", gain) }
}

/// Changes the level of `count` codes in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_g711_gain_apply(
    gain: *const tl_g711_gain,
    codes: *mut u8,
    count: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_g711_gain_apply", gain, |gain| {
            gain.apply(output(codes, count, "codes")?);
            Ok(tl_status::TL_OK)
        })
    }
}
