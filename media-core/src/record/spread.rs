//! How far from its forecast a sample lies, for the levels that code a sample at one stroke.
//!
//! Two running means of the error's size, corrected by what errors in the same circumstances turned
//! out to be; one distribution of fixed shape is laid over the line with that scale.

use super::model::{Cells, FRACTION, Forecast, Port};
use super::range::ONE;
use super::shape::Shape;

/// Further fraction bits of the running means.
const FINE: u32 = 8;

static SHAPE: Shape = Shape::new(0.15);

/// The scale of one channel's errors.
pub(super) struct Spread {
    fast: u32,
    slow: u32,
    /// By circumstance, error over base, 16 fraction bits.
    correction: [u32; 64],
    circumstance: usize,
    around: Around,
}

/// The distribution of fixed shape, laid over the line.
#[derive(Clone, Copy)]
pub(super) struct Around {
    forecast: Forecast,
    inverse: u32,
}

impl Around {
    /// Both in 16ths of a linear step.
    #[inline]
    pub(super) fn new(mean: i32, scale: u32) -> Self {
        let (mean, scale) = (mean.clamp(-(1 << 19), 1 << 19), scale.clamp(2, 1 << 20));
        Self { forecast: Forecast { mean, scale }, inverse: u32::MAX / scale }
    }

    #[inline]
    pub(super) fn forecast(&self) -> Forecast {
        self.forecast
    }

    #[inline]
    pub(super) fn cell<P: Port, C: Cells>(&self, port: &mut P, cells: &C, known: usize) -> usize {
        let (mean, inverse) = (self.forecast.mean, i64::from(self.inverse));
        let below = |cell: usize| {
            if cell == 0 {
                return 0;
            }
            let Some(edge) = cells.edge(cell) else {
                return ONE;
            };
            // Two steps of an edge are one of linear, or 16 of the mean.
            let x = (i64::from(edge * 8 - mean) * inverse) >> 24;
            // Every cell keeps one part in 65,536, whatever the shape says.
            ((SHAPE.below(x) * 0xff00) >> 16) + cell as u32
        };
        let guess = |part: u32| {
            let away = (i64::from(SHAPE.reach(part)) * i64::from(self.forecast.scale)) >> 8;
            cells.near((mean + away as i32) >> FRACTION)
        };
        port.cell(known, below, guess)
    }
}

/// `mean` moved towards `size` by `2^-shift` of the way.
fn follow(mean: u32, size: u32, shift: u32) -> u32 {
    mean.wrapping_add_signed(((size << FINE) as i32 - mean as i32) >> shift)
}

impl Spread {
    pub(super) fn new() -> Self {
        Self {
            fast: 16 << (FRACTION + FINE),
            slow: 16 << (FRACTION + FINE),
            correction: [1 << 16; 64],
            circumstance: 0,
            around: Around::new(0, 2),
        }
    }

    /// The forecast around a mean in 16ths of a linear step.
    #[inline]
    pub(super) fn around(&mut self, mean: i32) -> Forecast {
        let base = ((self.fast + self.slow) >> (FINE + 1)).max(1);
        // Half octaves of the base, and whether errors are growing.
        let octave = 31 - base.leading_zeros();
        let half = base >> octave.saturating_sub(1) & 1;
        let growing = u32::from(self.fast > self.slow);
        self.circumstance = ((octave.min(15) * 2 + half) * 2 + growing) as usize;
        let correction = self.correction[self.circumstance];
        let scale = (u64::from(base) * u64::from(correction)) >> 16;
        self.around = Around::new(mean, scale.min(1 << 20) as u32);
        self.around.forecast
    }

    #[inline]
    pub(super) fn cell<P: Port, C: Cells>(&self, port: &mut P, cells: &C, known: usize) -> usize {
        self.around.cell(port, cells, known)
    }

    /// Learns from what the sample was; returns the error in 16ths.
    #[inline]
    pub(super) fn update(&mut self, value: i16) -> i32 {
        let error = (i32::from(value) << FRACTION) - self.around.forecast.mean;
        let size = error.unsigned_abs();
        self.fast = follow(self.fast, size, 4);
        self.slow = follow(self.slow, size, 7);
        let ratio = ((u64::from(size) * u64::from(self.around.inverse)) >> 16).min(8 << 16) as i64;
        let correction = &mut self.correction[self.circumstance];
        let grown = (i64::from(*correction) * (ratio - (1 << 16))) >> 21;
        *correction = (i64::from(*correction) + grown).clamp(1 << 10, 1 << 24) as u32;
        error
    }
}
