//! The `live` model: integers only, under a kilobyte, thousands of channels a core.
//!
//! A 16-tap normalised LMS predictor (Widrow and Hoff 1960; Nagumo and Noda 1967) on linear
//! samples, and a scale for its error from two running means, corrected by what errors in the same
//! circumstances turned out to be. One distribution of fixed shape is laid over the line there.

use super::model::{Cells, Forecast, Model, Port};
use super::range::ONE;
use super::shape::Shape;

/// Taps of the predictor.
const TAPS: usize = 16;
/// Samples the history takes in before its end is moved back to the front.
const ROOM: usize = 256;
/// The predictor's step: 16 / 2^6 of a full correction.
const STEP: u32 = 6;
/// Added to the window's mean power, so that faint noise between words does not undo learning.
const CALM: i64 = 2048;
/// Fraction bits of a mean and a scale.
const FRACTION: u32 = 4;
/// Further fraction bits of the running means.
const FINE: u32 = 8;

static SHAPE: Shape = Shape::new(0.15);

pub(super) struct Live {
    history: [i16; ROOM],
    at: usize,
    /// 29 fraction bits.
    weights: [i32; TAPS],
    /// The same with 13, for the multiplication.
    coarse: [i16; TAPS],
    power: i64,
    fast: u32,
    slow: u32,
    /// By circumstance, error over base, 16 fraction bits.
    correction: [u32; 64],
    circumstance: usize,
    forecast: Forecast,
    inverse: u32,
}

impl Live {
    pub(super) fn new() -> Self {
        Self {
            history: [0; ROOM],
            at: 0,
            weights: [0; TAPS],
            coarse: [0; TAPS],
            power: 0,
            fast: 16 << (FRACTION + FINE),
            slow: 16 << (FRACTION + FINE),
            correction: [1 << 16; 64],
            circumstance: 0,
            forecast: Forecast { mean: 0, scale: 1 },
            inverse: 0,
        }
    }

    fn window(&self) -> &[i16; TAPS] {
        // Always there: `at` is at most ROOM - TAPS.
        self.history[self.at..].first_chunk().unwrap_or(&[0; TAPS])
    }

    fn push(&mut self, value: i16) {
        if self.at + TAPS == ROOM {
            self.history.copy_within(self.at + 1.., 0);
            self.at = 0;
            self.history[TAPS - 1] = value;
        } else {
            self.history[self.at + TAPS] = value;
            self.at += 1;
        }
    }
}

/// `mean` moved towards `size` by `2^-shift` of the way.
fn follow(mean: u32, size: u32, shift: u32) -> u32 {
    mean.wrapping_add_signed(((size << FINE) as i32 - mean as i32) >> shift)
}

impl Model for Live {
    #[inline]
    fn forecast(&mut self) -> Forecast {
        let mut sum = 0i32;
        for (w, x) in self.coarse.iter().zip(self.window()) {
            sum = sum.wrapping_add(i32::from(*w) * i32::from(*x));
        }
        let mean = (sum >> (13 - FRACTION)).clamp(-(1 << 19), 1 << 19);
        let base = ((self.fast + self.slow) >> (FINE + 1)).max(1);
        // Half octaves of the base, and whether errors are growing.
        let octave = 31 - base.leading_zeros();
        let half = base >> octave.saturating_sub(1) & 1;
        let growing = u32::from(self.fast > self.slow);
        self.circumstance = ((octave.min(15) * 2 + half) * 2 + growing) as usize;
        let correction = self.correction[self.circumstance];
        let scale = (u64::from(base) * u64::from(correction)) >> 16;
        self.forecast = Forecast {
            mean,
            scale: scale.clamp(2, 1 << 20) as u32,
        };
        self.inverse = u32::MAX / self.forecast.scale;
        self.forecast
    }

    #[inline]
    fn cell<P: Port, C: Cells>(&mut self, port: &mut P, cells: &C, known: usize) -> usize {
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

    #[inline]
    fn update(&mut self, value: i16) {
        let error = (i32::from(value) << FRACTION) - self.forecast.mean;
        // The step has 15 bits and its own exponent.
        let step = (i64::from(error) << 25) / ((self.power >> 4) + CALM);
        let spare = (64 - step.unsigned_abs().leading_zeros()).saturating_sub(15);
        let step = (step >> spare) as i32;
        let (left, right) = (spare.saturating_sub(STEP), STEP.saturating_sub(spare));
        let window = *self.window();
        for ((w, c), x) in self.weights.iter_mut().zip(&mut self.coarse).zip(&window) {
            *w = w.wrapping_add((step * i32::from(*x)) >> right << left);
            *c = (*w >> 16) as i16;
        }
        let oldest = i64::from(window[0]);
        self.power += i64::from(value) * i64::from(value) - oldest * oldest;
        self.push(value);
        let size = error.unsigned_abs();
        self.fast = follow(self.fast, size, 4);
        self.slow = follow(self.slow, size, 7);
        let ratio = ((u64::from(size) * u64::from(self.inverse)) >> 16).min(8 << 16) as i64;
        let correction = &mut self.correction[self.circumstance];
        let grown = (i64::from(*correction) * (ratio - (1 << 16))) >> 21;
        *correction = (i64::from(*correction) + grown).clamp(1 << 10, 1 << 24) as u32;
    }
}
