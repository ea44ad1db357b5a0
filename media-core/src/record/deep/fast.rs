//! The `fast` model: least squares, and a quick adaptive filter on what that missed.

use super::nlms::Nlms;
use super::ols::Ols;
use crate::record::model::{Cells, FRACTION, Forecast, Model, Port};
use crate::record::spread::Spread;

pub(in crate::record) struct Fast {
    ols: Ols<16>,
    short: Nlms<16, 512>,
    first: f64,
    second: f64,
    spread: Spread,
}

impl Fast {
    pub(in crate::record) fn new() -> Self {
        Self {
            ols: Ols::new(0.996, 256.0, 16),
            short: Nlms::new(0.02, 16.0 * 64.0),
            first: 0.0,
            second: 0.0,
            spread: Spread::new(),
        }
    }
}

impl Model for Fast {
    #[inline]
    fn forecast(&mut self) -> Forecast {
        self.first = self.ols.predict();
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
        self.short.update(missed - self.second, missed);
        self.ols.update(x);
    }
}
