//! # Voice: activity, comfort noise, concealment, gain
//!
//! Passive parts for sound at 8,000 samples a second, in frames of any size.

use core::ffi::c_void;

use media_core::agc::{Agc, Config};
use media_core::cng::{Noise, describe};
use media_core::plc::Concealer;
use media_core::vad::Vad;

use crate::config::{Growing, optional, store_defaults};
use crate::guard::guard;
use crate::object::{self, Kind, enter};
use crate::pointers::{input, output, store, writable};
use crate::tl_status;

/// A detector of voice activity.
#[derive(Debug)]
pub struct tl_vad {
    _opaque: [u8; 0],
}

impl Kind for tl_vad {
    const MAGIC: u32 = u32::from_le_bytes(*b"tVad");
    type Value = Vad;
}

/// How many bytes a detector takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_vad_size() -> usize {
    object::fixed_size::<tl_vad>()
}

/// Makes a detector in the caller's block of `size` bytes, aligned to `TL_ALIGN`, that holds
/// on to speech for `hangover_ms` after its last loud block; 200 suits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_vad_init(
    memory: *mut c_void,
    size: usize,
    hangover_ms: u16,
    vad: *mut *mut tl_vad,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_vad_init", || unsafe {
        object::init((memory.cast(), size), vad, |_| Ok(()), |()| Ok(Vad::new(hangover_ms)))
    })
}

/// As `tl_vad_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_vad_new(hangover_ms: u16, vad: *mut *mut tl_vad) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_vad_new", || unsafe {
        object::create(vad, |_| Ok(()), |()| Ok(Vad::new(hangover_ms)))
    })
}

/// Ends a detector. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_vad_free(vad: *mut tl_vad) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_vad_free", vad) }
}

/// Hears the next `samples` samples, and stores 1 in `voice` if there is speech among them, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_vad_heard(
    vad: *mut tl_vad,
    pcm: *const i16,
    samples: usize,
    voice: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_vad_heard", vad, |this| {
            writable(voice, "voice")?;
            let heard = this.heard(input(pcm, samples, "pcm")?);
            store(voice, "voice", heard.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores 1 in `active` if the last 10 ms were speech, or it is held on to still, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_vad_is_active(vad: *const tl_vad, active: *mut u32) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_vad_is_active", vad, |this| {
            store(active, "active", this.is_active().into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the mean square of the noise between words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_vad_noise(vad: *const tl_vad, mean_square: *mut u32) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_vad_noise", vad, |this| {
            store(mean_square, "mean_square", this.noise())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Describes a pause for the far end: writes a comfort-noise payload (RFC 3389) of at most `room`
/// bytes, 17 at most, and stores its length in `len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_noise_describe(
    pcm: *const i16,
    samples: usize,
    payload: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    guard("tl_noise_describe", || {
        // SAFETY: the header's contract for pointers with a count.
        unsafe {
            writable(len, "len")?;
            let pause = input(pcm, samples, "pcm")?;
            let written = describe(pause, output(payload, room, "payload")?);
            store(len, "len", written)?;
        }
        Ok(tl_status::TL_OK)
    })
}

/// Comfort noise.
#[derive(Debug)]
pub struct tl_noise {
    _opaque: [u8; 0],
}

impl Kind for tl_noise {
    const MAGIC: u32 = u32::from_le_bytes(*b"tNoi");
    type Value = Noise;
}

/// How many bytes a generator of comfort noise takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_noise_size() -> usize {
    object::fixed_size::<tl_noise>()
}

/// Makes a generator of comfort noise in the caller's block of `size` bytes, aligned to
/// `TL_ALIGN`, silent at first; the seed decides the noise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_noise_init(
    memory: *mut c_void,
    size: usize,
    seed: u32,
    noise: *mut *mut tl_noise,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_noise_init", || unsafe {
        object::init((memory.cast(), size), noise, |_| Ok(()), |()| Ok(Noise::new(seed)))
    })
}

/// As `tl_noise_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_noise_new(seed: u32, noise: *mut *mut tl_noise) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_noise_new", || unsafe {
        object::create(noise, |_| Ok(()), |()| Ok(Noise::new(seed)))
    })
}

/// Ends a generator of comfort noise. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_noise_free(noise: *mut tl_noise) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_noise_free", noise) }
}

/// Takes over a comfort-noise payload (RFC 3389); an empty one changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_noise_update(
    noise: *mut tl_noise,
    payload: *const u8,
    len: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_noise_update", noise, |this| {
            this.update(input(payload, len, "payload")?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// White noise of this mean square from now on, for a far end that says nothing of its pauses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_noise_white(noise: *mut tl_noise, mean_square: u32) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_noise_white", noise, |this| {
            this.white(mean_square);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Silence from now on; the next noise fades in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_noise_stop(noise: *mut tl_noise) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_noise_stop", noise, |this| {
            this.stop();
            Ok(tl_status::TL_OK)
        })
    }
}

/// Fills `pcm` with the next `samples` samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_noise_fill(
    noise: *mut tl_noise,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_noise_fill", noise, |this| {
            this.fill(output(pcm, samples, "pcm")?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Adds the next `samples` samples to what is in `pcm`, saturating.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_noise_add(
    noise: *mut tl_noise,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_noise_add", noise, |this| {
            this.add(output(pcm, samples, "pcm")?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Concealment of lost packets, for streams without a `tl_jitter`, which has its own.
#[derive(Debug)]
pub struct tl_plc {
    _opaque: [u8; 0],
}

impl Kind for tl_plc {
    const MAGIC: u32 = u32::from_le_bytes(*b"tPlc");
    type Value = Concealer;
}

/// How many bytes a concealer takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_plc_size() -> usize {
    object::fixed_size::<tl_plc>()
}

/// Makes a concealer in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_plc_init(
    memory: *mut c_void,
    size: usize,
    plc: *mut *mut tl_plc,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_plc_init", || unsafe {
        object::init((memory.cast(), size), plc, |_| Ok(()), |()| Ok(Concealer::new()))
    })
}

/// Makes a concealer in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_plc_new(plc: *mut *mut tl_plc) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_plc_new", || unsafe { object::create(plc, |_| Ok(()), |()| Ok(Concealer::new())) })
}

/// Ends a concealer. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_plc_free(plc: *mut tl_plc) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_plc_free", plc) }
}

/// Hears a received frame; after a loss its beginning is blended with the concealment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_plc_received(
    plc: *mut tl_plc,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_plc_received", plc, |this| {
            this.received(output(pcm, samples, "pcm")?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Makes up the samples of a lost frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_plc_conceal(
    plc: *mut tl_plc,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_plc_conceal", plc, |this| {
            this.conceal(output(pcm, samples, "pcm")?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Makes up the `samples` samples of a lost frame when the `next_samples` after it are there already,
/// from both sides, so that nothing jumps where they meet; those then go through `tl_plc_received` as
/// ever. Of more than 60 ms only the end is made from both. `pcm` and `next` must not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_plc_bridge(
    plc: *mut tl_plc,
    pcm: *mut i16,
    samples: usize,
    next: *const i16,
    next_samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_plc_bridge", plc, |this| {
            let next = input(next, next_samples, "next")?;
            this.bridge(output(pcm, samples, "pcm")?, next);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores how many samples have been made up since the last received frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_plc_lost(plc: *const tl_plc, samples: *mut u32) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_plc_lost", plc, |this| {
            store(samples, "samples", this.lost_samples())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// How a gain control works.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_agc_config {
    /// Set by `tl_agc_defaults`.
    pub struct_size: u32,
    /// The level to aim at, in dB below full scale.
    pub target_dbov: i32,
    /// The most gain, in dB.
    pub most_gain_db: u32,
    /// The most loss, in dB.
    pub most_loss_db: u32,
}

// SAFETY: repr(C), only fields of 32 bits.
unsafe impl Growing for tl_agc_config {
    const FIRST_SIZE: usize = 16;

    fn defaults() -> Self {
        let config = Config::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            target_dbov: config.target_dbov.into(),
            most_gain_db: config.most_gain_db.into(),
            most_loss_db: config.most_loss_db.into(),
        }
    }
}

impl tl_agc_config {
    fn agc(&self) -> Result<Agc, crate::guard::Failure> {
        let refuse =
            |what: &str| crate::guard::Failure::argument(format_args!("{what} is too far"));
        Ok(Agc::new(Config::new(
            i8::try_from(self.target_dbov).map_err(|_| refuse("target_dbov"))?,
            u8::try_from(self.most_gain_db).map_err(|_| refuse("most_gain_db"))?,
            u8::try_from(self.most_loss_db).map_err(|_| refuse("most_loss_db"))?,
        )))
    }
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_agc_defaults(
    config: *mut tl_agc_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_agc_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// Automatic gain control of one voice.
#[derive(Debug)]
pub struct tl_agc {
    _opaque: [u8; 0],
}

impl Kind for tl_agc {
    const MAGIC: u32 = u32::from_le_bytes(*b"tAgc");
    type Value = Agc;
}

/// How many bytes a gain control takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_agc_size() -> usize {
    object::fixed_size::<tl_agc>()
}

/// Makes a gain control in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_agc_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_agc_config,
    agc: *mut *mut tl_agc,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_agc_init", || unsafe {
        let config = optional(config)?;
        object::init((memory.cast(), size), agc, |_| Ok(()), |()| config.agc())
    })
}

/// Makes a gain control in memory from the allocator. `config` may be NULL for the defaults.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_agc_new(
    config: *const tl_agc_config,
    agc: *mut *mut tl_agc,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_agc_new", || unsafe {
        let config = optional(config)?;
        object::create(agc, |_| Ok(()), |()| config.agc())
    })
}

/// Ends a gain control. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_agc_free(agc: *mut tl_agc) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_agc_free", agc) }
}

/// Amplifies the next `samples` samples in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_agc_process(
    agc: *mut tl_agc,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_agc_process", agc, |this| {
            this.process(output(pcm, samples, "pcm")?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the gain of the moment, as `tl_mix_gain` counts it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_agc_gain(agc: *const tl_agc, gain: *mut u16) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_agc_gain", agc, |this| {
            store(gain, "gain", this.gain().q12())?;
            Ok(tl_status::TL_OK)
        })
    }
}
