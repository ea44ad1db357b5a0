//! One block: the samples of one channel over a stretch of time, decodable on its own.
//!
//! A byte says how it is coded and in which format, a LEB128 number says how many samples, and the
//! rest depends on the coding. Byte by byte: `docs/recording-format.md`.

use super::coder::{Input, Job, Other, Output, Track, run};
use super::deep::{MAX_MEMORY, Start};
use super::front::{
    Coding, Head, Pen, Scheme, header, header_len, put_header, take_shift, take_tone,
};
use super::law::{ALAW, Format, ULAW};
use super::range::{Decoder, Encoder};
use super::tone::{self, Tone};

/// The most samples a block of any level holds: see [`Level::max_samples`].
pub const MAX_SAMPLES: usize = 1 << 24;

/// The most bytes a block's header takes: coding and format, then the number of samples.
pub const MAX_HEADER: usize = 5;

/// The most working memory any level needs: [`Level::memory`] of [`Level::Max`].
pub const MEMORY: usize = MAX_MEMORY;

/// How hard the encoder tries. Every decoder reads them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// While the call lasts, for thousands of channels a core: integers only, on a kilobyte of
    /// stack.
    Live,
    /// Hundreds of times real time, on ten kilobytes of stack.
    Fast,
    /// For a nightly re-pack; on sixty kilobytes of stack.
    High,
    /// For the archive; on sixty kilobytes of stack, and a hundred of working memory.
    Max,
}

impl Level {
    /// Numbers of working memory that [`encode_in`] needs; 0 where the stack is enough.
    #[must_use]
    pub const fn memory(self) -> usize {
        match self {
            Self::Live | Self::Fast | Self::High => 0,
            Self::Max => MAX_MEMORY,
        }
    }

    /// The most samples a block holds: the harder the work on each, the fewer, so that no block
    /// keeps who decodes it busy for more than seconds.
    #[must_use]
    pub const fn max_samples(self) -> usize {
        SCHEMES[self as usize].max_samples()
    }

    /// What it codes with, last, and what the levels below it do: on some sounds those do better.
    fn schemes(self) -> &'static [Scheme] {
        &SCHEMES[..=self as usize]
    }
}

/// Whether a tone pays is seen by so many samples of a longer block: it is tried twice over, and the
/// rest once.
const EARLY: usize = 1 << 12;

/// By [`Level`].
const SCHEMES: [Scheme; 4] =
    [Scheme::Live, Scheme::Fast, Scheme::High(Start::Quick), Scheme::Max(Start::Quick)];

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

    /// The first `len` of them, if there are more.
    fn start(self, len: usize) -> Option<Self> {
        (self.len() > len).then(|| match self {
            Self::Ulaw(s) => Self::Ulaw(&s[..len]),
            Self::Alaw(s) => Self::Alaw(&s[..len]),
            Self::Pcm16(s) => Self::Pcm16(&s[..len]),
        })
    }

    /// A sample's linear value; 0 outside.
    #[inline]
    pub(super) fn linear(&self, i: usize) -> i16 {
        match self {
            Self::Ulaw(s) => s.get(i).map_or(0, |code| ULAW.value[ULAW.cell(*code)]),
            Self::Alaw(s) => s.get(i).map_or(0, |code| ALAW.value[ALAW.cell(*code)]),
            Self::Pcm16(s) => s.get(i).copied().unwrap_or(0),
        }
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
    /// More samples than [`Level::max_samples`].
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
    /// The block is of a later version, or not a block.
    #[error("unknown coding {0}")]
    UnknownCoding(u8),
    /// The level's working memory is too short.
    #[error("the level needs memory for {need} numbers, there is {room}")]
    NoMemory {
        /// What [`Level::memory`] says.
        need: usize,
        /// What was given.
        room: usize,
    },
    /// The block was coded beside another channel's sound, which must be at hand.
    #[error("the block was coded beside another channel")]
    Beside,
    /// The block ends before its samples do.
    #[error("the block is cut short")]
    Truncated,
}

/// Encodes `samples` into `out` and returns the block's length.
///
/// A block that would not shrink is stored as it is, so no input grows by more than
/// [`MAX_HEADER`] bytes; and a block of a higher level is never longer than one of a lower.
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
/// [`Samples::max_block_len`]. Without the feature `alloc`, [`BlockError::NoMemory`] at a level that
/// needs some: see [`encode_in`].
pub fn encode(samples: Samples<'_>, level: Level, out: &mut [u8]) -> Result<usize, BlockError> {
    #[cfg(feature = "alloc")]
    return encode_in(samples, level, &mut alloc::vec![0.0; level.memory()], out);
    #[cfg(not(feature = "alloc"))]
    return encode_in(samples, level, &mut [], out);
}

/// As [`encode`], in working memory of the caller's, at least [`Level::memory`] numbers, whatever
/// they are.
///
/// # Errors
/// As [`encode`], and [`BlockError::NoMemory`].
pub fn encode_in(
    samples: Samples<'_>,
    level: Level,
    memory: &mut [f64],
    out: &mut [u8],
) -> Result<usize, BlockError> {
    put(samples, level, None, memory, out)
}

/// As [`encode_in`], beside what another channel held at the same times: an echo of it among the
/// samples costs next to nothing then. `shift` says how many samples later it is heard, less half a
/// dozen; [`find_echo`](super::find_echo) finds it. The echo may last 6 ms at 8 kHz.
///
/// The block needs the other channel's samples to be [decoded](decode_beside).
///
/// # Errors
/// As [`encode_in`].
pub fn encode_beside(
    samples: Samples<'_>,
    other: Samples<'_>,
    shift: i32,
    level: Level,
    memory: &mut [f64],
    out: &mut [u8],
) -> Result<usize, BlockError> {
    put(samples, level, Some(Other { samples: other, shift }), memory, out)
}

fn put(
    samples: Samples<'_>,
    level: Level,
    other: Option<Other<'_>>,
    memory: &mut [f64],
    out: &mut [u8],
) -> Result<usize, BlockError> {
    let (count, need) = (samples.len(), samples.max_block_len());
    if count > level.max_samples() {
        return Err(BlockError::TooLong(count));
    }
    if out.len() < need {
        return Err(BlockError::NoRoom { need, room: out.len() });
    }
    let coding = |scheme| match other {
        Some(_) => Coding::Beside(scheme),
        None => Coding::Alone(scheme),
    };
    check_memory(coding(SCHEMES[level as usize]), memory)?;
    let format = samples.format();
    let (header, body) = out.split_at_mut(header_len(count));
    let width = format.bytes();
    if is_constant(samples) {
        put_header(header, Coding::Constant, None, format, count);
        put_raw(samples, 1, body);
        return Ok(header.len() + width);
    }
    // A coded body one byte short of the raw one, or none.
    let room = (count * width).saturating_sub(1);
    let mut try_out = |samples: Samples<'_>, scheme, tone: Option<&Tone>| {
        let mut pen = Pen::new(&mut body[..room]);
        let front = (tone.map_or(Some(()), |tone| pen.tone(tone, coding(scheme))))
            .and_then(|()| other.map_or(Some(()), |other| pen.shift(other.shift)));
        let front = front.map_or(room, |()| pen.len);
        let mut port = Encoder::new(&mut body[front..room]);
        let job = Job { scheme, format, count: samples.len(), tone, other };
        run(job, &mut port, &mut Input(samples), memory)?;
        Ok(port.finish().map(|len| front + len))
    };
    let found = if level >= Level::High { tone::find(samples) } else { None };
    let (mut best, mut last) = (None, None);
    for scheme in level.schemes().iter().copied() {
        let toned = found.as_ref().filter(|_| scheme.takes_tone());
        let (mut plain, mut toned) = (Some(None), toned.map(Some));
        if let (Some(tone), Some(start)) = (toned, samples.start(EARLY)) {
            let with = try_out(start, scheme, tone)?;
            let without = try_out(start, scheme, None)?;
            // A start that does not get shorter at all counts for the longest.
            if with.unwrap_or(room) < without.unwrap_or(room) {
                plain = None;
            } else {
                toned = None;
            }
        }
        for tone in [plain, toned].into_iter().flatten() {
            last = Some((scheme, tone));
            if let Some(len) = try_out(samples, scheme, tone)? {
                best = best.filter(|(_, _, least)| *least <= len).or(Some((scheme, tone, len)));
            }
        }
    }
    let (coding, tone, len) = match best {
        Some((scheme, tone, len)) => {
            if last != Some((scheme, tone)) {
                // What was tried after it is there instead.
                try_out(samples, scheme, tone)?;
            }
            (coding(scheme), tone, len)
        }
        None => (Coding::Raw, None, put_raw(samples, count, body)),
    };
    put_header(header, coding, tone, format, count);
    Ok(header.len() + len)
}

fn check_memory(coding: Coding, memory: &[f64]) -> Result<(), BlockError> {
    let (need, room) = (coding.memory(), memory.len());
    if room < need { Err(BlockError::NoMemory { need, room }) } else { Ok(()) }
}

/// Reads a block's header: its format and length, for a caller that sizes a buffer.
///
/// # Errors
/// [`BlockError::UnknownCoding`] or [`BlockError::Truncated`].
pub fn block_info(block: &[u8]) -> Result<BlockInfo, BlockError> {
    header(block).map(|head| head.info)
}

/// Decodes a block into the front of `out` and returns what it was.
///
/// Any bytes decode to some samples or to an error; none make it panic. Whether a block is the one
/// that was written is the container's to know.
///
/// # Errors
/// [`BlockError::NoRoom`], [`BlockError::WrongFormat`], [`BlockError::UnknownCoding`],
/// [`BlockError::Truncated`], or [`BlockError::Beside`] for a block that needs another channel.
/// Without the feature `alloc`, [`BlockError::NoMemory`] for a level that needs some.
pub fn decode(block: &[u8], out: SamplesMut<'_>) -> Result<BlockInfo, BlockError> {
    #[cfg(feature = "alloc")]
    return decode_in(block, &mut memory_for(block), out);
    #[cfg(not(feature = "alloc"))]
    return decode_in(block, &mut [], out);
}

/// As [`decode`], in working memory of the caller's: [`MEMORY`] numbers are enough for any block.
///
/// # Errors
/// As [`decode`], and [`BlockError::NoMemory`].
pub fn decode_in(
    block: &[u8],
    memory: &mut [f64],
    out: SamplesMut<'_>,
) -> Result<BlockInfo, BlockError> {
    take(block, None, memory, out)
}

/// As [`decode_in`], for a block that [`encode_beside`] made, or any other: the same samples of the
/// other channel give the same samples back.
///
/// # Errors
/// As [`decode_in`].
pub fn decode_beside(
    block: &[u8],
    other: Samples<'_>,
    memory: &mut [f64],
    out: SamplesMut<'_>,
) -> Result<BlockInfo, BlockError> {
    take(block, Some(other), memory, out)
}

/// Working memory for a block, if it needs some.
#[cfg(feature = "alloc")]
pub(super) fn memory_for(block: &[u8]) -> alloc::vec::Vec<f64> {
    alloc::vec![0.0; header(block).map_or(0, |head| head.coding.memory())]
}

fn take(
    block: &[u8],
    other: Option<Samples<'_>>,
    memory: &mut [f64],
    out: SamplesMut<'_>,
) -> Result<BlockInfo, BlockError> {
    let Head { info, coding, waves, mut body } = header(block)?;
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
    check_memory(coding, memory)?;
    let width = format.bytes();
    let mut output = Output(out);
    let (scheme, hears) = match coding {
        Coding::Raw | Coding::Constant => {
            let stored = if coding == Coding::Raw { count } else { 1 };
            if body.len() < stored * width {
                return Err(BlockError::Truncated);
            }
            for i in 0..count {
                let at = i % stored * width;
                output.put(i, u16::from_le_bytes([body[at], body[at + width - 1]]));
            }
            return Ok(info);
        }
        Coding::Alone(scheme) => (scheme, false),
        Coding::Beside(scheme) => (scheme, true),
    };
    let mut tone = None;
    if let Some(waves) = waves {
        let (brought, rest) = take_tone(body, waves).ok_or(BlockError::Truncated)?;
        (tone, body) = (Some(brought), rest);
    }
    let mut beside = None;
    if hears {
        let samples = other.ok_or(BlockError::Beside)?;
        let (shift, rest) = take_shift(body).ok_or(BlockError::Truncated)?;
        (beside, body) = (Some(Other { samples, shift }), rest);
    }
    let job = Job { scheme, format, count, tone: tone.as_ref(), other: beside };
    run(job, &mut Decoder::new(body), &mut output, memory)?;
    Ok(info)
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
