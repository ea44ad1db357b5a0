//! # Tones of the line
//!
//! Making the tones of a telephone network: dial, ringback, busy and so on, by frequency and cadence.
//! Sound is at 8,000 samples a second.

use core::ffi::c_void;

use media_core::tone::{Generator, Meaning, Plan};

use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{output, store};
use crate::tl_status;

mod line;
mod own;
pub use line::*;
pub use own::*;

/// Whose tones.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_tone_plan {
    /// Most of Europe (ETSI TS 122 001 annex F): 425 Hz.
    TL_TONES_ETSI = 0,
    /// China: 450 Hz.
    TL_TONES_CHINA = 1,
    /// United States, Canada and their neighbours.
    TL_TONES_NORTH_AMERICA = 2,
    /// United Kingdom.
    TL_TONES_UNITED_KINGDOM = 3,
}

/// What a tone tells.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_tone_meaning {
    /// The exchange waits for a number.
    TL_TONE_DIAL = 1,
    /// The other telephone rings.
    TL_TONE_RINGBACK = 2,
    /// The other telephone is in use.
    TL_TONE_BUSY = 3,
    /// The network has no way there at the moment.
    TL_TONE_CONGESTION = 4,
    /// The number cannot be reached.
    TL_TONE_UNOBTAINABLE = 5,
    /// A short mark: now speak.
    TL_TONE_BEEP = 6,
}

const MEANINGS: [(Meaning, tl_tone_meaning); 6] = [
    (Meaning::Dial, tl_tone_meaning::TL_TONE_DIAL),
    (Meaning::Ringback, tl_tone_meaning::TL_TONE_RINGBACK),
    (Meaning::Busy, tl_tone_meaning::TL_TONE_BUSY),
    (Meaning::Congestion, tl_tone_meaning::TL_TONE_CONGESTION),
    (Meaning::Unobtainable, tl_tone_meaning::TL_TONE_UNOBTAINABLE),
    (Meaning::Beep, tl_tone_meaning::TL_TONE_BEEP),
];

fn plan(number: u32) -> Result<Plan<'static>, Failure> {
    Ok(match number {
        0 => Plan::ETSI,
        1 => Plan::CHINA,
        2 => Plan::NORTH_AMERICA,
        3 => Plan::UNITED_KINGDOM,
        other => return Err(Failure::argument(format_args!("plan is {other}"))),
    })
}

fn meaning(number: u32) -> Result<Meaning, Failure> {
    let known = MEANINGS.iter().find(|(_, known)| *known as u32 == number);
    let unknown = || Failure::argument(format_args!("meaning is {number}"));
    known.map(|(meaning, _)| *meaning).ok_or_else(unknown)
}

fn generator(number: u32, meaning: u32, dbm0: i8) -> Result<Generator<'static>, Failure> {
    let tone = plan(number)?.tone(self::meaning(meaning)?);
    let missing = || Failure::argument(format_args!("the plan has no tone {meaning}"));
    tone.map(|tone| Generator::new(tone, dbm0)).ok_or_else(missing)
}

/// A tone being played.
#[derive(Debug)]
pub struct tl_tone {
    _opaque: [u8; 0],
}

impl Kind for tl_tone {
    const MAGIC: u32 = u32::from_le_bytes(*b"tTon");
    type Value = Generator<'static>;
}

/// How many bytes a tone takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_tone_size() -> usize {
    object::fixed_size::<tl_tone>()
}

/// Makes a tone in the caller's block of `size` bytes, aligned to `TL_ALIGN`: what `meaning`, a
/// `tl_tone_meaning`, sounds like in `plan`, a `tl_tone_plan`, at a level in dBm0; -10 is usual.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_tone_init(
    memory: *mut c_void,
    size: usize,
    plan: u32,
    meaning: u32,
    level_dbm0: i8,
    tone: *mut *mut tl_tone,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_tone_init", || unsafe {
        object::init(
            (memory.cast(), size),
            tone,
            |_| Ok(()),
            |()| generator(plan, meaning, level_dbm0),
        )
    })
}

/// As `tl_tone_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_tone_new(
    plan: u32,
    meaning: u32,
    level_dbm0: i8,
    tone: *mut *mut tl_tone,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_tone_new", || unsafe {
        object::create(tone, |_| Ok(()), |()| generator(plan, meaning, level_dbm0))
    })
}

/// Ends a tone. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_tone_free(tone: *mut tl_tone) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_tone_free", tone) }
}

/// Fills `pcm` with the next `samples` samples; silence once a tone that does not repeat is over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_tone_fill(
    tone: *mut tl_tone,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_tone_fill", tone, |this| {
            this.generate(output(pcm, samples, "pcm")?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Ends the tone without a click: fill once more, then it is silent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_tone_stop(tone: *mut tl_tone) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_tone_stop", tone, |this| {
            this.stop();
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores 1 in `finished` if only silence is left to come, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_tone_is_finished(
    tone: *const tl_tone,
    finished: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_tone_is_finished", tone, |this| {
            store(finished, "finished", this.is_finished().into())?;
            Ok(tl_status::TL_OK)
        })
    }
}
