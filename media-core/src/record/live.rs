//! The `live` model: integers only, about a kilobyte, thousands of channels a core.
//!
//! A 16-tap normalised LMS predictor (Widrow and Hoff 1960; Nagumo and Noda 1967) on linear
//! samples; [`Spread`] does the rest.

use super::model::{Cells, FRACTION, Forecast, Model, Port};
use super::spread::Spread;

/// Taps of the predictor.
const TAPS: usize = 16;
/// Samples the history takes in before its end is moved back to the front.
const ROOM: usize = 256;
/// The predictor's step: 16 / 2^6 of a full correction.
const STEP: u32 = 6;
/// Added to the window's mean power, so that faint noise between words does not undo learning.
const CALM: i64 = 2048;

pub(super) struct Live {
    history: [i16; ROOM],
    at: usize,
    /// 29 fraction bits.
    weights: [i32; TAPS],
    /// The same with 13, for the multiplication.
    coarse: [i16; TAPS],
    power: i64,
    spread: Spread,
}

impl Live {
    pub(super) fn new() -> Self {
        Self {
            history: [0; ROOM],
            at: 0,
            weights: [0; TAPS],
            coarse: [0; TAPS],
            power: 0,
            spread: Spread::new(),
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

impl Model for Live {
    #[inline]
    fn forecast(&mut self) -> Forecast {
        let mut sum = 0i32;
        for (w, x) in self.coarse.iter().zip(self.window()) {
            sum = sum.wrapping_add(i32::from(*w) * i32::from(*x));
        }
        self.spread.around(sum >> (13 - FRACTION))
    }

    #[inline]
    fn cell<P: Port, C: Cells>(&mut self, port: &mut P, cells: &C, known: usize) -> usize {
        self.spread.cell(port, cells, known)
    }

    #[inline]
    fn update(&mut self, value: i16) {
        let error = self.spread.update(value);
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
    }
}
