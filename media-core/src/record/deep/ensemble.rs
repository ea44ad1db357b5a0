//! What `high` and `max` predict with: several least-squares predictors, a cascade of adaptive
//! filters on what the longest of them misses, and a blend of all.

use super::Start;
use super::blend::Blend;
use super::ear::Ear;
use super::nlms::Nlms;
use super::ols::{Ols, Weighted};
use super::trust::Trust;

/// Predictions the `high` level blends.
pub(super) const NARROW: usize = 5;
/// Predictions the `max` level blends.
pub(super) const WIDE: usize = 7;
/// Taps of the longest least-squares predictor.
pub(super) const TAPS: usize = 32;

/// Blends `M` predictions: [`NARROW`] or [`WIDE`], and the echo where the ear hears one.
pub(super) struct Ensemble<E, const M: usize> {
    ear: E,
    long: Ols<TAPS>,
    /// What `long` said.
    own: f64,
    short: Ols<16>,
    cascade: (Nlms<256, 1024>, Nlms<32, 512>, Nlms<16, 512>),
    /// In the first of the cascade, where it is eager; what that said, whole.
    trust: Option<Trust>,
    first: f64,
    /// What `long` with the echo and the cascade's stages said.
    stages: [f64; 4],
    weighted: Option<(Weighted<32>, Weighted<16>)>,
    blend: Blend<M>,
    /// Each predictor's word: short, long, long and ever more of the cascade, weighted, echo.
    pub(super) said: [f64; M],
    /// The blend's.
    pub(super) mean: f64,
    /// Running mean errors of the blend, quickest first, then those of `short` and `long`.
    pub(super) sizes: [f64; 6],
}

/// How quickly each of [`Ensemble::sizes`] follows.
const PACE: [f64; 6] = [1.0 / 6.0, 1.0 / 16.0, 1.0 / 96.0, 1.0 / 400.0, 1.0 / 32.0, 1.0 / 32.0];

impl<E: Ear<TAPS>, const M: usize> Ensemble<E, M> {
    pub(super) fn new(start: Start) -> Self {
        let weighted = || (Weighted::new(0.999, 0.001, 8), Weighted::new(0.998, 0.001, 8));
        let predictors = if E::HEARS { M - 1 } else { M };
        let mut prior = [1.0 / predictors as f64; M];
        // An echo is added whole to what the others, taken together, say.
        prior[predictors..].fill(1.0);
        Self {
            ear: E::new(),
            long: Ols::new(0.998, 64.0, 16),
            own: 0.0,
            short: Ols::new(0.99, 256.0, 8),
            cascade: (
                Nlms::eager(0.006, 256.0 * 64.0, start.eager(predictors)),
                Nlms::new(0.1, 32.0 * 64.0),
                Nlms::new(0.2, 16.0 * 64.0),
            ),
            trust: (start == Start::Quick).then(Trust::new),
            first: 0.0,
            stages: [0.0; 4],
            weighted: (predictors == WIDE).then(weighted),
            blend: Blend::new(0.992, 64.0, prior),
            said: [0.0; M],
            mean: 0.0,
            sizes: [16.0; 6],
        }
    }

    #[inline]
    pub(super) fn hear(&mut self, other: i16) {
        self.ear.hear(other, self.long.weights());
    }

    #[inline]
    pub(super) fn predict(&mut self) {
        let (a, b, c) = &self.cascade;
        let echo = self.ear.predict();
        self.own = self.long.predict();
        self.first = a.predict();
        let first = self.first * self.trust.as_ref().map_or(1.0, Trust::share);
        self.stages = [self.own + echo, first, b.predict(), c.predict()];
        self.said[0] = self.short.predict();
        let mut sum = 0.0;
        for (said, stage) in self.said[1..].iter_mut().zip(self.stages) {
            sum += stage;
            *said = sum;
        }
        if let (Some(weighted), Some(said)) = (&self.weighted, self.said.get_mut(NARROW..)) {
            said[0] = weighted.0.predict();
            said[1] = weighted.1.predict();
        }
        if E::HEARS {
            self.said[M - 1] = echo;
        }
        self.mean = self.blend.predict(&self.said);
    }

    #[inline]
    pub(super) fn update(&mut self, x: f64) {
        let weight = 1.0 / (self.sizes[0] * self.sizes[0] + 4.0);
        let miss = distance(x, self.mean);
        let misses = [miss, miss, miss, miss, distance(x, self.said[0]), distance(x, self.said[1])];
        for ((size, miss), pace) in self.sizes.iter_mut().zip(misses).zip(PACE) {
            *size += (miss - *size) * pace;
        }
        self.blend.update(&self.said, x);
        // Each stage's input is what the ones before it missed.
        let first = x - self.stages[0];
        self.ear.learn(x - self.own);
        let second = first - self.stages[1];
        let third = second - self.stages[2];
        if let Some(trust) = &mut self.trust {
            trust.learn(self.first, first);
        }
        self.cascade.0.update(first - self.first, first);
        self.cascade.1.update(third, second);
        self.cascade.2.update(third - self.stages[3], third);
        self.long.update(x);
        self.short.update(x);
        if let Some(weighted) = &mut self.weighted {
            weighted.0.update(x, weight);
            weighted.1.update(x, weight);
        }
    }
}

fn distance(a: f64, b: f64) -> f64 {
    if a < b { b - a } else { a - b }
}
