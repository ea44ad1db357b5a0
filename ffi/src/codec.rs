//! # Rates and Opus
//!
//! Conversion between sample rates (feature `resample`), and Opus by the system's libopus (feature
//! `opus`). In a library built without, `tl_resampler_new` and the like return `TL_ERR_UNSUPPORTED`.
//! An Opus coder lives in memory of yours like any other object: how large it is, libopus says.

use core::ffi::c_void;

#[cfg_attr(feature = "opus", path = "codec/opus.rs")]
#[cfg_attr(not(feature = "opus"), path = "codec/no_opus.rs")]
mod opus;
#[cfg_attr(feature = "resample", path = "codec/resample.rs")]
#[cfg_attr(not(feature = "resample"), path = "codec/no_resample.rs")]
mod resample;

use crate::arena::Arena;
use crate::guard::{Failure, guard};
use crate::jitter::{Codec, tl_jitter, tl_jitter_pulled};
use crate::object::{self, Kind, enter, enter_both};
use crate::pointers::{input, output, store, store_if_wanted, writable, writable_or_null};
use crate::tl_status;

#[cfg(not(all(feature = "opus", feature = "resample")))]
fn built_without(feature: &str) -> Failure {
    let text = format_args!("the library was built without the feature {feature}");
    Failure::new(tl_status::TL_ERR_UNSUPPORTED, text)
}

/// Converts one stream from one sample rate to another.
#[derive(Debug)]
pub struct tl_resampler {
    _opaque: [u8; 0],
}

impl Kind for tl_resampler {
    const MAGIC: u32 = u32::from_le_bytes(*b"tRsm");
    type Value = resample::Converter;
}

/// Makes a converter between rates from 4,000 to 384,000; its output lags 10 ms behind its input.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_resampler_new(
    from: u32,
    to: u32,
    resampler: *mut *mut tl_resampler,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_resampler_new", || unsafe {
        object::create(resampler, |_| Ok(()), |()| resample::converter(from, to))
    })
}

/// How many bytes a converter takes. Its tables, and what is finished and not taken, are kept in memory
/// from the allocator.
#[unsafe(no_mangle)]
pub extern "C" fn tl_resampler_size() -> usize {
    object::fixed_size::<tl_resampler>()
}

/// As `tl_resampler_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_resampler_init(
    memory: *mut c_void,
    size: usize,
    from: u32,
    to: u32,
    resampler: *mut *mut tl_resampler,
) -> tl_status {
    let block = (memory.cast(), size);
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_resampler_init", || unsafe {
        object::init(block, resampler, |_| Ok(()), |()| resample::converter(from, to))
    })
}

/// Ends a converter. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_resampler_free(resampler: *mut tl_resampler) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_resampler_free", resampler) }
}

/// Takes in the next `samples` samples. Take what is finished afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_resampler_feed(
    resampler: *mut tl_resampler,
    pcm: *const i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_resampler_feed", resampler, |this| {
            this.feed(input(pcm, samples, "pcm")?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// The stream is over: the rest is finished, up to the exact length, and another may follow.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_resampler_finish(resampler: *mut tl_resampler) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_resampler_finish", resampler, |this| {
            this.finish();
            Ok(tl_status::TL_OK)
        })
    }
}

/// Moves what is finished into `pcm`, which has room for `room` samples, and stores in `samples`
/// how many; call it until that is less than the room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_resampler_take(
    resampler: *mut tl_resampler,
    pcm: *mut i16,
    room: usize,
    samples: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_resampler_take", resampler, |this| {
            writable(samples, "samples")?;
            let count = this.take(output(pcm, room, "pcm")?);
            store(samples, "samples", count)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Encodes one stream of speech at 8,000 samples a second.
#[derive(Debug)]
pub struct tl_opus_encoder {
    _opaque: [u8; 0],
}

impl Kind for tl_opus_encoder {
    const MAGIC: u32 = u32::from_le_bytes(*b"tOpE");
    type Value = opus::Encoder;
}

/// A coder's state in an object's block.
fn words(arena: &mut Arena, count: Result<usize, Failure>) -> Result<&'static mut [u64], Failure> {
    arena.table(count?, 0)
}

/// Stores in `size` how many bytes an encoder takes: some 25,000, by the version of libopus.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_encoder_size(size: *mut usize) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_opus_encoder_size", || unsafe {
        writable(size, "size")?;
        let state = |arena: &mut Arena| words(arena, opus::encoder_words());
        store(size, "size", object::size::<tl_opus_encoder, _>(state)?)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes an encoder, as `tl_opus_encoder_new` does, in the caller's block of `size` bytes, aligned to
/// `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_encoder_init(
    memory: *mut c_void,
    size: usize,
    bitrate: u32,
    loss_percent: u32,
    opus_encoder: *mut *mut tl_opus_encoder,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_opus_encoder_init", || unsafe {
        let state = |arena: &mut Arena| words(arena, opus::encoder_words());
        let build = |words| opus::encoder(bitrate, loss_percent, words);
        object::init((memory.cast(), size), opus_encoder, state, build)
    })
}

/// Makes an encoder for so many bits a second, 16,000 is usual; with a `loss_percent` above 0 each
/// packet carries a coarse copy of the one before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_encoder_new(
    bitrate: u32,
    loss_percent: u32,
    opus_encoder: *mut *mut tl_opus_encoder,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_opus_encoder_new", || unsafe {
        let state = |arena: &mut Arena| words(arena, opus::encoder_words());
        object::create(opus_encoder, state, |words| opus::encoder(bitrate, loss_percent, words))
    })
}

/// Ends an encoder. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_encoder_free(opus_encoder: *mut tl_opus_encoder) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_opus_encoder_free", opus_encoder) }
}

/// Encodes a frame of 80, 160, 320 or 480 samples into `packet`, which has room for `room` bytes;
/// 1,275 always do. Stores its length in `len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_encode(
    opus_encoder: *mut tl_opus_encoder,
    pcm: *const i16,
    samples: usize,
    packet: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_opus_encode", opus_encoder, |this| {
            writable(len, "len")?;
            let (pcm, packet) = (input(pcm, samples, "pcm")?, output(packet, room, "packet")?);
            store(len, "len", opus::encode(this, pcm, packet)?)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Decodes one stream to 8,000 samples a second.
#[derive(Debug)]
pub struct tl_opus_decoder {
    _opaque: [u8; 0],
}

impl Kind for tl_opus_decoder {
    const MAGIC: u32 = u32::from_le_bytes(*b"tOpD");
    type Value = opus::Decoder;
}

/// Stores in `size` how many bytes a decoder takes: some 18,000, by the version of libopus.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_decoder_size(size: *mut usize) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_opus_decoder_size", || unsafe {
        writable(size, "size")?;
        let state = |arena: &mut Arena| words(arena, opus::decoder_words());
        store(size, "size", object::size::<tl_opus_decoder, _>(state)?)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes a decoder in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_decoder_init(
    memory: *mut c_void,
    size: usize,
    opus_decoder: *mut *mut tl_opus_decoder,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_opus_decoder_init", || unsafe {
        let state = |arena: &mut Arena| words(arena, opus::decoder_words());
        object::init((memory.cast(), size), opus_decoder, state, opus::decoder)
    })
}

/// Makes a decoder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_decoder_new(opus_decoder: *mut *mut tl_opus_decoder) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_opus_decoder_new", || unsafe {
        let state = |arena: &mut Arena| words(arena, opus::decoder_words());
        object::create(opus_decoder, state, opus::decoder)
    })
}

/// Ends a decoder. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_decoder_free(opus_decoder: *mut tl_opus_decoder) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_opus_decoder_free", opus_decoder) }
}

/// Decodes a packet of `len` bytes into `pcm`, which has room for `room` samples; 960 always do.
/// Stores how many in `samples`; 0 for what is not Opus.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_decode(
    opus_decoder: *mut tl_opus_decoder,
    packet: *const u8,
    len: usize,
    pcm: *mut i16,
    room: usize,
    samples: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_opus_decode", opus_decoder, |this| {
            writable(samples, "samples")?;
            let (packet, pcm) = (input(packet, len, "packet")?, output(pcm, room, "pcm")?);
            store(samples, "samples", opus::decode(this, packet, pcm))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Decodes the copy that `next`, the packet after a lost one, has of it; as `tl_opus_decode`. 0 when
/// it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_opus_recover(
    opus_decoder: *mut tl_opus_decoder,
    next: *const u8,
    len: usize,
    pcm: *mut i16,
    room: usize,
    samples: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_opus_recover", opus_decoder, |this| {
            writable(samples, "samples")?;
            let (next, pcm) = (input(next, len, "next")?, output(pcm, room, "pcm")?);
            store(samples, "samples", opus::recover(this, next, pcm))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// As `tl_jitter_pull`, for a buffer whose codec is `TL_JITTER_OPUS`, with the decoder of its stream. A
/// lost packet is recovered from the copy that the next one carries of it, if it does; else concealed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_jitter_pull_opus(
    jitter: *mut tl_jitter,
    opus_decoder: *mut tl_opus_decoder,
    now_us: u64,
    pcm: *mut i16,
    samples: usize,
    pulled: *mut tl_jitter_pulled,
) -> tl_status {
    let both = (jitter.cast_const(), opus_decoder.cast_const());
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter_both("tl_jitter_pull_opus", both, |receiving, decoder| {
            writable_or_null(pulled, "pulled")?;
            let pcm = output(pcm, samples, "pcm")?;
            let Codec::Opus = receiving.codec else {
                return Err(Failure::argument("the buffer is one of G.711: tl_jitter_pull"));
            };
            let gave = receiving.buffer.pull(now_us, decoder, pcm);
            store_if_wanted(pulled, "pulled", gave.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}
