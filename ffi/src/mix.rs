//! # Mixing
//!
//! Plain functions over frames, a gain that moves without clicks, and the bridge of a call with a
//! supervisor. A gain is a factor of amplitude in 4,096ths: `TL_GAIN_UNITY` is as it came, 32,767 the
//! most (+18 dB).

use core::ffi::c_void;

use media_core::mix::{
    Bridge, FADE_SAMPLES, Fade, Gain, Supervision, add_scaled, others, scale, total,
};

use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, output, store, writable};
use crate::tl_status;

mod conference;
pub use conference::*;

/// The gain that changes nothing.
pub const TL_GAIN_UNITY: u16 = 4096;

/// The gain of so many decibels, from -60 (silence) to +18.
#[unsafe(no_mangle)]
pub extern "C" fn tl_mix_gain(db: i8) -> u16 {
    Gain::from_db(db).q12()
}

/// Amplifies `samples` samples in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_mix_scale(pcm: *mut i16, samples: usize, gain: u16) -> tl_status {
    guard("tl_mix_scale", || {
        // SAFETY: the header's contract for pointers with a count.
        unsafe {
            scale(output(pcm, samples, "pcm")?, Gain::from_q12(gain));
        }
        Ok(tl_status::TL_OK)
    })
}

/// Adds `samples` samples of `voice`, amplified, to `pcm`, saturating. The two must not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_mix_add(
    pcm: *mut i16,
    voice: *const i16,
    samples: usize,
    gain: u16,
) -> tl_status {
    guard("tl_mix_add", || {
        // SAFETY: the header's contract for pointers with a count.
        unsafe {
            let voice = input(voice, samples, "voice")?;
            add_scaled(output(pcm, samples, "pcm")?, voice, Gain::from_q12(gain));
        }
        Ok(tl_status::TL_OK)
    })
}

/// Adds one party of a conference to its running total, which begins with zeros. With
/// `tl_mix_others` a conference of N costs 2 N passes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_mix_total(
    sum: *mut i32,
    voice: *const i16,
    samples: usize,
) -> tl_status {
    guard("tl_mix_total", || {
        // SAFETY: the header's contract for pointers with a count.
        unsafe {
            let voice = input(voice, samples, "voice")?;
            total(output(sum, samples, "sum")?, voice);
        }
        Ok(tl_status::TL_OK)
    })
}

/// Writes into `pcm` what a member of a conference hears: the total less its own voice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_mix_others(
    sum: *const i32,
    own: *const i16,
    samples: usize,
    pcm: *mut i16,
) -> tl_status {
    guard("tl_mix_others", || {
        // SAFETY: the header's contract for pointers with a count.
        unsafe {
            let (sum, own) = (input(sum, samples, "sum")?, input(own, samples, "own")?);
            others(sum, own, output(pcm, samples, "pcm")?);
        }
        Ok(tl_status::TL_OK)
    })
}

/// How many samples a fade takes: 5 ms at 8,000 a second.
pub const TL_FADE_SAMPLES: u32 = 40;

const _: () = assert!(TL_FADE_SAMPLES as usize == FADE_SAMPLES);

/// A gain that moves to where it is sent along a straight line of `TL_FADE_SAMPLES`: short enough for
/// speech, and long enough not to click.
#[derive(Debug)]
pub struct tl_fade {
    _opaque: [u8; 0],
}

impl Kind for tl_fade {
    const MAGIC: u32 = u32::from_le_bytes(*b"tFad");
    type Value = Fade;
}

/// How many bytes a fade takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_fade_size() -> usize {
    object::fixed_size::<tl_fade>()
}

/// Makes a fade in the caller's block of `size` bytes, aligned to `TL_ALIGN`, at rest at `gain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_fade_init(
    memory: *mut c_void,
    size: usize,
    gain: u16,
    fade: *mut *mut tl_fade,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_fade_init", || unsafe {
        let make = |()| Ok(Fade::new(Gain::from_q12(gain)));
        object::init((memory.cast(), size), fade, |_| Ok(()), make)
    })
}

/// As `tl_fade_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_fade_new(gain: u16, fade: *mut *mut tl_fade) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_fade_new", || unsafe {
        object::create(fade, |_| Ok(()), |()| Ok(Fade::new(Gain::from_q12(gain))))
    })
}

/// Ends a fade. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_fade_free(fade: *mut tl_fade) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_fade_free", fade) }
}

/// From the next sample on the gain moves to `gain`, from wherever it is now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_fade_to(fade: *mut tl_fade, gain: u16) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_fade_to", fade, |this| {
            this.to(Gain::from_q12(gain));
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores where the gain is or goes to, and 1 in `still` once it has arrived there, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_fade_get(
    fade: *const tl_fade,
    target: *mut u16,
    still: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_fade_get", fade, |this| {
            writable(still, "still")?;
            store(target, "target", this.target().q12())?;
            store(still, "still", this.is_still().into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Amplifies the next `samples` samples in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_fade_apply(
    fade: *mut tl_fade,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_fade_apply", fade, |this| {
            this.apply(output(pcm, samples, "pcm")?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Adds the next `samples` samples of `voice`, amplified, to `pcm`, saturating. The two must not
/// overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_fade_add(
    fade: *mut tl_fade,
    pcm: *mut i16,
    voice: *const i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_fade_add", fade, |this| {
            let voice = input(voice, samples, "voice")?;
            this.add(output(pcm, samples, "pcm")?, voice);
            Ok(tl_status::TL_OK)
        })
    }
}

/// What a supervisor does on a call.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_supervision {
    /// Not on the call.
    TL_SUPERVISION_AWAY = 0,
    /// Hears both, is heard by nobody.
    TL_SUPERVISION_MONITOR = 1,
    /// Hears both, is heard by the agent only.
    TL_SUPERVISION_WHISPER = 2,
    /// A conference of three.
    TL_SUPERVISION_BARGE = 3,
}

fn supervision(what: u32) -> Result<Supervision, Failure> {
    Ok(match what {
        0 => Supervision::Away,
        1 => Supervision::Monitor,
        2 => Supervision::Whisper,
        3 => Supervision::Barge,
        other => return Err(Failure::argument(format_args!("supervision is {other}"))),
    })
}

/// The most samples of a frame that a bridge or a conference mixes at once.
const MOST: usize = 1024;

fn frame(samples: usize) -> Result<(), Failure> {
    if samples > MOST {
        return Err(Failure::argument(format_args!("{samples} samples; at most {MOST}")));
    }
    Ok(())
}

/// What a party said: NULL is silence.
///
/// # Safety
/// The pointer is NULL, or readable for `samples` elements while the slice lives.
unsafe fn voice<'a>(voice: *const i16, samples: usize) -> Result<&'a [i16], Failure> {
    if voice.is_null() {
        return Ok(&[]);
    }
    // SAFETY: as this function's own contract.
    unsafe { input(voice, samples, "a voice") }
}

/// A call between a caller and an agent, with a place for a supervisor. Changes fade over 5 ms.
#[derive(Debug)]
pub struct tl_bridge {
    _opaque: [u8; 0],
}

impl Kind for tl_bridge {
    const MAGIC: u32 = u32::from_le_bytes(*b"tBri");
    type Value = Bridge<3>;
}

/// How many bytes a bridge takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_bridge_size() -> usize {
    object::fixed_size::<tl_bridge>()
}

/// Makes a bridge in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_bridge_init(
    memory: *mut c_void,
    size: usize,
    bridge: *mut *mut tl_bridge,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_bridge_init", || unsafe {
        object::init((memory.cast(), size), bridge, |_| Ok(()), |()| Ok(Bridge::supervised()))
    })
}

/// Makes a bridge in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_bridge_new(bridge: *mut *mut tl_bridge) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_bridge_new", || unsafe {
        object::create(bridge, |_| Ok(()), |()| Ok(Bridge::supervised()))
    })
}

/// Ends a bridge. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_bridge_free(bridge: *mut tl_bridge) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_bridge_free", bridge) }
}

/// Changes what the supervisor hears and who hears the supervisor: a `tl_supervision`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_bridge_supervise(bridge: *mut tl_bridge, what: u32) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_bridge_supervise", bridge, |this| {
            this.supervise(supervision(what)?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Sets the gain from one party to another: 0 the caller, 1 the agent, 2 the supervisor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_bridge_route(
    bridge: *mut tl_bridge,
    from: u32,
    to: u32,
    gain: u16,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_bridge_route", bridge, |this| {
            if from > 2 || to > 2 {
                return Err(Failure::argument(format_args!("from {from} to {to}")));
            }
            this.route(from as usize, to as usize, Gain::from_q12(gain));
            Ok(tl_status::TL_OK)
        })
    }
}

/// One frame of `samples` samples: what each said, in `voices`, into what each hears, in `ears`;
/// caller, agent, supervisor. A voice that is NULL is silent, an ear that is NULL is not wanted, and
/// no two of them overlap. At most 1,024 samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_bridge_mix(
    bridge: *mut tl_bridge,
    voices: *const *const i16,
    ears: *const *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_bridge_mix", bridge, |this| {
            let (voices, ears) = (input(voices, 3, "voices")?, input(ears, 3, "ears")?);
            frame(samples)?;
            let mut unwanted = [[0; MOST]; 3];
            let [mut one, mut two, mut three] = unwanted.each_mut().map(|ear| &mut ear[..samples]);
            for (ear, wanted) in [&mut one, &mut two, &mut three].into_iter().zip(ears) {
                if !wanted.is_null() {
                    *ear = output(*wanted, samples, "an ear")?;
                }
            }
            let said = |at: usize| voice(voices[at], samples);
            this.mix([said(0)?, said(1)?, said(2)?], [one, two, three]);
            Ok(tl_status::TL_OK)
        })
    }
}
