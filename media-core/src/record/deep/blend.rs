//! Least squares over what several predictors said.

use super::solve::solve;

/// The best recent linear combination of `K` predictions.
pub(super) struct Blend<const K: usize> {
    fade: f64,
    ridge: f64,
    matrix: [[f64; K]; K],
    cross: [f64; K],
    weights: [f64; K],
    prior: [f64; K],
}

impl<const K: usize> Blend<K> {
    /// `ridge` draws the weights towards `prior` while little tells the predictors apart.
    pub(super) fn new(fade: f64, ridge: f64, prior: [f64; K]) -> Self {
        Self { fade, ridge, matrix: [[0.0; K]; K], cross: [0.0; K], weights: prior, prior }
    }

    pub(super) fn predict(&self, said: &[f64; K]) -> f64 {
        super::dot(&self.weights, said)
    }

    pub(super) fn update(&mut self, said: &[f64; K], value: f64) {
        for i in 0..K {
            for j in 0..=i {
                self.matrix[i][j] = self.fade * self.matrix[i][j] + said[i] * said[j];
            }
            self.cross[i] = self.fade * self.cross[i] + said[i] * value;
        }
        let (mut matrix, mut right) = (self.matrix, self.cross);
        for i in 0..K {
            matrix[i][i] += self.ridge;
            right[i] += self.ridge * self.prior[i];
        }
        if let Some(weights) = solve(&mut matrix, &right, self.ridge * 0.5) {
            self.weights = weights;
        }
    }
}
