//! What the levels share: how a model, a distribution's cells and the two directions of the range
//! coder meet, so that each model is written once for encoder and decoder.

use super::law::{CELLS, Law};
use super::range::{BITS, Decoder, Encoder, ONE};

/// Fraction bits of a forecast.
pub(super) const FRACTION: u32 = 4;

/// What a model says of the next sample, in 16ths of a linear step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forecast {
    pub(super) mean: i32,
    /// Expected distance from the mean, at least 1.
    pub(super) scale: u32,
}

/// A model of one channel: [`forecast`](Self::forecast), [`cell`](Self::cell) and
/// [`update`](Self::update) in turn for each sample; without `cell` for one that a
/// [tone](super::tone) in front of it foretold.
///
/// [`hear`](Self::hear) comes before each of these rounds, and alone for a sample that continues a run.
pub(super) trait Model {
    /// Takes in the other channel's sample that may echo in the next one; 0 in a block that stands
    /// alone.
    fn hear(&mut self, other: i16);
    fn forecast(&mut self) -> Forecast;
    /// Codes the next sample's cell and returns it; a decoder ignores `known`.
    fn cell<P: Port, C: Cells>(&mut self, port: &mut P, cells: &C, known: usize) -> usize;
    fn update(&mut self, value: i16);
}

/// A partition of the line into [`CELLS`] cells.
pub(super) trait Cells {
    /// The lower edge of a cell in half linear steps; `None` above the last.
    fn edge(&self, cell: usize) -> Option<i32>;
    /// A cell at or beside a linear value.
    fn near(&self, linear: i32) -> usize;
}

impl Cells for Law {
    #[inline]
    fn edge(&self, cell: usize) -> Option<i32> {
        self.edge.get(cell).copied()
    }

    #[inline]
    fn near(&self, linear: i32) -> usize {
        self.near(linear)
    }
}

/// Cells for 16-bit PCM: `2^shift` values wide, laid around the mean. The first and the last stand
/// for everything beyond.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    base: i32,
    shift: u32,
}

impl Grid {
    pub(super) fn new(forecast: Forecast) -> Self {
        // About sixteen cells to the scale.
        let shift = (31 - forecast.scale.max(1).leading_zeros()).saturating_sub(8).min(11);
        let middle = (forecast.mean >> 4).clamp(-32768, 32767) >> shift;
        Self { base: (middle - 128) << shift, shift }
    }

    /// The cell of a value, and its place in it.
    pub(super) fn split(&self, value: i16) -> (usize, u32) {
        let away = i32::from(value) - self.base;
        let cell = (away >> self.shift).clamp(0, CELLS as i32 - 1) as usize;
        (cell, away as u32 & ((1 << self.shift) - 1))
    }

    /// Codes what the cell leaves open and returns the value.
    pub(super) fn finish<P: Port>(&self, port: &mut P, cell: usize, known: i16, part: u32) -> i16 {
        if cell == 0 || cell == CELLS - 1 {
            return port.bits(known as u16 as u32, BITS) as i16;
        }
        let part = port.bits(part, self.shift);
        (self.base + ((cell as i32) << self.shift) + part as i32) as i16
    }
}

impl Cells for Grid {
    #[inline]
    fn edge(&self, cell: usize) -> Option<i32> {
        (cell < CELLS).then(|| (self.base + ((cell as i32) << self.shift)) * 2 - 1)
    }

    #[inline]
    fn near(&self, linear: i32) -> usize {
        ((linear - self.base) >> self.shift).clamp(0, CELLS as i32 - 1) as usize
    }
}

/// One direction of the range coder: an encoder codes what it is told, a decoder tells what was
/// coded.
pub(super) trait Port {
    /// Codes a cell; `below` is the rising cumulative distribution, 0 at cell 0 and 65,536 past
    /// the last; `guess` names a cell near a place in it.
    fn cell(
        &mut self,
        known: usize,
        below: impl Fn(usize) -> u32,
        guess: impl Fn(u32) -> usize,
    ) -> usize;
    /// Codes a decision; `p1` of 65,536 is the chance of true, neither 0 nor all.
    fn bit(&mut self, known: bool, p1: u32) -> bool;
    /// Codes `count` evenly distributed bits, at most 16.
    fn bits(&mut self, known: u32, count: u32) -> u32;
}

impl Port for Encoder<'_> {
    #[inline]
    fn cell(
        &mut self,
        known: usize,
        below: impl Fn(usize) -> u32,
        _: impl Fn(u32) -> usize,
    ) -> usize {
        let low = below(known);
        self.encode(low, below(known + 1) - low);
        known
    }

    #[inline]
    fn bit(&mut self, known: bool, p1: u32) -> bool {
        self.encode_bit(known, p1);
        known
    }

    #[inline]
    fn bits(&mut self, known: u32, count: u32) -> u32 {
        let size = ONE >> count;
        self.encode(known * size, size);
        known
    }
}

impl Port for Decoder<'_> {
    #[inline]
    fn cell(
        &mut self,
        _: usize,
        below: impl Fn(usize) -> u32,
        guess: impl Fn(u32) -> usize,
    ) -> usize {
        let part = self.peek();
        let mut cell = guess(part).min(CELLS - 1);
        let (mut low, mut high) = (below(cell), below(cell + 1));
        while low > part {
            cell -= 1;
            (low, high) = (below(cell), low);
        }
        while high <= part {
            cell += 1;
            (low, high) = (high, below(cell + 1));
        }
        self.take(low, high - low);
        cell
    }

    #[inline]
    fn bit(&mut self, _: bool, p1: u32) -> bool {
        self.decode_bit(p1)
    }

    #[inline]
    fn bits(&mut self, _: u32, count: u32) -> u32 {
        let size = ONE >> count;
        let value = self.peek() / size;
        self.take(value * size, size);
        value
    }
}
