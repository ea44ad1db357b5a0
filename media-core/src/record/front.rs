//! What stands before a block's samples: how they are coded, in which format, how many, the tone that
//! they begin within, and for a block beside another, how much later that one is heard.

use super::block::{BlockError, BlockInfo, MAX_HEADER, MAX_SAMPLES};
use super::deep::{MAX_MEMORY, Start};
use super::law::Format;
use super::tone::{Tone, WAVES, Wave};

/// A model that samples are coded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Live,
    Fast,
    High(Start),
    Max(Start),
}

impl Scheme {
    /// The most samples of a block: up to some seconds of work, even where a few bytes claim them.
    pub(super) const fn max_samples(self) -> usize {
        match self {
            Self::Live | Self::Fast => MAX_SAMPLES,
            Self::High(_) => MAX_SAMPLES / 4,
            Self::Max(_) => MAX_SAMPLES / 16,
        }
    }
}

impl Scheme {
    /// Whether a tone may be coded in front of it: where a sample takes little work, so does finding
    /// a tone not.
    pub(super) fn takes_tone(self) -> bool {
        matches!(self, Self::High(_) | Self::Max(_))
    }
}

/// How a block's samples are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Raw,
    /// One sample that all are equal to.
    Constant,
    Alone(Scheme),
    /// Beside another channel's samples.
    Beside(Scheme),
}

/// The number in a block's first byte where a tone stands in front of the coding.
const TONE: u8 = 14;
/// The least number of a coding that may follow a tone.
const FIRST_AFTER_TONE: u8 = 10;

impl Coding {
    /// By the number in a block's first byte.
    const ALL: [Self; 14] = [
        Self::Raw,
        Self::Constant,
        Self::Alone(Scheme::Live),
        Self::Alone(Scheme::Fast),
        Self::Alone(Scheme::High(Start::Slow)),
        Self::Alone(Scheme::Max(Start::Slow)),
        Self::Beside(Scheme::Live),
        Self::Beside(Scheme::Fast),
        Self::Beside(Scheme::High(Start::Slow)),
        Self::Beside(Scheme::Max(Start::Slow)),
        Self::Alone(Scheme::High(Start::Quick)),
        Self::Alone(Scheme::Max(Start::Quick)),
        Self::Beside(Scheme::High(Start::Quick)),
        Self::Beside(Scheme::Max(Start::Quick)),
    ];

    pub(super) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Of what may follow a tone.
    fn after_tone(number: u8) -> Option<Self> {
        Self::from_number(number).filter(|_| number >= FIRST_AFTER_TONE)
    }

    fn number(self) -> u8 {
        Self::ALL.iter().position(|coding| *coding == self).unwrap_or(0) as u8
    }

    fn max_samples(self) -> usize {
        match self {
            Self::Raw | Self::Constant => MAX_SAMPLES,
            Self::Alone(scheme) | Self::Beside(scheme) => scheme.max_samples(),
        }
    }

    /// Numbers of working memory it takes.
    pub(super) fn memory(self) -> usize {
        match self {
            Self::Alone(Scheme::Max(_)) | Self::Beside(Scheme::Max(_)) => MAX_MEMORY,
            _ => 0,
        }
    }
}

pub(super) fn header_len(count: usize) -> usize {
    let mut len = 2;
    let mut rest = count >> 7;
    while rest > 0 {
        len += 1;
        rest >>= 7;
    }
    len
}

pub(super) fn put_header(
    header: &mut [u8],
    coding: Coding,
    tone: Option<&Tone>,
    format: Format,
    count: usize,
) {
    header[0] = tone.map_or(coding.number(), |_| TONE) << 4 | format.number();
    let last = header.len() - 1;
    for (i, byte) in header[1..].iter_mut().enumerate() {
        let more = if i + 1 < last { 0x80 } else { 0 };
        *byte = (count >> (7 * i)) as u8 & 0x7f | more;
    }
}

/// A block's header, and what follows it.
pub(super) struct Head<'a> {
    pub(super) info: BlockInfo,
    pub(super) coding: Coding,
    /// Sinusoids of the tone that comes next, if one does.
    pub(super) waves: Option<usize>,
    pub(super) body: &'a [u8],
}

pub(super) fn header(block: &[u8]) -> Result<Head<'_>, BlockError> {
    let [first, rest @ ..] = block else {
        return Err(BlockError::Truncated);
    };
    let unknown = BlockError::UnknownCoding(*first);
    let format = Format::from_number(first & 15).ok_or(unknown)?;
    let toned = first >> 4 == TONE;
    let coding = Coding::from_number(first >> 4);
    if coding.is_none() && !toned {
        return Err(unknown);
    }
    let (samples, mut body) = take_number(rest, MAX_HEADER - 1).ok_or(BlockError::Truncated)?;
    let (coding, waves) = match coding {
        Some(coding) => (coding, None),
        None => {
            let [then, rest @ ..] = body else {
                return Err(BlockError::Truncated);
            };
            body = rest;
            let waves = usize::from(then & 15);
            let coding = Coding::after_tone(then >> 4).filter(|_| (1..=WAVES).contains(&waves));
            (coding.ok_or(BlockError::UnknownCoding(*then))?, Some(waves))
        }
    };
    let samples = samples as usize;
    if samples > coding.max_samples() {
        return Err(BlockError::TooLong(samples));
    }
    Ok(Head { info: BlockInfo { format, samples }, coding, waves, body })
}

/// Writes bytes one after another, while there is room.
pub(super) struct Pen<'a> {
    out: &'a mut [u8],
    /// How many there are.
    pub(super) len: usize,
}

impl<'a> Pen<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.len + bytes.len();
        self.out.get_mut(self.len..end)?.copy_from_slice(bytes);
        self.len = end;
        Some(())
    }

    /// LEB128.
    fn number(&mut self, mut number: u32) -> Option<()> {
        while number > 0x7f {
            self.bytes(&[number as u8 | 0x80])?;
            number >>= 7;
        }
        self.bytes(&[number as u8])
    }

    /// A number with its sign in the lowest bit.
    pub(super) fn shift(&mut self, shift: i32) -> Option<()> {
        self.number((shift << 1 ^ shift >> 31) as u32)
    }

    /// The tone, and the coding that follows it.
    pub(super) fn tone(&mut self, tone: &Tone, coding: Coding) -> Option<()> {
        self.bytes(&[coding.number() << 4 | tone.count as u8])?;
        self.number(tone.len)?;
        self.number(tone.size)?;
        for wave in tone.waves.iter().take(tone.count) {
            self.bytes(&wave.turn.to_le_bytes())?;
            self.bytes(&wave.first.to_le_bytes()[..3])?;
            self.bytes(&wave.second.to_le_bytes()[..3])?;
        }
        Some(())
    }
}

/// Reads a LEB128 number of so many bytes at most, and returns what follows it.
fn take_number(bytes: &[u8], most: usize) -> Option<(u32, &[u8])> {
    let mut number = 0;
    for (i, byte) in bytes.iter().enumerate().take(most) {
        number |= u32::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[i + 1..]));
        }
    }
    None
}

/// Reads what [`Pen::shift`] wrote, and returns what follows it.
pub(super) fn take_shift(body: &[u8]) -> Option<(i32, &[u8])> {
    let (number, rest) = take_number(body, 5)?;
    Some(((number >> 1) as i32 ^ -((number & 1) as i32), rest))
}

/// Reads what [`Pen::tone`] wrote behind its first byte, and returns what follows it.
pub(super) fn take_tone(body: &[u8], count: usize) -> Option<(Tone, &[u8])> {
    let (len, rest) = take_number(body, 5)?;
    let (size, mut rest) = take_number(rest, 5)?;
    let mut tone = Tone { count, len, size, ..Tone::default() };
    for wave in tone.waves.iter_mut().take(count) {
        let (bytes, after) = rest.split_first_chunk::<10>()?;
        let [a, b, c, d, e, f, g, h, i, j] = *bytes;
        // The top byte carries the sign down.
        let start = |low, middle, high| i32::from_le_bytes([0, low, middle, high]) >> 8;
        *wave = Wave {
            turn: i32::from_le_bytes([a, b, c, d]),
            first: start(e, f, g),
            second: start(h, i, j),
        };
        rest = after;
    }
    Some((tone, rest))
}
