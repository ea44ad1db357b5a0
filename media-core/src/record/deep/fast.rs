//! The `fast` model: least squares, and a quick adaptive filter on what that missed.

use super::ear::Ear;
use super::nlms::Nlms;
use super::ols::Ols;
use crate::record::model::{Cells, FRACTION, Forecast, Model, Port};
use crate::record::spread::Spread;

/// Taps of the first predictor.
const TAPS: usize = 16;

pub(in crate::record) struct Fast<E> {
    ols: Ols<TAPS>,
    ear: E,
    short: Nlms<16, 512>,
    own: f64,
    first: f64,
    second: f64,
    spread: Spread,
}

impl<E: Ear<TAPS>> Fast<E> {
    pub(in crate::record) fn new() -> Self {
        Self {
            ols: Ols::new(0.996, 256.0, 16),
            ear: E::new(),
            short: Nlms::new(0.02, 16.0 * 64.0),
            own: 0.0,
            first: 0.0,
            second: 0.0,
            spread: Spread::new(),
        }
    }
}

impl<E: Ear<TAPS>> Model for Fast<E> {
    #[inline]
    fn hear(&mut self, other: i16) {
        self.ear.hear(other, self.ols.weights());
    }

    #[inline]
    fn forecast(&mut self) -> Forecast {
        self.own = self.ols.predict();
        self.first = self.own + self.ear.predict();
        self.second = self.short.predict();
        let mean = (self.first + self.second) * f64::from(1 << FRACTION);
        self.spread.around(mean as i32)
    }

    #[inline]
    fn cell<P: Port, C: Cells>(&mut self, port: &mut P, cells: &C, known: usize) -> usize {
        self.spread.cell(port, cells, known)
    }

    #[inline]
    fn update(&mut self, value: i16) {
        self.spread.update(value);
        let x = f64::from(value);
        let missed = x - self.first;
        self.ear.learn(x - self.own);
        self.short.update(missed - self.second, missed);
        self.ols.update(x);
    }
}
