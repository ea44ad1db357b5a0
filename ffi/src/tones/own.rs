//! # Tones of one's own
//!
//! Tones by frequency and cadence, as data: what a country or a PBX has that is in none of the plans,
//! played by the same `tl_tone` and heard by the same `tl_line`; and sine waves of any frequency at any
//! sample rate.
//!
//! ```c
//! tl_tone_step steps[] = {{400, 0, 250, 0}, {0, 0, 250, 0}};
//! tl_tone_shape busy = {TL_TONE_BUSY, 1, steps, 2};
//! tl_tone_own_new(&busy, -10, &tone);
//! tl_line_own_new(NULL, &busy, 1, &line);
//! ```

use core::ffi::c_void;

use media_core::mix::saturate;
use media_core::tone::{
    Cadence, FREQUENCIES_MAX, Generator, Meaning, Oscillator, Plan, Step, Tone, amplitude,
};

use super::line::{Ears, tl_line, tl_line_config};
use super::{meaning, tl_tone};
use crate::arena::Arena;
use crate::config::optional;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{given, input, output, store};
use crate::tl_status;

/// A part of a cadence.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_tone_step {
    /// A frequency in Hz, below 4,000; 0 is none.
    pub low_hz: u16,
    /// One that sounds together with it; 0 is none. Both 0: silence.
    pub high_hz: u16,
    /// How long, in milliseconds; 0 is for ever.
    pub ms: u16,
    /// 0.
    pub reserved: u16,
}

/// A tone as data.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_tone_shape {
    /// What it tells: a `tl_tone_meaning`.
    pub meaning: u32,
    /// 1: after its last step comes the first again. 0: silence does.
    pub repeats: u32,
    /// Its steps in order, of which one at least sounds.
    pub steps: *const tl_tone_step,
    /// How many, 1 to 64.
    pub count: usize,
}

/// Steps of a tone at most.
const STEPS_MAX: usize = 64;

const NO_TONE: Tone<'static> = Tone { meaning: Meaning::Beep, steps: &[], cadence: Cadence::Once };

impl tl_tone_shape {
    /// Checks the tone, and copies its steps.
    ///
    /// # Safety
    /// The header's contract for pointers with a count, of its steps.
    unsafe fn lay(&self, arena: &mut Arena) -> Result<Tone<'static>, Failure> {
        let meaning = meaning(self.meaning)?;
        let cadence = match self.repeats {
            0 => Cadence::Once,
            1 => Cadence::Repeats,
            other => return Err(Failure::argument(format_args!("repeats is {other}"))),
        };
        if !(1..=STEPS_MAX).contains(&self.count) {
            return Err(Failure::argument(format_args!("{} steps of a tone", self.count)));
        }
        // SAFETY: as this function's own contract.
        let steps = unsafe { input(self.steps, self.count, "steps") }?;
        if let Some(high) = steps.iter().flat_map(|s| [s.low_hz, s.high_hz]).find(|hz| *hz >= 4000)
        {
            return Err(Failure::argument(format_args!("{high} Hz")));
        }
        if steps.iter().all(|step| step.low_hz == 0 && step.high_hz == 0) {
            return Err(Failure::argument("no step of the tone sounds"));
        }
        let own = arena.table(self.count, Step { hz: [0; 2], ms: 0 })?;
        for (own, step) in own.iter_mut().zip(steps) {
            *own = Step { hz: [step.low_hz, step.high_hz], ms: step.ms };
        }
        Ok(Tone { meaning, steps: own, cadence })
    }
}

/// A tone in an object's memory, for whoever measures or makes one.
///
/// # Safety
/// The header's contract for pointers.
unsafe fn laid(
    shape: *const tl_tone_shape,
) -> Result<impl Fn(&mut Arena) -> Result<Tone<'static>, Failure>, Failure> {
    // SAFETY: as this function's own contract.
    let shape = *unsafe { given(shape, "shape") }?;
    // SAFETY: as above.
    Ok(move |arena: &mut Arena| unsafe { shape.lay(arena) })
}

/// Stores in `size` how many bytes a tone of this shape takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_tone_own_size(
    shape: *const tl_tone_shape,
    size: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_tone_own_size", || unsafe {
        store(size, "size", object::size::<tl_tone, _>(laid(shape)?)?)?;
        Ok(tl_status::TL_OK)
    })
}

/// As `tl_tone_init`, of a shape of one's own, which is copied. Two frequencies together stay within 16
/// bits up to -3 dBm0 each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_tone_own_init(
    memory: *mut c_void,
    size: usize,
    shape: *const tl_tone_shape,
    level_dbm0: i8,
    tone: *mut *mut tl_tone,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count and blocks of memory.
    guard("tl_tone_own_init", || unsafe {
        let build = |shape| Ok(Generator::new(shape, level_dbm0));
        object::init((memory.cast(), size), tone, laid(shape)?, build)
    })
}

/// As `tl_tone_own_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_tone_own_new(
    shape: *const tl_tone_shape,
    level_dbm0: i8,
    tone: *mut *mut tl_tone,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_tone_own_new", || unsafe {
        object::create(tone, laid(shape)?, |shape| Ok(Generator::new(shape, level_dbm0)))
    })
}

/// A plan in an object's memory: at most one tone for each meaning, and no more frequencies than can be
/// listened for.
///
/// # Safety
/// The header's contract for pointers with a count.
unsafe fn laid_all(
    shapes: *const tl_tone_shape,
    count: usize,
) -> Result<impl Fn(&mut Arena) -> Result<Plan<'static>, Failure>, Failure> {
    if !(1..=super::MEANINGS.len()).contains(&count) {
        return Err(Failure::argument(format_args!("{count} tones of a plan")));
    }
    // SAFETY: as this function's own contract.
    let shapes = unsafe { input(shapes, count, "shapes") }?;
    let mut known = [0; FREQUENCIES_MAX];
    let mut frequencies = 0;
    for (at, shape) in shapes.iter().enumerate() {
        if shapes[..at].iter().any(|other| other.meaning == shape.meaning) {
            let text = format_args!("two tones of meaning {}", shape.meaning);
            return Err(Failure::argument(text));
        }
        // SAFETY: as above.
        unsafe { shape.lay(&mut Arena::measure()) }?;
        // SAFETY: as above.
        let steps = unsafe { input(shape.steps, shape.count, "steps") }?;
        for hz in steps.iter().flat_map(|step| [step.low_hz, step.high_hz]) {
            if hz == 0 || known[..frequencies].contains(&hz) {
                continue;
            }
            let too_many = "more frequencies than can be listened for";
            *known.get_mut(frequencies).ok_or_else(|| Failure::argument(too_many))? = hz;
            frequencies += 1;
        }
    }
    Ok(move |arena: &mut Arena| {
        let tones = arena.table(shapes.len(), NO_TONE)?;
        for (at, shape) in shapes.iter().enumerate() {
            // SAFETY: as above.
            let tone = unsafe { shape.lay(arena) }?;
            // While measuring there is no place for it.
            if let Some(place) = tones.get_mut(at) {
                *place = tone;
            }
        }
        Ok(Plan { name: "own", tones })
    })
}

/// Stores in `size` how many bytes a listener for these tones takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_own_size(
    shapes: *const tl_tone_shape,
    count: usize,
    size: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_line_own_size", || unsafe {
        store(size, "size", object::size::<tl_line, _>(laid_all(shapes, count)?)?)?;
        Ok(tl_status::TL_OK)
    })
}

/// As `tl_line_init`, but the tones it listens for are `count` of one's own, which are copied, instead
/// of a plan's: at most one for each meaning, and together at most 12 frequencies.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_own_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_line_config,
    shapes: *const tl_tone_shape,
    count: usize,
    line: *mut *mut tl_line,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count and blocks of memory.
    guard("tl_line_own_init", || unsafe {
        let config = optional(config)?;
        let build = |plan| Ears::with_plan(&config, &plan);
        object::init((memory.cast(), size), line, laid_all(shapes, count)?, build)
    })
}

/// As `tl_line_own_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_own_new(
    config: *const tl_line_config,
    shapes: *const tl_tone_shape,
    count: usize,
    line: *mut *mut tl_line,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_line_own_new", || unsafe {
        let config = optional(config)?;
        object::create(line, laid_all(shapes, count)?, |plan| Ears::with_plan(&config, &plan))
    })
}

/// The peak value of a sine at a level in dBm0, from -63 to 3: one at full scale has 3.14.
#[unsafe(no_mangle)]
pub extern "C" fn tl_tone_amplitude(level_dbm0: i8) -> i32 {
    amplitude(level_dbm0)
}

/// A sine wave, continuous in phase.
#[derive(Debug)]
pub struct tl_oscillator {
    _opaque: [u8; 0],
}

impl Kind for tl_oscillator {
    const MAGIC: u32 = u32::from_le_bytes(*b"tOsc");
    type Value = Oscillator;
}

fn sine(millihertz: u32, sample_rate: u32, dbm0: i8) -> Result<Oscillator, Failure> {
    if u64::from(millihertz) * 2 > u64::from(sample_rate) * 1000 || sample_rate == 0 {
        let text = format_args!("{millihertz} mHz at {sample_rate} samples a second");
        return Err(Failure::argument(text));
    }
    Ok(Oscillator::new(millihertz, sample_rate, dbm0))
}

/// How many bytes a sine wave takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_oscillator_size() -> usize {
    object::fixed_size::<tl_oscillator>()
}

/// Makes a sine wave that begins at phase 0 in the caller's block of `size` bytes, aligned to
/// `TL_ALIGN`: its frequency in thousandths of a hertz, at most half the sample rate, and its level in
/// dBm0, limited to -63 to 3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_oscillator_init(
    memory: *mut c_void,
    size: usize,
    millihertz: u32,
    sample_rate: u32,
    level_dbm0: i8,
    oscillator: *mut *mut tl_oscillator,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_oscillator_init", || unsafe {
        let make = |()| sine(millihertz, sample_rate, level_dbm0);
        object::init((memory.cast(), size), oscillator, |_| Ok(()), make)
    })
}

/// As `tl_oscillator_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_oscillator_new(
    millihertz: u32,
    sample_rate: u32,
    level_dbm0: i8,
    oscillator: *mut *mut tl_oscillator,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_oscillator_new", || unsafe {
        let make = |()| sine(millihertz, sample_rate, level_dbm0);
        object::create(oscillator, |_| Ok(()), make)
    })
}

/// Ends a sine wave. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_oscillator_free(oscillator: *mut tl_oscillator) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_oscillator_free", oscillator) }
}

/// Adds the next `samples` samples of the wave to `pcm`, saturating: a tone of several frequencies is
/// several waves added to silence.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_oscillator_add(
    oscillator: *mut tl_oscillator,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_oscillator_add", oscillator, |this| {
            for sample in output(pcm, samples, "pcm")? {
                *sample = saturate(i32::from(*sample) + this.next_sample());
            }
            Ok(tl_status::TL_OK)
        })
    }
}
