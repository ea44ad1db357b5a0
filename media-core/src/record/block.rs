//! One block: the samples of one channel over a stretch of time, decodable on its own.
//!
//! A byte says how it is coded and in which format, a LEB128 number says how many samples, and the
//! rest depends on the coding. Byte by byte: `docs/recording-format.md`.

use super::law::{ALAW, CELLS, Format, Law, ULAW};
#[cfg(feature = "alloc")]
use alloc::boxed::Box;

use super::deep::Fast;
#[cfg(feature = "alloc")]
use super::deep::{High, Max};
use super::live::Live;
use super::model::{Grid, Model, Port};
use super::range::{Decoder, Encoder, ONE};

/// The most samples one block holds.
pub const MAX_SAMPLES: usize = 1 << 24;

/// The most bytes a block's header takes: coding and format, then the number of samples.
pub const MAX_HEADER: usize = 5;

/// How hard the encoder tries. Every decoder reads them all, except that those of `alloc` need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// While the call lasts, for thousands of channels a core: integers only, on a kilobyte of
    /// stack.
    Live,
    /// Hundreds of times real time, on ten kilobytes of stack.
    Fast,
    /// For a nightly re-pack.
    #[cfg(feature = "alloc")]
    High,
    /// For the archive.
    #[cfg(feature = "alloc")]
    Max,
}

/// Samples to encode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Samples<'a> {
    /// G.711 µ-law bytes as they are on the wire.
    Ulaw(&'a [u8]),
    /// G.711 A-law bytes as they are on the wire.
    Alaw(&'a [u8]),
    /// 16-bit linear.
    Pcm16(&'a [i16]),
}

impl Samples<'_> {
    /// The format.
    #[must_use]
    pub fn format(&self) -> Format {
        match self {
            Self::Ulaw(_) => Format::Ulaw,
            Self::Alaw(_) => Format::Alaw,
            Self::Pcm16(_) => Format::Pcm16,
        }
    }

    /// How many samples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Ulaw(s) | Self::Alaw(s) => s.len(),
            Self::Pcm16(s) => s.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Room that every block of these samples fits in, whatever they are.
    #[must_use]
    pub fn max_block_len(&self) -> usize {
        MAX_HEADER + self.len() * self.format().bytes()
    }
}

/// Where decoded samples go.
#[derive(Debug, PartialEq, Eq)]
pub enum SamplesMut<'a> {
    /// G.711 bytes of either law.
    G711(&'a mut [u8]),
    /// 16-bit linear.
    Pcm16(&'a mut [i16]),
}

/// What a block says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// How its samples are written.
    pub format: Format,
    /// How many there are.
    pub samples: usize,
}

/// Why a block was not encoded or decoded. Nothing was written when it is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// More samples than [`MAX_SAMPLES`].
    #[error("{0} samples are more than a block holds")]
    TooLong(usize),
    /// The output is too short.
    #[error("the block needs room for {need}, there is {room}")]
    NoRoom {
        /// Samples to decode, or bytes that might be encoded.
        need: usize,
        /// What was given.
        room: usize,
    },
    /// A block of G.711 was to be decoded into linear samples or the other way round.
    #[error("the block holds {0:?}")]
    WrongFormat(Format),
    /// The block is of a later version, not a block, or of a level that needs the feature `alloc`.
    #[error("unknown coding {0}")]
    UnknownCoding(u8),
    /// The block ends before its samples do.
    #[error("the block is cut short")]
    Truncated,
}

const RAW: u8 = 0;
const CONSTANT: u8 = 1;
const LIVE: u8 = 2;
const FAST: u8 = 3;
#[cfg(feature = "alloc")]
const HIGH: u8 = 4;
const MAX: u8 = 5;

/// Runs the model of a coding over `count` samples.
fn run<P: Port, T: Track>(
    coding: u8,
    port: &mut P,
    format: Format,
    track: &mut T,
    count: usize,
) -> Result<(), BlockError> {
    match coding {
        LIVE => code(&mut Live::new(), port, format, track, count),
        FAST => code(&mut Fast::new(), port, format, track, count),
        #[cfg(feature = "alloc")]
        HIGH => code(&mut *Box::new(High::new()), port, format, track, count),
        #[cfg(feature = "alloc")]
        MAX => code(&mut *Box::new(Max::new()), port, format, track, count),
        _ => return Err(BlockError::UnknownCoding(coding << 4 | format.number())),
    }
    Ok(())
}

/// Encodes `samples` into `out` and returns the block's length.
///
/// A block that would not shrink is stored as it is, so no input grows by more than
/// [`MAX_HEADER`] bytes.
///
/// ```
/// use media_core::record::{Level, Samples, SamplesMut, decode, encode};
///
/// let call = [0xff_u8; 8000];
/// let mut block = [0; 8192];
/// let len = encode(Samples::Ulaw(&call), Level::Live, &mut block)?;
/// assert!(len < 8); // a second of silence
///
/// let mut back = [0; 8000];
/// decode(&block[..len], SamplesMut::G711(&mut back))?;
/// assert_eq!(back, call);
/// # Ok::<(), media_core::record::BlockError>(())
/// ```
///
/// # Errors
/// [`BlockError::TooLong`], or [`BlockError::NoRoom`] when `out` is shorter than
/// [`Samples::max_block_len`].
pub fn encode(samples: Samples<'_>, level: Level, out: &mut [u8]) -> Result<usize, BlockError> {
    let (count, need) = (samples.len(), samples.max_block_len());
    if count > MAX_SAMPLES {
        return Err(BlockError::TooLong(count));
    }
    if out.len() < need {
        return Err(BlockError::NoRoom { need, room: out.len() });
    }
    let format = samples.format();
    let (header, body) = out.split_at_mut(header_len(count));
    put_header(header, RAW, format, count);
    let width = format.bytes();
    if is_constant(samples) {
        header[0] |= CONSTANT << 4;
        put_raw(samples, 1, body);
        return Ok(header.len() + width);
    }
    // A coded body one byte short of the raw one, or none.
    let room = (count * width).saturating_sub(1);
    let mut port = Encoder::new(&mut body[..room]);
    let coding = match level {
        Level::Live => LIVE,
        Level::Fast => FAST,
        #[cfg(feature = "alloc")]
        Level::High => HIGH,
        #[cfg(feature = "alloc")]
        Level::Max => MAX,
    };
    run(coding, &mut port, format, &mut Input(samples), count)?;
    let len = match port.finish() {
        Some(len) => {
            header[0] |= coding << 4;
            len
        }
        None => put_raw(samples, count, body),
    };
    Ok(header.len() + len)
}

/// Reads a block's header: its format and length, for a caller that sizes a buffer.
///
/// # Errors
/// [`BlockError::UnknownCoding`] or [`BlockError::Truncated`].
pub fn block_info(block: &[u8]) -> Result<BlockInfo, BlockError> {
    header(block).map(|(info, ..)| info)
}

/// Decodes a block into the front of `out` and returns what it was.
///
/// Any bytes decode to some samples or to an error; none make it panic. Whether a block is the one
/// that was written is the container's to know.
///
/// # Errors
/// [`BlockError::NoRoom`], [`BlockError::WrongFormat`], [`BlockError::UnknownCoding`] or
/// [`BlockError::Truncated`].
pub fn decode(block: &[u8], out: SamplesMut<'_>) -> Result<BlockInfo, BlockError> {
    let (info, coding, body) = header(block)?;
    let (format, count) = (info.format, info.samples);
    let (room, fits) = match &out {
        SamplesMut::G711(s) => (s.len(), format != Format::Pcm16),
        SamplesMut::Pcm16(s) => (s.len(), format == Format::Pcm16),
    };
    if !fits {
        return Err(BlockError::WrongFormat(format));
    }
    if room < count {
        return Err(BlockError::NoRoom { need: count, room });
    }
    let width = format.bytes();
    let mut output = Output(out);
    match coding {
        RAW | CONSTANT => {
            let stored = if coding == RAW { count } else { 1 };
            if body.len() < stored * width {
                return Err(BlockError::Truncated);
            }
            for i in 0..count {
                let at = i % stored * width;
                output.put(i, u16::from_le_bytes([body[at], body[at + width - 1]]));
            }
        }
        _ => run(coding, &mut Decoder::new(body), format, &mut output, count)?,
    }
    Ok(info)
}

impl Format {
    /// Bytes of one sample as it is stored raw.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Ulaw | Self::Alaw => 1,
            Self::Pcm16 => 2,
        }
    }

    /// The number a block and a file write for it.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Ulaw => 0,
            Self::Alaw => 1,
            Self::Pcm16 => 2,
        }
    }

    pub(super) const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Ulaw),
            1 => Some(Self::Alaw),
            2 => Some(Self::Pcm16),
            _ => None,
        }
    }
}

fn header_len(count: usize) -> usize {
    let mut len = 2;
    let mut rest = count >> 7;
    while rest > 0 {
        len += 1;
        rest >>= 7;
    }
    len
}

fn put_header(header: &mut [u8], coding: u8, format: Format, count: usize) {
    header[0] = coding << 4 | format.number();
    let last = header.len() - 1;
    for (i, byte) in header[1..].iter_mut().enumerate() {
        let more = if i + 1 < last { 0x80 } else { 0 };
        *byte = (count >> (7 * i)) as u8 & 0x7f | more;
    }
}

fn header(block: &[u8]) -> Result<(BlockInfo, u8, &[u8]), BlockError> {
    let [first, rest @ ..] = block else {
        return Err(BlockError::Truncated);
    };
    let coding = first >> 4;
    let unknown = BlockError::UnknownCoding(*first);
    let format = Format::from_number(first & 15).ok_or(unknown)?;
    if coding > MAX {
        return Err(unknown);
    }
    let mut samples = 0;
    for (i, byte) in rest.iter().enumerate().take(MAX_HEADER - 1) {
        samples |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            if samples > MAX_SAMPLES {
                return Err(BlockError::TooLong(samples));
            }
            return Ok((BlockInfo { format, samples }, coding, &rest[i + 1..]));
        }
    }
    Err(BlockError::Truncated)
}

fn is_constant(samples: Samples<'_>) -> bool {
    fn all_same<T: PartialEq>(s: &[T]) -> bool {
        s.first().is_some_and(|first| s.iter().all(|x| x == first))
    }
    match samples {
        Samples::Ulaw(s) | Samples::Alaw(s) => all_same(s),
        Samples::Pcm16(s) => all_same(s),
    }
}

fn put_raw(samples: Samples<'_>, count: usize, out: &mut [u8]) -> usize {
    match samples {
        Samples::Ulaw(s) | Samples::Alaw(s) => out[..count].copy_from_slice(&s[..count]),
        Samples::Pcm16(s) => {
            for (to, x) in out.chunks_exact_mut(2).zip(&s[..count]) {
                to.copy_from_slice(&x.to_le_bytes());
            }
        }
    }
    count * samples.format().bytes()
}

/// The samples beside a [`Port`]: an encoder's are read, a decoder's written.
trait Track {
    fn get(&self, i: usize) -> u16;
    fn put(&mut self, i: usize, sample: u16);
}

struct Input<'a>(Samples<'a>);

impl Track for Input<'_> {
    #[inline]
    fn get(&self, i: usize) -> u16 {
        match self.0 {
            Samples::Ulaw(s) | Samples::Alaw(s) => u16::from(s[i]),
            Samples::Pcm16(s) => s[i] as u16,
        }
    }

    fn put(&mut self, _: usize, _: u16) {}
}

struct Output<'a>(SamplesMut<'a>);

impl Track for Output<'_> {
    fn get(&self, _: usize) -> u16 {
        0
    }

    #[inline]
    fn put(&mut self, i: usize, sample: u16) {
        match &mut self.0 {
            SamplesMut::G711(s) => s[i] = sample as u8,
            SamplesMut::Pcm16(s) => s[i] = sample as i16,
        }
    }
}

fn code<M: Model, P: Port, T: Track>(
    model: &mut M,
    port: &mut P,
    format: Format,
    track: &mut T,
    count: usize,
) {
    match format {
        Format::Ulaw => {
            stretch(port, track, count, |port, known| code_g711(model, port, &ULAW, known));
        }
        Format::Alaw => {
            stretch(port, track, count, |port, known| code_g711(model, port, &ALAW, known));
        }
        Format::Pcm16 => stretch(port, track, count, |port, known| code_pcm(model, port, known)),
    }
}

#[inline]
fn code_g711<M: Model, P: Port>(model: &mut M, port: &mut P, law: &Law, known: u16) -> u16 {
    model.forecast();
    let cell = model.cell(port, law, law.cell(known as u8)) & (CELLS - 1);
    model.update(law.value[cell]);
    u16::from(law.code(cell))
}

#[inline]
fn code_pcm<M: Model, P: Port>(model: &mut M, port: &mut P, known: u16) -> u16 {
    let grid = Grid::new(model.forecast());
    let (cell, part) = grid.split(known as i16);
    let cell = model.cell(port, &grid, cell);
    let value = grid.finish(port, cell, known as i16, part);
    model.update(value);
    value as u16
}

/// Equal samples in a row after which "the same again" becomes a decision of its own.
const RUN: u32 = 16;
/// The least chance of either answer to it.
const RARE: u32 = 32;

/// Codes `count` samples through `sample`, and long runs of one value beside it: the model rests
/// while they last.
#[inline]
fn stretch<P: Port, T: Track>(
    port: &mut P,
    track: &mut T,
    count: usize,
    mut sample: impl FnMut(&mut P, u16) -> u16,
) {
    let (mut last, mut run, mut same_again) = (0, 0, ONE / 2);
    for i in 0..count {
        let known = track.get(i);
        if run >= RUN {
            let same = port.bit(known == last, same_again);
            if same {
                same_again += (ONE - RARE - same_again) >> 4;
                track.put(i, last);
                continue;
            }
            same_again -= (same_again - RARE) >> 4;
            run = 0;
        }
        let value = sample(port, known);
        run = if value == last { run + 1 } else { 0 };
        last = value;
        track.put(i, value);
    }
}
