//! # Recording: blocks
//!
//! The lossless coder under the recordings, alone: the samples of one channel over a stretch of time (a
//! second, by custom) become a block that needs no other to be read, and the same samples again on every
//! machine. No files, no allocator: for a recorder of your own, or a board's memory. A coder keeps
//! nothing from one block to the next but its working memory. It wants a kilobyte of stack at the level
//! live, ten at fast, and sixty above.

use core::ffi::c_void;

use media_core::record::{
    BlockError, BlockInfo, Format, Level, MAX_HEADER, Samples, SamplesMut, block_info,
    decode_beside, decode_in, encode_beside, encode_in,
};

use crate::arena::Arena;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{given, input, output, store, writable};
use crate::tl_status;

/// How a channel is stored.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_recording_coding {
    /// µ-law codes as they are on the wire; the number is `TL_G711_ULAW`'s.
    TL_RECORDING_ULAW = 0,
    /// A-law codes as they are on the wire; the number is `TL_G711_ALAW`'s.
    TL_RECORDING_ALAW = 8,
    /// 16-bit linear samples.
    TL_RECORDING_PCM16 = 16,
    /// Opus packets as they are on the wire; not in blocks of `tl_block_encode`.
    TL_RECORDING_OPUS = 32,
}

/// How hard to compress.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_recording_level {
    /// While the call lasts: thousands of channels a processor.
    TL_RECORDING_LIVE = 0,
    /// Smaller, hundreds of times real time.
    TL_RECORDING_FAST = 1,
    /// For packing again at night.
    TL_RECORDING_HIGH = 2,
    /// For the archive.
    TL_RECORDING_MAX = 3,
}

pub(super) fn level(level: u32) -> Result<Level, Failure> {
    match level {
        0 => Ok(Level::Live),
        1 => Ok(Level::Fast),
        2 => Ok(Level::High),
        3 => Ok(Level::Max),
        other => Err(Failure::argument(format_args!("level is {other}"))),
    }
}

pub(super) fn format(coding: u32) -> Result<Format, Failure> {
    match coding {
        0 => Ok(Format::Ulaw),
        8 => Ok(Format::Alaw),
        16 => Ok(Format::Pcm16),
        other => Err(Failure::argument(format_args!("coding is {other}"))),
    }
}

impl From<BlockError> for Failure {
    fn from(error: BlockError) -> Self {
        use tl_status as S;
        let status = match error {
            BlockError::TooLong(_) => S::TL_ERR_RECORD_TOO_LONG,
            BlockError::NoRoom { .. } => S::TL_ERR_BUFFER,
            BlockError::NoMemory { .. } => S::TL_ERR_MEMORY,
            BlockError::WrongFormat(_) => S::TL_ERR_RECORD_FORMAT,
            BlockError::UnknownCoding(_) => S::TL_ERR_RECORD_VERSION,
            BlockError::Truncated => S::TL_ERR_RECORD_DAMAGED,
            BlockError::Beside => S::TL_ERR_ARGUMENT,
            _ => S::TL_ERR_RECORD,
        };
        Self::new(status, error)
    }
}

/// Encodes and decodes blocks.
#[derive(Debug)]
pub struct tl_block_coder {
    _opaque: [u8; 0],
}

impl Kind for tl_block_coder {
    const MAGIC: u32 = u32::from_le_bytes(*b"tBlk");
    type Value = &'static mut [f64];
}

fn lay(arena: &mut Arena, level: Level) -> Result<&'static mut [f64], Failure> {
    arena.table(level.memory(), 0.0)
}

/// Stores in `size` how many bytes a coder takes that reads and writes blocks up to a
/// `tl_recording_level`: some dozens, and for `TL_RECORDING_MAX` 800,000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_block_coder_size(most: u32, size: *mut usize) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_block_coder_size", || unsafe {
        let most = level(most)?;
        store(size, "size", object::size::<tl_block_coder, _>(|arena| lay(arena, most))?)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes a coder in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_block_coder_init(
    memory: *mut c_void,
    size: usize,
    most: u32,
    block_coder: *mut *mut tl_block_coder,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_block_coder_init", || unsafe {
        let most = level(most)?;
        object::init((memory.cast(), size), block_coder, |arena| lay(arena, most), Ok)
    })
}

/// Makes a coder in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_block_coder_new(
    most: u32,
    block_coder: *mut *mut tl_block_coder,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_block_coder_new", || unsafe {
        let most = level(most)?;
        object::create(block_coder, |arena| lay(arena, most), Ok)
    })
}

/// Ends a coder. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_block_coder_free(block_coder: *mut tl_block_coder) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_block_coder_free", block_coder) }
}

/// Samples of one channel.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_block_samples {
    /// A `tl_recording_coding` that is not Opus.
    pub coding: u32,
    /// Of what a block is encoded beside: how many samples later its echo is heard, less half a dozen;
    /// `tl_block_find_echo` finds it. Else 0.
    pub shift: i32,
    /// Bytes of G.711, or `int16_t` of linear samples.
    pub samples: *const c_void,
    /// How many samples.
    pub count: usize,
}

impl tl_block_samples {
    /// # Safety
    /// `samples` is NULL or readable for `count` samples while the result lives.
    unsafe fn samples<'a>(&self) -> Result<Samples<'a>, Failure> {
        let format = format(self.coding)?;
        // SAFETY: as this function's own contract.
        unsafe {
            Ok(match format {
                Format::Ulaw => Samples::Ulaw(input(self.samples.cast(), self.count, "samples")?),
                Format::Alaw => Samples::Alaw(input(self.samples.cast(), self.count, "samples")?),
                _ => Samples::Pcm16(input(self.samples.cast(), self.count, "samples")?),
            })
        }
    }
}

/// # Safety
/// `from` is NULL or readable, and so are its samples while the result lives.
unsafe fn beside<'a>(from: *const tl_block_samples) -> Result<Option<(Samples<'a>, i32)>, Failure> {
    if from.is_null() {
        return Ok(None);
    }
    // SAFETY: as this function's own contract.
    let from = unsafe { given(from, "beside") }?;
    // SAFETY: as above.
    Ok(Some((unsafe { from.samples() }?, from.shift)))
}

/// What a block says of itself.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_block_info {
    /// Its `tl_recording_coding`.
    pub coding: u32,
    /// 0.
    pub reserved: u32,
    /// How many samples it holds.
    pub samples: u64,
}

impl From<BlockInfo> for tl_block_info {
    fn from(of: BlockInfo) -> Self {
        use tl_recording_coding as C;
        let coding = match of.format {
            Format::Ulaw => C::TL_RECORDING_ULAW,
            Format::Alaw => C::TL_RECORDING_ALAW,
            _ => C::TL_RECORDING_PCM16,
        };
        Self { coding: coding as u32, reserved: 0, samples: of.samples as u64 }
    }
}

/// Room that every block of so many samples of a `tl_recording_coding` fits in, whatever they are: a
/// few bytes more than the samples take. 0 for a coding that blocks do not have.
#[unsafe(no_mangle)]
pub extern "C" fn tl_block_max_len(coding: u32, samples: usize) -> usize {
    format(coding)
        .map_or(0, |format| samples.saturating_mul(format.bytes()).saturating_add(MAX_HEADER))
}

/// Encodes samples into `block`, which has `tl_block_max_len` bytes of room, at a `tl_recording_level`
/// that the coder was made for. Stores the block's length in `len`; with `TL_ERR_BUFFER`, the room it
/// wants.
///
/// No block of a level is longer than one of a lower. A block holds 2^24 samples at most, at high 2^22 and
/// at max 2^20, so that none takes minutes to decode: more are `TL_ERR_RECORD_TOO_LONG`.
///
/// `beside` may be NULL, or what another channel held at the same times: an echo of it among the samples
/// costs next to nothing then, and the block is decoded beside the same samples only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_block_encode(
    block_coder: *mut tl_block_coder,
    level: u32,
    samples: *const tl_block_samples,
    beside: *const tl_block_samples,
    block: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_block_encode", block_coder, |memory| {
            writable(len, "len")?;
            let (level, samples) = (self::level(level)?, given(samples, "samples")?.samples()?);
            let (other, block) = (self::beside(beside)?, output(block, room, "block")?);
            let encoded = match other {
                None => encode_in(samples, level, memory, block),
                Some((other, shift)) => encode_beside(samples, other, shift, level, memory, block),
            };
            if let Err(BlockError::NoRoom { need, .. }) = encoded {
                store(len, "len", need)?;
            }
            store(len, "len", encoded?)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what a block of `len` bytes says of itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_block_get_info(
    block: *const u8,
    len: usize,
    info: *mut tl_block_info,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_block_get_info", || unsafe {
        writable(info, "info")?;
        store(info, "info", block_info(input(block, len, "block")?)?.into())?;
        Ok(tl_status::TL_OK)
    })
}

/// Decodes a block of `len` bytes into `samples`, which has room for `room` samples of the
/// `tl_recording_coding` `coding`: either law's bytes, or `int16_t`. How many there are and of which law,
/// `tl_block_get_info` says. `beside`: what it was encoded beside, or NULL.
///
/// Any bytes decode to some samples or to an error: whether a block is the one that was written is
/// yours to know. `TL_ERR_MEMORY`: a block of the level `TL_RECORDING_MAX`, and the coder was made for
/// less.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_block_decode(
    block_coder: *mut tl_block_coder,
    block: *const u8,
    len: usize,
    beside: *const tl_block_samples,
    coding: u32,
    samples: *mut c_void,
    room: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_block_decode", block_coder, |memory| {
            let (block, other) = (input(block, len, "block")?, self::beside(beside)?);
            let out = match format(coding)? {
                Format::Pcm16 => SamplesMut::Pcm16(output(samples.cast(), room, "samples")?),
                _ => SamplesMut::G711(output(samples.cast(), room, "samples")?),
            };
            match other {
                None => decode_in(block, memory, out),
                Some((other, _)) => decode_beside(block, other, memory, out),
            }?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Looks for an echo of `other` among `samples`, which were heard at the same times, and stores in
/// `shift` what to encode beside it with; `TL_DONE` if there is none. Takes memory from the allocator
/// while it looks.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_block_find_echo(
    samples: *const tl_block_samples,
    other: *const tl_block_samples,
    shift: *mut i32,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_block_find_echo", || unsafe {
        writable(shift, "shift")?;
        let samples = given(samples, "samples")?.samples()?;
        let other = given(other, "other")?.samples()?;
        let Some(found) = media_core::record::find_echo(samples, other) else {
            return Ok(tl_status::TL_DONE);
        };
        store(shift, "shift", found)?;
        Ok(tl_status::TL_OK)
    })
}
