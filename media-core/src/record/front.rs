//! What stands before a block's samples: how they are coded, in which format, how many, and for a
//! block beside another, how much later that one is heard.

use super::block::{BlockError, BlockInfo, MAX_HEADER, MAX_SAMPLES};
use super::deep::{MAX_MEMORY, Start};
use super::law::Format;

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

pub(super) fn put_header(header: &mut [u8], coding: Coding, format: Format, count: usize) {
    header[0] = coding.number() << 4 | format.number();
    let last = header.len() - 1;
    for (i, byte) in header[1..].iter_mut().enumerate() {
        let more = if i + 1 < last { 0x80 } else { 0 };
        *byte = (count >> (7 * i)) as u8 & 0x7f | more;
    }
}

pub(super) fn header(block: &[u8]) -> Result<(BlockInfo, Coding, &[u8]), BlockError> {
    let [first, rest @ ..] = block else {
        return Err(BlockError::Truncated);
    };
    let unknown = BlockError::UnknownCoding(*first);
    let coding = Coding::from_number(first >> 4).ok_or(unknown)?;
    let format = Format::from_number(first & 15).ok_or(unknown)?;
    let mut samples = 0;
    for (i, byte) in rest.iter().enumerate().take(MAX_HEADER - 1) {
        samples |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            if samples > coding.max_samples() {
                return Err(BlockError::TooLong(samples));
            }
            return Ok((BlockInfo { format, samples }, coding, &rest[i + 1..]));
        }
    }
    Err(BlockError::Truncated)
}

/// Writes a shift as a LEB128 number, its sign in the lowest bit; `None` when there is no room.
pub(super) fn put_shift(shift: i32, out: &mut [u8]) -> Option<usize> {
    let mut rest = (shift << 1 ^ shift >> 31) as u32;
    let mut len = 0;
    loop {
        let more = if rest > 0x7f { 0x80 } else { 0 };
        *out.get_mut(len)? = rest as u8 & 0x7f | more;
        len += 1;
        rest >>= 7;
        if more == 0 {
            return Some(len);
        }
    }
}

/// Reads what [`put_shift`] wrote, and returns what follows it.
pub(super) fn take_shift(body: &[u8]) -> Option<(i32, &[u8])> {
    let mut number = 0u32;
    for (i, byte) in body.iter().enumerate().take(5) {
        number |= u32::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            let shift = (number >> 1) as i32 ^ -((number & 1) as i32);
            return Some((shift, &body[i + 1..]));
        }
    }
    None
}
