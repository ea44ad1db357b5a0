//! Least squares over the recent past.
//!
//! The linear predictor that would have been best, with an exponentially fading memory, solved
//! anew every few samples.

use super::dot;
use super::solve::solve;

/// Least squares of order `N`, all past samples alike.
///
/// The covariance of `x[t-1-i]` and `x[t-1-j]` depends only on where its pair of samples lies and
/// on their distance, so one row of products a sample keeps the whole matrix:
/// `c[k](t) = fade * c[k](t-1) + x[t] * x[t-k]`, and entry `(i, j)` is `c[|i-j|](t - min(i, j))`.
pub(super) struct Ols<const N: usize> {
    fade: f64,
    ridge: f64,
    every: u32,
    wait: u32,
    /// Newest first.
    history: [f64; N],
    /// `c` of the last `N` samples, in a ring that `newest` runs backwards through.
    lags: [[f64; N]; N],
    newest: usize,
    cross: [f64; N],
    weights: [f64; N],
}

impl<const N: usize> Ols<N> {
    pub(super) fn new(fade: f64, ridge: f64, every: u32) -> Self {
        Self {
            fade,
            ridge,
            every,
            wait: 0,
            history: [0.0; N],
            lags: [[0.0; N]; N],
            newest: 0,
            cross: [0.0; N],
            weights: [0.0; N],
        }
    }

    /// The weights, of the newest sample first.
    #[inline]
    pub(super) fn weights(&self) -> &[f64; N] {
        &self.weights
    }

    #[inline]
    pub(super) fn predict(&self) -> f64 {
        dot(&self.weights, &self.history)
    }

    #[inline]
    pub(super) fn update(&mut self, x: f64) {
        for (c, past) in self.cross.iter_mut().zip(&self.history) {
            *c = self.fade * *c + x * past;
        }
        self.history.copy_within(..N - 1, 1);
        self.history[0] = x;
        let before = self.lags[self.newest];
        self.newest = if self.newest == 0 { N - 1 } else { self.newest - 1 };
        let newest = self.lags[self.newest].iter_mut();
        for ((c, before), past) in newest.zip(&before).zip(&self.history) {
            *c = self.fade * *before + x * past;
        }
        self.wait += 1;
        if self.wait >= self.every {
            self.wait = 0;
            self.renew();
        }
    }

    /// Keeps the old weights when there is no solution.
    fn renew(&mut self) {
        let lag = |ago: usize| &self.lags[(self.newest + ago) % N];
        let ridge = self.ridge + lag(0)[0] * 1e-9;
        let mut matrix = [[0.0; N]; N];
        for j in 0..N {
            let lags = lag(j);
            for i in j..N {
                matrix[i][j] = lags[i - j];
            }
            matrix[j][j] += ridge;
        }
        if let Some(weights) = solve(&mut matrix, &self.cross, ridge * 0.5) {
            self.weights = weights;
        }
    }
}

/// Least squares of order `N` in which each sample counts with a weight of its own: by the
/// inverse of the variance expected there, that is the likeliest predictor for sound whose
/// loudness changes.
pub(super) struct Weighted<const N: usize> {
    fade: f64,
    ridge: f64,
    every: u32,
    wait: u32,
    history: [f64; N],
    /// The lower half.
    matrix: [[f64; N]; N],
    cross: [f64; N],
    weights: [f64; N],
}

impl<const N: usize> Weighted<N> {
    pub(super) fn new(fade: f64, ridge: f64, every: u32) -> Self {
        Self {
            fade,
            ridge,
            every,
            wait: 0,
            history: [0.0; N],
            matrix: [[0.0; N]; N],
            cross: [0.0; N],
            weights: [0.0; N],
        }
    }

    #[inline]
    pub(super) fn predict(&self) -> f64 {
        dot(&self.weights, &self.history)
    }

    #[inline]
    pub(super) fn update(&mut self, x: f64, weight: f64) {
        for i in 0..N {
            let scaled = weight * self.history[i];
            for (m, past) in self.matrix[i][..=i].iter_mut().zip(&self.history) {
                *m = self.fade * *m + scaled * past;
            }
            self.cross[i] = self.fade * self.cross[i] + scaled * x;
        }
        self.history.copy_within(..N - 1, 1);
        self.history[0] = x;
        self.wait += 1;
        if self.wait < self.every {
            return;
        }
        self.wait = 0;
        let mut matrix = self.matrix;
        for (i, row) in matrix.iter_mut().enumerate() {
            row[i] += self.ridge;
        }
        if let Some(weights) = solve(&mut matrix, &self.cross, self.ridge * 0.5) {
            self.weights = weights;
        }
    }
}
