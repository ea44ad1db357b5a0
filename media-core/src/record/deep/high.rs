//! The `high` model: a mixture of distributions around what an [`Ensemble`] predicts, weighted by
//! how well each did of late.

use super::Start;
use super::ear::{Deaf, Ear, Echo};
use super::ensemble::{Ensemble, NARROW, TAPS};
use crate::record::law::CELLS;
use crate::record::model::{Cells, FRACTION, Forecast, Model, Port};
use crate::record::range::ONE;
use crate::record::shape::Shape;

static LOGISTIC: Shape = Shape::new(0.0);
static LAPLACE: Shape = Shape::new(1.0);

/// Distributions mixed.
const EXPERTS: usize = 8;
/// Of each, which of [`Ensemble::sizes`] is its scale.
const SIZE: [usize; EXPERTS] = [1, 2, 1, 2, 4, 1, 0, 3];
/// The share of its weight an expert gives to be split evenly.
const SHARE: f64 = 0.02;

/// `M` is what `E` makes of [`NARROW`].
pub(in crate::record) struct High<E, const M: usize> {
    ensemble: Ensemble<E, M>,
    weights: [f64; EXPERTS],
    forecasts: [Forecast; EXPERTS],
    inverses: [i64; EXPERTS],
    /// What each gave to the cell that came.
    likely: [f64; EXPERTS],
}

impl High<Deaf, NARROW> {
    pub(in crate::record) fn alone(start: Start) -> Self {
        Self::new(start)
    }
}

impl High<Echo<TAPS>, { NARROW + 1 }> {
    pub(in crate::record) fn beside(start: Start) -> Self {
        Self::new(start)
    }
}

impl<E: Ear<TAPS>, const M: usize> High<E, M> {
    fn new(start: Start) -> Self {
        Self {
            ensemble: Ensemble::new(start),
            weights: [1.0 / EXPERTS as f64; EXPERTS],
            forecasts: [Forecast { mean: 0, scale: 1 }; EXPERTS],
            inverses: [0; EXPERTS],
            likely: [1.0; EXPERTS],
        }
    }

    /// An expert's cumulative distribution, in 65,536ths.
    #[inline]
    fn below(&self, expert: usize, edge: i32) -> u32 {
        let away = i64::from(edge * 8 - self.forecasts[expert].mean);
        let shape = if expert == 2 || expert == 3 { &LAPLACE } else { &LOGISTIC };
        shape.below((away * self.inverses[expert]) >> 24)
    }
}

impl<E: Ear<TAPS>, const M: usize> Model for High<E, M> {
    #[inline]
    fn hear(&mut self, other: i16) {
        self.ensemble.hear(other);
    }

    #[inline]
    fn forecast(&mut self) -> Forecast {
        self.ensemble.predict();
        let (mean, short) = (self.ensemble.mean, self.ensemble.said[0]);
        for (expert, size) in SIZE.into_iter().enumerate() {
            let mean = match expert {
                4 => short,
                5 => (short + mean) * 0.5,
                _ => mean,
            };
            // Casts saturate, and take what is not a number for 0.
            let mean = ((mean * 16.0) as i32).clamp(-(1 << 19), 1 << 19);
            let scale = ((self.ensemble.sizes[size] * 16.0) as u32).clamp(2, 1 << 20);
            self.forecasts[expert] = Forecast { mean, scale };
            self.inverses[expert] = i64::from(u32::MAX / scale);
        }
        self.forecasts[0]
    }

    #[inline]
    fn cell<P: Port, C: Cells>(&mut self, port: &mut P, cells: &C, known: usize) -> usize {
        let below = |cell: usize| {
            if cell == 0 {
                return 0;
            }
            let Some(edge) = cells.edge(cell) else {
                return ONE;
            };
            let mut sum = 0.0;
            for expert in 0..EXPERTS {
                sum += self.weights[expert] * f64::from(self.below(expert, edge));
            }
            // Weights add up to 1 but for rounding.
            (((sum as u32).min(0xffff) * 0xff00) >> 16) + cell as u32
        };
        let guess = |part: u32| {
            let near = &self.forecasts[0];
            let away = (i64::from(LOGISTIC.reach(part)) * i64::from(near.scale)) >> 8;
            cells.near((near.mean + away as i32) >> FRACTION)
        };
        let cell = port.cell(known, below, guess);
        for expert in 0..EXPERTS {
            let at = |cell: usize, beyond: u32| {
                cells.edge(cell).map_or(beyond, |edge| self.below(expert, edge))
            };
            let low = if cell == 0 { 0 } else { at(cell, 0xffff) };
            let high = if cell + 1 == CELLS { 0xffff } else { at(cell + 1, 0xffff) };
            self.likely[expert] = f64::from(high - low) + 4.0;
        }
        cell
    }

    #[inline]
    fn update(&mut self, value: i16) {
        let mut sum = 0.0;
        for (weight, likely) in self.weights.iter_mut().zip(&self.likely) {
            *weight *= likely;
            sum += *weight;
        }
        for weight in &mut self.weights {
            *weight = *weight / sum * (1.0 - SHARE) + SHARE / EXPERTS as f64;
        }
        self.ensemble.update(f64::from(value));
    }
}
