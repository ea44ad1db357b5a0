//! The `max` model: the cell as eight decisions, each foretold by many distributions whose odds
//! are mixed by small networks, as in the PAQ family of coders (Mahoney 2005).

use super::Start;
use super::ear::{Deaf, Ear, Echo};
use super::ensemble::{Ensemble, TAPS, WIDE};
use super::math::{exp, ln};
use crate::record::law::CELLS;
use crate::record::model::{Cells, Forecast, Model, Port};

/// Distributions consulted.
const EXPERTS: usize = 10;
/// Of each, which of [`Ensemble::sizes`] is its scale.
const SIZE: [usize; EXPERTS] = [1, 2, 0, 3, 4, 5, 1, 1, 2, 1];
/// Those that are Laplace distributions; the others are logistic.
const LAPLACE: [usize; 2] = [1, 8];
/// Inputs of a mixer: the experts, and a constant.
const INPUTS: usize = EXPERTS + 1;
/// Loudness classes.
const CLASSES: usize = 16;
/// Places of a secondary estimate's curve, half a unit of log odds apart.
const PLACES: usize = 33;
/// How much a mixer learns from an error.
const RATE: f64 = 0.005;
/// How much a secondary estimate moves towards what came.
const FOLLOW: f64 = 0.01;
/// Mean absolute value of the logistic distribution of scale 1: 2 ln 2.
const LOGISTIC_SIZE: f64 = 1.386_294_361_119_890_6;

/// Numbers the tables take, in memory that the caller gives.
pub(in crate::record) const MEMORY: usize = INPUTS * (8 * CLASSES + CELLS) + PLACES * CELLS;

/// `M` is what `E` makes of [`WIDE`].
pub(in crate::record) struct Max<'a, E, const M: usize> {
    ensemble: Ensemble<E, M>,
    means: [f64; EXPERTS],
    /// What a distance is multiplied with.
    narrow: [f64; EXPERTS],
    class: usize,
    /// Mixers by decision and loudness.
    by_class: &'a mut [f64],
    /// Mixers by the decisions before.
    by_node: &'a mut [f64],
    /// Secondary estimates by the decisions before.
    curves: &'a mut [f64],
}

impl<'a> Max<'a, Deaf, WIDE> {
    pub(in crate::record) fn alone(start: Start, memory: &'a mut [f64; MEMORY]) -> Self {
        Self::new(start, memory)
    }
}

impl<'a> Max<'a, Echo<TAPS>, { WIDE + 1 }> {
    pub(in crate::record) fn beside(start: Start, memory: &'a mut [f64; MEMORY]) -> Self {
        Self::new(start, memory)
    }
}

impl<'a, E: Ear<TAPS>, const M: usize> Max<'a, E, M> {
    fn new(start: Start, memory: &'a mut [f64; MEMORY]) -> Self {
        let (mixers, curves) = memory.split_at_mut(INPUTS * (8 * CLASSES + CELLS));
        for weights in mixers.chunks_exact_mut(INPUTS) {
            weights.fill(start.trust());
            weights[EXPERTS] = 0.0;
        }
        for curve in curves.chunks_exact_mut(PLACES) {
            for (i, p) in curve.iter_mut().enumerate() {
                *p = logistic((i as f64 - 16.0) * 0.5);
            }
        }
        let (by_class, by_node) = mixers.split_at_mut(INPUTS * 8 * CLASSES);
        Self {
            ensemble: Ensemble::new(start),
            means: [0.0; EXPERTS],
            narrow: [1.0; EXPERTS],
            class: 0,
            by_class,
            by_node,
            curves,
        }
    }

    #[inline]
    fn below(&self, expert: usize, linear: f64) -> f64 {
        let x = (linear - self.means[expert]) * self.narrow[expert];
        if LAPLACE.contains(&expert) { laplace(x) } else { logistic(x) }
    }
}

/// Cumulative logistic distribution.
fn logistic(x: f64) -> f64 {
    let e = exp(if x < 0.0 { x } else { -x });
    let tail = e / (1.0 + e);
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// Cumulative Laplace distribution.
fn laplace(x: f64) -> f64 {
    let tail = 0.5 * exp(if x < 0.0 { x } else { -x });
    if x < 0.0 { tail } else { 1.0 - tail }
}

fn mix(weights: &[f64], odds: &[f64; INPUTS]) -> f64 {
    super::dot(weights, odds).clamp(-12.0, 12.0)
}

fn learn(weights: &mut [f64], odds: &[f64; INPUTS], error: f64) {
    for (w, x) in weights.iter_mut().zip(odds) {
        *w += RATE * error * x;
    }
}

impl<E: Ear<TAPS>, const M: usize> Model for Max<'_, E, M> {
    #[inline]
    fn hear(&mut self, other: i16) {
        self.ensemble.hear(other);
    }

    #[inline]
    fn forecast(&mut self) -> Forecast {
        self.ensemble.predict();
        let (mean, said, sizes) = (self.ensemble.mean, &self.ensemble.said, &self.ensemble.sizes);
        // What is not a number predicts nothing.
        let mean = if mean.abs() < 65536.0 { mean } else { 0.0 };
        self.means = [mean, mean, mean, mean, said[0], said[1], said[2], said[4], mean, said[0]];
        for expert in 0..EXPERTS {
            let shape = if LAPLACE.contains(&expert) { 1.0 } else { LOGISTIC_SIZE };
            self.narrow[expert] = shape / (sizes[SIZE[expert]] + 0.3);
        }
        let mut size = sizes[1];
        self.class = 0;
        while size > 2.0 && self.class < CLASSES - 1 {
            size *= 0.6;
            self.class += 1;
        }
        let scale = ((sizes[1] * 16.0) as u32).clamp(2, 1 << 20);
        Forecast { mean: (mean * 16.0) as i32, scale }
    }

    fn cell<P: Port, C: Cells>(&mut self, port: &mut P, cells: &C, known: usize) -> usize {
        let (mut low, mut high, mut node) = (0, CELLS, 1);
        let (mut below_low, mut below_high) = ([0.0; EXPERTS], [1.0; EXPERTS]);
        for decision in 0..8 {
            let middle = (low + high) / 2;
            let edge = f64::from(cells.edge(middle).unwrap_or(0)) * 0.5;
            let mut below_middle = [0.0; EXPERTS];
            let mut odds = [0.3; INPUTS];
            for expert in 0..EXPERTS {
                let below = self.below(expert, edge);
                let (less, more) = (below - below_low[expert], below_high[expert] - below);
                odds[expert] = ln((more + 1e-7) / (less + 1e-7));
                below_middle[expert] = below;
            }
            let class = (decision * CLASSES + self.class) * INPUTS;
            let by_class = &mut self.by_class[class..][..INPUTS];
            let by_node = &mut self.by_node[node * INPUTS..][..INPUTS];
            let (a, b) = (mix(by_class, &odds), mix(by_node, &odds));
            let both = (a + b) * 0.5;
            let place = (both.clamp(-7.99, 7.99) + 8.0) * 2.0;
            let (at, part) = (place as usize, place - (place as usize) as f64);
            let curve = &mut self.curves[node * PLACES..][..PLACES];
            let second = curve[at] * (1.0 - part) + curve[at + 1] * part;
            let p = (logistic(both) + second) * 0.5;
            let bit = port.bit(known >= middle, ((p * 65536.0) as u32).clamp(1, 0xffff));
            let target = if bit { 1.0 } else { 0.0 };
            curve[at] += (target - curve[at]) * (1.0 - part) * FOLLOW;
            curve[at + 1] += (target - curve[at + 1]) * part * FOLLOW;
            learn(by_class, &odds, target - logistic(a));
            learn(by_node, &odds, target - logistic(b));
            if bit {
                (low, below_low) = (middle, below_middle);
            } else {
                (high, below_high) = (middle, below_middle);
            }
            node = node * 2 + usize::from(bit);
        }
        low
    }

    #[inline]
    fn update(&mut self, value: i16) {
        self.ensemble.update(f64::from(value));
    }
}
