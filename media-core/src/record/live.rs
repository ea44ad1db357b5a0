//! The `live` model: integers only, about a kilobyte, thousands of channels a core.
//!
//! A 16-tap normalised LMS predictor (Widrow and Hoff 1960; Nagumo and Noda 1967) on linear
//! samples; [`Spread`] does the rest. Beside another channel, a second such filter looks for that
//! one's echo, as [`Ear`](super::deep) explains.

use super::model::{Cells, FRACTION, Forecast, Model, Port};
use super::spread::Spread;

/// Taps of the predictor.
const TAPS: usize = 16;
/// Taps of the echo's path: 6 ms at 8 kHz.
const PATH: usize = 48;
/// Its step is 16 / 2^8 of a full correction.
const PATH_STEP: u32 = 8;
/// Samples the history takes in before its end is moved back to the front.
const ROOM: usize = 256;
/// Added to the window's mean power, so that faint noise between words does not undo learning.
const CALM: i64 = 2048;
/// Fraction bits of the coarse weights.
const COARSE: u32 = 13;

/// A normalised LMS filter of `N` taps whose step is 16 / 2^`STEP` of a full correction.
struct Filter<const N: usize, const STEP: u32> {
    history: [i16; ROOM],
    at: usize,
    /// 29 fraction bits.
    weights: [i32; N],
    /// The same with 13, for the multiplication.
    coarse: [i16; N],
    power: i64,
}

impl<const N: usize, const STEP: u32> Filter<N, STEP> {
    fn new() -> Self {
        Self { history: [0; ROOM], at: 0, weights: [0; N], coarse: [0; N], power: 0 }
    }

    fn window(&self) -> &[i16; N] {
        // Always there: `at` is at most ROOM - N.
        self.history[self.at..].first_chunk().unwrap_or(&[0; N])
    }

    /// The window through these weights, with 13 fraction bits, wrapping.
    #[inline]
    fn dot(&self, weights: &[i16; N]) -> i32 {
        let mut sum = 0i32;
        for (w, x) in weights.iter().zip(self.window()) {
            sum = sum.wrapping_add(i32::from(*w) * i32::from(*x));
        }
        sum
    }

    #[inline]
    fn learn(&mut self, error: i32) {
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
    }

    #[inline]
    fn push(&mut self, value: i16) {
        let oldest = i64::from(self.window()[0]);
        self.power += i64::from(value) * i64::from(value) - oldest * oldest;
        if self.at + N == ROOM {
            self.history.copy_within(self.at + 1.., 0);
            self.at = 0;
            self.history[N - 1] = value;
        } else {
            self.history[self.at + N] = value;
            self.at += 1;
        }
    }
}

/// Listens to the other channel, or not.
pub(super) trait Ear {
    fn new() -> Self;
    fn hear(&mut self, other: i16, predictor: &[i16; TAPS]);
    /// What of the next sample is echo, with 13 fraction bits.
    fn predict(&mut self) -> i32;
    /// Learns from what the channel's own predictor missed by, in 16ths.
    fn learn(&mut self, missed: i32);
}

/// For blocks that stand alone.
pub(super) struct Deaf;

impl Ear for Deaf {
    fn new() -> Self {
        Self
    }

    #[inline]
    fn hear(&mut self, _: i16, _: &[i16; TAPS]) {}

    #[inline]
    fn predict(&mut self) -> i32 {
        0
    }

    #[inline]
    fn learn(&mut self, _: i32) {}
}

/// For blocks coded beside another.
pub(super) struct Echo {
    /// Only its history is used.
    other: Filter<TAPS, 0>,
    path: Filter<PATH, PATH_STEP>,
    /// What the path said, whole, in 16ths.
    said: i32,
    /// Running means of what it said times what was missed, and of its square: how much of its
    /// word is echo, and how much the other party talking over it.
    common: i64,
    power: i64,
}

impl Ear for Echo {
    fn new() -> Self {
        let (other, path) = (Filter::new(), Filter::new());
        Self { other, path, said: 0, common: 0, power: 0 }
    }

    #[inline]
    fn hear(&mut self, other: i16, predictor: &[i16; TAPS]) {
        let foretold = self.other.dot(predictor) >> COARSE;
        let fresh = i32::from(other).wrapping_sub(foretold);
        self.path.push(fresh.clamp(i16::MIN.into(), i16::MAX.into()) as i16);
        self.other.push(other);
    }

    #[inline]
    fn predict(&mut self) -> i32 {
        let sum = self.path.dot(&self.path.coarse);
        self.said = sum >> (COARSE - FRACTION);
        let trust = ((self.common << 8) / (self.power + 256)).clamp(0, 256);
        ((i64::from(sum) * trust) >> 8) as i32
    }

    #[inline]
    fn learn(&mut self, missed: i32) {
        let said = i64::from(self.said);
        self.common += (i64::from(missed) * said - self.common) >> 8;
        self.power += (said * said - self.power) >> 8;
        self.path.learn(missed.wrapping_sub(self.said));
    }
}

pub(super) struct Live<E> {
    own: Filter<TAPS, 6>,
    ear: E,
    /// What `own` said, in 16ths.
    said: i32,
    spread: Spread,
}

impl<E: Ear> Live<E> {
    pub(super) fn new() -> Self {
        Self { own: Filter::new(), ear: E::new(), said: 0, spread: Spread::new() }
    }
}

impl<E: Ear> Model for Live<E> {
    #[inline]
    fn hear(&mut self, other: i16) {
        self.ear.hear(other, &self.own.coarse);
    }

    #[inline]
    fn forecast(&mut self) -> Forecast {
        let own = self.own.dot(&self.own.coarse);
        self.said = own >> (COARSE - FRACTION);
        let sum = own.wrapping_add(self.ear.predict());
        self.spread.around(sum >> (COARSE - FRACTION))
    }

    #[inline]
    fn cell<P: Port, C: Cells>(&mut self, port: &mut P, cells: &C, known: usize) -> usize {
        self.spread.cell(port, cells, known)
    }

    #[inline]
    fn update(&mut self, value: i16) {
        let error = self.spread.update(value);
        self.ear.learn((i32::from(value) << FRACTION).wrapping_sub(self.said));
        self.own.learn(error);
        self.own.push(value);
    }
}
