//! Normalised least mean squares, long and cheap.

/// Samples the history takes in before its end is moved back to the front.
const SLACK: usize = 256;

/// Samples over which an eager filter comes to its quickest: the predictors before it begin badly.
const RISE: f64 = 2000.0;
/// Samples after which half of its eagerness is left.
const HALF: f64 = 8000.0;

/// `N` taps; `ROOM` is at least `N + 256`.
pub(super) struct Nlms<const N: usize, const ROOM: usize> {
    rate: f64,
    calm: f64,
    /// How many times quicker than `rate` it learns at first, besides.
    eager: f64,
    /// Errors learnt from, where it is eager.
    age: f64,
    history: [f64; ROOM],
    at: usize,
    weights: [f64; N],
    power: f64,
}

impl<const N: usize, const ROOM: usize> Nlms<N, ROOM> {
    pub(super) const fn new(rate: f64, calm: f64) -> Self {
        Self::eager(rate, calm, 0.0)
    }

    /// A filter so long that its own pace would take it seconds to learn anything: it begins up to
    /// `1 + eager` times as quickly, and settles down.
    pub(super) const fn eager(rate: f64, calm: f64, eager: f64) -> Self {
        assert!(ROOM >= N + SLACK);
        let (history, weights) = ([0.0; ROOM], [0.0; N]);
        Self { rate, calm, eager, age: 0.0, history, at: 0, weights, power: 0.0 }
    }

    /// What it learns of the next error.
    #[inline]
    fn pace(&mut self) -> f64 {
        if self.eager == 0.0 {
            return self.rate;
        }
        let risen = if self.age < RISE { self.age / RISE } else { 1.0 };
        let pace = self.rate * (1.0 + self.eager * risen / (1.0 + self.age / HALF));
        self.age += 1.0;
        pace
    }

    fn window(&self) -> &[f64; N] {
        // Always there: `at` is at most ROOM - N.
        self.history[self.at..].first_chunk().unwrap_or(&[0.0; N])
    }

    #[inline]
    pub(super) fn predict(&self) -> f64 {
        super::dot(&self.weights, self.window())
    }

    /// Learns from what was missed by, and takes in the next input.
    #[inline]
    pub(super) fn update(&mut self, error: f64, input: f64) {
        self.learn(error);
        self.push(input);
    }

    /// Learns from what was missed by.
    #[inline]
    pub(super) fn learn(&mut self, error: f64) {
        let step = self.pace() * error / (self.power + self.calm);
        let window: &[f64; N] = self.history[self.at..].first_chunk().unwrap_or(&[0.0; N]);
        for (w, x) in self.weights.iter_mut().zip(window) {
            *w += step * x;
        }
    }

    /// Takes in the next input.
    #[inline]
    pub(super) fn push(&mut self, input: f64) {
        let oldest = self.history[self.at];
        if self.at + N == ROOM {
            self.history.copy_within(self.at + 1.., 0);
            self.at = 0;
            // Summed anew, so that rounding does not pile up.
            self.power = 0.0;
            for x in &self.history[..N - 1] {
                self.power += x * x;
            }
            self.history[N - 1] = input;
            self.power += input * input;
        } else {
            self.history[self.at + N] = input;
            self.at += 1;
            self.power += input * input - oldest * oldest;
        }
    }
}
